//! From a row cluster to its kernel: which pass computes what.
//!
//! A fold's result is known one pass after the elements that it folds, and everything else as soon as what
//! it reads is. Elements needed in several passes are computed again in each. Refuses to decide what is fused.

use std::collections::BTreeMap;

use super::builder::{BlockBuilder, BlockKind, KernelBuilder};
use super::classify::NodeInfo;
use super::group::Group;
use super::kernel::{Access, Body, ExprId, Fold, Kernel, Op, Pass, Position, ROOT, Store, Value};
use super::routine::fold_dtype;
use super::row_shape::{At, Kind, RowScope, RowShape};
use crate::dtype::DType;
use crate::prim::{Binary, Prim, Reduce};
use crate::wire::{Program, ValueRef};

/// What the build knows of each node that a row computes.
#[derive(Clone, Debug)]
pub(super) struct RowPlan {
    /// How each node is computed.
    pub kinds: BTreeMap<usize, Kind>,
    /// The pass from which on each node's value can be had.
    since: BTreeMap<usize, usize>,
    /// Where rows and folds are kept.
    pub registers: BTreeMap<usize, u32>,
}

/// Builds the kernel of a group that is a row cluster.
pub(super) fn build_rows(program: &Program, infos: &[NodeInfo], group: &Group, shape: &RowShape) -> Kernel {
    let computes = |node: usize| group.cluster.nodes.contains(&node);
    let scope = RowScope {
        program,
        infos,
        shape,
        computes: &computes,
    };
    let plan = plan_rows(&scope, group);
    let mut builder = KernelBuilder::new(program, infos, group);
    let num_passes = plan.since.values().max().map_or(1, |&last| last + 1);
    let mut passes = Vec::with_capacity(num_passes);
    for number in 0..num_passes {
        passes.push(build_pass(&mut builder, &scope, &plan, number));
    }
    let mut registers = vec![DType::F32; plan.registers.len()];
    for (&node, &register) in &plan.registers {
        registers[register as usize] = match fold_of(program, node) {
            Some((_, dtype)) => crate::codegen::expression::arithmetic_dtype(dtype),
            None => program.nodes[node].dtype,
        };
    }
    let (bindings, params) = builder.into_parts();
    Kernel {
        body: Body::Rows {
            groups: shape.groups.clone(),
            registers,
            passes,
        },
        bindings,
        params,
        loads: Vec::new(),
        store: super::kernel::Block::default(),
    }
}

/// Fold and dtype of a node that reduces.
fn fold_of(program: &Program, node: usize) -> Option<(Reduce, DType)> {
    let node = &program.nodes[node];
    let Prim::Reduce { op, .. } = node.prim else {
        return None;
    };
    let input = program
        .value(node.operands[0].value)
        .map_or(node.dtype, |value| value.dtype);
    Some((op, fold_dtype(op, input)))
}

fn plan_rows(scope: &RowScope<'_>, group: &Group) -> RowPlan {
    let mut plan = RowPlan {
        kinds: BTreeMap::new(),
        since: BTreeMap::new(),
        registers: BTreeMap::new(),
    };
    for &node in &group.cluster.nodes {
        let Some(kind) = scope.kind(node) else { continue };
        let ready = newest_operand(scope, &plan, node, kind);
        let is_folded = matches!(kind, Kind::Fold | Kind::Pick);
        plan.kinds.insert(node, kind);
        plan.since.insert(node, ready + usize::from(is_folded));
        if kind != Kind::Element {
            plan.registers.insert(node, plan.registers.len() as u32);
        }
    }
    plan
}

/// The pass in which everything that a node reads can be had.
fn newest_operand(scope: &RowScope<'_>, plan: &RowPlan, node: usize, kind: Kind) -> usize {
    let at = if kind == Kind::Row { At::Row } else { At::Element };
    let mut newest = 0;
    for slot in 0..scope.program.nodes[node].operands.len() {
        let at = match (kind, slot) {
            (Kind::Pick, 0) => At::Element,
            (Kind::Pick, _) => At::Row,
            _ => scope.relation(node, slot, at),
        };
        newest = newest.max(since(scope, plan, node, slot, at));
    }
    newest
}

fn since(scope: &RowScope<'_>, plan: &RowPlan, node: usize, slot: usize, at: At) -> usize {
    let ValueRef::Node(producer) = scope.program.nodes[node].operands[slot].value else {
        return 0;
    };
    let producer = producer as usize;
    if scope.holds(producer, at) {
        return plan.since.get(&producer).copied().unwrap_or(0);
    }
    if !scope.infos[producer].cheap {
        return 0;
    }
    // Computed again here, from what it reads.
    (0..scope.program.nodes[producer].operands.len())
        .map(|slot| since(scope, plan, producer, slot, scope.relation(producer, slot, at)))
        .max()
        .unwrap_or(0)
}

fn build_pass(builder: &mut KernelBuilder<'_>, scope: &RowScope<'_>, plan: &RowPlan, number: usize) -> Pass {
    let program = scope.program;
    let due = |kind: Kind| {
        let mine = plan
            .kinds
            .iter()
            .filter(move |(node, known)| **known == kind && plan.since[*node] == number);
        mine.map(|(&node, _)| node)
    };
    let mut row = BlockBuilder::new(BlockKind::Row(plan));
    let mut kept: Vec<(ExprId, u32)> = Vec::new();
    for node in due(Kind::Row) {
        let value = builder.node(&mut row, node, ROOT);
        kept.push((value, plan.registers[&node]));
    }
    let mut element = BlockBuilder::new(BlockKind::Element(plan));
    let mut folds = Vec::new();
    for (&node, &kind) in &plan.kinds {
        if plan.since[&node] != number + 1 || !matches!(kind, Kind::Fold | Kind::Pick) {
            continue;
        }
        let register = plan.registers[&node];
        if kind == Kind::Pick {
            let value = builder.pick(&mut element, node);
            let dtype = program.nodes[node].dtype;
            folds.push(Fold {
                op: Reduce::Sum,
                dtype,
                value,
                register,
            });
        } else if let Some((op, dtype)) = fold_of(program, node) {
            let value = builder.row_operand(&mut element, scope, node, 0);
            folds.push(Fold {
                op,
                dtype,
                value,
                register,
            });
        }
    }
    for &node in builder.stores() {
        let (block, is_due) = match plan.kinds.get(&node) {
            Some(Kind::Element) => (&mut element, plan.since[&node] == number),
            Some(_) => (&mut row, plan.since[&node] == number),
            None => continue,
        };
        if !is_due {
            continue;
        }
        let value = match plan.kinds.get(&node) {
            Some(Kind::Fold | Kind::Pick) => block.push(Op::Register(plan.registers[&node]), program.nodes[node].dtype),
            _ => builder.node(block, node, ROOT),
        };
        let binding = builder.binding(Value::Node(node as u32), program.nodes[node].dtype, Access::Write);
        block.store(Store {
            binding,
            position: ROOT,
            value,
        });
    }
    Pass {
        row: row.finish(),
        kept,
        element: element.finish(),
        folds,
    }
}

impl KernelBuilder<'_> {
    /// The value of a gather along the row at one element: the element where it is the one asked for.
    fn pick(&mut self, block: &mut BlockBuilder<'_>, index: usize) -> ExprId {
        let node = &self.program().nodes[index];
        let (Prim::Gather { dim }, [x, at]) = (&node.prim, node.operands.as_slice()) else {
            return block.push(Op::Zero, node.dtype);
        };
        let line = block.position(Position::Row);
        let wanted = self.value_at(block, at, line);
        let coordinate = block.push(
            Op::Coordinate {
                position: ROOT,
                shape: x.shape.clone(),
                dim: *dim,
            },
            DType::I64,
        );
        let hit = block.push(Op::Binary(Binary::Eq, coordinate, wanted), DType::Bool);
        let value = self.value_at(block, x, ROOT);
        let zero = block.push(Op::Zero, node.dtype);
        block.push(Op::Where(hit, value, zero), node.dtype)
    }

    /// Operand `slot` of a fold at one element.
    fn row_operand(&mut self, block: &mut BlockBuilder<'_>, scope: &RowScope<'_>, node: usize, slot: usize) -> ExprId {
        let operand = &self.program().nodes[node].operands[slot];
        match scope.relation(node, slot, At::Element) {
            At::Element => self.value_at(block, operand, ROOT),
            At::Row => {
                let line = block.position(Position::Row);
                self.value_at(block, operand, line)
            }
            At::Elsewhere => self.operand(block, operand, ROOT),
        }
    }
}
