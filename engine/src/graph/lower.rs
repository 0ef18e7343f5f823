//! From recorded nodes to a wire program: drop what nobody wants, number the rest, split off the
//! numbers that change from step to step.
//!
//! The result depends only on the structure and order of what was recorded, so a training loop gives
//! the same program bytes each step. Refuses to reorder or fuse: that is the executor's planner.

use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use super::{GpuValue, PendingNode};
use crate::dtype::DType;
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::view::View;
use crate::wire::{Flush, Operand, Program, ProgramNode, Read, ValueDecl, ValueId, ValueRef};

/// Fills `program`, `params`, `input_ids` and `output_ids` of the flush.
pub(super) fn lower(nodes: Vec<PendingNode>, reads: &[Read], flush: &mut Flush) {
    let kept = kept_outputs(&nodes, reads);
    let needed = needed_nodes(&nodes, &kept);
    let mut lowering = Lowering::default();
    for (index, node) in nodes.iter().enumerate() {
        if needed[index] {
            lowering.push(node, kept[index]);
        }
    }
    if lowering.program.nodes.is_empty() {
        return;
    }
    lowering.program.num_params = lowering.params.len() as u32;
    flush.program = lowering.program.encode();
    flush.params = lowering.params;
    flush.input_ids = lowering.input_ids;
    flush.output_ids = lowering.output_ids;
}

/// Which outputs live on: those held by someone other than the pending nodes, or read.
fn kept_outputs(nodes: &[PendingNode], reads: &[Read]) -> Vec<bool> {
    let mut uses: BTreeMap<ValueId, usize> = BTreeMap::new();
    for (value, _) in nodes.iter().flat_map(|node| &node.inputs) {
        *uses.entry(value.id).or_default() += 1;
    }
    let is_kept = |node: &PendingNode| {
        let internal = uses.get(&node.output_id).copied().unwrap_or_default();
        Weak::strong_count(&node.output) > internal || reads.iter().any(|read| read.id == node.output_id)
    };
    nodes.iter().map(is_kept).collect()
}

fn needed_nodes(nodes: &[PendingNode], kept: &[bool]) -> Vec<bool> {
    let position: BTreeMap<ValueId, usize> = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| (node.output_id, index))
        .collect();
    let mut needed = kept.to_vec();
    for index in (0..nodes.len()).rev() {
        if needed[index] {
            for (value, _) in &nodes[index].inputs {
                if let Some(&producer) = position.get(&value.id) {
                    needed[producer] = true;
                }
            }
        }
    }
    needed
}

#[derive(Default)]
struct Lowering {
    program: Program,
    params: Vec<u32>,
    input_ids: Vec<ValueId>,
    output_ids: Vec<ValueId>,
    values: BTreeMap<ValueId, ValueRef>,
}

impl Lowering {
    fn push(&mut self, node: &PendingNode, kept: bool) {
        let operands = node
            .inputs
            .iter()
            .map(|(value, view)| self.operand(value, view))
            .collect();
        let first_param = self.params.len() as u32;
        // The parameter of a write is a position, those of a draw are words, whatever the dtype of the result.
        let param_dtype = if matches!(node.prim, Prim::ViewWrite { .. } | Prim::Random(_)) {
            DType::I64
        } else {
            node.dtype
        };
        self.params
            .extend(node.params.iter().map(|&scalar| param_word(scalar, param_dtype)));
        let index = self.program.nodes.len() as u32;
        self.program.nodes.push(ProgramNode {
            prim: node.prim.clone(),
            operands,
            shape: node.shape.clone(),
            dtype: node.dtype,
            first_param,
        });
        self.values.insert(node.output_id, ValueRef::Node(index));
        if kept {
            self.program.outputs.push(index);
            self.output_ids.push(node.output_id);
        }
    }

    fn operand(&mut self, value: &Rc<GpuValue>, view: &View) -> Operand {
        let reference = match self.values.get(&value.id) {
            Some(&reference) => reference,
            None => {
                let reference = ValueRef::Input(self.input_ids.len() as u32);
                self.program.inputs.push(ValueDecl {
                    dtype: value.dtype,
                    num_elements: value.num_elements,
                });
                self.input_ids.push(value.id);
                self.values.insert(value.id, reference);
                reference
            }
        };
        let covers_all = view.offset == 0 && view.is_contiguous() && view.num_elements() == value.num_elements;
        let is_expanded_whole = view.offset == 0 && view.storage_extent() == value.num_elements;
        let offset_param = if covers_all || is_expanded_whole {
            None
        } else {
            self.params.push(view.offset as u32);
            Some(self.params.len() as u32 - 1)
        };
        Operand {
            value: reference,
            shape: view.shape.clone(),
            strides: view.strides.clone(),
            offset_param,
        }
    }
}

/// A scalar as the 32 bits that a shader of this dtype reads.
fn param_word(scalar: Scalar, dtype: DType) -> u32 {
    if dtype.is_float() {
        (scalar.as_f64() as f32).to_bits()
    } else if dtype == DType::Bool {
        u32::from(scalar.as_f64() != 0.0)
    } else {
        scalar.as_i64() as i32 as u32
    }
}
