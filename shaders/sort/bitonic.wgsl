//! Runs of RUN elements (a power of two) sorted in workgroup memory by a bitonic network: one workgroup a run.
//!
//! Equal keys keep the order of their positions, which makes the sort stable and every comparison strict. Places
//! beyond the end count as larger than everything.
//! Needs: Element, before; LINES, LENGTH, INNER, RUN, RUNS, GRID_X; load_x(outer, k, inner), store(outer, k, inner, value).

var<workgroup> keys: array<Element, RUN>;
var<workgroup> places: array<u32, RUN>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let number = group.x + group.y * GRID_X;
  if (number >= LINES * RUNS) { return; }
  let line = number / RUNS;
  let start = (number % RUNS) * RUN;
  for (var n = lane; n < RUN; n += 256u) {
    var key = Element();
    if (start + n < LENGTH) { key = load_x(line / INNER, start + n, line % INNER); }
    keys[n] = key;
    places[n] = start + n;
  }
  workgroupBarrier();
  for (var size = 2u; size <= RUN; size = size * 2u) {
    for (var distance = size / 2u; distance > 0u; distance = distance / 2u) {
      for (var pair = lane; pair < RUN / 2u; pair += 256u) {
        let low = (pair / distance) * distance * 2u + pair % distance;
        let high = low + distance;
        let upwards = (low & size) == 0u;
        if (belongs_first(high, low) == upwards) {
          let key = keys[low];
          keys[low] = keys[high];
          keys[high] = key;
          let place = places[low];
          places[low] = places[high];
          places[high] = place;
        }
      }
      workgroupBarrier();
    }
  }
  for (var n = lane; n < RUN; n += 256u) {
    if (start + n < LENGTH) { store(line / INNER, start + n, line % INNER, i32(places[n])); }
  }
}

fn belongs_first(a: u32, b: u32) -> bool {
  if (places[a] >= LENGTH || places[b] >= LENGTH) { return places[a] < places[b]; }
  if (before(keys[a], keys[b])) { return true; }
  return !before(keys[b], keys[a]) && places[a] < places[b];
}
