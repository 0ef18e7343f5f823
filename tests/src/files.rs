//! Finds the repository's own source files.
//! Skips what is built or downloaded (`target`, `dist`, `node_modules`) by name, so it works without git.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written by hand.
const SKIPPED_FOLDERS: [&str; 6] = [".git", "target", "dist", "node_modules", "__pycache__", "shared"];

/// A text file of the repository.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path from the repository's root, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The part of the name after the last dot, or nothing.
    pub fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
pub fn repository_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Every text file of the repository, in order of path.
///
/// # Errors
///
/// When a folder or a file cannot be read.
pub fn source_files() -> io::Result<Vec<SourceFile>> {
    let root = repository_root();
    let mut found = Vec::new();
    collect(&root, &root, &mut found)?;
    found.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !SKIPPED_FOLDERS.contains(&name.as_ref()) {
                collect(root, &entry.path(), found)?;
            }
        } else if kind.is_file() {
            let bytes = fs::read(entry.path())?;
            // Pictures and other binary files are nobody's source.
            if let Ok(text) = String::from_utf8(bytes) {
                found.push(SourceFile {
                    path: relative_path(root, &entry.path()),
                    text,
                });
            }
        }
    }
    Ok(())
}

fn relative_path(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}
