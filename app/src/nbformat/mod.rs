//! The .ipynb format: text to notebook and back, without losing what other programs put in.
//! Reading accepts 4.0 to 4.5 and Colab's shape; writing is always 4.5, and byte-identical for what was written here.
//! Trust is never read from a file, and nothing here runs or renders anything.

mod error;
mod output;
mod read;
mod write;

pub use error::{ReadError, Warning};
pub use output::bundle_from_json;
pub use read::read;
pub use write::{write, write_with_metadata};

use crate::model::output::JsonMap;

/// True for types whose content is JSON itself instead of text.
fn is_json_mime(mime: &str) -> bool {
    mime == "application/json" || (mime.starts_with("application/") && mime.ends_with("+json"))
}

/// Takes a metadata object without marks of trust: trust follows from the user's actions, never from a file.
fn without_trust(mut metadata: JsonMap) -> JsonMap {
    metadata.shift_remove("trusted");
    metadata
}
