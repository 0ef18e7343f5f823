//! The sums of 4 x 4 results of a convolution as a product of matrices, see `matmul/squares`.
//!
//! Rows and columns beyond the edge are clamped while reading.
//! Needs: Element; ROWS, COLUMNS, INNER; load_a, load_b.

fn sums_of(batch: u32, row: u32, column: u32) -> Square {
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
  return Square(sum_0, sum_1, sum_2, sum_3);
}
