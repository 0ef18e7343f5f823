//! Pooling: sums and largest elements of windows, and what carries gradients back.
//!
//! Planes are walked one after another. Half types are summed in f32, integers in int64. Of the elements of a
//! window the first of equals is the largest, but of several NaN the last one, as PyTorch answers.
//! Refuses divisors: averages divide afterwards. Read next: `window_lines`.

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::{Computed, Convert, as_contiguous, narrow};
use super::convolve::Arithmetic;
use super::window_lines::WindowLines;
use crate::error::{Error, Result};
use crate::prim::infer::Meta;
use crate::prim::{Pool, Window};

/// Pools operands whose shapes passed `prim::infer`.
pub fn pool(op: Pool, window: &Window, operands: &[Operand<'_>], output: &Meta) -> Result<Buffer> {
    let lines = WindowLines::new(window);
    match (op, operands) {
        (Pool::ArgMax, [x]) => match Computed::of(x.buffer.dtype()) {
            Computed::F32 => positions::<f32>(&lines, *x, output),
            Computed::F64 => positions::<f64>(&lines, *x, output),
            Computed::I64 => positions::<i64>(&lines, *x, output),
        },
        (Pool::Sum | Pool::Spread, [x]) => match Computed::of(output.dtype) {
            Computed::F32 => sums::<f32>(op, &lines, *x, output),
            Computed::F64 => sums::<f64>(op, &lines, *x, output),
            Computed::I64 => sums::<i64>(op, &lines, *x, output),
        },
        (Pool::Scatter, [index, g]) => match Computed::of(output.dtype) {
            Computed::F32 => scattered::<f32>(&lines, *index, *g, output),
            Computed::F64 => scattered::<f64>(&lines, *index, *g, output),
            Computed::I64 => scattered::<i64>(&lines, *index, *g, output),
        },
        _ => Err(Error::runtime(format!("{op:?} was given {} operands", operands.len()))),
    }
}

fn sums<T: Arithmetic + Convert>(op: Pool, lines: &WindowLines, operand: Operand<'_>, output: &Meta) -> Result<Buffer> {
    let elements = as_contiguous::<T>(operand)?;
    let mut result = try_filled(output.shape.iter().product(), T::default())?;
    let (inputs, outputs, step) = (lines.input_elements(), lines.output_elements(), lines.input_step());
    let (reads, writes) = if op == Pool::Sum {
        (inputs, outputs)
    } else {
        (outputs, inputs)
    };
    if reads == 0 || writes == 0 {
        return narrow(T::into_buffer(result), output.dtype);
    }
    for (from, to) in elements.chunks_exact(reads).zip(result.chunks_exact_mut(writes)) {
        for kernel in 0..lines.kernel_elements() {
            lines.for_each(kernel, 0..outputs, |line| {
                if op == Pool::Sum {
                    let places = to[line.output..].iter_mut().take(line.len);
                    places
                        .zip(from[line.input..].iter().step_by(step))
                        .for_each(|(place, &element)| *place = place.plus(element));
                } else {
                    let places = to[line.input..].iter_mut().step_by(step).take(line.len);
                    places
                        .zip(&from[line.output..])
                        .for_each(|(place, &element)| *place = place.plus(element));
                }
            });
        }
    }
    narrow(T::into_buffer(result), output.dtype)
}

fn positions<T: Convert>(lines: &WindowLines, operand: Operand<'_>, output: &Meta) -> Result<Buffer> {
    /// No element of the window seen yet.
    const NONE: i64 = -1;
    let elements = as_contiguous::<T>(operand)?;
    let mut result = try_filled(output.shape.iter().product(), NONE)?;
    let (inputs, outputs, step) = (lines.input_elements(), lines.output_elements(), lines.input_step());
    if inputs == 0 || outputs == 0 {
        result.fill(0);
        return Ok(Buffer::I64(result));
    }
    let mut largest = try_filled(outputs, T::default())?;
    for (from, to) in elements.chunks_exact(inputs).zip(result.chunks_exact_mut(outputs)) {
        for kernel in 0..lines.kernel_elements() {
            lines.for_each(kernel, 0..outputs, |line| {
                let best = largest[line.output..].iter_mut().zip(&mut to[line.output..]);
                let candidates = (line.input..).step_by(step).take(line.len);
                for ((value, position), candidate) in best.zip(candidates) {
                    let element = from[candidate];
                    // Only NaN differs from itself.
                    let is_nan = element.partial_cmp(&element).is_none();
                    if element > *value || is_nan || *position == NONE {
                        (*value, *position) = (element, candidate as i64);
                    }
                }
            });
        }
        // A window that steps over the whole input has nothing; any position does.
        to.iter_mut().for_each(|position| *position = (*position).max(0));
    }
    Ok(Buffer::I64(result))
}

fn scattered<T: Arithmetic + Convert>(
    lines: &WindowLines,
    index: Operand<'_>,
    g: Operand<'_>,
    output: &Meta,
) -> Result<Buffer> {
    let (positions, elements) = (as_contiguous::<i64>(index)?, as_contiguous::<T>(g)?);
    let mut result = try_filled(output.shape.iter().product(), T::default())?;
    let (inputs, outputs) = (lines.input_elements(), lines.output_elements());
    if outputs == 0 {
        return narrow(T::into_buffer(result), output.dtype);
    }
    for (plane, (positions, elements)) in positions
        .chunks_exact(outputs)
        .zip(elements.chunks_exact(outputs))
        .enumerate()
    {
        let to = &mut result[plane * inputs..][..inputs];
        for (&position, &element) in positions.iter().zip(elements) {
            let place = usize::try_from(position).ok().and_then(|position| to.get_mut(position));
            let place = place.ok_or_else(|| {
                Error::index(format!(
                    "index {position} is out of bounds for a plane of {inputs} elements"
                ))
            })?;
            *place = place.plus(element);
        }
    }
    narrow(T::into_buffer(result), output.dtype)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;
    use crate::view::View;

    /// Windows of three, every second place, one place of padding, over planes of five.
    fn window() -> Window {
        Window {
            input: vec![5],
            kernel: vec![3],
            stride: vec![2],
            padding: vec![1],
            dilation: vec![1],
            output: vec![3],
        }
    }

    fn run(op: Pool, operands: &[(&Buffer, &[usize])], shape: &[usize], dtype: DType) -> Result<Buffer> {
        let views: Vec<View> = operands.iter().map(|(_, shape)| View::contiguous(shape)).collect();
        let operands: Vec<Operand<'_>> = operands
            .iter()
            .zip(&views)
            .map(|((buffer, _), view)| Operand { buffer, view })
            .collect();
        let output = Meta {
            shape: shape.to_vec(),
            dtype,
        };
        pool(op, &window(), &operands, &output)
    }

    #[test]
    fn sums_and_what_spreads_them_back() {
        let x = Buffer::F64((1..=10).map(f64::from).collect());
        assert_eq!(
            run(Pool::Sum, &[(&x, &[2, 5])], &[2, 3], DType::F64),
            Ok(Buffer::F64(vec![3.0, 9.0, 9.0, 13.0, 24.0, 19.0]))
        );
        let g = Buffer::I64(vec![1, 10, 100]);
        assert_eq!(
            run(Pool::Spread, &[(&g, &[1, 3])], &[1, 5], DType::I64),
            Ok(Buffer::I64(vec![1, 11, 10, 110, 100]))
        );
    }

    #[test]
    fn positions_of_the_largest_and_what_scatters_to_them() {
        let x = Buffer::F32(vec![1.0, 1.0, f32::NAN, f32::NAN, 9.0]);
        let positions = Buffer::I64(vec![0, 3, 3]);
        assert_eq!(
            run(Pool::ArgMax, &[(&x, &[1, 5])], &[1, 3], DType::I64),
            Ok(positions.clone())
        );
        let g = Buffer::F32(vec![1.0, 2.0, 4.0]);
        assert_eq!(
            run(
                Pool::Scatter,
                &[(&positions, &[1, 3]), (&g, &[1, 3])],
                &[1, 5],
                DType::F32
            ),
            Ok(Buffer::F32(vec![1.0, 0.0, 0.0, 6.0, 0.0]))
        );
        let outside = Buffer::I64(vec![0, 5, -1]);
        assert!(
            run(
                Pool::Scatter,
                &[(&outside, &[1, 3]), (&g, &[1, 3])],
                &[1, 5],
                DType::F32
            )
            .is_err()
        );
        let low = Buffer::F16([-3.0f32, -1.0, -2.0, -9.0, -8.0].map(half::f16::from_f32).to_vec());
        assert_eq!(
            run(Pool::ArgMax, &[(&low, &[1, 5])], &[1, 3], DType::I64),
            Ok(Buffer::I64(vec![1, 1, 4]))
        );
    }
}
