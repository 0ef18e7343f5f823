//! What products and convolutions without workgroup memory share: 4 x 4 results an invocation, operands straight from
//! memory, so that caches do the sharing. What lies beyond the edge may hold anything: it is not stored.
//!
//! Needs: Element; BATCH, ROWS, COLUMNS, TILES_DOWN, TILES_ACROSS, GRID_X; sums_of, store.

struct Square {
  x: vec4<Element>,
  y: vec4<Element>,
  z: vec4<Element>,
  w: vec4<Element>,
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES_DOWN * TILES_ACROSS) { return; }
  let batch = tile / (TILES_DOWN * TILES_ACROSS);
  let row = ((tile / TILES_ACROSS) % TILES_DOWN) * 32u + (lane / 8u) * 4u;
  let column = (tile % TILES_ACROSS) * 32u + (lane % 8u) * 4u;
  if (row >= ROWS || column >= COLUMNS) { return; }
  let sums = sums_of(batch, row, column);
  store_row(batch, row, column, sums.x);
  store_row(batch, row + 1u, column, sums.y);
  store_row(batch, row + 2u, column, sums.z);
  store_row(batch, row + 3u, column, sums.w);
}

fn store_row(batch: u32, row: u32, column: u32, sums: vec4<Element>) {
  if (row >= ROWS) { return; }
  store(batch, row, column, sums.x);
  if (column + 1u < COLUMNS) { store(batch, row, column + 1u, sums.y); }
  if (column + 2u < COLUMNS) { store(batch, row, column + 2u, sums.z); }
  if (column + 3u < COLUMNS) { store(batch, row, column + 3u, sums.w); }
}
