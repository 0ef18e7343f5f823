//! Attention with four queries an invocation and no workgroup memory: keys come one after the other, straight from
//! memory, and the largest score so far is carried along, so no score is kept.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, LOWEST, GRID_X; empty_sum, load_q, load_k, load_v, scores, factors, store, store_row.

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
  var sums: array<vec4<f32>, WIDTH>;
  var largest = vec4<f32>(LOWEST);
  var total = vec4<f32>();
  for (var column = 0u; column < COLUMNS; column += 1u) {
    var s = vec4<f32>();
    for (var d = 0u; d < depth; d += 1u) { s += q[d] * load_k(batch, column, d); }
    s = scores(batch, rows, vec4<u32>(column), s);
    let next = max(largest, s);
    let shrink = exp(largest - next);
    var p = exp(s - next);
    largest = next;
    total = total * shrink + p;
    p *= factors(batch, rows, vec4<u32>(column));
    for (var e = 0u; e < width; e += 1u) { sums[e] = sums[e] * shrink + p * load_v(batch, column, e); }
  }
  // A query that sees no key at all.
  total = select(total, vec4<f32>(empty_sum()), total == vec4<f32>());
  let seen = largest + log(total);
  for (var e = 0u; e < width; e += 1u) {
    let mean = sums[e] / total;
    store(batch, row, e, mean.x);
    if (row + 1u < ROWS) { store(batch, row + 1u, e, mean.y); }
    if (row + 2u < ROWS) { store(batch, row + 2u, e, mean.z); }
    if (row + 3u < ROWS) { store(batch, row + 3u, e, mean.w); }
  }
  store_row(batch, row, seen.x);
  if (row + 1u < ROWS) { store_row(batch, row + 1u, seen.y); }
  if (row + 2u < ROWS) { store_row(batch, row + 2u, seen.z); }
  if (row + 3u < ROWS) { store_row(batch, row + 3u, seen.w); }
}
