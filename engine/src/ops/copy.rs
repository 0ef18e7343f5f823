//! Copies, conversions of dtype and device, and writes into existing memory.
//!
//! A write goes through the target's view: on the CPU into the buffer, on the GPU by giving the storage
//! a new value. Refuses to read from the GPU, which needs waiting: see `read`.

use std::rc::Rc;

use crate::apply::{apply, check_dtype, copy_in_order};
use crate::autograd::{self, Rule, record_rule};
use crate::context;
use crate::cpu::{self, Buffer, Operand};
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::GpuValue;
use crate::layout::{self, Order, is_dense, suggests_channels_last};
use crate::ops::movement;
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;
use crate::view::View;

/// `x.to(dtype)`: the tensor itself if it has the dtype.
pub fn to_dtype(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if x.dtype() == dtype {
        return Ok(x.clone());
    }
    apply(Prim::Cast(dtype), &[x], &[])
}

/// A copy whose elements lie in the same order, without gaps.
pub fn clone(x: &Tensor) -> Result<Tensor> {
    apply(Prim::Copy, &[x], &[])
}

/// A row-major copy.
pub fn row_major(x: &Tensor) -> Result<Tensor> {
    copy_in_order(x, None)
}

/// A copy whose dimensions lie in memory in this order, the outermost first.
pub fn clone_in_order(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let is_order = dims.len() == x.rank() && (0..x.rank()).all(|dim| dims.contains(&dim));
    if !is_order {
        return Err(Error::runtime("an order of dimensions names each dimension once"));
    }
    copy_in_order(x, Some(Order::from_dims(dims.to_vec(), &x.shape())))
}

/// The result with channels last in memory where they lie last in an input of the same rank: what convolutions,
/// pools and the like hand on.
pub fn hand_on_format(result: Tensor, inputs: &[&Tensor]) -> Result<Tensor> {
    let asks = |input: &&Tensor| input.rank() == result.rank() && suggests_channels_last(&input.view());
    if !inputs.iter().any(asks) || suggests_channels_last(&result.view()) {
        return Ok(result);
    }
    copy_in_order(&result, Some(Order::channels_last(&result.shape())))
}

/// The tensor itself if it is row-major, otherwise a copy.
pub fn contiguous(x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() { Ok(x.clone()) } else { row_major(x) }
}

/// `x.to(device)`: the tensor itself if it is there. From the GPU only Python can copy, after waiting for a read.
pub fn to_device(x: &Tensor, device: Device) -> Result<Tensor> {
    match (x.device(), device) {
        (from, to) if from == to => Ok(x.clone()),
        (Device::Cpu, _) => {
            check_dtype(x.dtype(), device)?;
            // Once as they travel, once more in the message.
            let (count, width) = (x.num_elements(), x.dtype().wire_bytes());
            let bytes = count.checked_mul(width).filter(|&bytes| u32::try_from(bytes).is_ok());
            let bytes = bytes.ok_or_else(|| Error::Other {
                kind: ErrorKind::OutOfMemory,
                message: format!(
                    "WebGPU out of memory. Tried to allocate {} bytes.",
                    count as u128 * width as u128
                ),
            })?;
            cpu::memory::ensure_room(bytes.saturating_mul(2))?;
            // The elements go up in the order they lie in, and lie so there.
            let order = layout::of_elementwise(std::slice::from_ref(&*x.view()));
            let view = order
                .as_ref()
                .map_or((*x.view()).clone(), |order| x.view().permute(&order.dims));
            let bytes = x.with_buffer(|buffer, _| cpu::to_gpu_bytes(Operand { buffer, view: &view }))??;
            let value = context::with_gpu(|gpu| {
                gpu.check()?;
                Ok::<Rc<GpuValue>, Error>(gpu.graph.upload(x.dtype(), x.num_elements(), bytes))
            })?;
            let moved = Tensor::from_value(value, &x.shape());
            let moved = order.map_or(moved.clone(), |order| moved.alias(order.view(&x.shape())));
            Ok(record_rule(Rule::ToDevice, &[x], moved))
        }
        // Whoever calls can wait for the GPU, and then calls again with the copy.
        (Device::WebGpu, _) => Err(Error::CpuOnly {
            prim: "a copy to the CPU".into(),
        }),
    }
}

/// Asks for a GPU tensor's elements; the ticket is for [`take`].
pub fn read(x: &Tensor) -> Result<u32> {
    let tickets = read_all(std::slice::from_ref(x))?;
    tickets
        .first()
        .copied()
        .ok_or_else(|| Error::runtime("no read was asked for"))
}

/// Asks for the elements of several GPU tensors with one message; the tickets are for [`take`].
pub fn read_all(tensors: &[Tensor]) -> Result<Vec<u32>> {
    if tensors.iter().any(|x| x.device() == Device::Cpu) {
        return Err(Error::runtime("a CPU tensor needs no reading"));
    }
    let whole = |x: &Tensor| {
        if x.covers_storage() {
            Ok(x.clone())
        } else {
            row_major(x)
        }
    };
    let values = context::with_grad_mode(false, || {
        tensors
            .iter()
            .map(|x| whole(x)?.storage().value())
            .collect::<Result<Vec<_>>>()
    })?;
    context::with_gpu(|gpu| {
        gpu.check()?;
        Ok(gpu.read(&values))
    })
}

/// The CPU tensor that a read brought. With `source`, gradients flow back to that GPU tensor.
pub fn take(ticket: u32, dtype: DType, shape: &[usize], source: Option<&Tensor>) -> Result<Tensor> {
    let bytes = context::with_gpu(|gpu| gpu.take_result(ticket))?;
    let buffer = cpu::from_gpu_bytes(dtype, &bytes)?;
    if buffer.len() != shape.iter().product::<usize>() {
        return Err(Error::runtime(format!(
            "the GPU answered {} elements for a tensor of another size",
            buffer.len()
        )));
    }
    let result = Tensor::from_buffer(buffer, shape);
    Ok(match source {
        Some(source) => record_rule(Rule::ToDevice, &[source], result),
        None => result,
    })
}

/// `target.copy_(source)`: broadcasts, converts, and moves to the target's device.
pub fn copy_(target: &Tensor, source: &Tensor) -> Result<()> {
    autograd::check_inplace(target)?;
    let source = to_dtype(&to_device(source, target.device())?, target.dtype())?;
    let source = movement::expand(&source, &target.shape())?;
    autograd::assign_unchecked(target, &source)
}

/// Writes the elements of `source` (same shape, dtype and device) into the memory of `target`.
/// Counts as an in-place write, and leaves the histories alone.
pub fn write(target: &Tensor, source: &Tensor) -> Result<()> {
    let body = target.body();
    if body
        .view
        .shape
        .iter()
        .zip(&body.view.strides)
        .any(|(&size, &stride)| size > 1 && stride == 0)
    {
        return Err(Error::runtime(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() \
             the tensor before performing the operation.",
        ));
    }
    if target.num_elements() > 0 {
        match target.device() {
            Device::Cpu => write_cpu(target, source)?,
            Device::WebGpu => write_gpu(target, source)?,
        }
    }
    target.bump_version();
    Ok(())
}

/// True if both tensors are whole storages whose elements lie alike: one storage's elements can stand for the other's.
fn lie_alike(target: &Tensor, source: &Tensor) -> bool {
    if target.covers_storage() && source.covers_storage() {
        return true;
    }
    let (view, storage) = (target.view(), target.storage());
    view == source.view()
        && view.offset == 0
        && is_dense(&view)
        && view.num_elements() == storage.num_elements
        && source.storage().num_elements == storage.num_elements
}

fn write_cpu(target: &Tensor, source: &Tensor) -> Result<()> {
    if source.is_sole_owner() && lie_alike(target, source) {
        // Nobody else sees the result of this calculation, so it is moved, not copied.
        let (target, source) = (target.storage(), source.storage());
        std::mem::swap(&mut *target.buffer_mut()?, &mut *source.buffer_mut()?);
        return Ok(());
    }
    // A source in the same memory is copied first: kernels never read what they write.
    let shares_memory = target.storage().is_same_memory(&source.storage());
    let source = if shares_memory { clone(source)? } else { source.clone() };
    let source_storage = source.storage();
    let buffer = source_storage.buffer()?;
    let target_storage = target.storage();
    cpu::write_view(
        &mut *target_storage.buffer_mut()?,
        &target.view(),
        Operand {
            buffer: &buffer,
            view: &source.view(),
        },
    )
}

fn write_gpu(target: &Tensor, source: &Tensor) -> Result<()> {
    let storage = target.storage();
    let value = if lie_alike(target, source) {
        source.storage().value()?
    } else if target.covers_storage() {
        let whole = if source.covers_storage() {
            source.clone()
        } else {
            row_major(source)?
        };
        whole.storage().value()?
    } else {
        let flat = Tensor::from_value(storage.value()?, &[storage.num_elements]);
        write_region(&flat, &target.view(), source)?.storage().value()?
    };
    storage.replace_value(value);
    Ok(())
}

/// A flat tensor with a strided region replaced by `source`, out of place.
pub fn write_region(flat: &Tensor, region: &View, source: &Tensor) -> Result<Tensor> {
    let prim = Prim::ViewWrite {
        shape: region.shape.clone(),
        strides: region.strides.clone(),
    };
    apply(prim, &[flat, source], &[Scalar::Int(region.offset as i64)])
}

/// True if a CPU tensor has an element that equals zero; false on the GPU, where nobody can look.
pub fn has_zero(x: &Tensor) -> Result<bool> {
    if x.device() == Device::WebGpu {
        return Ok(false);
    }
    let is_zero = context::with_grad_mode(false, || -> Result<Tensor> {
        let zeros = crate::ops::elementwise::logical_not(x)?;
        crate::ops::reduce::any(&zeros, &[], false)
    })?;
    is_zero.with_buffer(
        |buffer, view| matches!(buffer, Buffer::Bool(values) if values.get(view.offset).copied().unwrap_or(false)),
    )
}

/// The elements of a CPU tensor as row-major little-endian bytes.
pub fn to_bytes(x: &Tensor) -> Result<Vec<u8>> {
    x.with_buffer(|buffer, view| cpu::gather_bytes(Operand { buffer, view }))?
}

/// The single element of a CPU tensor.
pub fn item(x: &Tensor) -> Result<Scalar> {
    if x.num_elements() != 1 {
        return Err(Error::runtime(format!(
            "a Tensor with {} elements cannot be converted to Scalar",
            x.num_elements()
        )));
    }
    let wide = match x.dtype() {
        DType::Bool => DType::Bool,
        DType::U64 => DType::U64,
        dtype if dtype.is_float() => DType::F64,
        _ => DType::I64,
    };
    let x = context::with_grad_mode(false, || to_dtype(x, wide))?;
    x.with_buffer(|buffer, view| match buffer {
        Buffer::Bool(values) => values.get(view.offset).map(|&value| Scalar::Bool(value)),
        Buffer::I64(values) => values.get(view.offset).map(|&value| Scalar::Int(value)),
        Buffer::U64(bits) => bits.get(view.offset).map(|&bits| Scalar::Unsigned(bits as u64)),
        Buffer::F64(values) => values.get(view.offset).map(|&value| Scalar::Float(value)),
        _ => None,
    })?
    .ok_or_else(|| Error::runtime("a tensor's element lies outside its storage"))
}

/// Makes `target` stand for the memory of `source`, as assigning to `.data` does. The history stays.
pub fn set_data(target: &Tensor, source: &Tensor) {
    target.set_body(source.body());
}
