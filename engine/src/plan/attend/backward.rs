//! Looks for the backward pass of an attention, as the rules of products, softmax and what is between them write it.
//!
//! Refuses anything else: gradients of another form stay as they were recorded. Read next: `rewrite`.

use super::find::Finder;
use super::found::{Backward, Found, Link};
use super::operands::{along_rows, same, transposed};
use crate::prim::{Binary, Prim, Reduce};
use crate::wire::{Operand, ValueRef};

/// Where the gradient of the weights is.
pub struct OfWeights {
    /// Its product with the softmax.
    pub weighted: usize,
    /// The product of the result's gradient and the values.
    pub product: usize,
}

/// The gradient of the scores as the product gave them, and what its links did to it.
struct OfScores {
    node: usize,
    scale: Option<Operand>,
    mask: Option<(Operand, Operand, bool)>,
}

impl Finder<'_> {
    /// The gradient of the weights, at the softmax.
    pub(super) fn of_weights(&self, softmax: usize, factor: Option<&Operand>) -> Option<OfWeights> {
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

    /// The backward pass, if nobody but it and the forward pass wants the weights.
    pub(super) fn backward(
        &self,
        softmax: usize,
        weights: usize,
        found: &Found,
        sizes: &[usize; 3],
    ) -> Option<Backward> {
        let values = self.reader_at(weights, 1, sizes)?;
        let g = transposed(&self.node(values).operands[0]);
        let OfWeights { weighted, product } = self.of_weights(softmax, found.factor.as_ref())?;
        let [first, second] = self.node(product).operands.as_slice() else {
            return None;
        };
        if !same(first, &g) || !same(second, &transposed(&found.operands[2])) {
            return None;
        }
        let of_links = self.softmax_rule(softmax, weighted, sizes)?;
        let readers = [self.uses[softmax].len(), self.uses[weights].len()];
        let forward = usize::from(found.product.is_some());
        let expected = if weights == softmax {
            [3 + forward; 2]
        } else {
            [3, 1 + forward]
        };
        if readers != expected {
            return None;
        }
        let scores = self.through_links(of_links, &found.links)?;
        let [queries, keys] = self.products(scores.node, found, sizes)?;
        Some(Backward {
            g,
            scale: scores.scale,
            mask: scores.mask,
            products: [queries, keys, values],
        })
    }

    /// The node that ends the rule of a softmax: `weighted - softmax * sum(weighted)`.
    fn softmax_rule(&self, softmax: usize, weighted: usize, sizes: &[usize; 3]) -> Option<usize> {
        let mut readers = self.uses[weighted].iter();
        let total = readers.find(|&&(next, _)| self.sums_rows(next, weighted))?.0;
        let spread = self.only_reader(total)?.0;
        let by_total = self.factor_of(spread, softmax)?;
        let end = self.only_reader(spread)?.0;
        let difference = self.node(end);
        let rows = sizes[0] * sizes[1];
        let is_softmax_rule = by_total.value == ValueRef::Node(total as u32)
            && along_rows(&by_total, rows)
            && difference.prim == Prim::Binary(Binary::Sub)
            && self.whole_node(&difference.operands[0]) == Some(weighted)
            && self.whole_node(&difference.operands[1]) == Some(spread)
            && self.uses[weighted].len() == 2
            && !self.is_output[weighted];
        is_softmax_rule.then_some(end)
    }

    /// From the gradient at the softmax to that of the scores, back through the links.
    fn through_links(&self, of_links: usize, links: &[Link]) -> Option<OfScores> {
        let mut scores = OfScores {
            node: of_links,
            scale: None,
            mask: None,
        };
        for link in links.iter().rev() {
            let (next, slot) = match link {
                Link::Bias(_) => continue,
                Link::Scale(..) | Link::Mask { .. } => self.only_reader(scores.node)?,
            };
            let node = self.node(next);
            if self.whole_node(&node.operands[slot]) != Some(scores.node) {
                return None;
            }
            match link {
                Link::Scale(scaling, _) => {
                    let (found, number, main) = self.scale_of(node)?;
                    if found != *scaling || main != slot {
                        return None;
                    }
                    scores.scale = Some(number);
                }
                _ => {
                    if node.prim != Prim::Where || slot == 0 {
                        return None;
                    }
                    scores.mask = Some((node.operands[0].clone(), node.operands[3 - slot].clone(), slot == 2));
                }
            }
            scores.node = next;
        }
        Some(scores)
    }

    /// The products that give the gradients of queries and keys, which alone read the gradient of the scores.
    fn products(&self, scores: usize, found: &Found, sizes: &[usize; 3]) -> Option<[usize; 2]> {
        let [q, k, _] = &found.operands;
        if self.is_output[scores] || self.uses[scores].len() != 2 {
            return None;
        }
        let whole = |operand: &Operand| self.whole_node(operand) == Some(scores);
        let mut products = [0, 0];
        for &(reader, slot) in &self.uses[scores] {
            let node = self.node(reader);
            if node.prim != Prim::Matmul || slot != 0 {
                return None;
            }
            let operand = &node.operands[0];
            if operand.shape == sizes && whole(operand) && same(&node.operands[1], k) {
                products[0] = reader;
            } else if whole(&transposed(operand)) && same(&node.operands[1], q) {
                products[1] = reader;
            } else {
                return None;
            }
        }
        (products[0] != products[1] && !products.contains(&0)).then_some(products)
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
