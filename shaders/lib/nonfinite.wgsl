//! Infinities and NaN, by bits.
//!
//! WGSL forbids infinite and NaN constants, and a compiler may assume that no value is one. So they are
//! made from bits at run time and recognised by bits. Comparisons that must be right for NaN are here.
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_from_bits(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}

fn c_isnan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn c_isinf(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}

fn c_eq(x: f32, y: f32) -> bool {
  return !(c_isnan(x) || c_isnan(y)) && x == y;
}

fn c_lt(x: f32, y: f32) -> bool {
  return !(c_isnan(x) || c_isnan(y)) && x < y;
}

fn c_le(x: f32, y: f32) -> bool {
  return !(c_isnan(x) || c_isnan(y)) && x <= y;
}

fn c_maximum(x: f32, y: f32) -> f32 {
  return select(select(max(x, y), y, c_isnan(y)), x, c_isnan(x));
}

fn c_minimum(x: f32, y: f32) -> f32 {
  return select(select(min(x, y), y, c_isnan(y)), x, c_isnan(x));
}

fn c_relu(x: f32) -> f32 {
  return select(max(x, 0.0), x, c_isnan(x));
}
