//! A tensor saved for backward: its memory, the version at that time, and its place in the history.
//!
//! Saves no `Tensor`, since an output's node would then hold the output that holds the node.
//! Refuses to give back memory that was written since. Read next: `packing`, for tensors that Python keeps instead.

use std::rc::Rc;

use super::foreign::Foreign;
use super::node::{Edge, Node, Rule};
use super::{GradFn, grad_fn, gradient_edge};
use crate::context;
use crate::error::{Error, Result, list_text};
use crate::ops::copy;
use crate::tensor::{Body, Tensor, WeakTensor};

/// Where the saved tensor stood in the history.
#[derive(Debug)]
enum Origin {
    /// An input of the node, with its edge at that time.
    Input(Option<Edge>),
    /// The node's own output, by number.
    Output(usize),
}

/// Where the saved elements are.
#[derive(Debug)]
enum Kept {
    /// Here, at a version. The tensor itself, if it still lives, names its newest maker in the error of a changed one.
    Here(Body, u32, Option<WeakTensor>),
    /// With Python, which has packed them.
    Packed(Rc<Foreign>),
}

/// A tensor saved for backward.
#[derive(Debug)]
pub struct SavedTensor {
    kept: Kept,
    origin: Origin,
}

impl SavedTensor {
    /// Saves an input of a node.
    pub fn input(tensor: &Tensor) -> SavedTensor {
        SavedTensor {
            kept: Kept::Here(tensor.body(), tensor.version(), Some(tensor.downgrade())),
            origin: Origin::Input(gradient_edge(tensor)),
        }
    }

    /// Saves an output of a node.
    pub fn output(tensor: &Tensor, number: usize) -> SavedTensor {
        SavedTensor {
            kept: Kept::Here(tensor.body(), tensor.version(), None),
            origin: Origin::Output(number),
        }
    }

    /// The number under which Python keeps the tensor.
    pub fn packed(&self) -> Option<u64> {
        match &self.kept {
            Kept::Packed(number) => Some(number.number()),
            Kept::Here(..) => None,
        }
    }

    /// The tensor without history, if it is here.
    pub fn bare(&self) -> Option<Tensor> {
        match &self.kept {
            Kept::Here(body, ..) => Some(Tensor::from_body(body.clone())),
            Kept::Packed(_) => None,
        }
    }

    /// Copies the elements if `tensor`, which is about to be written, shares them.
    pub fn keep_apart_from(&mut self, tensor: &Tensor) -> Result<()> {
        if let Kept::Here(body, version, _) = &mut self.kept
            && Rc::ptr_eq(&body.version, &tensor.body().version)
            && body.version.get() == *version
        {
            let copy = context::with_grad_mode(false, || copy::clone(&Tensor::from_body(body.clone())))?;
            *body = copy.body();
            *version = copy.version();
        }
        Ok(())
    }

    /// Lets a number stand for the tensor; gives the memory that was kept.
    pub fn pack(&mut self, number: Rc<Foreign>) -> Option<Body> {
        match std::mem::replace(&mut self.kept, Kept::Packed(number)) {
            Kept::Here(body, ..) => Some(body),
            Kept::Packed(_) => None,
        }
    }

    /// The saved tensor with its history, for the node that saved it. A packed one is the next of `unpacked`.
    pub fn unpack(&self, node: &Rc<Node>, unpacked: &mut impl Iterator<Item = Tensor>) -> Result<Tensor> {
        let body = match &self.kept {
            Kept::Packed(_) => {
                let tensor = unpacked
                    .next()
                    .ok_or_else(|| Error::runtime("a saved tensor is packed and can only be unpacked by backward"))?;
                let tensor = Tensor::from_body(tensor.body());
                let grad_fn = match &self.origin {
                    Origin::Input(Some(edge @ Edge::Leaf(_))) => Some(GradFn {
                        node: Node::new(Rule::Identity, &[&tensor], vec![Some(edge.clone())], &[&tensor]),
                        output: 0,
                    }),
                    _ => self.maker(node),
                };
                tensor.meta_mut().grad_fn = grad_fn;
                return Ok(tensor);
            }
            Kept::Here(body, expected, original) => {
                let found = body.version.get();
                if found != *expected {
                    return Err(Error::SavedTensorModified {
                        tensor: self.describe(body, original.as_ref(), node),
                        found,
                        expected: *expected,
                    });
                }
                body
            }
        };
        if let Origin::Input(Some(Edge::Leaf(leaf))) = &self.origin {
            return Ok(leaf.clone());
        }
        let tensor = Tensor::from_body(body.clone());
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
            Origin::Output(output) => Some(GradFn {
                node: Rc::clone(node),
                output: *output,
            }),
        }
    }

    /// The tensor as PyTorch's error names it.
    fn describe(&self, body: &Body, original: Option<&WeakTensor>, node: &Rc<Node>) -> String {
        let kind = body.storage.dtype.scalar_type_name();
        let device = match body.storage.device {
            crate::storage::Device::Cpu => "",
            crate::storage::Device::WebGpu => "webgpu.",
        };
        let text = format!("[torch.{device}{kind}Tensor {}]", list_text(&body.view.shape));
        let newest = original
            .and_then(WeakTensor::upgrade)
            .and_then(|tensor| grad_fn(&tensor));
        match newest.or_else(|| self.maker(node)) {
            Some(maker) => format!(
                "{text}, which is output {} of {},",
                maker.output,
                operator_name(&maker.node.name())
            ),
            None => text,
        }
    }
}

/// A node's name as errors tell it: the operator's, without what says that the node goes backward.
fn operator_name(node: &str) -> &str {
    node.trim_end_matches(|letter: char| letter.is_ascii_digit())
        .strip_suffix("Backward")
        .unwrap_or(node)
}
