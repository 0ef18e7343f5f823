//! Attention by tiles, see `tiles`: 64 queries a workgroup; keys and values come by blocks of 32 through workgroup memory,
//! and each query's largest score and sum so far are carried along, so no score leaves the workgroup.
//!
//! Needs: BATCH, ROWS, COLUMNS, DEPTH, WIDTH, LOWEST, GRID_X; empty_sum, load_q, load_k, load_v, scores, factors, store,
//! store_row.

const TILES = (ROWS + 63u) / 64u;
const CHUNKS = (WIDTH + 31u) / 32u;

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
  var sums: array<vec4<f32>, 4u * CHUNKS>;
  var largest = vec4<f32>(LOWEST);
  var total = vec4<f32>();
  for (var block = 0u; block * 32u < COLUMNS; block += 1u) {
    let start = block * 32u;
    let columns = start + x + vec4<u32>(0u, 8u, 16u, 24u);
    let last = min(columns, vec4<u32>(COLUMNS - 1u));
    if (HIDDEN == 1u) {
      let ends = vec2<u32>(start, min(start + 31u, COLUMNS - 1u));
      if (hides_corners(batch, vec2<u32>(first, min(first + 63u, ROWS - 1u)), ends)) { continue; }
    }
    if (HIDDEN == 2u) {
      if (!any_sees(block, sees(batch, rows, last), lane)) { continue; }
    }
    var s = Block();
    for (var d = 0u; d < DEPTH; d += 16u) {
      fill_scores(batch, first, start, d, lane);
      workgroupBarrier();
      s = add_products(s, x, y);
      workgroupBarrier();
    }
    // Keys beyond the end are no keys.
    let inside = columns < vec4<u32>(COLUMNS);
    s.a = scores(batch, rows, vec4<u32>(last.x), s.a);
    s.b = scores(batch, rows, vec4<u32>(last.y), s.b);
    s.c = scores(batch, rows, vec4<u32>(last.z), s.c);
    s.d = scores(batch, rows, vec4<u32>(last.w), s.d);
    var next = select(largest, max(largest, s.a), inside.x);
    next = select(next, max(next, s.b), inside.y);
    next = select(next, max(next, s.c), inside.z);
    next = select(next, max(next, s.d), inside.w);
    slices[x * 16u + y] = next;
    workgroupBarrier();
    for (var other = 0u; other < 8u; other += 1u) { next = max(next, slices[other * 16u + y]); }
    let shrink = exp(largest - next);
    largest = next;
    var p = Block(exp(s.a - next), exp(s.b - next), exp(s.c - next), exp(s.d - next));
    p.a = select(vec4<f32>(), p.a, inside.x);
    p.b = select(vec4<f32>(), p.b, inside.y);
    p.c = select(vec4<f32>(), p.c, inside.z);
    p.d = select(vec4<f32>(), p.d, inside.w);
    total = total * shrink + ((p.a + p.b) + (p.c + p.d));
    p.a *= factors(batch, rows, vec4<u32>(last.x));
    p.b *= factors(batch, rows, vec4<u32>(last.y));
    p.c *= factors(batch, rows, vec4<u32>(last.z));
    p.d *= factors(batch, rows, vec4<u32>(last.w));
    put_weights(p, x, y);
    workgroupBarrier();
    for (var chunk = 0u; chunk < CHUNKS; chunk += 1u) {
      fill_values(batch, start, chunk * 32u, lane);
      workgroupBarrier();
      let at = chunk * 4u;
      let before = Block(
        sums[at] * shrink.x, sums[at + 1u] * shrink.y, sums[at + 2u] * shrink.z, sums[at + 3u] * shrink.w);
      let after = add_weighted(before, x, y);
      sums[at] = after.a;
      sums[at + 1u] = after.b;
      sums[at + 2u] = after.c;
      sums[at + 3u] = after.d;
      workgroupBarrier();
    }
  }
  total = sum_over_others(total, x, y);
  // A query that sees no key at all.
  total = select(total, vec4<f32>(empty_sum()), total == vec4<f32>());
  for (var i = 0u; i < 4u; i += 1u) {
    if (row + i >= ROWS) { break; }
    for (var chunk = 0u; chunk < CHUNKS; chunk += 1u) {
      let e = chunk * 32u + x * 4u;
      let mean = sums[chunk * 4u + i] / total[i];
      if (e < WIDTH) { store(batch, row + i, e, mean.x); }
      if (e + 1u < WIDTH) { store(batch, row + i, e + 1u, mean.y); }
      if (e + 2u < WIDTH) { store(batch, row + i, e + 2u, mean.z); }
      if (e + 3u < WIDTH) { store(batch, row + i, e + 3u, mean.w); }
    }
    if (x == 0u) { store_row(batch, row + i, largest[i] + log(total[i])); }
  }
}

// 32 elements of 32 values; zeros beyond the last value.
fn fill_values(batch: u32, start: u32, e0: u32, lane: u32) {
  let e = four(e0 + (lane % 8u) * 4u, 1u, WIDTH);
  for (var other = lane / 8u; other < 32u; other += 16u) {
    var value = vec4<f32>();
    let column = start + other;
    if (column < COLUMNS) {
      value = vec4<f32>(
        load_v(batch, column, e.x), load_v(batch, column, e.y), load_v(batch, column, e.z), load_v(batch, column, e.w));
    }
    slices[other * 8u + lane % 8u] = value;
  }
}
