//! Gradient of attention's queries by tiles, see `tiles`: 64 queries a workgroup. The softmax is computed again from the row
//! sums of the forward kernel, so no score leaves the workgroup.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, GRID_X; load_q, load_k, load_v, load_g, load_sums, load_out, scores, factors,
//! gradients, store, store_row.

const TILES = (ROWS + 63u) / 64u;
const CHUNKS = (DEPTH + 31u) / 32u;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES) { return; }
  let batch = tile / TILES;
  let first = (tile % TILES) * 64u;
  let x = lane % 8u;
  let y = lane / 8u;
  let row = first + y * 4u;
  let rows = four(row, 1u, ROWS);
  let row_sums = vec4<f32>(
    load_sums(batch, rows.x), load_sums(batch, rows.y), load_sums(batch, rows.z), load_sums(batch, rows.w));
  // A query that saw nothing has NaN, which must reach all that it reached in the softmax.
  let spreads = c_isnan(row_sums.x) || c_isnan(row_sums.y) || c_isnan(row_sums.z) || c_isnan(row_sums.w);
  var products = vec4<f32>();
  for (var e = x; e < WIDTH; e += 8u) {
    products += vec4<f32>(
      load_g(batch, rows.x, e), load_g(batch, rows.y, e), load_g(batch, rows.z, e), load_g(batch, rows.w, e))
      * vec4<f32>(
      load_out(batch, rows.x, e), load_out(batch, rows.y, e), load_out(batch, rows.z, e), load_out(batch, rows.w, e));
  }
  products = sum_over_others(products, x, y);
  var sums: array<vec4<f32>, 4u * CHUNKS>;
  for (var block = 0u; block * 32u < COLUMNS; block += 1u) {
    let start = block * 32u;
    let columns = start + x + vec4<u32>(0u, 8u, 16u, 24u);
    let last = min(columns, vec4<u32>(COLUMNS - 1u));
    if (HIDDEN == 1u) {
      let ends = vec2<u32>(start, min(start + 31u, COLUMNS - 1u));
      if (hides_corners(batch, vec2<u32>(first, min(first + 63u, ROWS - 1u)), ends)) { continue; }
    }
    if (HIDDEN == 2u) {
      if (!any_sees(block, spreads || sees(batch, rows, last), lane)) { continue; }
    }
    var s = Block();
    for (var d = 0u; d < DEPTH; d += 16u) {
      fill_scores(batch, first, start, d, lane);
      workgroupBarrier();
      s = add_products(s, x, y);
      workgroupBarrier();
    }
    var w = Block();
    for (var e = 0u; e < WIDTH; e += 16u) {
      fill_gradients(batch, first, start, e, lane);
      workgroupBarrier();
      w = add_products(w, x, y);
      workgroupBarrier();
    }
    s.a = of_scores(batch, rows, last.x, s.a, w.a, row_sums, products);
    s.b = of_scores(batch, rows, last.y, s.b, w.b, row_sums, products);
    s.c = of_scores(batch, rows, last.z, s.c, w.c, row_sums, products);
    s.d = of_scores(batch, rows, last.w, s.d, w.d, row_sums, products);
    // Keys beyond the end are no keys.
    let inside = columns < vec4<u32>(COLUMNS);
    s.a = select(vec4<f32>(), s.a, inside.x);
    s.b = select(vec4<f32>(), s.b, inside.y);
    s.c = select(vec4<f32>(), s.c, inside.z);
    s.d = select(vec4<f32>(), s.d, inside.w);
    put_weights(s, x, y);
    for (var chunk = 0u; chunk < CHUNKS; chunk += 1u) {
      fill_keys(batch, start, chunk * 32u, lane);
      workgroupBarrier();
      let at = chunk * 4u;
      let after = add_weighted(Block(sums[at], sums[at + 1u], sums[at + 2u], sums[at + 3u]), x, y);
      sums[at] = after.a;
      sums[at + 1u] = after.b;
      sums[at + 2u] = after.c;
      sums[at + 3u] = after.d;
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < 4u; i += 1u) {
    if (row + i >= ROWS) { break; }
    for (var chunk = 0u; chunk < CHUNKS; chunk += 1u) {
      let d = chunk * 32u + x * 4u;
      let value = sums[chunk * 4u + i];
      if (d < DEPTH) { store(batch, row + i, d, value.x); }
      if (d + 1u < DEPTH) { store(batch, row + i, d + 1u, value.y); }
      if (d + 2u < DEPTH) { store(batch, row + i, d + 2u, value.z); }
      if (d + 3u < DEPTH) { store(batch, row + i, d + 3u, value.w); }
    }
    if (x == 0u) { store_row(batch, row + i, products[i]); }
  }
}

// Gradients of scores of four queries with one key, from its products and the gradients of the weights.
fn of_scores(
  batch: u32, rows: vec4<u32>, column: u32, dots: vec4<f32>, of_weights: vec4<f32>, row_sums: vec4<f32>,
  products: vec4<f32>
) -> vec4<f32> {
  let columns = vec4<u32>(column);
  let p = exp(scores(batch, rows, columns, dots) - row_sums);
  return gradients(batch, rows, columns, p * (of_weights * factors(batch, rows, columns) - products));
}

// The same of the result's gradient and of values.
fn fill_gradients(batch: u32, first: u32, start: u32, e0: u32, lane: u32) {
  let e = e0 + lane % 16u;
  let at = min(e, WIDTH - 1u);
  let zero = e >= WIDTH;
  for (var quad = lane / 16u; quad < 16u; quad += 8u) {
    let rows = four(first + quad * 4u, 1u, ROWS);
    let value = vec4<f32>(
      load_g(batch, rows.x, at), load_g(batch, rows.y, at), load_g(batch, rows.z, at), load_g(batch, rows.w, at));
    slices[line_slot(lane % 16u, quad)] = select(value, vec4<f32>(), zero);
  }
  let columns = four(start + lane / 16u, 8u, COLUMNS);
  let value = vec4<f32>(
    load_v(batch, columns.x, at), load_v(batch, columns.y, at), load_v(batch, columns.z, at),
    load_v(batch, columns.w, at));
  slices[other_slot(lane % 16u, lane / 16u)] = select(value, vec4<f32>(), zero);
}

// 32 elements of 32 keys; zeros beyond the last key.
fn fill_keys(batch: u32, start: u32, d0: u32, lane: u32) {
  let d = four(d0 + (lane % 8u) * 4u, 1u, DEPTH);
  for (var other = lane / 8u; other < 32u; other += 16u) {
    var value = vec4<f32>();
    let column = start + other;
    if (column < COLUMNS) {
      value = vec4<f32>(
        load_k(batch, column, d.x), load_k(batch, column, d.y), load_k(batch, column, d.z), load_k(batch, column, d.w));
    }
    slices[other * 8u + lane % 8u] = value;
  }
}
