//! Attention by tiles and by registers, forward and backward, against the CPU's products and softmax.
//!
//! Refuses to test what reaches it from Python: see `python/tests/gpu/test_attention.py`.

use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, Prim, Reduce};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin, numbers};

/// What is done with the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Plain,
    /// A comparison of counts: a half-plane.
    Causal,
    /// Any mask, of which whole blocks and whole rows are hidden.
    Masked,
    /// Numbers are added, -inf among them.
    Biased,
    /// As `Masked`, with a softmax that gives NaN where nothing is seen.
    Unsafe,
    /// Weights are dropped.
    Dropped,
}

fn binary(bench: &mut Bench, op: Binary, x: &Twin, y: &Twin) -> Twin {
    let y = y.expand(&x.view.shape);
    bench.apply(Prim::Binary(op), &[x, &y], &[])
}

fn number(bench: &mut Bench, value: f64) -> Twin {
    bench.fill(Prim::Full, &[Scalar::Float(value)], &[], DType::F32)
}

fn count(bench: &mut Bench, length: usize) -> Twin {
    bench.fill(Prim::Arange, &[Scalar::Int(0), Scalar::Int(1)], &[length], DType::I32)
}

/// True where a score is hidden.
fn mask(bench: &mut Bench, way: Way, rows: usize, columns: usize) -> Twin {
    if way == Way::Causal {
        let keys = count(bench, columns).expand(&[rows, columns]);
        let queries = count(bench, rows).reshape(&[rows, 1]).expand(&[rows, columns]);
        return bench.apply(Prim::Binary(Binary::Gt), &[&keys, &queries], &[]);
    }
    let hides = |index: usize| {
        let (row, column) = (index / columns, index % columns);
        f32::from(u8::from(
            row % 7 == 3 || (column / 32) % 2 == 1 || (row + column).is_multiple_of(5),
        ))
    };
    let numbers: Vec<f32> = (0..rows * columns).map(hides).collect();
    let numbers = bench.floats(&numbers, &[rows, columns]);
    bench.apply(Prim::Cast(DType::Bool), &[&numbers], &[])
}

/// Result and gradients of q, k and (transposed) v, as the rules of autograd record them.
fn attention(bench: &mut Bench, way: Way, [batch, rows, columns, depth, width]: [usize; 5]) -> Vec<Twin> {
    let place = [batch, rows, columns];
    let (q, k) = (
        bench.noise(1, &[batch, rows, depth]),
        bench.noise(2, &[batch, columns, depth]),
    );
    let (v, g) = (
        bench.noise(3, &[batch, columns, width]),
        bench.noise(4, &[batch, rows, width]),
    );
    let turn = |x: &Twin| x.permute(&[0, 2, 1]);
    let scale = number(bench, 0.3);
    let dots = bench.apply(Prim::Matmul, &[&q, &turn(&k)], &[]);
    let mut scores = binary(bench, Binary::Mul, &dots, &scale);
    let hidden = match way {
        Way::Plain | Way::Dropped => None,
        _ => Some(mask(bench, way, rows, columns)),
    };
    if let Some(hidden) = &hidden {
        let lowest = number(bench, f64::NEG_INFINITY);
        if way == Way::Biased {
            let noise = bench.noise(5, &[rows, columns]);
            let bias = bench.apply(Prim::Where, &[hidden, &lowest.expand(&[rows, columns]), &noise], &[]);
            scores = binary(bench, Binary::Add, &scores, &bias);
        } else {
            scores = bench.apply(
                Prim::Where,
                &[&hidden.expand(&place), &lowest.expand(&place), &scores],
                &[],
            );
        }
    }
    let softmax = if matches!(way, Way::Unsafe) {
        Prim::Softmax
    } else {
        Prim::SafeSoftmax
    };
    let soft = bench.apply(softmax, &[&scores], &[]);
    let factor = (way == Way::Dropped).then(|| bench.noise(6, &place));
    let weights = match &factor {
        Some(factor) => binary(bench, Binary::Mul, &soft, factor),
        None => soft.clone(),
    };
    let out = bench.apply(Prim::Matmul, &[&weights, &v], &[]);
    let mut of_weights = bench.apply(Prim::Matmul, &[&g, &turn(&v)], &[]);
    let of_values = bench.apply(Prim::Matmul, &[&turn(&g), &weights], &[]);
    if let Some(factor) = &factor {
        of_weights = binary(bench, Binary::Mul, &of_weights, factor);
    }
    let weighted = binary(bench, Binary::Mul, &of_weights, &soft);
    let sum = Prim::Reduce {
        op: Reduce::Sum,
        dims: vec![2],
    };
    let total = bench.apply(sum, &[&weighted], &[]);
    let spread = binary(bench, Binary::Mul, &soft, &total.reshape(&[batch, rows, 1]));
    let mut of_scores = binary(bench, Binary::Sub, &weighted, &spread);
    if let (Some(hidden), true) = (&hidden, way != Way::Biased) {
        let zero = number(bench, 0.0);
        let inputs = [&hidden.expand(&place), &zero.expand(&place), &of_scores];
        of_scores = bench.apply(Prim::Where, &inputs, &[]);
    }
    let of_scores = binary(bench, Binary::Mul, &of_scores, &scale);
    let of_queries = bench.apply(Prim::Matmul, &[&of_scores, &k], &[]);
    let of_keys = bench.apply(Prim::Matmul, &[&turn(&of_scores), &q], &[]);
    vec![out, of_queries, of_keys, of_values]
}

const WAYS: [Way; 6] = [
    Way::Plain,
    Way::Causal,
    Way::Masked,
    Way::Biased,
    Way::Unsafe,
    Way::Dropped,
];

fn agree(bench: &mut Bench, way: Way, sizes: [usize; 5], most_dispatches: u32) {
    let twins = attention(bench, way, sizes);
    let before = bench.executor.stats().dispatches;
    bench.agree(&twins.iter().collect::<Vec<_>>(), 1e-4);
    let dispatches = bench.executor.stats().dispatches - before;
    assert!(dispatches <= most_dispatches, "{way:?} {sizes:?}: {dispatches}");
}

/// The result may be wanted by nobody.
#[test]
fn gradients_alone() {
    for mut bench in [Bench::new(), Bench::as_hardware()] {
        for way in [Way::Causal, Way::Dropped] {
            let mut twins = attention(&mut bench, way, [2, 20, 18, 5, 6]);
            twins.remove(0);
            let before = bench.executor.stats().dispatches;
            bench.agree(&twins.iter().collect::<Vec<_>>(), 1e-4);
            assert_eq!(bench.executor.stats().dispatches - before, 3, "{way:?}");
        }
    }
}

/// Three kernels, and one for a mask or a bias that must be made.
#[test]
fn by_tiles() {
    let mut bench = Bench::as_hardware();
    for sizes in [[2, 70, 130, 40, 7], [1, 150, 20, 3, 66]] {
        for way in WAYS {
            agree(&mut bench, way, sizes, 4);
        }
    }
    agree(&mut bench, Way::Causal, [1, 65, 97, 128, 128], 3);
}

#[test]
fn by_registers() {
    for mut bench in [Bench::new(), Bench::as_hardware()] {
        for way in WAYS {
            agree(&mut bench, way, [3, 6, 13, 5, 7], 4);
        }
    }
}

#[test]
fn the_same_every_time() {
    let mut bench = Bench::as_hardware();
    let mut runs = (0..3).map(|_| {
        let twins = attention(&mut bench, Way::Masked, [2, 100, 90, 33, 40]);
        let found = bench.read(&twins.iter().collect::<Vec<_>>());
        found.iter().flat_map(numbers).map(f64::to_bits).collect::<Vec<u64>>()
    });
    let first = runs.next();
    assert!(runs.all(|run| Some(run) == first));
}
