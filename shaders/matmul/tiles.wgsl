//! What products and convolutions by tiles of 64 x 64 results share: 256 invocations, 4 x 4 results each.
//!
//! Slices of 16 along the sums pass through workgroup memory, so each operand element is read from
//! memory once a tile.
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, TILES_DOWN, TILES_ACROSS, GRID_X; fill_slices, store.

// A row of 65 keeps the columns of a slice in different banks.
var<workgroup> slice_a: array<Element, 1040>;
var<workgroup> slice_b: array<Element, 1040>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES_DOWN * TILES_ACROSS) { return; }
  let batch = tile / (TILES_DOWN * TILES_ACROSS);
  let first_row = ((tile / TILES_ACROSS) % TILES_DOWN) * 64u;
  let first_column = (tile % TILES_ACROSS) * 64u;
  let x = lane % 16u;
  let y = lane / 16u;
  var sum_0 = vec4<Element>();
  var sum_1 = vec4<Element>();
  var sum_2 = vec4<Element>();
  var sum_3 = vec4<Element>();
  for (var k0 = 0u; k0 < INNER; k0 += 16u) {
    fill_slices(batch, first_row, first_column, k0, lane);
    workgroupBarrier();
    for (var k = 0u; k < 16u; k += 1u) {
      let at_a = k * 65u + y;
      let at_b = k * 65u + x;
      let b = vec4<Element>(slice_b[at_b], slice_b[at_b + 16u], slice_b[at_b + 32u], slice_b[at_b + 48u]);
      sum_0 += slice_a[at_a] * b;
      sum_1 += slice_a[at_a + 16u] * b;
      sum_2 += slice_a[at_a + 32u] * b;
      sum_3 += slice_a[at_a + 48u] * b;
    }
    workgroupBarrier();
  }
  let row = first_row + y;
  let column = first_column + x;
  store_row(batch, row, column, sum_0);
  store_row(batch, row + 16u, column, sum_1);
  store_row(batch, row + 32u, column, sum_2);
  store_row(batch, row + 48u, column, sum_3);
}

// Four results 16 columns apart: neighbouring invocations write neighbouring elements.
fn store_row(batch: u32, row: u32, column: u32, sums: vec4<Element>) {
  if (row >= ROWS) { return; }
  if (column < COLUMNS) { store(batch, row, column, sums.x); }
  if (column + 16u < COLUMNS) { store(batch, row, column + 16u, sums.y); }
  if (column + 32u < COLUMNS) { store(batch, row, column + 32u, sums.z); }
  if (column + 48u < COLUMNS) { store(batch, row, column + 48u, sums.w); }
}
