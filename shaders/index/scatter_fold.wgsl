//! A scatter whose indices were sorted and name few results often: a workgroup a result folds the sources that the
//! index sends there, and meets the base with them at last. The order of the folds is fixed by the sizes.
//!
//! Needs: Element, SourceLine, source_line, base_of, index_at, source_at, order_at, meet; TOTAL, LENGTH, GRID_X;
//! store(i, value).

var<workgroup> folded: array<Element, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = group.x + group.y * GRID_X;
  if (i >= TOTAL) { return; }
  let line = source_line(i);
  var first = 0u;
  var count = 0u;
  if (line.inside) {
    first = indices_below(line, line.wanted);
    count = indices_below(line, line.wanted + 1u) - first;
  }
  var value = Element();
  for (var rank = lane; rank < count; rank += 256u) {
    let source = source_at(line, order_at(line, first + rank));
    if (rank == lane) { value = source; } else { value = meet(value, source); }
  }
  folded[lane] = value;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    // Invocations beyond the count hold nothing.
    if (lane < half && lane + half < count) { folded[lane] = meet(folded[lane], folded[lane + half]); }
    workgroupBarrier();
  }
  if (lane == 0u) {
    var result = base_of(i);
    if (count > 0u) { result = meet(result, folded[0]); }
    store(i, result);
  }
}
