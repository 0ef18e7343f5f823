//! What a walk is at: a node or a leaf, and the stage there, which an answer moves on.
//!
//! Refuses to do what a stage says: see `task`.

use std::rc::Rc;

use super::node::Node;
use crate::tensor::Tensor;

/// What the walk is at, where it may have to ask.
#[derive(Debug)]
pub(super) enum Task {
    /// A node's hooks and its rule.
    Node {
        node: Rc<Node>,
        gradients: Vec<Option<Tensor>>,
        stage: Stage,
    },
    /// A leaf's hooks and its `.grad`.
    Leaf {
        leaf: Tensor,
        gradient: Tensor,
        stage: LeafStage,
    },
}

/// What is next at a node.
#[derive(Debug)]
pub(super) enum Stage {
    /// The hooks of this output and those after it.
    Output(usize),
    /// The hooks before the node.
    Before,
    /// The saved tensors that Python has packed.
    Unpack,
    /// The rule, with what was unpacked.
    Rule(Vec<Tensor>),
    /// The rule on the CPU, with copies of the gradients and of what was saved.
    Copies(Vec<Option<Tensor>>),
    /// The hooks after the node, with the gradients of its inputs.
    After(Vec<Option<Tensor>>),
    /// Sending these on their way.
    Send(Vec<Option<Tensor>>),
}

/// What is next at a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) enum LeafStage {
    Hooks,
    Store,
    End,
}

impl Task {
    /// The first stage at a node.
    pub const fn of_node(node: Rc<Node>, gradients: Vec<Option<Tensor>>) -> Task {
        let stage = Stage::Output(0);
        Task::Node { node, gradients, stage }
    }

    /// The first stage at a leaf.
    pub const fn of_leaf(leaf: Tensor, gradient: Tensor) -> Task {
        let stage = LeafStage::Hooks;
        Task::Leaf { leaf, gradient, stage }
    }

    /// The stage that follows the answer to what was asked.
    pub fn answered(self, tensors: Vec<Option<Tensor>>) -> Task {
        let first = || tensors.first().cloned().flatten();
        match self {
            Task::Node {
                node,
                mut gradients,
                stage,
            } => {
                let stage = match stage {
                    Stage::Output(output) => {
                        if let Some(slot) = gradients.get_mut(output) {
                            *slot = first();
                        }
                        Stage::Output(output + 1)
                    }
                    Stage::Before => {
                        gradients = tensors;
                        Stage::Unpack
                    }
                    Stage::Unpack => Stage::Rule(tensors.into_iter().flatten().collect()),
                    Stage::Copies(_) => Stage::Copies(tensors),
                    Stage::Rule(_) => Stage::After(tensors),
                    Stage::After(_) | Stage::Send(_) => Stage::Send(tensors),
                };
                Task::Node { node, gradients, stage }
            }
            Task::Leaf { leaf, gradient, stage } => match stage {
                LeafStage::Hooks => Task::Leaf {
                    leaf,
                    gradient: first().unwrap_or(gradient),
                    stage: LeafStage::Store,
                },
                LeafStage::Store | LeafStage::End => Task::Leaf {
                    leaf,
                    gradient,
                    stage: LeafStage::End,
                },
            },
        }
    }
}
