//! Convolutions and their gradients.
//!
//! Dense float convolutions are matrix products over columns gathered from the windows (`columns`); convolutions with
//! few channels a group, and those of integers, walk lines of the input (`direct`).
//! Half types are computed in f32. Refuses integers but int64, as PyTorch does. Read next: `columns`, `direct`.

mod columns;
mod direct;

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::{Convert, as_contiguous, narrow};
use super::matmul_block::Real;
use super::window_lines::WindowLines;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::infer::Meta;
use crate::prim::{Convolution, Window};
use crate::stop;

pub use direct::Arithmetic;

/// Weights of one output channel below which gathering columns costs more than it saves.
const FEW_WEIGHTS: usize = 4;

/// Sizes of a convolution. Images are `[batch, channels, plane]`, weights `[outs, ins of a group, kernel]`.
#[derive(Clone, Debug)]
struct Layout {
    lines: WindowLines,
    batch: usize,
    groups: usize,
    /// Input channels of a group.
    ins: usize,
    /// Output channels of a group.
    outs: usize,
    /// Elements of an input plane.
    inputs: usize,
    /// Elements of an output plane.
    outputs: usize,
    /// Elements of a window.
    kernel: usize,
}

impl Layout {
    fn new(op: Convolution, window: &Window, groups: usize, a: &[usize], b: &[usize]) -> Layout {
        let (ins, outs) = match op {
            Convolution::Forward | Convolution::InputGradient => (b[1], b[0] / groups),
            Convolution::WeightGradient => (a[1] / groups, b[1] / groups),
        };
        let lines = WindowLines::new(window);
        Layout {
            batch: a[0],
            groups,
            ins,
            outs,
            inputs: lines.input_elements(),
            outputs: lines.output_elements(),
            kernel: lines.kernel_elements(),
            lines,
        }
    }

    /// Elements of a group's part of an input image.
    const fn input_group(&self) -> usize {
        self.ins * self.inputs
    }

    /// Elements of a group's part of an output image.
    const fn output_group(&self) -> usize {
        self.outs * self.outputs
    }

    /// Elements of a group's weights.
    const fn weight_group(&self) -> usize {
        self.outs * self.ins * self.kernel
    }

    const fn is_empty(&self) -> bool {
        self.batch == 0 || self.input_group() == 0 || self.output_group() == 0
    }
}

/// A group of one image: the parts of input, weights and output that meet.
struct Parts<'a, T> {
    a: &'a [T],
    b: &'a [T],
    result: &'a mut [T],
}

/// Convolves operands whose shapes passed `prim::infer`.
pub fn convolve(
    op: Convolution,
    window: &Window,
    groups: usize,
    a: Operand<'_>,
    b: Operand<'_>,
    output: &Meta,
) -> Result<Buffer> {
    let layout = Layout::new(op, window, groups, &a.view.shape, &b.view.shape);
    let result = match output.dtype {
        DType::F32 | DType::F16 | DType::BF16 => floats::<f32>(op, &layout, a, b, output)?,
        DType::F64 => floats::<f64>(op, &layout, a, b, output)?,
        DType::I64 => groups_of(&layout, op, a, b, output, |parts| {
            direct::convolve::<i64>(op, &layout, parts);
            Ok(())
        })?,
        _ => {
            return Err(Error::UnsupportedDType {
                op: "slow_conv2d_cpu",
                dtype: output.dtype,
                device: "cpu",
            });
        }
    };
    narrow(result, output.dtype)
}

fn floats<T: Real + Arithmetic + Convert>(
    op: Convolution,
    layout: &Layout,
    a: Operand<'_>,
    b: Operand<'_>,
    output: &Meta,
) -> Result<Buffer> {
    if layout.outs == 1 || layout.ins * layout.kernel < FEW_WEIGHTS {
        return groups_of(layout, op, a, b, output, |parts| {
            direct::convolve::<T>(op, layout, parts);
            Ok(())
        });
    }
    let mut columns = columns::Columns::<T>::new(layout)?;
    groups_of(layout, op, a, b, output, |parts| columns.convolve(op, layout, parts))
}

/// Calls `compute` with the parts of every group of every image. Results are added to.
fn groups_of<T: Convert>(
    layout: &Layout,
    op: Convolution,
    a: Operand<'_>,
    b: Operand<'_>,
    output: &Meta,
    mut compute: impl FnMut(Parts<'_, T>) -> Result<()>,
) -> Result<Buffer> {
    let mut result = try_filled(output.shape.iter().product(), T::default())?;
    if layout.is_empty() {
        return Ok(T::into_buffer(result));
    }
    let (a, b) = (as_contiguous::<T>(a)?, as_contiguous::<T>(b)?);
    let (ins, outs, weights) = (layout.input_group(), layout.output_group(), layout.weight_group());
    for image in 0..layout.batch {
        for group in 0..layout.groups {
            if stop::is_asked() {
                break;
            }
            let place = image * layout.groups + group;
            let (a_at, b_at, result_at) = match op {
                Convolution::Forward => ((place, ins), (group, weights), (place, outs)),
                Convolution::InputGradient => ((place, outs), (group, weights), (place, ins)),
                Convolution::WeightGradient => ((place, ins), (place, outs), (group, weights)),
            };
            compute(Parts {
                a: &a[a_at.0 * a_at.1..][..a_at.1],
                b: &b[b_at.0 * b_at.1..][..b_at.1],
                result: &mut result[result_at.0 * result_at.1..][..result_at.1],
            })?;
        }
    }
    Ok(T::into_buffer(result))
}

#[cfg(test)]
mod tests;
