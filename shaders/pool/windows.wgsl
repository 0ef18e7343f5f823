//! A walk through the elements of each window: one invocation a result.
//!
//! Geometry is given in three dimensions; missing ones have size 1. Places outside of the input are left out.
//! Needs: State, visit(state, p, at), finish(state, p, o); RESULTS, INPUT, KERNEL, STRIDE, PADDING, DILATION, OUTPUT, GRID_X.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * GRID_X) * 64u + lane;
  if (i >= RESULTS) { return; }
  let places = OUTPUT.x * OUTPUT.y * OUTPUT.z;
  let o = i % places;
  let window = vec3<u32>(o / (OUTPUT.y * OUTPUT.z), (o / OUTPUT.z) % OUTPUT.y, o % OUTPUT.z);
  let start = vec3<i32>(window * STRIDE) - vec3<i32>(PADDING);
  var state = State();
  for (var a = 0u; a < KERNEL.x; a += 1u) {
    let x = start.x + i32(a * DILATION.x);
    if (x < 0 || x >= i32(INPUT.x)) { continue; }
    for (var b = 0u; b < KERNEL.y; b += 1u) {
      let y = start.y + i32(b * DILATION.y);
      if (y < 0 || y >= i32(INPUT.y)) { continue; }
      for (var c = 0u; c < KERNEL.z; c += 1u) {
        let z = start.z + i32(c * DILATION.z);
        if (z < 0 || z >= i32(INPUT.z)) { continue; }
        state = visit(state, i / places, (u32(x) * INPUT.y + u32(y)) * INPUT.z + u32(z));
      }
    }
  }
  finish(state, i / places, o);
}
