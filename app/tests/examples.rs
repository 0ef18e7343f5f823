//! The examples of the start page: every one listed is there, can be read, and has outputs to show before it is run.

use carrel_app::model::example::{example_of, examples};
use carrel_app::model::ids::IdSource;
use std::path::Path;

#[test]
fn every_example_is_there_and_shows_outputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    assert!(!examples().is_empty());
    for example in examples() {
        assert!(!example.title.is_empty() && !example.summary.is_empty(), "{example:?}");
        assert_eq!(example_of(&example.document_id()).as_ref(), Some(&example));
        let text = std::fs::read_to_string(folder.join(format!("{}.ipynb", example.name)));
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", example.name));
        let (notebook, warnings) = carrel_app::nbformat::read(&text, &mut IdSource::new(1)).expect("a notebook");
        assert!(warnings.is_empty(), "{}: {warnings:?}", example.name);
        assert!(
            notebook.cells.iter().any(|cell| !cell.outputs.is_empty()),
            "{} shows no outputs",
            example.name
        );
    }
}
