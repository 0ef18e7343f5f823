//! Gradients of attention's keys and values by tiles, see `tiles`: 64 keys a workgroup, and queries by blocks of 32. The
//! softmax is computed again from the row sums of the forward kernel, so no score leaves the workgroup.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, GRID_X; load_q, load_k, load_v, load_g, load_sums, load_products, scores,
//! factors, gradients, store, store_value.

const TILES = (COLUMNS + 63u) / 64u;
const KEY_CHUNKS = (DEPTH + 31u) / 32u;
const VALUE_CHUNKS = (WIDTH + 31u) / 32u;

struct Pair {
  weights: vec4<f32>,
  gradients: vec4<f32>,
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x + group.y * GRID_X;
  if (tile >= BATCH * TILES) { return; }
  let batch = tile / TILES;
  let first = (tile % TILES) * 64u;
  let x = lane % 8u;
  let y = lane / 8u;
  let column = first + y * 4u;
  let columns = four(column, 1u, COLUMNS);
  var of_keys: array<vec4<f32>, 4u * KEY_CHUNKS>;
  var of_values: array<vec4<f32>, 4u * VALUE_CHUNKS>;
  for (var block = 0u; block * 32u < ROWS; block += 1u) {
    let start = block * 32u;
    let rows = start + x + vec4<u32>(0u, 8u, 16u, 24u);
    let last = min(rows, vec4<u32>(ROWS - 1u));
    if (HIDDEN == 1u) {
      let ends = vec2<u32>(start, min(start + 31u, ROWS - 1u));
      if (hides_corners(batch, ends, vec2<u32>(first, min(first + 63u, COLUMNS - 1u)))) { continue; }
    }
    let row_sums = vec4<f32>(
      load_sums(batch, last.x), load_sums(batch, last.y), load_sums(batch, last.z), load_sums(batch, last.w));
    if (HIDDEN == 2u) {
      // A query that saw nothing has NaN, which must reach all that it reached in the softmax.
      let spreads = c_isnan(row_sums.x) || c_isnan(row_sums.y) || c_isnan(row_sums.z) || c_isnan(row_sums.w);
      if (!any_sees(block, spreads || sees(batch, last, columns), lane)) { continue; }
    }
    let products = vec4<f32>(
      load_products(batch, last.x), load_products(batch, last.y), load_products(batch, last.z),
      load_products(batch, last.w));
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
    // Queries beyond the end are no queries.
    let inside = rows < vec4<u32>(ROWS);
    let a = of_query(batch, last.x, columns, s.a, w.a, row_sums.x, products.x, inside.x);
    let b = of_query(batch, last.y, columns, s.b, w.b, row_sums.y, products.y, inside.y);
    let c = of_query(batch, last.z, columns, s.c, w.c, row_sums.z, products.z, inside.z);
    let d = of_query(batch, last.w, columns, s.d, w.d, row_sums.w, products.w, inside.w);
    put_weights(Block(a.weights, b.weights, c.weights, d.weights), x, y);
    for (var chunk = 0u; chunk < VALUE_CHUNKS; chunk += 1u) {
      fill_given(batch, start, chunk * 32u, lane);
      workgroupBarrier();
      let at = chunk * 4u;
      let before = Block(of_values[at], of_values[at + 1u], of_values[at + 2u], of_values[at + 3u]);
      let after = add_weighted(before, x, y);
      of_values[at] = after.a;
      of_values[at + 1u] = after.b;
      of_values[at + 2u] = after.c;
      of_values[at + 3u] = after.d;
      workgroupBarrier();
    }
    put_weights(Block(a.gradients, b.gradients, c.gradients, d.gradients), x, y);
    for (var chunk = 0u; chunk < KEY_CHUNKS; chunk += 1u) {
      fill_queries(batch, start, chunk * 32u, lane);
      workgroupBarrier();
      let at = chunk * 4u;
      let before = Block(of_keys[at], of_keys[at + 1u], of_keys[at + 2u], of_keys[at + 3u]);
      let after = add_weighted(before, x, y);
      of_keys[at] = after.a;
      of_keys[at + 1u] = after.b;
      of_keys[at + 2u] = after.c;
      of_keys[at + 3u] = after.d;
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < 4u; i += 1u) {
    if (column + i >= COLUMNS) { break; }
    for (var chunk = 0u; chunk < KEY_CHUNKS; chunk += 1u) {
      let d = chunk * 32u + x * 4u;
      let value = of_keys[chunk * 4u + i];
      if (d < DEPTH) { store(batch, column + i, d, value.x); }
      if (d + 1u < DEPTH) { store(batch, column + i, d + 1u, value.y); }
      if (d + 2u < DEPTH) { store(batch, column + i, d + 2u, value.z); }
      if (d + 3u < DEPTH) { store(batch, column + i, d + 3u, value.w); }
    }
    for (var chunk = 0u; chunk < VALUE_CHUNKS; chunk += 1u) {
      let e = chunk * 32u + x * 4u;
      let value = of_values[chunk * 4u + i];
      if (e < WIDTH) { store_value(batch, column + i, e, value.x); }
      if (e + 1u < WIDTH) { store_value(batch, column + i, e + 1u, value.y); }
      if (e + 2u < WIDTH) { store_value(batch, column + i, e + 2u, value.z); }
      if (e + 3u < WIDTH) { store_value(batch, column + i, e + 3u, value.w); }
    }
  }
}

// Weights of four keys for one query, and the gradients of their scores.
fn of_query(
  batch: u32, row: u32, columns: vec4<u32>, dots: vec4<f32>, of_weights: vec4<f32>, row_sum: f32, product: f32,
  is_inside: bool
) -> Pair {
  let rows = vec4<u32>(row);
  let f = factors(batch, rows, columns);
  let p = exp(scores(batch, rows, columns, dots) - row_sum);
  let s = gradients(batch, rows, columns, p * (of_weights * f - product));
  return Pair(select(vec4<f32>(), p * f, is_inside), select(vec4<f32>(), s, is_inside));
}

// 16 elements of 64 keys and of 32 queries; zeros beyond the end.
fn fill_scores(batch: u32, first: u32, start: u32, d0: u32, lane: u32) {
  let d = d0 + lane % 16u;
  let at = min(d, DEPTH - 1u);
  let zero = d >= DEPTH;
  for (var quad = lane / 16u; quad < 16u; quad += 8u) {
    let columns = four(first + quad * 4u, 1u, COLUMNS);
    let value = vec4<f32>(
      load_k(batch, columns.x, at), load_k(batch, columns.y, at), load_k(batch, columns.z, at),
      load_k(batch, columns.w, at));
    slices[line_slot(lane % 16u, quad)] = select(value, vec4<f32>(), zero);
  }
  let rows = four(start + lane / 16u, 8u, ROWS);
  let value = vec4<f32>(
    load_q(batch, rows.x, at), load_q(batch, rows.y, at), load_q(batch, rows.z, at), load_q(batch, rows.w, at));
  slices[other_slot(lane % 16u, lane / 16u)] = select(value, vec4<f32>(), zero);
}

// The same of values and of the result's gradient.
fn fill_gradients(batch: u32, first: u32, start: u32, e0: u32, lane: u32) {
  let e = e0 + lane % 16u;
  let at = min(e, WIDTH - 1u);
  let zero = e >= WIDTH;
  for (var quad = lane / 16u; quad < 16u; quad += 8u) {
    let columns = four(first + quad * 4u, 1u, COLUMNS);
    let value = vec4<f32>(
      load_v(batch, columns.x, at), load_v(batch, columns.y, at), load_v(batch, columns.z, at),
      load_v(batch, columns.w, at));
    slices[line_slot(lane % 16u, quad)] = select(value, vec4<f32>(), zero);
  }
  let rows = four(start + lane / 16u, 8u, ROWS);
  let value = vec4<f32>(
    load_g(batch, rows.x, at), load_g(batch, rows.y, at), load_g(batch, rows.z, at), load_g(batch, rows.w, at));
  slices[other_slot(lane % 16u, lane / 16u)] = select(value, vec4<f32>(), zero);
}

// 32 elements of the result's gradient of 32 queries; zeros beyond the last.
fn fill_given(batch: u32, start: u32, e0: u32, lane: u32) {
  let e = four(e0 + (lane % 8u) * 4u, 1u, WIDTH);
  for (var other = lane / 8u; other < 32u; other += 16u) {
    var value = vec4<f32>();
    let row = start + other;
    if (row < ROWS) {
      value = vec4<f32>(load_g(batch, row, e.x), load_g(batch, row, e.y), load_g(batch, row, e.z), load_g(batch, row, e.w));
    }
    slices[other * 8u + lane % 8u] = value;
  }
}

// 32 elements of 32 queries; zeros beyond the last.
fn fill_queries(batch: u32, start: u32, d0: u32, lane: u32) {
  let d = four(d0 + (lane % 8u) * 4u, 1u, DEPTH);
  for (var other = lane / 8u; other < 32u; other += 16u) {
    var value = vec4<f32>();
    let row = start + other;
    if (row < ROWS) {
      value = vec4<f32>(load_q(batch, row, d.x), load_q(batch, row, d.y), load_q(batch, row, d.z), load_q(batch, row, d.w));
    }
    slices[other * 8u + lane % 8u] = value;
  }
}
