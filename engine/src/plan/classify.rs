//! What the planner must know of a single node: whether it is computed element by element, how dear it
//! is to compute again, and whether an operand's window is the whole value in order.
//!
//! Refuses to look at more than a node and its operands; grouping is in `cluster`.

use std::collections::{BTreeMap, BTreeSet};

use super::Fusion;
use super::kernel::Value;
use crate::codegen::index::simplify;
use crate::dtype::DType;
use crate::prim::{Binary, Prim, Unary};
use crate::view::View;
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// Most work that is repeated rather than stored, in units of an addition.
const MAX_CHEAP_COST: usize = 4;

/// Most arrays that a recomputed expression may read: each takes a binding of its consumer.
/// Three such operands and a result fit eight bindings, so a single node always makes a valid kernel.
const MAX_CHEAP_LEAVES: usize = 2;

/// What the planner knows of a node.
#[derive(Clone, Debug)]
pub(super) struct NodeInfo {
    /// Elements of the output.
    pub num_elements: usize,
    /// Computed element by element (windows and indirect reads included).
    pub elementwise: bool,
    /// Elementwise, and computing it again costs no more than reading it back.
    pub cheap: bool,
    /// Work per element, operands that are cheap included.
    pub cost: usize,
    /// It, or what is computed again for it, gives int64, whose kernels may need a binding for the flag of its range.
    pub reports_range: bool,
    /// Values read if computed again, with the number of elements touched.
    pub leaves: BTreeSet<(Value, usize)>,
}

/// Information for every node, in order. Without fusion nothing is computed twice, and writes go into memory.
pub(super) fn classify(program: &Program, fusion: Fusion) -> Vec<NodeInfo> {
    let mut infos: Vec<NodeInfo> = Vec::with_capacity(program.nodes.len());
    let most_leaves = most_leaves(program);
    for (index, node) in program.nodes.iter().enumerate() {
        let num_elements = node.shape.iter().product();
        let is_patch = fusion == Fusion::On && is_patch(program, &infos, node);
        let elementwise = is_patch || is_elementwise(node);
        let (mut cost, mut leaves) = (own_cost(&node.prim), BTreeSet::new());
        let mut reports_range = node.dtype == DType::I64;
        // A write over the whole base never looks at the base.
        for operand in node.operands.iter().skip(usize::from(is_whole_write(node))) {
            match operand.value {
                ValueRef::Node(producer) if infos[producer as usize].cheap => {
                    let producer = &infos[producer as usize];
                    cost += producer.cost;
                    reports_range |= producer.reports_range;
                    leaves.extend(producer.leaves.iter().copied());
                }
                value => {
                    leaves.insert((value_of(value), touched_elements(operand)));
                }
            }
        }
        let bytes_read: usize = leaves.iter().map(|&(_, touched)| touched).sum();
        let cheap = fusion == Fusion::On
            && elementwise
            && cost <= MAX_CHEAP_COST
            && leaves.len() <= MAX_CHEAP_LEAVES
            && most_leaves.get(&index).is_none_or(|&most| leaves.len() <= most)
            && bytes_read <= num_elements
            && !is_indirect(&node.prim);
        infos.push(NodeInfo {
            num_elements,
            elementwise,
            cheap,
            cost,
            reports_range,
            leaves,
        });
    }
    infos
}

/// How many arrays what a recurrent layer reads may be computed from, by node: a layer binds up to seven arrays and its
/// result, and reads its weights once a step.
fn most_leaves(program: &Program) -> BTreeMap<usize, usize> {
    let mut most = BTreeMap::new();
    for node in program
        .nodes
        .iter()
        .filter(|node| matches!(node.prim, Prim::Recurrent(_)))
    {
        for (slot, operand) in node.operands.iter().enumerate() {
            if let ValueRef::Node(producer) = operand.value {
                let limit = usize::from(slot != 1);
                let known = most.entry(producer as usize).or_insert(limit);
                *known = limit.min(*known);
            }
        }
    }
    most
}

/// A program value as a plan value.
pub(super) const fn value_of(value: ValueRef) -> Value {
    match value {
        ValueRef::Input(index) => Value::Input(index),
        ValueRef::Node(index) => Value::Node(index),
    }
}

/// True if the operand reads the whole value in row-major order, so flat indices agree.
pub(super) fn is_whole(program: &Program, operand: &Operand) -> bool {
    let mut count = 1usize;
    for (&size, &stride) in operand.shape.iter().zip(&operand.strides).rev() {
        if size > 1 && stride != count {
            return false;
        }
        count = count.saturating_mul(size);
    }
    let is_all = program
        .value(operand.value)
        .is_some_and(|value| value.num_elements == count);
    is_all && operand.offset_param.is_none()
}

/// True if the node reads this operand, whole, at the flat index that it computes: only then may both be
/// computed side by side in one kernel. Indirect reads are elsewhere, whatever their windows look like.
pub(super) fn is_aligned(program: &Program, node: &ProgramNode, slot: usize) -> bool {
    let operand = &node.operands[slot];
    let reads_own_index = match (&node.prim, slot) {
        (Prim::Gather { .. } | Prim::IndexSelect, 0) | (Prim::ScatterAdd { .. }, _) => false,
        (Prim::ViewWrite { .. }, 1) => is_whole_write(node),
        // One index a row: the same as one an element only if rows have one element.
        (Prim::IndexSelect, _) => node.shape.iter().product::<usize>() == operand.shape.iter().product::<usize>(),
        _ => true,
    };
    reads_own_index && is_whole(program, operand)
}

/// True if the node's indexed dimension has one index per output line, so that it is a comparison.
fn is_one_hot(node: &ProgramNode) -> bool {
    let Prim::ScatterAdd { dim, shape } = &node.prim else {
        return false;
    };
    let index = &node.operands[0].shape;
    index[*dim] == 1
        && index
            .iter()
            .zip(shape)
            .enumerate()
            .all(|(axis, (a, b))| axis == *dim || a == b)
}

/// True if a write covers its whole base in row-major order, so that it is a copy.
pub(super) fn is_whole_write(node: &ProgramNode) -> bool {
    let Prim::ViewWrite { shape, strides } = &node.prim else {
        return false;
    };
    let region = View {
        shape: shape.clone(),
        strides: strides.clone(),
        offset: 0,
    };
    region.num_elements() == node.shape.iter().product::<usize>() && region.is_contiguous()
}

/// True if a write is best a choice between source and base at each element: the base is not in memory
/// but computed, so there is nothing to write into, and the window's elements can be told by division.
fn is_patch(program: &Program, infos: &[NodeInfo], node: &ProgramNode) -> bool {
    let Prim::ViewWrite { shape, strides } = &node.prim else {
        return false;
    };
    let ValueRef::Node(base) = node.operands[0].value else {
        return false;
    };
    let is_computed = match program.nodes[base as usize].prim {
        Prim::Full => true,
        Prim::ViewWrite { .. } => infos[base as usize].elementwise,
        _ => false,
    };
    let dims = simplify(shape, strides);
    let nested =
        dims.iter().all(|&(_, stride)| stride > 0) && dims.windows(2).all(|pair| pair[0].1 >= pair[1].0 * pair[1].1);
    is_computed && nested && shape.iter().all(|&size| size > 0)
}

fn is_elementwise(node: &ProgramNode) -> bool {
    match &node.prim {
        Prim::Unary(_) | Prim::Binary(_) | Prim::Where | Prim::Cast(_) | Prim::Copy | Prim::Full | Prim::Arange => true,
        Prim::Random(_) => true,
        Prim::Gather { .. } | Prim::IndexSelect => true,
        Prim::ScatterAdd { .. } => is_one_hot(node),
        Prim::ViewWrite { .. } => is_whole_write(node),
        Prim::Reduce { .. }
        | Prim::ArgReduce { .. }
        | Prim::Matmul
        | Prim::Softmax
        | Prim::SafeSoftmax
        | Prim::LogSoftmax
        | Prim::IndexPut { .. }
        | Prim::Convolve { .. }
        | Prim::Pool { .. }
        | Prim::Scan { .. }
        | Prim::ArgSort { .. }
        | Prim::Scatter { .. }
        | Prim::Factor(_)
        | Prim::SolveTriangular { .. }
        | Prim::Recurrent(_)
        | Prim::Attention(_) => false,
    }
}

const fn is_indirect(prim: &Prim) -> bool {
    matches!(prim, Prim::Gather { .. } | Prim::IndexSelect)
}

/// True for a second result of the routine whose node comes just before; the routine's kernel writes it by itself.
pub(super) fn is_companion(node: &ProgramNode) -> bool {
    matches!(&node.prim, Prim::Attention(attention) if attention.part.is_companion())
}

/// Elements of the value that the window reaches: an expanded dimension reads one element again and again.
fn touched_elements(operand: &Operand) -> usize {
    operand
        .shape
        .iter()
        .zip(&operand.strides)
        .map(|(&size, &stride)| if stride == 0 { 1 } else { size })
        .product()
}

/// Rough work of one primitive for one element, in additions.
fn own_cost(prim: &Prim) -> usize {
    match prim {
        Prim::Unary(op) => match op {
            Unary::Neg | Unary::Abs | Unary::Sign | Unary::Square | Unary::Relu => 1,
            Unary::BitwiseNot | Unary::LogicalNot | Unary::IsNan | Unary::IsInf => 1,
            Unary::Floor | Unary::Ceil | Unary::Round | Unary::Trunc => 1,
            _ => 8,
        },
        Prim::Binary(op) => match op {
            Binary::Pow | Binary::Atan2 | Binary::FloorDivide | Binary::Remainder | Binary::Fmod => 8,
            Binary::Div => 2,
            _ => 1,
        },
        // Whatever has operands costs something, so that chains of cheap nodes end.
        Prim::Full => 0,
        Prim::Random(_) => 64,
        // Divisions tell where an element lies.
        Prim::ViewWrite { .. } => 3,
        _ => 1,
    }
}
