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
    /// Whether a kernel needs it only after its start.
    #[serde(default)]
    pub later: bool,
}

impl Asset {
    /// Whether it is packed with gzip.
    pub fn is_packed(&self) -> bool {
        self.name.ends_with(".gz")
    }
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

    /// The files without which no kernel starts.
    pub fn first(&self) -> impl Iterator<Item = &Asset> {
        self.files.iter().filter(|asset| !asset.later)
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
            {"name":"b.gz","path":"kernel/b.gz","bytes":7,"sha256":"y","optional":true},
            {"name":"c.zip","path":"kernel/c.zip","bytes":9,"sha256":"z","later":true}]}"#;
        let first_bytes = |manifest: Manifest| manifest.first().map(|asset| asset.bytes).sum::<u64>();
        assert_eq!(Manifest::from_text(text).map(first_bytes), Ok(12));
        assert!(Manifest::from_text(&text.replace(":1,", ":2,")).is_err());
        assert!(Manifest::from_text("<html>").is_err());
    }
}
