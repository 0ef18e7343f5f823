//! Primitives written out in terms of others where that runs better: softmax as a maximum, a sum and
//! elementwise work, which row kernels fuse with its neighbours; products with few results as folds, which
//! share each sum among many invocations; long sums of products as several shorter ones side by side; the gradient of a maximum over windows as the one that looks
//! through windows, not through whole images.
//!
//! The program is rewritten before anything else looks at it; outputs keep their order. Refuses to
//! change any other node.

use super::{Caps, Fusion};
use crate::dtype::DType;
use crate::prim::{Binary, Pool, Prim, Reduce, Unary};
use crate::shape::checked_num_elements;
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// Products with at most so many rows or columns read one operand just once: nothing is shared by tiles.
const THIN: usize = 4;

/// Products with at most so many results leave a device idle if an invocation computes one …
const FEW_RESULTS: usize = 1024;

/// … when the sums are this long.
const LONG_SUM: usize = 2048;

/// Sums shorter than this are not shared.
const SHORT_SUM: usize = 64;

/// Sums of a product that are no longer than this are not cut …
const SHORTEST_CUT: usize = 1024;

/// … into parts shorter than this, which would be over before they pay for another dispatch.
const SHORTEST_PART: usize = 256;

/// Tiles of 64 x 64 results that keep a GPU busy.
const BUSY_TILES: usize = 64;

/// The program without softmax primitives and long sums, and without thin products where folds fuse with what makes
/// their terms.
pub(super) fn expand(program: &Program, caps: &Caps, fusion: Fusion) -> Program {
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
            Prim::Softmax | Prim::SafeSoftmax | Prim::LogSoftmax => write_out(&mut expanded.nodes, &node),
            Prim::ScatterAdd { .. } => {
                let node = pooled_gradient(&expanded.nodes, &node).unwrap_or(node);
                expanded.nodes.push(node);
            }
            Prim::Matmul if fusion == Fusion::On && is_thin(&node) => fold_products(&mut expanded.nodes, &node),
            Prim::Matmul if fusion == Fusion::On => match num_parts(&node, caps) {
                1 => expanded.nodes.push(node),
                parts => sum_parts(&mut expanded.nodes, &node, parts),
            },
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

/// `exp(x - max) / sum`, or `x - max - log(sum)`. An infinite maximum makes the row NaN, as it should, unless the softmax
/// is a safe one and every element -inf: then 0 stands for the maximum, and 1 for the sum.
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
    let narrow = softmax.dtype.is_half();
    let dtype = if narrow { DType::F32 } else { softmax.dtype };
    let mut x = softmax.operands[0].clone();
    if narrow {
        x = whole(push(Prim::Cast(dtype), vec![x], shape, dtype));
    }
    let is_safe = softmax.prim == Prim::SafeSoftmax;
    let mut largest = push(fold(Reduce::Max), vec![x.clone()], &row_shape, dtype);
    if is_safe {
        // 0 for -inf; +inf stays.
        let infinite = push(Prim::Unary(Unary::IsInf), vec![row(largest)], &row_shape, DType::Bool);
        let positive = push(Prim::Unary(Unary::Relu), vec![row(largest)], &row_shape, dtype);
        let choice = vec![row(infinite), row(positive), row(largest)];
        largest = push(Prim::Where, choice, &row_shape, dtype);
    }
    let shifted = push(Prim::Binary(Binary::Sub), vec![x, along_row(largest)], shape, dtype);
    let exponential = push(Prim::Unary(Unary::Exp), vec![whole(shifted)], shape, dtype);
    let mut total = push(fold(Reduce::Sum), vec![whole(exponential)], &row_shape, dtype);
    if is_safe {
        // Sums are 1 at least, or 0, whose exponential is 1.
        let zero = push(
            Prim::Unary(Unary::LogicalNot),
            vec![row(total)],
            &row_shape,
            DType::Bool,
        );
        let one = push(Prim::Unary(Unary::Exp), vec![row(total)], &row_shape, dtype);
        let choice = vec![row(zero), row(one), row(total)];
        total = push(Prim::Where, choice, &row_shape, dtype);
    }
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

/// A scatter into the places that a maximum over windows found, as the primitive that knows the windows.
fn pooled_gradient(nodes: &[ProgramNode], scatter: &ProgramNode) -> Option<ProgramNode> {
    let (Prim::ScatterAdd { dim: 1, shape }, [index, source]) = (&scatter.prim, scatter.operands.as_slice()) else {
        return None;
    };
    let ValueRef::Node(producer) = index.value else {
        return None;
    };
    let found = nodes.get(producer as usize)?;
    let Prim::Pool {
        op: Pool::ArgMax,
        window,
    } = &found.prim
    else {
        return None;
    };
    let (planes, inside, outside) = (found.shape[0], window.input_elements(), window.output_elements());
    let is_whole = index.offset_param.is_none() && index.strides == contiguous_strides(&index.shape);
    let same = *shape == [planes, inside] && index.shape == [planes, outside] && source.shape == index.shape;
    (same && is_whole).then(|| ProgramNode {
        prim: Prim::Pool {
            op: Pool::Scatter,
            window: window.clone(),
        },
        shape: [&[planes], window.input.as_slice()].concat(),
        ..scatter.clone()
    })
}

/// True if the product of `[batch, rows, inner]` and `[batch, inner, columns]` is better a fold.
fn is_thin(product: &ProgramNode) -> bool {
    let (a, b) = (&product.operands[0].shape, &product.operands[1].shape);
    let (rows, inner, columns) = (a[1], a[2], b[2]);
    let results = a[0] * rows * columns;
    let is_thin = rows.min(columns) <= THIN && inner >= SHORT_SUM;
    // Factors of many batches can be windows on little memory, and their products more than positions can count.
    let counts = checked_num_elements(&[a[0], rows, inner, columns]).is_ok();
    product.dtype == DType::F32 && results > 0 && counts && (is_thin || (results <= FEW_RESULTS && inner >= LONG_SUM))
}

/// Each product of two elements, then their sums, along the dimension in which the second factor lies.
fn fold_products(nodes: &mut Vec<ProgramNode>, product: &ProgramNode) {
    let (a, b) = (&product.operands[0], &product.operands[1]);
    let (batch, rows, inner, columns) = (a.shape[0], a.shape[1], a.shape[2], b.shape[2]);
    let sums_lie_in_order = columns == 1 || b.strides[1] == 1;
    let arrange = |[batch, row, column, k]: [usize; 4]| {
        if sums_lie_in_order {
            vec![batch, row, column, k]
        } else {
            vec![batch, row, k, column]
        }
    };
    let shape = arrange([batch, rows, columns, inner]);
    let factor = |operand: &Operand, strides: [usize; 4]| Operand {
        shape: shape.clone(),
        strides: arrange(strides),
        ..operand.clone()
    };
    let factors = vec![
        factor(a, [a.strides[0], a.strides[1], 0, a.strides[2]]),
        factor(b, [b.strides[0], 0, b.strides[2], b.strides[1]]),
    ];
    nodes.push(ProgramNode {
        prim: Prim::Binary(Binary::Mul),
        operands: factors,
        shape: shape.clone(),
        dtype: product.dtype,
        first_param: product.first_param,
    });
    let products = Operand {
        value: ValueRef::Node(nodes.len() as u32 - 1),
        shape: shape.clone(),
        strides: contiguous_strides(&shape),
        offset_param: None,
    };
    let dim = if sums_lie_in_order { 3 } else { 2 };
    nodes.push(ProgramNode {
        prim: Prim::Reduce {
            op: Reduce::Sum,
            dims: vec![dim],
        },
        operands: vec![products],
        ..product.clone()
    });
}

/// Into how many parts of equal length the sums of a product are cut: few results alone would leave most of a GPU
/// idle. A software adapter has few processors, which the results keep busy.
fn num_parts(product: &ProgramNode, caps: &Caps) -> usize {
    let (a, b) = (&product.operands[0].shape, &product.operands[1].shape);
    let (rows, inner, columns) = (a[1], a[2], b[2]);
    let tiles = rows.div_ceil(64) * columns.div_ceil(64);
    let is_wide = caps.software || product.dtype != DType::F32 || a[0] != 1 || tiles == 0 || tiles >= BUSY_TILES / 2;
    if is_wide || inner <= SHORTEST_CUT {
        return 1;
    }
    // Parts must be alike, and whole quads are read fastest.
    let most = (BUSY_TILES / tiles).min(inner / SHORTEST_PART);
    let divides = |parts: &usize| inner.is_multiple_of(4 * parts);
    (2..=most).rev().find(divides).unwrap_or(1)
}

/// A product of each part of the sums, and the sum of these. The order is fixed, so results are the same every time.
fn sum_parts(nodes: &mut Vec<ProgramNode>, product: &ProgramNode, parts: usize) {
    let (a, b) = (&product.operands[0], &product.operands[1]);
    let (rows, length, columns) = (a.shape[1], a.shape[2] / parts, b.shape[2]);
    let part = |operand: &Operand, shape: [usize; 3], along: usize| Operand {
        shape: shape.to_vec(),
        strides: vec![length * operand.strides[along], operand.strides[1], operand.strides[2]],
        ..operand.clone()
    };
    let shape = vec![parts, rows, columns];
    nodes.push(ProgramNode {
        operands: vec![part(a, [parts, rows, length], 2), part(b, [parts, length, columns], 1)],
        shape: shape.clone(),
        ..product.clone()
    });
    let products = Operand {
        value: ValueRef::Node(nodes.len() as u32 - 1),
        strides: contiguous_strides(&shape),
        shape,
        offset_param: None,
    };
    nodes.push(ProgramNode {
        prim: Prim::Reduce {
            op: Reduce::Sum,
            dims: vec![0],
        },
        operands: vec![products],
        ..product.clone()
    });
}
