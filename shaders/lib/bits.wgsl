//! Functions that take floats apart: signs, exponents, neighbours.
//!
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_signbit(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x80000000u) != 0u;
}

fn c_copysign(x: f32, y: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}

fn c_fmax(x: f32, y: f32) -> f32 {
  return select(select(max(x, y), x, c_isnan(y)), y, c_isnan(x));
}

fn c_fmin(x: f32, y: f32) -> f32 {
  return select(select(min(x, y), x, c_isnan(y)), y, c_isnan(x));
}

fn c_hypot(x: f32, y: f32) -> f32 {
  if (c_isinf(x) || c_isinf(y)) { return c_from_bits(0x7f800000u); }
  if (c_isnan(x) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  let large = max(abs(x), abs(y));
  if (large == 0.0) { return 0.0; }
  let ratio = min(abs(x), abs(y)) / large;
  return large * sqrt(1.0 + ratio * ratio);
}

fn c_nextafter(x: f32, y: f32) -> f32 {
  if (c_isnan(x) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  if (x == y) { return y; }
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return bitcast<f32>((bitcast<u32>(y) & 0x80000000u) | 1u); }
  // Bits grow with the size, so away from zero is one more.
  return bitcast<f32>(select(bits - 1u, bits + 1u, (y > x) == (x > 0.0)));
}

// The power of two that brings x to a size from 0.5 to 1, by bits: arithmetic may take the smallest numbers for zero.
fn c_exponent(x: f32) -> f32 {
  let digits = bitcast<u32>(x) & 0x7fffffffu;
  if (digits == 0u || digits >= 0x7f800000u) { return 0.0; }
  if (digits < 0x00800000u) { return f32(i32(firstLeadingBit(digits)) - 148); }
  return f32(i32(digits >> 23u) - 126);
}

fn c_mantissa(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let digits = bits & 0x7fffffffu;
  if (digits == 0u || digits >= 0x7f800000u) { return x; }
  var shifted = digits;
  if (digits < 0x00800000u) { shifted = digits << (23u - firstLeadingBit(digits)); }
  return bitcast<f32>((bits & 0x80000000u) | (shifted & 0x007fffffu) | 0x3f000000u);
}
