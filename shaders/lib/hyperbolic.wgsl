//! Hyperbolic functions and their inverses: the built-ins lose digits near zero and overflow early.
//!
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_sinh(x: f32) -> f32 {
  if (c_isnan(x) || c_isinf(x)) { return x; }
  let a = abs(x);
  // Half of the exponential at a time reaches as far as the result does.
  if (a > 40.0) {
    let half = exp(0.5 * a);
    return sign(x) * half * 0.5 * half;
  }
  let t = c_expm1(a);
  return sign(x) * 0.5 * (t + t / (t + 1.0));
}

fn c_cosh(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return abs(x); }
  let half = exp(0.5 * abs(x));
  return 0.5 * half * half + 0.5 / half / half;
}

fn c_asinh(x: f32) -> f32 {
  if (c_isnan(x) || c_isinf(x) || x == 0.0) { return x; }
  let a = abs(x);
  if (a > 1e9) { return sign(x) * (c_log(a) + 0.6931471806); }
  return sign(x) * c_log1p(a + a * a / (1.0 + sqrt(a * a + 1.0)));
}

fn c_acosh(x: f32) -> f32 {
  if (c_isnan(x) || x < 1.0) { return c_from_bits(0x7fc00000u); }
  if (c_isinf(x)) { return x; }
  if (x > 1e9) { return c_log(x) + 0.6931471806; }
  let t = x - 1.0;
  return c_log1p(t + c_sqrt(t * (x + 1.0)));
}

fn c_atanh(x: f32) -> f32 {
  if (c_isnan(x) || x == 0.0) { return x; }
  let a = abs(x);
  if (a > 1.0) { return c_from_bits(0x7fc00000u); }
  if (a == 1.0) { return sign(x) * c_from_bits(0x7f800000u); }
  return 0.5 * sign(x) * c_log1p(2.0 * a / (1.0 - a));
}
