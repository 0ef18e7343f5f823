//! In-place operators under autograd: `x.op_(…)` computes `op` out of place, writes the result into `x`
//! and gives `x` the result's history.
//!
//! A write through a view changes the history of the base: the base becomes the output of a
//! `CopySlices` node, and every view takes its new part of it when it is next asked.
//! Refuses writes that would lose a leaf's gradient.

use std::cell::Cell;
use std::rc::Rc;

use super::node::{Edge, Node, Rule, sequence_mark};
use super::{GradFn, MadeBy, gradient_edge, is_leaf, requires_grad};
use crate::context;
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops;
use crate::tensor::Tensor;

/// An error if an in-place operator on `target` is not allowed in the current grad mode.
pub fn check_inplace(target: &Tensor) -> Result<()> {
    if target.is_inference() && !context::inference_mode() {
        return Err(Error::runtime(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before \
             doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.",
        ));
    }
    if !context::grad_enabled() {
        return Ok(());
    }
    if is_leaf(target) && requires_grad(target) {
        return Err(Error::runtime(
            "a leaf Variable that requires grad is being used in an in-place operation.",
        ));
    }
    let Some((base, made)) = target
        .meta()
        .view_of
        .as_ref()
        .map(|view_of| (view_of.base.clone(), view_of.made))
    else {
        return Ok(());
    };
    if made != MadeBy::One && requires_grad(&base) {
        return Err(forbidden_view(target, made));
    }
    if is_leaf(&base) && requires_grad(&base) {
        return Err(Error::runtime(
            "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        ));
    }
    Ok(())
}

/// PyTorch's error for a write through a view that was not made to be written.
fn forbidden_view(target: &Tensor, made: MadeBy) -> Error {
    let maker = super::grad_fn(target);
    let what = maker.map_or_else(
        || "A view was created".to_owned(),
        |maker| {
            format!(
                "Output {} of {} is a view and is being modified inplace. This view",
                maker.output,
                maker.node.name()
            )
        },
    );
    Error::runtime(match made {
        MadeBy::Several => format!(
            "{what} is the output of a function that returns multiple views. Such functions do not allow the output views to be modified \
             inplace. You should replace the inplace operation by an out-of-place one."
        ),
        MadeBy::One | MadeBy::Unrecorded => "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given \
             that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the \
             inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you want the \
             inplace to be tracked)."
            .to_owned(),
    })
}

thread_local! {
    /// The newest node before the last call of an operator that made nodes.
    static LAST_CALL: Cell<Option<u64>> = const { Cell::new(None) };
    /// The newest node before an in-place method of several calls began.
    static BEGUN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Notes that the call of an operator that has ended made all nodes newer than `mark`.
pub fn note_call(mark: u64) {
    LAST_CALL.set(Some(mark));
}

/// Notes that an in-place method begins: what it records up to its [`assign`] belongs to it.
pub fn begin_inplace() {
    BEGUN.set(Some(sequence_mark()));
}

/// Notes that an in-place method has failed: nothing that comes belongs to it.
pub fn end_inplace() {
    BEGUN.set(None);
}

/// Gives the nodes of the in-place operator itself copies of what they saved of the target: `x.mul_(y)` needs the old `x`.
/// What older nodes saved is left to the check of versions.
fn keep_old_values(target: &Tensor, result: &Tensor) -> Result<()> {
    let Some(newest) = result.meta().grad_fn.as_ref().map(|made| Rc::clone(&made.node)) else {
        BEGUN.take();
        return Ok(());
    };
    // Without calls, as in tests of the engine, the newest node is the operator.
    let begun = BEGUN.take().or_else(|| LAST_CALL.get());
    let mark = begun.unwrap_or(newest.sequence - 1);
    let mut open = vec![newest];
    let mut seen = Vec::new();
    while let Some(node) = open.pop() {
        if node.sequence <= mark || seen.contains(&node.sequence) {
            continue;
        }
        seen.push(node.sequence);
        node.with_saved(|saved| -> Result<()> {
            for slot in saved.iter_mut().flatten() {
                slot.keep_apart_from(target)?;
            }
            Ok(())
        })??;
        open.extend(node.edges.iter().flatten().filter_map(|edge| match edge {
            Edge::Node(node, _) => Some(Rc::clone(node)),
            Edge::Leaf(_) => None,
        }));
    }
    Ok(())
}

/// Writes `result`, computed from `target` and others, into `target`: the end of every in-place operator.
pub fn assign(target: &Tensor, result: &Tensor) -> Result<()> {
    check_inplace(target)?;
    if result.shape() != target.shape() {
        return Err(Error::runtime(format!(
            "output with shape {} doesn't match the broadcast shape {}",
            list_text(&target.shape()),
            list_text(&result.shape())
        )));
    }
    if !can_cast(result.dtype(), target.dtype()) {
        return Err(Error::runtime(format!(
            "result type {} can't be cast to the desired output type {}",
            result.dtype().scalar_type_name(),
            target.dtype().scalar_type_name()
        )));
    }
    keep_old_values(target, result)?;
    assign_unchecked(target, &ops::copy::to_dtype(result, target.dtype())?)
}

/// `assign` after all checks: `result` has the target's shape, dtype and device.
pub(crate) fn assign_unchecked(target: &Tensor, result: &Tensor) -> Result<()> {
    // The history must be read before the write makes views look stale.
    let tracks = context::grad_enabled() && target.dtype().is_float();
    let base = if tracks {
        target.meta().view_of.as_ref().map(|view_of| view_of.base.clone())
    } else {
        None
    };
    let base_edge = base.as_ref().and_then(gradient_edge);
    let result_edge = if tracks { gradient_edge(result) } else { None };
    context::with_grad_mode(false, || ops::copy::write(target, result))?;
    if !tracks {
        return Ok(());
    }
    if let Some(base) = base {
        if base_edge.is_some() || result_edge.is_some() {
            let rule = Rule::CopySlices {
                base: (*base.view()).clone(),
                region: (*target.view()).clone(),
            };
            let node = Node::new(rule, &[&base, result], vec![base_edge, result_edge], &[&base]);
            base.meta_mut().grad_fn = Some(GradFn { node, output: 0 });
        }
        // The view's own history is taken from the base when it is next asked for.
        return Ok(());
    }
    let grad_fn = match result_edge {
        None => None,
        Some(Edge::Node(node, output)) => Some(GradFn { node, output }),
        Some(edge @ Edge::Leaf(_)) => Some(GradFn {
            node: Node::new(Rule::Identity, &[result], vec![Some(edge)], &[target]),
            output: 0,
        }),
    };
    // A wish to keep the gradient goes with the tensor; hooks stay with the value that they were put on.
    let before = target.meta().grad_fn.clone();
    let is_retained = before.is_some_and(|before| before.node.stop_retaining(target));
    if is_retained && let Some(GradFn { node, output }) = &grad_fn {
        node.retain(*output, target);
    }
    target.meta_mut().grad_fn = grad_fn;
    Ok(())
}

/// Gives a view whose memory was written since a `grad_fn` that reads its part of the base's history.
pub(super) fn refresh_view(tensor: &Tensor) {
    let version = tensor.version();
    let base = match &tensor.meta().view_of {
        Some(view_of) if view_of.version != version && view_of.made != MadeBy::Unrecorded => view_of.base.clone(),
        _ => return,
    };
    let grad_fn = gradient_edge(&base).map(|edge| {
        let rule = Rule::Strided {
            input: (*base.view()).clone(),
            output: (*tensor.view()).clone(),
        };
        GradFn {
            node: Node::new(rule, &[&base], vec![Some(edge)], &[tensor]),
            output: 0,
        }
    });
    let mut meta = tensor.meta_mut();
    meta.grad_fn = grad_fn;
    if let Some(view_of) = &mut meta.view_of {
        view_of.version = version;
    }
}

/// PyTorch's `can_cast`: a write may lose precision, not the kind of number.
fn can_cast(from: DType, to: DType) -> bool {
    from.category() <= to.category()
}
