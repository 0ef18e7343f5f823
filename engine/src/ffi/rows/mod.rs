//! Hand-written rows of the operator table, a file a family.

pub mod autograd;
pub mod core;
pub mod creation;
pub mod elementwise;
pub mod gpu;
pub mod index;
pub mod linalg;
pub mod movement;
pub mod nn;
pub mod optim;
pub mod random;
pub mod recurrent;
pub mod reduce;
pub mod window;
