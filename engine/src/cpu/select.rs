//! `Where`: elements of one tensor or another by a condition.
//!
//! Refuses to broadcast: the operands are expanded views of one shape.

use super::Operand;
use super::buffer::{Buffer, Element, for_dtype, try_vec};
use super::strided::Runs;
use crate::error::Result;

/// `x` where the condition holds, else `y`.
pub fn select(condition: Operand<'_>, x: Operand<'_>, y: Operand<'_>) -> Result<Buffer> {
    for_dtype!(x.buffer.dtype(), T => select_typed::<T>(condition, x, y))
}

fn select_typed<T: Element>(condition: Operand<'_>, x: Operand<'_>, y: Operand<'_>) -> Result<Buffer> {
    let (conditions, xs, ys) = (bool::slice(condition.buffer)?, T::slice(x.buffer)?, T::slice(y.buffer)?);
    let runs = Runs::new([condition.view, x.view, y.view]);
    let (len, [c_step, x_step, y_step]) = (runs.run_len(), runs.steps());
    let mut result: Vec<T> = try_vec(x.view.num_elements())?;
    runs.for_each(|[c_start, x_start, y_start]| {
        let (c, x, y) = (&conditions[c_start..], &xs[x_start..], &ys[y_start..]);
        match (c_step, x_step, y_step) {
            (1, 1, 1) => {
                let triples = c[..len].iter().zip(&x[..len]).zip(&y[..len]);
                result.extend(triples.map(|((&c, &x), &y)| if c { x } else { y }));
            }
            // Masked fills: one side is a number.
            (1, 0, 1) => {
                let x = x[0];
                result.extend(c[..len].iter().zip(&y[..len]).map(|(&c, &y)| if c { x } else { y }));
            }
            (1, 1, 0) => {
                let y = y[0];
                result.extend(c[..len].iter().zip(&x[..len]).map(|(&c, &x)| if c { x } else { y }));
            }
            _ => result.extend((0..len).map(|i| if c[i * c_step] { x[i * x_step] } else { y[i * y_step] })),
        }
    });
    Ok(T::into_buffer(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    #[test]
    fn chooses_through_any_strides() {
        let condition = Buffer::Bool(vec![true, false, false, true]);
        let x = Buffer::I32(vec![1, 2, 3, 4]);
        let y = Buffer::I32(vec![-1]);
        let square = View::contiguous(&[2, 2]);
        let one = View {
            shape: vec![2, 2],
            strides: vec![0, 0],
            offset: 0,
        };
        let choose = |c: &View, xv: &View| {
            let x = Operand { buffer: &x, view: xv };
            select(
                Operand {
                    buffer: &condition,
                    view: c,
                },
                x,
                Operand { buffer: &y, view: &one },
            )
            .unwrap()
        };
        assert_eq!(choose(&square, &square), Buffer::I32(vec![1, -1, -1, 4]));
        assert_eq!(
            choose(&square, &square.permute(&[1, 0])),
            Buffer::I32(vec![1, -1, -1, 4])
        );
        assert_eq!(choose(&one, &square.permute(&[1, 0])), Buffer::I32(vec![1, 3, 2, 4]));
    }
}
