//! The slices of a matrix product by tiles, see `tiles`: a slice of each operand is 256 quads, one an invocation,
//! neighbours reading neighbouring memory. Beyond the edges zeros are stored and nothing is read.
//!
//! Needs: Element; ROWS, COLUMNS, INNER; quad_a, quad_b with A_ALONG_ROW, B_ALONG_ROW.

fn fill_slices(batch: u32, first_row: u32, first_column: u32, k0: u32, lane: u32) {
  if (A_ALONG_ROW) {
    let a_row = lane / 4u;
    let a_k = (lane % 4u) * 4u;
    var a = vec4<Element>();
    if (first_row + a_row < ROWS && k0 + a_k < INNER) { a = quad_a(batch, first_row + a_row, k0 + a_k); }
    slice_a[a_k * 65u + a_row] = a.x;
    slice_a[a_k * 65u + 65u + a_row] = a.y;
    slice_a[a_k * 65u + 130u + a_row] = a.z;
    slice_a[a_k * 65u + 195u + a_row] = a.w;
  } else {
    let a_k = lane / 16u;
    let a_row = (lane % 16u) * 4u;
    var a = vec4<Element>();
    if (first_row + a_row < ROWS && k0 + a_k < INNER) { a = quad_a(batch, first_row + a_row, k0 + a_k); }
    let at = a_k * 65u + a_row;
    slice_a[at] = a.x;
    slice_a[at + 1u] = a.y;
    slice_a[at + 2u] = a.z;
    slice_a[at + 3u] = a.w;
  }
  if (B_ALONG_ROW) {
    let b_k = lane / 16u;
    let b_column = (lane % 16u) * 4u;
    var b = vec4<Element>();
    if (first_column + b_column < COLUMNS && k0 + b_k < INNER) { b = quad_b(batch, k0 + b_k, first_column + b_column); }
    let at = b_k * 65u + b_column;
    slice_b[at] = b.x;
    slice_b[at + 1u] = b.y;
    slice_b[at + 2u] = b.z;
    slice_b[at + 3u] = b.w;
  } else {
    let b_column = lane / 4u;
    let b_k = (lane % 4u) * 4u;
    var b = vec4<Element>();
    if (first_column + b_column < COLUMNS && k0 + b_k < INNER) { b = quad_b(batch, k0 + b_k, first_column + b_column); }
    slice_b[b_k * 65u + b_column] = b.x;
    slice_b[b_k * 65u + 65u + b_column] = b.y;
    slice_b[b_k * 65u + 130u + b_column] = b.z;
    slice_b[b_k * 65u + 195u + b_column] = b.w;
  }
}
