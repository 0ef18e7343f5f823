//! Buttons, with words or with an icon alone.
//! They never guess a name: an icon button must be given its label, which is also its tooltip.
//! Read next: `icons/table.rs` for the icons.

use leptos::prelude::*;

use crate::ui::icons::{Icon, IconView};

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// An ordinary action.
    #[default]
    Secondary,
    /// An action among many, without a border.
    Quiet,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Secondary => "button",
            Self::Quiet => "button button--quiet",
        }
    }
}

/// A button with words.
#[component]
pub fn Button(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    on_click: Callback<()>,
    /// How much it asks for attention.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// Whether it can not be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// More about it, shown on hover.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView {
    view! {
        <button type="button" class=kind.class() title=title disabled=disabled on:click=move |_| on_click.run(())>
            {icon.map(|icon| view! { <IconView icon /> })}
            <span class="button__label">{label}</span>
        </button>
    }
}

/// A square button with an icon. The label is its accessible name and, with the shortcut, its tooltip.
#[component]
pub fn IconButton(
    /// The icon.
    #[prop(into)]
    icon: Signal<Icon>,
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    on_click: Callback<()>,
    /// The key that does the same, as it is printed on the keyboard.
    #[prop(optional, into)]
    shortcut: Option<String>,
    /// Whether it can not be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For a switch: whether it is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Further class names.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let title = move || match &shortcut {
        Some(shortcut) => format!("{} ({shortcut})", label.get()),
        None => label.get(),
    };
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            title=title
            aria-label=label
            aria-pressed=pressed.map(|pressed| move || pressed.get().to_string())
            disabled=disabled
            on:click=move |_| on_click.run(())
        >
            <IconView icon />
        </button>
    }
}
