//! Gradient of a layer whose state is one function of the sum of its products.
//!
//! Needs: rows.wgsl, LANES, GRID_X; through_bend; four_tape, four_given, four_last, load_weight.

var<workgroup> products: array<vec4<f32>, UNITS>;

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
      let product = through_bend(four_tape(at, unit), carried + four_given(at, unit));
      store_four(start + first, count, unit, product);
      products[unit] = product;
    }
    workgroupBarrier();
    if (is_unit) {
      carried = vec4<f32>();
      for (var k = 0u; k < units; k += 1u) { carried += products[k] * load_weight(k, unit); }
    }
    workgroupBarrier();
  }
  if (is_unit) { store_four(STEPS * BATCH + first, count, unit, carried); }
}
