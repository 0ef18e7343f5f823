//! Partial selection: the k first positions of a line in some order, without sorting the rest; and their order.
//!
//! Equal elements come in the order in which PyTorch's CPU build leaves them, so that `topk`, `kthvalue`
//! and `median` give its indices. That order is the algorithms': quickselect with the median of the
//! first, middle and last element as pivot, in the two variants below. Both are textbook: Hoare's FIND,
//! and Sedgewick's with the pivot parked beside the front. Lines on which it would be slow go through a heap.
//! Refuses shapes: callers cut lines.
//! Read next: `ops::sort`.

use super::heap_sort;

/// Lines of at most this many elements are sorted whole, by insertion.
const SHORT: usize = 3;

/// Pieces of at most this many elements are left to insertion.
const LONG: usize = 16;

/// Whether the element of the first position comes before that of the second.
pub trait Before: Fn(usize, usize) -> bool {}
impl<F: Fn(usize, usize) -> bool> Before for F {}

/// Brings the position that sorting would put at `nth` there, smaller ones before it.
pub fn select_nth(positions: &mut [usize], nth: usize, before: impl Before) {
    let (mut first, mut end) = (0, positions.len());
    if nth >= end {
        return;
    }
    // Hostile lines would take quadratic time; a heap bounds it.
    let mut rounds_left = 2 * end.ilog2();
    while end - first > SHORT {
        if rounds_left == 0 {
            heap_sort::select(&mut positions[first..end], nth + 1 - first, &before);
            positions.swap(first, nth);
            return;
        }
        rounds_left -= 1;
        let cut = partition(positions, first, end, &before);
        if cut <= nth {
            first = cut;
        } else {
            end = cut;
        }
    }
    sort_stable(&mut positions[first..end], before);
}

/// Brings the `count` first positions to the front, in order: for few of many.
pub fn sort_first(positions: &mut [usize], count: usize, before: impl Before) {
    let count = count.min(positions.len());
    heap_sort::select(positions, count, &before);
    heap_sort::unfold(&mut positions[..count], &before);
}

/// Sorts positions by quicksort down to short pieces and by insertion from there.
pub fn sort(positions: &mut [usize], before: impl Before) {
    let mut waiting = vec![(0, positions.len(), 2 * positions.len().max(1).ilog2())];
    while let Some((first, mut end, mut rounds_left)) = waiting.pop() {
        while end - first > LONG {
            if rounds_left == 0 {
                sort_first(&mut positions[first..end], end - first, &before);
                break;
            }
            rounds_left -= 1;
            let cut = partition(positions, first, end, &before);
            waiting.push((cut, end, rounds_left));
            end = cut;
        }
    }
    sort_stable(positions, before);
}

/// Sorts positions; equal elements keep their order.
fn sort_stable(positions: &mut [usize], before: impl Before) {
    positions.sort_by(|&a, &b| {
        if before(a, b) {
            std::cmp::Ordering::Less
        } else if before(b, a) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    });
}

/// Puts the median of three at the front and divides the rest around it. Returns where the second part begins.
fn partition(positions: &mut [usize], first: usize, end: usize, before: &impl Before) -> usize {
    let (a, b, c) = (first + 1, first + (end - first) / 2, end - 1);
    let comes = |positions: &[usize], x: usize, y: usize| before(positions[x], positions[y]);
    let median = if comes(positions, a, b) {
        if comes(positions, b, c) {
            b
        } else if comes(positions, a, c) {
            c
        } else {
            a
        }
    } else if comes(positions, a, c) {
        a
    } else if comes(positions, b, c) {
        c
    } else {
        b
    };
    positions.swap(first, median);
    let pivot = positions[first];
    let (mut low, mut high) = (first + 1, end);
    loop {
        while low < end && before(positions[low], pivot) {
            low += 1;
        }
        high -= 1;
        while high > first && before(pivot, positions[high]) {
            high -= 1;
        }
        if low >= high {
            return low;
        }
        positions.swap(low, high);
        low += 1;
    }
}

/// Brings the position that sorting would put at `nth` there; `after` is the strict order reversed.
pub fn quick_select(positions: &mut [usize], nth: usize, after: impl Before) {
    if positions.is_empty() || nth >= positions.len() {
        return;
    }
    let (mut left, mut right) = (0, positions.len() - 1);
    let swap_if_after = |positions: &mut [usize], x: usize, y: usize| {
        if after(positions[x], positions[y]) {
            positions.swap(x, y);
        }
    };
    while right > left {
        if right == left + 1 {
            swap_if_after(positions, left, right);
            return;
        }
        positions.swap(left + (right - left) / 2, left + 1);
        swap_if_after(positions, left + 1, right);
        swap_if_after(positions, left, right);
        swap_if_after(positions, left + 1, left);
        let pivot = positions[left];
        let (mut low, mut high) = (left + 1, right);
        loop {
            low += 1;
            while low < right && after(pivot, positions[low]) {
                low += 1;
            }
            high -= 1;
            while high > left && after(positions[high], pivot) {
                high -= 1;
            }
            if high < low {
                break;
            }
            positions.swap(low, high);
        }
        positions.swap(left, high);
        if high <= nth {
            left = low;
        }
        if high >= nth {
            right = high.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look shuffled, with many equals.
    fn line(len: usize) -> Vec<u32> {
        (0..len as u32).map(|i| i.wrapping_mul(2_654_435_761) >> 27).collect()
    }

    #[test]
    fn both_find_the_nth() {
        for len in [1, 2, 3, 4, 5, 10, 33, 100] {
            let values = line(len);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            for nth in 0..len {
                let mut positions: Vec<usize> = (0..len).collect();
                select_nth(&mut positions, nth, |a, b| values[a] < values[b]);
                assert_eq!(values[positions[nth]], sorted[nth], "{len} {nth}");
                assert!(positions[..nth].iter().all(|&at| values[at] <= sorted[nth]));
                let mut positions: Vec<usize> = (0..len).collect();
                quick_select(&mut positions, nth, |a, b| values[a] > values[b]);
                assert_eq!(values[positions[nth]], sorted[nth], "{len} {nth}");
                assert!(positions[..nth].iter().all(|&at| values[at] <= sorted[nth]));
            }
        }
    }

    #[test]
    fn all_or_the_first_in_order() {
        // The last is one on which quicksort with this pivot would be slow.
        let slow: Vec<u32> = (0..256)
            .map(|i| if i < 128 { i % 2 * 128 + i + 1 } else { 2 * (i - 127) })
            .collect();
        for values in [line(1), line(16), line(17), line(300), slow] {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let chosen = |positions: &[usize]| positions.iter().map(|&at| values[at]).collect::<Vec<_>>();
            let mut positions: Vec<usize> = (0..values.len()).collect();
            sort(&mut positions, |a, b| values[a] < values[b]);
            assert_eq!(chosen(&positions), sorted);
            for count in [0, 1, values.len() / 3, values.len()] {
                let mut positions: Vec<usize> = (0..values.len()).collect();
                sort_first(&mut positions, count, |a, b| values[a] < values[b]);
                assert_eq!(chosen(&positions[..count]), sorted[..count]);
            }
        }
    }

    #[test]
    fn nothing_to_select_from() {
        select_nth(&mut [], 0, |_, _| false);
        quick_select(&mut [], 0, |_, _| false);
        let mut one = [0];
        select_nth(&mut one, 0, |_, _| false);
        assert_eq!(one, [0]);
    }
}
