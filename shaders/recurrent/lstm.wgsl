//! A layer of long short-term memory. The tape holds input, forget, new and output gates, the cell, and the state.
//!
//! Needs: rows.wgsl, LANES, GRID_X; four_input, four_state, four_cell, load_weight.

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
  var cell = vec4<f32>();
  if (is_unit) {
    states[unit] = four_state(rows, unit);
    cell = four_cell(rows, unit);
  }
  // States are read from one half and written to the other.
  var half = 0u;
  for (var place = 0u; place < STEPS; place += 1u) {
    workgroupBarrier();
    if (is_unit) {
      let start = start_of(place);
      let at = rows + vec4<u32>(start);
      var enter = four_input(at, unit);
      var forget = four_input(at, UNITS + unit);
      var fresh = four_input(at, 2u * UNITS + unit);
      var leave = four_input(at, 3u * UNITS + unit);
      for (var k = 0u; k < units; k += 1u) {
        let state = states[half + k];
        enter += state * load_weight(k, unit);
        forget += state * load_weight(k, UNITS + unit);
        fresh += state * load_weight(k, 2u * UNITS + unit);
        leave += state * load_weight(k, 3u * UNITS + unit);
      }
      enter = sigmoids(enter);
      forget = sigmoids(forget);
      fresh = tanhs(fresh);
      leave = sigmoids(leave);
      cell = forget * cell + enter * fresh;
      let state = leave * tanhs(cell);
      let row = start + first;
      store_four(row, count, unit, enter);
      store_four(row, count, UNITS + unit, forget);
      store_four(row, count, 2u * UNITS + unit, fresh);
      store_four(row, count, 3u * UNITS + unit, leave);
      store_four(row, count, 4u * UNITS + unit, cell);
      store_four(row, count, 5u * UNITS + unit, state);
      states[UNITS - half + unit] = state;
    }
    half = UNITS - half;
  }
}
