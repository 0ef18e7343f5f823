//! The gamma family, to about six digits: asymptotic series behind recurrences, as `cpu/special/gamma.rs`.
//!
//! Section numbers are those of the Digital Library of Mathematical Functions, <https://dlmf.nist.gov>.
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

// The part after the point, from -0.5 to 0.5.
fn c_fraction(x: f32) -> f32 {
  return x - round(x);
}

// log(gamma(x)) for x > 0: 5.11.1 from 8 on.
fn c_lgamma_positive(x: f32) -> f32 {
  var shifted = x;
  var product = 1.0;
  for (var n = 0; n < 8 && shifted < 8.0; n += 1) {
    product *= shifted;
    shifted += 1.0;
  }
  let z = 1.0 / (shifted * shifted);
  let tail = (0.0833333333 + z * (-0.00277777778 + z * 0.000793650794)) / shifted;
  return (shifted - 0.5) * log(shifted) - shifted + 0.918938533 + tail - log(product);
}

fn c_lgamma(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x) || (x <= 0.0 && trunc(x) == x)) { return c_from_bits(0x7f800000u); }
  if (x == 1.0 || x == 2.0) { return 0.0; }
  if (x >= 0.5) { return c_lgamma_positive(x); }
  return 1.14472989 - log(abs(sin(3.14159265 * c_fraction(x)))) - c_lgamma_positive(1.0 - x);
}

// For x > 0: 5.11.2 from 6 on.
fn c_digamma_positive(x: f32) -> f32 {
  var shifted = x;
  var sum = 0.0;
  for (var n = 0; n < 6 && shifted < 6.0; n += 1) {
    sum -= 1.0 / shifted;
    shifted += 1.0;
  }
  let z = 1.0 / (shifted * shifted);
  return sum + log(shifted) - 0.5 / shifted - z * (0.0833333333 - z * (0.00833333333 - z * 0.00396825397));
}

fn c_digamma(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (x == 0.0) { return select(c_from_bits(0xff800000u), c_from_bits(0x7f800000u), c_signbit(x)); }
  if (c_isinf(x)) { return select(x, c_from_bits(0x7fc00000u), x < 0.0); }
  if (x > 0.0) { return c_digamma_positive(x); }
  let rest = c_fraction(x);
  if (rest == 0.0) { return c_from_bits(0x7fc00000u); }
  let angle = 3.14159265 * rest;
  return c_digamma_positive(1.0 - x) - 3.14159265 * cos(angle) / sin(angle);
}

// For x >= 0.5: 5.15.8 from 6 on.
fn c_trigamma_positive(x: f32) -> f32 {
  var shifted = x;
  var sum = 0.0;
  for (var n = 0; n < 6 && shifted < 6.0; n += 1) {
    sum += 1.0 / (shifted * shifted);
    shifted += 1.0;
  }
  let z = 1.0 / (shifted * shifted);
  return sum + (1.0 + 0.5 / shifted + z * (0.166666667 - z * (0.0333333333 - z * 0.0238095238))) / shifted;
}

fn c_trigamma(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (c_isinf(x)) { return select(0.0, c_from_bits(0x7fc00000u), x < 0.0); }
  if (x >= 0.5) { return c_trigamma_positive(x); }
  let sine = sin(3.14159265 * c_fraction(x));
  if (sine == 0.0) { return c_from_bits(0x7f800000u); }
  return 9.8696044 / (sine * sine) - c_trigamma_positive(1.0 - x);
}

// The Hurwitz zeta function for s > 1, q > 0 by the Euler-Maclaurin formula, 25.11.5.
fn c_zeta_positive(s: f32, q: f32) -> f32 {
  var shifted = q;
  var sum = 0.0;
  for (var n = 0; n < 8 && shifted < 8.0; n += 1) {
    sum += c_pow(shifted, -s);
    shifted += 1.0;
  }
  let power = c_pow(shifted, -s);
  let slope = s * power / shifted;
  let z = 1.0 / (shifted * shifted);
  let third = (s + 1.0) * (s + 2.0) * z;
  let fifth = third * (s + 3.0) * (s + 4.0) * z;
  return sum + power * (shifted / (s - 1.0) + 0.5) + slope * (0.0833333333 - third * 0.00138888889 + fifth * 0.0000330687831);
}

fn c_zeta(s: f32, q: f32) -> f32 {
  if (s == 1.0) { return c_from_bits(0x7f800000u); }
  if (c_isnan(s) || c_isnan(q) || s < 1.0) { return c_from_bits(0x7fc00000u); }
  if (q <= 0.0 && floor(q) == q) { return c_from_bits(0x7f800000u); }
  if (c_isinf(q) || (c_isinf(s) && (q < 0.0 || q > 1.0))) { return c_from_bits(0x7fc00000u); }
  if (c_isinf(s)) { return select(c_from_bits(0x7f800000u), 1.0, q == 1.0); }
  if (q > 0.0) { return c_zeta_positive(s, q); }
  if (floor(s) != s) { return c_from_bits(0x7fc00000u); }
  // The terms below zero are those of two sums above it, up to their sign.
  let count = -floor(q);
  // Not 1 - (q + count), which loses the digits of a q near zero.
  let first = -(q + (count - 1.0));
  let below = c_zeta_positive(s, first) - c_zeta_positive(s, first + count);
  return c_zeta_positive(s, q + count) + select(below, -below, (i32(s) & 1) != 0);
}

// x^a exp(-x) / gamma(a); for large a by Stirling's formula, so that nothing large cancels.
fn c_igamma_prefix(a: f32, x: f32) -> f32 {
  if (a < 8.0) { return exp(a * log(x) - x - c_lgamma(a)); }
  let difference = (x - a) / a;
  let z = 1.0 / (a * a);
  let correction = (0.0833333333 - z * (0.00277777778 - z * 0.000793650794)) / a;
  return exp(a * (c_log1p(difference) - difference) - correction) * sqrt(a * 0.159154943);
}

// The lower function's series, 8.7.1, or 1 minus the upper one's continued fraction, 8.9.2: x is positive.
fn c_igamma_parts(a: f32, x: f32) -> vec2<f32> {
  if (x < a + 1.0) {
    var term = 1.0 / a;
    var sum = term;
    for (var n = 1.0; n < 2000.0 && term > sum * 1e-8; n += 1.0) {
      term *= x / (a + n);
      sum += term;
    }
    let lower = c_igamma_prefix(a, x) * sum;
    return vec2(lower, 1.0 - lower);
  }
  var b = x + 1.0 - a;
  var d = 1.0 / b;
  var c = 1e30;
  var value = d;
  for (var n = 1.0; n < 2000.0; n += 1.0) {
    let numerator = -n * (n - a);
    b += 2.0;
    d = numerator * d + b;
    d = 1.0 / select(d, 1e-30, abs(d) < 1e-30);
    c = b + numerator / c;
    c = select(c, 1e-30, abs(c) < 1e-30);
    value *= c * d;
    if (abs(c * d - 1.0) < 1e-7) { break; }
  }
  let upper = c_igamma_prefix(a, x) * value;
  return vec2(1.0 - upper, upper);
}

// Both functions where no formula is needed; a negative number where one is.
fn c_igamma_corner(a: f32, x: f32) -> f32 {
  // The parameter does not matter at the ends of the range, even if it is NaN.
  if (c_isnan(a) && (x == 0.0 || (c_isinf(x) && x > 0.0))) { return select(1.0, 0.0, x == 0.0); }
  let unknown = c_isnan(a) || c_isnan(x) || a < 0.0 || x < 0.0 || (a == 0.0 && x == 0.0) || (c_isinf(a) && c_isinf(x));
  if (unknown) { return c_from_bits(0x7fc00000u); }
  if (a == 0.0 || c_isinf(x)) { return 1.0; }
  return select(-1.0, 0.0, x == 0.0 || c_isinf(a));
}

fn c_igamma(a: f32, x: f32) -> f32 {
  let corner = c_igamma_corner(a, x);
  if (c_isnan(corner) || corner >= 0.0) { return corner; }
  return c_igamma_parts(a, x).x;
}

fn c_igammac(a: f32, x: f32) -> f32 {
  let corner = c_igamma_corner(a, x);
  if (c_isnan(corner) || corner >= 0.0) { return 1.0 - corner; }
  return c_igamma_parts(a, x).y;
}
