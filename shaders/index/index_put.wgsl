//! Rows of a base replaced or increased: one workgroup a row looks through all indices, 64 at a time.
//!
//! Hits are kept as bits and taken in ascending order, so of repeated indices the last wins, or all add
//! in order, whatever the timing.
//! Needs: Element; ROWS, LENGTH, COUNT, ACCUMULATE, GRID_X; load_base(row, column), load_index(k),
//! load_source(k, column), store(row, column, value).

var<workgroup> hits: array<atomic<u32>, 2>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x + group.y * GRID_X;
  if (row >= ROWS) { return; }
  for (var first = 0u; first < LENGTH; first += 64u) {
    let column = first + lane;
    var value = Element();
    if (column < LENGTH) { value = load_base(row, column); }
    for (var k0 = 0u; k0 < COUNT; k0 += 64u) {
      if (lane < 2u) { atomicStore(&hits[lane], 0u); }
      workgroupBarrier();
      let k = k0 + lane;
      if (k < COUNT) {
        if (u32(load_index(k)) == row) { atomicOr(&hits[lane / 32u], 1u << (lane % 32u)); }
      }
      workgroupBarrier();
      for (var word = 0u; word < 2u; word += 1u) {
        var left = atomicLoad(&hits[word]);
        while (left != 0u) {
          let bit = countTrailingZeros(left);
          left = left & (left - 1u);
          if (column < LENGTH) {
            let source = load_source(k0 + word * 32u + bit, column);
            value = select(source, value + source, ACCUMULATE);
          }
        }
      }
      workgroupBarrier();
    }
    if (column < LENGTH) { store(row, column, value); }
  }
}
