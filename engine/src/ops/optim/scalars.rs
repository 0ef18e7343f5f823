//! The numbers that an optimizer keeps for a parameter as one-element tensors on the CPU: step counts, rates, products.
//!
//! They stay on the CPU whatever the parameter's device, so a step never waits for the GPU to learn them.
//! Refuses tensors elsewhere and of other dtypes.

use crate::cpu::Buffer;
use crate::error::{Error, Result};
use crate::storage::Device;
use crate::tensor::Tensor;

/// Adds one to every count and gives the counts, from 1.
pub(super) fn advance(steps: &[Tensor]) -> Result<Vec<f64>> {
    steps.iter().map(|step| change(step, |count| count + 1.0)).collect()
}

/// Replaces a number by what `change` makes of it; gives the number as it is kept, after rounding.
pub(super) fn change(scalar: &Tensor, change: impl FnOnce(f64) -> f64) -> Result<f64> {
    if scalar.device() != Device::Cpu || scalar.num_elements() != 1 {
        return Err(Error::runtime(
            "an optimizer's step counts and other numbers are one-element tensors on the CPU",
        ));
    }
    let (storage, offset) = (scalar.storage(), scalar.view().offset);
    let missing = || Error::runtime("an optimizer's number lies outside its storage");
    let value = match &mut *storage.buffer_mut()? {
        Buffer::F32(values) => {
            let value = values.get_mut(offset).ok_or_else(missing)?;
            *value = change(f64::from(*value)) as f32;
            f64::from(*value)
        }
        Buffer::F64(values) => {
            let value = values.get_mut(offset).ok_or_else(missing)?;
            *value = change(*value);
            *value
        }
        Buffer::I64(values) => {
            let value = values.get_mut(offset).ok_or_else(missing)?;
            *value = change(*value as f64) as i64;
            *value as f64
        }
        _ => return Err(Error::runtime("an optimizer's numbers are float32, float64 or int64")),
    };
    scalar.bump_version();
    Ok(value)
}

/// The number as it is.
pub(super) fn read(scalar: &Tensor) -> Result<f64> {
    change(scalar, |value| value)
}
