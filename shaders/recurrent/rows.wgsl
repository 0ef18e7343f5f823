//! What the kernels of recurrent layers share: a workgroup walks through all steps of four sequences, an invocation a
//! unit of the state; a vector holds an element of each of the four.
//!
//! Needs: STEPS, BATCH, UNITS, IS_REVERSED; store.

// The rows of a state that belong to four sequences; those that are missing repeat the last.
fn rows_from(first: u32) -> vec4<u32> {
  return min(first + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(BATCH - 1u));
}

// The first row of a step, by its place in the order in which steps are computed.
fn start_of(place: u32) -> u32 {
  return select(place, STEPS - 1u - place, IS_REVERSED) * BATCH;
}

fn sigmoids(x: vec4<f32>) -> vec4<f32> { return 1.0 / (1.0 + exp(-x)); }

fn tanhs(x: vec4<f32>) -> vec4<f32> { return vec4<f32>(c_tanh(x.x), c_tanh(x.y), c_tanh(x.z), c_tanh(x.w)); }

// Gradients through functions that gave `y`.
fn through_sigmoids(y: vec4<f32>, g: vec4<f32>) -> vec4<f32> { return g * (y * (1.0 - y)); }

fn through_tanhs(y: vec4<f32>, g: vec4<f32>) -> vec4<f32> { return g * (1.0 - y * y); }

fn store_four(row: u32, count: u32, column: u32, x: vec4<f32>) {
  store(row, column, x.x);
  if (count > 1u) { store(row + 1u, column, x.y); }
  if (count > 2u) { store(row + 2u, column, x.z); }
  if (count > 3u) { store(row + 3u, column, x.w); }
}
