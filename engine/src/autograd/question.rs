//! What a walk asks of its caller: to run Python's functions and hooks, or to wait for the GPU.
//!
//! Refuses to walk: see `engine`. Read next: `walk`, which carries questions over the border.

use std::rc::Rc;

use super::node::Node;
use crate::tensor::Tensor;

/// What the caller must do. The discriminant is the code that Python uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Asks {
    /// Run a function's backward: gradients of its outputs in, of its inputs out.
    Function = 0,
    /// Run a tensor's hooks on its gradient.
    TensorHooks = 1,
    /// Run the hooks before a node on the gradients of its outputs.
    HooksBefore = 2,
    /// Run the hooks after a node on the gradients of its inputs, then of its outputs; only the inputs' come back.
    HooksAfter = 3,
    /// Run the hooks after a gradient was added to a leaf; nothing comes back.
    Accumulated = 4,
    /// Unpack saved tensors, a number each.
    Unpack = 5,
    /// Copy gradients of outputs, then saved tensors, to the CPU, where a rule can run that the GPU has no kernels for.
    Copies = 6,
}

/// A question; the walk goes on when it is answered.
#[derive(Clone, Debug)]
pub struct Question {
    /// What to do.
    pub asks: Asks,
    /// The numbers of what Python keeps for it.
    pub numbers: Vec<u64>,
    /// What to do it with.
    pub tensors: Vec<Option<Tensor>>,
    /// How many tensors the answer has.
    pub num_answers: usize,
    /// The node, where one is concerned.
    pub node: Option<Rc<Node>>,
}
