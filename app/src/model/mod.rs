//! The state of the page as plain data, and the pure functions that change it.
//! No signal, no DOM, no JavaScript value and no serialisation lives here; everything is tested natively.

pub mod output;
