//! A raster image, carried by the output itself: at its own size, or as its metadata asks, never wider than the cell.
//! It refuses addresses: `render/mime.rs` builds the `data:` source, so showing an image fetches nothing.
//! Read next: `render/mime.rs`.

use leptos::prelude::*;

use crate::render::mime::Image;

/// An image with its alternative text.
#[component]
pub(super) fn ImageOutput(image: Image) -> impl IntoView {
    view! {
        <div class="output-image">
            <img src=image.source alt=image.alt width=image.width height=image.height decoding="async" />
        </div>
    }
}
