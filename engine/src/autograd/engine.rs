//! Backward: walks the history from the newest node to the oldest and applies each node's rule.
//!
//! A node is older than all that use its output, so the newest waiting node has all its gradients.
//! The walk is a value with [`Backward::step`], so that Python's functions and hooks can be run by the
//! caller between two steps: the walk asks a question and goes on with its answer. Refuses to recurse.
//! Read next: `question`, `leaves`, `rules`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::leaves::{Leaves, accumulate, reachable, sum};
use super::node::{Edge, HookPlace, Node, Rule};
use super::question::{Asks, Question};
use super::{gradient_edge, rules};
use crate::context;
use crate::error::{Error, ErrorKind, Result, list_text};
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

/// What the walk is at, where it may have to ask.
#[derive(Debug)]
enum Task {
    /// A node's hooks and its rule.
    Node {
        node: Rc<Node>,
        gradients: Vec<Option<Tensor>>,
        stage: Stage,
    },
    /// A leaf's hooks and its `.grad`; `stage` counts what is done.
    Leaf {
        leaf: Tensor,
        gradient: Tensor,
        stage: LeafStage,
    },
}

#[derive(Debug)]
enum Stage {
    /// The hooks of this output and those after it are next.
    Output(usize),
    Before,
    /// The saved tensors that Python has packed.
    Unpack,
    Rule(Vec<Tensor>),
    /// The rule on the CPU, with copies of the gradients and of what was saved.
    Copies(Vec<Option<Tensor>>),
    After(Vec<Option<Tensor>>),
    Send(Vec<Option<Tensor>>),
}

#[derive(Debug, Clone, Copy)]
enum LeafStage {
    Hooks,
    Store,
    End,
}

/// A walk in progress.
#[derive(Debug)]
pub struct Backward {
    waiting: BTreeMap<u64, Waiting>,
    leaves: Leaves,
    task: Option<Task>,
    options: Options,
    /// The gradients asked for, by place; `None` where all leaves accumulate into `.grad`.
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
            leaves: Leaves::default(),
            task: None,
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
            let edge = gradient_edge(output).ok_or_else(|| {
                Error::runtime(format!(
                    "element {index} of tensors does not require grad and does not have a grad_fn"
                ))
            })?;
            let gradient = root_gradient(index, output, gradients.get(index).and_then(Option::as_ref))?;
            roots.push((edge, gradient));
        }
        walk.find_useful(roots.iter().map(|(edge, _)| edge));
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
        let useful = &self.useful;
        let all = self.wanted.is_none();
        self.leaves.expect(
            nodes
                .values()
                .filter(|node| all || useful.contains(&node.sequence))
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
        match task {
            Task::Node { node, gradients, stage } => self.run_node(node, gradients, stage),
            Task::Leaf { leaf, gradient, stage } => self.run_leaf(leaf, gradient, stage),
        }
    }

    fn next_task(&mut self) -> Option<Task> {
        loop {
            if let Some((leaf, gradient)) = self.leaves.next_due() {
                return Some(Task::Leaf {
                    leaf,
                    gradient,
                    stage: LeafStage::Hooks,
                });
            }
            if let Some((_, Waiting { node, gradients })) = self.waiting.pop_last() {
                return Some(Task::Node {
                    node,
                    gradients,
                    stage: Stage::Output(0),
                });
            }
            if !self.leaves.finish() {
                return None;
            }
        }
    }

    /// Takes the answer to the last question.
    pub fn answer(&mut self, tensors: Vec<Option<Tensor>>) -> Result<()> {
        let first = || tensors.first().cloned().flatten();
        let advanced = match self.task.take() {
            None => return Err(Error::runtime("backward has asked nothing")),
            Some(Task::Node {
                node,
                mut gradients,
                stage,
            }) => {
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
            Some(Task::Leaf { leaf, gradient, stage }) => match stage {
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
        };
        self.task = Some(advanced);
        Ok(())
    }

    fn ask(&mut self, task: Task, question: Question) -> Result<Progress> {
        self.task = Some(task);
        Ok(Progress::Ask(question))
    }

    fn run_leaf(&mut self, leaf: Tensor, gradient: Tensor, mut stage: LeafStage) -> Result<Progress> {
        if matches!(stage, LeafStage::Hooks) {
            let hooks = leaf.meta().hooks.clone();
            if let Some(hooks) = hooks {
                let question = Question {
                    asks: Asks::TensorHooks,
                    numbers: vec![hooks.number()],
                    tensors: vec![Some(gradient.clone())],
                    num_answers: 1,
                    node: None,
                };
                return self.ask(Task::Leaf { leaf, gradient, stage }, question);
            }
            stage = LeafStage::Store;
        }
        if matches!(stage, LeafStage::End) {
            return Ok(Progress::Ran);
        }
        if let Some(wanted) = &mut self.wanted {
            if let Some(slot) = wanted.get_mut(&Place::Leaf(leaf.identity())) {
                *slot = Some(gradient.clone());
            }
            if !self.options.accumulate {
                return Ok(Progress::Ran);
            }
        }
        let after = leaf.meta().accumulated_hooks.clone();
        if let Some(after) = after {
            accumulate(&leaf, gradient.clone(), self.options.create_graph)?;
            let question = Question {
                asks: Asks::Accumulated,
                numbers: vec![after.number()],
                tensors: vec![Some(leaf.clone())],
                num_answers: 0,
                node: None,
            };
            let stage = LeafStage::End;
            return self.ask(Task::Leaf { leaf, gradient, stage }, question);
        }
        accumulate(&leaf, gradient, self.options.create_graph)?;
        Ok(Progress::Ran)
    }

    fn run_node(&mut self, node: Rc<Node>, gradients: Vec<Option<Tensor>>, mut stage: Stage) -> Result<Progress> {
        let question = |asks, number: u64, tensors: Vec<Option<Tensor>>, num_answers| Question {
            asks,
            numbers: vec![number],
            tensors,
            num_answers,
            node: Some(Rc::clone(&node)),
        };
        loop {
            stage = match stage {
                Stage::Output(output) => {
                    let Some(gradient) = gradients.get(output) else {
                        self.keep_wanted(&node, &gradients)?;
                        if self.wanted.is_some() && !self.useful.contains(&node.sequence) {
                            return Ok(Progress::Ran);
                        }
                        stage = Stage::Before;
                        continue;
                    };
                    if gradient.is_some()
                        && let Some(number) = node.hooks(HookPlace::Output(output))
                    {
                        let question = question(Asks::TensorHooks, number, vec![gradient.clone()], 1);
                        let stage = Stage::Output(output);
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Output(output + 1)
                }
                Stage::Before => {
                    if let Some(number) = node.hooks(HookPlace::Before) {
                        let question = question(Asks::HooksBefore, number, gradients.clone(), gradients.len());
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Unpack
                }
                Stage::Unpack => {
                    let numbers = node.packed()?;
                    if !numbers.is_empty() {
                        let question = Question {
                            num_answers: numbers.len(),
                            numbers,
                            asks: Asks::Unpack,
                            tensors: Vec::new(),
                            node: Some(Rc::clone(&node)),
                        };
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Rule(Vec::new())
                }
                Stage::Rule(unpacked) => {
                    if let Rule::Callback { number, .. } = &node.rule {
                        // What Python has unpacked lies ready for the function's `saved_tensors`.
                        node.remember_unpacked(unpacked);
                        let question = question(Asks::Function, number.number(), gradients.clone(), node.edges.len());
                        let stage = Stage::Rule(Vec::new());
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    let saved = node.unpack(unpacked)?;
                    let results = context::with_grad_mode(self.options.create_graph, || {
                        rules::input_gradients(&node, &gradients, &saved)
                    });
                    if matches!(&results, Err(error) if error.kind() == ErrorKind::CpuOnly) {
                        let tensors: Vec<Option<Tensor>> = gradients.iter().chain(&saved).cloned().collect();
                        let question = Question {
                            asks: Asks::Copies,
                            numbers: Vec::new(),
                            num_answers: tensors.len(),
                            tensors,
                            node: Some(Rc::clone(&node)),
                        };
                        let stage = Stage::Copies(Vec::new());
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::After(results?)
                }
                Stage::Copies(copies) => {
                    let (on_cpu, saved) = copies
                        .split_at_checked(gradients.len())
                        .ok_or_else(|| Error::runtime("backward waits for no rule"))?;
                    Stage::After(self.run_on_cpu(&node, on_cpu, saved)?)
                }
                Stage::After(results) => {
                    if let Some(number) = node.hooks(HookPlace::After) {
                        let count = results.len();
                        let tensors = results.iter().chain(&gradients).cloned().collect();
                        let question = question(Asks::HooksAfter, number, tensors, count);
                        let stage = Stage::After(results);
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Send(results)
                }
                Stage::Send(results) => {
                    self.send_all(&node, results)?;
                    return Ok(Progress::Ran);
                }
            };
        }
    }

    /// A node's rule on copies on the CPU; the gradients go to where the inputs are.
    fn run_on_cpu(
        &self,
        node: &Rc<Node>,
        gradients: &[Option<Tensor>],
        saved: &[Option<Tensor>],
    ) -> Result<Vec<Option<Tensor>>> {
        context::with_grad_mode(self.options.create_graph, || {
            let results = rules::input_gradients(node, gradients, saved)?;
            let moved = results.into_iter().zip(&node.inputs).map(|(result, input)| {
                result
                    .map(|result| ops::copy::to_device(&result, input.device))
                    .transpose()
            });
            moved.collect()
        })
    }

    /// Sends a node's input gradients on their way.
    fn send_all(&mut self, node: &Rc<Node>, gradients: Vec<Option<Tensor>>) -> Result<()> {
        if context::checks_nan() {
            super::anomaly::check(node, &gradients)?;
        }
        if !self.options.retain_graph {
            node.free();
        }
        for (edge, gradient) in node.edges.iter().zip(gradients) {
            if let Some(edge) = edge {
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

    fn send(&mut self, edge: &Edge, gradient: Option<Tensor>) -> Result<()> {
        match edge {
            Edge::Leaf(leaf) => {
                let is_wanted = self
                    .wanted
                    .as_ref()
                    .is_none_or(|wanted| wanted.contains_key(&Place::Leaf(leaf.identity())));
                if !is_wanted {
                    return Ok(());
                }
                self.leaves.add(leaf, gradient, self.options.create_graph)
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
    fn keep_wanted(&mut self, node: &Rc<Node>, gradients: &[Option<Tensor>]) -> Result<()> {
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
                let before = tensor.meta().grad.clone();
                let total = sum(before, gradient.clone(), self.options.create_graph)?;
                tensor.meta_mut().grad = Some(total);
            }
        }
        Ok(())
    }

    /// Finds the nodes from which a wanted place can be reached.
    fn find_useful<'e>(&mut self, roots: impl Iterator<Item = &'e Edge>) {
        let Some(wanted) = &self.wanted else { return };
        for (sequence, node) in reachable(roots) {
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
