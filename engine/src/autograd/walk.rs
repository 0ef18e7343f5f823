//! Walks that stop where Python must help: to run a function's backward, or to wait for the GPU so that a rule
//! can run on the CPU.
//!
//! A function's backward may start a walk of its own, so walks are a stack. Refuses to answer out of
//! order: what a walk waits for is provided before it goes on.

use std::cell::RefCell;
use std::rc::Rc;

use super::engine::{Backward, Options, Progress};
use super::node::{Node, Rule};
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// Where a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// At its end.
    End,
    /// At a function outside the engine: its number.
    Function(u64),
    /// At a rule that the GPU has no kernels for.
    Rule,
}

/// What the caller is to help with.
#[derive(Debug)]
struct Help {
    node: Rc<Node>,
    gradients: Vec<Option<Tensor>>,
    /// For a rule: what it saved.
    saved: Option<Vec<Option<Tensor>>>,
}

#[derive(Debug)]
struct Walk {
    backward: Backward,
    waits_for: Option<Help>,
}

thread_local! {
    static WALKS: RefCell<Vec<Walk>> = const { RefCell::new(Vec::new()) };
}

/// Begins a walk; with `inputs` only their gradients are computed.
pub fn start(
    outputs: &[Tensor],
    gradients: &[Option<Tensor>],
    inputs: Option<&[Tensor]>,
    options: Options,
) -> Result<()> {
    let backward = Backward::new(outputs, gradients, inputs, options)?;
    WALKS.with_borrow_mut(|walks| {
        walks.push(Walk {
            backward,
            waits_for: None,
        });
    });
    Ok(())
}

/// A whole walk. If a rule has to run on the CPU, the error says so and the walk stays for the caller to go on with.
pub fn run(
    outputs: &[Tensor],
    gradients: &[Option<Tensor>],
    inputs: Option<&[Tensor]>,
    options: Options,
) -> Result<Vec<Option<Tensor>>> {
    start(outputs, gradients, inputs, options)?;
    match advance() {
        Ok(Pause::End) => end(inputs.unwrap_or_default()),
        Ok(Pause::Rule) => Err(Error::CpuOnly { prim: waiting_name()? }),
        Ok(Pause::Function(_)) => {
            end(&[])?;
            Err(Error::not_implemented(
                "backward through a function outside the engine needs a stepping caller",
            ))
        }
        Err(error) => {
            end(&[])?;
            Err(error)
        }
    }
}

/// Goes on to where the caller must help, or to the end.
pub fn advance() -> Result<Pause> {
    with_walk(|walk| {
        match &walk.waits_for {
            Some(Help { saved: Some(_), .. }) => return Ok(Pause::Rule),
            Some(_) => return Err(Error::runtime("backward waits for a function's gradients")),
            None => {}
        }
        loop {
            match walk.backward.step()? {
                Progress::Done => return Ok(Pause::End),
                Progress::Ran => {}
                Progress::Callback { node, gradients } => {
                    let Rule::Callback { number, .. } = node.rule else {
                        continue;
                    };
                    walk.waits_for = Some(Help {
                        node,
                        gradients,
                        saved: None,
                    });
                    return Ok(Pause::Function(number));
                }
                Progress::Stuck { node, gradients, saved } => {
                    walk.waits_for = Some(Help {
                        node,
                        gradients,
                        saved: Some(saved),
                    });
                    return Ok(Pause::Rule);
                }
            }
        }
    })
}

/// The gradients of the outputs of what is waited for; for a rule, then what it saved.
pub fn gradients() -> Result<Vec<Option<Tensor>>> {
    with_walk(|walk| {
        Ok(walk.waits_for.as_ref().map_or_else(Vec::new, |help| {
            let saved = help.saved.iter().flatten();
            help.gradients.iter().chain(saved).cloned().collect()
        }))
    })
}

/// The name of the node whose rule is to run on the CPU; empty for a copy between devices, which is no such operator.
pub fn waiting_name() -> Result<String> {
    with_walk(|walk| {
        Ok(match &walk.waits_for {
            Some(help) if !matches!(help.node.rule, Rule::ToDevice) => help.node.name(),
            _ => String::new(),
        })
    })
}

/// Takes the gradients of a function's inputs.
pub fn provide(gradients: Vec<Option<Tensor>>) -> Result<()> {
    with_walk(|walk| {
        let Help { node, .. } = walk
            .waits_for
            .take()
            .ok_or_else(|| Error::runtime("backward waits for no function"))?;
        if gradients.len() != node.edges.len() {
            return Err(Error::runtime(format!(
                "function {} returned an incorrect number of gradients (expected {}, got {})",
                node.name(),
                node.edges.len(),
                gradients.len()
            )));
        }
        walk.backward.provide(&node, gradients)
    })
}

/// Takes copies on the CPU of what [`gradients`] gave for a rule, and runs the rule on them.
pub fn provide_from_cpu(tensors: &[Option<Tensor>]) -> Result<()> {
    with_walk(|walk| {
        let no_rule = || Error::runtime("backward waits for no rule");
        let help = walk.waits_for.take().ok_or_else(no_rule)?;
        let (gradients, saved) = tensors
            .split_at_checked(help.gradients.len())
            .filter(|_| help.saved.is_some())
            .ok_or_else(no_rule)?;
        walk.backward.provide_from_cpu(&help.node, gradients, saved)
    })
}

/// Ends the newest walk and gives the gradients of the inputs that it was started with.
pub fn end(inputs: &[Tensor]) -> Result<Vec<Option<Tensor>>> {
    let walk = WALKS.with_borrow_mut(Vec::pop).ok_or_else(no_walk)?;
    walk.backward.wanted_gradients(inputs)
}

/// Forgets every walk under way, as a fresh recorder does.
pub fn reset() {
    drop(WALKS.take());
}

fn with_walk<R>(work: impl FnOnce(&mut Walk) -> Result<R>) -> Result<R> {
    // Taken out while it is used, since what runs inside drops and makes tensors.
    let mut walk = WALKS.with_borrow_mut(Vec::pop).ok_or_else(no_walk)?;
    let result = work(&mut walk);
    WALKS.with_borrow_mut(|walks| walks.push(walk));
    result
}

fn no_walk() -> Error {
    Error::runtime("no backward is under way")
}
