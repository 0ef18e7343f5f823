//! The code editor of a cell: plain text at once, CodeMirror as soon as its bundle has arrived, a text area if it never does.
//! It passes text, focus and commands between the page and the editor; what a command does is not decided here.
//! Read next: `js/editor.js` (the editor itself), `js/editor_keys.js` (its keys).

use crate::model::action::EditorTask;
use crate::model::ids::CellId;
use futures::future::LocalBoxFuture;
use js_sys::{Array, Object, Promise, Reflect};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::Element;

/// The language whose colours and habits an editor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python code.
    Python,
    /// Markdown prose.
    Markdown,
    /// Text without a grammar.
    Plain,
}

impl Language {
    /// The name that the bundle and the style sheets know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Markdown => "markdown",
            Self::Plain => "plain",
        }
    }
}

/// What a key in the editor asks of the notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorCommand {
    /// Run this cell and go to the next (Shift-Enter).
    RunAndAdvance,
    /// Run this cell and stay (Ctrl-Enter, Cmd-Enter).
    Run,
    /// Run this cell and insert one below (Alt-Enter).
    RunAndInsert,
    /// Go back to command mode (Escape).
    LeaveEdit,
    /// Go to the cell above (up arrow on the first line).
    MoveUp,
    /// Go to the cell below (down arrow on the last line).
    MoveDown,
}

impl EditorCommand {
    /// The command of a name in `js/editor_keys.js`.
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "run-and-advance" => Some(Self::RunAndAdvance),
            "run" => Some(Self::Run),
            "run-and-insert" => Some(Self::RunAndInsert),
            "leave-edit" => Some(Self::LeaveEdit),
            "move-up" => Some(Self::MoveUp),
            "move-down" => Some(Self::MoveDown),
            _ => None,
        }
    }
}

/// Something that the editor asks the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorQuestion {
    /// What it is about; the newest of a kind wins.
    pub kind: String,
    /// The content of the request, as JSON text.
    pub content: String,
}

/// The content of the kernel's reply as JSON text, if there is one in time.
pub type EditorAnswer = LocalBoxFuture<'static, Option<String>>;

/// Tells an editor which code of the notebook has changed after the change of a number: the number to ask with next time,
/// whether this is all code in the notebook's order, and pairs of names and texts.
pub type EditorTexts = Callback<u32, (u32, bool, Vec<(CellId, String)>)>;

/// How an editor asks the kernel.
pub type Ask = Callback<EditorQuestion, EditorAnswer>;

#[wasm_bindgen(module = "/js/editor_loader.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadEditor, catch)]
    async fn load_editor() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type EditorModule;

    #[wasm_bindgen(method, catch)]
    fn mount(this: &EditorModule, parent: &Element, options: &Object) -> Result<EditorHandle, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn perform(this: &EditorModule, cell: &str, task: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = goToLine)]
    fn go_to_line(this: &EditorModule, cell: &str, line: u32) -> Result<(), JsValue>;

    #[derive(Clone)]
    type EditorHandle;

    #[wasm_bindgen(method, js_name = setDoc)]
    fn set_doc(this: &EditorHandle, doc: &str);

    #[wasm_bindgen(method)]
    fn focus(this: &EditorHandle);

    #[wasm_bindgen(method)]
    fn blur(this: &EditorHandle);

    #[wasm_bindgen(method)]
    fn destroy(this: &EditorHandle);
}

/// What stands in the editor's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The text, readable, while the bundle is on its way.
    Plain,
    /// The editor.
    Ready,
    /// A text area, because the bundle could not be loaded.
    Failed,
}

/// The page's ends of an editor's wires.
#[derive(Clone, Copy)]
struct Wires {
    on_change: Callback<String>,
    on_focus: Callback<()>,
    on_blur: Callback<()>,
    on_command: Callback<EditorCommand>,
    on_notice: Callback<String>,
    on_go_to: Callback<CellId>,
    texts: EditorTexts,
    ask: Ask,
}

/// A live editor; dropping it takes it out of the page.
struct MountedEditor {
    handle: EditorHandle,
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
    fn new(
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

/// An editor for one cell's source.
///
/// A new `value` that equals the editor's text does nothing, so the owner may simply store what `on_change` says.
#[component]
pub fn CodeEditor(
    /// The cell's name, by which editors find each other.
    #[prop(into)]
    cell: String,
    /// The text.
    #[prop(into)]
    value: Signal<String>,
    /// The user changed the text.
    on_change: Callback<String>,
    /// The language of the text.
    language: Language,
    /// True gives the editor the caret, false takes it away.
    #[prop(into)]
    focus: Signal<bool>,
    /// The editor got the caret.
    on_focus: Callback<()>,
    /// The editor lost the caret.
    on_blur: Callback<()>,
    /// A notebook key was pressed in the editor.
    on_command: Callback<EditorCommand>,
    /// The editor has something to tell the user.
    on_notice: Callback<String>,
    /// The user goes to another cell, which may not have an editor yet.
    on_go_to: Callback<CellId>,
    /// Tells the code of cells that have no editor.
    texts: EditorTexts,
    /// Asks the kernel.
    ask: Ask,
    /// What a screen reader calls the editor.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let host = NodeRef::<Div>::new();
    let stage = RwSignal::new(Stage::Plain);
    let editor = StoredValue::new_local(None::<MountedEditor>);
    let wires = Wires {
        on_change,
        on_focus,
        on_blur,
        on_command,
        on_notice,
        on_go_to,
        texts,
        ask,
    };

    let label_for_editor = label.clone();
    Effect::new(move |was_started: Option<bool>| {
        let Some(parent) = host.get() else {
            return false;
        };
        if was_started != Some(true) {
            let (label, cell) = (label_for_editor.clone(), cell.clone());
            spawn_local(async move {
                let mounted = async {
                    let module: EditorModule = load_editor().await?.unchecked_into();
                    // The cell may have gone while the bundle was on its way; then there is nothing to mount.
                    match value.try_get_untracked() {
                        Some(doc) => {
                            MountedEditor::new(&module, &parent, &cell, &doc, language, &label, wires).map(Some)
                        }
                        None => Ok(None),
                    }
                };
                match mounted.await {
                    Ok(Some(mounted)) => {
                        editor.try_update_value(|slot| *slot = Some(mounted));
                        // Others that come in the same moment are made first: a change of the page between two of them
                        // would have the browser lay it out for each.
                        wasm_bindgen_futures::JsFuture::from(Promise::resolve(&JsValue::UNDEFINED))
                            .await
                            .ok();
                        stage.try_set(Stage::Ready);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        leptos::logging::warn!(
                            "The editor could not be loaded, a text area takes its place: {error:?}"
                        );
                        stage.try_set(Stage::Failed);
                    }
                }
            });
        }
        true
    });

    let with_editor = move |act: &dyn Fn(&EditorHandle)| {
        // The handle is taken out first, because the editor may call back while it is acted upon.
        let handle = editor
            .try_with_value(|slot| slot.as_ref().map(|mounted| mounted.handle.clone()))
            .flatten();
        if let Some(handle) = handle {
            act(&handle);
        }
    };
    Effect::new(move |_| {
        let is_ready = stage.get() == Stage::Ready;
        value.with(|doc| {
            if is_ready {
                with_editor(&|handle| handle.set_doc(doc));
            }
        });
    });
    Effect::new(move |_| {
        let has_focus = focus.get();
        if stage.get() == Stage::Ready {
            with_editor(&|handle| {
                if has_focus { handle.focus() } else { handle.blur() }
            });
        }
    });

    view! {
        <div class="editor" data-language=language.name()>
            <div class="editor__host" node_ref=host></div>
            {move || match stage.get() {
                Stage::Plain => view! { <PlainSource value on_focus /> }.into_any(),
                Stage::Ready => ().into_any(),
                Stage::Failed => view! { <FallbackEditor value focus label=label.clone() wires /> }.into_any(),
            }}
        </div>
    }
}

/// The source as it can be read before the editor is there. A press counts as a wish to edit.
#[component]
fn PlainSource(value: Signal<String>, on_focus: Callback<()>) -> impl IntoView {
    view! {
        // The added newline gives an empty source, and one that ends in a newline, the height it will have.
        <pre class="editor__plain" on:mousedown=move |_| on_focus.run(())>
            {move || format!("{}\n", value.get())}
        </pre>
    }
}

/// A bare text area: no colours, but nothing typed is ever refused.
#[component]
fn FallbackEditor(value: Signal<String>, focus: Signal<bool>, label: String, wires: Wires) -> impl IntoView {
    let area = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(area) = area.get() {
            let result = if focus.get() { area.focus() } else { area.blur() };
            result.ok();
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        let command = match event.key().as_str() {
            "Enter" if event.shift_key() => EditorCommand::RunAndAdvance,
            "Enter" if event.ctrl_key() || event.meta_key() => EditorCommand::Run,
            "Enter" if event.alt_key() => EditorCommand::RunAndInsert,
            "Escape" => EditorCommand::LeaveEdit,
            _ => return,
        };
        event.prevent_default();
        wires.on_command.run(command);
    };
    view! {
        <textarea
            class="editor__fallback"
            node_ref=area
            aria-label=label
            autocapitalize="off"
            spellcheck="false"
            rows=move || value.with(|text| text.lines().count().clamp(1, 40) + 1)
            prop:value=value
            on:input:target=move |event| wires.on_change.run(event.target().value())
            on:focus=move |_| wires.on_focus.run(())
            on:blur=move |_| wires.on_blur.run(())
            on:keydown=on_key
        ></textarea>
    }
}
