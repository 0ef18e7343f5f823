//! Writing: notebook → text, as Jupyter writes it: one space of indentation, text as lists of lines, a final newline.
//! Known keys come in Jupyter's order; metadata and unknown fields keep theirs.

use super::output::output_to_json;
use super::without_trust;
use crate::model::cell::{Cell, CellKind};
use crate::model::notebook::Notebook;
use crate::model::output::JsonMap;
use serde::Serialize as _;
use serde_json::{Value, json};

/// The text of a notebook in format 4.5.
pub fn write(notebook: &Notebook) -> String {
    write_with_metadata(notebook, notebook.metadata.clone())
}

/// The text of a notebook in format 4.5, with other metadata than its own.
pub fn write_with_metadata(notebook: &Notebook, metadata: JsonMap) -> String {
    let mut root = JsonMap::new();
    root.insert("cells".to_owned(), notebook.cells.iter().map(cell_to_json).collect());
    root.insert("metadata".to_owned(), Value::Object(without_trust(metadata)));
    root.insert("nbformat".to_owned(), json!(4));
    root.insert("nbformat_minor".to_owned(), json!(5));
    extend(&mut root, &notebook.extra);
    pretty(&Value::Object(root))
}

/// Text as the list of its lines, each with its newline.
pub(super) fn lines(text: &str) -> Value {
    text.split_inclusive('\n').map(Value::from).collect()
}

fn cell_to_json(cell: &Cell) -> Value {
    let mut fields = JsonMap::new();
    if let Some(attachments) = &cell.attachments {
        fields.insert("attachments".to_owned(), attachments.clone());
    }
    fields.insert("cell_type".to_owned(), json!(cell.kind.as_str()));
    if cell.kind == CellKind::Code {
        fields.insert("execution_count".to_owned(), json!(cell.execution_count));
    }
    fields.insert("id".to_owned(), json!(cell.id.as_str()));
    fields.insert(
        "metadata".to_owned(),
        Value::Object(without_trust(cell.metadata.clone())),
    );
    if cell.kind == CellKind::Code {
        fields.insert("outputs".to_owned(), cell.outputs.iter().map(output_to_json).collect());
    }
    fields.insert("source".to_owned(), lines(&cell.source));
    extend(&mut fields, &cell.extra);
    Value::Object(fields)
}

/// Adds unknown fields, which never replace known ones.
fn extend(fields: &mut JsonMap, extra: &JsonMap) {
    for (key, value) in extra {
        if !fields.contains_key(key) {
            fields.insert(key.clone(), value.clone());
        }
    }
}

fn pretty(value: &Value) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // A JSON value always serialises, and always to UTF-8.
    let written = value.serialize(&mut serializer).is_ok();
    let mut text = if written {
        String::from_utf8(bytes).unwrap_or_default()
    } else {
        String::new()
    };
    text.push('\n');
    text
}
