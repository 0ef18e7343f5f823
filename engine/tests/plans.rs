//! Plans of typical recordings, as text beside this file: kernels, buffers, and the WGSL that comes of them.
//!
//! `UPDATE=1` rewrites the golden files; they are reviewed as diffs. Needs no device.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

use std::fs;
use std::path::Path;
use std::rc::Rc;

use carrel_engine::codegen::generate;
use carrel_engine::dtype::DType;
use carrel_engine::graph::{GpuValue, Graph};
use carrel_engine::plan::print::plan_text;
use carrel_engine::plan::{Caps, Fusion, plan, plan_with};
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;
use carrel_engine::wire::Program;

/// A value and the window it is seen through.
type Seen = (Rc<GpuValue>, View);

fn input(graph: &mut Graph, shape: &[usize], dtype: DType) -> Seen {
    let count: usize = shape.iter().product();
    let bytes = vec![0; count * dtype.wire_bytes()];
    (graph.upload(dtype, count, bytes), View::contiguous(shape))
}

fn apply(graph: &mut Graph, prim: Prim, inputs: &[&Seen], params: &[Scalar]) -> Seen {
    let metas: Vec<Meta> = inputs
        .iter()
        .map(|seen| Meta {
            shape: seen.1.shape.clone(),
            dtype: seen.0.dtype,
        })
        .collect();
    let fill = Meta {
        shape: Vec::new(),
        dtype: DType::F32,
    };
    let output = infer(&prim, &metas, Some(&fill)).expect("applies");
    let inputs = inputs.iter().map(|seen| (Rc::clone(&seen.0), seen.1.clone())).collect();
    (
        graph.record(prim, inputs, params.to_vec(), &output.shape, output.dtype),
        View::contiguous(&output.shape),
    )
}

fn binary(graph: &mut Graph, op: Binary, x: &Seen, y: &Seen) -> Seen {
    apply(graph, Prim::Binary(op), &[x, y], &[])
}

fn sum(graph: &mut Graph, x: &Seen, dims: &[usize]) -> Seen {
    apply(
        graph,
        Prim::Reduce {
            op: Reduce::Sum,
            dims: dims.to_vec(),
        },
        &[x],
        &[],
    )
}

fn times(graph: &mut Graph, x: &Seen, factor: f64) -> Seen {
    let factor = apply(graph, Prim::Full, &[], &[Scalar::Float(factor)]);
    let factor = seen(&factor, factor.1.expand(&x.1.shape).expect("expandable"));
    binary(graph, Binary::Mul, x, &factor)
}

fn seen(value: &Seen, view: View) -> Seen {
    (Rc::clone(&value.0), view)
}

/// Compares the plan of what was recorded with the golden file.
fn check(name: &str, graph: &mut Graph, kept: &[&Seen]) {
    check_on(&Caps::default(), name, graph, kept);
}

/// As [`check`], for a device of these capabilities.
fn check_on(caps: &Caps, name: &str, graph: &mut Graph, kept: &[&Seen]) {
    let flush = graph.flush().expect("something was recorded");
    assert_eq!(flush.output_ids.len(), kept.len());
    let program = Program::decode(&flush.program).expect("a valid program");
    let donated: Vec<bool> = flush.input_ids.iter().map(|id| flush.frees.contains(id)).collect();
    let first = plan(&program, &donated, caps).expect("a plan");
    assert_eq!(
        plan(&program, &donated, caps),
        Ok(first.clone()),
        "planning is deterministic"
    );
    let mut text = plan_text(&first);
    for kernel in &first.kernels {
        let module = generate(kernel, caps);
        text.push_str(&format!("\ngrid {:?}\n{}", module.grid, module.wgsl));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plans")
        .join(name)
        .with_extension("plan");
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder"))
            .and_then(|()| fs::write(&path, &text))
            .expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "{} differs; UPDATE=1 accepts this:\n{text}",
        path.display()
    );
}

#[test]
fn mean_squared_error() {
    let mut graph = Graph::default();
    let (x, y) = (
        input(&mut graph, &[20, 30], DType::F32),
        input(&mut graph, &[20, 30], DType::F32),
    );
    let difference = binary(&mut graph, Binary::Sub, &x, &y);
    let square = apply(&mut graph, Prim::Unary(Unary::Square), &[&difference], &[]);
    let total = sum(&mut graph, &square, &[0, 1]);
    let mean = times(&mut graph, &total, 1.0 / 600.0);
    drop((difference, square, total));
    check("mean_squared_error", &mut graph, &[&mean]);
}

/// A layer in float16, for devices that hold it in two bytes: operands in whole quads, a result that is written over an
/// operand, a fold whose parts are in 32 bits, and an odd number of elements.
#[test]
fn half_layer() {
    let mut graph = Graph::default();
    let (x, w) = (
        input(&mut graph, &[1, 64, 20], DType::F16),
        input(&mut graph, &[1, 10, 20], DType::F16),
    );
    let (b, long) = (
        input(&mut graph, &[10], DType::F16),
        input(&mut graph, &[40_001], DType::F16),
    );
    let product = apply(&mut graph, Prim::Matmul, &[&x, &seen(&w, w.1.permute(&[0, 2, 1]))], &[]);
    let biased = binary(&mut graph, Binary::Add, &product, &expanded(&b, &[1, 64, 10]));
    let out = apply(&mut graph, Prim::Unary(Unary::Relu), &[&biased], &[]);
    let negative = apply(&mut graph, Prim::Unary(Unary::Neg), &[&long], &[]);
    let total = sum(&mut graph, &negative, &[0]);
    drop((product, biased, x, w, b, long));
    let caps = Caps {
        halves: true,
        ..Caps::default()
    };
    check_on(&caps, "half_layer", &mut graph, &[&out, &negative, &total]);
}

#[test]
fn updates_of_all_sizes() {
    let mut graph = Graph::default();
    let rate = apply(&mut graph, Prim::Full, &[], &[Scalar::Float(0.1)]);
    let mut kept = Vec::new();
    for shape in [&[20, 30][..], &[30], &[], &[1000]] {
        let (weight, gradient) = (
            input(&mut graph, shape, DType::F32),
            input(&mut graph, shape, DType::F32),
        );
        let rate = seen(&rate, rate.1.expand(shape).expect("expandable"));
        let change = binary(&mut graph, Binary::Mul, &gradient, &rate);
        kept.push(binary(&mut graph, Binary::Sub, &weight, &change));
    }
    drop(rate);
    check("updates_of_all_sizes", &mut graph, &kept.iter().collect::<Vec<_>>());
}

#[test]
fn strided_addition() {
    let mut graph = Graph::default();
    let (x, y) = (
        input(&mut graph, &[4, 6], DType::F32),
        input(&mut graph, &[6, 4], DType::F32),
    );
    let window = seen(&y, y.1.permute(&[1, 0]).slice(1, 1, 1, 5));
    let left = seen(&x, x.1.slice(1, 0, 1, 5));
    let total = binary(&mut graph, Binary::Add, &left, &window);
    check("strided_addition", &mut graph, &[&total]);
}

#[test]
fn layer_with_gradients() {
    let mut graph = Graph::default();
    let (x, w) = (
        input(&mut graph, &[1, 64, 20], DType::F32),
        input(&mut graph, &[1, 10, 20], DType::F32),
    );
    let (b, g) = (
        input(&mut graph, &[10], DType::F32),
        input(&mut graph, &[64, 10], DType::F32),
    );
    let product = apply(&mut graph, Prim::Matmul, &[&x, &seen(&w, w.1.permute(&[0, 2, 1]))], &[]);
    let flat = seen(&product, product.1.reshape(&[64, 10]).expect("a view"));
    let biased = binary(
        &mut graph,
        Binary::Add,
        &flat,
        &seen(&b, b.1.expand(&[64, 10]).expect("expandable")),
    );
    let out = apply(&mut graph, Prim::Unary(Unary::Relu), &[&biased], &[]);
    // Backward of relu and the bias, and a step of descent.
    let zero = apply(&mut graph, Prim::Full, &[], &[Scalar::Float(0.0)]);
    let mask = binary(
        &mut graph,
        Binary::Gt,
        &out,
        &seen(&zero, zero.1.expand(&[64, 10]).expect("expandable")),
    );
    let masked = apply(
        &mut graph,
        Prim::Where,
        &[&mask, &g, &seen(&zero, zero.1.expand(&[64, 10]).expect("expandable"))],
        &[],
    );
    let total = sum(&mut graph, &masked, &[0]);
    let db = seen(&total, total.1.reshape(&[10]).expect("a view"));
    let step = times(&mut graph, &db, 0.1);
    let new_b = binary(&mut graph, Binary::Sub, &b, &step);
    drop((product, flat, biased, zero, mask, masked, total, db, step));
    check("layer_with_gradients", &mut graph, &[&out, &new_b]);
}

#[test]
fn adam_step() {
    let mut graph = Graph::default();
    let [p, g, m, v] = [(); 4].map(|()| input(&mut graph, &[33, 5], DType::F32));
    let (old, new) = (times(&mut graph, &m, 0.9), times(&mut graph, &g, 0.1));
    let m = binary(&mut graph, Binary::Add, &old, &new);
    let squares = apply(&mut graph, Prim::Unary(Unary::Square), &[&g], &[]);
    let (old_v, new_v) = (times(&mut graph, &v, 0.999), times(&mut graph, &squares, 0.001));
    let v = binary(&mut graph, Binary::Add, &old_v, &new_v);
    let root = apply(&mut graph, Prim::Unary(Unary::Sqrt), &[&v], &[]);
    let direction = binary(&mut graph, Binary::Div, &m, &root);
    let step = times(&mut graph, &direction, 0.01);
    let p = binary(&mut graph, Binary::Sub, &p, &step);
    drop((old, new, squares, old_v, new_v, root, direction, step));
    check("adam_step", &mut graph, &[&m, &v, &p]);
}

#[test]
fn without_fusion_each_node_is_a_kernel() {
    let mut graph = Graph::default();
    let (x, y) = (
        input(&mut graph, &[20, 30], DType::F32),
        input(&mut graph, &[20, 30], DType::F32),
    );
    let difference = binary(&mut graph, Binary::Sub, &x, &y);
    let square = apply(&mut graph, Prim::Unary(Unary::Square), &[&difference], &[]);
    let total = sum(&mut graph, &square, &[1]);
    let root = apply(&mut graph, Prim::Unary(Unary::Sqrt), &[&total], &[]);
    let write = Prim::ViewWrite {
        shape: vec![20, 1],
        strides: vec![2, 1],
    };
    let zero = apply(&mut graph, Prim::Full, &[], &[Scalar::Float(0.0)]);
    let spread = apply(&mut graph, write, &[&expanded(&zero, &[40]), &root], &[Scalar::Int(1)]);
    drop((difference, square, total, root, zero));
    let flush = graph.flush().expect("something was recorded");
    let program = Program::decode(&flush.program).expect("a valid program");
    let kernels = |fusion| {
        let plan = plan_with(&program, &[false; 2], &Caps::default(), fusion).expect("a plan");
        plan.kernels.len()
    };
    // Subtract, square, sum, root, zero, the copy of zeros that is written into, the write.
    assert_eq!(kernels(Fusion::Off), 7);
    assert!(kernels(Fusion::On) < 4);
    drop(spread);
}

/// A value seen through an expanded window.
fn expanded(value: &Seen, shape: &[usize]) -> Seen {
    seen(value, value.1.expand(shape).expect("expandable"))
}

/// Normalises rows of 48, and gives the reciprocal deviation too.
fn normalised(graph: &mut Graph, x: &Seen) -> (Seen, Seen) {
    let total = sum(graph, x, &[1]);
    let mean = times(graph, &total, 1.0 / 48.0);
    let centred = binary(graph, Binary::Sub, x, &expanded(&mean, &x.1.shape));
    let square = apply(graph, Prim::Unary(Unary::Square), &[&centred], &[]);
    let total = sum(graph, &square, &[1]);
    let variance = times(graph, &total, 1.0 / 48.0);
    let scale = apply(graph, Prim::Unary(Unary::Rsqrt), &[&variance], &[]);
    (
        binary(graph, Binary::Mul, &centred, &expanded(&scale, &x.1.shape)),
        scale,
    )
}

#[test]
fn layer_norm() {
    let mut graph = Graph::default();
    let (x, gain) = (
        input(&mut graph, &[32, 48], DType::F32),
        input(&mut graph, &[48], DType::F32),
    );
    let (normal, scale) = normalised(&mut graph, &x);
    let out = binary(&mut graph, Binary::Mul, &normal, &expanded(&gain, &[32, 48]));
    drop(normal);
    check("layer_norm", &mut graph, &[&scale, &out]);
}

#[test]
fn layer_norm_gradients() {
    let mut graph = Graph::default();
    let [normal, g] = [(); 2].map(|()| input(&mut graph, &[32, 48], DType::F32));
    let scale = input(&mut graph, &[32, 1], DType::F32);
    let product = binary(&mut graph, Binary::Mul, &g, &normal);
    let (gain, shift) = (sum(&mut graph, &product, &[0]), sum(&mut graph, &g, &[0]));
    let (slopes, total) = (sum(&mut graph, &product, &[1]), sum(&mut graph, &g, &[1]));
    let (slope, mean) = (
        times(&mut graph, &slopes, 1.0 / 48.0),
        times(&mut graph, &total, 1.0 / 48.0),
    );
    let along = binary(&mut graph, Binary::Mul, &normal, &expanded(&slope, &[32, 48]));
    let level = binary(&mut graph, Binary::Sub, &g, &expanded(&mean, &[32, 48]));
    let rest = binary(&mut graph, Binary::Sub, &level, &along);
    let out = binary(&mut graph, Binary::Mul, &rest, &expanded(&scale, &[32, 48]));
    drop((product, slopes, slope, total, mean, along, level, rest));
    check("layer_norm_gradients", &mut graph, &[&gain, &shift, &out]);
}

#[test]
fn masked_attention_scores() {
    let mut graph = Graph::default();
    let (q, k) = (
        input(&mut graph, &[8, 16, 12], DType::F32),
        input(&mut graph, &[8, 16, 12], DType::F32),
    );
    let mask = input(&mut graph, &[16, 16], DType::F32);
    let scores = apply(&mut graph, Prim::Matmul, &[&q, &seen(&k, k.1.permute(&[0, 2, 1]))], &[]);
    let scaled = times(&mut graph, &scores, 0.288);
    let masked = binary(&mut graph, Binary::Add, &scaled, &expanded(&mask, &[8, 16, 16]));
    let out = apply(&mut graph, Prim::Softmax, &[&masked], &[]);
    drop((scores, scaled, masked));
    check("masked_attention_scores", &mut graph, &[&out]);
}

#[test]
fn cross_entropy_with_gradient() {
    let mut graph = Graph::default();
    let x = input(&mut graph, &[20, 10], DType::F32);
    let labels = input(&mut graph, &[20, 1], DType::I64);
    let log = apply(&mut graph, Prim::LogSoftmax, &[&x], &[]);
    let picked = apply(&mut graph, Prim::Gather { dim: 1 }, &[&log, &labels], &[]);
    let total = sum(&mut graph, &picked, &[0, 1]);
    let loss = times(&mut graph, &total, -0.05);
    let soft = apply(&mut graph, Prim::Unary(Unary::Exp), &[&log], &[]);
    let share = apply(&mut graph, Prim::Full, &[], &[Scalar::Float(0.05)]);
    let scatter = Prim::ScatterAdd {
        dim: 1,
        shape: vec![20, 10],
    };
    let hot = apply(&mut graph, scatter, &[&labels, &expanded(&share, &[20, 1])], &[]);
    let shared = times(&mut graph, &soft, 0.05);
    let gradient = binary(&mut graph, Binary::Sub, &shared, &hot);
    drop((log, picked, total, soft, shared, share, hot));
    check("cross_entropy_with_gradient", &mut graph, &[&loss, &gradient]);
}

#[test]
fn gradient_of_three_slices() {
    let mut graph = Graph::default();
    let grads = [(); 3].map(|()| input(&mut graph, &[5, 4], DType::F32));
    let mut padded = Vec::new();
    for (number, grad) in grads.iter().enumerate() {
        let zero = apply(&mut graph, Prim::Full, &[], &[Scalar::Float(0.0)]);
        let write = Prim::ViewWrite {
            shape: vec![5, 4],
            strides: vec![12, 1],
        };
        let base = expanded(&zero, &[60]);
        padded.push(apply(
            &mut graph,
            write,
            &[&base, grad],
            &[Scalar::Int(number as i64 * 4)],
        ));
    }
    let first = binary(&mut graph, Binary::Add, &padded[0], &padded[1]);
    let total = binary(&mut graph, Binary::Add, &first, &padded[2]);
    drop((first, padded));
    check("gradient_of_three_slices", &mut graph, &[&total]);
}
