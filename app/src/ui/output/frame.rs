//! HTML and SVG of unknown intent, in a frame that has no origin, may fetch nothing (or, from a run of this visit in a
//! notebook with a network, pictures) and may tell us only its height.
//! The frame is made when it comes near the screen, and removed if its content tries to go to another page or floods
//! the page with messages. Scripts of
//! an output that came with the document stay off until the user runs the cell or asks for them.
//! Read next: `render/frame_page.rs` (what stands in it), `web/output_frame.rs` (what is believed of it).

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::model::facet::Facet;
use crate::render::frame_page::{FrameContent, FramePictures, FrameScripts, frame_page, has_scripts};
use crate::state::AppState;
use crate::web::frame::remote_sources;
use crate::web::host_frame::OUTPUT_HOST;
use crate::web::near_screen::NearScreen;
use crate::web::output_frame::{self, LiveOutput, num_endings, page_theme};
use crate::web::time;
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

/// A frame that has told no height after so long has not started, and this is said. On a slow machine it may yet come.
const START_LIMIT_MS: f64 = 5000.0;

/// Where a frame is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not made yet.
    Waiting,
    /// On the page.
    Live,
    /// Taken away, because it went elsewhere.
    Removed,
    /// Taken away, because its scripts sent messages without end.
    Stopped,
    /// The host, a file of this site, could not be loaded.
    Unreachable,
}

/// What a live frame may do, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Lease {
    num_endings: u32,
    runs_scripts: bool,
    loads_pictures: bool,
}

/// An output frame.
#[component]
pub(super) fn OutputFrame(content: String, kind: FrameKind, made_here: Signal<bool>) -> impl IntoView {
    let stage = RwSignal::new(Stage::Waiting);
    let num_endings = ReadSignal::from(num_endings());
    let born = num_endings.get_untracked();
    // After how many endings the user has asked for the scripts; they are asked for anew after the next.
    let asked = RwSignal::new(None::<u32>);
    // Whether the scripts have sent too many messages since they were last asked for.
    let is_stopped = RwSignal::new(false);
    let runs_scripts = Memo::new(move |_| {
        let now = num_endings.get();
        !is_stopped.get() && (made_here.get() && now == born || asked.get() == Some(now))
    });
    let on_flood = Callback::new(move |()| {
        is_stopped.try_set(true);
        stage.try_set(Stage::Stopped);
    });
    let app = AppState::from_context();
    let has_network = app.read(Facet::Network, |state| state.document.notebook.allows_network());
    let lease = Memo::new(move |_| Lease {
        num_endings: num_endings.get(),
        runs_scripts: runs_scripts.get(),
        loads_pictures: made_here.get() && has_network.get(),
    });
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
                // The policy is part of the frame's page, so another policy is another frame: as items of a list they
                // are other elements as well, or the host would stay and not load again.
                Stage::Live => {
                    let content = content.clone();
                    view! {
                        <For each=move || [lease.get()] key=|lease| *lease let:lease>
                            <LiveFrame content=content.clone() kind stage on_flood lease />
                        </For>
                    }
                        .into_any()
                }
                Stage::Unreachable => view! { <p class="output-note">"This output could not be shown, because the site cannot be reached"</p> }.into_any(),
                Stage::Stopped => view! {
                    <p class="output-note">"This output was stopped: it sent too many messages"</p>
                    <button type="button" class="output-more" on:click=move |_| stage.set(Stage::Live)>"Show it without scripts"</button>
                }
                    .into_any(),
                Stage::Removed => view! { <p class="output-note">"This output was removed because it tried to open another page"</p> }.into_any(),
            }}
            <Show when=move || has_scripts && !runs_scripts.get() && stage.get() != Stage::Stopped>
                <button
                    type="button"
                    class="output-more"
                    title="This output came with the notebook. Nothing in it runs until you run the cell or press here."
                    on:click=move |_| {
                        is_stopped.set(false);
                        asked.set(Some(num_endings.get_untracked()));
                    }
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
    on_flood: Callback<()>,
    lease: Lease,
) -> impl IntoView {
    let frame = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(None::<u32>);
    let shows_all = RwSignal::new(false);
    let is_late = RwSignal::new(false);
    let theme = page_theme();

    // The content was there before this word was drawn, so it cannot contain it.
    let nonce = format!("{:016x}", random_seed());
    let scripts = if lease.runs_scripts {
        FrameScripts::All
    } else {
        FrameScripts::OursAlone(&nonce)
    };
    let pictures = if lease.loads_pictures {
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
    let title = match kind {
        FrameKind::Html => "HTML output",
        FrameKind::Svg => "SVG output",
    };
    let live = StoredValue::new_local(None::<LiveOutput>);
    let sent_theme = theme.clone();
    // A host loads anew when its cell is moved, and is then empty again.
    let on_host_load = move |_| {
        let Some(host) = frame.get_untracked() else { return };
        // Heights of the same value are dropped here, so that a chatty frame costs no layout.
        let on_height = move |new| {
            if height.try_get_untracked().is_some_and(|old| old != Some(new)) {
                height.set(Some(new));
            }
        };
        let on_leave = move || {
            stage.try_set(Stage::Removed);
        };
        let opened = LiveOutput::open(
            host,
            title,
            &page,
            on_height,
            on_leave,
            |_| {},
            move || on_flood.run(()),
        );
        match &opened {
            Some(opened) => sent_theme.with_untracked(|theme| opened.send_theme(theme)),
            None => stage.set(Stage::Unreachable),
        }
        live.set_value(opened);
        time::spawn(async move {
            time::sleep(START_LIMIT_MS).await;
            is_late.try_set(true);
        });
    };
    Effect::new(move |was_sent: Option<()>| {
        let theme = theme.get();
        if was_sent.is_some() {
            live.with_value(|live| {
                if let Some(live) = live {
                    live.send_theme(&theme);
                }
            });
        }
    });
    let is_long = Memo::new(move |_| height.get().is_some_and(|height| height > WHOLE_HEIGHT));
    let shown_height = move || {
        let height = height.get().unwrap_or(0);
        let limit = if shows_all.get() { u32::MAX } else { WHOLE_HEIGHT };
        format!("{}px", height.min(limit))
    };
    view! {
        <iframe
            class="output-frame__frame"
            class:output-frame__frame--ready=move || height.get().is_some()
            node_ref=frame
            title=title
            style:height=shown_height
            src=OUTPUT_HOST
            on:load=on_host_load
        ></iframe>
        <Show when=move || is_late.get() && height.get().is_none()>
            <p class="output-note">"This output has not started yet. A script of an output may hold it up."</p>
            <button
                type="button"
                class="output-more"
                title="Scripts of all outputs end, and the outputs are shown without them."
                on:click=move |_| output_frame::end_all()
            >
                "Stop the scripts of outputs"
            </button>
        </Show>
        <Show when=move || is_long.get()>
            <button type="button" class="output-more" on:click=move |_| shows_all.update(|shows_all| *shows_all = !*shows_all)>
                {move || if shows_all.get() { "Show less" } else { "Show all" }}
            </button>
        </Show>
    }
}
