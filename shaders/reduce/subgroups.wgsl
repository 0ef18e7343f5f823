//! A fold with a workgroup a result, where the device has subgroups: each folds its own in registers, and the first
//! invocation folds what they give. One barrier, where the tree has as many as the workgroup has halves.
//!
//! The order is fixed by the sizes and by the device. With PARTS above 1 each result is one part of a longer fold.
//! Needs: Element, initial, combine, across_subgroup; RESULTS, LENGTH, PARTS, PART_LENGTH, DEPTH, GRID_X;
//! load_x(o, r), store(o, value).

var<workgroup> folded: array<Element, DEPTH>;

@compute @workgroup_size(DEPTH)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(num_subgroups) subgroups: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let o = group.x + group.y * GRID_X;
  let start = (o % PARTS) * PART_LENGTH;
  let end = min(start + PART_LENGTH, LENGTH);
  var total = initial();
  if (o < RESULTS) {
    for (var r = start + lane; r < end; r += DEPTH) {
      total = combine(total, load_x(o / PARTS, r));
    }
  }
  total = across_subgroup(total);
  if (place == 0u) { folded[subgroup] = total; }
  workgroupBarrier();
  if (lane == 0u && o < RESULTS) {
    for (var n = 1u; n < subgroups; n += 1u) { total = combine(total, folded[n]); }
    store(o, total);
  }
}
