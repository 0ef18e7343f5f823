//! Backward: walks the history from the newest node to the oldest and applies each node's rule.
//!
//! A node is older than all that use its output, so the newest waiting node has all its gradients.
//! The walk is a value with [`Backward::step`], so that Python's functions and hooks can be run by the
//! caller between two steps: the walk asks a question and goes on with its answer. Refuses to recurse.
//! Read next: `task`, `leaves`, `rules`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::gradient_edge;
use super::leaves::{Leaves, reachable, sum};
use super::node::{Edge, Node};
use super::question::Question;
use super::stages::Task;
use super::wanted::{Place, Wanted};
use crate::error::{Error, Result, list_text};
use crate::ops;
use crate::tensor::Tensor;

/// How to walk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep what nodes saved, for another walk.
    pub retain_graph: bool,
    /// Record the gradients' own history.
    pub create_graph: bool,
    /// With wanted inputs: add their gradients into `.grad`, as `backward(inputs=…)` does.
    pub accumulate: bool,
}

/// What a step did.
#[derive(Debug)]
pub enum Progress {
    /// Nothing is left.
    Done,
    /// A node ran, or a leaf got its gradient.
    Ran,
    /// The caller must answer with [`Backward::answer`].
    Ask(Question),
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
    leaves: Leaves,
    /// What was being done when a question came up.
    pub(super) task: Option<Task>,
    pub(super) options: Options,
    /// What was asked for; `None` where all leaves accumulate into `.grad`.
    pub(super) wanted: Option<Wanted>,
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
    Ok(walk.wanted_gradients(inputs))
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
            leaves: Leaves::default(),
            task: None,
            options,
            wanted: inputs.map(Wanted::new).transpose()?,
        };
        let mut roots = Vec::new();
        for (index, output) in outputs.iter().enumerate() {
            let edge = gradient_edge(output).ok_or_else(|| {
                Error::runtime(format!(
                    "element {index} of tensors does not require grad and does not have a grad_fn"
                ))
            })?;
            let gradient = root_gradient(index, output, gradients.get(index).and_then(Option::as_ref))?;
            roots.push((edge, gradient));
        }
        if let Some(wanted) = &mut walk.wanted {
            wanted.find_useful(roots.iter().map(|(edge, _)| edge));
        }
        for (edge, gradient) in roots {
            walk.send(&edge, Some(gradient))?;
        }
        if Leaves::has_hooks() {
            walk.expect_hooks();
        }
        Ok(walk)
    }

    /// Counts what leaves with hooks will get, so that their hooks run as soon as PyTorch's would.
    fn expect_hooks(&mut self) {
        // What roots have sent to leaves at once waits for the end.
        let roots: Vec<Edge> = self
            .waiting
            .values()
            .map(|waiting| Edge::Node(Rc::clone(&waiting.node), 0))
            .collect();
        let nodes = reachable(roots.iter());
        let wanted = self.wanted.as_ref();
        self.leaves.expect(
            nodes
                .values()
                .filter(|node| wanted.is_none_or(|wanted| wanted.needs(node)))
                .flat_map(|node| node.edges.iter().flatten()),
        );
    }

    /// Steps to the end. Nodes that need the caller are an error here.
    pub fn run(&mut self) -> Result<()> {
        loop {
            match self.step()? {
                Progress::Done => return Ok(()),
                Progress::Ran => {}
                Progress::Ask(_) => {
                    return Err(Error::not_implemented(
                        "backward through a function outside the engine needs a stepping caller",
                    ));
                }
            }
        }
    }

    /// Goes on with what was asked about, or with the next leaf or node.
    pub fn step(&mut self) -> Result<Progress> {
        let task = match self.task.take() {
            Some(task) => task,
            None => match self.next_task() {
                Some(task) => task,
                None => return Ok(Progress::Done),
            },
        };
        self.work(task)
    }

    fn next_task(&mut self) -> Option<Task> {
        loop {
            if let Some((leaf, gradient)) = self.leaves.next_due() {
                return Some(Task::of_leaf(leaf, gradient));
            }
            if let Some((_, Waiting { node, gradients })) = self.waiting.pop_last() {
                return Some(Task::of_node(node, gradients));
            }
            if !self.leaves.finish() {
                return None;
            }
        }
    }

    /// Takes the answer to the last question.
    pub fn answer(&mut self, tensors: Vec<Option<Tensor>>) -> Result<()> {
        let asked = self.task.take();
        let asked = asked.ok_or_else(|| Error::runtime("backward has asked nothing"))?;
        self.task = Some(asked.answered(tensors));
        Ok(())
    }

    /// The gradients of the inputs that the walk was made for.
    pub fn wanted_gradients(&self, inputs: &[Tensor]) -> Vec<Option<Tensor>> {
        let gradient_of = |input| self.wanted.as_ref()?.gradient_of(input);
        inputs.iter().map(gradient_of).collect()
    }

    /// Sends a gradient along an edge: to a leaf, or to a node that waits for its own.
    pub(super) fn send(&mut self, edge: &Edge, gradient: Option<Tensor>) -> Result<()> {
        match edge {
            Edge::Leaf(leaf) => {
                let place = Place::Leaf(leaf.identity());
                if self.wanted.as_ref().is_none_or(|wanted| wanted.has(place)) {
                    self.leaves.add(leaf, gradient, self.options.create_graph)?;
                }
                Ok(())
            }
            Edge::Node(node, output) => {
                let Some(gradient) = gradient else { return Ok(()) };
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
    pub(super) fn keep_wanted(&mut self, node: &Rc<Node>, gradients: &[Option<Tensor>]) -> Result<()> {
        for (output, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            if let Some(wanted) = &mut self.wanted {
                wanted.keep(Place::Output(node.sequence, output), gradient);
            }
            for tensor in node.retained(output) {
                let before = tensor.meta().grad.clone();
                let total = sum(before, gradient.clone(), self.options.create_graph)?;
                tensor.meta_mut().grad = Some(total);
            }
        }
        Ok(())
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
