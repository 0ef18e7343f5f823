//! What the kernel costs: memory as it told after the last cell, and of the running cell what the page knows itself.

use crate::model::facet::Facet;
use crate::model::runtime::{CellStatus, KernelStatus};
use crate::model::state::State;
use crate::state::AppState;
use crate::ui::base::{bytes_label, time_label};
use crate::web::time;
use leptos::prelude::*;
use std::time::Duration;

/// How often the time of the running cell is shown anew.
const TICK: Duration = Duration::from_secs(1);

/// The figures.
#[component]
pub(super) fn ResourcesView() -> impl IntoView {
    let app = AppState::from_context();
    let resources = app.read(Facet::Inspector, |state| {
        let listing = state.runtime.inspector.listing.as_ref();
        listing.map(|listing| listing.resources.clone()).unwrap_or_default()
    });
    let now_ms = RwSignal::new(time::page_ms());
    if let Ok(timer) = set_interval_with_handle(move || now_ms.set(time::page_ms()), TICK) {
        on_cleanup(move || timer.clear());
    }
    let running = Memo::new(move |_| {
        app.track(Facet::Kernel);
        let now_ms = now_ms.get();
        app.with(|state| running_text(state, now_ms))
    });
    let queue = Memo::new(move |_| {
        app.track(Facet::Kernel);
        now_ms.track();
        app.with(|state| {
            let cells = state.runtime.cells.values();
            cells.filter(|cell| cell.status == CellStatus::Queued).count()
        })
    });
    let bytes = |bytes: Option<u64>| bytes.map_or_else(|| "–".to_owned(), bytes_label);
    let gpu = move || {
        let known = resources.get();
        match (known.gpu_bytes, known.gpu_peak_bytes) {
            (Some(now), Some(peak)) => format!("{}, at most {}", bytes_label(now), bytes_label(peak)),
            _ => "–".to_owned(),
        }
    };
    view! {
        <section class="inspector__part" aria-label="Resources">
            <h3 class="inspector__subtitle">"Resources"</h3>
            <dl class="resources">
                <div><dt>"Python memory"</dt><dd>{move || bytes(resources.get().python_bytes)}</dd></div>
                <div><dt>"Tensors on the CPU"</dt><dd>{move || bytes(resources.get().tensor_bytes)}</dd></div>
                <div><dt>"GPU memory"</dt><dd>{gpu}</dd></div>
                <div><dt>"Running cell"</dt><dd>{running}</dd></div>
                <div><dt>"Cells waiting"</dt><dd>{queue}</dd></div>
            </dl>
        </section>
    }
}

/// The time of the running cell.
fn running_text(state: &State, now_ms: f64) -> String {
    let mut cells = state.runtime.cells.values();
    let running = cells.find(|cell| cell.status == CellStatus::Running);
    match running.and_then(|cell| cell.started_ms) {
        Some(started_ms) if state.runtime.kernel == KernelStatus::Busy => time_label((now_ms - started_ms).max(0.0)),
        _ => "none".to_owned(),
    }
}
