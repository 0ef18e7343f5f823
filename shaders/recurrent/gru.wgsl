//! A layer of gated recurrent units. The tape holds reset, update, new, the state's product for new, and the state.
//!
//! Needs: rows.wgsl, LANES, GRID_X; four_input, four_state, load_weight, load_bias.

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
      let at = rows + vec4<u32>(start);
      var reset = vec4<f32>(load_bias(0u, unit));
      var update = vec4<f32>(load_bias(0u, UNITS + unit));
      var product = vec4<f32>(load_bias(0u, 2u * UNITS + unit));
      for (var k = 0u; k < units; k += 1u) {
        let state = states[half + k];
        reset += state * load_weight(k, unit);
        update += state * load_weight(k, UNITS + unit);
        product += state * load_weight(k, 2u * UNITS + unit);
      }
      reset = sigmoids(reset + four_input(at, unit));
      update = sigmoids(update + four_input(at, UNITS + unit));
      let fresh = tanhs(four_input(at, 2u * UNITS + unit) + product * reset);
      let state = (states[half + unit] - fresh) * update + fresh;
      let row = start + first;
      store_four(row, count, unit, reset);
      store_four(row, count, UNITS + unit, update);
      store_four(row, count, 2u * UNITS + unit, fresh);
      store_four(row, count, 3u * UNITS + unit, product);
      store_four(row, count, 4u * UNITS + unit, state);
      states[UNITS - half + unit] = state;
    }
    half = UNITS - half;
  }
}
