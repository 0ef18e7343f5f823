//! Heaps of positions: the k first of a line in order, and the way out of lines on which quicksort would be slow.
//!
//! Williams's heap with Floyd's descent: a hole sinks to the bottom along the later children, then the element rises from
//! there. Equal elements come as these steps leave them, which is how PyTorch's CPU build leaves them.
//! Refuses values: callers compare positions. Read next: `partial_sort`.

use super::partial_sort::Before;

/// Brings the `count` first positions to the front, as a heap with the last of them on top.
pub fn select(positions: &mut [usize], count: usize, before: &impl Before) {
    let (front, rest) = positions.split_at_mut(count.min(positions.len()));
    for at in (0..front.len() / 2).rev() {
        let element = front[at];
        sink(front, at, element, before);
    }
    let Some(mut top) = front.first().copied() else { return };
    for position in rest {
        if before(*position, top) {
            let element = std::mem::replace(position, top);
            sink(front, 0, element, before);
            top = front[0];
        }
    }
}

/// Sorts a heap that [`select`] has made.
pub fn unfold(heap: &mut [usize], before: &impl Before) {
    for end in (1..heap.len()).rev() {
        heap.swap(0, end);
        let element = heap[0];
        sink(&mut heap[..end], 0, element, before);
    }
}

/// Puts an element into the heap below a hole.
fn sink(heap: &mut [usize], hole: usize, element: usize, before: &impl Before) {
    let mut at = hole;
    loop {
        let child = match (heap.get(2 * at + 1), heap.get(2 * at + 2)) {
            (Some(&left), Some(&right)) if before(right, left) => 2 * at + 1,
            (Some(_), Some(_)) => 2 * at + 2,
            (Some(_), None) => 2 * at + 1,
            _ => break,
        };
        heap[at] = heap[child];
        at = child;
    }
    while at > hole {
        let parent = (at - 1) / 2;
        if !before(heap[parent], element) {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = element;
}
