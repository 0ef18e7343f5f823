//! A running fold with one invocation a line: for short or many lines, and where barriers are dear.
//!
//! Needs: Item, combine, item_at, before_part, give; LINES, LENGTH, INNER, PARTS, PART_LENGTH, GRID_X.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let number = (group.x + group.y * GRID_X) * 64u + lane;
  if (number >= LINES * PARTS) { return; }
  let line = number / PARTS;
  let part = number % PARTS;
  let end = min((part + 1u) * PART_LENGTH, LENGTH);
  var k = part * PART_LENGTH;
  var running = item_at(line, k);
  if (part > 0u) { running = combine(before_part(number), running); }
  give(line, k, running);
  for (k += 1u; k < end; k += 1u) {
    running = combine(running, item_at(line, k));
    give(line, k, running);
  }
}
