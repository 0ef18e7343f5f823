//! Half types on the device: every number of theirs there and back, and the same results whether float16 is held in two
//! bytes or in four, bit for bit. Where the adapter has no 16-bit floats, both sides hold it in four.

use carrel_engine::cpu::Buffer;
use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Convolution, Pool, Prim, Reduce, Scan, Scatter, Unary};
use carrel_engine::scalar::Scalar;
use half::{bf16, f16};

use crate::bench::{Bench, Random, Twin};
use crate::random_graphs::grow;
use crate::windows::{convolve, window};

/// Values between -2 and 2 as float16.
pub fn noise(bench: &mut Bench, seed: u64, shape: &[usize]) -> Twin {
    let mut random = Random(seed);
    let count = shape.iter().product();
    let values = (0..count).map(|_| f16::from_f32(random.float() * 4.0 - 2.0)).collect();
    bench.buffer(Buffer::F16(values), shape)
}

/// The bits of a buffer's elements, all NaN alike.
fn bits(buffer: &Buffer) -> Vec<u32> {
    match buffer {
        Buffer::F16(values) => values
            .iter()
            .map(|x| if x.is_nan() { u32::MAX } else { u32::from(x.to_bits()) })
            .collect(),
        Buffer::BF16(values) => values
            .iter()
            .map(|x| if x.is_nan() { u32::MAX } else { u32::from(x.to_bits()) })
            .collect(),
        Buffer::F32(values) => values
            .iter()
            .map(|x| if x.is_nan() { u32::MAX } else { x.to_bits() })
            .collect(),
        Buffer::I64(values) => values.iter().map(|&x| x as u32).collect(),
        other => panic!("no results of {} are compared here", other.dtype()),
    }
}

/// Runs one recording on both and compares all that it gives.
fn same(benches: &mut [Bench; 2], record: impl Fn(&mut Bench) -> Vec<Twin>) {
    let [narrow, wide] = benches;
    let mut results = [narrow, wide].map(|bench| {
        let twins = record(bench);
        bench.read(&twins.iter().collect::<Vec<_>>())
    });
    for (number, (narrow, wide)) in results[0]
        .drain(..)
        .collect::<Vec<_>>()
        .iter()
        .zip(&results[1])
        .enumerate()
    {
        assert_eq!(bits(narrow), bits(wide), "value {number}");
    }
}

fn both() -> [Bench; 2] {
    [Bench::new(), Bench::with_wide_halves()]
}

/// The same two on kernels for devices whose workgroup memory is near.
fn both_as_hardware() -> [Bench; 2] {
    let mut benches = both();
    benches.iter_mut().for_each(|bench| bench.executor.choose_as_hardware());
    benches
}

#[test]
fn every_number_comes_back() {
    for mut bench in both() {
        for num_elements in [0, 1, 2, 3, 1 << 16] {
            let patterns = (0..=u16::MAX).rev().take(num_elements);
            let halves = bench.buffer(
                Buffer::F16(patterns.clone().map(f16::from_bits).collect()),
                &[num_elements],
            );
            let brains = bench.buffer(Buffer::BF16(patterns.map(bf16::from_bits).collect()), &[num_elements]);
            for x in [&halves, &brains] {
                let copy = bench.apply(Prim::Copy, &[x], &[]);
                let wide = bench.apply(Prim::Cast(DType::F32), &[x], &[]);
                let back = bench.apply(Prim::Cast(x.dtype()), &[&wide], &[]);
                for (found, twin) in bench
                    .read(&[x, &copy, &wide, &back])
                    .iter()
                    .zip([x, &copy, &wide, &back])
                {
                    assert_eq!(bits(found), bits(&twin.cpu));
                }
            }
        }
    }
}

#[test]
fn edges_are_rounded_as_on_the_cpu() {
    for mut bench in both() {
        let edges = [
            0.0,
            -0.0,
            6e-8,
            -6e-8,
            6.1e-5,
            1.0,
            2049.0,
            65504.0,
            -65504.0,
            f32::INFINITY,
            f32::NAN,
        ];
        let x = bench.buffer(Buffer::F16(edges.map(f16::from_f32).to_vec()), &[edges.len()]);
        for op in [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div] {
            for other in [0.5, 3.1, 65504.0, -2e-6] {
                let y = bench.fill(Prim::Full, &[Scalar::Float(other)], &[edges.len()], DType::F16);
                let result = bench.apply(Prim::Binary(op), &[&x, &y], &[]);
                let found = bench.read(&[&result]);
                assert_eq!(bits(&found[0]), bits(&result.cpu), "{op:?} {other}");
            }
        }
    }
}

/// Neighbours in one word are written by different invocations, from odd places and in odd numbers.
#[test]
fn windows_and_writes() {
    let mut benches = both();
    for (count, offset, step, length) in [(9, 1, 1, 3), (9, 0, 2, 5), (1001, 3, 3, 331), (7, 6, 1, 1)] {
        same(&mut benches, |bench| {
            let (x, y) = (noise(bench, 1, &[count]), noise(bench, 2, &[length]));
            let seen = x.slice(0, offset, step, length);
            let sum = bench.apply(Prim::Binary(Binary::Add), &[&seen, &y], &[]);
            let write = Prim::ViewWrite {
                shape: vec![length],
                strides: vec![step],
            };
            let written = bench.apply(write, &[&x, &sum], &[Scalar::Int(offset as i64)]);
            vec![sum, written, x]
        });
    }
}

/// A base that nobody wants any more is written in place, on both sides in the same elements.
#[test]
fn writes_in_place() {
    for mut bench in both() {
        let mut base = noise(&mut bench, 3, &[13]);
        for offset in 0..4 {
            let source = noise(&mut bench, offset, &[4]);
            let write = Prim::ViewWrite {
                shape: vec![4],
                strides: vec![3],
            };
            base = bench.apply(write, &[&base, &source], &[Scalar::Int(offset as i64)]);
            bench.flush();
        }
        bench.agree(&[&base], 0.0);
    }
}

#[test]
fn products() {
    for mut benches in [both(), both_as_hardware()] {
        for [batch, rows, inner, columns] in [
            [1, 5, 7, 3],
            [2, 64, 20, 36],
            [1, 300, 64, 300],
            [1, 1, 129, 33],
            [3, 33, 65, 31],
        ] {
            same(&mut benches, |bench| {
                let a = noise(bench, 4, &[batch, rows, inner]);
                let b = noise(bench, 5, &[batch, inner, columns]);
                let turned = noise(bench, 6, &[batch, columns, inner]).permute(&[0, 2, 1]);
                let plain = bench.apply(Prim::Matmul, &[&a, &b], &[]);
                let other = bench.apply(Prim::Matmul, &[&a, &turned], &[]);
                let activated = bench.apply(Prim::Unary(Unary::Relu), &[&other], &[]);
                vec![plain, activated]
            });
        }
    }
}

#[test]
fn folds_lines_and_windows() {
    for mut benches in [both(), both_as_hardware()] {
        for shape in [[4, 7], [3, 1001], [2, 40_001], [300, 5]] {
            same(&mut benches, |bench| {
                let x = noise(bench, 7, &shape);
                let mut results = Vec::new();
                for op in [Reduce::Sum, Reduce::Max] {
                    for dims in [vec![0], vec![1], vec![0, 1]] {
                        results.push(bench.apply(Prim::Reduce { op, dims }, &[&x], &[]));
                    }
                }
                results.push(bench.apply(Prim::Softmax, &[&x], &[]));
                results.push(bench.apply(Prim::LogSoftmax, &[&x], &[]));
                for op in [Scan::Sum, Scan::Max] {
                    results.push(bench.apply(Prim::Scan { op, dim: 1 }, &[&x], &[]));
                }
                let sort = Prim::ArgSort {
                    dim: 1,
                    descending: false,
                };
                let order = bench.apply(sort, &[&x], &[]);
                results.push(bench.apply(Prim::Gather { dim: 1 }, &[&x, &order], &[]));
                let scatter = Prim::ScatterAdd {
                    dim: 1,
                    shape: shape.to_vec(),
                };
                results.push(bench.apply(scatter, &[&order, &x], &[]));
                results.push(order);
                results
            });
        }
    }
}

#[test]
fn windows_of_images() {
    for mut benches in [both(), both_as_hardware()] {
        for (shape, groups) in [
            (window(&[31], &[4], 3, 2, 2), 2),
            (window(&[28, 28], &[3, 3], 1, 1, 1), 1),
            (window(&[13, 11], &[3, 2], 2, 1, 1), 1),
        ] {
            same(&mut benches, |bench| {
                let with = |leading: [usize; 2], spatial: &[usize]| [&leading, spatial].concat();
                let x = noise(bench, 1, &with([3, 8], &shape.input));
                let w = noise(bench, 2, &with([16, 8 / groups], &shape.kernel));
                let g = noise(bench, 3, &with([3, 16], &shape.output));
                let mut results = vec![
                    convolve(bench, Convolution::Forward, &shape, groups, &x, &w),
                    convolve(bench, Convolution::InputGradient, &shape, groups, &g, &w),
                    convolve(bench, Convolution::WeightGradient, &shape, groups, &x, &g),
                ];
                let mut pool = |op: Pool, inputs: &[&Twin]| {
                    let window = Box::new(shape.clone());
                    bench.apply(Prim::Pool { op, window }, inputs, &[])
                };
                let flat = x.reshape(&[&[24], shape.input.as_slice()].concat());
                let given = g.reshape(&[&[48], shape.output.as_slice()].concat());
                let largest = pool(Pool::ArgMax, &[&flat]);
                let sum = pool(Pool::Sum, &[&flat]);
                let spread = pool(Pool::Spread, &[&given]);
                let scattered = pool(Pool::Scatter, &[&largest, &sum]);
                results.extend([largest, sum, spread, scattered]);
                results
            });
        }
    }
}

#[test]
fn scatters() {
    let mut benches = both_as_hardware();
    for count in [5, 400] {
        same(&mut benches, |bench| {
            let (base, source) = (noise(bench, 1, &[3, 77]), noise(bench, 2, &[3, count]));
            let mut random = Random(3);
            let places: Vec<i64> = (0..3 * count).map(|_| random.below(77) as i64).collect();
            let index = bench.integers(&places, &[3, count]);
            let mut results = Vec::new();
            for &op in Scatter::ALL {
                results.push(bench.apply(Prim::Scatter { op, dim: 1 }, &[&base, &index, &source], &[]));
            }
            let rows = bench.integers(&[2, 0, 2], &[3]);
            results.push(bench.apply(Prim::IndexSelect, &[&base, &rows], &[]));
            for accumulate in [false, true] {
                results.push(bench.apply(Prim::IndexPut { accumulate }, &[&base, &rows, &base], &[]));
            }
            results
        });
    }
}

/// A device that takes the place of a lost one holds them alike.
#[test]
fn after_a_loss() {
    let mut bench = Bench::new();
    let info = bench.executor.info();
    bench.executor.destroy_device();
    let x = noise(&mut bench, 9, &[5]);
    let y = bench.apply(Prim::Unary(Unary::Neg), &[&x], &[]);
    bench.agree(&[&y], 0.0);
    assert_eq!(bench.executor.info(), info);
}

#[test]
fn random_graphs() {
    let side = 11;
    let mut fused = both();
    let mut unfused = both();
    unfused
        .iter_mut()
        .for_each(|bench| bench.executor.set_fusion(carrel_engine::plan::Fusion::Off));
    for benches in [&mut fused, &mut unfused] {
        for seed in 0..12 {
            same(benches, |bench| {
                let mut random = Random(seed);
                let mut values: Vec<Twin> = (0..3)
                    .map(|number| noise(bench, seed * 10 + number, &[side, side]))
                    .collect();
                for _ in 0..random.below(40) + 2 {
                    let mut value = grow(bench, &mut random, &values, side);
                    // There and back now and then, so that both widths occur.
                    if random.below(6) == 0 {
                        let wide = bench.apply(Prim::Cast(DType::F32), &[&value], &[]);
                        let root = bench.apply(Prim::Unary(Unary::Abs), &[&wide], &[]);
                        value = bench.apply(Prim::Cast(DType::F16), &[&root], &[]);
                    }
                    values.push(value);
                }
                let last = values.len() - 1;
                let kept = values
                    .iter()
                    .enumerate()
                    .filter(|(number, _)| number % 4 == 0 || *number == last);
                kept.map(|(_, twin)| twin.clone()).collect()
            });
        }
    }
}

/// Where the device has 16-bit floats, a chain and a product move half of the bytes and hold half of them.
#[test]
fn half_of_the_bytes() {
    let [narrow, wide] = both().map(|mut bench| {
        let x = noise(&mut bench, 8, &[256, 256]);
        let y = bench.apply(Prim::Binary(Binary::Mul), &[&x, &x], &[]);
        let z = bench.apply(
            Prim::Matmul,
            &[&y.reshape(&[1, 256, 256]), &x.reshape(&[1, 256, 256])],
            &[],
        );
        bench.read(&[&y, &z]);
        let stats = bench.executor.stats();
        (
            bench.executor.info().contains("\"shader_f16_used\":true"),
            stats.used_bytes,
            stats.moved_bytes,
        )
    });
    let factor = if narrow.0 { 2 } else { 1 };
    assert!(!wide.0);
    assert_eq!((narrow.1 * factor, narrow.2 * factor), (wide.1, wide.2));
}
