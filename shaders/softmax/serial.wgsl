//! Softmax of rows with one invocation a row: for short rows, and where barriers are dear.
//!
//! The row is read three times: for its maximum, its sum and its results. A NaN makes the row NaN.
//! Needs: ROWS, LENGTH, LOG, GRID_X; load_x(row, column), store(row, column, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * GRID_X) * 64u + lane;
  if (row >= ROWS) { return; }
  var largest = c_from_bits(0xff800000u);
  for (var k = 0u; k < LENGTH; k += 1u) { largest = c_maximum(largest, load_x(row, k)); }
  var total = 0.0;
  for (var k = 0u; k < LENGTH; k += 1u) { total += exp(load_x(row, k) - largest); }
  let log_total = c_log(total);
  for (var k = 0u; k < LENGTH; k += 1u) {
    let shifted = load_x(row, k) - largest;
    store(row, k, select(exp(shifted) / total, shifted - log_total, LOG));
  }
}
