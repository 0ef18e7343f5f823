//! The sums of 4 x 4 results of a matrix product, see `squares`: operands come four elements at a time.
//!
//! Needs: Element; ROWS, COLUMNS, INNER; quad_a, quad_b with A_ALONG_ROW, B_ALONG_ROW.

fn transposed(s: Square) -> Square {
  return Square(
    vec4<Element>(s.x.x, s.y.x, s.z.x, s.w.x), vec4<Element>(s.x.y, s.y.y, s.z.y, s.w.y),
    vec4<Element>(s.x.z, s.y.z, s.z.z, s.w.z), vec4<Element>(s.x.w, s.y.w, s.z.w, s.w.w));
}

fn sums_of(batch: u32, row: u32, column: u32) -> Square {
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
  return Square(sum_0, sum_1, sum_2, sum_3);
}
