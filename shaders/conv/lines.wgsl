//! A convolution, or the gradient of its input, by lines: 4 channels by 8 neighbours of a line an invocation, no
//! workgroup memory.
//!
//! Which line of the source stands under a line of the result is worked out once for all of a window's places
//! along it, and with steps of one each place along the line brings in one new element: the others are handed on.
//! Elements beyond the end of a line are computed and not stored.
//! Needs: Element; TOTAL, GROUPS, ROWS, ROW_BLOCKS, IMAGES, LINES, LENGTH, BLOCKS, SOURCES, LINE_TAPS, TAPS, STEP,
//! SOURCE_LENGTH, SLIDES, FORWARD, GRID_X; source_line, source_place, source, weight, store.

// Eight neighbours.
struct Eight {
  low: vec4<Element>,
  high: vec4<Element>,
}

fn element_at(image: u32, channel: u32, start: u32, place: u32) -> Element {
  return select(Element(), source(image, channel, start + min(place, SOURCE_LENGTH - 1u)), place < SOURCE_LENGTH);
}

fn four_from(image: u32, channel: u32, start: u32, place: u32) -> vec4<Element> {
  return vec4<Element>(
    element_at(image, channel, start, place), element_at(image, channel, start, place + STEP),
    element_at(image, channel, start, place + 2u * STEP), element_at(image, channel, start, place + 3u * STEP));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= TOTAL) { return; }
  let first = (i % BLOCKS) * 8u;
  let line = (i / BLOCKS) % LINES;
  let image = (i / (BLOCKS * LINES)) % IMAGES;
  let rows_number = i / (BLOCKS * LINES * IMAGES);
  let row = (rows_number % ROW_BLOCKS) * 4u;
  let part = rows_number / ROW_BLOCKS;
  let rows = min(vec4<u32>(row, row + 1u, row + 2u, row + 3u), vec4<u32>(ROWS - 1u));
  var sum_0 = Eight();
  var sum_1 = Eight();
  var sum_2 = Eight();
  var sum_3 = Eight();
  for (var line_tap = 0u; line_tap < LINE_TAPS; line_tap += 1u) {
    // Start of the line and whether there is one.
    let found = source_line(line, line_tap);
    if (found.y == 0u) { continue; }
    for (var channel = 0u; channel < SOURCES; channel += 1u) {
      let source_channel = part * SOURCES + channel;
      var place = source_place(first, 0u);
      var x = Eight(
        four_from(image, source_channel, found.x, place), four_from(image, source_channel, found.x, place + 4u * STEP));
      for (var k = 0u; k < TAPS; k += 1u) {
        if (k > 0u) {
          place = source_place(first, k);
          if (!SLIDES) {
            x = Eight(
              four_from(image, source_channel, found.x, place),
              four_from(image, source_channel, found.x, place + 4u * STEP));
          } else if (FORWARD) {
            let next = element_at(image, source_channel, found.x, place + 7u);
            x = Eight(vec4<Element>(x.low.yzw, x.high.x), vec4<Element>(x.high.yzw, next));
          } else {
            let next = element_at(image, source_channel, found.x, place);
            x = Eight(vec4<Element>(next, x.low.xyz), vec4<Element>(x.low.w, x.high.xyz));
          }
        }
        let tap = line_tap * TAPS + k;
        let w_0 = weight(part, rows.x, channel, tap);
        let w_1 = weight(part, rows.y, channel, tap);
        let w_2 = weight(part, rows.z, channel, tap);
        let w_3 = weight(part, rows.w, channel, tap);
        sum_0 = Eight(sum_0.low + w_0 * x.low, sum_0.high + w_0 * x.high);
        sum_1 = Eight(sum_1.low + w_1 * x.low, sum_1.high + w_1 * x.high);
        sum_2 = Eight(sum_2.low + w_2 * x.low, sum_2.high + w_2 * x.high);
        sum_3 = Eight(sum_3.low + w_3 * x.low, sum_3.high + w_3 * x.high);
      }
    }
  }
  store_row(part, row, image, line, first, sum_0);
  store_row(part, row + 1u, image, line, first, sum_1);
  store_row(part, row + 2u, image, line, first, sum_2);
  store_row(part, row + 3u, image, line, first, sum_3);
}

fn store_row(part: u32, row: u32, image: u32, line: u32, first: u32, sums: Eight) {
  if (row >= ROWS) { return; }
  for (var j = 0u; j < 4u; j += 1u) {
    if (first + j < LENGTH) { store(image, part * ROWS + row, line * LENGTH + first + j, sums.low[j]); }
    if (first + 4u + j < LENGTH) { store(image, part * ROWS + row, line * LENGTH + first + 4u + j, sums.high[j]); }
  }
}
