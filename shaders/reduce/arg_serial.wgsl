//! The position of an extreme with one invocation a result. Of equal values the first wins.
//!
//! Needs: Element, beats; RESULTS, LENGTH, INNER, GRID_X; load_x(outer, k, inner), store(o, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let o = (group.x + group.y * GRID_X) * 64u + lane;
  if (o >= RESULTS) { return; }
  var position = 0u;
  if (LENGTH > 0u) {
    var value = load_x(o / INNER, 0u, o % INNER);
    for (var k = 1u; k < LENGTH; k += 1u) {
      let candidate = load_x(o / INNER, k, o % INNER);
      if (beats(candidate, value)) {
        value = candidate;
        position = k;
      }
    }
  }
  store(o, i32(position));
}
