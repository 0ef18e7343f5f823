//! What makes elementwise kernels alike: what they compute, not how long their arrays are, which arrays and numbers they
//! are given, or in which order their expressions were built.
//!
//! Refuses kernels that compute with places, or whose invocations read each other's elements. Read next: `join`.

use super::kernel::{Access, Body, Expr, Kernel, Op, Position, ROOT, Store, Value};
use super::split::drop_unused_bindings;
use crate::dtype::DType;

/// What makes kernels alike.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// As if all loads were at the root.
    exprs: Vec<Expr>,
    stores: Vec<Store>,
    bindings: Vec<(Access, DType, Reach)>,
    pub num_words: usize,
}

/// Which elements of an array the invocations touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Their own.
    Own,
    /// All the same one: of this value, at the offset in this word.
    One(Value, Option<u32>),
    /// There is one invocation, so it is either.
    Either(Value),
}

impl Form {
    /// True if a kernel of the other form can be a part of a kernel of this one.
    pub fn takes(&self, other: &Form) -> bool {
        let fits = |mine: &(Access, DType, Reach), its: &(Access, DType, Reach)| {
            let reaches = match (mine.2, its.2) {
                (Reach::One(value, None), Reach::Either(other)) => value == other,
                (Reach::Own | Reach::Either(_), Reach::Either(_)) => true,
                (mine, its) => mine == its,
            };
            (mine.0, mine.1) == (its.0, its.1) && reaches
        };
        self.num_words == other.num_words
            && self.exprs == other.exprs
            && self.stores == other.stores
            && self.bindings.len() == other.bindings.len()
            && self
                .bindings
                .iter()
                .zip(&other.bindings)
                .all(|(mine, its)| fits(mine, its))
    }

    /// Of each binding, whether each part has an array of its own there.
    pub fn lanes(&self) -> impl Iterator<Item = bool> + '_ {
        self.bindings.iter().map(|binding| !matches!(binding.2, Reach::One(..)))
    }
}

/// An elementwise kernel with its expressions, bindings and words in the order in which its results need them, so that
/// equal ones look equal however they came about. Where there is one element, numbers are nodes like others.
pub(super) fn in_order(mut kernel: Kernel) -> Kernel {
    let is_plain = |position: &Position| matches!(position, Position::Root | Position::Window { .. });
    let is_joinable = kernel.store.exprs.iter().all(|expr| can_join(&expr.op));
    if !is_joinable || !kernel.store.positions.iter().all(is_plain) {
        return kernel;
    }
    let mut places: Vec<Option<usize>> = vec![None; kernel.store.exprs.len()];
    let mut exprs: Vec<Expr> = Vec::with_capacity(places.len());
    let mut stack: Vec<usize> = kernel.store.stores.iter().rev().map(|store| store.value).collect();
    while let Some(&id) = stack.last() {
        let mut expr = kernel.store.exprs[id].clone();
        let operands: Vec<&mut usize> = match &mut expr.op {
            Op::Unary(_, x) | Op::Cast(x) => vec![x],
            Op::Binary(_, x, y) => vec![x, y],
            Op::Where(condition, x, y) => vec![condition, x, y],
            _ => Vec::new(),
        };
        let waiting = stack.len();
        stack.extend(
            operands
                .iter()
                .rev()
                .map(|operand| **operand)
                .filter(|&operand| places[operand].is_none()),
        );
        if stack.len() > waiting {
            continue;
        }
        for operand in operands {
            *operand = places[*operand].unwrap_or_default();
        }
        stack.pop();
        if places[id].is_none() {
            exprs.push(expr);
            places[id] = Some(exprs.len() - 1);
        }
    }
    kernel.store.exprs = exprs;
    for store in &mut kernel.store.stores {
        store.value = places[store.value].unwrap_or_default();
    }
    drop_unused_bindings(&mut kernel);
    let mut params: Vec<u32> = Vec::with_capacity(kernel.params.len());
    let mut renumber = |word: &mut u32| {
        params.push(kernel.params[*word as usize]);
        *word = params.len() as u32 - 1;
    };
    for expr in &mut kernel.store.exprs {
        if let Op::Param(word) = &mut expr.op {
            renumber(word);
        }
    }
    for position in &mut kernel.store.positions {
        if let Position::Window { window, .. } = position
            && let Some(word) = &mut window.offset
        {
            renumber(word);
        }
    }
    kernel.params = params;
    kernel
}

/// The form of an elementwise kernel whose invocations touch their own element of arrays, or one element that is the same
/// for all.
pub(super) fn form(kernel: &Kernel) -> Option<Form> {
    let Body::Elementwise { num_elements } = kernel.body else {
        return None;
    };
    let mut reaches: Vec<Option<Reach>> = vec![None; kernel.bindings.len()];
    let mut exprs = kernel.store.exprs.clone();
    for expr in &mut exprs {
        match &mut expr.op {
            Op::Load { binding, position } => {
                let value = kernel.bindings.get(*binding as usize)?.value;
                let found = match kernel.store.positions.get(*position)? {
                    Position::Window { base: ROOT, window } => {
                        let mut sides = window.shape.iter().zip(&window.strides);
                        if sides.any(|(&size, &stride)| size > 1 && stride > 0) {
                            return None;
                        }
                        Reach::One(value, window.offset)
                    }
                    Position::Root if num_elements == 1 => Reach::Either(value),
                    Position::Root => Reach::Own,
                    _ => return None,
                };
                *position = ROOT;
                if *reaches[*binding as usize].get_or_insert(found) != found {
                    return None;
                }
            }
            op if can_join(op) => {}
            _ => return None,
        }
    }
    for store in &kernel.store.stores {
        let is_one = matches!(reaches[store.binding as usize], Some(Reach::One(..)));
        if store.position != ROOT || is_one {
            return None;
        }
    }
    let bindings = kernel.bindings.iter().zip(reaches);
    let bindings = bindings.map(|(binding, reach)| {
        let default = if num_elements == 1 {
            Reach::Either(binding.value)
        } else {
            Reach::Own
        };
        (binding.access, binding.dtype, reach.unwrap_or(default))
    });
    Some(Form {
        exprs,
        stores: kernel.store.stores.clone(),
        bindings: bindings.collect(),
        num_words: kernel.params.len(),
    })
}

/// True for what is computed from elements and words alone, not from places.
const fn can_join(op: &Op) -> bool {
    matches!(
        op,
        Op::Load { .. } | Op::Param(_) | Op::Zero | Op::Unary(..) | Op::Binary(..) | Op::Where(..) | Op::Cast(_)
    )
}
