//! What stands in a cell for its editor: the text while the bundle is on its way, the editor, or a text area.
//! The bundle itself is `bundle.rs`'s.

use super::bundle::{EditorHandle, EditorModule, MountedEditor, load_editor};
use super::wires::{Ask, EditorCommand, EditorTexts, Language, Wires};
use crate::model::ids::CellId;
use js_sys::Promise;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

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
