//! Softmax of rows with DEPTH invocations a row and WIDTH rows a workgroup.
//!
//! The row is read three times: for its maximum, its sum and its results. A NaN makes the row NaN.
//! Needs: ROWS, LENGTH, LOG, WIDTH, DEPTH, GRID_X; load_x(row, column), store(row, column, value).

var<workgroup> folded: array<f32, WIDTH * DEPTH>;

@compute @workgroup_size(WIDTH * DEPTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * GRID_X) * WIDTH + lane / DEPTH;
  let along = lane % DEPTH;
  let first = lane - along;
  let end = select(0u, LENGTH, row < ROWS);

  var largest = c_from_bits(0xff800000u);
  for (var k = along; k < end; k += DEPTH) { largest = c_maximum(largest, load_x(row, k)); }
  folded[lane] = largest;
  workgroupBarrier();
  for (var half = DEPTH / 2u; half > 0u; half = half / 2u) {
    if (along < half) { folded[lane] = c_maximum(folded[lane], folded[lane + half]); }
    workgroupBarrier();
  }
  largest = folded[first];
  workgroupBarrier();

  var total = 0.0;
  for (var k = along; k < end; k += DEPTH) { total += exp(load_x(row, k) - largest); }
  folded[lane] = total;
  workgroupBarrier();
  for (var half = DEPTH / 2u; half > 0u; half = half / 2u) {
    if (along < half) { folded[lane] += folded[lane + half]; }
    workgroupBarrier();
  }
  total = folded[first];
  let log_total = c_log(total);
  for (var k = along; k < end; k += DEPTH) {
    let shifted = load_x(row, k) - largest;
    store(row, k, select(exp(shifted) / total, shifted - log_total, LOG));
  }
}
