//! From a group of nodes to a kernel: the recursive walk that turns nodes into expressions.
//!
//! Every operand is a register, an expression computed again, or a load, as `source::source_of` decided;
//! windows become positions. Refuses to decide what is fused.

use std::collections::BTreeMap;

use super::classify::{NodeInfo, is_aligned, is_companion, is_whole, is_whole_write, value_of};
use super::group::Group;
use super::kernel::{
    Access, Binding, Block, Body, Expr, ExprId, Kernel, Op, Position, PositionId, ROOT, Store, Value, Window,
};
use super::routine::body_of;
use super::row_build::{RowPlan, build_rows};
use super::row_shape::{At, Kind};
use super::source::{Source, source_of};
use crate::dtype::DType;
use crate::prim::{Binary, Prim};
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

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
    Kernel {
        body,
        bindings: builder.bindings,
        params: builder.params,
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
    Kernel {
        body,
        bindings: builder.bindings,
        params: builder.params,
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
    block: Block,
    /// Nodes already computed at a position.
    memo: BTreeMap<(usize, PositionId), ExprId>,
    kind: BlockKind<'a>,
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

    fn param(&mut self, word: u32) -> u32 {
        let known = self.params.iter().position(|&other| other == word);
        known.unwrap_or_else(|| {
            self.params.push(word);
            self.params.len() - 1
        }) as u32
    }

    fn window(&mut self, operand: &Operand) -> Window {
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
    fn lookup(
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

    /// The value of an elementwise node at a flat index of its output.
    pub(super) fn node(&mut self, block: &mut BlockBuilder<'_>, index: usize, at: PositionId) -> ExprId {
        if let Some(&known) = block.memo.get(&(index, at)) {
            return known;
        }
        let program = self.program;
        let node = &program.nodes[index];
        let operands = &node.operands;
        let value = match &node.prim {
            Prim::Unary(op) => {
                let x = self.operand(block, &operands[0], at);
                block.push(Op::Unary(*op, x), node.dtype)
            }
            Prim::Binary(op) => {
                let x = self.operand(block, &operands[0], at);
                let y = self.operand(block, &operands[1], at);
                block.push(Op::Binary(*op, x, y), node.dtype)
            }
            Prim::Where => {
                let condition = self.operand(block, &operands[0], at);
                let x = self.operand(block, &operands[1], at);
                let y = self.operand(block, &operands[2], at);
                block.push(Op::Where(condition, x, y), node.dtype)
            }
            Prim::Cast(_) => {
                let x = self.operand(block, &operands[0], at);
                block.push(Op::Cast(x), node.dtype)
            }
            Prim::Copy => self.operand(block, &operands[0], at),
            Prim::ViewWrite { .. } if is_whole_write(node) => self.operand(block, &operands[1], at),
            Prim::ViewWrite { shape, strides } => self.patch(block, node, (shape, strides), at),
            Prim::Full => {
                let word = self.param(node.first_param);
                block.push(Op::Param(word), node.dtype)
            }
            Prim::Arange => self.arange(block, node, at),
            Prim::Random(draw) => {
                let words = [0, 1, 2].map(|word| self.param(node.first_param + word));
                let draw = *draw;
                block.push(
                    Op::Draw {
                        draw,
                        words,
                        position: at,
                    },
                    node.dtype,
                )
            }
            Prim::Gather { dim } => self.gather(block, node, *dim, at),
            Prim::IndexSelect => self.index_select(block, node, at),
            Prim::ScatterAdd { dim, shape } => self.one_hot(block, node, *dim, shape, at),
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
            | Prim::Attention(_) => block.push(Op::Result, node.dtype),
        };
        block.memo.insert((index, at), value);
        value
    }

    /// Where the window written holds the element, the source; elsewhere the base.
    fn patch(
        &mut self,
        block: &mut BlockBuilder<'_>,
        node: &ProgramNode,
        (shape, strides): (&[usize], &[usize]),
        at: PositionId,
    ) -> ExprId {
        let (base, source) = (&node.operands[0], &node.operands[1]);
        let window = Window {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            offset: Some(self.param(node.first_param)),
        };
        let outside = self.operand(block, base, at);
        let within = block.position(Position::Within {
            base: at,
            window: window.clone(),
        });
        let written = self.operand(block, source, within);
        let inside = block.push(Op::Inside { base: at, window }, DType::Bool);
        block.push(Op::Where(inside, written, outside), node.dtype)
    }

    fn arange(&mut self, block: &mut BlockBuilder<'_>, node: &ProgramNode, at: PositionId) -> ExprId {
        let (start, step) = (self.param(node.first_param), self.param(node.first_param + 1));
        let start = block.push(Op::Param(start), node.dtype);
        let step = block.push(Op::Param(step), node.dtype);
        let index = block.push(Op::Index(at), node.dtype);
        let distance = block.push(Op::Binary(Binary::Mul, index, step), node.dtype);
        block.push(Op::Binary(Binary::Add, start, distance), node.dtype)
    }

    /// `x[.., index[..], ..]`: the output has the index's shape.
    fn gather(&mut self, block: &mut BlockBuilder<'_>, node: &ProgramNode, dim: usize, at: PositionId) -> ExprId {
        let (x, index) = (&node.operands[0], &node.operands[1]);
        let index = self.operand(block, index, at);
        let mut window = self.window(x);
        window.shape.clone_from(&node.shape);
        let stride = std::mem::replace(&mut window.strides[dim], 0);
        let position = block.position(Position::Indirect {
            base: at,
            window,
            index,
            stride,
        });
        self.value_at(block, x, position)
    }

    /// `x[index]` along the first dimension.
    fn index_select(&mut self, block: &mut BlockBuilder<'_>, node: &ProgramNode, at: PositionId) -> ExprId {
        let (x, index) = (&node.operands[0], &node.operands[1]);
        let index = if is_aligned(self.program, node, 1) {
            self.operand(block, index, at)
        } else {
            let mut along_rows = self.window(index);
            along_rows.shape.clone_from(&node.shape);
            along_rows.strides.resize(node.shape.len(), 0);
            let line = self.lookup(block, index.value, at, along_rows);
            self.value_at(block, index, line)
        };
        let mut window = self.window(x);
        window.shape.clone_from(&node.shape);
        let stride = std::mem::replace(&mut window.strides[0], 0);
        let position = block.position(Position::Indirect {
            base: at,
            window,
            index,
            stride,
        });
        self.value_at(block, x, position)
    }

    /// `coordinate == index ? source : 0`: a scatter whose index has size 1 along `dim`.
    fn one_hot(
        &mut self,
        block: &mut BlockBuilder<'_>,
        node: &ProgramNode,
        dim: usize,
        shape: &[usize],
        at: PositionId,
    ) -> ExprId {
        let mut lines = [0, 0];
        for (line, operand) in lines.iter_mut().zip(&node.operands) {
            let mut window = self.window(operand);
            window.shape.clone_from(&node.shape);
            window.strides[dim] = 0;
            let position = self.lookup(block, operand.value, at, window);
            *line = self.value_at(block, operand, position);
        }
        let coordinate = block.push(
            Op::Coordinate {
                position: at,
                shape: shape.to_vec(),
                dim,
            },
            DType::I64,
        );
        let hit = block.push(Op::Binary(Binary::Eq, coordinate, lines[0]), DType::Bool);
        let zero = block.push(Op::Zero, node.dtype);
        block.push(Op::Where(hit, lines[1], zero), node.dtype)
    }
}
