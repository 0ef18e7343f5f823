//! Gradient of attention's queries, four of them an invocation, without workgroup memory: the softmax is computed
//! again from the row sums of the forward kernel, so no score is kept.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, GRID_X; load_q, load_k, load_v, load_g, load_sums, load_out, scores,
//! factors, gradients, store, store_row.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  // Lengths that a compiler cannot know: software adapters would unroll every loop, which takes them seconds.
  let depth = DEPTH + group.z;
  let width = WIDTH + group.z;
  let number = (group.x + group.y * GRID_X) * 64u + lane;
  let blocks = (ROWS + 3u) / 4u;
  if (number >= BATCH * blocks) { return; }
  let batch = number / blocks;
  let row = (number % blocks) * 4u;
  let rows = min(row + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(ROWS - 1u));
  // A vector holds an element of each of the four queries.
  var q: array<vec4<f32>, DEPTH>;
  for (var d = 0u; d < depth; d += 1u) {
    q[d] = vec4<f32>(
      load_q(batch, rows.x, d), load_q(batch, rows.y, d), load_q(batch, rows.z, d), load_q(batch, rows.w, d));
  }
  var g: array<vec4<f32>, WIDTH>;
  var products = vec4<f32>();
  for (var e = 0u; e < width; e += 1u) {
    let x = vec4<f32>(
      load_g(batch, rows.x, e), load_g(batch, rows.y, e), load_g(batch, rows.z, e), load_g(batch, rows.w, e));
    products += x * vec4<f32>(
      load_out(batch, rows.x, e), load_out(batch, rows.y, e), load_out(batch, rows.z, e), load_out(batch, rows.w, e));
    g[e] = x;
  }
  let row_sums = vec4<f32>(
    load_sums(batch, rows.x), load_sums(batch, rows.y), load_sums(batch, rows.z), load_sums(batch, rows.w));
  var result: array<vec4<f32>, DEPTH>;
  for (var column = 0u; column < COLUMNS; column += 1u) {
    let columns = vec4<u32>(column);
    var s = vec4<f32>();
    for (var d = 0u; d < depth; d += 1u) { s += q[d] * load_k(batch, column, d); }
    var w = vec4<f32>();
    for (var e = 0u; e < width; e += 1u) { w += g[e] * load_v(batch, column, e); }
    let p = exp(scores(batch, rows, columns, s) - row_sums);
    s = gradients(batch, rows, columns, p * (w * factors(batch, rows, columns) - products));
    for (var d = 0u; d < depth; d += 1u) { result[d] += s * load_k(batch, column, d); }
  }
  for (var d = 0u; d < depth; d += 1u) {
    let x = result[d];
    store(batch, row, d, x.x);
    if (row + 1u < ROWS) { store(batch, row + 1u, d, x.y); }
    if (row + 2u < ROWS) { store(batch, row + 2u, d, x.z); }
    if (row + 3u < ROWS) { store(batch, row + 3u, d, x.w); }
  }
  store_row(batch, row, products.x);
  if (row + 1u < ROWS) { store_row(batch, row + 1u, products.y); }
  if (row + 2u < ROWS) { store_row(batch, row + 2u, products.z); }
  if (row + 3u < ROWS) { store_row(batch, row + 3u, products.w); }
}
