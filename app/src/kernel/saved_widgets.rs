//! Widgets in a file: the state of the models that its outputs show, as Jupyter writes it into a notebook's metadata
//! (application/vnd.jupyter.widget-state+json, version 2), so that they show without a kernel. Pure.
//! What a file says becomes models that a view may look at and change among themselves; no kernel hears of them.
//! Read next: `comms.rs` (the models), `effects/widgets.rs` (when state is read and written).

use super::comms::{Buffer, Comms};
use crate::model::notebook::Notebook;
use crate::model::output::{JsonMap, MimeBundle, Output};
use serde_json::{Value, json};

/// Where a notebook's metadata holds the state of widgets.
const METADATA: &str = "widgets";
/// The format of a state.
const STATE: &str = "application/vnd.jupyter.widget-state+json";
/// The format of an output that shows a widget.
const VIEW: &str = "application/vnd.jupyter.widget-view+json";
/// The version of the format that is read and written.
const VERSION: (u64, u64) = (2, 0);

/// The longest state that is written into a file, in bytes: it is stored anew whenever the notebook is.
const MAX_STATE_BYTES: usize = 8_000_000;

/// The fields of a model's state that stand beside it in a file: name there, name in the state.
const NAMES: [(&str, &str); 3] = [
    ("model_name", "_model_name"),
    ("model_module", "_model_module"),
    ("model_module_version", "_model_module_version"),
];

/// Takes the models of a notebook's metadata; what is not of the format's form is passed over.
pub fn read_saved(comms: &mut Comms, metadata: &JsonMap) {
    let saved = metadata.get(METADATA).and_then(|widgets| widgets.get(STATE));
    let is_known = |saved: &&Value| saved.get("version_major").and_then(Value::as_u64) == Some(VERSION.0);
    let models = saved
        .filter(is_known)
        .and_then(|saved| saved.get("state"))
        .and_then(Value::as_object);
    for (id, model) in models.into_iter().flatten() {
        let mut state = model
            .get("state")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for (outside, inside) in NAMES {
            if let Some(name) = model.get(outside).filter(|_| !state.contains_key(inside)) {
                state.insert(inside.to_owned(), name.clone());
            }
        }
        let buffers = model.get("buffers").and_then(Value::as_array).into_iter().flatten();
        let buffers = buffers.filter_map(|buffer| {
            let is_base64 = buffer.get("encoding").and_then(Value::as_str) == Some("base64");
            let path = buffer.get("path")?.as_array()?.clone();
            let data = buffer.get("data").filter(|data| is_base64 && data.is_string())?;
            Some((path, data.clone()))
        });
        comms.restore(id, state, buffers.collect());
    }
}

/// A notebook's metadata with the state of the widgets that its outputs show: `live` ones of a kernel, or else `saved` ones.
/// State that is too long stays out, and none is left where no output shows a widget.
pub fn metadata_with_widgets(notebook: &Notebook, live: &Comms, saved: &Comms) -> JsonMap {
    let mut metadata = notebook.metadata.clone();
    let roots: Vec<&str> = notebook
        .cells
        .iter()
        .flat_map(|cell| &cell.outputs)
        .filter_map(shown_model)
        .collect();
    let mut models = JsonMap::new();
    for root in roots {
        let comms = if live.has(root) { live } else { saved };
        for (id, state, buffers) in comms.shown_with(root) {
            models.entry(id).or_insert_with(|| saved_model(state, buffers));
        }
    }
    let is_short = |models: &JsonMap| serde_json::to_string(models).is_ok_and(|text| text.len() <= MAX_STATE_BYTES);
    if !models.is_empty() && is_short(&models) {
        let widgets = metadata.entry(METADATA).or_insert_with(|| json!({}));
        if !widgets.is_object() {
            *widgets = json!({});
        }
        widgets[STATE] = json!({"state": models, "version_major": VERSION.0, "version_minor": VERSION.1});
    } else if let Some(Value::Object(widgets)) = metadata.get_mut(METADATA) {
        widgets.shift_remove(STATE);
        if widgets.is_empty() {
            metadata.shift_remove(METADATA);
        }
    }
    metadata
}

/// The model that an output shows.
fn shown_model(output: &Output) -> Option<&str> {
    match output {
        Output::DisplayData { bundle, .. } | Output::ExecuteResult { bundle, .. } => view_in(bundle),
        Output::Stream { .. } | Output::Error { .. } | Output::Unknown(_) => None,
    }
}

fn view_in(bundle: &MimeBundle) -> Option<&str> {
    bundle.data.get(VIEW)?.get("model_id")?.as_str()
}

fn saved_model(state: &JsonMap, buffers: &[Buffer]) -> Value {
    let mut model = JsonMap::new();
    for (outside, inside) in NAMES {
        let name = state.get(inside).cloned().unwrap_or_else(|| json!(""));
        model.insert(outside.to_owned(), name);
    }
    model.insert("state".to_owned(), Value::Object(state.clone()));
    if !buffers.is_empty() {
        let buffers = buffers
            .iter()
            .map(|(path, data)| json!({"data": data, "encoding": "base64", "path": path}));
        model.insert("buffers".to_owned(), buffers.collect());
    }
    Value::Object(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cell::{Cell, CellKind};
    use crate::model::ids::CellId;

    fn notebook_showing(model: &str) -> Notebook {
        let mut data = JsonMap::new();
        data.insert(
            VIEW.to_owned(),
            json!({"model_id": model, "version_major": 2, "version_minor": 0}),
        );
        let bundle = MimeBundle {
            data,
            ..MimeBundle::default()
        };
        let mut cell = Cell::new(CellId::from("a"), CellKind::Code);
        cell.outputs = vec![Output::DisplayData {
            bundle,
            display_id: None,
        }];
        Notebook {
            cells: vec![cell],
            ..Notebook::default()
        }
    }

    fn jupyters() -> Value {
        json!({STATE: {"version_major": 2, "version_minor": 0, "state": {
            "box": {"model_name": "VBoxModel", "model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0",
                    "state": {"children": ["IPY_MODEL_inner"]}},
            "inner": {"model_name": "ImageModel", "model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0",
                      "state": {"format": "png"}, "buffers": [{"data": "AAEC", "encoding": "base64", "path": ["value"]}]},
            "other": {"model_name": "LabelModel", "state": {}},
            "broken": 7,
        }}})
    }

    #[test]
    fn what_is_read_is_written_for_the_models_that_show() {
        let mut notebook = notebook_showing("box");
        notebook.metadata.insert(METADATA.to_owned(), jupyters());
        let (live, mut saved) = (Comms::default(), Comms::default());
        read_saved(&mut saved, &notebook.metadata);
        assert!(saved.has("box") && saved.has("other"));
        let written = metadata_with_widgets(&notebook, &live, &saved);
        let models = &written[METADATA][STATE]["state"];
        assert_eq!(
            models["inner"]["buffers"],
            jupyters()[STATE]["state"]["inner"]["buffers"]
        );
        assert_eq!(models["box"]["model_name"], "VBoxModel");
        assert_eq!(models.as_object().map(JsonMap::len), Some(2));
        let mut again = Comms::default();
        read_saved(&mut again, &written);
        assert_eq!(metadata_with_widgets(&notebook, &live, &again), written);
    }

    #[test]
    fn state_goes_with_the_outputs_that_showed_it() {
        let mut notebook = notebook_showing("box");
        notebook.metadata.insert(METADATA.to_owned(), jupyters());
        notebook.metadata.insert("other".to_owned(), json!(1));
        let (live, mut saved) = (Comms::default(), Comms::default());
        read_saved(&mut saved, &notebook.metadata);
        notebook.cells.clear();
        assert_eq!(
            Value::Object(metadata_with_widgets(&notebook, &live, &saved)),
            json!({"other": 1})
        );
    }

    #[test]
    fn a_later_version_is_not_read() {
        let mut metadata = JsonMap::new();
        metadata.insert(
            METADATA.to_owned(),
            json!({STATE: {"version_major": 3, "state": {"a": {"state": {}}}}}),
        );
        let mut saved = Comms::default();
        read_saved(&mut saved, &metadata);
        assert!(!saved.has("a"));
    }
}
