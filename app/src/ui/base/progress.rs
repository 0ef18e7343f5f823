//! A progress bar, with a known share or without.
//! It draws no text: words and numbers stand beside it, where they can be read and copied.
//! Read next: app/styles/base.css (`.progress`).

use leptos::prelude::*;

/// A thin bar. `None` means that something is under way and nobody knows how far.
#[component]
pub fn ProgressBar(
    /// The share done, from 0 to 1.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// What is under way.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let percent = move || {
        value
            .get()
            .filter(|share| share.is_finite())
            .map(|share| (share.clamp(0.0, 1.0) * 100.0).round())
    };
    view! {
        <div
            class="progress"
            class:progress--unknown=move || percent().is_none()
            role="progressbar"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent().map(|percent| percent.to_string())
        >
            <div class="progress__bar" style:width=move || percent().map(|percent| format!("{percent}%")).unwrap_or_default()></div>
        </div>
    }
}
