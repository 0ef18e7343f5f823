//! Modified Bessel functions of the first kind, plain and scaled by exp(-|x|).
//!
//! The polynomials of Abramowitz and Stegun 9.8.1 to 9.8.4, to about seven digits.
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

// For |x| < 3.75.
fn c_i0_small(x: f32) -> f32 {
  let y = x * x / 14.0625;
  return 1.0 + y * (3.5156229 + y * (3.0899424 + y * (1.2067492 + y * (0.2659732 + y * (0.0360768 + y * 0.0045813)))));
}

// exp(-a) i0(a) for a >= 3.75.
fn c_i0e_large(a: f32) -> f32 {
  let y = 3.75 / a;
  let tail = 0.00916281 + y * (-0.02057706 + y * (0.02635537 + y * (-0.01647633 + y * 0.00392377)));
  return (0.39894228 + y * (0.01328592 + y * (0.00225319 + y * (-0.00157565 + y * tail)))) * inverseSqrt(a);
}

fn c_i1_small(x: f32) -> f32 {
  let y = x * x / 14.0625;
  return x * (0.5 + y * (0.87890594 + y * (0.51498869 + y * (0.15084934 + y * (0.02658733 + y * (0.00301532 + y * 0.00032411))))));
}

fn c_i1e_large(a: f32) -> f32 {
  let y = 3.75 / a;
  let tail = -0.01031555 + y * (0.02282967 + y * (-0.02895312 + y * (0.01787654 - y * 0.00420059)));
  return (0.39894228 + y * (-0.03988024 + y * (-0.00362018 + y * (0.00163801 + y * tail)))) * inverseSqrt(a);
}

fn c_i0e(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return 0.0; }
  let a = abs(x);
  if (a < 3.75) { return c_i0_small(x) * exp(-a); }
  return c_i0e_large(a);
}

fn c_i0(x: f32) -> f32 {
  if (c_isnan(x) || c_isinf(x)) { return c_from_bits(0x7fc00000u); }
  let a = abs(x);
  if (a < 3.75) { return c_i0_small(x); }
  // Beyond 91.9 the value is beyond every float; half of the exponential at a time reaches that far.
  if (a > 92.0) { return c_from_bits(0x7f800000u); }
  let half = exp(0.5 * a);
  return half * c_i0e_large(a) * half;
}

fn c_i1e(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return 0.0; }
  let a = abs(x);
  if (a < 3.75) { return c_i1_small(x) * exp(-a); }
  return sign(x) * c_i1e_large(a);
}

fn c_i1(x: f32) -> f32 {
  if (c_isnan(x) || c_isinf(x)) { return c_from_bits(0x7fc00000u); }
  let a = abs(x);
  if (a < 3.75) { return c_i1_small(x); }
  if (a > 92.0) { return select(c_from_bits(0x7f800000u), c_from_bits(0xff800000u), x < 0.0); }
  let half = exp(0.5 * a);
  return sign(x) * half * c_i1e_large(a) * half;
}
