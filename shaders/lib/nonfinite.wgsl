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

// Rounded to the nearest float16, halves to even, in integers: the built-in packing leaves overflow open.
fn c_round_f16(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return x; }
  if (size >= 0x477ff000u) { return c_from_bits((bits & 0x80000000u) | 0x7f800000u); }
  // Below 2^-14 the steps are 2^-24.
  if (size < 0x38800000u) { return c_from_bits((bits & 0x80000000u) | bitcast<u32>(round(abs(x) * 16777216.0) * 5.9604644775390625e-8)); }
  return c_from_bits((bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u);
}

// Rounded to the nearest bfloat16, halves to even.
fn c_round_bf16(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return x; }
  return c_from_bits((bits + 0x7fffu + ((bits >> 16u) & 1u)) & 0xffff0000u);
}
