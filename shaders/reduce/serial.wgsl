//! A fold with one invocation a result: for short folds, and where barriers are dear.
//!
//! Needs: Element, initial, combine; RESULTS, LENGTH, PARTS, PART_LENGTH, GRID_X; load_x(o, r), store(o, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let o = (group.x + group.y * GRID_X) * 64u + lane;
  if (o >= RESULTS) { return; }
  let start = (o % PARTS) * PART_LENGTH;
  let end = min(start + PART_LENGTH, LENGTH);
  var total = initial();
  for (var r = start; r < end; r += 1u) {
    total = combine(total, load_x(o / PARTS, r));
  }
  store(o, total);
}
