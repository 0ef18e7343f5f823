//! The state of the page as plain data, and the pure functions that change it.
//! No signal, no DOM, no JavaScript value and no serialisation lives here (`inspector` alone names its fields as the kernel
//! does); everything is tested natively.

pub mod action;
pub mod cell;
pub mod change;
pub mod effect;
pub mod example;
pub mod facet;
pub mod groups;
pub mod history;
pub mod ids;
pub mod inspector;
pub mod notebook;
pub mod output;
pub mod packages;
pub mod positions;
pub mod run;
pub mod runtime;
pub mod source_place;
pub mod spending;
pub mod state;
pub mod stream;
pub mod update;
pub mod view;
pub mod working_files;
