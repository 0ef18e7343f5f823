//! Looking through a line of indices that was sorted.
//!
//! Needs: SourceLine, index_at, order_at; LENGTH.

// How many indices of the line are below a bound.
fn indices_below(line: SourceLine, bound: u32) -> u32 {
  var low = 0u;
  var high = LENGTH;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (u32(index_at(line, order_at(line, middle))) < bound) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}
