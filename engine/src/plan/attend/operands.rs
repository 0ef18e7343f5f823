//! Questions about the windows through which products and links read: transposed, one number, a matrix, a number a row.
//!
//! Refuses to look at nodes: see `find`.

use crate::view::contiguous_strides;
use crate::wire::Operand;

/// True if an operand's last two dimensions are those of a matrix, and every other sees the same one.
pub fn is_matrix(operand: &Operand, shape: &[usize]) -> bool {
    let Some(outer) = operand.shape.len().checked_sub(2) else {
        return false;
    };
    let steps = operand.strides.iter().zip(&operand.shape);
    operand.shape[outer..] == *shape
        && operand.strides[outer..] == contiguous_strides(shape)
        && operand.offset_param.is_none()
        && steps.take(outer).all(|(&stride, &size)| stride == 0 || size == 1)
}

/// Each of the matrices transposed.
pub fn transposed(operand: &Operand) -> Operand {
    let mut turned = operand.clone();
    if let ([.., rows, columns], [.., down, across]) = (turned.shape.as_mut_slice(), turned.strides.as_mut_slice()) {
        std::mem::swap(rows, columns);
        std::mem::swap(down, across);
    }
    turned
}

/// True if two operands are certainly the same elements. Offsets are known only when the program runs.
pub fn same(a: &Operand, b: &Operand) -> bool {
    let strides = a.shape.iter().zip(a.strides.iter().zip(&b.strides));
    a.value == b.value
        && a.shape == b.shape
        && strides.into_iter().all(|(&size, (x, y))| size <= 1 || x == y)
        && a.offset_param.is_none()
        && b.offset_param.is_none()
}

/// True if every element of the operand is one and the same.
pub fn is_number(operand: &Operand) -> bool {
    operand
        .shape
        .iter()
        .zip(&operand.strides)
        .all(|(&size, &stride)| size == 1 || stride == 0)
}

/// One element of it.
pub fn as_number(operand: &Operand) -> Operand {
    Operand {
        shape: vec![1],
        strides: vec![0],
        ..operand.clone()
    }
}

/// True if the operand gives each of so many rows its own element.
pub fn along_rows(operand: &Operand, rows: usize) -> bool {
    let Some((&0, outer)) = operand.strides.split_last() else {
        return false;
    };
    let mut expected = 1;
    let shape = &operand.shape[..outer.len()];
    let in_order = shape.iter().zip(outer).rev().all(|(&size, &stride)| {
        let fits = size <= 1 || stride == expected;
        expected *= size;
        fits
    });
    in_order && expected == rows && operand.offset_param.is_none()
}
