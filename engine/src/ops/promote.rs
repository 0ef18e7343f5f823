//! Type promotion between tensors, zero-dim tensors and Python numbers.
//!
//! Refuses to broadcast. Source: <https://docs.pytorch.org/docs/stable/generated/torch.result_type.html>

use crate::context;
use crate::dtype::{Category, DType};
use crate::error::Result;
use crate::ops::{copy, creation};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// The dtype that an operator on these tensors computes in: a zero-dim tensor counts only if its
/// category is higher than that of all others. An error for wide unsigned integers among others.
pub fn result_type(tensors: &[&Tensor]) -> Result<DType> {
    let promoted = |is_wanted: &dyn Fn(&Tensor) -> bool| {
        tensors
            .iter()
            .filter(|tensor| is_wanted(tensor))
            .map(|tensor| Ok(tensor.dtype()))
            .reduce(|first, second| first?.promote(second?))
            .transpose()
    };
    let sized = promoted(&|tensor| tensor.rank() > 0)?;
    let zero_dim = promoted(&|tensor| tensor.rank() == 0)?;
    match (sized, zero_dim) {
        (Some(sized), Some(zero_dim)) if zero_dim.category() > sized.category() => sized.promote(zero_dim),
        (Some(sized), _) => Ok(sized),
        (None, Some(zero_dim)) => Ok(zero_dim),
        (None, None) => Ok(context::default_float()),
    }
}

/// The dtype itself if it is a float, otherwise the default float.
pub fn float_of(dtype: DType) -> DType {
    if dtype.category() == Category::Float {
        dtype
    } else {
        context::default_float()
    }
}

/// The tensors in one dtype and on one device: zero-dim CPU tensors join a GPU operand, as PyTorch lets them.
pub fn bring_together(tensors: &[&Tensor], dtype: DType) -> Result<Vec<Tensor>> {
    let joins_gpu = tensors
        .iter()
        .any(|tensor| tensor.device() == Device::WebGpu && tensor.rank() > 0)
        || tensors.iter().all(|tensor| tensor.rank() == 0)
            && tensors.iter().any(|tensor| tensor.device() == Device::WebGpu);
    tensors
        .iter()
        .map(|tensor| {
            let tensor = copy::to_dtype(tensor, dtype)?;
            if joins_gpu && tensor.device() == Device::Cpu && tensor.rank() == 0 {
                return copy::to_device(&tensor, Device::WebGpu);
            }
            Ok(tensor)
        })
        .collect()
}

/// A zero-dim tensor with a number's value.
pub fn wrapped(scalar: Scalar, dtype: DType, device: Device) -> Result<Tensor> {
    creation::full(&[], scalar, dtype, device)
}

/// A count as a zero-dim tensor of the dtype and device of `like`.
pub fn wrapped_count(count: usize, like: &Tensor) -> Result<Tensor> {
    wrapped(Scalar::Int(count as i64), like.dtype(), like.device())
}

/// What `work` makes of the tensors in float32, if promotion gives a half type: rounded once, at the end, as PyTorch's
/// kernels do, which neither round nor overflow between the steps of a composition. Other dtypes are computed in as they are.
pub fn in_float32(inputs: &[&Tensor], work: impl FnOnce(&[Tensor]) -> Result<Tensor>) -> Result<Tensor> {
    // Dtypes that have no promotion are an error of the work itself.
    let Some(common) = result_type(inputs).ok().filter(|&common| common.is_half()) else {
        let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
        return work(&inputs);
    };
    let wide = inputs
        .iter()
        .map(|&input| {
            if input.dtype().is_half() {
                copy::to_dtype(input, DType::F32)
            } else {
                Ok(input.clone())
            }
        })
        .collect::<Result<Vec<_>>>()?;
    copy::to_dtype(&work(&wide)?, common)
}
