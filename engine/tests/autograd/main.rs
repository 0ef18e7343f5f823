//! Gradients against finite differences in float64, to the second order, and the rules about leaves,
//! saved tensors and in-place writes.
#![cfg(feature = "recorder")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod differences;
mod lines;

use carrel_engine::autograd::{self, Options};
use carrel_engine::context;
use carrel_engine::error::Result;
use carrel_engine::ops::loss::{self, ClassLoss, Reduction};
use carrel_engine::ops::{
    advanced_index, attention, copy, elementwise as e, index, matmul, movement, nn, reduce, scatter, softmax, sort,
    split, statistics,
};
use carrel_engine::prim::{ArgReduce, Binary, Reduce, Unary};
use carrel_engine::scalar::Scalar;
use carrel_engine::tensor::Tensor;

use crate::differences::{Function, check, check_first, ints, leaf, positive, sample, tensor, values};

#[test]
fn elementwise_rules() {
    let x = positive(&[2, 3], 1);
    for &op in Unary::ALL {
        use Unary::{
            Acos, Acosh, Asin, Atanh, BitwiseNot, Ceil, ErfInv, Exponent, Floor, IsInf, IsNan, LogicalNot, Ndtri,
            Round, Sign, SignBit, Trunc,
        };
        let has_steps = matches!(
            op,
            BitwiseNot | Ceil | Exponent | Floor | IsInf | IsNan | LogicalNot | Round | Sign | SignBit | Trunc
        );
        let has_no_gradient = || !autograd::requires_grad(&e::unary(op, &leaf(&x)).unwrap());
        if has_steps || has_no_gradient() {
            continue;
        }
        let x = match op {
            // From 0 to 1, and from 1 on.
            Asin | Acos | Atanh | ErfInv | Ndtri => e::mul_scalar(&x, 0.7).unwrap(),
            Acosh => e::add_scalar(&x, 1.0).unwrap(),
            _ => x.clone(),
        };
        check(op.name(), &|x| e::unary(op, &x[0]), std::slice::from_ref(&x));
    }
    let (row, column) = (positive(&[3], 2), positive(&[2, 1], 3));
    for op in [
        Binary::Add,
        Binary::Sub,
        Binary::Mul,
        Binary::Div,
        Binary::Pow,
        Binary::Maximum,
        Binary::Minimum,
        Binary::Atan2,
        Binary::Copysign,
        Binary::Fmax,
        Binary::Fmin,
        Binary::Hypot,
    ] {
        check(
            op.name(),
            &|x| e::binary(op, &x[0], &x[1]),
            &[column.clone(), row.clone()],
        );
    }
    for op in [Binary::Remainder, Binary::Fmod] {
        check_first(
            op.name(),
            &|x| e::binary(op, &x[0], &x[1]),
            &[tensor(&[3.7, 5.2], &[2]), tensor(&[1.3, 0.9], &[2])],
        );
    }
    let parameter = tensor(&[1.5, 2.0, 4.0], &[3]);
    for op in [Binary::Igamma, Binary::Igammac, Binary::Zeta] {
        check(op.name(), &|x| e::binary(op, &parameter, &x[0]), &[positive(&[3], 1)]);
    }
    let mask = e::gt_scalar(&sample(&[2, 3], 5), 0.0).unwrap();
    check(
        "where",
        &|x| e::where_(&mask, &x[0], &x[1]),
        &[sample(&[2, 3], 1), sample(&[3], 2)],
    );
    check(
        "clamp",
        &|x| e::clamp(&x[0], Some(Scalar::Float(-0.31)), Some(Scalar::Float(0.43))),
        &[sample(&[7], 1)],
    );
    for exponent in [2.0, 3.0, 0.5, -1.0, -0.5, 1.7] {
        check(
            "power",
            &|x| e::pow_scalar(&x[0], Scalar::Float(exponent)),
            &[positive(&[4], 2)],
        );
    }
}

#[test]
fn movement_rules() {
    let x = sample(&[2, 3, 4], 1);
    let cases: [(&str, Function<'_>); 12] = [
        ("reshape", &|x| movement::reshape(&x[0], &[4, -1])),
        ("permute", &|x| movement::permute(&x[0], &[2, 0, 1])),
        ("reshape of a transposed", &|x| {
            movement::reshape(&movement::transpose(&x[0], 0, 2)?, &[-1])
        }),
        ("slice", &|x| movement::slice(&x[0], 2, Some(1), None, 2)),
        ("select", &|x| movement::select(&x[0], 1, -1)),
        ("expand", &|x| {
            movement::expand(&movement::select(&x[0], 0, 0)?, &[5, 3, 4])
        }),
        ("diagonal", &|x| movement::diagonal(&x[0], 1, 1, 2)),
        ("repeat", &|x| movement::repeat(&x[0], &[2, 1, 3, 1])),
        ("flip", &|x| index::flip(&x[0], &[0, 2])),
        ("cat", &|x| split::cat(&[x[0].clone(), x[0].clone()], 1)),
        ("stack", &|x| split::stack(&[x[0].clone(), e::square(&x[0])?], -1)),
        ("as_strided", &|x| movement::as_strided(&x[0], &[3, 2], &[2, 7], 1)),
    ];
    for (name, f) in cases {
        check(name, f, std::slice::from_ref(&x));
    }
}

#[test]
fn reduction_rules() {
    let x = sample(&[2, 3, 2], 1);
    let cases: [(&str, Function<'_>); 16] = [
        ("sum", &|x| reduce::sum(&x[0], &[1, -1], false)),
        ("mean", &|x| reduce::mean(&x[0], &[0], true)),
        ("prod", &|x| reduce::prod(&x[0], &[1], false)),
        ("amax", &|x| reduce::extreme(Reduce::Max, &x[0], &[0, 2], false)),
        ("max of all", &|x| reduce::extreme_of_all(Reduce::Max, &x[0])),
        ("min with index", &|x| {
            Ok(reduce::extreme_with_index(ArgReduce::Min, &x[0], 1, false)?[0].clone())
        }),
        ("var", &|x| statistics::var(&x[0], &[1], 1.0, false)),
        ("std", &|x| statistics::std(&x[0], &[0, 1], 0.0, true)),
        ("norm 2", &|x| statistics::norm(&x[0], 2.0, &[1], false)),
        ("norm 3", &|x| statistics::norm(&x[0], 3.0, &[], false)),
        ("logsumexp", &|x| statistics::logsumexp(&x[0], &[1], false)),
        ("sort", &|x| Ok(sort::sort(&x[0], 1, true)?[0].clone())),
        ("topk", &|x| Ok(sort::topk(&x[0], 2, 1, true, true)?[0].clone())),
        ("kthvalue", &|x| Ok(sort::kthvalue(&x[0], 2, 1)?[0].clone())),
        ("median", &|x| Ok(sort::median(&x[0], 1, false)?[0].clone())),
        ("nanmedian", &|x| Ok(sort::median(&x[0], 0, true)?[0].clone())),
    ];
    for (name, f) in cases {
        check(name, f, std::slice::from_ref(&x));
    }
    check_first(
        "prod with a zero",
        &|x| reduce::prod(&x[0], &[], false),
        &[tensor(&[0.5, 0.0, 2.0], &[3])],
    );
}

#[test]
fn matrix_and_network_rules() {
    let (a, b) = (sample(&[3, 4], 1), sample(&[4, 2], 2));
    check("mm", &|x| matmul::matmul(&x[0], &x[1]), &[a.clone(), b.clone()]);
    check("mv", &|x| matmul::matmul(&x[0], &x[1]), &[a.clone(), sample(&[4], 3)]);
    check(
        "vector times batch",
        &|x| matmul::matmul(&x[0], &x[1]),
        &[sample(&[3], 3), sample(&[2, 3, 2], 4)],
    );
    check(
        "batched",
        &|x| matmul::matmul(&x[0], &x[1]),
        &[sample(&[2, 1, 3, 2], 3), sample(&[3, 2, 2], 4)],
    );
    check(
        "linear",
        &|x| nn::linear(&x[0], &x[1], Some(&x[2])),
        &[sample(&[2, 2, 3], 1), sample(&[4, 3], 2), sample(&[4], 3)],
    );
    check("softmax", &|x| softmax::softmax(&x[0], 0), &[sample(&[3, 2], 1)]);
    check(
        "log_softmax",
        &|x| softmax::log_softmax(&x[0], -1),
        &[sample(&[3, 2], 1)],
    );
    check("gelu", &|x| nn::gelu(&x[0], false), &[sample(&[5], 1)]);
    check("gelu by tanh", &|x| nn::gelu(&x[0], true), &[sample(&[5], 1)]);
    check("softplus", &|x| nn::softplus(&x[0], 1.0, 20.0), &[sample(&[5], 1)]);
    let layer_norm: Function<'_> = &|x| nn::layer_norm(&x[0], &[3], Some(&x[1]), Some(&x[2]), 1e-5);
    check(
        "layer_norm",
        layer_norm,
        &[sample(&[2, 3], 1), sample(&[3], 2), sample(&[3], 3)],
    );
    let settings = attention::Attention {
        dropout: 0.0,
        is_causal: true,
        scale: None,
    };
    let attend: Function<'_> = &|x| attention::scaled_dot_product(&x[0], &x[1], &x[2], None, settings);
    check(
        "attention",
        attend,
        &[sample(&[1, 3, 2], 1), sample(&[1, 3, 2], 2), sample(&[1, 3, 2], 3)],
    );
}

#[test]
fn loss_rules() {
    let (x, target) = (sample(&[4, 3], 1), ints(&[2, 0, -100, 1], &[4]));
    for reduction in [Reduction::None, Reduction::Mean, Reduction::Sum] {
        for (weight, label_smoothing) in [(None, 0.0), (Some(positive(&[3], 2)), 0.1)] {
            let settings = ClassLoss {
                weight,
                ignore_index: -100,
                reduction,
                label_smoothing,
            };
            check(
                "cross_entropy",
                &|x| loss::cross_entropy(&x[0], &target, &settings),
                std::slice::from_ref(&x),
            );
        }
        check(
            "mse",
            &|x| loss::mse_loss(&x[0], &x[1], reduction),
            &[x.clone(), sample(&[4, 3], 2)],
        );
        let truth = positive(&[4, 3], 3);
        check(
            "bce_with_logits",
            &|x| loss::bce_with_logits(&x[0], &truth, None, None, reduction),
            std::slice::from_ref(&x),
        );
        check(
            "smooth_l1",
            &|x| loss::smooth_l1_loss(&x[0], &truth, 0.7, reduction),
            std::slice::from_ref(&x),
        );
    }
}

#[test]
fn index_rules() {
    let x = sample(&[3, 4], 1);
    let (rows, columns) = (ints(&[2, 0, 2], &[3]), ints(&[1, -1, 1], &[3]));
    check(
        "index_select",
        &|x| index::index_select(&x[0], 1, &rows),
        std::slice::from_ref(&x),
    );
    check(
        "embedding",
        &|x| index::embedding(&x[0], &ints(&[0, 2, 2, 1], &[2, 2])),
        std::slice::from_ref(&x),
    );
    check(
        "gather",
        &|x| index::gather(&x[0], 1, &ints(&[3, 3, 0, 1], &[2, 2])),
        std::slice::from_ref(&x),
    );
    check(
        "scatter",
        &|x| scatter::scatter(&x[0], 1, &ints(&[3, 1, 0, 1], &[2, 2]), &x[1]),
        &[x.clone(), sample(&[2, 2], 4)],
    );
    check(
        "scatter_add",
        &|x| scatter::scatter_add(&x[0], 0, &ints(&[1, 1, 0, 1], &[2, 2]), &x[1]),
        &[x.clone(), sample(&[2, 3], 4)],
    );
    check(
        "index_add",
        &|x| index::index_add(&x[0], 1, &rows, &x[1]),
        &[x.clone(), sample(&[3, 3], 4)],
    );
    let both = [Some(rows.clone()), Some(columns.clone())];
    check(
        "index",
        &|x| advanced_index::index(&x[0], &both),
        std::slice::from_ref(&x),
    );
    check(
        "index in the back",
        &|x| advanced_index::index(&x[0], &[None, Some(columns.clone())]),
        std::slice::from_ref(&x),
    );
    for accumulate in [false, true] {
        let places = [Some(ints(&[2, 0, 1], &[3])), Some(columns.clone())];
        let put: Function<'_> = &|x| advanced_index::index_put(&x[0], &places, &x[1], accumulate);
        check("index_put", put, &[x.clone(), sample(&[3], 5)]);
    }
}

#[test]
fn in_place_writes_through_views_and_wholes() {
    let x = sample(&[3, 2], 1);
    let whole: Function<'_> = &|x| {
        let y = e::mul_scalar(&x[0], 2.0)?;
        autograd::assign(&y, &e::add(&y, &e::square(&x[0])?)?)?;
        e::mul(&y, &x[0])
    };
    check("whole", whole, std::slice::from_ref(&x));
    let through_view: Function<'_> = &|x| {
        let y = e::square(&x[0])?;
        let part = movement::select(&y, 0, 1)?;
        autograd::assign(&part, &e::sub(&part, &e::exp(&movement::select(&x[0], 0, 0)?)?)?)?;
        e::mul(&y, &y)
    };
    check("through a view", through_view, std::slice::from_ref(&x));
    let seen_by_view: Function<'_> = &|x| {
        let y = e::square(&x[0])?;
        let part = movement::slice(&y, 0, Some(1), None, 1)?;
        autograd::assign(&y, &e::mul_scalar(&y, 3.0)?)?;
        e::mul(&part, &part)
    };
    check("seen by a view", seen_by_view, std::slice::from_ref(&x));
    let into_constant: Function<'_> = &|x| {
        let y = tensor(&[0.0; 6], &[2, 3]);
        for row in 0..2 {
            copy::copy_(
                &movement::select(&y, 0, row)?,
                &e::square(&movement::select(&movement::t(&x[0])?, 0, row)?)?,
            )?;
        }
        e::mul(&y, &y)
    };
    check("into a constant", into_constant, &[x]);
}

#[test]
fn leaves_accumulate_and_do_not_share_memory() {
    let (a, b) = (leaf(&sample(&[2], 1)), leaf(&sample(&[2], 2)));
    for _ in 0..2 {
        let total = reduce::sum(&e::add(&a, &b).unwrap(), &[], false).unwrap();
        autograd::run_backward(&[total], &[None], Options::default()).unwrap();
    }
    let (of_a, of_b) = (a.meta().grad.clone().unwrap(), b.meta().grad.clone().unwrap());
    assert_eq!(values(&of_a), [2.0, 2.0]);
    copy::write(&of_a, &tensor(&[7.0, 7.0], &[2])).unwrap();
    assert_eq!(values(&of_b), [2.0, 2.0]);
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn errors_are_those_of_pytorch() {
    let x = leaf(&positive(&[3], 1));
    let run = |output: &Tensor| autograd::run_backward(std::slice::from_ref(output), &[None], Options::default());
    assert_eq!(
        message(run(&e::exp(&x).unwrap())),
        "grad can be implicitly created only for scalar outputs"
    );
    let constant = tensor(&[1.0], &[]);
    assert_eq!(
        message(run(&constant)),
        "element 0 of tensors does not require grad and does not have a grad_fn"
    );
    let total = reduce::sum(&e::exp(&x).unwrap(), &[], false).unwrap();
    run(&total).unwrap();
    assert!(message(run(&total)).starts_with("Trying to backward through the graph a second time"));
    assert_eq!(
        message(autograd::assign(&x, &e::exp(&x).unwrap())),
        "a leaf Variable that requires grad is being used in an in-place operation."
    );
    let first = movement::select(&x, 0, 0).unwrap();
    assert_eq!(
        message(autograd::assign(&first, &e::exp(&first).unwrap())),
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    );
    let y = e::exp(&x).unwrap();
    let total = reduce::sum(&e::sin(&y).unwrap(), &[], false).unwrap();
    autograd::assign(&y, &e::add_scalar(&y, 1.0).unwrap()).unwrap();
    assert_eq!(
        message(run(&total)),
        "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.DoubleTensor [3]], \
         which is output 0 of Add, is at version 1; expected version 0 instead. Hint: enable anomaly detection to find the \
         operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    );
    let whole = ints(&[1, 2], &[2]);
    assert_eq!(
        message(autograd::set_requires_grad(&whole, true)),
        "only Tensors of floating point and complex dtype can require gradients"
    );
}

#[test]
fn modes_names_and_leaves() {
    let x = leaf(&sample(&[3], 1));
    let silent = context::with_grad_mode(false, || e::exp(&x).unwrap());
    assert!(!autograd::requires_grad(&silent));
    assert_eq!(
        autograd::grad_fn_name(&reduce::sum(&x, &[], false).unwrap()).as_deref(),
        Some("SumBackward0")
    );
    assert_eq!(
        autograd::grad_fn_name(&e::add_scalar(&x, 1.0).unwrap()).as_deref(),
        Some("AddBackward0")
    );
    assert_eq!(
        autograd::grad_fn_name(&softmax::log_softmax(&x, 0).unwrap()).as_deref(),
        Some("LogSoftmaxBackward0")
    );
    assert!(autograd::is_leaf(&autograd::detach(&e::exp(&x).unwrap())));
    let unused = autograd::gradients(
        &[reduce::sum(&x, &[], false).unwrap()],
        &[None],
        &[x.clone(), leaf(&sample(&[2], 1))],
        Options::default(),
    );
    assert!(unused.unwrap()[1].is_none());
}

#[test]
fn a_long_history_neither_overflows_the_stack_nor_leaks() {
    let x = leaf(&sample(&[1], 1));
    let mut y = x.clone();
    for _ in 0..100_000 {
        y = e::add_scalar(&y, 1.0).unwrap();
    }
    autograd::run_backward(&[y], &[None], Options::default()).unwrap();
    assert_eq!(values(x.meta().grad.as_ref().unwrap()), [1.0]);
}
