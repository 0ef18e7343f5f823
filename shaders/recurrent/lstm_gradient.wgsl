//! Gradient of a layer of long short-term memory: that of the products for all four gates.
//!
//! Needs: rows.wgsl, LANES, GRID_X; four_tape, four_cell, four_given, four_last, four_last_cell, load_weight.

var<workgroup> products: array<vec4<f32>, 4u * UNITS>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) unit: u32) {
  let first = (group.x + group.y * GRID_X) * 4u;
  if (first >= BATCH) { return; }
  let rows = rows_from(first);
  let count = min(BATCH - first, 4u);
  let units = UNITS + group.z;
  let is_unit = unit < UNITS;
  var carried = vec4<f32>();
  var of_cell = vec4<f32>();
  if (is_unit) {
    carried = four_last(rows, unit);
    of_cell = four_last_cell(rows, unit);
  }
  for (var place = STEPS; place > 0u; place -= 1u) {
    let start = start_of(place - 1u);
    if (is_unit) {
      let at = rows + vec4<u32>(start);
      let enter = four_tape(at, unit);
      let forget = four_tape(at, UNITS + unit);
      let fresh = four_tape(at, 2u * UNITS + unit);
      let leave = four_tape(at, 3u * UNITS + unit);
      let bent = tanhs(four_tape(at, 4u * UNITS + unit));
      var before: vec4<f32>;
      if (place > 1u) {
        before = four_tape(rows + vec4<u32>(start_of(place - 2u)), 4u * UNITS + unit);
      } else {
        before = four_cell(rows, unit);
      }
      let g = carried + four_given(at, unit);
      of_cell += through_tanhs(bent, g * leave);
      let of_enter = through_sigmoids(enter, of_cell * fresh);
      let of_forget = through_sigmoids(forget, of_cell * before);
      let of_fresh = through_tanhs(fresh, of_cell * enter);
      let of_leave = through_sigmoids(leave, g * bent);
      of_cell *= forget;
      let row = start + first;
      store_four(row, count, unit, of_enter);
      store_four(row, count, UNITS + unit, of_forget);
      store_four(row, count, 2u * UNITS + unit, of_fresh);
      store_four(row, count, 3u * UNITS + unit, of_leave);
      products[unit] = of_enter;
      products[UNITS + unit] = of_forget;
      products[2u * UNITS + unit] = of_fresh;
      products[3u * UNITS + unit] = of_leave;
    }
    workgroupBarrier();
    if (is_unit) {
      carried = vec4<f32>();
      for (var k = 0u; k < units; k += 1u) {
        carried += products[k] * load_weight(k, unit)
          + products[UNITS + k] * load_weight(UNITS + k, unit)
          + products[2u * UNITS + k] * load_weight(2u * UNITS + k, unit)
          + products[3u * UNITS + k] * load_weight(3u * UNITS + k, unit);
      }
    }
    workgroupBarrier();
  }
  if (is_unit) {
    let row = STEPS * BATCH + first;
    store_four(row, count, unit, carried);
    store_four(row, count, UNITS + unit, of_cell);
    store_four(row, count, 2u * UNITS + unit, vec4<f32>());
    store_four(row, count, 3u * UNITS + unit, vec4<f32>());
  }
}
