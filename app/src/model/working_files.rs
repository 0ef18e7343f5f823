//! Which files a notebook keeps: how their paths are written, how large they may be, and how many.
//! Code in the kernel can claim anything, so the page checks every path and size by these rules before it stores a file.

use super::notebook::FileEntry;
use std::collections::BTreeMap;

/// The largest file that is kept, in bytes.
pub const MAX_FILE_BYTES: u64 = 500_000_000;

/// How many bytes the files of one notebook may have together.
pub const MAX_TOTAL_BYTES: u64 = 2_000_000_000;

/// How many files and empty folders a notebook keeps.
pub const MAX_FILES: usize = 10_000;

/// The longest path, in bytes of UTF-8.
pub const MAX_PATH_BYTES: usize = 1_000;

/// The longest name of a file or folder, in bytes of UTF-8, as on most computers.
pub const MAX_NAME_BYTES: usize = 255;

/// Why a path is not one of a working file, or nothing if it is. A path that ends with a slash is an empty folder's.
pub fn path_refusal(path: &str) -> Option<&'static str> {
    let names = path.strip_suffix('/').unwrap_or(path);
    if path.len() > MAX_PATH_BYTES {
        return Some("its path is too long");
    }
    for name in names.split('/') {
        if name.is_empty() || name == "." || name == ".." {
            return Some("its path is not below the working directory");
        }
        if name.len() > MAX_NAME_BYTES {
            return Some("its name is too long");
        }
        if name.chars().any(is_unprintable) {
            return Some("its name has control characters");
        }
    }
    None
}

/// Characters that would let a name look like another one, or break the line that shows it.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A path as the working directory will have it: without empty parts, and nothing that leads out of it.
pub fn plain_path(path: &str) -> String {
    let names = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != "." && *name != "..");
    names.collect::<Vec<_>>().join("/")
}

/// The list after some files were stored and others removed, ordered by path.
pub fn changed_list(list: Vec<FileEntry>, put: Vec<FileEntry>, deleted: &[String]) -> Vec<FileEntry> {
    let mut by_path: BTreeMap<String, u64> = list.into_iter().map(|file| (file.path, file.bytes)).collect();
    for path in deleted {
        by_path.remove(path);
    }
    by_path.extend(put.into_iter().map(|file| (file.path, file.bytes)));
    let entries = by_path.into_iter();
    entries.map(|(path, bytes)| FileEntry { path, bytes }).collect()
}

/// What is left of the room that a notebook's files have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    sizes: BTreeMap<String, u64>,
    total: u64,
}

impl Room {
    /// The room beside these files.
    pub fn beside(files: &[FileEntry]) -> Self {
        let sizes: BTreeMap<_, _> = files.iter().map(|file| (file.path.clone(), file.bytes)).collect();
        let total = sizes.values().sum();
        Self { sizes, total }
    }

    /// Takes room for a file in place of the one of the same path, or says why there is none.
    pub fn take(&mut self, path: &str, bytes: u64) -> Result<(), &'static str> {
        let before = self.sizes.get(path).copied();
        if bytes > MAX_FILE_BYTES {
            return Err("it is too large");
        }
        if before.is_none() && self.sizes.len() >= MAX_FILES {
            return Err("the notebook has too many files");
        }
        let total = self.total - before.unwrap_or_default() + bytes;
        if total > MAX_TOTAL_BYTES {
            return Err("the notebook's files are too large together");
        }
        self.total = total;
        self.sizes.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Gives the room of a file back.
    pub fn release(&mut self, path: &str) {
        self.total -= self.sizes.remove(path).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, bytes: u64) -> FileEntry {
        FileEntry {
            path: path.to_owned(),
            bytes,
        }
    }

    #[test]
    fn paths_stay_below_the_working_directory_and_can_be_shown() {
        for path in ["a", "data/b.bin", "ordner/Größe 1.txt", "empty/", ".env", "a b", "a\\b"] {
            assert_eq!(path_refusal(path), None, "{path}");
        }
        for path in [
            "",
            "/",
            "/a",
            "..",
            "a/../b",
            "a//b",
            "./a",
            "a/.",
            "a\0b",
            "a\nb",
            "a\u{202e}b",
            "a//",
        ] {
            assert!(path_refusal(path).is_some(), "{path:?}");
        }
        assert!(path_refusal(&"n".repeat(256)).is_some());
        assert!(path_refusal(&"n/".repeat(600)).is_some());
        assert_eq!(plain_path("../a//./b/"), "a/b");
    }

    #[test]
    fn a_file_takes_the_room_of_the_one_it_replaces() {
        let mut room = Room::beside(&[entry("a", MAX_FILE_BYTES), entry("b", 1)]);
        assert_eq!(room.take("a", MAX_FILE_BYTES), Ok(()));
        assert!(room.take("c", MAX_FILE_BYTES + 1).is_err());
        for name in ["c", "d"] {
            assert_eq!(room.take(name, MAX_FILE_BYTES), Ok(()));
        }
        assert!(room.take("e", MAX_FILE_BYTES).is_err());
        room.release("a");
        assert_eq!(room.take("e", MAX_FILE_BYTES), Ok(()));
    }

    #[test]
    fn no_more_files_than_are_kept() {
        let files: Vec<_> = (0..MAX_FILES).map(|index| entry(&index.to_string(), 0)).collect();
        let mut room = Room::beside(&files);
        assert!(room.take("one more", 0).is_err());
        assert_eq!(room.take("5", 10), Ok(()));
    }

    #[test]
    fn the_list_stays_in_order() {
        let list = vec![entry("a", 1), entry("c", 1)];
        let changed = changed_list(list, vec![entry("b", 2), entry("c", 3)], &["a".to_owned()]);
        assert_eq!(changed, [entry("b", 2), entry("c", 3)]);
    }
}
