//! Choices by capability and measurement: they are told of, leave nothing behind, and change no result.

use std::time::Instant;

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Prim, Reduce};
use serde_json::Value;

use super::bench::Bench;

fn info(bench: &Bench) -> Value {
    serde_json::from_str(&bench.executor.info()).expect("JSON")
}

#[test]
fn the_choice_is_measured_and_told_of() {
    let mut bench = Bench::new();
    assert_eq!(info(&bench)["measured_gain_of_workgroup_memory"], Value::Null);
    let start = Instant::now();
    bench.executor.measure(|| start.elapsed().as_secs_f64() * 1e3);
    let info = info(&bench);
    let gain = info["measured_gain_of_workgroup_memory"].as_f64().expect("measured");
    assert!(gain > 0.0);
    let kernels = info["kernels"].as_str().expect("a name");
    if gain > 1.4 {
        assert_eq!(kernels, "workgroup memory");
    } else if gain < 1.0 / 1.4 {
        assert_eq!(kernels, "registers");
    }
    let stats = bench.executor.stats();
    assert_eq!(
        (stats.plans, stats.submits, stats.pipelines, stats.buffer_bytes),
        (0, 0, 0, 0),
        "measuring is nobody's work"
    );
}

#[test]
fn folds_by_subgroups_agree() {
    let mut bench = Bench::as_hardware();
    let features = &info(&bench)["features"];
    assert_eq!(features["subgroups"], features["subgroups_used"], "used where they are");
    let fold = |op| Prim::Reduce { op, dims: vec![1] };
    for shape in [[5, 700], [1, 257], [3, 5000], [70, 513]] {
        let x = bench.noise(3, &shape);
        // Powers of two, whose product is exact in any order.
        let powers: Vec<f32> = (0..shape[0] * shape[1]).map(|n| [2.0, 0.5, -1.0][n % 3]).collect();
        let powers = bench.floats(&powers, &shape);
        let mut with_nan: Vec<f32> = (0..shape[0] * shape[1]).map(|n| (n * 37 % 101) as f32).collect();
        with_nan[shape[1] - 1] = f32::NAN;
        let with_nan = bench.floats(&with_nan, &shape);
        let integers: Vec<i64> = (0..shape[0] * shape[1])
            .map(|n| (n as i64 * 7_919) % 1_009 - 500)
            .collect();
        let integers = bench.integers(&integers, &shape);
        let truth = bench.apply(Prim::Cast(DType::Bool), &[&integers], &[]);
        let results = [
            bench.apply(fold(Reduce::Sum), &[&x], &[]),
            bench.apply(fold(Reduce::Prod), &[&powers], &[]),
            bench.apply(fold(Reduce::Max), &[&with_nan], &[]),
            bench.apply(fold(Reduce::Min), &[&with_nan], &[]),
            bench.apply(fold(Reduce::Max), &[&integers], &[]),
            bench.apply(fold(Reduce::Min), &[&integers], &[]),
            bench.apply(fold(Reduce::Sum), &[&integers], &[]),
            bench.apply(fold(Reduce::All), &[&truth], &[]),
            bench.apply(fold(Reduce::Any), &[&truth], &[]),
            bench.apply(Prim::Softmax, &[&x], &[]),
            bench.apply(Prim::LogSoftmax, &[&x], &[]),
        ];
        bench.agree(&results.iter().collect::<Vec<_>>(), 2e-5);
    }
}
