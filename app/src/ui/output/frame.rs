//! HTML and SVG of unknown intent, in a frame that has no origin, may fetch nothing (or, from a run of this visit in a
//! notebook with a network, pictures) and may tell us only its height.
//! The frame is made when it comes near the screen, and removed if its content tries to go to another page. Scripts of
//! an output that came with the document stay off until the user runs the cell or asks for them.
//! Read next: `render/frame_page.rs` (what stands in it), `web/output_frame.rs` (what is believed of it).

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::model::facet::Facet;
use crate::render::frame_page::{FrameContent, FramePictures, FrameScripts, frame_page, has_scripts};
use crate::state::AppState;
use crate::web::frame::remote_sources;
use crate::web::output_frame::{HeightListener, NearScreen, page_theme, send_theme};
use crate::web::window::random_seed;

/// What the content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// A piece of HTML.
    Html,
    /// An SVG document.
    Svg,
}

/// The tallest frame, in CSS pixels, that is shown whole without being asked.
const WHOLE_HEIGHT: u32 = 900;

/// Where a frame is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not made yet.
    Waiting,
    /// On the page.
    Live,
    /// Taken away, because it went elsewhere.
    Removed,
}

/// An output frame.
#[component]
pub(super) fn OutputFrame(content: String, kind: FrameKind, made_here: Signal<bool>) -> impl IntoView {
    let stage = RwSignal::new(Stage::Waiting);
    let was_asked = RwSignal::new(false);
    let runs_scripts = Memo::new(move |_| made_here.get() || was_asked.get());
    let app = AppState::from_context();
    let has_network = app.read(Facet::Network, |state| state.document.notebook.allows_network());
    let loads_pictures = Memo::new(move |_| made_here.get() && has_network.get());
    let has_scripts = has_scripts(&content);
    let host = NodeRef::<html::Div>::new();
    let near_screen = StoredValue::new_local(None::<NearScreen>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let observer = NearScreen::new(&host, move || {
                if stage.try_get_untracked() == Some(Stage::Waiting) {
                    stage.set(Stage::Live);
                }
            });
            near_screen.set_value(Some(observer));
        }
    });
    let content: Arc<str> = content.into();
    view! {
        <div class="output-frame" node_ref=host>
            {move || match stage.get() {
                Stage::Waiting => ().into_any(),
                // The policy is part of the frame's page, so another policy is another frame.
                Stage::Live => view! { <LiveFrame content=content.clone() kind stage runs_scripts=runs_scripts.get() loads_pictures=loads_pictures.get() /> }.into_any(),
                Stage::Removed => view! { <p class="output-note">"This output was removed because it tried to open another page"</p> }.into_any(),
            }}
            <Show when=move || has_scripts && !runs_scripts.get()>
                <button
                    type="button"
                    class="output-more"
                    title="This output came with the notebook. Nothing in it runs until you run the cell or press here."
                    on:click=move |_| was_asked.set(true)
                >
                    "Run the scripts of this output"
                </button>
            </Show>
        </div>
    }
}

/// The frame itself.
#[component]
fn LiveFrame(
    content: Arc<str>,
    kind: FrameKind,
    stage: RwSignal<Stage>,
    runs_scripts: bool,
    loads_pictures: bool,
) -> impl IntoView {
    let frame = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(None::<u32>);
    let shows_all = RwSignal::new(false);
    let listener = StoredValue::new_local(None::<HeightListener>);
    let theme = page_theme();

    // The content was there before this word was drawn, so it cannot contain it.
    let nonce = format!("{:016x}", random_seed());
    let scripts = if runs_scripts {
        FrameScripts::All
    } else {
        FrameScripts::OursAlone(&nonce)
    };
    let pictures = if loads_pictures {
        FramePictures::From(remote_sources())
    } else {
        FramePictures::Carried
    };
    let page = theme.with_untracked(|theme| {
        let content = match kind {
            FrameKind::Html => FrameContent::Html(&content),
            FrameKind::Svg => FrameContent::Svg(&content),
        };
        frame_page(content, theme, scripts, pictures)
    });
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            // Heights of the same value are dropped here, so that a chatty frame costs no layout.
            let on_height = move |new| {
                if height.try_get_untracked().is_some_and(|old| old != Some(new)) {
                    height.set(Some(new));
                }
            };
            listener.set_value(Some(HeightListener::new(frame, on_height)));
        }
    });
    Effect::new(move |was_sent: Option<()>| {
        let theme = theme.get();
        if let (Some(()), Some(frame)) = (was_sent, frame.get_untracked()) {
            send_theme(&frame, &theme);
        }
    });
    let num_loads = StoredValue::new(0_u32);
    let on_load = move |_| {
        num_loads.update_value(|num_loads| *num_loads += 1);
        // The first load is our page. There is no second unless the content navigated.
        if num_loads.get_value() > 1 {
            stage.set(Stage::Removed);
        }
    };
    let is_long = Memo::new(move |_| height.get().is_some_and(|height| height > WHOLE_HEIGHT));
    let shown_height = move || {
        let height = height.get().unwrap_or(0);
        let limit = if shows_all.get() { u32::MAX } else { WHOLE_HEIGHT };
        format!("{}px", height.min(limit))
    };
    let title = match kind {
        FrameKind::Html => "HTML output",
        FrameKind::Svg => "SVG output",
    };
    view! {
        <iframe
            class="output-frame__frame"
            class:output-frame__frame--ready=move || height.get().is_some()
            node_ref=frame
            sandbox="allow-scripts"
            referrerpolicy="no-referrer"
            title=title
            style:height=shown_height
            srcdoc=page
            on:load=on_load
        ></iframe>
        <Show when=move || is_long.get()>
            <button type="button" class="output-more" on:click=move |_| shows_all.update(|shows_all| *shows_all = !*shows_all)>
                {move || if shows_all.get() { "Show less" } else { "Show all" }}
            </button>
        </Show>
    }
}
