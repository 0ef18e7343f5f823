//! The measured choice between the two families of kernels: it is told of, and measuring leaves nothing behind.

use serde_json::Value;

use super::bench::Bench;

fn info(bench: &Bench) -> Value {
    serde_json::from_str(&bench.executor.info()).expect("JSON")
}

#[test]
fn the_choice_is_measured_and_told_of() {
    let mut bench = Bench::new();
    assert_eq!(info(&bench)["measured_gain_of_workgroup_memory"], Value::Null);
    bench.executor.measure();
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
