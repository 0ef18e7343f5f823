//! A tensor saved for backward: its memory, the version at that time, and its place in the history.
//!
//! Saves no `Tensor`, since an output's node would then hold the output that holds the node.
//! Refuses to give back memory that was written since.

use std::rc::Rc;

use super::node::{Edge, Node};
use super::{GradFn, gradient_edge};
use crate::error::{Error, Result, list_text};
use crate::tensor::{Body, Tensor};

/// Where the saved tensor stood in the history.
#[derive(Debug)]
enum Origin {
    /// An input of the node, with its edge at that time.
    Input(Option<Edge>),
    /// The node's own output.
    Output,
}

/// A tensor saved for backward.
#[derive(Debug)]
pub struct SavedTensor {
    body: Body,
    version: u32,
    origin: Origin,
}

impl SavedTensor {
    /// Saves an input of a node.
    pub fn input(tensor: &Tensor) -> SavedTensor {
        SavedTensor {
            body: tensor.body(),
            version: tensor.version(),
            origin: Origin::Input(gradient_edge(tensor)),
        }
    }

    /// Saves the output of a node.
    pub fn output(tensor: &Tensor) -> SavedTensor {
        SavedTensor {
            body: tensor.body(),
            version: tensor.version(),
            origin: Origin::Output,
        }
    }

    /// The saved tensor with its history, for the node that saved it.
    pub fn unpack(&self, node: &Rc<Node>) -> Result<Tensor> {
        let found = self.body.version.get();
        if found != self.version {
            return Err(Error::SavedTensorModified {
                tensor: self.describe(node),
                found,
                expected: self.version,
            });
        }
        if let Origin::Input(Some(Edge::Leaf(leaf))) = &self.origin {
            return Ok(leaf.clone());
        }
        let tensor = Tensor::from_body(self.body.clone());
        tensor.meta_mut().grad_fn = self.maker(node);
        Ok(tensor)
    }

    fn maker(&self, node: &Rc<Node>) -> Option<GradFn> {
        match &self.origin {
            Origin::Input(Some(Edge::Node(maker, output))) => Some(GradFn {
                node: Rc::clone(maker),
                output: *output,
            }),
            Origin::Input(_) => None,
            Origin::Output => Some(GradFn {
                node: Rc::clone(node),
                output: 0,
            }),
        }
    }

    /// The tensor as PyTorch's error names it.
    fn describe(&self, node: &Rc<Node>) -> String {
        let kind = self.body.storage.dtype.scalar_type_name();
        let text = format!("[torch.{kind}Tensor {}]", list_text(&self.body.view.shape));
        match self.maker(node) {
            Some(maker) => format!("{text}, which is output {} of {},", maker.output, maker.node.name()),
            None => text,
        }
    }
}
