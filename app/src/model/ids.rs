//! Names of things: documents, cells and runs, and the source of fresh names for cells.
//! A name says nothing about what it names; nothing here reads a clock or a random generator.

use std::fmt;
use std::sync::Arc;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }
    };
}

id_type! {
    /// A stored document. It is the last part of the page's address while the document is shown.
    DocumentId
}
id_type! {
    /// A cell within one notebook, as nbformat 4.5 requires: 1 to 64 letters, digits, `-` or `_`.
    CellId
}
id_type! {
    /// One execution of one cell; on the wire it is the `msg_id` of the request.
    RunId
}

/// True when `text` may stand as a cell's id in nbformat 4.5.
pub fn is_valid_cell_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Makes fresh ids from a seed; the same seed gives the same ids, which keeps tests exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdSource {
    state: u64,
}

impl IdSource {
    /// A source that starts from `seed`; the page takes it from the browser's random generator.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A fresh name of eight hexadecimal digits, like those Jupyter gives to cells.
    pub fn next_hex(&mut self) -> String {
        format!("{:08x}", self.next_u64() >> 32)
    }

    /// A fresh cell id that `is_taken` does not know.
    pub fn next_cell(&mut self, is_taken: impl Fn(&str) -> bool) -> CellId {
        loop {
            let name = self.next_hex();
            if !is_taken(&name) {
                return CellId::from(name);
            }
        }
    }

    /// A fresh document id: 64 bits, so that two tabs do not meet.
    pub fn next_document(&mut self) -> DocumentId {
        DocumentId::from(format!("{:016x}", self.next_u64()))
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_cell_ids_are_valid_and_avoid_taken_ones() {
        let mut ids = IdSource::new(1);
        let first = ids.clone().next_hex();
        let cell = ids.next_cell(|name| name == first);
        assert_ne!(cell.as_str(), first);
        assert!(is_valid_cell_id(cell.as_str()));
    }

    #[test]
    fn cell_ids_follow_the_format() {
        assert!(is_valid_cell_id("a-B_9"));
        assert!(!is_valid_cell_id(""));
        assert!(!is_valid_cell_id("a b"));
        assert!(!is_valid_cell_id(&"x".repeat(65)));
    }
}
