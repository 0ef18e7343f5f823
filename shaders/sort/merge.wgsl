//! Neighbouring sorted runs of RUN / 2 merged to runs of RUN: each element finds by halving how many of the other
//! run belong before it. Elements of the left run come before equal ones of the right run.
//!
//! Needs: Element, before; LINES, LENGTH, INNER, RUN, GRID_X; load_x(outer, k, inner), load_order(outer, k, inner),
//! store(outer, k, inner, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= LINES * LENGTH) { return; }
  let outer = i / (LENGTH * INNER);
  let k = (i / INNER) % LENGTH;
  let inner = i % INNER;
  let start = k - k % RUN;
  let middle = min(start + RUN / 2u, LENGTH);
  let end = min(start + RUN, LENGTH);
  let is_left = k < middle;
  let position = load_order(outer, k, inner);
  let key = load_x(outer, u32(position), inner);
  let other = select(start, middle, is_left);
  var low = other;
  var high = select(middle, end, is_left);
  while (low < high) {
    let probe = (low + high) / 2u;
    let candidate = load_x(outer, u32(load_order(outer, probe, inner)), inner);
    var belongs_first = false;
    if (is_left) { belongs_first = before(candidate, key); } else { belongs_first = !before(key, candidate); }
    if (belongs_first) { low = probe + 1u; } else { high = probe; }
  }
  let own_start = select(middle, start, is_left);
  store(outer, start + (k - own_start) + (low - other), inner, position);
}
