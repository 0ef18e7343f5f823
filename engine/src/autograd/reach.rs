//! Does a history lead anywhere beside the tensors one asks about?
//!
//! A transform that differentiates by tensors of its own drops the history of its result when nobody else could use it.
//! Refuses to change anything. Read next: `node`.

use std::collections::HashSet;
use std::rc::Rc;

use super::node::{Edge, Node};
use super::{grad_fn, gradient_edge};
use crate::tensor::Tensor;

/// True if gradients of `outputs` would flow into a leaf that is none of `inputs`.
pub fn reaches_beyond(outputs: &[Tensor], inputs: &[Tensor]) -> bool {
    let known: Vec<(*const Node, usize)> = inputs
        .iter()
        .filter_map(grad_fn)
        .map(|made| (Rc::as_ptr(&made.node), made.output))
        .collect();
    let mut waiting: Vec<Edge> = outputs.iter().filter_map(gradient_edge).collect();
    let mut seen: HashSet<*const Node> = HashSet::new();
    while let Some(edge) = waiting.pop() {
        match edge {
            Edge::Leaf(leaf) => {
                if !inputs.iter().any(|input| input.is_same(&leaf)) {
                    return true;
                }
            }
            Edge::Node(node, output) => {
                // What was made of an input's own maker leads beyond it.
                if known.contains(&(Rc::as_ptr(&node), output)) {
                    return true;
                }
                if seen.insert(Rc::as_ptr(&node)) {
                    waiting.extend(node.edges.iter().flatten().cloned());
                }
            }
        }
    }
    false
}
