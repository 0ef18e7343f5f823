//! Batched matrix products.
//!
//! Floats go through a blocked product (`matmul_block`): the inner loop reads panels in order, and a small
//! tile of the result stays in registers, which the compiler turns into SIMD.
//! Half types are computed in f32; integers by a plain loop that wraps.
//! Refuses bool, as PyTorch does. Idea of the blocking: <https://www.cs.utexas.edu/~flame/pubs/GotoTOMS_final.pdf>

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::{Convert, as_contiguous, narrow};
use super::matmul_block::{Matrix, Real};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::infer::Meta;
use crate::stop::{is_asked, is_asked_after};
use crate::view::{View, contiguous_strides};

/// `[B, M, K] x [B, K, N] -> [B, M, N]` for any strides.
pub fn matmul(a: Operand<'_>, b: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let result = match a.buffer.dtype() {
        DType::F32 => product(f32_slice(a.buffer)?, a.view, f32_slice(b.buffer)?, b.view)?,
        DType::F64 => product(f64_slice(a.buffer)?, a.view, f64_slice(b.buffer)?, b.view)?,
        DType::F16 | DType::BF16 => {
            let (a_elements, b_elements) = (as_contiguous::<f32>(a)?, as_contiguous::<f32>(b)?);
            let [a_view, b_view] = [a, b].map(|operand| View::contiguous(&operand.view.shape));
            product(&a_elements, &a_view, &b_elements, &b_view)?
        }
        DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64 => integer_product(a, b)?,
        dtype @ (DType::Bool | DType::U16 | DType::U32 | DType::U64) => {
            return Err(Error::UnsupportedDType {
                op: "addmm_impl_cpu_",
                dtype,
                device: "cpu",
            });
        }
    };
    narrow(result, output.dtype)
}

fn f32_slice(buffer: &Buffer) -> Result<&[f32]> {
    super::buffer::Element::slice(buffer)
}

fn f64_slice(buffer: &Buffer) -> Result<&[f64]> {
    super::buffer::Element::slice(buffer)
}

fn product<T: Real + Convert>(a: &[T], a_view: &View, b: &[T], b_view: &View) -> Result<Buffer> {
    let merged = merge_batch(a_view, b_view);
    let (a_view, b_view) = merged
        .as_ref()
        .map_or((a_view, b_view), |(a_view, b_view)| (a_view, b_view));
    let (batch, rows, columns) = (a_view.shape[0], a_view.shape[1], b_view.shape[2]);
    let mut result = try_filled(batch * rows * columns, T::default())?;
    if result.is_empty() || a_view.shape[2] == 0 {
        return Ok(T::into_buffer(result));
    }
    let mut workspace = T::workspace(rows, a_view.shape[2], columns)?;
    for (index, part) in result.chunks_exact_mut(rows * columns).enumerate() {
        if is_asked() {
            break;
        }
        let (a, b) = (Matrix::new(a, a_view, index), Matrix::new(b, b_view, index));
        T::accumulate_product(&a, &b, part, &mut workspace)?;
    }
    Ok(T::into_buffer(result))
}

/// A batch that shares its second matrix is one taller product, if the first matrices lie one after another.
fn merge_batch(a: &View, b: &View) -> Option<(View, View)> {
    let (batch, rows) = (a.shape[0], a.shape[1]);
    let follows = a.strides[0] == a.strides[1] * rows;
    if batch <= 1 || b.strides[0] != 0 || !follows {
        return None;
    }
    let tall = View {
        shape: vec![1, batch * rows, a.shape[2]],
        strides: a.strides.clone(),
        offset: a.offset,
    };
    Some((tall, b.slice(0, 0, 1, 1)))
}

fn integer_product(a: Operand<'_>, b: Operand<'_>) -> Result<Buffer> {
    let (batch, rows, inner, columns) = (a.view.shape[0], a.view.shape[1], a.view.shape[2], b.view.shape[2]);
    let (a_elements, b_elements) = (as_contiguous::<i64>(a)?, as_contiguous::<i64>(b)?);
    let mut result = try_filled(batch * rows * columns, 0i64)?;
    if columns == 0 || inner == 0 {
        return Ok(Buffer::I64(result));
    }
    let b_batch_step = contiguous_strides(&b.view.shape)[0];
    for (row, line) in result.chunks_exact_mut(columns).enumerate() {
        if is_asked_after(inner * columns) {
            break;
        }
        let b_matrix = &b_elements[row / rows * b_batch_step..][..inner * columns];
        let a_row = &a_elements[row * inner..][..inner];
        for (&factor, b_row) in a_row.iter().zip(b_matrix.chunks_exact(columns)) {
            line.iter_mut()
                .zip(b_row)
                .for_each(|(sum, &y)| *sum = sum.wrapping_add(factor.wrapping_mul(y)));
        }
    }
    Ok(Buffer::I64(result))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(len: usize) -> Vec<f32> {
        (0..len).map(|index| ((index * 37 + 11) % 17) as f32 - 8.0).collect()
    }

    fn check(a_view: &View, b_view: &View, dtype: DType) {
        let (a, b) = (numbers(a_view.storage_extent()), numbers(b_view.storage_extent()));
        let shape = vec![a_view.shape[0], a_view.shape[1], b_view.shape[2]];
        let mut expected = Vec::new();
        for batch in 0..shape[0] {
            for row in 0..shape[1] {
                for column in 0..shape[2] {
                    let at = |view: &View, i: usize, j: usize| {
                        view.offset + batch * view.strides[0] + i * view.strides[1] + j * view.strides[2]
                    };
                    let products = (0..a_view.shape[2]).map(|k| a[at(a_view, row, k)] * b[at(b_view, k, column)]);
                    expected.push(products.sum::<f32>());
                }
            }
        }
        let [a, b] = [a, b].map(|elements| narrow(Buffer::F32(elements), dtype).unwrap());
        let output = Meta { shape, dtype };
        let result = matmul(
            Operand {
                buffer: &a,
                view: a_view,
            },
            Operand {
                buffer: &b,
                view: b_view,
            },
            &output,
        );
        assert_eq!(
            result,
            narrow(Buffer::F32(expected), dtype),
            "{a_view:?} {b_view:?} {dtype}"
        );
    }

    #[test]
    fn every_size_and_dtype() {
        for [m, k, n] in [
            [1, 1, 1],
            [3, 5, 2],
            [4, 8, 8],
            [17, 9, 33],
            [1, 40, 30],
            [30, 40, 1],
            [70, 300, 20],
        ] {
            let (a, b) = (View::contiguous(&[1, m, k]), View::contiguous(&[1, k, n]));
            check(&a, &b, DType::F32);
            check(&a, &b, DType::F64);
            check(&a, &b, DType::I32);
            check(&a.permute(&[0, 2, 1]).permute(&[0, 2, 1]), &b, DType::I64);
        }
        check(&View::contiguous(&[1, 3, 5]), &View::contiguous(&[1, 5, 2]), DType::F16);
    }

    #[test]
    fn any_strides_and_batches() {
        let a = View::contiguous(&[2, 6, 7]);
        let b = View::contiguous(&[2, 9, 6]).permute(&[0, 2, 1]);
        check(&a.permute(&[0, 2, 1]), &b, DType::F32);
        check(&a.permute(&[0, 2, 1]), &b, DType::F64);
        let shared = View::contiguous(&[1, 7, 3]).expand(&[2, 7, 3]).unwrap();
        check(&a, &shared, DType::F32);
        check(&a.slice(1, 1, 2, 3), &shared, DType::F32);
        let column = View::contiguous(&[1, 1, 1]).expand(&[2, 7, 1]).unwrap();
        check(&a, &column, DType::F32);
    }

    #[test]
    fn empty_products() {
        check(&View::contiguous(&[0, 2, 3]), &View::contiguous(&[0, 3, 2]), DType::F32);
        check(&View::contiguous(&[2, 0, 3]), &View::contiguous(&[2, 3, 2]), DType::F32);
        check(&View::contiguous(&[2, 2, 0]), &View::contiguous(&[2, 0, 2]), DType::F32);
        check(&View::contiguous(&[2, 2, 0]), &View::contiguous(&[2, 0, 2]), DType::I32);
        check(&View::contiguous(&[2, 0, 3]), &View::contiguous(&[2, 3, 2]), DType::I32);
        check(&View::contiguous(&[2, 2, 3]), &View::contiguous(&[2, 3, 0]), DType::I64);
    }
}
