//! In-place writes: over part of a value, over a value that somebody still reads, over a temporary.

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Prim};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin};

fn write(bench: &mut Bench, base: &Twin, region: &Twin, source: &Twin) -> Twin {
    let prim = Prim::ViewWrite {
        shape: region.view.shape.clone(),
        strides: region.view.strides.clone(),
    };
    let flat = base.reshape(&[base.cpu.len()]);
    bench.apply(prim, &[&flat, source], &[Scalar::Int(region.view.offset as i64)])
}

#[test]
fn a_region_is_replaced() {
    let mut bench = Bench::new();
    let base = bench.noise(1, &[6, 8]);
    let source = bench.noise(2, &[3, 4]);
    let strided = write(&mut bench, &base, &base.slice(0, 1, 2, 3).slice(1, 2, 1, 4), &source);
    let transposed = write(
        &mut bench,
        &base,
        &base.slice(0, 0, 1, 4).slice(1, 5, 1, 3).permute(&[1, 0]),
        &source,
    );
    let whole = bench.noise(3, &[6, 8]);
    let all = write(&mut bench, &base, &base, &whole);
    let nothing = write(
        &mut bench,
        &base,
        &base.slice(0, 2, 1, 0),
        &source.slice(0, 0, 1, 0).slice(1, 0, 1, 1).expand(&[0, 8]),
    );
    bench.agree(&[&base, &strided, &transposed, &all, &nothing], 0.0);
}

#[test]
fn a_chain_of_writes_over_a_fresh_value() {
    let mut bench = Bench::new();
    let mut value = bench.fill(Prim::Full, &[Scalar::Float(0.0)], &[4, 4], DType::F32);
    for row in 0..4 {
        let source = bench.noise(row as u64, &[1, 4]);
        let region = value.reshape(&[4, 4]).slice(0, row, 1, 1);
        value = write(&mut bench, &value, &region, &source);
    }
    let before = bench.executor.stats().dispatches;
    bench.agree(&[&value], 0.0);
    // Nothing to write into yet: each element chooses among the four sources.
    assert_eq!(bench.executor.stats().dispatches - before, 1);
}

#[test]
fn a_value_nobody_wants_is_overwritten_in_place() {
    let mut bench = Bench::new();
    let base = bench.noise(1, &[4, 4]);
    bench.agree(&[&base], 0.0);
    let column = base.slice(1, 2, 1, 1);
    let one = bench.fill(Prim::Full, &[Scalar::Float(1.0)], &[4, 1], DType::F32);
    let source = bench.noise(2, &[4, 1]);
    let raised = bench.apply(Prim::Binary(Binary::Add), &[&source, &one], &[]);
    let after = write(&mut bench, &base, &column, &raised);
    drop((base, column, source, one, raised));
    let before = bench.executor.stats().dispatches;
    bench.agree(&[&after], 0.0);
    assert_eq!(bench.executor.stats().dispatches - before, 1);
}

#[test]
fn a_source_that_reads_its_base() {
    let mut bench = Bench::new();
    let base = bench.noise(1, &[4, 4]);
    bench.agree(&[&base], 0.0);
    let column = base.slice(1, 2, 1, 1);
    let doubled = bench.apply(Prim::Binary(Binary::Add), &[&column, &base.slice(1, 0, 1, 1)], &[]);
    let after = write(&mut bench, &base, &column, &doubled);
    drop((base, column, doubled));
    bench.agree(&[&after], 1e-6);
}
