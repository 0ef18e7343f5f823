//! Whole tensors as the quantities of an optimizer's formula.
//!
//! Half types are computed in f32 and rounded once, when the results are written, as PyTorch's fused optimizers do.
//! Numbers are zero-dim tensors: parameters of the program. Parameters of equal settings share them.
//! Refuses to raise half-way: an error is kept and comes out at the end. Read next: `run`.

use std::cell::{Cell, RefCell};
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::cpu::optimizer::Quantity;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{copy, elementwise as e, promote};
use crate::prim::Binary;
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// The numbers of a formula in the order in which it asks for them. The next parameter asks for the same kinds of numbers
/// in the same order, so each is made once unless its value differs. Looking up by place, not by value, keeps
/// the program the same when two numbers happen to be equal.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    made: RefCell<Vec<(f64, Tensor)>>,
    next: Cell<usize>,
}

impl Numbers {
    /// The formula begins anew, with the next parameter.
    pub fn rewind(&self) {
        self.next.set(0);
    }

    fn get(&self, value: f64, dtype: DType, device: Device) -> Result<Tensor> {
        let place = self.next.replace(self.next.get() + 1);
        let mut made = self.made.borrow_mut();
        if let Some((kept, tensor)) = made.get(place)
            && kept.to_bits() == value.to_bits()
            && tensor.dtype() == dtype
            && tensor.device() == device
        {
            return Ok(tensor.clone());
        }
        let tensor = promote::wrapped(Scalar::Float(value), dtype, device)?;
        made.truncate(place);
        made.push((value, tensor.clone()));
        Ok(tensor)
    }
}

/// A tensor on its way through a formula, or what went wrong.
#[derive(Clone, Debug)]
pub(super) struct Expression<'a> {
    value: Result<Tensor>,
    numbers: &'a Numbers,
}

impl<'a> Expression<'a> {
    /// A tensor to compute with.
    pub fn of(tensor: &Tensor, numbers: &'a Numbers) -> Expression<'a> {
        let value = match tensor.dtype() {
            DType::F16 | DType::BF16 => copy::to_dtype(tensor, DType::F32),
            _ => Ok(tensor.clone()),
        };
        Expression { value, numbers }
    }

    /// The result.
    pub fn finish(self, dtype: DType) -> Result<Tensor> {
        copy::to_dtype(&self.value?, dtype)
    }

    fn map(self, function: impl FnOnce(&Tensor) -> Result<Tensor>) -> Self {
        Expression {
            value: self.value.and_then(|x| function(&x)),
            ..self
        }
    }

    fn join(self, other: Self, function: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor>) -> Self {
        let value = self.value.and_then(|x| function(&x, &other.value?));
        Expression { value, ..self }
    }
}

impl Add for Expression<'_> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.join(other, e::add)
    }
}

impl Sub for Expression<'_> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.join(other, e::sub)
    }
}

impl Mul for Expression<'_> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.join(other, e::mul)
    }
}

impl Div for Expression<'_> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        self.join(other, e::div)
    }
}

impl Neg for Expression<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.map(e::neg)
    }
}

impl Quantity for Expression<'_> {
    fn number(&self, value: f64) -> Self {
        let number = match &self.value {
            Ok(like) => self.numbers.get(value, like.dtype(), like.device()),
            Err(error) => Err(error.clone()),
        };
        Expression {
            value: number,
            numbers: self.numbers,
        }
    }

    fn root(self) -> Self {
        self.map(e::sqrt)
    }

    fn magnitude(self) -> Self {
        self.map(e::abs)
    }

    fn sign(self) -> Self {
        self.map(e::sign)
    }

    fn larger(self, other: Self) -> Self {
        self.join(other, e::maximum)
    }

    fn limited(self, low: f64, high: f64) -> Self {
        let (low, high) = (self.number(low), self.number(high));
        self.join(low, e::maximum)
            .join(high, |x, high| e::binary(Binary::Minimum, x, high))
    }

    fn if_positive(self, then: Self, otherwise: Self) -> Self {
        let zero = self.number(0.0);
        let is_positive = self.join(zero, e::gt);
        then.join(otherwise, |then, otherwise| {
            e::where_(&is_positive.value?, then, otherwise)
        })
    }
}
