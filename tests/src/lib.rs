//! Helpers shared by the checks in this folder: where the repository is, which files it holds, which walls stand in it.
//! Knows nothing of notebooks or tensors, and changes no file.
//! Read next: `tidy.rs` for the house rules, `layering.rs` for the walls between crates.

mod files;
mod walls;

pub use files::{SourceFile, repository_root, source_files};
pub use walls::{WALLS, Wall, breaches};
