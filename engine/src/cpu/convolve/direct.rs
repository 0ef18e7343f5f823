//! Convolution line by line, without gathering: for depthwise convolutions, few weights, and integers.
//!
//! Refuses to allocate: it adds to what it is given.

use super::{Layout, Parts};
use crate::prim::Convolution;
use crate::stop::is_asked_after;

/// Sums and products of elements; integers wrap.
pub trait Arithmetic: Copy + Default {
    /// `self + other`
    fn plus(self, other: Self) -> Self;
    /// `self * other`
    fn times(self, other: Self) -> Self;
}

macro_rules! arithmetic {
    ($type:ident, $plus:expr, $times:expr) => {
        impl Arithmetic for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                $times(self, other)
            }
        }
    };
}

arithmetic!(f32, |x: f32, y: f32| x + y, |x: f32, y: f32| x * y);
arithmetic!(f64, |x: f64, y: f64| x + y, |x: f64, y: f64| x * y);
arithmetic!(i64, i64::wrapping_add, i64::wrapping_mul);

/// Adds one group's convolution to its part of the result.
pub fn convolve<T: Arithmetic>(op: Convolution, layout: &Layout, parts: Parts<'_, T>) {
    let Parts { a, b, result } = parts;
    let (lines, step) = (&layout.lines, layout.lines.input_step());
    for out in 0..layout.outs {
        for channel in 0..layout.ins {
            if is_asked_after(layout.kernel * layout.outputs) {
                return;
            }
            let input = channel * layout.inputs..(channel + 1) * layout.inputs;
            let output = out * layout.outputs..(out + 1) * layout.outputs;
            for kernel in 0..layout.kernel {
                let weight = (out * layout.ins + channel) * layout.kernel + kernel;
                let all = 0..layout.outputs;
                match op {
                    Convolution::Forward => {
                        let (from, to, factor) = (&a[input.clone()], &mut result[output.clone()], b[weight]);
                        lines.for_each(kernel, all, |line| {
                            let to = &mut to[line.output..][..line.len];
                            if step == 1 {
                                multiply_add(to.iter_mut(), from[line.input..].iter(), factor);
                            } else {
                                multiply_add(to.iter_mut(), from[line.input..].iter().step_by(step), factor);
                            }
                        });
                    }
                    Convolution::InputGradient => {
                        let (from, to, factor) = (&a[output.clone()], &mut result[input.clone()], b[weight]);
                        lines.for_each(kernel, all, |line| {
                            let from = &from[line.output..][..line.len];
                            if step == 1 {
                                multiply_add(to[line.input..].iter_mut(), from.iter(), factor);
                            } else {
                                multiply_add(to[line.input..].iter_mut().step_by(step), from.iter(), factor);
                            }
                        });
                    }
                    Convolution::WeightGradient => {
                        let (x, g) = (&a[input.clone()], &b[output.clone()]);
                        let mut sum = T::default();
                        lines.for_each(kernel, all, |line| {
                            let products = x[line.input..].iter().step_by(step).zip(&g[line.output..][..line.len]);
                            let part = products.fold(T::default(), |part, (&x, &g)| part.plus(x.times(g)));
                            sum = sum.plus(part);
                        });
                        result[weight] = result[weight].plus(sum);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn multiply_add<'a, T: Arithmetic + 'a>(
    to: impl Iterator<Item = &'a mut T>,
    from: impl Iterator<Item = &'a T>,
    factor: T,
) {
    to.zip(from)
        .for_each(|(to, &element)| *to = to.plus(element.times(factor)));
}
