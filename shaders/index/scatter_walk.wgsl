//! A scatter in gather form: each result looks through the indices of its line, in order, so the outcome does not
//! depend on timing and needs no atomics. For lines with few indices.
//!
//! Needs: Element, SourceLine, source_line, base_of, index_at, source_at, meet; TOTAL, LENGTH, GRID_X; store(i, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= TOTAL) { return; }
  let line = source_line(i);
  var value = base_of(i);
  if (line.inside) {
    for (var k = 0u; k < LENGTH; k += 1u) {
      if (u32(index_at(line, k)) == line.wanted) { value = meet(value, source_at(line, k)); }
    }
  }
  store(i, value);
}
