//! The position of an extreme with DEPTH invocations a result and WIDTH results a workgroup.
//!
//! Of equal values the lowest position wins, whichever invocation saw it.
//! Needs: Element, beats; RESULTS, LENGTH, INNER, WIDTH, DEPTH, ALONG_ROWS, GRID_X; load_x(outer, k, inner), store(o, value).

var<workgroup> best_values: array<Element, WIDTH * DEPTH>;
var<workgroup> best_positions: array<u32, WIDTH * DEPTH>;

@compute @workgroup_size(WIDTH * DEPTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let across = select(lane % WIDTH, lane / DEPTH, ALONG_ROWS);
  let along = select(lane / WIDTH, lane % DEPTH, ALONG_ROWS);
  let step = select(WIDTH, 1u, ALONG_ROWS);
  let o = (group.x + group.y * GRID_X) * WIDTH + across;
  var value = Element();
  var position = LENGTH;
  if (o < RESULTS) {
    for (var k = along; k < LENGTH; k += DEPTH) {
      let candidate = load_x(o / INNER, k, o % INNER);
      if (position == LENGTH || beats(candidate, value)) {
        value = candidate;
        position = k;
      }
    }
  }
  best_values[lane] = value;
  best_positions[lane] = position;
  workgroupBarrier();
  for (var half = DEPTH / 2u; half > 0u; half = half / 2u) {
    if (along < half) {
      let other = lane + half * step;
      let present = best_positions[other] < LENGTH;
      let better = beats(best_values[other], best_values[lane]);
      let equal = !better && !beats(best_values[lane], best_values[other]);
      let earlier = best_positions[other] < best_positions[lane];
      if (present && (best_positions[lane] == LENGTH || better || (equal && earlier))) {
        best_values[lane] = best_values[other];
        best_positions[lane] = best_positions[other];
      }
    }
    workgroupBarrier();
  }
  if (along == 0u && o < RESULTS) { store(o, i32(best_positions[lane])); }
}
