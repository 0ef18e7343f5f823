//! The example notebooks that come with the site: their names and what they show.
//! The notebooks themselves lie beside the page and are fetched when one is opened (`effects/documents.rs`).
//! They need no file beside them, so that they run anywhere.

use super::ids::DocumentId;
use serde_json::Value;

/// The list.
const INDEX: &str = include_str!("../../../examples/index.json");

/// What a document's name begins with if it was made from an example.
const ID_PREFIX: &str = "example-";

/// An example notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it shows, in one sentence.
    pub summary: String,
}

impl Example {
    /// The document that holds the reader's own copy. Opening an example again opens that copy again.
    pub fn document_id(&self) -> DocumentId {
        DocumentId::from(format!("{ID_PREFIX}{}", self.name))
    }

    /// The address of the notebook, relative to the page.
    pub fn address(&self) -> String {
        format!("examples/{}.ipynb", self.name)
    }
}

/// All examples, in the order in which a newcomer would read them.
pub fn examples() -> Vec<Example> {
    let index: Vec<Value> = serde_json::from_str(INDEX).unwrap_or_default();
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    index
        .iter()
        .map(|entry| Example {
            name: text(entry, "name"),
            title: text(entry, "title"),
            summary: text(entry, "summary"),
        })
        .collect()
}

/// The example of which a document is the reader's copy.
pub fn example_of(id: &DocumentId) -> Option<Example> {
    let name = id.as_str().strip_prefix(ID_PREFIX)?;
    examples().into_iter().find(|example| example.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_documents_are_no_examples() {
        assert_eq!(example_of(&DocumentId::from("0123456789abcdef")), None);
        assert_eq!(example_of(&DocumentId::from("example-of-nothing")), None);
    }
}
