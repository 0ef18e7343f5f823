//! Updates of arrays of all sizes as one dispatch: values to the bit as with a kernel for each, in buffers that are found
//! together and stay so, whatever happens to some of the arrays.

use carrel_engine::cpu::Buffer;
use carrel_engine::plan::Fusion;
use carrel_engine::prim::{Binary, Prim, Unary};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;

use crate::bench::{Bench, Random, Twin};

const SIZES: [usize; 8] = [70_000, 64, 65, 1, 1000, 4096, 1024, 64];

/// A parameter with its moments.
struct Weight {
    value: Twin,
    mean: Twin,
    square: Twin,
}

struct Training {
    bench: Bench,
    weights: Vec<Weight>,
    noise: Vec<Twin>,
    step: usize,
}

fn number(bench: &mut Bench, value: f64, like: &Twin) -> Twin {
    let number = bench.fill(Prim::Full, &[Scalar::Float(value)], &[], like.dtype());
    number.expand(&like.view.shape)
}

fn binary(bench: &mut Bench, op: Binary, x: &Twin, y: &Twin) -> Twin {
    bench.apply(Prim::Binary(op), &[x, y], &[])
}

impl Training {
    fn new(fusion: Fusion, sizes: &[usize]) -> Training {
        let mut bench = Bench::new();
        bench.executor.set_fusion(fusion);
        let mut array = |seed: usize, size: usize| bench.noise(seed as u64, &[size]);
        let weight = |(number, &size): (usize, &usize)| Weight {
            value: array(number, size),
            mean: array(100 + number, size),
            square: array(200 + number, size),
        };
        let weights = sizes.iter().enumerate().map(weight).collect();
        let noise = sizes
            .iter()
            .enumerate()
            .map(|(number, &size)| array(300 + number, size));
        let noise = noise.collect();
        Training {
            bench,
            weights,
            noise,
            step: 0,
        }
    }

    /// Gradients for some weights, and if `sent` in a flush of their own; then Adam's formula, with a count of its own for
    /// every third weight. Gives dispatches and bytes.
    fn step(&mut self, has_gradient: impl Fn(usize) -> bool, sent: bool) -> (u32, u64) {
        self.step += 1;
        let bench = &mut self.bench;
        let before = bench.executor.stats();
        let chosen: Vec<usize> = (0..self.weights.len()).filter(|&number| has_gradient(number)).collect();
        let mut gradients = Vec::new();
        for &index in &chosen {
            let x = &self.noise[index];
            let factor = number(bench, 0.1 + self.step as f64, x);
            gradients.push(binary(bench, Binary::Mul, x, &factor));
        }
        if sent {
            bench.flush();
        }
        for (gradient, &index) in gradients.iter().zip(&chosen) {
            let weight = &mut self.weights[index];
            let rate = number(bench, if index % 3 == 0 { 0.01 } else { 0.02 }, gradient);
            let (part, small) = (number(bench, 0.1, gradient), number(bench, 1e-3, gradient));
            let distance = binary(bench, Binary::Sub, gradient, &weight.mean);
            let moved = binary(bench, Binary::Mul, &distance, &part);
            weight.mean = binary(bench, Binary::Add, &weight.mean, &moved);
            let square = binary(bench, Binary::Mul, gradient, gradient);
            weight.square = binary(bench, Binary::Maximum, &weight.square, &square);
            let root = bench.apply(Prim::Unary(Unary::Sqrt), &[&weight.square], &[]);
            let root = binary(bench, Binary::Add, &root, &small);
            let scaled = binary(bench, Binary::Mul, &weight.mean, &rate);
            let change = binary(bench, Binary::Div, &scaled, &root);
            weight.value = binary(bench, Binary::Sub, &weight.value, &change);
        }
        bench.flush();
        drop(gradients);
        let after = bench.executor.stats();
        (
            after.dispatches - before.dispatches,
            after.moved_bytes - before.moved_bytes,
        )
    }

    fn all(&self) -> Vec<Twin> {
        let arrays = |weight: &Weight| [weight.value.clone(), weight.mean.clone(), weight.square.clone()];
        self.weights.iter().flat_map(arrays).collect()
    }

    fn check(&mut self) {
        let all = self.all();
        self.bench.agree(&all.iter().collect::<Vec<_>>(), 1e-4);
    }

    fn bits(&mut self) -> Vec<Vec<u32>> {
        let all = self.all();
        let found = self.bench.read(&all.iter().collect::<Vec<_>>());
        let words = |buffer: &Buffer| match buffer {
            Buffer::F32(values) => values.iter().map(|value| value.to_bits()).collect(),
            _ => Vec::new(),
        };
        found.iter().map(words).collect()
    }
}

#[test]
fn all_sizes_are_one_dispatch_and_agree_to_the_bit() {
    let (mut joined, mut apart) = (Training::new(Fusion::On, &SIZES), Training::new(Fusion::Apart, &SIZES));
    let mut counts = Vec::new();
    for _ in 0..6 {
        counts.push(joined.step(|_| true, true).0);
        apart.step(|_| true, true);
    }
    // The gradients, two of which are of one size and merge; then everything at once, from the second step on.
    assert_eq!(counts[2..], [8; 4], "{counts:?}");
    assert_eq!(joined.bits(), apart.bits());
    joined.check();
    let stats = (joined.bench.executor.stats(), apart.bench.executor.stats());
    assert_eq!(stats.0.plans, stats.1.plans);
}

#[test]
fn nothing_is_copied_once_it_is_together() {
    let mut training = Training::new(Fusion::On, &SIZES);
    let mut apart = Training::new(Fusion::Apart, &SIZES);
    for _ in 0..4 {
        training.step(|_| true, true);
        apart.step(|_| true, true);
    }
    let used = training.bench.executor.stats();
    for _ in 0..50 {
        let (_, bytes) = training.step(|_| true, true);
        assert_eq!(bytes, apart.step(|_| true, true).1);
    }
    let after = training.bench.executor.stats();
    assert_eq!(after.plans, used.plans);
    assert_eq!((after.used_bytes, after.pipelines), (used.used_bytes, used.pipelines));
    assert_eq!(after.submits - used.submits, 100);
    training.check();
}

#[test]
fn weights_without_gradients_stay_where_they_are() {
    let mut training = Training::new(Fusion::On, &SIZES);
    // Two heads take turns: each step leaves out another part.
    let has_gradient = |step: usize| move |number: usize| number < 3 || number % 2 == step % 2;
    for step in 0..8 {
        training.step(has_gradient(step), true);
    }
    let before = training.bench.executor.stats();
    let even = training.step(has_gradient(0), true);
    let odd = training.step(has_gradient(1), true);
    for step in 0..4 {
        assert_eq!(
            training.step(has_gradient(step), true),
            if step % 2 == 0 { even } else { odd }
        );
    }
    let after = training.bench.executor.stats();
    assert_eq!((after.plans, after.submits - before.submits), (before.plans, 12));
    training.check();
}

#[test]
fn one_survives_the_others() {
    let mut training = Training::new(Fusion::On, &SIZES);
    for _ in 0..4 {
        training.step(|_| true, true);
    }
    let kept = training.weights.remove(4);
    training.weights.clear();
    // What is freed is taken again, by values that must not touch what is left.
    for seed in 0..20 {
        let x = training.bench.noise(seed, &[70_000]);
        let y = training.bench.apply(Prim::Unary(Unary::Neg), &[&x], &[]);
        training.bench.agree(&[&y], 0.0);
    }
    training.bench.agree(&[&kept.value, &kept.mean, &kept.square], 1e-4);
    // Read and written in one kernel beside each other.
    let sum = training
        .bench
        .apply(Prim::Binary(Binary::Add), &[&kept.value, &kept.mean], &[]);
    training.bench.agree(&[&sum], 1e-4);
}

#[test]
fn what_is_left_does_not_hold_the_memory_of_all() {
    let mut training = Training::new(Fusion::On, &[400_000, 300_000, 1000, 3000, 5]);
    for _ in 0..4 {
        training.step(|_| true, true);
    }
    let before = training.bench.executor.stats().used_bytes;
    let kept = [training.weights.remove(2), training.weights.remove(2)];
    training.weights.clear();
    training.noise.clear();
    // What is freed is told with the next flush, and what is left moved with the one after.
    for _ in 0..2 {
        let doubled = training
            .bench
            .apply(Prim::Binary(Binary::Add), &[&kept[0].value, &kept[0].value], &[]);
        training.bench.agree(&[&doubled], 1e-4);
    }
    let after = training.bench.executor.stats().used_bytes;
    assert!(before > 8_000_000 && after < 100_000, "{before} bytes, then {after}");
    for weight in &kept {
        training
            .bench
            .agree(&[&weight.value, &weight.mean, &weight.square], 1e-4);
    }
}

#[test]
fn neighbours_are_read_and_written_by_one_kernel() {
    let mut training = Training::new(Fusion::On, &[300, 300, 64, 65]);
    for _ in 0..4 {
        training.step(|_| true, true);
    }
    for _ in 0..3 {
        // The first is read while its neighbour in the buffer is written in place.
        let first = training.weights[0].value.clone();
        let second = &mut training.weights[1].value;
        *second = training
            .bench
            .apply(Prim::Binary(Binary::Maximum), &[second, &first], &[]);
        training.bench.flush();
    }
    training.check();
    training.step(|_| true, true);
    training.check();
}

#[test]
fn a_view_of_a_weight_sees_what_it_was() {
    let mut training = Training::new(Fusion::On, &SIZES);
    for _ in 0..3 {
        training.step(|_| true, true);
    }
    // Held by somebody else, a value is not written over: the others are.
    let held = training.weights[4]
        .value
        .seen(View::contiguous(&[10, 100]))
        .permute(&[1, 0]);
    for _ in 0..3 {
        training.step(|_| true, true);
    }
    training.check();
    let copy = training.bench.apply(Prim::Copy, &[&held], &[]);
    training.bench.agree(&[&copy], 1e-4);
}

#[test]
fn random_sets_of_weights_agree() {
    for seed in 0..12 {
        let mut random = Random(seed);
        let sizes: Vec<usize> = (0..random.below(40) + 2)
            .map(|_| [1, 7, 64, 300, 2049][random.below(5)])
            .collect();
        let (mut joined, mut apart) = (Training::new(Fusion::On, &sizes), Training::new(Fusion::Apart, &sizes));
        for _ in 0..5 {
            let (word, sent) = (random.word() as usize, random.below(3) > 0);
            let has_gradient = |number: usize| (word >> (number % 24)) & 3 != 0;
            joined.step(has_gradient, sent);
            apart.step(has_gradient, sent);
        }
        eprintln!("seed {seed}, sizes {sizes:?}");
        assert_eq!(joined.bits(), apart.bits());
        joined.check();
    }
}
