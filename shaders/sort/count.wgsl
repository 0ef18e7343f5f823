//! Runs of at most RUN elements sorted by counting, for each element, those that belong before it: one invocation an
//! element, no workgroup memory. Equal keys keep their order.
//!
//! Needs: Element, before; LINES, LENGTH, INNER, RUN, GRID_X; load_x(outer, k, inner), store(outer, k, inner, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= LINES * LENGTH) { return; }
  let outer = i / (LENGTH * INNER);
  let k = (i / INNER) % LENGTH;
  let inner = i % INNER;
  let start = k - k % RUN;
  let end = min(start + RUN, LENGTH);
  let key = load_x(outer, k, inner);
  var place = start;
  for (var other = start; other < k; other += 1u) {
    if (!before(key, load_x(outer, other, inner))) { place += 1u; }
  }
  for (var other = k + 1u; other < end; other += 1u) {
    if (before(load_x(outer, other, inner), key)) { place += 1u; }
  }
  store(outer, place, inner, i32(k));
}
