//! From a group of nodes to a kernel: what its body is, what its blocks hold, and what is written.
//!
//! Refuses to decide what is fused. Read next: `builder`, then `node_build`.

use super::builder::{BlockBuilder, BlockKind, KernelBuilder};
use super::classify::{NodeInfo, is_companion};
use super::group::Group;
use super::kernel::{Access, Body, Kernel, Op, Position, ROOT, Store, Value, Window};
use super::routine::body_of;
use super::row_build::build_rows;
use crate::prim::Prim;
use crate::wire::{Operand, Program, ProgramNode};

/// Builds the kernel of a group.
pub(super) fn build(program: &Program, infos: &[NodeInfo], group: &Group) -> Kernel {
    if let Some(shape) = &group.cluster.rows {
        return build_rows(program, infos, group, shape);
    }
    let mut builder = KernelBuilder::new(program, infos, group);
    let mut loads = Vec::new();
    if let Some(routine) = group.cluster.routine {
        for operand in routine_operands(&program.nodes[routine]) {
            let mut block = BlockBuilder::new(BlockKind::Load);
            let value = builder.operand(&mut block, operand, ROOT);
            block.block.result = Some(value);
            loads.push(block.block);
        }
    }
    let mut body = match group.cluster.routine {
        Some(routine) => body_of(program, &program.nodes[routine]),
        None => Body::Elementwise {
            num_elements: group.cluster.domain,
        },
    };
    let mut block = BlockBuilder::new(BlockKind::Store);
    for &node in &group.cluster.nodes {
        if is_companion(&program.nodes[node]) {
            continue;
        }
        let value = match &program.nodes[node] {
            write if is_strided_write(group, node) => {
                // Runs over the elements of the source, which may absorb the nodes that compute it.
                block.kind = BlockKind::Load;
                builder.operand(&mut block, &write.operands[1], ROOT)
            }
            routine if group.cluster.routine == Some(node) => block.push(Op::Result, routine.dtype),
            _ => builder.node(&mut block, node, ROOT),
        };
        block.memo.insert((node, ROOT), value);
    }
    for &node in &group.stores {
        let target = &program.nodes[node];
        let binding = builder.binding(Value::Node(node as u32), target.dtype, Access::Write);
        if let (Body::Attention(attending), true) = (&mut body, is_companion(target)) {
            attending.companion = Some(binding);
            continue;
        }
        let position = match &target.prim {
            Prim::ViewWrite { shape, strides } if is_strided_write(group, node) => {
                let offset = Some(builder.param(target.first_param));
                block.position(Position::Window {
                    base: ROOT,
                    window: Window {
                        shape: shape.clone(),
                        strides: strides.clone(),
                        offset,
                    },
                })
            }
            _ => ROOT,
        };
        let value = block.memo[&(node, ROOT)];
        block.block.stores.push(Store {
            binding,
            position,
            value,
        });
    }
    let (bindings, params) = builder.into_parts();
    Kernel {
        body,
        bindings,
        params,
        loads,
        store: block.block,
    }
}

/// The kernel that gives a strided write its base: the base's elements in order.
pub(super) fn build_base_copy(program: &Program, infos: &[NodeInfo], group: &Group, write: usize) -> Kernel {
    let mut builder = KernelBuilder::new(program, infos, group);
    let node = &program.nodes[write];
    let mut block = BlockBuilder::new(BlockKind::Load);
    let value = builder.operand(&mut block, &node.operands[0], ROOT);
    let binding = builder.binding(Value::Node(write as u32), node.dtype, Access::Write);
    block.block.stores.push(Store {
        binding,
        position: ROOT,
        value,
    });
    let body = Body::Elementwise {
        num_elements: node.shape.iter().product(),
    };
    let (bindings, params) = builder.into_parts();
    Kernel {
        body,
        bindings,
        params,
        loads: Vec::new(),
        store: block.block,
    }
}

fn is_strided_write(group: &Group, node: usize) -> bool {
    group.cluster.routine == Some(node) && group.cluster.writes_in_place
}

/// The operands that a routine's body reads. A strided write has no body: its store block reads the source.
fn routine_operands(node: &ProgramNode) -> &[Operand] {
    match node.prim {
        Prim::ViewWrite { .. } => &[],
        _ => &node.operands,
    }
}
