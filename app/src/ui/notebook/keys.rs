//! Keys that reach the page: commands on the selected cell. Keys inside an editor are the editor's, which reports commands.

use crate::commands::keymap::{Chord, KeyReader, Meaning};
use crate::commands::table::Command;
use crate::model::view::Mode;
use crate::state::AppState;
use crate::web::{focus, window};
use leptos::ev;
use leptos::prelude::*;
use std::cell::RefCell;

/// Listens to keys for as long as the notebook is shown.
pub fn listen(app: AppState) {
    let reader = RefCell::new(KeyReader::new(window::is_mac()));
    let handle = window_event_listener(ev::keydown, move |event| {
        // What has been handled, what composes a character, and what belongs to a dialog is not ours.
        if event.default_prevented() || event.is_composing() || focus::is_from_dialog(&event) {
            return;
        }
        if focus::is_from_panel(&event) && !has_modifier(&event) {
            return;
        }
        let is_text = focus::is_from_text_field(&event);
        if matches!(event.key().as_str(), "Enter" | " ") && focus::is_from_pressable(&event) && !has_modifier(&event) {
            return;
        }
        // While the caret is on its way into a text, what is typed ahead must not be taken for commands.
        let mode = if is_text {
            Mode::Edit
        } else {
            app.with(|state| state.view.mode)
        };
        let chord = Chord::new(
            &event.key(),
            event.ctrl_key(),
            event.meta_key(),
            event.alt_key(),
            event.shift_key(),
        );
        // When the key was pressed: a page that is busy may come to it much later.
        let meaning = reader.borrow_mut().read(&chord, mode, event.time_stamp());
        match meaning {
            Meaning::Command(command) if !is_text || command == Command::Save => {
                event.prevent_default();
                app.command(command);
            }
            Meaning::Pending => event.prevent_default(),
            Meaning::Command(_) | Meaning::Nothing => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn has_modifier(event: &ev::KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key()
}
