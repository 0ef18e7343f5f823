//! The page: documents, cells and outputs. Placeholder.
fn main() {}
