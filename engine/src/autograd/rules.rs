//! The backward rule of every node: gradients of the inputs from those of the outputs.
//!
//! Matched without a wildcard over the primitives, so the compiler asks for the rule of a new one.
//! Rules are written with `ops` and run on the tensors' own device. Refuses to save: a rule names what
//! it needs in [`saved_by`]. Read next: `rules_elementwise`, `rules_view`.

use super::node::{Node, Rule, Source};
use super::{rules_elementwise, rules_linalg, rules_scan, rules_view, rules_window};
use crate::error::{Error, Result};
use crate::ops::{copy, creation, elementwise as e, index, matmul, movement, recurrent_layer, reduce};
use crate::prim::{Binary, Factor, Pool, Prim, Reduce, Scan, Scatter, Unary};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::view::View;

/// False if the primitive's output never needs a gradient.
pub fn is_differentiable(prim: &Prim) -> bool {
    match prim {
        Prim::Unary(op) => rules_elementwise::unary_is_differentiable(*op),
        Prim::Binary(op) => rules_elementwise::binary_is_differentiable(*op),
        Prim::Full | Prim::Arange | Prim::ArgReduce { .. } | Prim::ArgSort { .. } | Prim::Random(_) => false,
        Prim::Attention(_) | Prim::Recurrent(_) => false,
        Prim::Pool { op, .. } => *op != Pool::ArgMax,
        Prim::Scan { op, .. } => !matches!(op, Scan::ArgMax | Scan::ArgMin),
        Prim::Reduce { op, .. } => !matches!(op, Reduce::Any | Reduce::All),
        Prim::Factor(factor) => *factor != Factor::Householder,
        Prim::Where
        | Prim::Cast(_)
        | Prim::Copy
        | Prim::Matmul
        | Prim::Softmax
        | Prim::SafeSoftmax
        | Prim::LogSoftmax
        | Prim::Gather { .. }
        | Prim::ScatterAdd { .. }
        | Prim::IndexSelect
        | Prim::IndexPut { .. }
        | Prim::ViewWrite { .. }
        | Prim::Convolve { .. }
        | Prim::Scatter { .. }
        | Prim::SolveTriangular { .. } => true,
    }
}

/// What the rule will read: a mark an input, then one for the output. `needs` marks the inputs that get a gradient.
pub fn saved_by(prim: &Prim, needs: &[bool]) -> Vec<bool> {
    match prim {
        Prim::Unary(op) => rules_elementwise::unary_saves(*op).to_vec(),
        Prim::Binary(op) => rules_elementwise::binary_saves(*op, needs).to_vec(),
        Prim::Where => vec![true, false, false, false],
        Prim::Cast(_) | Prim::Copy | Prim::ViewWrite { .. } => vec![false; prim.num_inputs() + 1],
        Prim::Full | Prim::Arange | Prim::ArgReduce { .. } | Prim::ArgSort { .. } | Prim::Random(_) => {
            vec![false; prim.num_inputs() + 1]
        }
        Prim::Reduce { op, .. } => match op {
            Reduce::Sum | Reduce::Any | Reduce::All => vec![false, false],
            Reduce::Prod => vec![true, false],
            Reduce::Max | Reduce::Min => vec![true, true],
        },
        Prim::Matmul => vec![needs[1], needs[0], false],
        Prim::Softmax | Prim::SafeSoftmax | Prim::LogSoftmax => vec![false, true],
        Prim::Gather { .. } | Prim::IndexSelect => vec![false, true, false],
        Prim::ScatterAdd { .. } => vec![true, false, false],
        Prim::IndexPut { .. } => vec![false, true, false, false],
        Prim::Convolve { .. } => vec![needs[1], needs[0], false],
        Prim::Pool { op, .. } => match op {
            Pool::ArgMax | Pool::Sum | Pool::Spread => vec![false, false],
            Pool::Scatter => vec![true, false, false],
        },
        Prim::Scan { op, .. } => rules_scan::scan_saves(*op),
        Prim::Scatter { op, .. } => rules_scan::scatter_saves(*op),
        Prim::Factor(factor) => vec![*factor == Factor::PseudoInverse, true],
        Prim::SolveTriangular { .. } => vec![true, false, needs[0]],
        // Never recorded; `Rule::Recurrent` stands for a whole layer.
        Prim::Attention(_) | Prim::Recurrent(_) => Vec::new(),
    }
}

/// The name of a rule's node, as PyTorch would print it.
pub fn name(rule: &Rule) -> String {
    match rule {
        Rule::Prim { prim, .. } => format!("{}Backward0", prim_name(prim)),
        Rule::Movement(movement) => format!("{}Backward0", movement.name()),
        Rule::Strided { .. } => "AsStridedBackward0".into(),
        Rule::CopySlices { .. } => "CopySlices".into(),
        Rule::Identity => "AliasBackward0".into(),
        Rule::Zeros => "ZerosBackward0".into(),
        Rule::ToDevice => "ToCopyBackward0".into(),
        Rule::Join { .. } => "CatBackward0".into(),
        Rule::Parts { .. } => "SplitBackward0".into(),
        Rule::Recurrent(_) => "RecurrentBackward0".into(),
        Rule::Callback { name, .. } => name.clone(),
    }
}

fn prim_name(prim: &Prim) -> String {
    let name = match prim {
        // Some go by another function's name, or by a digit that begins a word.
        Prim::Unary(Unary::Square) => "pow",
        Prim::Unary(Unary::Log1p) => "log1_p",
        Prim::Unary(Unary::Mantissa) => "frexp",
        Prim::Unary(Unary::LogSigmoid) => "log_sigmoid",
        Prim::Unary(op) => op.name(),
        Prim::Binary(Binary::Xlog1py) => "special_xlog1_py",
        Prim::Binary(op) => op.name(),
        Prim::Where => "where",
        Prim::Cast(_) => "to_copy",
        Prim::Copy => "clone",
        Prim::Full => "full",
        Prim::Arange => "arange",
        Prim::Reduce { op, .. } => match op {
            Reduce::Sum => "sum",
            Reduce::Prod => "prod",
            Reduce::Max => "amax",
            Reduce::Min => "amin",
            Reduce::Any => "any",
            Reduce::All => "all",
        },
        Prim::ArgReduce { .. } => "argmax",
        Prim::Matmul => "bmm",
        Prim::Softmax => "softmax",
        Prim::SafeSoftmax => "safe_softmax",
        Prim::LogSoftmax => "log_softmax",
        Prim::Gather { .. } => "gather",
        Prim::ScatterAdd { .. } => "scatter_add",
        Prim::IndexSelect => "index",
        Prim::IndexPut { .. } => "index_put",
        Prim::ViewWrite { .. } => "slice_scatter",
        Prim::Convolve { .. } => "convolution",
        Prim::Pool { .. } => "pool",
        Prim::Scan { op, .. } => match op {
            Scan::Sum => "cumsum",
            Scan::Prod => "cumprod",
            Scan::Max | Scan::ArgMax => "cummax",
            Scan::Min | Scan::ArgMin => "cummin",
            Scan::LogSumExp => "logcumsumexp",
        },
        Prim::ArgSort { .. } => "argsort",
        Prim::Scatter { op, .. } => match op {
            Scatter::Replace => "scatter",
            Scatter::Add => "scatter_add",
            Scatter::Prod | Scatter::Max | Scatter::Min => "scatter_reduce",
        },
        Prim::Random(_) => "random",
        Prim::Factor(factor) => match factor {
            Factor::Lu => "linalg_lu_factor_ex",
            Factor::Cholesky => "linalg_cholesky_ex",
            Factor::Qr { .. } => "linalg_qr",
            Factor::Householder => "geqrf",
            Factor::Eigen => "linalg_eigh",
            Factor::Svd { .. } => "linalg_svd",
            Factor::PseudoInverse => "linalg_pinv",
        },
        Prim::SolveTriangular { .. } => "linalg_solve_triangular",
        Prim::Attention(_) => "scaled_dot_product_attention",
        Prim::Recurrent(_) => "recurrent",
    };
    camel_case(name)
}

/// `log_softmax` as `LogSoftmax`.
fn camel_case(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut letters = part.chars();
        result.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        result.push_str(letters.as_str());
    }
    result
}

/// Applies a node's rule. `saved` has a slot an input and one for the output, or is empty.
pub fn input_gradients(
    node: &Node,
    gradients: &[Option<Tensor>],
    saved: &[Option<Tensor>],
) -> Result<Vec<Option<Tensor>>> {
    if let Rule::Parts { dim } = node.rule {
        return Ok(vec![rules_view::parts(node, gradients, dim)?]);
    }
    if let Rule::Recurrent(kind) = node.rule {
        let needs: Vec<bool> = node.edges.iter().map(Option::is_some).collect();
        return recurrent_layer::input_gradients(kind, saved, gradients, &needs);
    }
    let Some(g) = gradients.first().and_then(Option::as_ref) else {
        return Ok(vec![None; node.edges.len()]);
    };
    let needs: Vec<bool> = node.edges.iter().map(Option::is_some).collect();
    let results = match &node.rule {
        Rule::Prim { prim, .. } => prim_rule(
            prim,
            g,
            &Context {
                node,
                saved,
                needs: &needs,
            },
        ),
        Rule::Movement(movement) => Ok(vec![Some(rules_view::movement(movement, g, &node.inputs[0].shape)?)]),
        Rule::Strided { input, output } => Ok(vec![Some(rules_view::strided(g, input, output)?)]),
        Rule::CopySlices { base, region } => rules_view::copy_slices(g, base, region, &needs),
        Rule::Identity => Ok(vec![Some(g.clone())]),
        Rule::Zeros => node
            .inputs
            .iter()
            .zip(&needs)
            .map(|(input, &needed)| {
                needed
                    .then(|| creation::zeros(&input.shape, input.dtype, input.device))
                    .transpose()
            })
            .collect(),
        Rule::ToDevice => Ok(vec![Some(copy::to_device(g, node.inputs[0].device)?)]),
        Rule::Join { dim } => rules_view::join(node, g, *dim),
        Rule::Parts { .. } | Rule::Recurrent(_) | Rule::Callback { .. } => {
            Err(Error::runtime("this node has no rule of one gradient"))
        }
    }?;
    results
        .into_iter()
        .zip(&node.inputs)
        .map(|(result, input)| result.map(|result| fit(&result, input)).transpose())
        .collect()
}

/// Undoes what broadcasting and promotion did to an input.
fn fit(gradient: &Tensor, input: &Source) -> Result<Tensor> {
    let gradient = if gradient.shape() == input.shape {
        gradient.clone()
    } else {
        reduce::sum_to(gradient, &input.shape)?
    };
    copy::to_dtype(&gradient, input.dtype)
}

struct Context<'a> {
    node: &'a Node,
    saved: &'a [Option<Tensor>],
    needs: &'a [bool],
}

impl Context<'_> {
    fn saved(&self, slot: usize) -> Result<&Tensor> {
        self.saved
            .get(slot)
            .and_then(Option::as_ref)
            .ok_or_else(|| Error::runtime(format!("{:?} did not save slot {slot}", self.node)))
    }

    fn shape(&self, input: usize) -> &Shape {
        &self.node.inputs[input].shape
    }

    fn wanted(&self, input: usize, gradient: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
        if self.needs[input] {
            gradient().map(Some)
        } else {
            Ok(None)
        }
    }
}

fn prim_rule(prim: &Prim, g: &Tensor, context: &Context<'_>) -> Result<Vec<Option<Tensor>>> {
    match prim {
        Prim::Unary(op) => unary(*op, g, context),
        Prim::Binary(op) => binary(*op, g, context),
        Prim::Where => {
            let condition = context.saved(0)?;
            Ok(vec![
                None,
                context.wanted(1, || e::where_mask(condition, g))?,
                context.wanted(2, || e::where_mask(&e::logical_not(condition)?, g))?,
            ])
        }
        Prim::Cast(_) | Prim::Copy => Ok(vec![Some(g.clone())]),
        Prim::Full | Prim::Arange | Prim::Random(_) => Ok(Vec::new()),
        Prim::ArgReduce { .. } | Prim::ArgSort { .. } => Ok(vec![None]),
        Prim::Reduce { op, dims } => Ok(vec![Some(reduction(*op, dims, g, context)?)]),
        Prim::Matmul => matmul_rule(g, context),
        Prim::Softmax | Prim::SafeSoftmax => {
            let out = context.saved(1)?;
            let weighted = e::mul(g, out)?;
            let total = reduce::sum(&weighted, &[-1], true)?;
            Ok(vec![Some(e::sub(&weighted, &e::mul(out, &total)?)?)])
        }
        Prim::LogSoftmax => {
            let out = context.saved(1)?;
            let total = reduce::sum(g, &[-1], true)?;
            Ok(vec![Some(e::sub(g, &e::mul(&e::exp(out)?, &total)?)?)])
        }
        Prim::Gather { dim } => Ok(vec![
            Some(index::scatter_add_zeros(*dim, context.saved(1)?, g, context.shape(0))?),
            None,
        ]),
        Prim::ScatterAdd { dim, .. } => Ok(vec![None, Some(index::gather_unchecked(g, *dim, context.saved(0)?)?)]),
        Prim::IndexSelect => {
            let zeros = creation::zeros(context.shape(0), g.dtype(), g.device())?;
            Ok(vec![Some(index::put_rows(&zeros, context.saved(1)?, g, true)?), None])
        }
        Prim::IndexPut { accumulate } => {
            let rows = context.saved(1)?;
            let base = context.wanted(0, || {
                if *accumulate {
                    return Ok(g.clone());
                }
                let zeros = creation::zeros(context.shape(2), g.dtype(), g.device())?;
                index::put_rows(g, rows, &zeros, false)
            })?;
            Ok(vec![base, None, context.wanted(2, || index::select_rows(g, rows))?])
        }
        Prim::ViewWrite { shape, strides } => view_write(g, shape, strides, context),
        Prim::Convolve { op, window, groups } => {
            let a = context.wanted(0, || {
                rules_window::convolve_first(*op, window, *groups, g, context.saved(1)?)
            })?;
            let b = context.wanted(1, || {
                rules_window::convolve_second(*op, window, *groups, g, context.saved(0)?)
            })?;
            Ok(vec![a, b])
        }
        Prim::Pool { op, window } => match op {
            Pool::ArgMax => Ok(vec![None]),
            Pool::Sum | Pool::Spread => Ok(vec![Some(rules_window::pool(*op, window, g)?)]),
            Pool::Scatter => Ok(vec![None, Some(rules_window::pool_scatter(context.saved(0)?, g)?)]),
        },
        Prim::Scan { op, dim } => {
            // What the rule does not read was not saved; the gradient stands in for it.
            let (x, out) = (context.saved(0).unwrap_or(g), context.saved(1).unwrap_or(g));
            Ok(vec![Some(rules_scan::scan(*op, *dim, g, x, out)?)])
        }
        Prim::Scatter { op, dim } => {
            let index = context.saved(1)?;
            let [base, source, out] = [0, 2, 3].map(|slot| context.saved(slot).unwrap_or(g));
            let [base, source] = rules_scan::scatter(*op, *dim, g, [base, index, source, out])?;
            Ok(vec![Some(base), None, Some(source)])
        }
        Prim::Factor(factor) => {
            let x = context.saved(0).unwrap_or(g);
            let matrix = [context.shape(0)[1], context.shape(0)[2]];
            Ok(vec![Some(rules_linalg::factor(
                *factor,
                g,
                x,
                context.saved(1)?,
                matrix,
            )?)])
        }
        Prim::Attention(_) | Prim::Recurrent(_) => Ok(vec![None; context.node.edges.len()]),
        Prim::SolveTriangular { upper, unit } => {
            let a = context.saved(0)?;
            // Only the gradient of A reads the result.
            let x = context.saved(2).unwrap_or(g);
            let b = rules_linalg::solve_triangular_b(*upper, *unit, g, a)?;
            let a = context.wanted(0, || rules_linalg::solve_triangular_a(*upper, *unit, &b, x))?;
            Ok(vec![a, Some(b)])
        }
    }
}

fn unary(op: Unary, g: &Tensor, context: &Context<'_>) -> Result<Vec<Option<Tensor>>> {
    // What the row does not mention was not saved; the gradient stands in for it.
    let x = context.saved(0).unwrap_or(g);
    let out = context.saved(1).unwrap_or(g);
    Ok(vec![Some(rules_elementwise::unary(op, g, x, out)?)])
}

fn binary(op: Binary, g: &Tensor, context: &Context<'_>) -> Result<Vec<Option<Tensor>>> {
    let x = context.saved(0).unwrap_or(g);
    let y = context.saved(1).unwrap_or(g);
    let out = context.saved(2).unwrap_or(g);
    Ok(rules_elementwise::binary(op, g, x, y, out, [context.needs[0], context.needs[1]])?.into())
}

fn reduction(op: Reduce, dims: &[usize], g: &Tensor, context: &Context<'_>) -> Result<Tensor> {
    let shape = context.shape(0);
    match op {
        Reduce::Sum => movement::expand(g, shape),
        Reduce::Prod => reduce::prod_gradient(g, context.saved(0)?, dims),
        Reduce::Max | Reduce::Min => {
            // Equal extremes share the gradient, as PyTorch's amax does.
            let (x, out) = (context.saved(0)?, context.saved(1)?);
            let mask = e::eq(x, out)?;
            let signed: Vec<i64> = dims.iter().map(|&dim| dim as i64).collect();
            let count = reduce::sum(&copy::to_dtype(&mask, g.dtype())?, &signed, true)?;
            e::where_mask(&mask, &movement::expand(&e::div(g, &count)?, shape)?)
        }
        Reduce::Any | Reduce::All => Err(Error::runtime("any and all have no gradient")),
    }
}

fn matmul_rule(g: &Tensor, context: &Context<'_>) -> Result<Vec<Option<Tensor>>> {
    let a_gradient = context.wanted(0, || {
        let b = context.saved(1)?;
        matmul::batched(g, &movement::transpose(b, 1, 2)?)
    })?;
    let b_gradient = context.wanted(1, || {
        let a = context.saved(0)?;
        // A weight is used transposed; computing the transpose of its gradient gives that a plain layout.
        matmul::batched_transposed(g, a)
    })?;
    Ok(vec![a_gradient, b_gradient])
}

fn view_write(g: &Tensor, shape: &[usize], strides: &[usize], context: &Context<'_>) -> Result<Vec<Option<Tensor>>> {
    let offset = match &context.node.rule {
        Rule::Prim { params, .. } => params.first().map_or(0, |param| param.as_i64()) as usize,
        _ => 0,
    };
    let region = View {
        shape: shape.to_vec(),
        strides: strides.to_vec(),
        offset,
    };
    let base = View::contiguous(context.shape(0));
    rules_view::copy_slices(g, &base, &region, context.needs)
}
