//! Scatter-add in gather form: each output element looks through the sources of its line, in order, so
//! the sum does not depend on timing and needs no atomics.
//!
//! Needs: Element, source_line; TOTAL, LENGTH, STEP, GRID_X; load_index(i), load_source(i), store(i, value).

struct SourceLine {
  // The output element has sources at all.
  inside: bool,
  // Flat index of the line's first source.
  start: u32,
  // The index that a source must have to land here.
  wanted: u32,
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= TOTAL) { return; }
  let line = source_line(i);
  var total = Element();
  if (line.inside) {
    for (var k = 0u; k < LENGTH; k += 1u) {
      let source = line.start + k * STEP;
      if (u32(load_index(source)) == line.wanted) { total += load_source(source); }
    }
  }
  store(i, total);
}
