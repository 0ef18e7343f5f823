//! Output shape and dtype of every primitive, and the checks that make recording safe.
//!
//! Called before a primitive is computed or recorded, so errors are raised at the user's line.
//! Refuses to promote or broadcast: `ops` has already brought the inputs to one dtype and shape.

use crate::dtype::{Category, DType};
use crate::error::{Error, Result};
use crate::prim::{Convolution, OperandClass, Pool, Prim, Reduce, Scan, Window};
use crate::shape::{Shape, checked_num_elements};

/// Shape and dtype of one operand or result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Sizes, outermost first.
    pub shape: Shape,
    /// Element type.
    pub dtype: DType,
}

/// The result's shape and dtype, or why the primitive does not apply to these inputs.
/// `fill` gives shape and dtype of the primitives without inputs (`Full`, `Arange`).
pub fn infer(prim: &Prim, inputs: &[Meta], fill: Option<&Meta>) -> Result<Meta> {
    if inputs.len() != prim.num_inputs() {
        return Err(Error::runtime(format!(
            "{prim:?} takes {} inputs, got {}",
            prim.num_inputs(),
            inputs.len()
        )));
    }
    match prim {
        Prim::Unary(op) => elementwise(op.class(), op.name(), inputs),
        Prim::Binary(op) => elementwise(op.class(), op.name(), inputs),
        Prim::Where => {
            same_shape(prim, inputs)?;
            require(
                inputs[0].dtype == DType::Bool && inputs[1].dtype == inputs[2].dtype,
                prim,
                inputs,
            )?;
            Ok(inputs[1].clone())
        }
        Prim::Cast(dtype) => Ok(Meta {
            shape: inputs[0].shape.clone(),
            dtype: *dtype,
        }),
        Prim::Copy => Ok(inputs[0].clone()),
        Prim::Full | Prim::Arange | Prim::Random(_) => {
            let meta = fill
                .cloned()
                .ok_or_else(|| Error::runtime(format!("{prim:?} needs a shape and dtype")))?;
            checked_num_elements(&meta.shape)?;
            Ok(meta)
        }
        Prim::Reduce { op, dims } => {
            let ascending = dims.windows(2).all(|pair| pair[0] < pair[1]);
            let in_range = dims.last().is_none_or(|&dim| dim < inputs[0].shape.len());
            require(ascending && in_range, prim, inputs)?;
            let mut shape = inputs[0].shape.clone();
            for &dim in dims {
                shape[dim] = 1;
            }
            Ok(Meta {
                shape,
                dtype: reduce_dtype(*op, inputs[0].dtype),
            })
        }
        Prim::ArgReduce { dim, .. } => {
            require(*dim < inputs[0].shape.len(), prim, inputs)?;
            let mut shape = inputs[0].shape.clone();
            shape[*dim] = 1;
            Ok(Meta {
                shape,
                dtype: DType::I64,
            })
        }
        Prim::Matmul => {
            let (a, b) = (&inputs[0], &inputs[1]);
            require(
                a.shape.len() == 3 && b.shape.len() == 3 && a.dtype == b.dtype && a.shape[0] == b.shape[0],
                prim,
                inputs,
            )?;
            if a.shape[2] != b.shape[1] {
                return Err(Error::MatmulShapes {
                    a: [a.shape[1], a.shape[2]],
                    b: [b.shape[1], b.shape[2]],
                });
            }
            let shape = vec![a.shape[0], a.shape[1], b.shape[2]];
            checked_num_elements(&shape)?;
            Ok(Meta { shape, dtype: a.dtype })
        }
        Prim::Softmax | Prim::SafeSoftmax | Prim::LogSoftmax => {
            require(inputs[0].dtype.is_float() && !inputs[0].shape.is_empty(), prim, inputs)?;
            Ok(inputs[0].clone())
        }
        Prim::Gather { dim } => {
            let (x, index) = (&inputs[0], &inputs[1]);
            require(
                index.dtype == DType::I64 && *dim < x.shape.len() && x.shape.len() == index.shape.len(),
                prim,
                inputs,
            )?;
            Ok(Meta {
                shape: index.shape.clone(),
                dtype: x.dtype,
            })
        }
        Prim::ScatterAdd { dim, shape } => {
            let (index, source) = (&inputs[0], &inputs[1]);
            let ranks_agree = *dim < shape.len() && index.shape.len() == shape.len() && source.shape == index.shape;
            require(index.dtype == DType::I64 && ranks_agree, prim, inputs)?;
            checked_num_elements(shape)?;
            Ok(Meta {
                shape: shape.clone(),
                dtype: source.dtype,
            })
        }
        Prim::IndexSelect => {
            let (x, index) = (&inputs[0], &inputs[1]);
            require(
                !x.shape.is_empty() && index.shape.len() == 1 && index.dtype == DType::I64,
                prim,
                inputs,
            )?;
            let mut shape = x.shape.clone();
            shape[0] = index.shape[0];
            checked_num_elements(&shape)?;
            Ok(Meta { shape, dtype: x.dtype })
        }
        Prim::IndexPut { .. } => {
            let (base, index, source) = (&inputs[0], &inputs[1], &inputs[2]);
            let ranks_agree =
                !base.shape.is_empty() && index.shape.len() == 1 && source.shape.len() == base.shape.len();
            require(
                index.dtype == DType::I64 && ranks_agree && base.dtype == source.dtype,
                prim,
                inputs,
            )?;
            require(
                source.shape[0] == index.shape[0] && source.shape[1..] == base.shape[1..],
                prim,
                inputs,
            )?;
            Ok(base.clone())
        }
        Prim::ViewWrite { shape, strides } => {
            let (base, source) = (&inputs[0], &inputs[1]);
            let geometry_agrees = base.shape.len() == 1 && source.shape == *shape && shape.len() == strides.len();
            require(geometry_agrees && base.dtype == source.dtype, prim, inputs)?;
            let span: usize = shape
                .iter()
                .zip(strides)
                .map(|(&size, &stride)| size.saturating_sub(1).saturating_mul(stride))
                .fold(0, usize::saturating_add);
            require(checked_num_elements(shape)? == 0 || span < base.shape[0], prim, inputs)?;
            Ok(base.clone())
        }
        Prim::Convolve { op, window, groups } => convolve(prim, *op, window, *groups, inputs),
        Prim::Pool { op, window } => pool(prim, *op, window, inputs),
        Prim::Scan { op, dim } => {
            let x = &inputs[0];
            let accepted = *op != Scan::LogSumExp || x.dtype.is_float();
            require(*dim < x.shape.len() && accepted, prim, inputs)?;
            let dtype = match op {
                Scan::ArgMax | Scan::ArgMin => DType::I64,
                Scan::Sum | Scan::Prod | Scan::Max | Scan::Min | Scan::LogSumExp => x.dtype,
            };
            Ok(Meta {
                shape: x.shape.clone(),
                dtype,
            })
        }
        Prim::ArgSort { dim, .. } => {
            require(*dim < inputs[0].shape.len(), prim, inputs)?;
            Ok(Meta {
                shape: inputs[0].shape.clone(),
                dtype: DType::I64,
            })
        }
        Prim::Scatter { dim, .. } => {
            let (base, index, source) = (&inputs[0], &inputs[1], &inputs[2]);
            let rank = base.shape.len();
            let fits = index.shape.len() == rank
                && (0..rank).all(|axis| axis == *dim || index.shape[axis] <= base.shape[axis]);
            require(*dim < rank && fits && index.shape == source.shape, prim, inputs)?;
            require(index.dtype == DType::I64 && base.dtype == source.dtype, prim, inputs)?;
            Ok(base.clone())
        }
        Prim::Factor(factor) => {
            let x = &inputs[0];
            require(x.shape.len() == 3 && is_matrix_dtype(x.dtype), prim, inputs)?;
            let (m, n) = (x.shape[1], x.shape[2]);
            require(m == n || !factor.is_square_only(), prim, inputs)?;
            let shape = vec![x.shape[0], factor.packed_len(m, n)];
            checked_num_elements(&shape)?;
            Ok(Meta { shape, dtype: x.dtype })
        }
        Prim::Recurrent(kind) => {
            let dtype = inputs[0].dtype;
            let is_one_dtype = inputs.iter().all(|input| input.dtype == dtype);
            require(is_one_dtype && is_matrix_dtype(dtype), prim, inputs)?;
            let shapes: Vec<&[usize]> = inputs.iter().map(|input| input.shape.as_slice()).collect();
            let sizes = kind.result_sizes(&shapes);
            require(sizes.is_some(), prim, inputs)?;
            let shape = sizes.map(Vec::from).unwrap_or_default();
            checked_num_elements(&shape)?;
            Ok(Meta { shape, dtype })
        }
        Prim::Attention(_) => Err(Error::runtime("attention is recorded as products and a softmax")),
        Prim::SolveTriangular { .. } => {
            let (a, b) = (&inputs[0], &inputs[1]);
            require(a.shape.len() == 3 && b.shape.len() == 3, prim, inputs)?;
            let fits = a.shape[1] == a.shape[2] && a.shape[..2] == b.shape[..2];
            require(fits && a.dtype == b.dtype && is_matrix_dtype(a.dtype), prim, inputs)?;
            Ok(b.clone())
        }
    }
}

/// Shapes are listed at [`Convolution`].
fn convolve(prim: &Prim, op: Convolution, window: &Window, groups: usize, inputs: &[Meta]) -> Result<Meta> {
    let (a, b) = (&inputs[0], &inputs[1]);
    let rank = window.rank() + 2;
    let ranks_agree = a.shape.len() == rank && b.shape.len() == rank && window.is_well_formed();
    require(ranks_agree && a.dtype == b.dtype && groups > 0, prim, inputs)?;
    let spatial = |shape: &Shape, sizes: &[usize]| shape[2..] == *sizes;
    let (fits, shape) = match op {
        Convolution::Forward => (
            spatial(&a.shape, &window.input)
                && spatial(&b.shape, &window.kernel)
                && Some(a.shape[1]) == b.shape[1].checked_mul(groups)
                && b.shape[0].is_multiple_of(groups),
            [&[a.shape[0], b.shape[0]], window.output.as_slice()].concat(),
        ),
        Convolution::InputGradient => (
            spatial(&a.shape, &window.output)
                && spatial(&b.shape, &window.kernel)
                && a.shape[1] == b.shape[0]
                && b.shape[0].is_multiple_of(groups),
            [
                &[a.shape[0], b.shape[1].saturating_mul(groups)],
                window.input.as_slice(),
            ]
            .concat(),
        ),
        Convolution::WeightGradient => (
            spatial(&a.shape, &window.input)
                && spatial(&b.shape, &window.output)
                && a.shape[0] == b.shape[0]
                && a.shape[1].is_multiple_of(groups)
                && b.shape[1].is_multiple_of(groups),
            [&[b.shape[1], a.shape[1] / groups], window.kernel.as_slice()].concat(),
        ),
    };
    require(fits, prim, inputs)?;
    checked_num_elements(&shape)?;
    Ok(Meta { shape, dtype: a.dtype })
}

/// Shapes are listed at [`Pool`].
fn pool(prim: &Prim, op: Pool, window: &Window, inputs: &[Meta]) -> Result<Meta> {
    let first = &inputs[0];
    require(
        first.shape.len() == window.rank() + 1 && window.is_well_formed(),
        prim,
        inputs,
    )?;
    let (reads, gives) = match op {
        Pool::ArgMax | Pool::Sum => (&window.input, &window.output),
        Pool::Spread | Pool::Scatter => (&window.output, &window.input),
    };
    let dtype = match op {
        Pool::ArgMax => DType::I64,
        Pool::Sum | Pool::Spread => first.dtype,
        Pool::Scatter => {
            require(
                first.dtype == DType::I64 && inputs[1].shape == first.shape,
                prim,
                inputs,
            )?;
            inputs[1].dtype
        }
    };
    require(first.shape[1..] == **reads, prim, inputs)?;
    let shape = [&first.shape[..1], gives.as_slice()].concat();
    checked_num_elements(&shape)?;
    Ok(Meta { shape, dtype })
}

/// The dtypes of dense linear algebra.
fn is_matrix_dtype(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64)
}

fn reduce_dtype(op: Reduce, dtype: DType) -> DType {
    match op {
        Reduce::Sum | Reduce::Prod if !dtype.is_float() => DType::I64,
        Reduce::Sum | Reduce::Prod | Reduce::Max | Reduce::Min => dtype,
        Reduce::Any | Reduce::All => DType::Bool,
    }
}

fn elementwise(class: OperandClass, name: &'static str, inputs: &[Meta]) -> Result<Meta> {
    let first = &inputs[0];
    if inputs
        .iter()
        .any(|input| input.shape != first.shape || input.dtype != first.dtype)
    {
        return Err(Error::runtime(format!(
            "{name}: operands were not brought to one shape and dtype: {inputs:?}"
        )));
    }
    Ok(Meta {
        shape: first.shape.clone(),
        dtype: elementwise_dtype(class, name, first.dtype)?,
    })
}

/// The dtype that a row of the elementwise tables makes of operands of one dtype.
pub fn elementwise_dtype(class: OperandClass, name: &'static str, dtype: DType) -> Result<DType> {
    let category = dtype.category();
    let accepted = match class {
        OperandClass::Float => category == Category::Float,
        OperandClass::Bits => category != Category::Float,
        OperandClass::Number | OperandClass::Test => true,
    };
    if !accepted {
        return Err(Error::UnsupportedDType {
            op: name,
            dtype,
            device: "any",
        });
    }
    Ok(if class == OperandClass::Test {
        DType::Bool
    } else {
        dtype
    })
}

fn same_shape(prim: &Prim, inputs: &[Meta]) -> Result<()> {
    require(inputs.iter().all(|input| input.shape == inputs[0].shape), prim, inputs)
}

fn require(condition: bool, prim: &Prim, inputs: &[Meta]) -> Result<()> {
    if condition {
        Ok(())
    } else {
        Err(Error::runtime(format!("{prim:?} does not apply to {inputs:?}")))
    }
}
