//! Where a kernel takes an operand from: a register, a computation done again, or memory.
//!
//! Clustering and building both ask here, so that what is counted is what is built.
//! Refuses to choose what is grouped.

use std::collections::BTreeSet;

use super::classify::{NodeInfo, is_aligned, is_whole_write, value_of};
use super::cluster::Cluster;
use super::kernel::Value;
use super::row_shape::RowScope;
use crate::wire::{Operand, Program, ValueRef};

/// Where an operand's value comes from.
pub(super) enum Source {
    /// Computed earlier at the same index.
    Register,
    /// Computed again here.
    Inline(usize),
    /// Read from memory.
    Memory(Value),
}

/// Which nodes a kernel computes.
pub(super) trait Scope {
    /// Computed for each output index.
    fn computes(&self, node: usize) -> bool;
    /// Computed while the routine reads its operands.
    fn prepares(&self, node: usize) -> bool;
}

impl Scope for Cluster {
    fn computes(&self, node: usize) -> bool {
        self.nodes.contains(&node) && !self.companions.contains(&node)
    }

    fn prepares(&self, node: usize) -> bool {
        self.prologue.contains(&node)
    }
}

/// Where a kernel takes an operand from. `at_root`: it is read at the index the store block runs at;
/// `in_load`: it is read while the routine's operands are computed.
pub(super) fn source_of(
    scope: &impl Scope,
    infos: &[NodeInfo],
    operand: &Operand,
    at_root: bool,
    in_load: bool,
) -> Source {
    let ValueRef::Node(producer) = operand.value else {
        return Source::Memory(value_of(operand.value));
    };
    let producer = producer as usize;
    if at_root && scope.computes(producer) {
        Source::Register
    } else if infos[producer].cheap || (in_load && scope.prepares(producer)) {
        Source::Inline(producer)
    } else {
        Source::Memory(Value::Node(producer as u32))
    }
}

/// Values that a cluster reads from memory if all its nodes are computed.
pub(super) fn loads_of(program: &Program, infos: &[NodeInfo], cluster: &Cluster) -> BTreeSet<Value> {
    let mut loads = BTreeSet::new();
    if let Some(shape) = &cluster.rows {
        let scope = RowScope {
            program,
            infos,
            shape,
            computes: &|node| cluster.nodes.contains(&node),
        };
        cluster.nodes.iter().for_each(|&node| scope.loads(node, &mut loads));
        return loads;
    }
    for &node in &cluster.nodes {
        node_loads(program, infos, cluster, node, cluster.routine == Some(node), &mut loads);
    }
    loads
}

/// Adds what one node of a kernel reads from memory. `is_routine`: the node is the kernel's routine.
pub(super) fn node_loads(
    program: &Program,
    infos: &[NodeInfo],
    scope: &impl Scope,
    node: usize,
    is_routine: bool,
    loads: &mut BTreeSet<Value>,
) {
    operand_loads(program, infos, scope, node, is_routine, !is_routine, loads);
}

fn operand_loads(
    program: &Program,
    infos: &[NodeInfo],
    scope: &impl Scope,
    index: usize,
    in_load: bool,
    at_root: bool,
    loads: &mut BTreeSet<Value>,
) {
    let node = &program.nodes[index];
    // A write over the whole base never looks at the base.
    let first = usize::from(is_whole_write(node));
    for (slot, operand) in node.operands.iter().enumerate().skip(first) {
        let at_root = at_root && is_aligned(program, node, slot);
        match source_of(scope, infos, operand, at_root, in_load) {
            Source::Register => {}
            Source::Inline(producer) => operand_loads(program, infos, scope, producer, in_load, at_root, loads),
            Source::Memory(value) => {
                loads.insert(value);
            }
        }
    }
}
