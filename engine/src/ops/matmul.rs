//! Products of matrices, with PyTorch's rank rules.
//!
//! Refuses to transpose by copying: operands go to the primitive as strided views.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result};
use crate::ops::promote::in_float32;
use crate::ops::{accepted, copy, elementwise as e, movement, reduce};
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::shape;
use crate::storage::Device;
use crate::tensor::Tensor;

/// `[B, M, K] x [B, K, N]`, both of rank 3.
pub fn batched(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    apply(Prim::Matmul, &[a, b], &[])
}

/// `a^T g` for `g` `[B, M, N]` and `a` `[B, M, K]`: the gradient of the second factor. Computed as the
/// transposed view of `g^T a`, so that a weight that was used transposed gets a row-major gradient.
pub fn batched_transposed(g: &Tensor, a: &Tensor) -> Result<Tensor> {
    let product = batched(&movement::transpose(g, 1, 2)?, a)?;
    movement::transpose(&product, 1, 2)
}

fn check_dtypes(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() {
        return Ok(());
    }
    Err(Error::runtime(format!(
        "expected m1 and m2 to have the same dtype, but got: {} != {}",
        cpp_name(a),
        cpp_name(b)
    )))
}

fn check_batch_dtypes(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() {
        return accepted::check("bmm", a);
    }
    Err(Error::runtime(format!(
        "expected scalar type {} but found {}",
        a.dtype().scalar_type_name(),
        b.dtype().scalar_type_name()
    )))
}

/// The checks of `x + a @ b`, whose texts name the parts.
pub fn check_addmm(x: &Tensor, a: &Tensor, b: &Tensor) -> Result<()> {
    let differ = |first: &str, one: &Tensor, two: &Tensor| {
        Err(Error::runtime(format!(
            "{first} and mat2 must have the same dtype, but got {} and {}",
            one.dtype().scalar_type_name(),
            two.dtype().scalar_type_name()
        )))
    };
    if x.dtype() != b.dtype() {
        return differ("self", x, b);
    }
    if a.dtype() != b.dtype() {
        return differ("mat1", a, b);
    }
    Ok(())
}

/// A product's error under the name of the operator that also adds.
pub fn named_addmm(error: Error) -> Error {
    match error {
        Error::Other { kind, message } if message.starts_with("mm: ") => Error::Other {
            kind,
            message: format!("add{message}"),
        },
        other => other,
    }
}

/// The sum of a product and what must broadcast to its shape, with the error of a tensor that cannot be expanded.
pub fn add_expanded(product: &Tensor, x: &Tensor) -> Result<Tensor> {
    e::add(product, x).map_err(|error| {
        let columns = product.view().shape.last().copied().unwrap_or(1);
        let rows = product.num_elements().checked_div(columns).unwrap_or(0);
        let shape = if product.rank() > 2 {
            vec![rows, columns]
        } else {
            product.shape()
        };
        movement::expand(x, &shape).err().unwrap_or(error)
    })
}

/// The element type as PyTorch's matrix errors name it.
pub fn cpp_name(x: &Tensor) -> &'static str {
    use crate::dtype::DType;
    match x.dtype() {
        DType::F32 => "float",
        DType::F64 => "double",
        DType::F16 => "c10::Half",
        DType::BF16 => "c10::BFloat16",
        DType::I64 => "long int",
        DType::I32 => "int",
        DType::I16 => "short int",
        DType::I8 => "signed char",
        DType::U8 => "unsigned char",
        DType::Bool => "bool",
        DType::U16 => "short unsigned int",
        DType::U32 => "unsigned int",
        DType::U64 => "long unsigned int",
    }
}

/// `torch.mm(a, b)`: two matrices.
pub fn mm(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.rank() != 2 {
        return Err(Error::runtime(format!(
            "mm: self must be a matrix, got {}-D tensor",
            a.rank()
        )));
    }
    if b.rank() != 2 {
        return Err(Error::runtime(format!(
            "mm: mat2 must be a matrix, got {}-D tensor",
            b.rank()
        )));
    }
    if a.size(1) != b.size(0) {
        // PyTorch names the operator in this text, and in no other of its products.
        let shapes = Error::MatmulShapes {
            a: [a.size(0), a.size(1)],
            b: [b.size(0), b.size(1)],
        };
        return Err(Error::runtime(format!("mm: {shapes}")));
    }
    check_dtypes(a, b)?;
    let mark = sequence_mark();
    let product = batched(&movement::unsqueeze(a, 0)?, &movement::unsqueeze(b, 0)?)?;
    Ok(rename(movement::squeeze(&product, Some(&[0]))?, mark, "MmBackward0"))
}

/// `torch.bmm(a, b)`: batches of matrices.
pub fn bmm(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.rank() != 3 {
        return Err(Error::runtime("batch1 must be a 3D tensor"));
    }
    if b.rank() != 3 {
        return Err(Error::runtime("batch2 must be a 3D tensor"));
    }
    check_batch_dtypes(a, b)?;
    let (batch, inner) = (a.size(0), a.size(2));
    if b.size(0) != batch || b.size(1) != inner {
        return Err(Error::runtime(format!(
            "Expected size for first two dimensions of batch2 tensor to be: [{batch}, {inner}] but got: [{}, {}].",
            b.size(0),
            b.size(1)
        )));
    }
    let mark = sequence_mark();
    Ok(rename(batched(a, b)?, mark, "BmmBackward0"))
}

/// `torch.matmul(a, b)` for all ranks.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    match (a.rank(), b.rank()) {
        (0, _) | (_, 0) => Err(Error::runtime(format!(
            "both arguments to matmul need to be at least 1D, but they are {}D and {}D",
            a.rank(),
            b.rank()
        ))),
        (1, 1) => dot(a, b),
        (2, 1) => mv(a, b),
        (1, 2) => {
            let mark = sequence_mark();
            let product = mm(&movement::unsqueeze(a, 0)?, b)?;
            Ok(rename(
                movement::squeeze(&product, Some(&[0]))?,
                mark,
                "SqueezeBackward4",
            ))
        }
        (2, 2) => mm(a, b),
        (_, 1) => {
            let product = matmul(a, &movement::unsqueeze(b, 1)?)?;
            movement::squeeze(&product, Some(&[-1]))
        }
        (1, _) => {
            let product = matmul(&movement::unsqueeze(a, 0)?, b)?;
            movement::squeeze(&product, Some(&[-2]))
        }
        (_, 2) => {
            // One product of all rows, as PyTorch folds it.
            let mut shape = a.shape();
            let inner = shape[a.rank() - 1];
            let rows: usize = shape[..a.rank() - 1].iter().product();
            let mark = sequence_mark();
            let product = mm(&movement::reshape_to(a, &[rows, inner])?, b)?;
            shape[a.rank() - 1] = b.size(1);
            Ok(rename(
                movement::reshape_to(&product, &shape)?,
                mark,
                "UnsafeViewBackward0",
            ))
        }
        _ => batched_matmul(a, b),
    }
}

fn batched_matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    check_batch_dtypes(a, b)?;
    let matrix = |x: &Tensor| [x.size(x.rank() - 2), x.size(x.rank() - 1)];
    let ([rows, inner], [b_inner, columns]) = (matrix(a), matrix(b));
    let batch_of = |x: &Tensor| x.shape()[..x.rank() - 2].to_vec();
    let batch = shape::broadcast(&batch_of(a), &batch_of(b))?;
    let count = shape::checked_num_elements(&batch)?;
    if inner != b_inner {
        return Err(Error::runtime(format!(
            "Expected size for first two dimensions of batch2 tensor to be: [{count}, {inner}] but got: [{count}, {b_inner}]."
        )));
    }
    let mark = sequence_mark();
    let lined_up = |x: &Tensor, matrix: [usize; 2]| {
        let expanded = movement::expand(x, &[&batch[..], &matrix].concat())?;
        movement::reshape_to(&expanded, &[count, matrix[0], matrix[1]])
    };
    let product = batched(&lined_up(a, [rows, inner])?, &lined_up(b, [b_inner, columns])?)?;
    let result = movement::reshape_to(&product, &[&batch[..], &[rows, columns]].concat())?;
    Ok(rename(result, mark, "UnsafeViewBackward0"))
}

/// `torch.dot(a, b)`
pub fn dot(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    accepted::check("dot", a)?;
    if a.rank() != 1 || b.rank() != 1 {
        return Err(Error::runtime(format!(
            "1D tensors expected, but got {}D and {}D tensors",
            a.rank(),
            b.rank()
        )));
    }
    if a.dtype() != b.dtype() {
        return Err(Error::runtime(format!(
            "dot : expected both vectors to have same dtype, but found {} and {}",
            a.dtype().scalar_type_name(),
            b.dtype().scalar_type_name()
        )));
    }
    if a.size(0) != b.size(0) {
        return Err(Error::runtime(format!(
            "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of elements, but got {} and {} elements respectively",
            a.size(0),
            b.size(0),
            a.size(0),
            b.size(0)
        )));
    }
    let mark = sequence_mark();
    let sum = reduce::sum(&e::mul(a, b)?, &[], false)?;
    // Narrow integers stay what they are, though a sum of theirs is int64.
    Ok(rename(copy::to_dtype(&sum, a.dtype())?, mark, "DotBackward0"))
}

/// `torch.mv(a, x)`: a matrix and a vector.
pub fn mv(a: &Tensor, x: &Tensor) -> Result<Tensor> {
    if a.rank() != 2 || x.rank() != 1 {
        return Err(Error::runtime(format!(
            "vector + matrix @ vector expected, got 1, {}, {}",
            a.rank(),
            x.rank()
        )));
    }
    if a.size(1) != x.size(0) {
        return Err(Error::runtime(format!(
            "size mismatch, got input ({}), mat ({}x{}), vec ({})",
            a.size(0),
            a.size(0),
            a.size(1),
            x.size(0)
        )));
    }
    if a.dtype() != x.dtype() {
        let [matrix, vector] = [a, x].map(|tensor| tensor.dtype().scalar_type_name());
        return Err(Error::runtime(format!(
            "addmv input tensors must have the same dtype, but got {vector}, {matrix}, and {vector}"
        )));
    }
    accepted::check("mv", a)?;
    let mark = sequence_mark();
    let product = mm(a, &movement::unsqueeze(x, 1)?)?;
    Ok(rename(movement::squeeze(&product, Some(&[1]))?, mark, "MvBackward0"))
}

/// `torch.outer(a, b)`
pub fn outer(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.rank() != 1 || b.rank() != 1 {
        return Err(Error::runtime(format!(
            "outer: Expected 1-D argument self, but got {}-D",
            a.rank()
        )));
    }
    e::mul(&movement::unsqueeze(a, 1)?, b)
}

/// `beta * x + alpha * (a @ b)`
pub fn addmm(x: &Tensor, a: &Tensor, b: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Tensor> {
    check_addmm(x, a, b)?;
    let mark = sequence_mark();
    let sum = on_the_cpu_in_float32(&[a, b, x], |wide| {
        let product = scaled(&mm(&wide[0], &wide[1]).map_err(named_addmm)?, alpha)?;
        add_expanded(&product, &scaled(&wide[2], beta)?)
    })?;
    Ok(rename(sum, mark, "AddmmBackward0"))
}

/// `beta * x + alpha * bmm(a, b)`
pub fn baddbmm(x: &Tensor, a: &Tensor, b: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Tensor> {
    let mark = sequence_mark();
    let sum = on_the_cpu_in_float32(&[a, b, x], |wide| {
        e::add(&scaled(&bmm(&wide[0], &wide[1])?, alpha)?, &scaled(&wide[2], beta)?)
    })?;
    Ok(rename(sum, mark, "BaddbmmBackward0"))
}

/// Products of half types are computed in float32 on the CPU anyway, so what is added there is added before they are rounded.
/// The GPU has kernels that read half types as they are stored.
pub fn on_the_cpu_in_float32(inputs: &[&Tensor], work: impl FnOnce(&[Tensor]) -> Result<Tensor>) -> Result<Tensor> {
    if inputs.iter().all(|input| input.device() == Device::Cpu) {
        return in_float32(inputs, work);
    }
    let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    work(&inputs)
}

fn scaled(x: &Tensor, factor: Scalar) -> Result<Tensor> {
    if factor.as_f64() == 1.0 {
        Ok(x.clone())
    } else {
        e::binary_scalar(crate::prim::Binary::Mul, x, factor)
    }
}
