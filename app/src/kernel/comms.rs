//! The models of widgets that live in the kernel, and which view may see and change which of them. Pure.
//! A view is one output that shows one model. It gets that model and those it refers to, and links between these; messages
//! from a view are taken only for models that it got, and may not refer to others. The state is kept as it was told, so
//! that a view which is shown later, also while a cell runs, finds its models.
//! Read next: `comm_view.rs` (what is believed of a view), `effects/widgets.rs` (who sends), `ui/output/widget.rs` (a view).

use super::protocol::Message;
use crate::model::output::JsonMap;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What marks a text as the name of a model.
const REFERENCE: &str = "IPY_MODEL_";

/// The format of an output that shows a model.
const VIEW: &str = "application/vnd.jupyter.widget-view+json";

/// The target of comms that are models of widgets.
const WIDGET_TARGET: &str = "jupyter.widget";

/// Models that join two others and are seen by nobody.
const LINKS: [&str; 2] = ["LinkModel", "DirectionalLinkModel"];

/// How deep a value is searched for names of models.
const MAX_DEPTH: usize = 60;

/// A view, by its number.
pub type ViewId = u64;

/// A binary part of a state: where it belongs, and its Base64.
pub type Buffer = (Vec<Value>, Value);

/// A model's name, its state, and the binary parts of that.
pub type ModelState<'a> = (String, &'a JsonMap, &'a [Buffer]);

/// Something that a view is told.
pub type Told = (ViewId, Value);

#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    state: JsonMap,
    /// Binary parts of the state: where they belong, and their Base64.
    buffers: Vec<Buffer>,
    refers_to: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct View {
    root: String,
    /// The models that it has got.
    known: BTreeSet<String>,
}

/// All models of one kernel and the views of them.
#[derive(Debug, Default)]
pub struct Comms {
    models: BTreeMap<String, Model>,
    views: BTreeMap<ViewId, View>,
    num_views: ViewId,
}

impl Comms {
    /// Whether the kernel has a model of that name.
    pub fn has(&self, model: &str) -> bool {
        self.models.contains_key(model)
    }

    /// Models whose views have numbers from this one on: those of a file beside those of a kernel.
    pub fn numbered_from(first: ViewId) -> Self {
        Self {
            num_views: first,
            ..Self::default()
        }
    }

    /// Makes a model of a state that was kept: its binary parts are Base64, each with its place.
    pub fn restore(&mut self, id: &str, state: JsonMap, buffers: Vec<Buffer>) {
        let model = Model {
            refers_to: references_of(&state),
            state,
            buffers,
        };
        self.models.insert(id.to_owned(), model);
    }

    /// Takes over all models of another kernel, which is going.
    pub fn absorb(&mut self, other: &Self) {
        let models = other.models.iter();
        self.models
            .extend(models.map(|(id, model)| (id.clone(), model.clone())));
    }

    /// A model and those that a view of it needs, with their binary parts.
    pub fn shown_with(&self, root: &str) -> Vec<ModelState<'_>> {
        let needed = self.needed_by(root).into_iter();
        needed
            .filter_map(|id| {
                let model = self.models.get(&id)?;
                Some((id, &model.state, model.buffers.as_slice()))
            })
            .collect()
    }

    /// Whether a view of this model would run code that a model brings along.
    pub fn brings_code(&self, root: &str) -> bool {
        let has_module = |(_, state, _): &ModelState<'_>| state.contains_key("_esm");
        self.shown_with(root).iter().any(has_module)
    }

    /// Takes a message of the kernel.
    pub fn take(&mut self, message: &Message) -> Vec<Told> {
        let Some(content) = message.content.as_object() else {
            return Vec::new();
        };
        let Some(id) = content.get("comm_id").and_then(Value::as_str) else {
            return Vec::new();
        };
        let empty = JsonMap::new();
        let data = content.get("data").and_then(Value::as_object).unwrap_or(&empty);
        let buffers = content
            .get("buffers")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        match message.header.msg_type.as_str() {
            "comm_open" if content.get("target_name").and_then(Value::as_str) == Some(WIDGET_TARGET) => {
                self.models.insert(id.to_owned(), Model::default());
                self.merge(id, data, buffers);
                let is_link = self.models.get(id).is_some_and(is_link);
                if is_link { self.tell_new_models() } else { Vec::new() }
            }
            "comm_msg" if self.models.contains_key(id) => {
                let has_changed_links = is_update(data) && self.merge(id, data, buffers);
                let mut told = if has_changed_links {
                    self.tell_new_models()
                } else {
                    Vec::new()
                };
                told.extend(self.tell_message(id, data, buffers, None));
                told
            }
            "comm_close" if self.models.remove(id).is_some() => {
                let told = json!({"kind": "close", "comm_id": id});
                let views = self.views.iter_mut();
                views
                    .filter_map(|(number, view)| view.known.remove(id).then(|| (*number, told.clone())))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// A new view of a model, with what it is told first; nothing if there is no such model.
    pub fn open_view(&mut self, root: &str) -> Option<(ViewId, Vec<Told>)> {
        if !self.has(root) {
            return None;
        }
        self.num_views += 1;
        let number = self.num_views;
        let view = View {
            root: root.to_owned(),
            known: BTreeSet::new(),
        };
        self.views.insert(number, view);
        let mut told = self.tell_new_models();
        told.push((number, json!({"kind": "show", "model_id": root})));
        Some((number, told))
    }

    /// The view is gone.
    pub fn close_view(&mut self, number: ViewId) {
        self.views.remove(&number);
    }

    /// Forgets all models and views, because their kernel is gone.
    pub fn clear(&mut self) {
        self.models.clear();
        self.views.clear();
    }

    /// Whether a view has got a model.
    pub(super) fn knows(&self, number: ViewId, model: &str) -> bool {
        self.views.get(&number).is_some_and(|view| view.known.contains(model))
    }

    /// Takes over what a view has changed, and tells it to the others that show the model.
    pub(super) fn change(&mut self, from: ViewId, id: &str, data: &JsonMap, buffers: &[Value]) -> Vec<Told> {
        if !is_update(data) {
            return Vec::new();
        }
        let has_changed_links = self.merge(id, data, buffers);
        let mut told = if has_changed_links {
            self.tell_new_models()
        } else {
            Vec::new()
        };
        told.extend(self.tell_message(id, data, buffers, Some(from)));
        told
    }

    /// Takes an update into the state; true if the model refers to others than before.
    fn merge(&mut self, id: &str, data: &JsonMap, buffers: &[Value]) -> bool {
        let Some(model) = self.models.get_mut(id) else {
            return false;
        };
        let Some(changes) = data.get("state").and_then(Value::as_object) else {
            return false;
        };
        for (name, value) in changes {
            model.state.insert(name.clone(), value.clone());
        }
        model
            .buffers
            .retain(|(path, _)| !matches!(path.first(), Some(Value::String(name)) if changes.contains_key(name)));
        let paths = data.get("buffer_paths").and_then(Value::as_array).into_iter().flatten();
        for (path, buffer) in paths.zip(buffers) {
            if let Some(path) = path.as_array() {
                model.buffers.push((path.clone(), buffer.clone()));
            }
        }
        let refers_to = references_of(&model.state);
        let has_changed = refers_to != model.refers_to;
        model.refers_to = refers_to;
        has_changed
    }

    /// Gives every view the models that it needs by now and has not got, each after those it refers to.
    fn tell_new_models(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        let numbers: Vec<ViewId> = self.views.keys().copied().collect();
        for number in numbers {
            let Some(view) = self.views.get(&number) else { continue };
            let needed = self.needed_by(&view.root);
            let new: Vec<String> = needed.difference(&view.known).cloned().collect();
            for id in &new {
                if let Some(model) = self.models.get(id) {
                    told.push((number, told_model(id, model)));
                }
            }
            if let Some(view) = self.views.get_mut(&number) {
                view.known.extend(new);
            }
        }
        told
    }

    /// A model, all it refers to, and links that start at one of these.
    fn needed_by(&self, root: &str) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut open = vec![root.to_owned()];
        let links: Vec<(&String, &Model)> = self.models.iter().filter(|(_, model)| is_link(model)).collect();
        while let Some(id) = open.pop() {
            let Some(model) = self.models.get(&id) else { continue };
            if needed.insert(id.clone()) {
                open.extend(model.refers_to.iter().cloned());
                let joined = links.iter().filter(|(_, link)| link_source(link) == Some(id.as_str()));
                open.extend(joined.map(|(link, _)| (*link).clone()));
            }
        }
        needed
    }

    fn tell_message(&self, id: &str, data: &JsonMap, buffers: &[Value], except: Option<ViewId>) -> Vec<Told> {
        let told = json!({"kind": "msg", "comm_id": id, "data": data, "buffers": buffers});
        self.views
            .iter()
            .filter(|(number, view)| Some(**number) != except && view.known.contains(id))
            .map(|(number, _)| (*number, told.clone()))
            .collect()
    }
}

fn told_model(id: &str, model: &Model) -> Value {
    let (paths, buffers): (Vec<_>, Vec<_>) = model.buffers.iter().cloned().unzip();
    json!({"kind": "open", "comm_id": id, "state": model.state, "buffer_paths": paths, "buffers": buffers})
}

fn is_update(data: &JsonMap) -> bool {
    matches!(
        data.get("method").and_then(Value::as_str),
        Some("update" | "echo_update")
    )
}

fn is_link(model: &Model) -> bool {
    let name = model.state.get("_model_name").and_then(Value::as_str);
    name.is_some_and(|name| LINKS.contains(&name))
}

fn link_source(link: &Model) -> Option<&str> {
    link.state.get("source")?.get(0)?.as_str()?.strip_prefix(REFERENCE)
}

fn references_of(state: &JsonMap) -> BTreeSet<String> {
    let mut refers_to = BTreeSet::new();
    for value in state.values() {
        find_references(value, 0, &mut refers_to);
    }
    refers_to
}

/// Collects the names of models in a value: references, and outputs (of an `Output` widget) that show one.
pub(super) fn find_references(value: &Value, depth: usize, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE) {
                found.insert(id.to_owned());
            }
        }
        Value::Array(items) if depth < MAX_DEPTH => {
            items.iter().for_each(|item| find_references(item, depth + 1, found));
        }
        Value::Object(fields) if depth < MAX_DEPTH => {
            let shown = fields
                .get(VIEW)
                .and_then(|view| view.get("model_id"))
                .and_then(Value::as_str);
            found.extend(shown.map(str::to_owned));
            fields.values().for_each(|item| find_references(item, depth + 1, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
    }
}
