//! Backward: walks the history from the newest node to the oldest and applies each node's rule.
//!
//! A node is older than all that use its output, so the newest waiting node has all its gradients.
//! The walk is a value with [`Backward::step`], so that a node whose rule is a Python function can be
//! run by the caller between two steps. Refuses to recurse.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::node::{Edge, Node, Rule};
use super::{gradient_edge, rules};
use crate::context;
use crate::error::{Error, ErrorKind, Result, list_text};
use crate::ops;
use crate::storage::Device;
use crate::tensor::Tensor;

/// How to walk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep what nodes saved, for another walk.
    pub retain_graph: bool,
    /// Record the gradients' own history.
    pub create_graph: bool,
}

/// What a step did.
#[derive(Debug)]
pub enum Progress {
    /// Nothing is left.
    Done,
    /// A node ran.
    Ran,
    /// The caller must compute this node's input gradients and give them to [`Backward::provide`].
    Callback {
        /// The node.
        node: Rc<Node>,
        /// Gradients of its outputs.
        gradients: Vec<Option<Tensor>>,
    },
    /// The node's rule needs what the GPU has not. The caller copies the tensors to the CPU, which only it can
    /// wait for, and gives them to [`Backward::provide_from_cpu`].
    Stuck {
        /// The node.
        node: Rc<Node>,
        /// Gradients of its outputs.
        gradients: Vec<Option<Tensor>>,
        /// What it saved.
        saved: Vec<Option<Tensor>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Leaf(usize),
    Output(u64, usize),
}

#[derive(Debug)]
struct Waiting {
    node: Rc<Node>,
    gradients: Vec<Option<Tensor>>,
}

/// A walk in progress.
#[derive(Debug)]
pub struct Backward {
    waiting: BTreeMap<u64, Waiting>,
    options: Options,
    /// The gradients asked for, by place; `None` where leaves accumulate into `.grad`.
    wanted: Option<BTreeMap<Place, Option<Tensor>>>,
    /// The nodes on a way to a wanted place.
    useful: BTreeSet<u64>,
}

/// `torch.autograd.backward`: accumulates into the leaves' `.grad`.
pub fn run_backward(outputs: &[Tensor], gradients: &[Option<Tensor>], options: Options) -> Result<()> {
    Backward::new(outputs, gradients, None, options)?.run()
}

/// `torch.autograd.grad`: the gradients of `inputs`, `None` for those that the outputs do not depend on.
pub fn gradients(
    outputs: &[Tensor],
    gradients: &[Option<Tensor>],
    inputs: &[Tensor],
    options: Options,
) -> Result<Vec<Option<Tensor>>> {
    let mut walk = Backward::new(outputs, gradients, Some(inputs), options)?;
    walk.run()?;
    walk.wanted_gradients(inputs)
}

impl Backward {
    /// A walk from `outputs`, whose gradients are given or (for one element) 1. With `inputs`, only their
    /// gradients are computed, and they are kept for [`Backward::wanted_gradients`].
    pub fn new(
        outputs: &[Tensor],
        gradients: &[Option<Tensor>],
        inputs: Option<&[Tensor]>,
        options: Options,
    ) -> Result<Backward> {
        let mut walk = Backward {
            waiting: BTreeMap::new(),
            options,
            wanted: None,
            useful: BTreeSet::new(),
        };
        if let Some(inputs) = inputs {
            let places: Result<BTreeMap<Place, Option<Tensor>>> =
                inputs.iter().map(|input| Ok((place_of(input)?, None))).collect();
            walk.wanted = Some(places?);
        }
        let mut roots = Vec::new();
        for (index, output) in outputs.iter().enumerate() {
            let gradient = root_gradient(index, output, gradients.get(index).and_then(Option::as_ref))?;
            let edge = gradient_edge(output).ok_or_else(|| {
                Error::runtime(format!(
                    "element {index} of tensors does not require grad and does not have a grad_fn"
                ))
            })?;
            roots.push((edge, gradient));
        }
        walk.find_useful(roots.iter().map(|(edge, _)| edge));
        for (edge, gradient) in roots {
            walk.send(&edge, gradient)?;
        }
        Ok(walk)
    }

    /// Steps to the end. Nodes that need the caller are an error here.
    pub fn run(&mut self) -> Result<()> {
        loop {
            match self.step()? {
                Progress::Done => return Ok(()),
                Progress::Ran => {}
                Progress::Callback { .. } => {
                    return Err(Error::not_implemented(
                        "backward through a function outside the engine needs a stepping caller",
                    ));
                }
                Progress::Stuck { node, .. } => return Err(Error::CpuOnly { prim: node.name() }),
            }
        }
    }

    /// Runs the newest waiting node.
    pub fn step(&mut self) -> Result<Progress> {
        let Some((_, Waiting { node, gradients })) = self.waiting.pop_last() else {
            return Ok(Progress::Done);
        };
        self.keep_wanted(&node, &gradients);
        if self.wanted.is_some() && !self.useful.contains(&node.sequence) {
            return Ok(Progress::Ran);
        }
        if matches!(node.rule, Rule::Callback { .. }) {
            return Ok(Progress::Callback { node, gradients });
        }
        let saved = node.unpack()?;
        let results = context::with_grad_mode(self.options.create_graph, || {
            rules::input_gradients(&node, &gradients, &saved)
        });
        if matches!(&results, Err(error) if error.kind() == ErrorKind::CpuOnly) {
            return Ok(Progress::Stuck { node, gradients, saved });
        }
        drop(saved);
        self.provide(&node, results?)?;
        Ok(Progress::Ran)
    }

    /// Runs a node's rule on copies on the CPU of its outputs' gradients and of what it saved, and sends the
    /// gradients to where the inputs are.
    pub fn provide_from_cpu(
        &mut self,
        node: &Rc<Node>,
        gradients: &[Option<Tensor>],
        saved: &[Option<Tensor>],
    ) -> Result<()> {
        let results = context::with_grad_mode(self.options.create_graph, || {
            rules::input_gradients(node, gradients, saved)?
                .into_iter()
                .zip(&node.inputs)
                .map(|(result, input)| {
                    result
                        .map(|result| ops::copy::to_device(&result, input.device))
                        .transpose()
                })
                .collect::<Result<Vec<_>>>()
        })?;
        self.provide(node, results)
    }

    /// Sends a node's input gradients on their way.
    pub fn provide(&mut self, node: &Rc<Node>, gradients: Vec<Option<Tensor>>) -> Result<()> {
        if !self.options.retain_graph && !self.options.create_graph {
            node.free();
        }
        for (edge, gradient) in node.edges.iter().zip(gradients) {
            if let (Some(edge), Some(gradient)) = (edge, gradient) {
                self.send(edge, gradient)?;
            }
        }
        Ok(())
    }

    /// The gradients of the inputs that the walk was made for.
    pub fn wanted_gradients(&self, inputs: &[Tensor]) -> Result<Vec<Option<Tensor>>> {
        let wanted = self.wanted.as_ref();
        inputs
            .iter()
            .map(|input| {
                Ok(wanted.and_then(|map| {
                    place_of(input)
                        .ok()
                        .and_then(|place| map.get(&place).cloned().flatten())
                }))
            })
            .collect()
    }

    fn send(&mut self, edge: &Edge, gradient: Tensor) -> Result<()> {
        match edge {
            Edge::Leaf(leaf) => {
                if let Some(wanted) = &mut self.wanted {
                    if let Some(slot) = wanted.get_mut(&Place::Leaf(leaf.identity())) {
                        *slot = Some(sum(slot.take(), gradient, self.options.create_graph)?);
                    }
                    return Ok(());
                }
                accumulate(leaf, gradient, self.options.create_graph)
            }
            Edge::Node(node, output) => {
                let waiting = self.waiting.entry(node.sequence).or_insert_with(|| Waiting {
                    node: Rc::clone(node),
                    gradients: vec![None; node.outputs.len()],
                });
                if let Some(slot) = waiting.gradients.get_mut(*output) {
                    *slot = Some(sum(slot.take(), gradient, self.options.create_graph)?);
                }
                Ok(())
            }
        }
    }

    /// Stores the gradients of outputs that someone asked for.
    fn keep_wanted(&mut self, node: &Rc<Node>, gradients: &[Option<Tensor>]) {
        for (output, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            if let Some(slot) = self
                .wanted
                .as_mut()
                .and_then(|wanted| wanted.get_mut(&Place::Output(node.sequence, output)))
            {
                *slot = Some(gradient.clone());
            }
            for tensor in node.retained(output) {
                tensor.meta_mut().grad = Some(gradient.clone());
            }
        }
    }

    /// Finds the nodes from which a wanted place can be reached.
    fn find_useful<'e>(&mut self, roots: impl Iterator<Item = &'e Edge>) {
        let Some(wanted) = &self.wanted else { return };
        let mut found: BTreeMap<u64, Rc<Node>> = BTreeMap::new();
        let mut open: Vec<Rc<Node>> = roots.filter_map(node_of).collect();
        while let Some(node) = open.pop() {
            if found.insert(node.sequence, Rc::clone(&node)).is_none() {
                open.extend(node.edges.iter().flatten().filter_map(node_of));
            }
        }
        for (sequence, node) in found {
            let leads_there = |edge: &Edge| match edge {
                Edge::Leaf(leaf) => wanted.contains_key(&Place::Leaf(leaf.identity())),
                Edge::Node(maker, output) => {
                    self.useful.contains(&maker.sequence)
                        || wanted.contains_key(&Place::Output(maker.sequence, *output))
                }
            };
            if node.edges.iter().flatten().any(leads_there) {
                self.useful.insert(sequence);
            }
        }
    }
}

fn node_of(edge: &Edge) -> Option<Rc<Node>> {
    if let Edge::Node(node, _) = edge {
        Some(Rc::clone(node))
    } else {
        None
    }
}

fn place_of(input: &Tensor) -> Result<Place> {
    match gradient_edge(input) {
        Some(Edge::Leaf(leaf)) => Ok(Place::Leaf(leaf.identity())),
        Some(Edge::Node(node, output)) => Ok(Place::Output(node.sequence, output)),
        None => Err(Error::runtime(
            "One of the differentiated Tensors does not require grad",
        )),
    }
}

fn root_gradient(index: usize, output: &Tensor, given: Option<&Tensor>) -> Result<Tensor> {
    match given {
        Some(gradient) if gradient.shape() == output.shape() => Ok(gradient.clone()),
        Some(gradient) => Err(Error::runtime(format!(
            "Mismatch in shape: grad_output[{index}] has a shape of torch.Size({}) and output[{index}] has a shape of torch.Size({}).",
            list_text(&gradient.shape()),
            list_text(&output.shape())
        ))),
        None if output.num_elements() != 1 => {
            Err(Error::runtime("grad can be implicitly created only for scalar outputs"))
        }
        None => ops::creation::ones(&output.shape(), output.dtype(), output.device()),
    }
}

fn sum(current: Option<Tensor>, gradient: Tensor, create_graph: bool) -> Result<Tensor> {
    match current {
        None => Ok(gradient),
        Some(current) => context::with_grad_mode(create_graph, || ops::elementwise::add(&current, &gradient)),
    }
}

/// Adds a gradient into a leaf's `.grad`.
fn accumulate(leaf: &Tensor, gradient: Tensor, create_graph: bool) -> Result<()> {
    let existing = leaf.meta().grad.clone();
    if create_graph {
        let total = sum(existing, gradient, true)?;
        leaf.meta_mut().grad = Some(total);
        return Ok(());
    }
    context::with_grad_mode(false, || match existing {
        Some(existing) => {
            let total = ops::elementwise::add(&existing, &gradient)?;
            ops::copy::write(&existing, &total)
        }
        None => {
            let owned = own(gradient)?;
            leaf.meta_mut().grad = Some(owned);
            Ok(())
        }
    })
}

/// A tensor whose memory nobody else can write: the gradient itself if it has no other holder.
fn own(gradient: Tensor) -> Result<Tensor> {
    if gradient.covers_storage() {
        if gradient.is_sole_owner() {
            return Ok(super::detach(&gradient));
        }
        if gradient.device() == Device::WebGpu {
            return Ok(Tensor::from_value(gradient.storage().value()?, &gradient.shape()));
        }
    }
    ops::copy::clone(&gradient)
}
