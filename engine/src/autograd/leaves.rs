//! Gradients on their way into leaves: summed first, then added into `.grad`, as PyTorch's AccumulateGrad does.
//!
//! A leaf with hooks is due when its last contribution has come, so that its hooks run amid the walk; the others
//! wait for the end. Refuses to run hooks: see `engine`.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::node::{Edge, Node};
use crate::apply::copy_in_order;
use crate::context;
use crate::error::Result;
use crate::layout;
use crate::ops;
use crate::storage::Device;
use crate::tensor::Tensor;

thread_local! {
    /// True once a leaf got hooks: until then nothing needs counting.
    static HAS_HOOKS: Cell<bool> = const { Cell::new(false) };
}

/// A leaf and the sum of what has come for it.
#[derive(Debug)]
pub struct Arrived {
    /// The leaf.
    pub leaf: Tensor,
    /// The sum so far.
    pub gradient: Option<Tensor>,
    /// Contributions still to come, where that was counted.
    remaining: Option<usize>,
}

/// The leaves of a walk.
#[derive(Debug, Default)]
pub struct Leaves {
    arrived: Vec<Arrived>,
    by_identity: BTreeMap<usize, usize>,
    due: VecDeque<usize>,
    /// Contributions that each leaf with hooks will get.
    expected: BTreeMap<usize, usize>,
}

impl Leaves {
    /// Notes that a leaf got hooks.
    pub fn note_hooks() {
        HAS_HOOKS.set(true);
    }

    /// True if contributions must be counted.
    pub fn has_hooks() -> bool {
        HAS_HOOKS.get()
    }

    /// Counts the contributions to leaves with hooks: one an edge of the nodes that will run.
    pub fn expect<'e>(&mut self, edges: impl Iterator<Item = &'e Edge>) {
        for edge in edges {
            if let Edge::Leaf(leaf) = edge
                && leaf.meta().has_hooks()
            {
                *self.expected.entry(leaf.identity()).or_default() += 1;
            }
        }
    }

    /// Takes in a contribution; `None` where a rule gave no gradient.
    pub fn add(&mut self, leaf: &Tensor, gradient: Option<Tensor>, create_graph: bool) -> Result<()> {
        let identity = leaf.identity();
        let position = *self.by_identity.entry(identity).or_insert_with(|| {
            self.arrived.push(Arrived {
                leaf: leaf.clone(),
                gradient: None,
                remaining: self.expected.get(&identity).copied(),
            });
            self.arrived.len() - 1
        });
        let Some(slot) = self.arrived.get_mut(position) else {
            return Ok(());
        };
        if let Some(gradient) = gradient {
            slot.gradient = Some(sum(slot.gradient.take(), gradient, create_graph)?);
        }
        if let Some(remaining) = &mut slot.remaining {
            *remaining = remaining.saturating_sub(1);
            if *remaining == 0 {
                self.due.push_back(position);
            }
        }
        Ok(())
    }

    /// The next leaf that is due, with its gradient.
    pub fn next_due(&mut self) -> Option<(Tensor, Tensor)> {
        while let Some(position) = self.due.pop_front() {
            if let Some(slot) = self.arrived.get_mut(position)
                && let Some(gradient) = slot.gradient.take()
            {
                return Some((slot.leaf.clone(), gradient));
            }
        }
        None
    }

    /// Makes all that have arrived due; false if nothing waits.
    pub fn finish(&mut self) -> bool {
        let waiting = self
            .arrived
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.gradient.is_some())
            .map(|(position, _)| position);
        self.due.extend(waiting);
        !self.due.is_empty()
    }
}

/// All nodes that can be reached, by sequence number.
pub fn reachable<'e>(roots: impl Iterator<Item = &'e Edge>) -> BTreeMap<u64, Rc<Node>> {
    let mut found: BTreeMap<u64, Rc<Node>> = BTreeMap::new();
    let mut open: Vec<Rc<Node>> = roots.filter_map(node_of).collect();
    while let Some(node) = open.pop() {
        if found.insert(node.sequence, Rc::clone(&node)).is_none() {
            open.extend(node.edges.iter().flatten().filter_map(node_of));
        }
    }
    found
}

fn node_of(edge: &Edge) -> Option<Rc<Node>> {
    if let Edge::Node(node, _) = edge {
        Some(Rc::clone(node))
    } else {
        None
    }
}

/// The sum of two gradients, the first of which may be missing.
pub fn sum(current: Option<Tensor>, gradient: Tensor, create_graph: bool) -> Result<Tensor> {
    match current {
        None => Ok(gradient),
        Some(current) => context::with_grad_mode(create_graph, || ops::elementwise::add(&current, &gradient)),
    }
}

/// Adds a gradient into a leaf's `.grad`.
pub fn accumulate(leaf: &Tensor, gradient: Tensor, create_graph: bool) -> Result<()> {
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
            let owned = own(gradient, leaf)?;
            leaf.meta_mut().grad = Some(owned);
            Ok(())
        }
    })
}

/// A tensor whose memory nobody else can write: the gradient itself if it has no other holder.
/// Its elements lie as those of the leaf, so that optimizers walk both alike.
fn own(gradient: Tensor, leaf: &Tensor) -> Result<Tensor> {
    let order = layout::of_elementwise(&[(*leaf.view()).clone()]);
    if let Some(order) = order {
        return copy_in_order(&gradient, Some(order));
    }
    if gradient.covers_storage() {
        if gradient.is_sole_owner() {
            return Ok(super::detach(&gradient));
        }
        if gradient.device() == Device::WebGpu {
            return Ok(Tensor::from_value(gradient.storage().value()?, &gradient.shape()));
        }
    }
    ops::copy::row_major(&gradient)
}
