//! Matrix product with 4 x 4 results an invocation and no workgroup memory: operands come straight from
//! memory, four elements at a time, and caches do the sharing.
//!
//! Rows and columns beyond the edge may hold anything: they are not stored.
//! Needs: Element; BATCH, ROWS, COLUMNS, INNER, TILES_DOWN, TILES_ACROSS, GRID_X; quad_a, quad_b with A_ALONG_ROW,
//! B_ALONG_ROW; store.

struct Square {
  x: vec4<Element>,
  y: vec4<Element>,
  z: vec4<Element>,
  w: vec4<Element>,
}

fn transposed(s: Square) -> Square {
  return Square(
    vec4<Element>(s.x.x, s.y.x, s.z.x, s.w.x), vec4<Element>(s.x.y, s.y.y, s.z.y, s.w.y),
    vec4<Element>(s.x.z, s.y.z, s.z.z, s.w.z), vec4<Element>(s.x.w, s.y.w, s.z.w, s.w.w));
}

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
  for (var k = 0u; k < INNER; k += 4u) {
    // Four rows of four along the sums, and four of the sums' places by four columns.
    var a: Square;
    if (A_ALONG_ROW) {
      a = Square(quad_a(batch, rows.x, k), quad_a(batch, rows.y, k), quad_a(batch, rows.z, k), quad_a(batch, rows.w, k));
    } else {
      a = transposed(Square(
        quad_a(batch, row, k), quad_a(batch, row, k + 1u), quad_a(batch, row, k + 2u), quad_a(batch, row, k + 3u)));
    }
    var b: Square;
    if (B_ALONG_ROW) {
      b = Square(
        quad_b(batch, k, column), quad_b(batch, k + 1u, column), quad_b(batch, k + 2u, column), quad_b(batch, k + 3u, column));
    } else {
      b = transposed(Square(
        quad_b(batch, k, columns.x), quad_b(batch, k, columns.y), quad_b(batch, k, columns.z), quad_b(batch, k, columns.w)));
    }
    sum_0 += a.x.x * b.x + a.x.y * b.y + a.x.z * b.z + a.x.w * b.w;
    sum_1 += a.y.x * b.x + a.y.y * b.y + a.y.z * b.z + a.y.w * b.w;
    sum_2 += a.z.x * b.x + a.z.y * b.y + a.z.z * b.z + a.z.w * b.w;
    sum_3 += a.w.x * b.x + a.w.y * b.y + a.w.z * b.z + a.w.w * b.w;
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
