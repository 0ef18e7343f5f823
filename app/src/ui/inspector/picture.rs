//! A heat map with its scale, or an image. The kernel makes the pixels; the page shows them as a picture that fetches nothing.

use crate::model::inspector::Picture;
use leptos::prelude::*;

/// A picture of numbers.
#[component]
pub(super) fn PictureView(
    /// The picture.
    picture: Picture,
    /// What it is, for those who do not see it.
    alt: String,
) -> impl IntoView {
    let Picture {
        png,
        legend,
        low,
        high,
        nan_count,
        nan_colour,
        note,
        ..
    } = picture;
    let alt = if low.is_empty() {
        alt
    } else {
        format!("{alt}, from {low} to {high}")
    };
    let has_legend = !legend.is_empty() && !low.is_empty();
    view! {
        <figure class="look__figure">
            <img class="look__picture" src=source(&png) alt=alt />
            {has_legend
                .then(|| {
                    view! {
                        <div class="look__legend">
                            <span>{low}</span>
                            <img class="look__scale" src=source(&legend) alt="Colour scale" />
                            <span>{high}</span>
                        </div>
                    }
                })}
            <figcaption class="inspector__note">
                {note}
                {(nan_count > 0)
                    .then(|| {
                        view! {
                            <span class="look__nan">
                                <span class="look__swatch" style:background-color=nan_colour aria-hidden="true"></span>
                                {format!("{nan_count} NaN")}
                            </span>
                        }
                    })}
            </figcaption>
        </figure>
    }
}

/// A picture's source; only what can be base64 becomes part of it.
fn source(png: &str) -> String {
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=');
    let kept: String = png.chars().filter(|letter| is_base64(*letter)).collect();
    format!("data:image/png;base64,{kept}")
}
