//! A fold with DEPTH invocations a result and WIDTH results a workgroup.
//!
//! Each invocation folds every DEPTH-th element, then a tree in workgroup memory folds the invocations:
//! the order is fixed by the sizes. With PARTS above 1 each result is one part of a longer fold.
//! Needs: Element, initial, combine; RESULTS, LENGTH, PARTS, PART_LENGTH, WIDTH, DEPTH, ALONG_ROWS, GRID_X;
//! load_x(o, r), store(o, value).

var<workgroup> folded: array<Element, WIDTH * DEPTH>;

@compute @workgroup_size(WIDTH * DEPTH)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  // Neighbouring invocations read neighbouring elements: along the fold or across the results.
  let across = select(lane % WIDTH, lane / DEPTH, ALONG_ROWS);
  let along = select(lane / WIDTH, lane % DEPTH, ALONG_ROWS);
  let step = select(WIDTH, 1u, ALONG_ROWS);
  let o = (group.x + group.y * GRID_X) * WIDTH + across;
  let start = (o % PARTS) * PART_LENGTH;
  let end = min(start + PART_LENGTH, LENGTH);
  var total = initial();
  if (o < RESULTS) {
    for (var r = start + along; r < end; r += DEPTH) {
      total = combine(total, load_x(o / PARTS, r));
    }
  }
  folded[lane] = total;
  workgroupBarrier();
  for (var half = DEPTH / 2u; half > 0u; half = half / 2u) {
    if (along < half) {
      folded[lane] = combine(folded[lane], folded[lane + half * step]);
    }
    workgroupBarrier();
  }
  if (along == 0u && o < RESULTS) { store(o, folded[lane]); }
}
