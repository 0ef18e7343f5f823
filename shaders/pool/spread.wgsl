//! The gradient of pooling in gather form: each element of the input looks through the windows that hold it.
//!
//! Geometry is given in three dimensions; missing ones have size 1.
//! Needs: Element, share; RESULTS, INPUT, KERNEL, STRIDE, PADDING, DILATION, OUTPUT, GRID_X; store(p, at, value).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= RESULTS) { return; }
  let places = INPUT.x * INPUT.y * INPUT.z;
  let at = i % places;
  let place = vec3<u32>(at / (INPUT.y * INPUT.z), (at / INPUT.z) % INPUT.y, at % INPUT.z) + PADDING;
  var total = Element();
  for (var a = 0u; a < KERNEL.x; a += 1u) {
    let x = window_of(place.x, a * DILATION.x, STRIDE.x, OUTPUT.x);
    if (x < 0) { continue; }
    for (var b = 0u; b < KERNEL.y; b += 1u) {
      let y = window_of(place.y, b * DILATION.y, STRIDE.y, OUTPUT.y);
      if (y < 0) { continue; }
      for (var c = 0u; c < KERNEL.z; c += 1u) {
        let z = window_of(place.z, c * DILATION.z, STRIDE.z, OUTPUT.z);
        if (z < 0) { continue; }
        total += share(i / places, (u32(x) * OUTPUT.y + u32(y)) * OUTPUT.z + u32(z), at);
      }
    }
  }
  store(i / places, at, total);
}

// The window that has this place `offset` from its start, or -1.
fn window_of(place: u32, offset: u32, stride: u32, count: u32) -> i32 {
  if (place < offset) { return -1; }
  let distance = place - offset;
  if (distance % stride != 0u || distance / stride >= count) { return -1; }
  return i32(distance / stride);
}
