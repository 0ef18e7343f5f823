//! What a walk is for, where not all leaves get gradients: the places asked for, and the nodes on a way to them.
//!
//! Refuses to walk: see `engine`.

use std::collections::{BTreeMap, BTreeSet};

use super::gradient_edge;
use super::leaves::reachable;
use super::node::{Edge, Node};
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// A place that a gradient can be asked of: a leaf by its identity, or an output of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Leaf(usize),
    Output(u64, usize),
}

/// The gradients asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// By place; `None` until one has come.
    gradients: BTreeMap<Place, Option<Tensor>>,
    /// The nodes on a way to a place.
    useful: BTreeSet<u64>,
}

impl Wanted {
    /// The gradients of `inputs`, on ways that are not known yet.
    pub fn new(inputs: &[Tensor]) -> Result<Wanted> {
        let places: Result<_> = inputs.iter().map(|input| Ok((place_of(input)?, None))).collect();
        Ok(Wanted {
            gradients: places?,
            useful: BTreeSet::new(),
        })
    }

    /// Finds the nodes from which a place can be reached.
    pub fn find_useful<'e>(&mut self, roots: impl Iterator<Item = &'e Edge>) {
        for (sequence, node) in reachable(roots) {
            let leads_there = |edge: &Edge| match edge {
                Edge::Leaf(leaf) => self.has(Place::Leaf(leaf.identity())),
                Edge::Node(maker, output) => {
                    self.useful.contains(&maker.sequence) || self.has(Place::Output(maker.sequence, *output))
                }
            };
            if node.edges.iter().flatten().any(leads_there) {
                self.useful.insert(sequence);
            }
        }
    }

    /// True for a node on a way to a place.
    pub fn needs(&self, node: &Node) -> bool {
        self.useful.contains(&node.sequence)
    }

    /// True if the place's gradient was asked for.
    pub fn has(&self, place: Place) -> bool {
        self.gradients.contains_key(&place)
    }

    /// Keeps a place's gradient, if it was asked for.
    pub fn keep(&mut self, place: Place, gradient: &Tensor) {
        if let Some(slot) = self.gradients.get_mut(&place) {
            *slot = Some(gradient.clone());
        }
    }

    /// What has come for a tensor.
    pub fn gradient_of(&self, input: &Tensor) -> Option<Tensor> {
        let place = place_of(input).ok()?;
        self.gradients.get(&place).cloned().flatten()
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
