//! Attention, found in products and a softmax: `softmax(q kᵀ · scale + bias, masked) · dropout @ v`, however it was
//! written, alone or with its backward pass, becomes kernels that never hold the scores in memory.
//!
//! What is found is described in [`Found`]; `attend_rewrite` puts the kernels in its place. Every value in between must
//! be wanted by nothing else, so whoever keeps the weights gets them, computed as they were written.
//! Refuses biases that get gradients, and narrow floats. Read next: `attend_rewrite`, then `kernels::attention`.

use super::classify::is_whole;
use crate::dtype::DType;
use crate::prim::{Binary, Prim, Reduce, Scaling};
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// Longest queries, keys and values, in elements: they are kept in registers.
const MAX_WIDTH: usize = 128;

/// One step between the product of queries and keys and the softmax.
#[derive(Clone, Debug)]
pub(super) enum Link {
    /// Times or over a number.
    Scale(Scaling, Operand),
    /// Plus an array.
    Bias(Operand),
    /// `where(mask, fill, score)`, or `where(mask, score, fill)` if `keeps`.
    Mask {
        /// The condition.
        mask: Operand,
        /// What stands for a score.
        fill: Operand,
        /// Scores stay where the condition is true.
        keeps: bool,
    },
}

/// The nodes of a backward pass, and what its kernels read.
#[derive(Clone, Debug)]
pub(super) struct Backward {
    /// Gradient of the result, `[B, T, E]`.
    pub g: Operand,
    /// Scale of the scores' gradient.
    pub scale: Option<Operand>,
    /// Where the gradient of a score is kept, what it is elsewhere, and whether the condition says the opposite.
    pub mask: Option<(Operand, Operand, bool)>,
    /// The products that give the gradients of q, k and (transposed) v.
    pub products: [usize; 3],
}

/// Attention in a program.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// `[B, T, D]`, `[B, S, D]` and `[B, S, E]`.
    pub operands: [Operand; 3],
    /// Scale, bias and mask, each at most once and in this order.
    pub links: Vec<Link>,
    /// The softmax is one that makes zeros of rows that are -inf all over.
    pub empty_is_zero: bool,
    /// The mask is a comparison of counts along queries and keys.
    pub is_half_plane: bool,
    /// What the softmax is multiplied by.
    pub factor: Option<Operand>,
    /// The softmax.
    pub softmax: usize,
    /// The product that gives the result; `None` if only the backward pass wants it.
    pub product: Option<usize>,
    /// The backward pass, if the program holds one.
    pub backward: Option<Backward>,
}

/// Where the gradient of the weights is.
struct OfWeights {
    /// Its product with the softmax.
    weighted: usize,
    /// The product of the result's gradient and the values.
    product: usize,
}

/// Looks through a program.
pub(super) struct Finder<'a> {
    program: &'a Program,
    /// Readers of each node: (node, operand index).
    uses: Vec<Vec<(usize, usize)>>,
    is_output: Vec<bool>,
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

    fn node(&self, index: usize) -> &'a ProgramNode {
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
    fn whole_node(&self, operand: &Operand) -> Option<usize> {
        match operand.value {
            ValueRef::Node(producer) if is_whole(self.program, operand) => Some(producer as usize),
            _ => None,
        }
    }

    /// The reader of a node that has just one and is no output.
    fn only_reader(&self, index: usize) -> Option<(usize, usize)> {
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
    fn scale_of(&self, node: &ProgramNode) -> Option<(Scaling, Operand, usize)> {
        let [x, y] = node.operands.as_slice() else { return None };
        match node.prim {
            Prim::Binary(Binary::Mul) if is_number(y) => Some((Scaling::Times, as_number(y), 0)),
            Prim::Binary(Binary::Mul) if is_number(x) => Some((Scaling::Times, as_number(x), 1)),
            Prim::Binary(Binary::Div) if is_number(y) => Some((Scaling::Over, as_number(y), 0)),
            _ => None,
        }
    }

    /// The product that reads `[B, T, S]` weights, whole, at `slot`; there must be just one.
    fn reader_at(&self, weights: usize, slot: usize, sizes: &[usize; 3]) -> Option<usize> {
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
    fn factor_of(&self, index: usize, main: usize) -> Option<Operand> {
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

    /// The gradient of the weights, at the softmax.
    fn of_weights(&self, softmax: usize, factor: Option<&Operand>) -> Option<OfWeights> {
        let weighted = self.uses[softmax].iter().find_map(|&(reader, _)| {
            let folded = self.uses[reader].iter().any(|&(next, _)| self.sums_rows(next, reader));
            folded.then_some(reader)
        })?;
        let other = self.factor_of(weighted, softmax)?;
        let mut product = self.whole_node(&other)?;
        self.only_reader(product)?;
        if let Some(factor) = factor {
            let [x, y] = self.node(product).operands.as_slice() else {
                return None;
            };
            let (main, other) = if same(y, factor) { (x, y) } else { (y, x) };
            if self.node(product).prim != Prim::Binary(Binary::Mul) || !same(other, factor) {
                return None;
            }
            product = self.whole_node(main)?;
            self.only_reader(product)?;
        }
        (self.node(product).prim == Prim::Matmul).then_some(OfWeights { weighted, product })
    }

    /// The backward pass as the rules of products, softmax, and what is between them write it.
    fn backward(&self, softmax: usize, weights: usize, found: &Found, sizes: &[usize; 3]) -> Option<Backward> {
        let [q, k, v] = &found.operands;
        let values = self.reader_at(weights, 1, sizes)?;
        let g = transposed(&self.node(values).operands[0]);
        let OfWeights { weighted, product } = self.of_weights(softmax, found.factor.as_ref())?;
        let [first, second] = self.node(product).operands.as_slice() else {
            return None;
        };
        if !same(first, &g) || !same(second, &transposed(v)) {
            return None;
        }
        // weighted - softmax * sum(weighted)
        let total = self.uses[weighted]
            .iter()
            .find(|&&(next, _)| self.sums_rows(next, weighted))?
            .0;
        let spread = self.only_reader(total)?.0;
        let by_total = self.factor_of(spread, softmax)?;
        let mut current = self.only_reader(spread)?.0;
        let difference = self.node(current);
        let rows = sizes[0] * sizes[1];
        let is_softmax_rule = by_total.value == ValueRef::Node(total as u32)
            && along_rows(&by_total, rows)
            && difference.prim == Prim::Binary(Binary::Sub)
            && self.whole_node(&difference.operands[0]) == Some(weighted)
            && self.whole_node(&difference.operands[1]) == Some(spread)
            && self.uses[weighted].len() == 2
            && !self.is_output[weighted];
        // Nobody else may want the weights.
        let readers = [self.uses[softmax].len(), self.uses[weights].len()];
        let forward = usize::from(found.product.is_some());
        let expected = if weights == softmax {
            [3 + forward; 2]
        } else {
            [3, 1 + forward]
        };
        if !is_softmax_rule || readers != expected {
            return None;
        }
        let mut backward = Backward {
            g,
            scale: None,
            mask: None,
            products: [0, 0, values],
        };
        for link in found.links.iter().rev() {
            let (next, slot) = match link {
                Link::Bias(_) => continue,
                Link::Scale(..) | Link::Mask { .. } => self.only_reader(current)?,
            };
            let node = self.node(next);
            let operand = &node.operands[slot];
            if self.whole_node(operand) != Some(current) {
                return None;
            }
            match link {
                Link::Scale(scaling, _) => {
                    let (found, number, main) = self.scale_of(node)?;
                    if found != *scaling || main != slot {
                        return None;
                    }
                    backward.scale = Some(number);
                }
                _ => {
                    if node.prim != Prim::Where || slot == 0 {
                        return None;
                    }
                    backward.mask = Some((node.operands[0].clone(), node.operands[3 - slot].clone(), slot == 2));
                }
            }
            current = next;
        }
        if self.is_output[current] || self.uses[current].len() != 2 {
            return None;
        }
        let whole = |operand: &Operand| self.whole_node(operand) == Some(current);
        for &(reader, slot) in &self.uses[current] {
            let node = self.node(reader);
            if node.prim != Prim::Matmul || slot != 0 {
                return None;
            }
            let operand = &node.operands[0];
            if operand.shape == sizes && whole(operand) && same(&node.operands[1], k) {
                backward.products[0] = reader;
            } else if whole(&transposed(operand)) && same(&node.operands[1], q) {
                backward.products[1] = reader;
            } else {
                return None;
            }
        }
        (backward.products[0] != backward.products[1] && !backward.products[..2].contains(&0)).then_some(backward)
    }

    /// True if a node sums the last dimension of the whole value of `main`.
    fn sums_rows(&self, index: usize, main: usize) -> bool {
        let node = self.node(index);
        let Prim::Reduce { op: Reduce::Sum, dims } = &node.prim else {
            return false;
        };
        let operand = &node.operands[0];
        self.whole_node(operand) == Some(main) && operand.shape.len().checked_sub(1).is_some_and(|last| *dims == [last])
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

/// True if an operand's last two dimensions are those of a matrix, and every other sees the same one.
fn is_matrix(operand: &Operand, shape: &[usize]) -> bool {
    let Some(outer) = operand.shape.len().checked_sub(2) else {
        return false;
    };
    let steps = operand.strides.iter().zip(&operand.shape);
    operand.shape[outer..] == *shape
        && operand.strides[outer..] == contiguous_strides(shape)
        && operand.offset_param.is_none()
        && steps.take(outer).all(|(&stride, &size)| stride == 0 || size == 1)
}

/// Each of the matrices transposed.
pub(super) fn transposed(operand: &Operand) -> Operand {
    let mut turned = operand.clone();
    if let ([.., rows, columns], [.., down, across]) = (turned.shape.as_mut_slice(), turned.strides.as_mut_slice()) {
        std::mem::swap(rows, columns);
        std::mem::swap(down, across);
    }
    turned
}

/// True if two operands are certainly the same elements. Offsets are known only when the program runs.
fn same(a: &Operand, b: &Operand) -> bool {
    let strides = a.shape.iter().zip(a.strides.iter().zip(&b.strides));
    a.value == b.value
        && a.shape == b.shape
        && strides.into_iter().all(|(&size, (x, y))| size <= 1 || x == y)
        && a.offset_param.is_none()
        && b.offset_param.is_none()
}

/// True if every element of the operand is one and the same.
fn is_number(operand: &Operand) -> bool {
    operand
        .shape
        .iter()
        .zip(&operand.strides)
        .all(|(&size, &stride)| size == 1 || stride == 0)
}

/// One element of it.
fn as_number(operand: &Operand) -> Operand {
    Operand {
        shape: vec![1],
        strides: vec![0],
        ..operand.clone()
    }
}

/// True if the operand gives each of so many rows its own element.
fn along_rows(operand: &Operand, rows: usize) -> bool {
    let Some((&0, outer)) = operand.strides.split_last() else {
        return false;
    };
    let mut expected = 1;
    let shape = &operand.shape[..outer.len()];
    let in_order = shape.iter().zip(outer).rev().all(|(&size, &stride)| {
        let fits = size <= 1 || stride == expected;
        expected *= size;
        fits
    });
    in_order && expected == rows && operand.offset_param.is_none()
}
