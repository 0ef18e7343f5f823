//! Automatic differentiation: every differentiable result remembers the node that made it, and backward
//! applies one rule a node. Rules call `ops`, so gradients are ordinary recorded work: they run on the
//! tensors' device, fuse on the GPU, and can be differentiated again.
//!
//! Refuses to know how values are computed. Read next: `node`, `engine`, then `rules`.

mod anomaly;
mod engine;
mod foreign;
mod inplace;
mod leaves;
mod node;
pub mod packing;
mod question;
mod reach;
mod rules;
mod rules_elementwise;
mod rules_linalg;
mod rules_scan;
mod rules_view;
mod rules_window;
mod saved;
mod slopes;
mod stages;
mod task;
pub mod walk;
mod wanted;

pub use engine::{Backward, Options, Progress, gradients, run_backward};
pub use foreign::{Foreign, take_released};
pub(crate) use inplace::assign_unchecked;
pub use inplace::{assign, begin_inplace, check_inplace, end_inplace, note_call};
pub use node::{Edge, HookPlace, Node, Rule, Source, sequence_mark};
pub use question::{Asks, Question};
pub use reach::reaches_beyond;

use std::borrow::Cow;
use std::rc::Rc;

use self::leaves::Leaves;
use crate::context;
use crate::error::{Error, Result};
use crate::prim::{Prim, Recurrent};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The node whose output a tensor is.
#[derive(Clone, Debug)]
pub struct GradFn {
    /// The node.
    pub node: Rc<Node>,
    /// Which of its outputs.
    pub output: usize,
}

/// That a tensor is a view of another one, for in-place writes.
#[derive(Clone, Debug)]
pub struct ViewOf {
    /// The tensor at the root of all views; not itself a view.
    pub base: Tensor,
    /// The version for which the view's `grad_fn` is right. A later write gives the base a new
    /// history, and the view must take its part of it.
    pub version: u32,
    /// How the view was made, where that forbids writes through it.
    pub made: MadeBy,
}

/// How a view was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// By an operator that gives one view, while recording.
    One,
    /// By an operator that gives several: `unbind`, `split`, `chunk`.
    Several,
    /// While not recording.
    Unrecorded,
}

/// What autograd knows of a tensor.
#[derive(Debug, Default)]
pub struct AutogradMeta {
    /// Set by the user on leaves.
    pub requires_grad: bool,
    /// The accumulated gradient.
    pub grad: Option<Tensor>,
    /// How the tensor was made; `None` for leaves.
    pub grad_fn: Option<GradFn>,
    /// Set on views of floating point tensors.
    pub view_of: Option<ViewOf>,
    /// Hooks on a leaf's gradient.
    pub hooks: Option<Rc<Foreign>>,
    /// Hooks that run after a leaf's gradient was accumulated.
    pub accumulated_hooks: Option<Rc<Foreign>>,
}

impl AutogradMeta {
    /// True if Python has hooks on this leaf.
    pub const fn has_hooks(&self) -> bool {
        self.hooks.is_some() || self.accumulated_hooks.is_some()
    }
}

/// Hands the result of a primitive to autograd: if an input needs a gradient, the result gets a node.
pub fn record(prim: Prim, inputs: &[&Tensor], params: &[Scalar], output: Tensor) -> Result<Tensor> {
    if !context::grad_enabled() || !output.dtype().is_float() || !rules::is_differentiable(&prim) {
        return Ok(output);
    }
    let edges: Vec<Option<Edge>> = inputs.iter().map(|input| gradient_edge(input)).collect();
    if edges.iter().all(Option::is_none) {
        return Ok(output);
    }
    let needs: Vec<bool> = edges.iter().map(Option::is_some).collect();
    let keep = rules::saved_by(&prim, &needs);
    if inputs
        .iter()
        .zip(&keep)
        .any(|(input, &kept)| kept && input.is_inference())
    {
        return Err(Error::runtime(
            "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in \
             autograd.",
        ));
    }
    let node = Node::new(
        Rule::Prim {
            prim,
            params: params.to_vec(),
        },
        inputs,
        edges,
        &[&output],
    );
    node.save(inputs, &output, &keep);
    attach(&output, node);
    Ok(output)
}

/// Gives `output` a node with a rule that saves nothing, if grad mode is on and an input needs a gradient.
pub fn record_rule(rule: Rule, inputs: &[&Tensor], output: Tensor) -> Tensor {
    if !context::grad_enabled() || !output.dtype().is_float() {
        return output;
    }
    let edges: Vec<Option<Edge>> = inputs.iter().map(|input| gradient_edge(input)).collect();
    if edges.iter().any(Option::is_some) {
        let node = Node::new(rule, inputs, edges, &[&output]);
        attach(&output, node);
    }
    output
}

/// Makes `parts` the outputs of one node that splits `whole` along `dim`, if grad mode is on and `whole` needs a gradient.
/// Its backward joins the gradients, where a node a part would fill and add a whole tensor each.
pub fn record_parts(whole: &Tensor, parts: &[Tensor], dim: usize) {
    let edge = gradient_edge(whole);
    if !context::grad_enabled() || edge.is_none() {
        return;
    }
    let outputs: Vec<&Tensor> = parts.iter().collect();
    let node = Node::new(Rule::Parts { dim }, &[whole], vec![edge], &outputs);
    for (output, part) in parts.iter().enumerate() {
        let node = Rc::clone(&node);
        part.meta_mut().grad_fn = Some(GradFn { node, output });
    }
}

/// Makes `outputs` those of a recurrent layer over `inputs`, if grad mode is on and an input needs a gradient.
pub fn record_recurrent(kind: Recurrent, inputs: &[&Tensor], outputs: &[&Tensor], tape: &Tensor) {
    let edges: Vec<Option<Edge>> = inputs.iter().map(|input| gradient_edge(input)).collect();
    if !context::grad_enabled() || edges.iter().all(Option::is_none) {
        return;
    }
    let node = Node::new(Rule::Recurrent(kind), inputs, edges, outputs);
    let saved: Vec<Option<Tensor>> = inputs
        .iter()
        .chain([&tape])
        .map(|&tensor| Some(tensor.clone()))
        .collect();
    node.save_for_function(&saved);
    for (output, tensor) in outputs.iter().enumerate() {
        let node = Rc::clone(&node);
        tensor.meta_mut().grad_fn = Some(GradFn { node, output });
    }
}

/// Remembers that `view` is a view of `of`, so that in-place writes to either reach the other's history.
pub fn record_view(view: Tensor, of: &Tensor) -> Tensor {
    // Unrecorded views of what has no history stay free to be written.
    let is_recording = context::grad_enabled();
    if view.dtype().is_float() && (is_recording || requires_grad(of)) {
        let (base, made) = match &of.meta().view_of {
            Some(view_of) => (view_of.base.clone(), view_of.made),
            None => (of.clone(), MadeBy::One),
        };
        let made = if is_recording { made } else { MadeBy::Unrecorded };
        let version = view.version();
        view.meta_mut().view_of = Some(ViewOf { base, version, made });
    }
    view
}

/// Notes that views were made by one operator, which forbids writes through them.
pub fn mark_several(views: Vec<Tensor>) -> Vec<Tensor> {
    for view in &views {
        if let Some(view_of) = &mut view.meta_mut().view_of
            && view_of.made == MadeBy::One
        {
            view_of.made = MadeBy::Several;
        }
    }
    views
}

/// Makes `outputs` the outputs of a function outside the engine, if an input needs a gradient.
/// Its backward is run by the caller: see `walk`. `saved` is for its backward. False if no input does.
pub fn record_callback(
    inputs: &[Tensor],
    outputs: &[Tensor],
    saved: &[Option<Tensor>],
    number: u64,
    name: &str,
) -> bool {
    if !context::grad_enabled() {
        return false;
    }
    let edges: Vec<Option<Edge>> = inputs.iter().map(gradient_edge).collect();
    if edges.iter().all(Option::is_none) {
        return false;
    }
    let (inputs, references): (Vec<&Tensor>, Vec<&Tensor>) = (inputs.iter().collect(), outputs.iter().collect());
    let node = Node::new(
        Rule::Callback {
            number: Rc::new(Foreign::new(number)),
            name: name.to_owned(),
        },
        &inputs,
        edges,
        &references,
    );
    for (output, tensor) in outputs
        .iter()
        .enumerate()
        .filter(|(_, tensor)| tensor.dtype().is_float())
    {
        tensor.meta_mut().grad_fn = Some(GradFn {
            node: Rc::clone(&node),
            output,
        });
    }
    if !saved.is_empty() {
        node.save_for_function(saved);
    }
    true
}

fn attach(output: &Tensor, node: Rc<Node>) {
    output.meta_mut().grad_fn = Some(GradFn { node, output: 0 });
}

/// The node that made a tensor, after taking the base's newer history into a view.
pub fn grad_fn(tensor: &Tensor) -> Option<GradFn> {
    inplace::refresh_view(tensor);
    tensor.meta().grad_fn.clone()
}

/// Where a gradient of this tensor goes, or `None` if it needs none.
pub fn gradient_edge(tensor: &Tensor) -> Option<Edge> {
    if let Some(GradFn { node, output }) = grad_fn(tensor) {
        return Some(Edge::Node(node, output));
    }
    tensor.meta().requires_grad.then(|| Edge::Leaf(tensor.clone()))
}

/// `tensor.requires_grad`
pub fn requires_grad(tensor: &Tensor) -> bool {
    tensor.meta().requires_grad || grad_fn(tensor).is_some()
}

/// `tensor.is_leaf`
pub fn is_leaf(tensor: &Tensor) -> bool {
    grad_fn(tensor).is_none()
}

/// `tensor.requires_grad_(value)`
pub fn set_requires_grad(tensor: &Tensor, value: bool) -> Result<()> {
    if value && !tensor.dtype().is_float() {
        return Err(Error::runtime(
            "only Tensors of floating point and complex dtype can require gradients",
        ));
    }
    if !is_leaf(tensor) {
        if value {
            return Ok(());
        }
        return Err(Error::runtime(
            "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that \
             doesn't require differentiation use var_no_grad = var.detach().",
        ));
    }
    if value && tensor.is_inference() && !context::inference_mode() {
        return Err(Error::runtime(
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
        ));
    }
    tensor.meta_mut().requires_grad = value;
    Ok(())
}

/// `tensor.detach()`: the same memory and version counter, no history.
pub fn detach(tensor: &Tensor) -> Tensor {
    Tensor::from_body(tensor.body())
}

/// `tensor.data`: the same memory with a version counter of its own.
pub fn data(tensor: &Tensor) -> Tensor {
    let mut body = tensor.body();
    body.version = Rc::default();
    Tensor::from_body(body)
}

/// `tensor.retain_grad()`
pub fn retain_grad(tensor: &Tensor) -> Result<()> {
    if !requires_grad(tensor) {
        return Err(Error::runtime(
            "can't retain_grad on Tensor that has requires_grad=False",
        ));
    }
    if let Some(GradFn { node, output }) = grad_fn(tensor) {
        node.retain(output, tensor);
    }
    Ok(())
}

/// The name of the node that made a tensor, as `print` shows it: `AddBackward0`.
pub fn grad_fn_name(tensor: &Tensor) -> Option<String> {
    grad_fn(tensor).map(|grad_fn| grad_fn.node.name())
}

/// Gives the node that made `result` PyTorch's name of the whole operator, if it was made after `mark`.
pub fn rename(result: Tensor, mark: u64, name: impl Into<Cow<'static, str>>) -> Tensor {
    if let Some(grad_fn) = &result.meta().grad_fn
        && grad_fn.node.sequence > mark
    {
        grad_fn.node.set_name(name);
    }
    result
}

/// The number of a tensor's hooks, which is the given one if it had none.
pub fn tensor_hooks(tensor: &Tensor, number: u64) -> u64 {
    if let Some(GradFn { node, output }) = grad_fn(tensor) {
        return node.hooks_or_new(HookPlace::Output(output), number);
    }
    Leaves::note_hooks();
    let mut meta = tensor.meta_mut();
    meta.hooks.get_or_insert_with(|| Rc::new(Foreign::new(number))).number()
}

/// The number of the hooks that run after a leaf's gradient was accumulated, likewise.
pub fn accumulated_hooks(tensor: &Tensor, number: u64) -> u64 {
    Leaves::note_hooks();
    let mut meta = tensor.meta_mut();
    meta.accumulated_hooks
        .get_or_insert_with(|| Rc::new(Foreign::new(number)))
        .number()
}

/// An empty tensor that holds an output of a node, so that Python can hold the node.
pub fn anchor(node: Rc<Node>, output: usize) -> Tensor {
    let tensor = Tensor::from_buffer(crate::cpu::Buffer::F32(Vec::new()), &[0]);
    tensor.meta_mut().grad_fn = Some(GradFn { node, output });
    tensor
}
