//! The bundle with CodeMirror: loading it, mounting an editor, having editors do something.
//! What the page shows meanwhile is `component.rs`'s.

use super::wires::{EditorCommand, EditorQuestion, Language, Wires};
use crate::model::action::EditorTask;
use crate::model::ids::CellId;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::Element;

#[wasm_bindgen(module = "/js/editor_loader.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadEditor, catch)]
    pub(super) async fn load_editor() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    pub(super) type EditorModule;

    #[wasm_bindgen(method, catch)]
    fn mount(this: &EditorModule, parent: &Element, options: &Object) -> Result<EditorHandle, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn perform(this: &EditorModule, cell: &str, task: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = goToLine)]
    fn go_to_line(this: &EditorModule, cell: &str, line: u32) -> Result<(), JsValue>;

    #[derive(Clone)]
    pub(super) type EditorHandle;

    #[wasm_bindgen(method, js_name = setDoc)]
    pub(super) fn set_doc(this: &EditorHandle, doc: &str);

    #[wasm_bindgen(method)]
    pub(super) fn focus(this: &EditorHandle);

    #[wasm_bindgen(method)]
    pub(super) fn blur(this: &EditorHandle);

    #[wasm_bindgen(method)]
    fn destroy(this: &EditorHandle);
}

/// A live editor; dropping it takes it out of the page.
pub(super) struct MountedEditor {
    pub handle: EditorHandle,
    // JavaScript calls these; they live exactly as long as the editor.
    _on_change: Closure<dyn Fn(String)>,
    _on_focus: Closure<dyn Fn()>,
    _on_blur: Closure<dyn Fn()>,
    _on_command: Closure<dyn Fn(String)>,
    _on_notice: Closure<dyn Fn(String)>,
    _on_go_to: Closure<dyn Fn(String)>,
    _texts: Closure<dyn Fn(u32) -> Array>,
    _ask: Closure<dyn Fn(String, String) -> Promise>,
}

impl Drop for MountedEditor {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

impl MountedEditor {
    /// Puts an editor into `parent`.
    pub(super) fn new(
        module: &EditorModule,
        parent: &Element,
        cell: &str,
        doc: &str,
        language: Language,
        label: &str,
        wires: Wires,
    ) -> Result<Self, JsValue> {
        let on_change = Closure::<dyn Fn(String)>::new(move |doc| {
            wires.on_change.try_run(doc);
        });
        let on_focus = Closure::<dyn Fn()>::new(move || {
            wires.on_focus.try_run(());
        });
        let on_blur = Closure::<dyn Fn()>::new(move || {
            wires.on_blur.try_run(());
        });
        let on_command = Closure::<dyn Fn(String)>::new(move |name: String| {
            if let Some(command) = EditorCommand::from_name(&name) {
                wires.on_command.try_run(command);
            }
        });
        let on_notice = Closure::<dyn Fn(String)>::new(move |text| {
            wires.on_notice.try_run(text);
        });
        let on_go_to = Closure::<dyn Fn(String)>::new(move |cell: String| {
            wires.on_go_to.try_run(CellId::from(cell));
        });
        let texts = Closure::<dyn Fn(u32) -> Array>::new(move |since| {
            let (now, is_all, texts) = wires.texts.try_run(since).unwrap_or((since, false, Vec::new()));
            let pairs = texts.iter().flat_map(|(cell, text)| [cell.as_str(), text]);
            let pairs: Array = pairs.map(JsValue::from_str).collect();
            Array::of3(&now.into(), &is_all.into(), &pairs)
        });
        let ask = Closure::<dyn Fn(String, String) -> Promise>::new(move |kind, content| {
            let answer = wires.ask.try_run(EditorQuestion { kind, content });
            wasm_bindgen_futures::future_to_promise(async move {
                let text = match answer {
                    Some(answer) => answer.await,
                    None => None,
                };
                Ok(text.map_or(JsValue::NULL, JsValue::from))
            })
        });
        let options = Object::new();
        let entries: [(&str, &JsValue); 12] = [
            ("cell", &JsValue::from_str(cell)),
            ("doc", &JsValue::from_str(doc)),
            ("language", &JsValue::from_str(language.name())),
            ("label", &JsValue::from_str(label)),
            ("onChange", on_change.as_ref()),
            ("onFocus", on_focus.as_ref()),
            ("onBlur", on_blur.as_ref()),
            ("onCommand", on_command.as_ref()),
            ("onNotice", on_notice.as_ref()),
            ("onGoTo", on_go_to.as_ref()),
            ("texts", texts.as_ref()),
            ("ask", ask.as_ref()),
        ];
        for (name, value) in entries {
            Reflect::set(&options, &JsValue::from_str(name), value)?;
        }
        let handle = module.mount(parent, &options)?;
        Ok(Self {
            handle,
            _on_change: on_change,
            _on_focus: on_focus,
            _on_blur: on_blur,
            _on_command: on_command,
            _on_notice: on_notice,
            _on_go_to: on_go_to,
            _texts: texts,
            _ask: ask,
        })
    }
}

/// Has the editor of a cell do something at its caret. Where no editor has come, nothing happens.
pub fn perform(cell: &CellId, task: EditorTask) {
    let cell = cell.clone();
    spawn_local(async move {
        if let Ok(module) = load_editor().await {
            module
                .unchecked_into::<EditorModule>()
                .perform(cell.as_str(), task.as_str())
                .ok();
        }
    });
}

/// Puts the caret on a line of a code cell, counted from 1, as soon as the cell has an editor.
pub fn go_to_line(cell: &CellId, line: u32) {
    let cell = cell.clone();
    spawn_local(async move {
        if let Ok(module) = load_editor().await {
            let module: EditorModule = module.unchecked_into();
            module.go_to_line(cell.as_str(), line).ok();
        }
    });
}
