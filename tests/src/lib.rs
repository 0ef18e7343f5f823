//! Helpers shared by the checks in this folder: where the repository is and which files it holds.
//! Knows nothing of notebooks or tensors, and changes no file.
//! Read next: `tidy.rs` for the house rules, `layering.rs` for the walls between crates.

mod files;

pub use files::{SourceFile, repository_root, source_files};
