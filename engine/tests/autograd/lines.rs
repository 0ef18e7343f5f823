//! Gradients of running folds, and of values that meet at an index.

use carrel_engine::apply::apply;
use carrel_engine::ops::scan;
use carrel_engine::ops::scatter::{self, ScatterReduce};
use carrel_engine::prim::{Prim, Scan};

use crate::differences::{Function, check, check_first, ints, positive, sample, tensor};

#[test]
fn scan_rules() {
    let x = sample(&[2, 3, 2], 1);
    let cases: [(&str, Function<'_>); 5] = [
        ("cumsum", &|x| scan::cumsum(&x[0], 1)),
        ("cumprod", &|x| scan::cumprod(&x[0], -1)),
        ("logcumsumexp", &|x| scan::logcumsumexp(&x[0], 1)),
        ("cummax", &|x| Ok(scan::cumulative_extreme(true, &x[0], 1)?[0].clone())),
        ("cummin", &|x| Ok(scan::cumulative_extreme(false, &x[0], 0)?[0].clone())),
    ];
    for (name, f) in cases {
        check(name, f, std::slice::from_ref(&x));
    }
    check_first(
        "cumprod with zeros",
        &|x| scan::cumprod(&x[0], 0),
        &[tensor(&[0.5, 0.0, 2.0, 3.0, 0.0, 1.5], &[6])],
    );
    for op in [Scan::Max, Scan::Min] {
        check(
            "running extreme",
            &|x| apply(Prim::Scan { op, dim: 1 }, &[&x[0]], &[]),
            std::slice::from_ref(&x),
        );
    }
}

#[test]
fn scatter_rules() {
    let (x, source) = (positive(&[3, 2], 1), positive(&[4, 2], 2));
    let positions = ints(&[0, 2, 2, 0, 0, 1, 2, 0], &[4, 2]);
    for reduce in [
        ScatterReduce::Sum,
        ScatterReduce::Prod,
        ScatterReduce::Mean,
        ScatterReduce::Max,
        ScatterReduce::Min,
    ] {
        for include_self in [true, false] {
            check(
                &format!("scatter_reduce {reduce:?} {include_self}"),
                &|x| scatter::scatter_reduce(&x[0], 0, &positions, &x[1], reduce, include_self),
                &[x.clone(), source.clone()],
            );
        }
    }
    let once = ints(&[1, 0, 2, 1], &[2, 2]);
    check(
        "scatter",
        &|x| scatter::scatter(&x[0], 0, &once, &x[1]),
        &[x, sample(&[2, 2], 3)],
    );
    check_first(
        "product with zeros",
        &|x| scatter::scatter_reduce(&x[0], 0, &ints(&[0, 0, 1, 1], &[4]), &x[1], ScatterReduce::Prod, true),
        &[tensor(&[0.5, 0.0, 2.0], &[3]), tensor(&[0.0, 3.0, 1.5, 2.5], &[4])],
    );
}
