//! Rows about a tensor itself: what it is, copies, writes, conversions, engine settings.

use crate::autograd;
use crate::context;
use crate::dtype::DType;
use crate::error::Error;
use crate::ffi::args::Outcome;
use crate::ffi::table::Row;
use crate::layout;
use crate::ops::{copy, promote};
use crate::scalar::Scalar;
use crate::tensor::Tensor;

/// The rows.
pub const ROWS: &[Row] = &[
    ("free is -> ()", |a| Ok(Outcome::Free(a.handles()?))),
    ("num_handles -> i", |a| Ok(Outcome::Number(a.num_handles() as f64))),
    // dtype, device, requires_grad, is_leaf, offset, rank, sizes…, strides…
    ("describe T -> is", |a| {
        let x = a.tensor()?;
        let view = x.view();
        let flag = |value: bool| f64::from(u8::from(value));
        let mut numbers = vec![
            f64::from(x.dtype() as u8),
            f64::from(x.device() as u8),
            flag(autograd::requires_grad(&x)),
            flag(autograd::is_leaf(&x)),
            view.offset as f64,
            view.rank() as f64,
        ];
        numbers.extend(view.shape.iter().chain(&view.strides).map(|&size| size as f64));
        Ok(Outcome::Numbers(numbers))
    }),
    ("same T -> T", |a| Ok(a.tensor()?.into())),
    ("is_same T T -> b", |a| Ok(a.tensor()?.is_same(&a.tensor()?).into())),
    ("shares_storage T T -> b", |a| {
        Ok(a.tensor()?.storage().is_same_memory(&a.tensor()?.storage()).into())
    }),
    ("identity T -> f", |a| {
        Ok(Outcome::Number(a.tensor()?.identity() as f64))
    }),
    ("storage_identity T -> f", |a| {
        Ok(Outcome::Number(
            std::rc::Rc::as_ptr(a.tensor()?.storage().owner()).addr() as f64,
        ))
    }),
    ("storage_size T -> i", |a| {
        Ok(Outcome::Number(a.tensor()?.storage().num_elements as f64))
    }),
    ("version T -> i", |a| {
        let x = a.tensor()?;
        if x.is_inference() {
            return Err(Error::runtime("Inference tensors do not track version counter."));
        }
        Ok(Outcome::Number(f64::from(x.version())))
    }),
    ("is_inference T -> b", |a| Ok(a.tensor()?.is_inference().into())),
    ("is_contiguous T -> b", |a| Ok(a.tensor()?.is_contiguous().into())),
    // The dimensions in the order in which a kernel walks through memory, the outermost first.
    ("order_in_memory T -> is", |a| {
        let x = a.tensor()?;
        let dims = match layout::of_elementwise(std::slice::from_ref(&*x.view())) {
            Some(order) => order.dims,
            None => (0..x.rank()).collect(),
        };
        Ok(Outcome::Numbers(dims.into_iter().map(|dim| dim as f64).collect()))
    }),
    ("clone T -> T", |a| Ok(copy::clone(&a.tensor()?)?.into())),
    ("row_major T -> T", |a| Ok(copy::row_major(&a.tensor()?)?.into())),
    // A copy whose dimensions lie in memory in the order given, the outermost first.
    ("clone_in_order T is -> T", |a| {
        Ok(copy::clone_in_order(&a.tensor()?, &a.sizes()?)?.into())
    }),
    ("hand_on_format T T -> T", |a| {
        Ok(copy::hand_on_format(a.tensor()?, &[&a.tensor()?])?.into())
    }),
    ("contiguous T -> T", |a| Ok(copy::contiguous(&a.tensor()?)?.into())),
    // The tensor itself if nothing changes. From the GPU to the CPU only gpu_read and gpu_take can copy.
    ("to T v? d? b -> T", |a| {
        let (x, device, dtype, copies) = (a.tensor()?, a.opt_device()?, a.opt_dtype()?, a.bool()?);
        let (device, dtype) = (device.unwrap_or(x.device()), dtype.unwrap_or(x.dtype()));
        let moved = if device == x.device() {
            copy::to_dtype(&x, dtype)?
        } else if dtype.size_bytes() <= x.dtype().size_bytes() {
            // Narrowed first: a float64 tensor may go to the GPU as float32.
            copy::to_device(&copy::to_dtype(&x, dtype)?, device)?
        } else {
            copy::to_dtype(&copy::to_device(&x, device)?, dtype)?
        };
        Ok(if copies && moved.is_same(&x) {
            copy::clone(&x)?
        } else {
            moved
        }
        .into())
    }),
    // The beginning of an in-place operator that takes several calls; `assign_` is its end.
    ("begin_inplace -> ()", |_| {
        autograd::begin_inplace();
        Ok(Outcome::Unit)
    }),
    // The end of one that failed.
    ("end_inplace -> ()", |_| {
        autograd::end_inplace();
        Ok(Outcome::Unit)
    }),
    // The end of every in-place operator: the second tensor is the result to be stored in the first.
    ("assign_ T T -> T", |a| {
        let (target, result) = (a.tensor()?, a.tensor()?);
        autograd::assign(&target, &result)?;
        Ok(target.into())
    }),
    ("check_inplace T -> ()", |a| {
        Ok(autograd::check_inplace(&a.tensor()?)?.into())
    }),
    ("copy_ T T -> T", |a| {
        let (target, source) = (a.tensor()?, a.tensor()?);
        copy::copy_(&target, &source)?;
        Ok(target.into())
    }),
    ("fill_ T s -> T", |a| {
        let (target, value) = (a.tensor()?, a.scalar()?);
        autograd::check_inplace(&target)?;
        let value = value.fitting(target.dtype())?;
        let source = promote::wrapped(value, target.dtype(), target.device())?;
        copy::copy_(&target, &source)?;
        Ok(target.into())
    }),
    ("item T -> is", |a| {
        let (tag, value) = match copy::item(&a.tensor()?)? {
            Scalar::Bool(value) => (0.0, f64::from(u8::from(value))),
            // Doubles hold integers to 2^53; the rest goes as bytes by download.
            Scalar::Int(value) => (1.0, value as f64),
            Scalar::Unsigned(value) => (1.0, value as f64),
            Scalar::Float(value) => (2.0, value),
        };
        Ok(Outcome::Numbers(vec![tag, value]))
    }),
    ("result_type Ts -> i", |a| {
        let tensors = a.tensors()?;
        let references: Vec<&Tensor> = tensors.iter().collect();
        Ok(Outcome::Number(f64::from(promote::result_type(&references)? as u8)))
    }),
    ("result_type_scalar T s -> i", |a| {
        let (x, scalar) = (a.tensor()?, a.scalar()?);
        Ok(Outcome::Number(f64::from(
            scalar.result_type(x.dtype(), context::default_float()) as u8,
        )))
    }),
    ("promote_types d d -> i", |a| {
        Ok(Outcome::Number(f64::from(a.dtype()?.promote(a.dtype()?)? as u8)))
    }),
    ("default_dtype -> i", |_| {
        Ok(Outcome::Number(f64::from(context::default_float() as u8)))
    }),
    ("set_default_dtype d -> ()", |a| {
        let dtype = a.dtype()?;
        if !dtype.is_float() {
            return Err(Error::type_error(format!(
                "only floating-point types are supported as the default type, got {dtype}"
            )));
        }
        context::set_default_float(dtype);
        Ok(Outcome::Unit)
    }),
    ("dtype_name d -> t", |a| Ok(Outcome::Text(a.dtype()?.name().to_owned()))),
    // Name, bytes and category (0 bool, 1 integer, 2 float) of every dtype in code order, a line each.
    ("dtypes -> t", |_| {
        let line = |dtype: &DType| format!("{} {} {}", dtype.name(), dtype.size_bytes(), dtype.category() as u8);
        Ok(Outcome::Text(
            DType::ALL.iter().map(line).collect::<Vec<_>>().join("\n"),
        ))
    }),
];
