//! The slices of queries and keys in workgroup memory, for the kernels of attention by tiles whose lines are queries.
//!
//! Needs: ROWS, COLUMNS, DEPTH; load_q, load_k; what `tiles` declares.

// 16 elements of 64 queries and of 32 keys; zeros beyond the end.
fn fill_scores(batch: u32, first: u32, start: u32, d0: u32, lane: u32) {
  let d = d0 + lane % 16u;
  let at = min(d, DEPTH - 1u);
  let zero = d >= DEPTH;
  for (var quad = lane / 16u; quad < 16u; quad += 8u) {
    let rows = four(first + quad * 4u, 1u, ROWS);
    let value = vec4<f32>(
      load_q(batch, rows.x, at), load_q(batch, rows.y, at), load_q(batch, rows.z, at), load_q(batch, rows.w, at));
    slices[line_slot(lane % 16u, quad)] = select(value, vec4<f32>(), zero);
  }
  let columns = four(start + lane / 16u, 8u, COLUMNS);
  let value = vec4<f32>(
    load_k(batch, columns.x, at), load_k(batch, columns.y, at), load_k(batch, columns.z, at),
    load_k(batch, columns.w, at));
  slices[other_slot(lane % 16u, lane / 16u)] = select(value, vec4<f32>(), zero);
}

