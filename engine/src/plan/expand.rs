//! Softmax written out: a maximum, a sum and elementwise work, so that row kernels fuse it with its neighbours.
//!
//! The program is rewritten before anything else looks at it; outputs keep their order. Refuses to
//! change any other node.

use crate::dtype::DType;
use crate::prim::{Binary, Prim, Reduce, Unary};
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// The program without softmax primitives.
pub(super) fn expand(program: &Program) -> Program {
    let mut expanded = Program {
        inputs: program.inputs.clone(),
        num_params: program.num_params,
        ..Program::default()
    };
    // Where each node's value is in the new program.
    let mut places: Vec<u32> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let mut node = node.clone();
        for operand in &mut node.operands {
            if let ValueRef::Node(producer) = &mut operand.value {
                *producer = places.get(*producer as usize).copied().unwrap_or(*producer);
            }
        }
        match node.prim {
            Prim::Softmax | Prim::LogSoftmax => write_out(&mut expanded.nodes, &node),
            _ => expanded.nodes.push(node),
        }
        places.push(expanded.nodes.len() as u32 - 1);
    }
    expanded.outputs = program
        .outputs
        .iter()
        .map(|&node| places.get(node as usize).copied().unwrap_or(node))
        .collect();
    expanded
}

/// `exp(x - max) / sum`, or `x - max - log(sum)`. An infinite maximum makes the row NaN, as it should.
fn write_out(nodes: &mut Vec<ProgramNode>, softmax: &ProgramNode) {
    let shape = &softmax.shape;
    let dim = shape.len().saturating_sub(1);
    let mut row_shape = shape.clone();
    if let Some(length) = row_shape.last_mut() {
        *length = 1;
    }
    let mut push = |prim: Prim, operands: Vec<Operand>, shape: &[usize], dtype: DType| {
        nodes.push(ProgramNode {
            prim,
            operands,
            shape: shape.to_vec(),
            dtype,
            first_param: softmax.first_param,
        });
        ValueRef::Node(nodes.len() as u32 - 1)
    };
    let whole = |value: ValueRef| Operand {
        value,
        shape: shape.clone(),
        strides: contiguous_strides(shape),
        offset_param: None,
    };
    let row = |value: ValueRef| Operand {
        value,
        shape: row_shape.clone(),
        strides: contiguous_strides(&row_shape),
        offset_param: None,
    };
    let along_row = |value: ValueRef| {
        let mut operand = row(value);
        operand.shape.clone_from(shape);
        if let Some(stride) = operand.strides.last_mut() {
            *stride = 0;
        }
        operand
    };
    let dims = if shape.is_empty() { Vec::new() } else { vec![dim] };
    let fold = |op| Prim::Reduce { op, dims: dims.clone() };
    // Narrow floats are rounded once, at the end.
    let narrow = matches!(softmax.dtype, DType::F16 | DType::BF16);
    let dtype = if narrow { DType::F32 } else { softmax.dtype };
    let mut x = softmax.operands[0].clone();
    if narrow {
        x = whole(push(Prim::Cast(dtype), vec![x], shape, dtype));
    }
    let largest = push(fold(Reduce::Max), vec![x.clone()], &row_shape, dtype);
    let shifted = push(Prim::Binary(Binary::Sub), vec![x, along_row(largest)], shape, dtype);
    let exponential = push(Prim::Unary(Unary::Exp), vec![whole(shifted)], shape, dtype);
    let total = push(fold(Reduce::Sum), vec![whole(exponential)], &row_shape, dtype);
    let result = if softmax.prim == Prim::LogSoftmax {
        let log = push(Prim::Unary(Unary::Log), vec![row(total)], &row_shape, dtype);
        push(
            Prim::Binary(Binary::Sub),
            vec![whole(shifted), along_row(log)],
            shape,
            dtype,
        )
    } else {
        push(
            Prim::Binary(Binary::Div),
            vec![whole(exponential), along_row(total)],
            shape,
            dtype,
        )
    };
    if narrow {
        push(Prim::Cast(softmax.dtype), vec![whole(result)], shape, softmax.dtype);
    }
}
