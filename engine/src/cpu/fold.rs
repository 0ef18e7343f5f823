//! Folds of one slice, in lanes side by side, so that the compiler makes vectors of them.
//!
//! Refuses to know operands: see `reduce`, `arg_reduce`.

use std::ops::AddAssign;

use super::cast::Convert;

/// Lanes in which a fold runs side by side: four vectors of four f32.
const LANES: usize = 16;
/// Elements that are summed before the total moves to double precision: a few in each lane.
const SUM_BLOCK: usize = 16 * LANES;

/// The sum of a slice, in double precision.
pub fn sum_slice<T: Convert + AddAssign>(elements: &[T]) -> f64 {
    let mut total = 0.0;
    for block in elements.chunks(SUM_BLOCK) {
        let mut lanes = [T::default(); LANES];
        let groups = block.chunks_exact(LANES);
        let rest = groups.remainder();
        for group in groups {
            lanes
                .iter_mut()
                .zip(group)
                .for_each(|(lane, &element)| *lane += element);
        }
        lanes.iter_mut().zip(rest).for_each(|(lane, &element)| *lane += element);
        total += fold_lanes(lanes, |x, y| {
            let mut sum = x;
            sum += y;
            sum
        })
        .to_f64();
    }
    total
}

/// Folds lanes half onto half, which takes few steps and keeps sums balanced.
#[inline(always)]
fn fold_lanes<T: Copy>(mut lanes: [T; LANES], combine: impl Fn(T, T) -> T) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = combine(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// A fold of a slice by an associative function.
pub fn fold_slice<T: Copy>(elements: &[T], initial: T, combine: impl Fn(T, T) -> T) -> T {
    let mut lanes = [initial; LANES];
    let groups = elements.chunks_exact(LANES);
    let rest = groups.remainder();
    for group in groups {
        lanes
            .iter_mut()
            .zip(group)
            .for_each(|(lane, &element)| *lane = combine(*lane, element));
    }
    lanes
        .iter_mut()
        .zip(rest)
        .for_each(|(lane, &element)| *lane = combine(*lane, element));
    fold_lanes(lanes, combine)
}
