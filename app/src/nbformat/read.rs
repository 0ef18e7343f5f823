//! Reading: text → notebook and warnings. What is unknown is kept, what is broken is repaired where it can be.
//! Refuses only what is no notebook of version 4.

use super::output::{count_from_json, joined, output_from_json};
use super::{ReadError, Warning, without_trust};
use crate::model::cell::{Cell, CellKind};
use crate::model::ids::{CellId, IdSource, is_valid_cell_id};
use crate::model::notebook::Notebook;
use crate::model::output::JsonMap;
use serde_json::Value;
use std::collections::BTreeSet;

/// Reads a notebook. `ids` names the cells that have no usable name.
pub fn read(text: &str, ids: &mut IdSource) -> Result<(Notebook, Vec<Warning>), ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = serde_json::from_str(text).map_err(|error| ReadError::NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    let Value::Object(mut root) = value else {
        return Err(ReadError::NotNotebook("the file holds no JSON object"));
    };
    match root.shift_remove("nbformat").as_ref().and_then(Value::as_u64) {
        Some(4) => {}
        Some(old @ 0..4) => return Err(ReadError::TooOld(old)),
        Some(new) => return Err(ReadError::TooNew(new)),
        None => return Err(ReadError::NotNotebook("it has no format version (nbformat)")),
    }
    root.shift_remove("nbformat_minor");
    root.shift_remove("orig_nbformat");
    let metadata = without_trust(take_object(&mut root, "metadata"));
    let Some(Value::Array(entries)) = root.shift_remove("cells") else {
        return Err(ReadError::NotNotebook("it has no list of cells"));
    };
    let mut notebook = Notebook {
        cells: Vec::with_capacity(entries.len()),
        metadata,
        extra: root,
        ..Notebook::default()
    };
    let mut taken = BTreeSet::new();
    let mut warnings = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        match entry {
            Value::Object(fields) => {
                let cell = read_cell(fields, index + 1, &taken, ids, &mut warnings);
                taken.insert(cell.id.clone());
                notebook.cells.push(cell);
            }
            _ => warnings.push(Warning::NotACell { cell: index + 1 }),
        }
    }
    Ok((notebook, warnings))
}

fn take_object(fields: &mut JsonMap, key: &str) -> JsonMap {
    match fields.shift_remove(key) {
        Some(Value::Object(object)) => object,
        _ => JsonMap::new(),
    }
}

fn read_cell(
    mut fields: JsonMap,
    number: usize,
    taken: &BTreeSet<CellId>,
    ids: &mut IdSource,
    warnings: &mut Vec<Warning>,
) -> Cell {
    let metadata = without_trust(take_object(&mut fields, "metadata"));
    let given_id = fields.shift_remove("id");
    let id = cell_id(given_id.as_ref(), &metadata, number, taken, ids, warnings);
    let cell_type = fields.shift_remove("cell_type");
    let kind = match cell_type.as_ref().and_then(Value::as_str) {
        Some("code") => CellKind::Code,
        Some("markdown") => CellKind::Markdown,
        Some("raw") => CellKind::Raw,
        other => {
            let cell_type = other.unwrap_or_default().to_owned();
            warnings.push(Warning::UnknownCellType {
                cell: number,
                cell_type,
            });
            CellKind::Raw
        }
    };
    let source = fields
        .shift_remove("source")
        .as_ref()
        .and_then(joined)
        .unwrap_or_default();
    let mut cell = Cell {
        metadata,
        ..Cell::new(id, kind).with_source(source)
    };
    if kind == CellKind::Code {
        if let Some(Value::Array(outputs)) = fields.shift_remove("outputs") {
            cell.outputs = outputs.into_iter().map(output_from_json).collect();
        }
        cell.execution_count = count_from_json(fields.shift_remove("execution_count").as_ref());
    } else {
        cell.attachments = fields.shift_remove("attachments");
    }
    cell.extra = fields;
    cell
}

/// The cell's own id, or the one Colab keeps in the metadata, or a fresh one.
fn cell_id(
    given: Option<&Value>,
    metadata: &JsonMap,
    number: usize,
    taken: &BTreeSet<CellId>,
    ids: &mut IdSource,
    warnings: &mut Vec<Warning>,
) -> CellId {
    let is_taken = |name: &str| taken.contains(&CellId::from(name));
    let is_free = |name: &&str| is_valid_cell_id(name) && !is_taken(name);
    if let Some(name) = given.and_then(Value::as_str).filter(is_free) {
        return CellId::from(name);
    }
    if given.is_some() {
        warnings.push(Warning::IdReplaced { cell: number });
    }
    match metadata.get("id").and_then(Value::as_str).filter(is_free) {
        Some(name) => CellId::from(name),
        None => ids.next_cell(is_taken),
    }
}
