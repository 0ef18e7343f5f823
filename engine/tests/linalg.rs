//! Decompositions through the engine's operators: parts multiply to the matrix, failures are told, gradients arrive.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, as the tests themselves do"
)]

use carrel_engine::autograd::{self, Options};
use carrel_engine::dtype::DType;
use carrel_engine::ops::{creation, elementwise as e, linalg, matmul, movement, reduce};
use carrel_engine::prim::Factor;
use carrel_engine::storage::Device;
use carrel_engine::tensor::Tensor;

fn tensor(values: &[f64], shape: &[usize]) -> Tensor {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    creation::from_bytes(&bytes, DType::F64, shape).unwrap()
}

/// Numbers without a pattern.
fn matrix(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values: Vec<f64> = (0..count).map(|i| ((i * i * 7 + i * 3) as f64 * 0.77).sin()).collect();
    tensor(&values, shape)
}

fn largest_difference(a: &Tensor, b: &Tensor) -> f64 {
    assert_eq!(a.shape(), b.shape());
    if a.num_elements() == 0 {
        return 0.0;
    }
    let difference = e::abs(&e::sub(a, b).unwrap()).unwrap();
    let worst = reduce::extreme(carrel_engine::prim::Reduce::Max, &difference, &[], false).unwrap();
    carrel_engine::ops::copy::item(&worst).unwrap().as_f64()
}

#[test]
fn parts_multiply_to_the_matrix() {
    for shape in [[2, 3, 3], [2, 5, 3], [2, 3, 5], [0, 3, 3], [2, 0, 3], [2, 3, 0]] {
        let a = matrix(&shape);
        for complete in [false, true] {
            let qr = linalg::factor(&a, Factor::Qr { complete }, &[]).unwrap();
            let product = matmul::matmul(&qr[0], &qr[1]).unwrap();
            assert!(largest_difference(&product, &a) < 1e-12, "{shape:?}");
        }
        let svd = linalg::factor(&a, Factor::Svd { full: false }, &[]).unwrap();
        let scaled = e::mul(&svd[0], &movement::unsqueeze(&svd[1], -2).unwrap()).unwrap();
        let product = matmul::matmul(&scaled, &svd[2]).unwrap();
        assert!(largest_difference(&product, &a) < 1e-12, "{shape:?}");
    }
}

#[test]
fn eigenvectors_are_orthonormal_and_exact() {
    let a = matrix(&[7, 7]);
    let a = e::add(&a, &movement::t(&a).unwrap()).unwrap();
    let found = linalg::factor(&a, Factor::Eigen, &[]).unwrap();
    let (values, vectors) = (&found[0], &found[1]);
    let turned = movement::t(vectors).unwrap();
    let product = matmul::matmul(&e::mul(vectors, values).unwrap(), &turned).unwrap();
    assert!(largest_difference(&product, &a) < 1e-12);
    let identity = creation::eye(7, 7, DType::F64, Device::Cpu).unwrap();
    assert!(largest_difference(&matmul::matmul(&turned, vectors).unwrap(), &identity) < 1e-13);
}

#[test]
fn failures_are_told_and_nothing_panics() {
    let info = |values: &[f64], factor: Factor| {
        let parts = linalg::factor(&tensor(values, &[2, 2]), factor, &[]).unwrap();
        carrel_engine::ops::copy::item(parts.last().unwrap()).unwrap().as_i64()
    };
    assert_eq!(info(&[1.0, 2.0, 2.0, 4.0], Factor::Lu), 2);
    assert_eq!(info(&[1.0, 2.0, 2.0, 1.0], Factor::Cholesky), 2);
    assert_eq!(info(&[4.0, 2.0, 2.0, 5.0], Factor::Cholesky), 0);
    for factor in [Factor::Eigen, Factor::Svd { full: false }] {
        assert_eq!(info(&[f64::NAN, 0.0, 0.0, 1.0], factor), 1);
        assert_eq!(info(&[f64::INFINITY, 0.0, 0.0, 1.0], factor), 1);
        assert_eq!(info(&[0.0; 4], factor), 0);
        assert_eq!(info(&[1e-310, 0.0, 1e-310, 1e300], factor), 0);
    }
    let tall = matrix(&[3, 2]);
    assert!(linalg::factor(&tall, Factor::Cholesky, &[]).is_err());
    assert!(linalg::factor(&matrix(&[3]), Factor::Lu, &[]).is_err());
    assert!(linalg::row_order(&tensor(&[9.0, 0.0], &[2]), 2, false).is_err());
    let integers = creation::full(&[2, 2], carrel_engine::scalar::Scalar::Int(1), DType::I64, Device::Cpu).unwrap();
    assert!(linalg::factor(&integers, Factor::Lu, &[]).is_err());
}

#[test]
fn the_gradient_of_a_solution_is_that_of_the_equation() {
    let a = tensor(&[2.0, 0.0, 1.0, 4.0], &[2, 2]);
    let b = tensor(&[2.0, 4.0], &[2, 1]);
    for leaf in [&a, &b] {
        autograd::set_requires_grad(leaf, true).unwrap();
    }
    let x = linalg::solve_triangular(&a, &b, false, false).unwrap();
    assert!(largest_difference(&x, &tensor(&[1.0, 0.75], &[2, 1])) < 1e-15);
    let total = reduce::sum(&x, &[], false).unwrap();
    let found = autograd::gradients(&[total], &[None], &[a, b], Options::default()).unwrap();
    let [Some(for_a), Some(for_b)] = found.as_slice() else {
        panic!("both have a gradient");
    };
    assert!(largest_difference(for_b, &tensor(&[0.375, 0.25], &[2, 1])) < 1e-15);
    assert!(largest_difference(for_a, &tensor(&[-0.375, 0.0, -0.25, -0.1875], &[2, 2])) < 1e-15);
}
