//! A convolution as a product of matrices, with 4 x 4 results an invocation and no workgroup memory:
//! operands come straight from memory, and caches do the sharing.
//!
//! Rows and columns beyond the edge are clamped while reading and not stored.
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, TILES_DOWN, TILES_ACROSS, GRID_X; load_a, load_b, store.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES_DOWN * TILES_ACROSS) { return; }
  let batch = tile / (TILES_DOWN * TILES_ACROSS);
  let row = ((tile / TILES_ACROSS) % TILES_DOWN) * 32u + (lane / 8u) * 4u;
  let column = (tile % TILES_ACROSS) * 32u + (lane % 8u) * 4u;
  if (row >= ROWS || column >= COLUMNS) { return; }
  let rows = min(vec4<u32>(row, row + 1u, row + 2u, row + 3u), vec4<u32>(ROWS - 1u));
  let columns = min(vec4<u32>(column, column + 1u, column + 2u, column + 3u), vec4<u32>(COLUMNS - 1u));
  var sum_0 = vec4<Element>();
  var sum_1 = vec4<Element>();
  var sum_2 = vec4<Element>();
  var sum_3 = vec4<Element>();
  for (var k = 0u; k < INNER; k += 1u) {
    let b = vec4<Element>(
      load_b(batch, k, columns.x), load_b(batch, k, columns.y), load_b(batch, k, columns.z), load_b(batch, k, columns.w));
    sum_0 += load_a(batch, rows.x, k) * b;
    sum_1 += load_a(batch, rows.y, k) * b;
    sum_2 += load_a(batch, rows.z, k) * b;
    sum_3 += load_a(batch, rows.w, k) * b;
  }
  store_row(batch, row, column, sum_0);
  store_row(batch, row + 1u, column, sum_1);
  store_row(batch, row + 2u, column, sum_2);
  store_row(batch, row + 3u, column, sum_3);
}

fn store_row(batch: u32, row: u32, column: u32, sums: vec4<Element>) {
  if (row >= ROWS) { return; }
  store(batch, row, column, sums.x);
  if (column + 1u < COLUMNS) { store(batch, row, column + 1u, sums.y); }
  if (column + 2u < COLUMNS) { store(batch, row, column + 2u, sums.z); }
  if (column + 3u < COLUMNS) { store(batch, row, column + 3u, sums.w); }
}
