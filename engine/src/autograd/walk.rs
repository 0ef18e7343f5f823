//! Walks that stop where Python must run a function's backward.
//!
//! A function's backward may start a walk of its own, so walks are a stack. Refuses to answer out of
//! order: a function's gradients are provided before the walk goes on.

use std::cell::RefCell;
use std::rc::Rc;

use super::engine::{Backward, Options, Progress};
use super::node::{Node, Rule};
use crate::error::{Error, Result};
use crate::tensor::Tensor;

#[derive(Debug)]
struct Walk {
    backward: Backward,
    /// The function that the caller is running, and the gradients of its outputs.
    waits_for: Option<(Rc<Node>, Vec<Option<Tensor>>)>,
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

/// Goes on to the next function outside the engine and gives its number, or `None` at the end.
pub fn advance() -> Result<Option<u64>> {
    with_walk(|walk| {
        if walk.waits_for.is_some() {
            return Err(Error::runtime("backward waits for a function's gradients"));
        }
        loop {
            match walk.backward.step()? {
                Progress::Done => return Ok(None),
                Progress::Ran => {}
                Progress::Callback { node, gradients } => {
                    let Rule::Callback { number, .. } = node.rule else {
                        continue;
                    };
                    walk.waits_for = Some((node, gradients));
                    return Ok(Some(number));
                }
            }
        }
    })
}

/// The gradients of the outputs of the function that is waited for.
pub fn gradients() -> Result<Vec<Option<Tensor>>> {
    with_walk(|walk| {
        Ok(walk
            .waits_for
            .as_ref()
            .map(|(_, gradients)| gradients.clone())
            .unwrap_or_default())
    })
}

/// Takes the gradients of its inputs.
pub fn provide(gradients: Vec<Option<Tensor>>) -> Result<()> {
    with_walk(|walk| {
        let (node, _) = walk
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

/// Ends the newest walk and gives the gradients of the inputs that it was started with.
pub fn end(inputs: &[Tensor]) -> Result<Vec<Option<Tensor>>> {
    let walk = WALKS.with_borrow_mut(Vec::pop).ok_or_else(no_walk)?;
    walk.backward.wanted_gradients(inputs)
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
