//! The user's choices and how they are stored. Plain values: applying them is the business of `effects`.

mod value;

pub use value::{Accelerator, Settings, Theme};
