//! The state of the page as plain data, and the pure functions that change it.
//! No signal, no DOM, no JavaScript value and no serialisation lives here; everything is tested natively.

pub mod ids;
pub mod output;
pub mod cell;
pub mod notebook;
pub mod runtime;
pub mod view;
pub mod state;
pub mod change;
pub mod history;
pub mod stream;
pub mod run;
pub mod action;
pub mod effect;
pub mod facet;
pub mod update;
