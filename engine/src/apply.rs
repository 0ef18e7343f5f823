//! The one door to computation: a primitive applied to tensors.
//!
//! Checks devices and dtypes, infers the result, computes it on the CPU or records it for the GPU, and
//! hands the result to autograd. Refuses to promote dtypes (see `ops::promote`).
//! Read next: `prim::infer`, `cpu`, `graph`, `autograd`.

use std::borrow::Cow;
use std::rc::Rc;

use crate::autograd;
use crate::context;
use crate::cpu::{self, Buffer, Operand};
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::GpuValue;
use crate::layout::{self, Order};
use crate::prim::infer::{Meta, elementwise_dtype, infer};
use crate::prim::{Pool, Prim, Reduce};
use crate::scalar::Scalar;
use crate::shape::{self, Shape};
use crate::storage::Device;
use crate::tensor::Tensor;
use crate::view::View;

/// Applies a primitive. The inputs of an elementwise primitive are broadcast here; all have one device.
/// The result lies in memory as PyTorch lays it out (see `layout`).
pub fn apply(prim: Prim, inputs: &[&Tensor], params: &[Scalar]) -> Result<Tensor> {
    if let Some(output) = compute_alike(&prim, inputs)? {
        return autograd::record(prim, inputs, params, output);
    }
    let views = operand_views(&prim, inputs)?;
    let order = result_order(&prim, &views);
    let output = compute(&prim, inputs, views, params, order)?;
    autograd::record(prim, inputs, params, output)
}

/// Copies a tensor into fresh memory in an order of the caller's choice; `None` for row-major.
pub fn copy_in_order(x: &Tensor, order: Option<Order>) -> Result<Tensor> {
    let output = compute(&Prim::Copy, &[x], vec![(*x.view()).clone()], &[], order)?;
    autograd::record(Prim::Copy, &[x], &[], output)
}

/// Applies a primitive that has no inputs.
pub fn create(prim: &Prim, params: &[Scalar], meta: Meta, device: Device) -> Result<Tensor> {
    check_size(&meta, device)?;
    let meta = infer(prim, &[], Some(&meta))?;
    run(prim, &[], params, &meta, device)
}

/// An error if a tensor of this dtype cannot be on this device.
pub fn check_dtype(dtype: DType, device: Device) -> Result<()> {
    match (device, dtype) {
        (Device::WebGpu, DType::F64) => Err(Error::type_error(
            "Cannot convert a WebGPU Tensor to float64 dtype as WebGPU doesn't support float64. Please use float32 instead.",
        )),
        (Device::WebGpu, dtype) if dtype.is_wide_unsigned() => Err(Error::type_error(format!(
            "Cannot convert a WebGPU Tensor to {0} dtype as WebGPU doesn't support {0}. Please use {1} instead.",
            dtype.name(),
            if dtype == DType::U16 { "int32" } else { "int64" }
        ))),
        _ => Ok(()),
    }
}

/// PyTorch's error for a tensor that no memory holds.
pub fn check_size(meta: &Meta, device: Device) -> Result<()> {
    if shape::checked_num_elements(&meta.shape).is_ok() {
        return Ok(());
    }
    let extents = meta.shape.iter().map(|&size| size.max(1) as u128);
    let elements = extents.into_iter().try_fold(1, u128::checked_mul);
    let bytes = elements.and_then(|count| count.checked_mul(meta.dtype.size_bytes() as u128));
    let Some(bytes) = bytes.filter(|&bytes| bytes < 1 << 63) else {
        return Err(Error::runtime(format!(
            "Storage size calculation overflowed with sizes={}",
            crate::error::list_text(&meta.shape)
        )));
    };
    Err(match device {
        Device::Cpu => cpu::memory::exhausted(bytes),
        Device::WebGpu => Error::Other {
            kind: ErrorKind::OutOfMemory,
            message: format!(
                "WebGPU out of memory. Tried to allocate {:.2} GiB, more than one buffer can hold.",
                bytes as f64 / f64::from(1 << 30)
            ),
        },
    })
}

/// The device that all tensors are on, or PyTorch's error.
pub fn common_device(inputs: &[&Tensor]) -> Result<Device> {
    let first = inputs.first().map_or(Device::Cpu, |input| input.device());
    match inputs.iter().find(|input| input.device() != first) {
        None => Ok(first),
        Some(other) => Err(Error::runtime(format!(
            "Expected all tensors to be on the same device, but found at least two devices, {} and {}!",
            first.full_name(),
            other.device().full_name()
        ))),
    }
}

/// The common case of an elementwise primitive, by a short way that makes no lists: small tensors are common too.
/// `None` unless all operands are on the CPU, in one dtype and of one shape, or one of them is a single number, and the
/// result is row-major.
fn compute_alike(prim: &Prim, inputs: &[&Tensor]) -> Result<Option<Tensor>> {
    let (class, name) = match prim {
        Prim::Unary(op) => (op.class(), op.name()),
        Prim::Binary(op) => (op.class(), op.name()),
        _ => return Ok(None),
    };
    let (x, y) = match inputs {
        [x] => (x.body(), x.body()),
        [x, y] => (x.body(), y.body()),
        _ => return Ok(None),
    };
    let dtype = x.storage.dtype;
    let are_here = x.storage.device == Device::Cpu && y.storage.device == Device::Cpu;
    if !are_here || y.storage.dtype != dtype {
        return Ok(None);
    }
    let first = if x.view.rank() == 0 { &y.view } else { &x.view };
    if !first.is_contiguous() {
        return Ok(None);
    }
    let (x_view, y_view) = if x.view.shape == y.view.shape {
        (Cow::Borrowed(&*x.view), Cow::Borrowed(&*y.view))
    } else if y.view.rank() == 0 {
        (Cow::Borrowed(&*x.view), Cow::Owned(y.view.expand(&x.view.shape)?))
    } else if x.view.rank() == 0 {
        (Cow::Owned(x.view.expand(&y.view.shape)?), Cow::Borrowed(&*y.view))
    } else {
        return Ok(None);
    };
    let meta = Meta {
        shape: x_view.shape.clone(),
        dtype: elementwise_dtype(class, name, dtype)?,
    };
    let (x_buffer, y_buffer) = (x.storage.buffer()?, y.storage.buffer()?);
    let operands = [(&x_buffer, &x_view), (&y_buffer, &y_view)].map(|(buffer, view)| Operand { buffer, view });
    let buffer = compute_on_cpu(prim, &operands[..inputs.len()], &[], &meta)?;
    Ok(Some(Tensor::from_buffer(buffer, &meta.shape)))
}

/// The order in memory of a result; `None` for row-major.
fn result_order(prim: &Prim, views: &[View]) -> Option<Order> {
    if prim.is_elementwise() {
        layout::of_elementwise(views)
    } else {
        None
    }
}

/// The result over fresh memory. An elementwise primitive of another order than row-major is computed over
/// permuted views, so that kernels need to know of row-major results only.
fn compute(
    prim: &Prim,
    inputs: &[&Tensor],
    mut views: Vec<View>,
    params: &[Scalar],
    order: Option<Order>,
) -> Result<Tensor> {
    let device = common_device(inputs)?;
    if let Some(order) = &order {
        views.iter_mut().for_each(|view| *view = view.permute(&order.dims));
    }
    let metas: Vec<Meta> = inputs
        .iter()
        .zip(&views)
        .map(|(input, view)| Meta {
            shape: view.shape.clone(),
            dtype: input.dtype(),
        })
        .collect();
    let meta = infer(prim, &metas, None)?;
    let operands: Vec<(&Tensor, &View)> = inputs.iter().copied().zip(&views).collect();
    let output = run(prim, &operands, params, &meta, device)?;
    Ok(match order {
        None => output,
        Some(order) => {
            let shape: Shape = order.inverse().iter().map(|&position| meta.shape[position]).collect();
            output.alias(order.view(&shape))
        }
    })
}

/// The views that the primitive reads: for elementwise primitives expanded to one shape.
fn operand_views(prim: &Prim, inputs: &[&Tensor]) -> Result<Vec<View>> {
    let views = inputs.iter().map(|input| input.view());
    if !prim.is_elementwise() || inputs.len() < 2 {
        return Ok(views.map(|view| (*view).clone()).collect());
    }
    let mut common = inputs[0].shape();
    for input in &inputs[1..] {
        common = shape::broadcast(&common, &input.view().shape)?;
    }
    views.map(|view| view.expand(&common)).collect()
}

fn run(prim: &Prim, operands: &[(&Tensor, &View)], params: &[Scalar], meta: &Meta, device: Device) -> Result<Tensor> {
    check_dtype(meta.dtype, device)?;
    match device {
        Device::Cpu => {
            let storages: Vec<_> = operands.iter().map(|(input, _)| input.storage()).collect();
            let buffers = storages
                .iter()
                .map(|storage| storage.buffer())
                .collect::<Result<Vec<_>>>()?;
            let cpu_operands: Vec<Operand<'_>> = buffers
                .iter()
                .zip(operands)
                .map(|(buffer, (_, view))| Operand { buffer, view })
                .collect();
            let buffer = compute_on_cpu(prim, &cpu_operands, params, meta)?;
            Ok(Tensor::from_buffer(buffer, &meta.shape))
        }
        Device::WebGpu => {
            if !prim.runs_on_gpu() || sums_int64_products(prim, meta) {
                return Err(Error::CpuOnly {
                    prim: format!("{prim:?}"),
                });
            }
            if meta.dtype == DType::I64 && !matches!(prim, Prim::ViewWrite { .. } | Prim::Random(_)) {
                params.iter().try_for_each(|param| fits_gpu(*param))?;
            }
            let value = match constant_result(prim, operands, meta) {
                Some(constant) => record(&Prim::Full, Vec::new(), &[constant], meta)?,
                None => {
                    let inputs = operands
                        .iter()
                        .map(|(input, view)| Ok((input.storage().value()?, (*view).clone())))
                        .collect::<Result<Vec<_>>>()?;
                    record(prim, inputs, params, meta)?
                }
            };
            Ok(Tensor::from_value(value, &meta.shape))
        }
    }
}

fn compute_on_cpu(prim: &Prim, operands: &[Operand<'_>], params: &[Scalar], meta: &Meta) -> Result<Buffer> {
    cpu::memory::ensure_room(shape::num_elements(&meta.shape) * meta.dtype.size_bytes())?;
    cpu::compute(prim, operands, params, meta)
}

fn record(prim: &Prim, inputs: Vec<(Rc<GpuValue>, View)>, params: &[Scalar], meta: &Meta) -> Result<Rc<GpuValue>> {
    context::with_gpu(|gpu| {
        gpu.check()?;
        let value = gpu
            .graph
            .record(prim.clone(), inputs, params.to_vec(), &meta.shape, meta.dtype);
        gpu.flush_if_full();
        Ok(value)
    })
}

/// The tuned routines add products without looking whether they fit, as int64 must on the GPU.
const fn sums_int64_products(prim: &Prim, meta: &Meta) -> bool {
    let sums = match prim {
        Prim::Matmul | Prim::Convolve { .. } => true,
        Prim::Pool { op, .. } => !matches!(op, Pool::ArgMax),
        _ => false,
    };
    sums && matches!(meta.dtype, DType::I64)
}

/// A number of an int64 tensor must fit the 32 bits that hold it.
fn fits_gpu(param: Scalar) -> Result<()> {
    cpu::narrow_for_gpu(param.as_i64()).map(|_| ())
}

/// The number that fills the result where there is nothing to compute from: shaders never see empty operands.
fn constant_result(prim: &Prim, operands: &[(&Tensor, &View)], meta: &Meta) -> Option<Scalar> {
    if shape::num_elements(&meta.shape) == 0 {
        return Some(Scalar::Int(0));
    }
    let has_empty = operands.iter().any(|(_, view)| view.num_elements() == 0);
    match prim {
        Prim::Reduce { op, .. } if has_empty => match op {
            Reduce::Sum | Reduce::Any => Some(Scalar::Int(0)),
            Reduce::Prod | Reduce::All => Some(Scalar::Int(1)),
            Reduce::Max | Reduce::Min => None,
        },
        Prim::Matmul | Prim::ScatterAdd { .. } | Prim::Convolve { .. } | Prim::Pool { .. } if has_empty => {
            Some(Scalar::Int(0))
        }
        _ => None,
    }
}
