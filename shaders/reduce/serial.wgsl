//! A fold with one invocation a result: for short folds, and where barriers are dear.
//!
//! With PARTS above 1 each result is one part of a longer fold, of elements that follow each other: scans rely on that.
//! Needs: Element, initial, combine; RESULTS, LENGTH, PARTS, PART_LENGTH, GRID_X; load_x(o, r), store(o, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let o = (group.x + group.y * GRID_X) * 64u + lane;
  if (o >= RESULTS) { return; }
  let x = o / PARTS;
  let start = (o % PARTS) * PART_LENGTH;
  let end = min(start + PART_LENGTH, LENGTH);
  var total = initial();
  var r = start;
  // Four at a time: their loads do not wait for each other.
  for (; r + 3u < end; r += 4u) {
    let first = combine(load_x(x, r), load_x(x, r + 1u));
    let second = combine(load_x(x, r + 2u), load_x(x, r + 3u));
    total = combine(total, combine(first, second));
  }
  for (; r < end; r += 1u) {
    total = combine(total, load_x(x, r));
  }
  store(o, total);
}
