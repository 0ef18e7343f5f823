//! Matrix product, or convolution as one, by tiles of 16 x 16 results, one an invocation: for outputs too small to
//! fill a device with larger tiles.
//!
//! Slices of 16 along the sums pass through workgroup memory. Beyond the edges zeros are stored.
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, TILES_DOWN, TILES_ACROSS, GRID_X; load_a, load_b, store.

// A row of 17 keeps the columns of a slice in different banks.
var<workgroup> slice_a: array<Element, 272>;
var<workgroup> slice_b: array<Element, 272>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES_DOWN * TILES_ACROSS) { return; }
  let batch = tile / (TILES_DOWN * TILES_ACROSS);
  let x = lane % 16u;
  let y = lane / 16u;
  let row = ((tile / TILES_ACROSS) % TILES_DOWN) * 16u + y;
  let column = (tile % TILES_ACROSS) * 16u + x;
  var total = Element();
  for (var k0 = 0u; k0 < INNER; k0 += 16u) {
    var a = Element();
    if (row < ROWS && k0 + x < INNER) { a = load_a(batch, row, k0 + x); }
    slice_a[y * 17u + x] = a;
    var b = Element();
    if (column < COLUMNS && k0 + y < INNER) { b = load_b(batch, k0 + y, column); }
    slice_b[y * 17u + x] = b;
    workgroupBarrier();
    for (var k = 0u; k < 16u; k += 1u) {
      total += slice_a[y * 17u + k] * slice_b[k * 17u + x];
    }
    workgroupBarrier();
  }
  if (row < ROWS && column < COLUMNS) { store(batch, row, column, total); }
}
