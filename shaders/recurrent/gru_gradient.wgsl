//! Gradient of a layer of gated recurrent units: that of the state's product for reset, update and new, and that of the
//! input's product for new.
//!
//! Needs: rows.wgsl, LANES, GRID_X; four_tape, four_state, four_given, four_last, load_weight.

var<workgroup> products: array<vec4<f32>, 3u * UNITS>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) unit: u32) {
  let first = (group.x + group.y * GRID_X) * 4u;
  if (first >= BATCH) { return; }
  let rows = rows_from(first);
  let count = min(BATCH - first, 4u);
  let units = UNITS + group.z;
  let is_unit = unit < UNITS;
  var carried = vec4<f32>();
  if (is_unit) { carried = four_last(rows, unit); }
  for (var place = STEPS; place > 0u; place -= 1u) {
    let start = start_of(place - 1u);
    if (is_unit) {
      let at = rows + vec4<u32>(start);
      let reset = four_tape(at, unit);
      let update = four_tape(at, UNITS + unit);
      let fresh = four_tape(at, 2u * UNITS + unit);
      var before: vec4<f32>;
      if (place > 1u) {
        before = four_tape(rows + vec4<u32>(start_of(place - 2u)), 4u * UNITS + unit);
      } else {
        before = four_state(rows, unit);
      }
      let g = carried + four_given(at, unit);
      let of_fresh = through_tanhs(fresh, g * (1.0 - update));
      let of_reset = through_sigmoids(reset, of_fresh * four_tape(at, 3u * UNITS + unit));
      let of_update = through_sigmoids(update, g * (before - fresh));
      let row = start + first;
      store_four(row, count, unit, of_reset);
      store_four(row, count, UNITS + unit, of_update);
      store_four(row, count, 2u * UNITS + unit, of_fresh * reset);
      store_four(row, count, 3u * UNITS + unit, of_fresh);
      products[unit] = of_reset;
      products[UNITS + unit] = of_update;
      products[2u * UNITS + unit] = of_fresh * reset;
      carried = g * update;
    }
    workgroupBarrier();
    if (is_unit) {
      for (var k = 0u; k < units; k += 1u) {
        carried += products[k] * load_weight(k, unit)
          + products[UNITS + k] * load_weight(UNITS + k, unit)
          + products[2u * UNITS + k] * load_weight(2u * UNITS + k, unit);
      }
    }
    workgroupBarrier();
  }
  if (is_unit) {
    let row = STEPS * BATCH + first;
    store_four(row, count, unit, carried);
    for (var part = 1u; part < 4u; part += 1u) { store_four(row, count, part * UNITS + unit, vec4<f32>()); }
  }
}
