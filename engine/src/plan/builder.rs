//! Kernels and blocks under construction: expressions, positions, bindings and parameters, each held once.
//!
//! Every operand is a register, an expression computed again, or a load, as `source::source_of` decided.
//! Refuses to know primitives: see `node_build`.

use std::collections::BTreeMap;

use super::classify::{NodeInfo, is_whole, value_of};
use super::group::Group;
use super::kernel::{Access, Binding, Block, Expr, ExprId, Op, Position, PositionId, ROOT, Store, Value, Window};
use super::row_build::RowPlan;
use super::row_shape::{At, Kind};
use super::source::{Source, source_of};
use crate::dtype::DType;
use crate::wire::{Operand, Program, ValueRef};

/// A kernel under construction.
pub(super) struct KernelBuilder<'a> {
    program: &'a Program,
    infos: &'a [NodeInfo],
    group: &'a Group,
    bindings: Vec<Binding>,
    params: Vec<u32>,
}

/// What a block is for, and so where its operands come from.
#[derive(Clone, Copy)]
pub(super) enum BlockKind<'a> {
    /// An operand of a routine.
    Load,
    /// What is done with each result.
    Store,
    /// A row kernel's work for an element.
    Element(&'a RowPlan),
    /// A row kernel's work for a row.
    Row(&'a RowPlan),
}

/// A block under construction.
pub(super) struct BlockBuilder<'a> {
    pub block: Block,
    /// Nodes already computed at a position.
    pub memo: BTreeMap<(usize, PositionId), ExprId>,
    pub kind: BlockKind<'a>,
}

impl<'a> BlockBuilder<'a> {
    pub(super) fn new(kind: BlockKind<'a>) -> BlockBuilder<'a> {
        BlockBuilder {
            block: Block {
                positions: vec![Position::Root],
                ..Block::default()
            },
            memo: BTreeMap::new(),
            kind,
        }
    }

    pub(super) fn store(&mut self, store: Store) {
        self.block.stores.push(store);
    }

    pub(super) fn finish(self) -> Block {
        self.block
    }

    /// Where a position of a row kernel's block lies.
    fn relation(&self, position: PositionId) -> At {
        match (self.kind, &self.block.positions[position]) {
            (BlockKind::Element(_), Position::Root) => At::Element,
            (BlockKind::Element(_), Position::Row) | (BlockKind::Row(_), Position::Root) => At::Row,
            _ => At::Elsewhere,
        }
    }

    pub(super) fn push(&mut self, op: Op, dtype: DType) -> ExprId {
        let expr = Expr { op, dtype };
        let shareable = !matches!(expr.op, Op::Unary(..) | Op::Binary(..) | Op::Where(..) | Op::Cast(_));
        if shareable && let Some(known) = self.block.exprs.iter().position(|other| *other == expr) {
            return known;
        }
        self.block.exprs.push(expr);
        self.block.exprs.len() - 1
    }

    pub(super) fn position(&mut self, position: Position) -> PositionId {
        if let Some(known) = self.block.positions.iter().position(|other| *other == position) {
            return known;
        }
        self.block.positions.push(position);
        self.block.positions.len() - 1
    }
}

impl<'a> KernelBuilder<'a> {
    pub(super) const fn new(program: &'a Program, infos: &'a [NodeInfo], group: &'a Group) -> KernelBuilder<'a> {
        KernelBuilder {
            program,
            infos,
            group,
            bindings: Vec::new(),
            params: Vec::new(),
        }
    }

    pub(super) const fn program(&self) -> &'a Program {
        self.program
    }

    /// The nodes to write.
    pub(super) fn stores(&self) -> &'a [usize] {
        &self.group.stores
    }

    /// Bindings and parameter words, when all blocks are built.
    pub(super) fn into_parts(self) -> (Vec<Binding>, Vec<u32>) {
        (self.bindings, self.params)
    }

    pub(super) fn binding(&mut self, value: Value, dtype: DType, access: Access) -> u32 {
        let binding = Binding::new(value, dtype, access);
        let known = self.bindings.iter().position(|other| *other == binding);
        known.unwrap_or_else(|| {
            self.bindings.push(binding);
            self.bindings.len() - 1
        }) as u32
    }

    /// The kernel's number of a parameter word.
    pub(super) fn param(&mut self, word: u32) -> u32 {
        let known = self.params.iter().position(|&other| other == word);
        known.unwrap_or_else(|| {
            self.params.push(word);
            self.params.len() - 1
        }) as u32
    }

    /// The window through which an operand is read.
    pub(super) fn window(&mut self, operand: &Operand) -> Window {
        let offset = operand.offset_param.map(|param| self.param(param));
        Window {
            shape: operand.shape.clone(),
            strides: operand.strides.clone(),
            offset,
        }
    }

    /// The operand's element at the row-major index `base` of its window.
    pub(super) fn operand(&mut self, block: &mut BlockBuilder<'_>, operand: &Operand, base: PositionId) -> ExprId {
        let position = if is_whole(self.program, operand) {
            base
        } else {
            let window = self.window(operand);
            self.lookup(block, operand.value, base, window)
        };
        self.value_at(block, operand, position)
    }

    /// The position that a window gives at `base`; in a row kernel often just the row.
    pub(super) fn lookup(
        &mut self,
        block: &mut BlockBuilder<'_>,
        value: ValueRef,
        base: PositionId,
        window: Window,
    ) -> PositionId {
        let num_elements = self.program.value(value).map_or(0, |value| value.num_elements);
        let is_row = block.relation(base) == At::Element
            && window.offset.is_none()
            && self
                .group
                .cluster
                .rows
                .as_ref()
                .is_some_and(|rows| rows.rows() == num_elements && rows.gives_row(&window.shape, &window.strides));
        block.position(if is_row {
            Position::Row
        } else {
            Position::Window { base, window }
        })
    }

    /// The operand's value at a flat position of it.
    pub(super) fn value_at(&mut self, block: &mut BlockBuilder<'_>, operand: &Operand, position: PositionId) -> ExprId {
        if let BlockKind::Element(plan) | BlockKind::Row(plan) = block.kind {
            return self.row_value_at(block, plan, operand, position);
        }
        let in_load = matches!(block.kind, BlockKind::Load);
        let at_root = position == ROOT && !in_load;
        match source_of(&self.group.cluster, self.infos, operand, at_root, in_load) {
            Source::Register => {
                let ValueRef::Node(producer) = operand.value else {
                    return block.push(Op::Zero, DType::F32);
                };
                self.node(block, producer as usize, ROOT)
            }
            Source::Inline(producer) => self.node(block, producer, position),
            Source::Memory(value) => self.load(block, value, operand.value, position),
        }
    }

    fn row_value_at(
        &mut self,
        block: &mut BlockBuilder<'_>,
        plan: &RowPlan,
        operand: &Operand,
        position: PositionId,
    ) -> ExprId {
        let ValueRef::Node(producer) = operand.value else {
            return self.load(block, value_of(operand.value), operand.value, position);
        };
        let producer = producer as usize;
        match (plan.kinds.get(&producer), block.relation(position)) {
            (Some(Kind::Element), At::Element) => self.node(block, producer, ROOT),
            (Some(Kind::Row | Kind::Fold | Kind::Pick), At::Row) => match block.memo.get(&(producer, ROOT)) {
                // Computed in this very block, which is the row's.
                Some(&known) => known,
                None => {
                    let register = plan.registers.get(&producer).copied().unwrap_or_default();
                    block.push(Op::Register(register), self.program.nodes[producer].dtype)
                }
            },
            _ if self.infos[producer].cheap => self.node(block, producer, position),
            _ => self.load(block, value_of(operand.value), operand.value, position),
        }
    }

    fn load(&mut self, block: &mut BlockBuilder<'_>, value: Value, declared: ValueRef, position: PositionId) -> ExprId {
        let dtype = self
            .program
            .value(declared)
            .map_or(DType::F32, |declared| declared.dtype);
        let binding = self.binding(value, dtype, Access::Read);
        block.push(Op::Load { binding, position }, dtype)
    }
}
