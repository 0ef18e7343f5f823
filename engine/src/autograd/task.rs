//! What a walk does at each stage of a node or leaf, and where it must ask: hooks, saved tensors that Python packed,
//! Python's functions, rules that only the CPU has.
//!
//! Refuses to choose which node is next: see `engine`. Read next: `stages`, `question`, `rules`.

use std::rc::Rc;

use super::engine::{Backward, Progress};
use super::leaves::accumulate;
use super::node::{HookPlace, Node, Rule};
use super::question::{Asks, Question};
use super::rules;
use super::stages::{LeafStage, Stage, Task};
use super::wanted::Place;
use crate::context;
use crate::error::{Error, ErrorKind, Result};
use crate::ops;
use crate::tensor::Tensor;

/// What came of a rule.
enum Applied {
    Gradients(Vec<Option<Tensor>>),
    /// The caller must be asked, and the node goes on from this stage.
    Asks(Question, Stage),
}

impl Backward {
    /// Works at a task until it is done or has a question.
    pub(super) fn work(&mut self, task: Task) -> Result<Progress> {
        match task {
            Task::Node { node, gradients, stage } => self.run_node(node, gradients, stage),
            Task::Leaf { leaf, gradient, stage } => self.run_leaf(leaf, gradient, stage),
        }
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
            wanted.keep(Place::Leaf(leaf.identity()), &gradient);
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
        loop {
            stage = match stage {
                Stage::Output(output) => {
                    let Some(gradient) = gradients.get(output) else {
                        self.keep_wanted(&node, &gradients)?;
                        if self.wanted.as_ref().is_some_and(|wanted| !wanted.needs(&node)) {
                            return Ok(Progress::Ran);
                        }
                        stage = Stage::Before;
                        continue;
                    };
                    if gradient.is_some()
                        && let Some(number) = node.hooks(HookPlace::Output(output))
                    {
                        let question = question(&node, Asks::TensorHooks, vec![number], vec![gradient.clone()], 1);
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Output(output + 1)
                }
                Stage::Before => {
                    if let Some(number) = node.hooks(HookPlace::Before) {
                        let (tensors, count) = (gradients.clone(), gradients.len());
                        let question = question(&node, Asks::HooksBefore, vec![number], tensors, count);
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Unpack
                }
                Stage::Unpack => {
                    let numbers = node.packed()?;
                    if !numbers.is_empty() {
                        let count = numbers.len();
                        let question = question(&node, Asks::Unpack, numbers, Vec::new(), count);
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                    Stage::Rule(Vec::new())
                }
                Stage::Rule(unpacked) => match self.apply_rule(&node, &gradients, unpacked)? {
                    Applied::Gradients(results) => Stage::After(results),
                    Applied::Asks(question, stage) => {
                        return self.ask(Task::Node { node, gradients, stage }, question);
                    }
                },
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
                        let question = question(&node, Asks::HooksAfter, vec![number], tensors, count);
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

    /// Runs a node's rule, or says what must be asked for it.
    fn apply_rule(&self, node: &Rc<Node>, gradients: &[Option<Tensor>], unpacked: Vec<Tensor>) -> Result<Applied> {
        if let Rule::Callback { number, .. } = &node.rule {
            // What Python has unpacked lies ready for the function's `saved_tensors`.
            node.remember_unpacked(unpacked);
            let (numbers, tensors) = (vec![number.number()], gradients.to_vec());
            let question = question(node, Asks::Function, numbers, tensors, node.edges.len());
            return Ok(Applied::Asks(question, Stage::Rule(Vec::new())));
        }
        let saved = node.unpack(unpacked)?;
        let results = context::with_grad_mode(self.options.create_graph, || {
            rules::input_gradients(node, gradients, &saved)
        });
        if matches!(&results, Err(error) if error.kind() == ErrorKind::CpuOnly) {
            let tensors: Vec<Option<Tensor>> = gradients.iter().chain(&saved).cloned().collect();
            let count = tensors.len();
            let question = question(node, Asks::Copies, Vec::new(), tensors, count);
            return Ok(Applied::Asks(question, Stage::Copies(Vec::new())));
        }
        Ok(Applied::Gradients(results?))
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
}

fn question(
    node: &Rc<Node>,
    asks: Asks,
    numbers: Vec<u64>,
    tensors: Vec<Option<Tensor>>,
    num_answers: usize,
) -> Question {
    Question {
        asks,
        numbers,
        tensors,
        num_answers,
        node: Some(Rc::clone(node)),
    }
}
