//! A button that opens a menu: arrows, Home, End, first letters, Enter and Escape, as the ARIA menu pattern has it.
//! Items are given whole; the menu knows only how to show and choose them.
//! Read next: app/styles/base.css (`.menu`).

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use crate::ui::icons::{Icon, IconView};

/// One action in a menu.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// What it says.
    pub label: String,
    /// An icon before the words.
    pub icon: Option<Icon>,
    /// The key that does the same, as it is printed on the keyboard.
    pub shortcut: Option<String>,
    /// Whether it can not be used now.
    pub disabled: Signal<bool>,
    /// What it does.
    pub on_choose: Callback<()>,
}

/// A line of a menu.
#[derive(Clone, Debug)]
pub enum MenuEntry {
    /// Something to choose.
    Item(MenuItem),
    /// A line between groups.
    Separator,
}

/// A button with a menu below it.
#[component]
pub fn Menu(
    /// What the button says, or what it is called if it shows only an icon.
    #[prop(into)]
    label: Signal<String>,
    /// The button's icon; without one the label is shown.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// The lines.
    #[prop(into)]
    entries: Signal<Vec<MenuEntry>>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();

    let close = move |gives_focus_back: bool| {
        is_open.set(false);
        if gives_focus_back && let Some(button) = button.get_untracked() {
            button.focus().ok();
        }
    };
    // The list takes the focus on its first item as soon as it is there.
    Effect::new(move |_| {
        if list.get().is_some() {
            focus_item(list, Step::First);
        }
    });
    let on_focus_out = move |event: FocusEvent| {
        let goes_to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        let stays = root.get_untracked().is_some_and(|root| root.contains(goes_to.as_ref()));
        // A press on nothing focusable has no target; the list then keeps the focus until a press outside is real.
        if !stays {
            close(false);
        }
    };
    let on_list_key = move |event: KeyboardEvent| {
        let key = event.key();
        let step = match key.as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            "Escape" => {
                event.stop_propagation();
                return close(true);
            }
            "Tab" => return close(false),
            letter if letter.chars().count() == 1 && letter != " " && !event.ctrl_key() && !event.meta_key() => {
                Step::Starting(letter.to_lowercase())
            }
            _ => return event.stop_propagation(),
        };
        event.prevent_default();
        event.stop_propagation();
        focus_item(list, step);
    };
    let on_button_key = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
            event.prevent_default();
            is_open.set(true);
        }
    };
    view! {
        <div class="menu" node_ref=root on:focusout=on_focus_out>
            <button
                type="button"
                class=if icon.is_some() { "icon-button" } else { "button button--quiet" }
                node_ref=button
                title=move || icon.is_some().then(|| label.get())
                aria-label=move || icon.is_some().then(|| label.get())
                aria-haspopup="menu"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                on:keydown=on_button_key
            >
                {match icon {
                    Some(icon) => view! { <IconView icon /> }.into_any(),
                    None => view! { <span class="button__label">{label}</span> <IconView icon=Icon::ChevronDown /> }.into_any(),
                }}
            </button>
            <Show when=move || is_open.get()>
                <div class="menu__list" role="menu" aria-label=label node_ref=list tabindex="-1" on:keydown=on_list_key>
                    {move || entries.get().into_iter().map(|entry| view_entry(entry, close)).collect_view()}
                </div>
            </Show>
        </div>
    }
}

fn view_entry(entry: MenuEntry, close: impl Fn(bool) + Copy + Send + Sync + 'static) -> AnyView {
    let MenuEntry::Item(item) = entry else {
        return view! { <div class="menu__separator" role="separator"></div> }.into_any();
    };
    let on_choose = item.on_choose;
    view! {
        <button
            type="button"
            class="menu__item"
            role="menuitem"
            tabindex="-1"
            disabled=item.disabled
            on:click=move |_| {
                close(true);
                on_choose.run(());
            }
        >
            <span class="menu__icon">{item.icon.map(|icon| view! { <IconView icon /> })}</span>
            <span class="menu__label">{item.label}</span>
            {item.shortcut.map(|shortcut| view! { <kbd class="menu__shortcut">{shortcut}</kbd> })}
        </button>
    }
    .into_any()
}

/// Where the focus goes in a list.
enum Step {
    First,
    Last,
    Next,
    Previous,
    /// The next item that begins with these letters.
    Starting(String),
}

/// Moves the focus among the items that can be chosen, round the ends.
fn focus_item(list: NodeRef<html::Div>, step: Step) {
    let Some(list) = list.get_untracked() else {
        return;
    };
    let Ok(found) = list.query_selector_all("[role=menuitem]:not(:disabled)") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect();
    if items.is_empty() {
        // The list itself must hold the focus, or Escape would not reach it.
        list.focus().ok();
        return;
    }
    let active = document().active_element();
    let current = items
        .iter()
        .position(|item| active.as_ref().is_some_and(|active| item.is_same_node(Some(active))));
    let count = items.len();
    let target = match step {
        Step::First => 0,
        Step::Last => count - 1,
        Step::Next => current.map_or(0, |current| (current + 1) % count),
        Step::Previous => current.map_or(count - 1, |current| (current + count - 1) % count),
        Step::Starting(letters) => {
            let first = current.map_or(0, |current| current + 1);
            let starts = |index: &usize| {
                items
                    .get(*index)
                    .is_some_and(|item| item.inner_text().trim().to_lowercase().starts_with(&letters))
            };
            match (0..count).map(|offset| (first + offset) % count).find(starts) {
                Some(found) => found,
                None => return,
            }
        }
    };
    if let Some(item) = items.get(target) {
        item.focus().ok();
    }
}
