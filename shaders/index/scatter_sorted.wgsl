//! A scatter whose indices were sorted: each result finds the first index that names it by halving, and meets the
//! sources from there in their own order, since the sort is stable.
//!
//! Needs: Element, SourceLine, source_line, base_of, index_at, source_at, order_at, meet; TOTAL, LENGTH, REPLACES,
//! GRID_X; store(i, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= TOTAL) { return; }
  let line = source_line(i);
  var value = base_of(i);
  if (line.inside) {
    if (REPLACES) {
      let after = indices_below(line, line.wanted + 1u);
      if (after > 0u) {
        let k = order_at(line, after - 1u);
        if (u32(index_at(line, k)) == line.wanted) { value = source_at(line, k); }
      }
    } else {
      for (var rank = indices_below(line, line.wanted); rank < LENGTH; rank += 1u) {
        let k = order_at(line, rank);
        if (u32(index_at(line, k)) != line.wanted) { break; }
        value = meet(value, source_at(line, k));
      }
    }
  }
  store(i, value);
}
