//! Fused optimizer steps: one pass over a parameter, its gradient and its state.
//!
//! The order of operations is that of PyTorch's single-tensor implementations, so results agree to
//! float rounding. Parameters and state are whole row-major regions, updated in place; the gradient may
//! be any view. Refuses dtypes other than f32 and f64: callers compose half types from operators.

mod adam;
mod sgd;

pub use adam::{Adam, AdamState, adam};
pub use sgd::{Sgd, sgd};

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};

use super::Operand;
use super::buffer::Buffer;
use super::cast::{Convert, as_contiguous};
use super::float::Float;
use super::strided::check_bounds;
use crate::error::{Error, Result};

/// A parameter's row-major elements: a region of its storage.
#[derive(Debug)]
pub struct Parameter<'a> {
    /// The storage.
    pub buffer: &'a mut Buffer,
    /// Position of the first element.
    pub offset: usize,
}

/// f32 or f64 with arithmetic.
trait Number:
    Convert + Float + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    fn root(self) -> Self;
}

impl Number for f32 {
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Number for f64 {
    fn root(self) -> f64 {
        self.sqrt()
    }
}

fn gradient<T: Convert>(grad: Operand<'_>) -> Result<Cow<'_, [T]>> {
    check_bounds(grad.view, grad.buffer.len())?;
    as_contiguous(grad)
}

/// `len` elements of a buffer, or an error if it has another dtype or is too short.
fn region<T: Convert>(buffer: &mut Buffer, offset: usize, len: usize) -> Result<&mut [T]> {
    let range: Option<Range<usize>> = offset.checked_add(len).map(|end| offset..end);
    let elements = T::slice_mut(buffer)?;
    let available = elements.len();
    range.and_then(|range| elements.get_mut(range)).ok_or_else(|| {
        Error::runtime(format!(
            "optimizer: a region of {len} elements at {offset} is outside a buffer of {available}"
        ))
    })
}
