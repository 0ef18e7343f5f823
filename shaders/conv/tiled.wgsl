//! The slices of a convolution as a product of matrices, see `matmul/tiles`: each invocation looks up one column of the
//! unrolled input, whose place is worked out once. Beyond the edges zeros are stored and nothing is read.
//!
//! Needs: Element; ROWS, COLUMNS, INNER; load_a, load_b.

fn fill_slices(batch: u32, first_row: u32, first_column: u32, k0: u32, lane: u32) {
  let x = lane % 16u;
  let y = lane / 16u;
  for (var part = 0u; part < 4u; part += 1u) {
    let a_row = y + part * 16u;
    var a = Element();
    if (first_row + a_row < ROWS && k0 + x < INNER) { a = load_a(batch, first_row + a_row, k0 + x); }
    slice_a[x * 65u + a_row] = a;
    let b_k = lane / 64u + part * 4u;
    let b_column = lane % 64u;
    var b = Element();
    if (first_column + b_column < COLUMNS && k0 + b_k < INNER) { b = load_b(batch, k0 + b_k, first_column + b_column); }
    slice_b[b_k * 65u + b_column] = b;
  }
}
