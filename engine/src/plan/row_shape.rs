//! The grouping that all folds of a row kernel share, and which nodes it can compute in which way.
//!
//! A row kernel runs over a *domain* of elements, cut into *rows*: the elements that are folded into one
//! result. Nodes with as many elements as the domain are computed an element at a time, nodes with as many
//! as there are rows once a row, folds lead from the first to the second.
//! Refuses to choose what is merged: see `row_merge`.

use std::collections::BTreeSet;

use super::classify::{NodeInfo, is_aligned, is_whole, is_whole_write, value_of};
use super::kernel::Value;
use super::routine::merge_dims;
use crate::prim::Prim;
use crate::view::View;
use crate::wire::{Operand, Program, ValueRef};

/// A domain with its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowShape {
    /// Sizes, outermost first; true where folded.
    pub groups: Vec<(usize, bool)>,
}

/// How a node of a row kernel is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// For each element of the domain.
    Element,
    /// Once a row.
    Row,
    /// By folding a row.
    Fold,
    /// A gather along the row: one element of each row, found by folding.
    Pick,
}

/// Where an operand is read, seen from the element or row at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// The same element of the domain.
    Element,
    /// The row of the element, or the row at hand.
    Row,
    /// Anywhere.
    Elsewhere,
}

impl RowShape {
    /// The shape of a node that folds, if it folds anything.
    pub fn of(program: &Program, node: usize) -> Option<RowShape> {
        let node = &program.nodes[node];
        let Prim::Reduce { dims, .. } = &node.prim else {
            return None;
        };
        let shape = RowShape {
            groups: merge_dims(&node.operands[0].shape, dims),
        };
        (shape.length() > 1 && shape.rows() > 0).then_some(shape)
    }

    fn product(&self, folded: bool) -> usize {
        let groups = self.groups.iter().filter(|group| group.1 == folded);
        groups.map(|group| group.0).product()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.product(false)
    }

    /// Elements of a row.
    pub fn length(&self) -> usize {
        self.product(true)
    }

    /// Elements in all.
    pub fn domain(&self) -> usize {
        self.rows() * self.length()
    }

    /// True if neighbouring elements are of one row.
    pub fn is_along_rows(&self) -> bool {
        self.groups.last().is_none_or(|group| group.1)
    }

    /// True if the window, read at an element of the domain, gives the number of its row.
    pub fn gives_row(&self, shape: &[usize], strides: &[usize]) -> bool {
        let view = View {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset: 0,
        };
        if view.num_elements() != self.domain() {
            return false;
        }
        let sizes: Vec<usize> = self.groups.iter().map(|group| group.0).collect();
        let Some(view) = view.reshape(&sizes) else {
            return false;
        };
        let mut rows_below = 1;
        self.groups
            .iter()
            .zip(&view.strides)
            .rev()
            .all(|(&(size, folded), &stride)| {
                let wanted = if folded { 0 } else { rows_below };
                if !folded {
                    rows_below *= size;
                }
                stride == wanted
            })
    }
}

/// The nodes of a row kernel.
pub(super) struct RowScope<'a> {
    pub program: &'a Program,
    pub infos: &'a [NodeInfo],
    pub shape: &'a RowShape,
    /// Which nodes the kernel computes.
    pub computes: &'a dyn Fn(usize) -> bool,
}

impl RowScope<'_> {
    /// How a node is computed, or `None` if a row kernel of this shape cannot.
    pub fn kind(&self, index: usize) -> Option<Kind> {
        let (node, info) = (&self.program.nodes[index], &self.infos[index]);
        if matches!(node.prim, Prim::Reduce { .. }) {
            return (RowShape::of(self.program, index).as_ref() == Some(self.shape)).then_some(Kind::Fold);
        }
        if !info.elementwise {
            return None;
        }
        if info.num_elements == self.shape.domain() {
            Some(Kind::Element)
        } else if info.num_elements == self.shape.rows() {
            Some(if self.is_pick(index) { Kind::Pick } else { Kind::Row })
        } else {
            None
        }
    }

    /// A gather along the folded dimension from a node that this kernel computes, one element a row.
    fn is_pick(&self, index: usize) -> bool {
        let node = &self.program.nodes[index];
        let Prim::Gather { dim } = node.prim else { return false };
        let (x, at) = (&node.operands[0], &node.operands[1]);
        let ValueRef::Node(producer) = x.value else {
            return false;
        };
        (self.computes)(producer as usize)
            && !self.infos[producer as usize].cheap
            && is_whole(self.program, x)
            && is_whole(self.program, at)
            && merge_dims(&x.shape, &[dim]) == self.shape.groups
    }

    /// Where operand `slot` of a node that is computed at `at` is read.
    pub fn relation(&self, index: usize, slot: usize, at: At) -> At {
        let node = &self.program.nodes[index];
        let operand = &node.operands[slot];
        match at {
            At::Elsewhere => return At::Elsewhere,
            _ if is_aligned(self.program, node, slot) => return at,
            At::Row => return At::Elsewhere,
            At::Element => {}
        }
        let (shape, strides) = match &node.prim {
            Prim::Gather { .. } | Prim::IndexSelect if slot == 0 => return At::Elsewhere,
            Prim::IndexSelect => {
                let mut strides = operand.strides.clone();
                strides.resize(node.shape.len(), 0);
                (&node.shape, strides)
            }
            // A comparison with the index of the element's line.
            Prim::ScatterAdd { dim, .. } => {
                let mut strides = operand.strides.clone();
                strides[*dim] = 0;
                (&node.shape, strides)
            }
            // The region written, not the element at hand.
            Prim::ViewWrite { .. } if slot == 1 => return At::Elsewhere,
            _ => (&operand.shape, operand.strides.clone()),
        };
        let is_rowwise = operand.offset_param.is_none()
            && self.num_elements(operand) == self.shape.rows()
            && self.shape.gives_row(shape, &strides);
        if is_rowwise { At::Row } else { At::Elsewhere }
    }

    fn num_elements(&self, operand: &Operand) -> usize {
        self.program.value(operand.value).map_or(0, |value| value.num_elements)
    }

    /// True if the kernel has the value of `producer` at hand.
    pub fn holds(&self, producer: usize, at: At) -> bool {
        (self.computes)(producer)
            && match self.kind(producer) {
                Some(Kind::Element) => at == At::Element,
                Some(Kind::Row | Kind::Fold | Kind::Pick) => at == At::Row,
                None => false,
            }
    }

    /// Adds what a node of the kernel reads from memory.
    pub fn loads(&self, index: usize, loads: &mut BTreeSet<Value>) {
        match self.kind(index) {
            Some(Kind::Row) => self.operand_loads(index, At::Row, loads),
            Some(Kind::Element | Kind::Fold) => self.operand_loads(index, At::Element, loads),
            // The element is at hand, the index is read a row at a time.
            Some(Kind::Pick) => self.slot_loads(index, 1, At::Row, loads),
            None => {}
        }
    }

    fn operand_loads(&self, index: usize, at: At, loads: &mut BTreeSet<Value>) {
        let node = &self.program.nodes[index];
        // A write over the whole base never looks at the base.
        for slot in usize::from(is_whole_write(node))..node.operands.len() {
            self.slot_loads(index, slot, self.relation(index, slot, at), loads);
        }
    }

    fn slot_loads(&self, index: usize, slot: usize, at: At, loads: &mut BTreeSet<Value>) {
        let value = self.program.nodes[index].operands[slot].value;
        match value {
            ValueRef::Node(producer) if self.holds(producer as usize, at) => {}
            ValueRef::Node(producer) if self.infos[producer as usize].cheap => {
                self.operand_loads(producer as usize, at, loads);
            }
            _ => {
                loads.insert(value_of(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_name_the_row() {
        let shape = RowShape {
            groups: vec![(6, false), (4, true)],
        };
        assert!(shape.gives_row(&[2, 3, 4], &[3, 1, 0]));
        assert!(!shape.gives_row(&[2, 3, 4], &[1, 2, 0]));
        assert!(!shape.gives_row(&[6, 4], &[4, 1]));
        let channels = RowShape {
            groups: vec![(2, true), (3, false), (4, true)],
        };
        assert!(channels.gives_row(&[2, 3, 2, 2], &[0, 1, 0, 0]));
    }
}
