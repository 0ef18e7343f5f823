//! Gradients of attention's keys and values, four of each an invocation, without workgroup memory: the softmax is
//! computed again from the row sums of the forward kernel, so no score is kept.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, GRID_X; load_q, load_k, load_v, load_g, load_sums, load_products, scores,
//! factors, gradients, store, store_value.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  // Lengths that a compiler cannot know: software adapters would unroll every loop, which takes them seconds.
  let depth = DEPTH + group.z;
  let width = WIDTH + group.z;
  let number = (group.x + group.y * GRID_X) * 64u + lane;
  let blocks = (COLUMNS + 3u) / 4u;
  if (number >= BATCH * blocks) { return; }
  let batch = number / blocks;
  let column = (number % blocks) * 4u;
  let columns = min(column + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(COLUMNS - 1u));
  // A vector holds an element of each of the four keys.
  var k: array<vec4<f32>, DEPTH>;
  for (var d = 0u; d < depth; d += 1u) {
    k[d] = vec4<f32>(
      load_k(batch, columns.x, d), load_k(batch, columns.y, d), load_k(batch, columns.z, d), load_k(batch, columns.w, d));
  }
  var v: array<vec4<f32>, WIDTH>;
  for (var e = 0u; e < width; e += 1u) {
    v[e] = vec4<f32>(
      load_v(batch, columns.x, e), load_v(batch, columns.y, e), load_v(batch, columns.z, e), load_v(batch, columns.w, e));
  }
  var of_keys: array<vec4<f32>, DEPTH>;
  var of_values: array<vec4<f32>, WIDTH>;
  for (var row = 0u; row < ROWS; row += 1u) {
    let rows = vec4<u32>(row);
    var s = vec4<f32>();
    for (var d = 0u; d < depth; d += 1u) { s += k[d] * load_q(batch, row, d); }
    var w = vec4<f32>();
    for (var e = 0u; e < width; e += 1u) { w += v[e] * load_g(batch, row, e); }
    let f = factors(batch, rows, columns);
    var p = exp(scores(batch, rows, columns, s) - load_sums(batch, row));
    s = gradients(batch, rows, columns, p * (w * f - load_products(batch, row)));
    p *= f;
    for (var e = 0u; e < width; e += 1u) { of_values[e] += p * load_g(batch, row, e); }
    for (var d = 0u; d < depth; d += 1u) { of_keys[d] += s * load_q(batch, row, d); }
  }
  for (var d = 0u; d < depth; d += 1u) {
    let x = of_keys[d];
    store(batch, column, d, x.x);
    if (column + 1u < COLUMNS) { store(batch, column + 1u, d, x.y); }
    if (column + 2u < COLUMNS) { store(batch, column + 2u, d, x.z); }
    if (column + 3u < COLUMNS) { store(batch, column + 3u, d, x.w); }
  }
  for (var e = 0u; e < width; e += 1u) {
    let x = of_values[e];
    store_value(batch, column, e, x.x);
    if (column + 1u < COLUMNS) { store_value(batch, column + 1u, e, x.y); }
    if (column + 2u < COLUMNS) { store_value(batch, column + 2u, e, x.z); }
    if (column + 3u < COLUMNS) { store_value(batch, column + 3u, e, x.w); }
  }
}
