//! Arguments of a call, read front to back from numbers, and results as numbers.
//!
//! Letters of a row's signature and the functions here are the same list:
//! `T` tensor · `T?` · `Ts` list · `Ts?` list of optional tensors · `i i? is` · `f f?` · `b` · `s s?` · `d d?` · `v v?` · `t`.
//! Refuses numbers that do not fit.

use super::handles::Handles;
use crate::cpu::memory::exhausted;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// The arguments of one call.
#[derive(Debug)]
pub struct Args<'a> {
    handles: &'a Handles,
    numbers: &'a [f64],
    text: &'a str,
}

/// What a call gives.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing.
    Unit,
    /// One tensor.
    Tensor(Tensor),
    /// Several tensors, or none in some places.
    Tensors(Vec<Option<Tensor>>),
    /// One number.
    Number(f64),
    /// Several numbers.
    Numbers(Vec<f64>),
    /// Text.
    Text(String),
    /// Handles to let go.
    Free(Vec<f64>),
}

impl From<Tensor> for Outcome {
    fn from(tensor: Tensor) -> Outcome {
        Outcome::Tensor(tensor)
    }
}

impl From<Vec<Tensor>> for Outcome {
    fn from(tensors: Vec<Tensor>) -> Outcome {
        Outcome::Tensors(tensors.into_iter().map(Some).collect())
    }
}

impl From<[Tensor; 2]> for Outcome {
    fn from(tensors: [Tensor; 2]) -> Outcome {
        Outcome::Tensors(tensors.into_iter().map(Some).collect())
    }
}

impl From<()> for Outcome {
    fn from((): ()) -> Outcome {
        Outcome::Unit
    }
}

impl From<bool> for Outcome {
    fn from(value: bool) -> Outcome {
        Outcome::Number(f64::from(u8::from(value)))
    }
}

impl<'a> Args<'a> {
    /// Arguments from the scratch, with the tensors that handles mean.
    pub const fn new(handles: &'a Handles, numbers: &'a [f64], text: &'a str) -> Args<'a> {
        Args { handles, numbers, text }
    }

    fn number(&mut self) -> Result<f64> {
        let (&first, rest) = self
            .numbers
            .split_first()
            .ok_or_else(|| Error::type_error("an operator got too few arguments"))?;
        self.numbers = rest;
        Ok(first)
    }

    fn optional<R>(&mut self, read: impl FnOnce(&mut Self) -> Result<R>) -> Result<Option<R>> {
        if self.numbers.first().is_some_and(|number| number.is_nan()) {
            self.number()?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    fn list<R>(&mut self, read: impl Fn(&mut Self) -> Result<R>) -> Result<Vec<R>> {
        let count = self.int()?;
        if count < 0 || count as u64 > self.numbers.len() as u64 {
            return Err(Error::type_error("a list argument has a wrong length"));
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// `T`
    pub fn tensor(&mut self) -> Result<Tensor> {
        let handle = self.number()?;
        self.handles.get(handle)
    }

    /// `T?`
    pub fn opt_tensor(&mut self) -> Result<Option<Tensor>> {
        self.optional(Args::tensor)
    }

    /// `Ts`
    pub fn tensors(&mut self) -> Result<Vec<Tensor>> {
        self.list(Args::tensor)
    }

    /// `Ts?`
    pub fn opt_tensors(&mut self) -> Result<Vec<Option<Tensor>>> {
        self.list(Args::opt_tensor)
    }

    /// `i`
    pub fn int(&mut self) -> Result<i64> {
        let number = self.number()?;
        // Below 2^63 in magnitude every whole double is an i64.
        if number.fract() == 0.0 && number.abs() < 9.2e18 {
            Ok(number as i64)
        } else {
            Err(Error::type_error("an argument must be a whole number"))
        }
    }

    /// `i?`
    pub fn opt_int(&mut self) -> Result<Option<i64>> {
        self.optional(Args::int)
    }

    /// `is`
    pub fn ints(&mut self) -> Result<Vec<i64>> {
        self.list(Args::int)
    }

    /// `is?`: a list or nothing.
    pub fn opt_ints(&mut self) -> Result<Option<Vec<i64>>> {
        self.optional(Args::ints)
    }

    /// `is` as sizes.
    pub fn sizes(&mut self) -> Result<Vec<usize>> {
        self.list(Args::size)
    }

    /// `i` as a size.
    pub fn size(&mut self) -> Result<usize> {
        let value = self.int()?;
        if value < 0 {
            return Err(Error::runtime(format!(
                "Trying to create tensor with negative dimension {value}"
            )));
        }
        // Only a 32-bit machine comes here; most tensors are of 4-byte elements.
        usize::try_from(value).map_err(|_| exhausted(value as u128 * 4))
    }

    /// `f`; may be NaN.
    pub fn float(&mut self) -> Result<f64> {
        self.number()
    }

    /// `f?`
    pub fn opt_float(&mut self) -> Result<Option<f64>> {
        self.optional(Args::float)
    }

    /// `b`
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.number()? != 0.0)
    }

    /// `s`: a tag (0 bool, 1 int, 2 float) and the value, or 3 and the upper and lower 32 bits of an int
    /// that a double cannot hold; 4 if it fits 64 bits without a sign only.
    pub fn scalar(&mut self) -> Result<Scalar> {
        match self.int()? {
            0 => Ok(Scalar::Bool(self.bool()?)),
            1 => Ok(Scalar::Int(self.int()?)),
            2 => Ok(Scalar::Float(self.float()?)),
            4 => Ok(Scalar::Unsigned(
                (self.int()? as u64) << 32 | self.int()? as u64 & 0xFFFF_FFFF,
            )),
            3 => Ok(Scalar::Int((self.int()? << 32) | (self.int()? & 0xFFFF_FFFF))),
            _ => Err(Error::type_error("an argument must be a number")),
        }
    }

    /// `s?`: a NaN tag is none; its value is skipped.
    pub fn opt_scalar(&mut self) -> Result<Option<Scalar>> {
        if self.numbers.first().is_some_and(|number| number.is_nan()) {
            self.number()?;
            self.number()?;
            return Ok(None);
        }
        self.scalar().map(Some)
    }

    /// `d`
    pub fn dtype(&mut self) -> Result<DType> {
        let code = self.int()?;
        u8::try_from(code)
            .ok()
            .and_then(DType::from_code)
            .ok_or_else(|| Error::type_error(format!("{code} is no dtype")))
    }

    /// `d?`
    pub fn opt_dtype(&mut self) -> Result<Option<DType>> {
        self.optional(Args::dtype)
    }

    /// `v`
    pub fn device(&mut self) -> Result<Device> {
        let code = self.int()?;
        u8::try_from(code)
            .ok()
            .and_then(Device::from_code)
            .ok_or_else(|| Error::runtime(format!("{code} is no device")))
    }

    /// `v?`
    pub fn opt_device(&mut self) -> Result<Option<Device>> {
        self.optional(Args::device)
    }

    /// How many tensors Python holds.
    pub fn num_handles(&self) -> usize {
        self.handles.len()
    }

    /// `t`
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Everything that is left, unread: handles to free.
    pub fn handles(&mut self) -> Result<Vec<f64>> {
        self.list(Args::number)
    }
}
