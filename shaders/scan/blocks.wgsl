//! A running fold with a workgroup a line: blocks of 1024 elements, four an invocation, one after the other.
//!
//! Each invocation folds its four, the totals are scanned in workgroup memory, and what came before is put in front.
//! The order of the folds is fixed by the sizes.
//! Needs: Item, combine, item_at, before_part, give; LINES, LENGTH, INNER, PARTS, PART_LENGTH, GRID_X.

var<workgroup> totals: array<Item, 512>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let number = group.x + group.y * GRID_X;
  if (number >= LINES * PARTS) { return; }
  let line = number / PARTS;
  let part = number % PARTS;
  let end = min((part + 1u) * PART_LENGTH, LENGTH);
  var has_carry = part > 0u;
  var carry = Item();
  if (has_carry) { carry = before_part(number); }
  for (var block = 0u; block < PART_LENGTH; block += 1024u) {
    let start = part * PART_LENGTH + block + lane * 4u;
    var items: array<Item, 4>;
    var running = Item();
    for (var n = 0u; n < 4u; n += 1u) {
      if (start + n < end) {
        let item = item_at(line, start + n);
        if (n == 0u) { running = item; } else { running = combine(running, item); }
        items[n] = running;
      }
    }
    totals[lane] = running;
    workgroupBarrier();
    // Lanes beyond the end hold nothing of worth, but only lanes behind them look at them.
    var from_half = 0u;
    for (var distance = 1u; distance < 256u; distance = distance * 2u) {
      var total = totals[from_half + lane];
      if (lane >= distance) { total = combine(totals[from_half + lane - distance], total); }
      from_half = 256u - from_half;
      totals[from_half + lane] = total;
      workgroupBarrier();
    }
    var front = carry;
    if (lane > 0u) {
      front = totals[from_half + lane - 1u];
      if (has_carry) { front = combine(carry, front); }
    }
    let has_front = has_carry || lane > 0u;
    for (var n = 0u; n < 4u; n += 1u) {
      if (start + n < end) {
        var item = items[n];
        if (has_front) { item = combine(front, item); }
        give(line, start + n, item);
      }
    }
    let last = totals[from_half + 255u];
    if (has_carry) { carry = combine(carry, last); } else { carry = last; }
    has_carry = true;
    workgroupBarrier();
  }
}
