//! A layer whose state is one function of the sum of its products.
//!
//! Needs: rows.wgsl, LANES, GRID_X; bend; four_input, four_state, load_weight.

var<workgroup> states: array<vec4<f32>, 2u * UNITS>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) unit: u32) {
  let first = (group.x + group.y * GRID_X) * 4u;
  if (first >= BATCH) { return; }
  let rows = rows_from(first);
  let count = min(BATCH - first, 4u);
  // A length that a compiler cannot know: software adapters would unroll the loop, which takes them seconds.
  let units = UNITS + group.z;
  let is_unit = unit < UNITS;
  if (is_unit) { states[unit] = four_state(rows, unit); }
  // States are read from one half and written to the other.
  var half = 0u;
  for (var place = 0u; place < STEPS; place += 1u) {
    workgroupBarrier();
    if (is_unit) {
      let start = start_of(place);
      var sum = vec4<f32>();
      for (var k = 0u; k < units; k += 1u) { sum += states[half + k] * load_weight(k, unit); }
      let state = bend(four_input(rows + vec4<u32>(start), unit) + sum);
      store_four(start + first, count, unit, state);
      states[UNITS - half + unit] = state;
    }
    half = UNITS - half;
  }
}
