//! Matrix product with one result an invocation and no workgroup memory: for small outputs where
//! workgroup memory is dear.
//!
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, TILES_DOWN, TILES_ACROSS, GRID_X; load_a, load_b, store.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES_DOWN * TILES_ACROSS) { return; }
  let batch = tile / (TILES_DOWN * TILES_ACROSS);
  let row = ((tile / TILES_ACROSS) % TILES_DOWN) * 8u + lane / 8u;
  let column = (tile % TILES_ACROSS) * 8u + lane % 8u;
  if (row >= ROWS || column >= COLUMNS) { return; }
  var total = Element();
  for (var k = 0u; k < INNER; k += 1u) {
    total += load_a(batch, row, k) * load_b(batch, k, column);
  }
  store(batch, row, column, total);
}
