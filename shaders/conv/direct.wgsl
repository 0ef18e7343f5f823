//! A convolution with one invocation a result, operands straight from memory: for groups of few channels, whose
//! products are too narrow for tiles.
//!
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, GRID_X; load_a, load_b, store.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= BATCH * ROWS * COLUMNS) { return; }
  let batch = i / (ROWS * COLUMNS);
  let row = (i / COLUMNS) % ROWS;
  let column = i % COLUMNS;
  var sum = Element();
  for (var k = 0u; k < INNER; k += 1u) {
    sum += load_a(batch, row, k) * load_b(batch, k, column);
  }
  store(batch, row, column, sum);
}
