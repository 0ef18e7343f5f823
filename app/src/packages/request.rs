//! What a kernel may ask of the page about packages. What is no request is refused; nothing here is carried out.

use super::addresses::is_sha256;
use serde::{Deserialize, Serialize};

/// The most wheels that one notebook's record holds.
const MAX_FILES: usize = 1000;

/// A wheel that a notebook has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledFile {
    /// Its file's name.
    pub filename: String,
    /// Its hash, under which it is stored.
    pub sha256: String,
    /// Whether somebody asked for it by name.
    #[serde(default)]
    pub requested: bool,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Request {
    /// Fetch an address.
    Fetch {
        /// The address.
        address: String,
        /// The hash that it must have.
        #[serde(default)]
        sha256: Option<String>,
        /// Whether to look in the store first, and to keep it there.
        #[serde(default)]
        keep: bool,
    },
    /// List the store.
    Stored,
    /// Give a wheel of the store.
    Read {
        /// Its hash.
        sha256: String,
    },
    /// List what was installed in the open notebook on this computer.
    Notebook,
    /// Take note of what the open notebook requires and has.
    Installed {
        /// Requirements that were asked for.
        requirements: Vec<String>,
        /// Projects that were removed.
        removed: Vec<String>,
        /// All wheels that it has now.
        files: Vec<InstalledFile>,
    },
}

impl Request {
    /// Reads a request; a malformed one is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let request: Self = serde_json::from_str(text).ok()?;
        let is_sound = match &request {
            Self::Fetch { sha256, .. } => sha256.as_deref().is_none_or(|hash| hash.is_empty() || is_sha256(hash)),
            Self::Read { sha256 } => is_sha256(sha256),
            Self::Installed { files, .. } => {
                files.len() <= MAX_FILES && files.iter().all(|file| is_sha256(&file.sha256))
            }
            Self::Stored | Self::Notebook => true,
        };
        is_sound.then_some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_and_others_refused() {
        let text = r#"{"kind":"fetch","address":"packages/index.json"}"#;
        let wanted = Request::Fetch {
            address: "packages/index.json".to_owned(),
            sha256: None,
            keep: false,
        };
        assert_eq!(Request::from_text(text), Some(wanted));
        assert_eq!(Request::from_text(r#"{"kind":"stored"}"#), Some(Request::Stored));
        for text in ["", "{}", r#"{"kind":"read","sha256":"../x"}"#, r#"{"kind":"delete"}"#] {
            assert_eq!(Request::from_text(text), None, "{text}");
        }
    }
}
