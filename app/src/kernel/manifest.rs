//! The list of files that a kernel needs, as the build writes it beside them.

use serde::Deserialize;

/// The version of the list that this page understands.
const VERSION: u32 = 1;

/// A file the kernel needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asset {
    /// The name under which the kernel asks for it.
    pub name: String,
    /// Its address relative to the page.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// The hash of its bytes, in hexadecimal digits.
    #[serde(default)]
    pub sha256: String,
    /// Whether a kernel can start without it.
    #[serde(default)]
    pub optional: bool,
}

/// All files the kernel needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    version: u32,
    /// The files.
    pub files: Vec<Asset>,
}

impl Manifest {
    /// Reads the list.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| format!("the list of kernel files is broken: {error}"))?;
        if manifest.version != VERSION {
            return Err(format!(
                "the list of kernel files has version {}, not {VERSION}",
                manifest.version
            ));
        }
        Ok(manifest)
    }

    /// The size of all files together.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// What a stage of the start is called for people.
pub fn stage_label(stage: &str) -> &str {
    match stage {
        "download" => "Loading the kernel",
        "frame" => "Starting the kernel",
        "gpu" => "Looking for a GPU",
        "python" => "Starting Python",
        "packages" => "Loading packages",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_and_a_newer_one_refused() {
        let text = r#"{"version":1,"files":[{"name":"a.js","path":"kernel/a.js","bytes":5,"sha256":"x"},
            {"name":"b.gz","path":"kernel/b.gz","bytes":7,"sha256":"y","optional":true}]}"#;
        assert_eq!(Manifest::from_text(text).map(|manifest| manifest.total_bytes()), Ok(12));
        assert!(Manifest::from_text(&text.replace(":1,", ":2,")).is_err());
        assert!(Manifest::from_text("<html>").is_err());
    }
}
