//! From a node to an expression, primitive by primitive; windows become positions.
//!
//! Refuses to decide where operands come from: see `builder`.

use super::builder::{BlockBuilder, KernelBuilder};
use super::classify::{is_aligned, is_whole_write};
use super::kernel::{ExprId, Op, Position, PositionId, Window};
use crate::dtype::DType;
use crate::prim::{Binary, Prim};
use crate::wire::ProgramNode;

impl KernelBuilder<'_> {
    /// The value of an elementwise node at a flat index of its output.
    pub(super) fn node(&mut self, block: &mut BlockBuilder<'_>, index: usize, at: PositionId) -> ExprId {
        if let Some(&known) = block.memo.get(&(index, at)) {
            return known;
        }
        let program = self.program();
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
        let index = if is_aligned(self.program(), node, 1) {
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
