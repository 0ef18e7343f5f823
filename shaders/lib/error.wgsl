//! Relatives of the error function, to about seven digits.
//!
//! Sources: the Chebyshev fit of erfc in Numerical Recipes 6.2; M. Giles, "Approximating the erfinv function" (2010).
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

// exp(z * z) * erfc(z) for z >= 0.
fn c_erfcx_positive(z: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * z);
  let tail = -0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))));
  return t * exp(-1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * tail))));
}

fn c_erfc(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  let a = abs(x);
  if (a < 0.5) { return 1.0 - c_erf(x); }
  // Beyond 10 nothing is left, and the exponential of an infinity is no number everywhere.
  let tail = c_erfcx_positive(min(a, 10.0)) * exp(-min(a * a, 100.0));
  return select(tail, 2.0 - tail, x < 0.0);
}

fn c_erfcx(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return select(0.0, c_from_bits(0x7f800000u), x < 0.0); }
  let tail = c_erfcx_positive(abs(x));
  if (x >= 0.0) { return tail; }
  if (x < -9.4) { return c_from_bits(0x7f800000u); }
  return 2.0 * exp(x * x) - tail;
}

// erfinv(y) / y from w = -log(1 - y * y).
fn c_erfinv_ratio(w: f32) -> f32 {
  if (w < 5.0) {
    let v = w - 2.5;
    let head = -4.39150654e-6 + v * (-3.5233877e-6 + v * (3.43273939e-7 + v * 2.81022636e-8));
    return 1.50140941 + v * (0.246640727 + v * (-0.00417768164 + v * (-0.00125372503 + v * (0.00021858087 + v * head))));
  }
  let v = sqrt(w) - 3.0;
  let head = -0.00367342844 + v * (0.00134934322 + v * (0.000100950558 + v * -0.000200214257));
  return 2.83297682 + v * (1.00167406 + v * (0.00943887047 + v * (-0.0076224613 + v * (0.00573950773 + v * head))));
}

fn c_erfinv(y: f32) -> f32 {
  if (!(abs(y) <= 1.0) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  if (abs(y) == 1.0) { return select(c_from_bits(0xff800000u), c_from_bits(0x7f800000u), y > 0.0); }
  return y * c_erfinv_ratio(-c_log((1.0 - y) * (1.0 + y)));
}

fn c_ndtri(p: f32) -> f32 {
  if (!(p >= 0.0 && p <= 1.0) || c_isnan(p)) { return c_from_bits(0x7fc00000u); }
  if (p == 0.0) { return c_from_bits(0xff800000u); }
  if (p == 1.0) { return c_from_bits(0x7f800000u); }
  let w = -c_log(4.0 * p * (1.0 - p));
  if (w < 16.0) { return 1.41421356 * (2.0 * p - 1.0) * c_erfinv_ratio(w); }
  // Beyond the fit: Newton's method on the logarithm of erfc.
  let size = -c_log(2.0 * p);
  var x = sqrt(size - 0.5 * log(3.14159265 * size));
  for (var round = 0; round < 2; round += 1) {
    let scaled = c_erfcx_positive(x);
    x += (log(scaled) - x * x + size) * scaled * 0.886226925;
  }
  return -1.41421356 * x;
}

fn c_log_ndtr(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  let t = x * 0.707106781;
  if (x >= -1.0) { return c_log1p(-0.5 * c_erfc(t)); }
  if (c_isinf(x)) { return x; }
  return log(0.5 * c_erfcx_positive(-t)) - t * t;
}

// -x log(x).
fn c_entr(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (x == 0.0) { return 0.0; }
  if (x < 0.0 || c_isinf(x)) { return c_from_bits(0xff800000u); }
  return -x * c_log(x);
}

fn c_xlogy(x: f32, y: f32) -> f32 {
  if (c_isnan(y)) { return y; }
  if (x == 0.0) { return 0.0; }
  return x * c_log(y);
}

fn c_xlog1py(x: f32, y: f32) -> f32 {
  if (c_isnan(y)) { return y; }
  if (x == 0.0) { return 0.0; }
  return x * c_log1p(y);
}

fn c_logaddexp(x: f32, y: f32) -> f32 {
  if (c_eq(x, y)) { return x + 0.69314718; }
  if (c_isnan(x) || c_isinf(y)) { return c_maximum(x, y); }
  if (c_isnan(y) || c_isinf(x)) { return c_maximum(x, y); }
  return max(x, y) + c_log1p(exp(-abs(x - y)));
}

fn c_logaddexp2(x: f32, y: f32) -> f32 {
  if (c_eq(x, y)) { return x + 1.0; }
  if (c_isnan(x) || c_isinf(y)) { return c_maximum(x, y); }
  if (c_isnan(y) || c_isinf(x)) { return c_maximum(x, y); }
  return max(x, y) + c_log1p(exp2(-abs(x - y))) * 1.4426950409;
}

fn c_logsigmoid(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return min(x, 0.0); }
  return min(x, 0.0) - c_log1p(exp(-abs(x)));
}

fn c_sinc(x: f32) -> f32 {
  if (x == 0.0) { return 1.0; }
  let angle = x * 3.14159265;
  return c_sin(angle) / angle;
}
