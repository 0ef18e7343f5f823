//! Looks for attention around each softmax of a program: back to the product of queries and keys, on to the one with values.
//!
//! Refuses to change the program: see `rewrite`. Read next: `backward`.

use super::found::{Found, Link};
use super::operands::{as_number, is_matrix, is_number, transposed};
use crate::dtype::DType;
use crate::plan::classify::is_whole;
use crate::prim::{Binary, Prim, Scaling};
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// Longest queries, keys and values, in elements: they are kept in registers.
const MAX_WIDTH: usize = 128;

/// Looks through a program.
pub struct Finder<'a> {
    program: &'a Program,
    /// Readers of each node: (node, operand index).
    pub(super) uses: Vec<Vec<(usize, usize)>>,
    pub(super) is_output: Vec<bool>,
}

impl<'a> Finder<'a> {
    pub fn new(program: &'a Program) -> Finder<'a> {
        let mut uses = vec![Vec::new(); program.nodes.len()];
        for (index, node) in program.nodes.iter().enumerate() {
            for (slot, operand) in node.operands.iter().enumerate() {
                if let ValueRef::Node(producer) = operand.value {
                    uses[producer as usize].push((index, slot));
                }
            }
        }
        let mut is_output = vec![false; program.nodes.len()];
        for &output in &program.outputs {
            is_output[output as usize] = true;
        }
        Finder {
            program,
            uses,
            is_output,
        }
    }

    /// Every attention, in order.
    pub fn find(&self) -> Vec<Found> {
        let nodes = self.program.nodes.iter().enumerate();
        nodes
            .filter(|(_, node)| matches!(node.prim, Prim::Softmax | Prim::SafeSoftmax) && node.dtype == DType::F32)
            .filter_map(|(softmax, _)| self.around(softmax))
            .collect()
    }

    pub(super) fn node(&self, index: usize) -> &'a ProgramNode {
        &self.program.nodes[index]
    }

    /// True if the mask is a comparison of two counts: linear in row and column, whatever the counts begin with.
    fn is_half_plane(&self, links: &[Link]) -> bool {
        let node_of = |operand: &Operand| match operand.value {
            ValueRef::Node(producer) => Some(self.node(producer as usize)),
            ValueRef::Input(_) => None,
        };
        let counts = |operand: &Operand| node_of(operand).is_some_and(|node| node.prim == Prim::Arange);
        links.iter().any(|link| {
            let Link::Mask { mask, .. } = link else { return false };
            node_of(mask).is_some_and(|node| {
                let compares = matches!(
                    node.prim,
                    Prim::Binary(Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge)
                );
                // A matrix, seen as one: wherever it is read, steps along rows and columns stay the same.
                compares && node.shape.len() == 2 && is_matrix(mask, &node.shape) && node.operands.iter().all(counts)
            })
        })
    }

    /// The node whose whole value an operand is.
    pub(super) fn whole_node(&self, operand: &Operand) -> Option<usize> {
        match operand.value {
            ValueRef::Node(producer) if is_whole(self.program, operand) => Some(producer as usize),
            _ => None,
        }
    }

    /// The reader of a node that has just one and is no output.
    pub(super) fn only_reader(&self, index: usize) -> Option<(usize, usize)> {
        match self.uses[index].as_slice() {
            &[reader] if !self.is_output[index] => Some(reader),
            _ => None,
        }
    }

    fn around(&self, softmax: usize) -> Option<Found> {
        let mut links = Vec::new();
        let scores = self.scores(self.whole_node(&self.node(softmax).operands[0])?, &mut links)?;
        if !in_order(&links) || self.is_output[softmax] {
            return None;
        }
        let [q, k] = self.node(scores).operands.as_slice() else {
            return None;
        };
        let sizes = [q.shape[0], q.shape[1], k.shape[2]];
        // A factor on the weights, and the product with v, which is missing where only gradients are wanted.
        let mut weights = softmax;
        let mut factor = None;
        if !self.is_multiplied(weights, &sizes) {
            let candidates = self.uses[softmax].iter().map(|found| found.0);
            let mut scaled = candidates.filter(|&reader| self.is_multiplied(reader, &sizes));
            weights = scaled.find(|&reader| self.factor_of(reader, softmax).is_some())?;
            factor = self.factor_of(weights, softmax);
        }
        if self.is_output[weights] {
            return None;
        }
        let product = self.reader_at(weights, 0, &sizes);
        let v = match product {
            Some(product) => self.node(product).operands[1].clone(),
            None => transposed(&self.node(self.of_weights(softmax, factor.as_ref())?.product).operands[1]),
        };
        let widths = [q.shape[2], v.shape[2]];
        if widths.contains(&0) || widths.iter().any(|&width| width > MAX_WIDTH) || sizes.contains(&0) {
            return None;
        }
        let mut found = Found {
            operands: [q.clone(), transposed(k), v],
            empty_is_zero: self.node(softmax).prim == Prim::SafeSoftmax,
            is_half_plane: self.is_half_plane(&links),
            links,
            factor,
            softmax,
            product,
            backward: None,
        };
        let mut readers = self.uses[softmax].len();
        let mut forward_alone = 1;
        if weights != softmax {
            readers += self.uses[weights].len();
            forward_alone = 2;
        }
        if readers > forward_alone || product.is_none() {
            found.backward = Some(self.backward(softmax, weights, &found, &sizes)?);
        }
        Some(found)
    }

    /// True if the weights are multiplied with values, or with the gradient of the result.
    fn is_multiplied(&self, weights: usize, sizes: &[usize; 3]) -> bool {
        [0, 1]
            .into_iter()
            .any(|slot| self.reader_at(weights, slot, sizes).is_some())
    }

    /// The product of queries and keys from which `index` is computed, link by link; links are put in order.
    fn scores(&self, index: usize, links: &mut Vec<Link>) -> Option<usize> {
        let node = self.node(index);
        self.only_reader(index)?;
        if node.dtype != DType::F32 {
            return None;
        }
        let before = |slot: usize| self.whole_node(&node.operands[slot]);
        match &node.prim {
            Prim::Matmul => Some(index),
            Prim::Binary(Binary::Mul | Binary::Div) => {
                let (scaling, number, main) = self.scale_of(node)?;
                let scores = self.scores(before(main)?, links)?;
                links.push(Link::Scale(scaling, number));
                Some(scores)
            }
            Prim::Binary(Binary::Add) => [0, 1].into_iter().find_map(|main| {
                let known = links.len();
                let scores = before(main).and_then(|main| self.scores(main, links));
                match scores {
                    Some(_) => links.push(Link::Bias(node.operands[1 - main].clone())),
                    None => links.truncate(known),
                }
                scores
            }),
            Prim::Where => [2, 1].into_iter().find_map(|main| {
                let known = links.len();
                let scores = before(main).and_then(|main| self.scores(main, links));
                match scores {
                    Some(_) => links.push(Link::Mask {
                        mask: node.operands[0].clone(),
                        fill: node.operands[3 - main].clone(),
                        keeps: main == 1,
                    }),
                    None => links.truncate(known),
                }
                scores
            }),
            _ => None,
        }
    }

    /// A multiplication or division by one number: its kind, the number, and the slot of what is scaled.
    pub(super) fn scale_of(&self, node: &ProgramNode) -> Option<(Scaling, Operand, usize)> {
        let [x, y] = node.operands.as_slice() else { return None };
        match node.prim {
            Prim::Binary(Binary::Mul) if is_number(y) => Some((Scaling::Times, as_number(y), 0)),
            Prim::Binary(Binary::Mul) if is_number(x) => Some((Scaling::Times, as_number(x), 1)),
            Prim::Binary(Binary::Div) if is_number(y) => Some((Scaling::Over, as_number(y), 0)),
            _ => None,
        }
    }

    /// The product that reads `[B, T, S]` weights, whole, at `slot`; there must be just one.
    pub(super) fn reader_at(&self, weights: usize, slot: usize, sizes: &[usize; 3]) -> Option<usize> {
        let mut found = self.uses[weights].iter().filter(|&&(reader, at)| {
            let node = self.node(reader);
            let operand = &node.operands[at];
            at == slot
                && node.prim == Prim::Matmul
                && operand.shape == sizes
                && self.whole_node(operand) == Some(weights)
        });
        match (found.next(), found.next()) {
            (Some(&(reader, _)), None) => Some(reader),
            _ => None,
        }
    }

    /// The other factor, if `index` multiplies the whole value of `main`.
    pub(super) fn factor_of(&self, index: usize, main: usize) -> Option<Operand> {
        let node = self.node(index);
        let [x, y] = node.operands.as_slice() else { return None };
        if node.prim != Prim::Binary(Binary::Mul) {
            return None;
        }
        if self.whole_node(x) == Some(main) {
            Some(y.clone())
        } else if self.whole_node(y) == Some(main) {
            Some(x.clone())
        } else {
            None
        }
    }
}

/// Scale, bias and mask at most once each, in this order.
fn in_order(links: &[Link]) -> bool {
    let rank = |link: &Link| match link {
        Link::Scale(..) => 0,
        Link::Bias(_) => 1,
        Link::Mask { .. } => 2,
    };
    links.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1]))
}
