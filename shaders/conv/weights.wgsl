//! The gradient of a convolution's weights: 4 or 8 output channels by 4 weights an invocation, no workgroup memory.
//!
//! Sums run along the lines of the output; what of the input stands under a line is worked out once a line.
//! Needs: Element; GROUPS, ROWS, COLUMNS, INNER, PART_LENGTH, ROW_BLOCKS, COLUMN_BLOCKS, TOTAL, LINES, LENGTH,
//! KERNEL, STEP, SOURCE_LENGTH, WIDE, GRID_X; source_line, source_place, load_input, load_gradient, store.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= TOTAL) { return; }
  let column = (i % COLUMN_BLOCKS) * 4u;
  let row = ((i / COLUMN_BLOCKS) % ROW_BLOCKS) * select(4u, 8u, WIDE);
  let batch = i / (COLUMN_BLOCKS * ROW_BLOCKS);
  let channels = batch % GROUPS;
  let steps = vec4<u32>(0u, 1u, 2u, 3u);
  let rows = channels * ROWS + min(row + steps, vec4<u32>(ROWS - 1u));
  let more_rows = channels * ROWS + min(row + 4u + steps, vec4<u32>(ROWS - 1u));
  let columns = min(column + steps, vec4<u32>(COLUMNS - 1u));
  let sources = channels * (COLUMNS / KERNEL) + columns / KERNEL;
  let taps = columns % KERNEL;
  let start = (batch / GROUPS) * PART_LENGTH;
  let end = min(start + PART_LENGTH, INNER);
  var sum_0 = vec4<Element>();
  var sum_1 = vec4<Element>();
  var sum_2 = vec4<Element>();
  var sum_3 = vec4<Element>();
  var sum_4 = vec4<Element>();
  var sum_5 = vec4<Element>();
  var sum_6 = vec4<Element>();
  var sum_7 = vec4<Element>();
  // The first place may lie within a line, all others begin one.
  var at = start;
  var x = start % LENGTH;
  while (at < end) {
    let line_number = at / LENGTH;
    let image = line_number / LINES;
    let line = line_number % LINES;
    let place = line * LENGTH;
    let last = min(end - at + x, LENGTH);
    let found_0 = source_line(line, taps.x);
    let found_1 = source_line(line, taps.y);
    let found_2 = source_line(line, taps.z);
    let found_3 = source_line(line, taps.w);
    let inside = vec4<u32>(found_0.y, found_1.y, found_2.y, found_3.y) > vec4<u32>();
    let begins = vec4<u32>(source_place(0u, taps.x), source_place(0u, taps.y), source_place(0u, taps.z), source_place(0u, taps.w));
    at += last - x;
    for (; x < last; x += 1u) {
      let y = begins + x * STEP;
      let near = min(y, vec4<u32>(SOURCE_LENGTH - 1u));
      let values = vec4<Element>(
        load_input(image, sources.x, found_0.x + near.x), load_input(image, sources.y, found_1.x + near.y),
        load_input(image, sources.z, found_2.x + near.z), load_input(image, sources.w, found_3.x + near.w));
      let v = select(vec4<Element>(), values, inside & (y < vec4<u32>(SOURCE_LENGTH)));
      sum_0 += load_gradient(image, rows.x, place + x) * v;
      sum_1 += load_gradient(image, rows.y, place + x) * v;
      sum_2 += load_gradient(image, rows.z, place + x) * v;
      sum_3 += load_gradient(image, rows.w, place + x) * v;
      if (WIDE) {
        sum_4 += load_gradient(image, more_rows.x, place + x) * v;
        sum_5 += load_gradient(image, more_rows.y, place + x) * v;
        sum_6 += load_gradient(image, more_rows.z, place + x) * v;
        sum_7 += load_gradient(image, more_rows.w, place + x) * v;
      }
    }
    x = 0u;
  }
  store_row(batch, row, column, sum_0);
  store_row(batch, row + 1u, column, sum_1);
  store_row(batch, row + 2u, column, sum_2);
  store_row(batch, row + 3u, column, sum_3);
  if (WIDE) {
    store_row(batch, row + 4u, column, sum_4);
    store_row(batch, row + 5u, column, sum_5);
    store_row(batch, row + 6u, column, sum_6);
    store_row(batch, row + 7u, column, sum_7);
  }
}

fn store_row(batch: u32, row: u32, column: u32, sums: vec4<Element>) {
  if (row >= ROWS) { return; }
  for (var j = 0u; j < 4u; j += 1u) {
    if (column + j < COLUMNS) { store(batch, row, column + j, sums[j]); }
  }
}
