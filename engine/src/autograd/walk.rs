//! Walks that stop where Python must help: to run a function's backward or a hook, or to wait for the GPU so that
//! a rule can run on the CPU.
//!
//! What Python runs may start a walk of its own, so walks are a stack. Refuses to answer out of
//! order: a question is answered before the walk goes on.

use std::cell::RefCell;

use super::engine::{Backward, Options, Progress};
use super::node::Rule;
use super::question::{Asks, Question};
use crate::error::{Error, Result};
use crate::tensor::Tensor;

#[derive(Debug)]
struct Walk {
    backward: Backward,
    /// What the caller is answering.
    question: Option<Question>,
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
            question: None,
        });
    });
    Ok(())
}

/// A whole walk. If the caller has to help, the error says so and the walk stays for the caller to go on with.
pub fn run(
    outputs: &[Tensor],
    gradients: &[Option<Tensor>],
    inputs: Option<&[Tensor]>,
    options: Options,
) -> Result<Vec<Option<Tensor>>> {
    start(outputs, gradients, inputs, options)?;
    match advance() {
        Ok(None) => end(inputs.unwrap_or_default()),
        Ok(Some(_)) => Err(Error::CpuOnly { prim: waiting_name()? }),
        Err(error) => {
            end(&[])?;
            Err(error)
        }
    }
}

/// Goes on to the next question and gives what it asks and the numbers that it is about, or `None` at the end.
pub fn advance() -> Result<Option<(Asks, Vec<u64>)>> {
    with_walk(|walk| {
        if let Some(question) = &walk.question {
            // Asked by `run`, whose caller now comes to answer.
            return Ok(Some((question.asks, question.numbers.clone())));
        }
        loop {
            match walk.backward.step()? {
                Progress::Done => return Ok(None),
                Progress::Ran => {}
                Progress::Ask(question) => {
                    let asked = (question.asks, question.numbers.clone());
                    walk.question = Some(question);
                    return Ok(Some(asked));
                }
            }
        }
    })
}

/// The tensors that the question is about.
pub fn tensors() -> Result<Vec<Option<Tensor>>> {
    with_walk(|walk| {
        Ok(walk
            .question
            .as_ref()
            .map(|question| question.tensors.clone())
            .unwrap_or_default())
    })
}

/// The name of the node whose rule is to run on the CPU; empty for a copy between devices, which is no such operator.
pub fn waiting_name() -> Result<String> {
    with_walk(|walk| {
        let node = walk.question.as_ref().and_then(|question| question.node.as_ref());
        Ok(node
            .filter(|node| !matches!(node.rule, Rule::ToDevice))
            .map(|node| node.name())
            .unwrap_or_default())
    })
}

/// What the function that is asked for has saved.
pub fn saved() -> Result<Vec<Option<Tensor>>> {
    let node = with_walk(|walk| Ok(walk.question.as_ref().and_then(|question| question.node.clone())))?;
    node.map_or_else(|| Err(no_walk()), |node| node.unpack(node.take_unpacked()))
}

/// Takes the answer.
pub fn provide(answer: Vec<Option<Tensor>>) -> Result<()> {
    with_walk(|walk| {
        let question = walk
            .question
            .take()
            .ok_or_else(|| Error::runtime("backward has asked nothing"))?;
        if answer.len() != question.num_answers {
            return Err(Error::runtime(format!(
                "function {} returned an incorrect number of gradients (expected {}, got {})",
                question.node.map(|node| node.name()).unwrap_or_default(),
                question.num_answers,
                answer.len()
            )));
        }
        walk.backward.answer(answer)
    })
}

/// Ends the newest walk and gives the gradients of the inputs that it was started with.
pub fn end(inputs: &[Tensor]) -> Result<Vec<Option<Tensor>>> {
    let walk = WALKS.with_borrow_mut(Vec::pop).ok_or_else(no_walk)?;
    Ok(walk.backward.wanted_gradients(inputs))
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
