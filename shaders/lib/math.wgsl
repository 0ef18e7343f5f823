//! Functions that WGSL lacks, or whose built-in is too coarse near zero or undefined at the edges.
//!
//! Accuracy aimed at: a few units in the last place, as PyTorch's CPU functions. Edge values follow C.
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

// log(1 + x) for |x| up to a half, as 2 atanh(x / (2 + x)): the built-in loses digits near 1.
fn c_log1p_series(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let z = s * s;
  let tail = 0.3333333333 + z * (0.2 + z * (0.1428571429 + z * (0.1111111111 + z * (0.0909090909 + z * (0.0769230769 + z * 0.0666666667)))));
  return 2.0 * s * (1.0 + z * tail);
}

fn c_log(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  if (x < 0.0) { return c_from_bits(0x7fc00000u); }
  if (x == 0.0) { return c_from_bits(0xff800000u); }
  if (c_isinf(x)) { return x; }
  if (x > 0.6 && x < 1.5) { return c_log1p_series(x - 1.0); }
  return log(x);
}

fn c_log2(x: f32) -> f32 {
  if (x > 0.6 && x < 1.5) { return c_log1p_series(x - 1.0) * 1.4426950409; }
  if (x > 0.0 && !c_isinf(x)) { return log2(x); }
  return c_log(x);
}

fn c_log1p(x: f32) -> f32 {
  if (abs(x) < 0.5) { return c_log1p_series(x); }
  return c_log(1.0 + x);
}

fn c_expm1(x: f32) -> f32 {
  if (abs(x) < 0.5) {
    let tail = 0.1666666667 + x * (0.0416666667 + x * (0.0083333333 + x * (0.0013888889 + x * (0.0001984127 + x * 0.0000248016))));
    return x + x * x * (0.5 + x * tail);
  }
  return exp(x) - 1.0;
}

fn c_tanh(x: f32) -> f32 {
  // An odd polynomial over an even one, within 7 units of the last place and exact where it reaches 1; the coefficients
  // are those of Eigen's and XLA's tanh, https://github.com/openxla/xla (EmitFastTanh).
  let c = clamp(x, -7.905311, 7.905311);
  let s = c * c;
  let above = ((((((-2.76076847742355e-16 * s + 2.00018790482477e-13) * s - 8.60467152213735e-11) * s + 5.12229709037114e-08) * s
    + 1.48572235717979e-05) * s + 6.37261928875436e-04) * s + 4.89352455891786e-03) * c;
  let below = ((1.19825839466702e-06 * s + 1.18534705686654e-04) * s + 2.26843463243900e-03) * s + 4.89352518554385e-03;
  return select(above / below, x, c_isnan(x));
}

fn c_sqrt(x: f32) -> f32 {
  if (x < 0.0) { return c_from_bits(0x7fc00000u); }
  // The built-in may be the reciprocal of an inverse root, which has no value here.
  if (x == 0.0 || c_isinf(x)) { return x; }
  return sqrt(x);
}

// Maclaurin series below 1, Abramowitz and Stegun 7.1.26 above.
fn c_erf(x: f32) -> f32 {
  if (c_isnan(x)) { return x; }
  let a = abs(x);
  if (a < 1.0) {
    let z = x * x;
    let tail = -0.3333333333 + z * (0.1 + z * (-0.0238095238 + z * (0.0046296296 + z * (-0.0007575758 + z * (0.0001068376 + z * (-0.0000132275 + z * (0.0000014589 + z * -0.000000145)))))));
    return 1.1283791671 * x * (1.0 + z * tail);
  }
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - p * exp(-min(a * a, 80.0)));
}

fn c_fmod(x: f32, y: f32) -> f32 {
  if (c_isnan(x) || c_isnan(y) || c_isinf(x) || y == 0.0) { return c_from_bits(0x7fc00000u); }
  if (c_isinf(y)) { return x; }
  let size = abs(y);
  var rest = abs(x) - size * trunc(abs(x) / size);
  // The quotient is rounded, so the rest can be off by one divisor either way.
  if (rest < 0.0) { rest += size; }
  if (rest >= size) { rest -= size; }
  return select(rest, -rest, x < 0.0);
}

fn c_remainder(x: f32, y: f32) -> f32 {
  let rest = c_fmod(x, y);
  return select(rest, rest + y, rest != 0.0 && ((rest < 0.0) != (y < 0.0)));
}

fn c_floor_divide(x: f32, y: f32) -> f32 {
  if (y == 0.0) { return x / y; }
  let quotient = (x - c_remainder(x, y)) / y;
  return round(quotient);
}

fn c_pow(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (c_isnan(x) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  let whole = trunc(y) == y;
  let odd = whole && abs(y) < 16777216.0 && (i32(y) & 1) != 0;
  let a = abs(x);
  if (c_isinf(y)) {
    if (a == 1.0) { return 1.0; }
    return select(0.0, c_from_bits(0x7f800000u), (a > 1.0) == (y > 0.0));
  }
  if (x < 0.0 && !whole && !c_isinf(x)) { return c_from_bits(0x7fc00000u); }
  var size = 0.0;
  if (a == 0.0 || c_isinf(x)) {
    size = select(0.0, c_from_bits(0x7f800000u), (a == 0.0) != (y > 0.0));
  } else if (whole && abs(y) <= 8.0) {
    // Small whole powers by multiplication: exact where the result is.
    size = 1.0;
    for (var n = i32(abs(y)); n > 0; n -= 1) { size *= a; }
    if (y < 0.0) { size = 1.0 / size; }
  } else {
    size = exp2(y * c_log2(a));
  }
  let negative = odd && (bitcast<u32>(x) & 0x80000000u) != 0u;
  return select(size, -size, negative);
}

// log(exp(x) + exp(y))
fn c_log_add_exp(x: f32, y: f32) -> f32 {
  if (c_isnan(x) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  let larger = max(x, y);
  if (c_isinf(larger)) { return larger; }
  return larger + c_log1p(exp(-abs(x - y)));
}

// The angle of the point (x, y), all quadrants and signed zeros as in C: the built-in is undefined on the axes.
fn c_atan2(y: f32, x: f32) -> f32 {
  if (c_isnan(x) || c_isnan(y)) { return c_from_bits(0x7fc00000u); }
  let high = abs(y);
  let wide = abs(x);
  let steep = high > wide;
  var ratio = 0.0;
  if (c_isinf(high) && c_isinf(wide)) {
    ratio = 1.0;
  } else if (steep) {
    ratio = select(wide / high, 0.0, c_isinf(high));
  } else if (wide > 0.0) {
    ratio = select(high / wide, 0.0, c_isinf(wide));
  }
  var angle = c_atan_unit(ratio);
  if (steep) { angle = 1.5707963268 - angle; }
  if ((bitcast<u32>(x) & 0x80000000u) != 0u) { angle = 3.1415926536 - angle; }
  return select(angle, -angle, (bitcast<u32>(y) & 0x80000000u) != 0u);
}

// Arc tangent on [0, 1]: halved once around tan(pi / 8), then its series.
fn c_atan_unit(x: f32) -> f32 {
  let shift = x > 0.4142135624;
  let t = select(x, (x - 1.0) / (x + 1.0), shift);
  let z = t * t;
  let tail = -0.3333333333 + z * (0.2 + z * (-0.1428571429 + z * (0.1111111111 + z * (-0.0909090909 + z * (0.0769230769 + z * (-0.0666666667 + z * 0.0588235294))))));
  return select(0.0, 0.7853981634, shift) + t * (1.0 + z * tail);
}

fn c_sin(x: f32) -> f32 {
  return c_sin_after(x, 0);
}

fn c_cos(x: f32) -> f32 {
  return c_sin_after(x, 1);
}

// Sine of x and so many quarter turns: x is brought near zero by multiples of a quarter turn in three parts, since the
// built-in is coarse, and worse the larger x is. Exact to the last digits up to some ten thousand turns.
fn c_sin_after(x: f32, quarters: i32) -> f32 {
  if (c_isnan(x) || c_isinf(x)) { return c_from_bits(0x7fc00000u); }
  let n = round(x * 0.6366197724);
  let rest = ((x - n * 1.5703125) - n * 0.0004837512969970703) - n * 0.00000007549789954891882;
  let z = rest * rest;
  let sine = ((-0.00019515295891 * z + 0.0083321608736) * z - 0.16666654611) * z * rest + rest;
  let cosine = ((0.00002443315711809948 * z - 0.001388731625493765) * z + 0.04166664568298827) * z * z - 0.5 * z + 1.0;
  let quadrant = (i32(n) + quarters) & 3;
  let size = select(sine, cosine, (quadrant & 1) != 0);
  return select(size, -size, (quadrant & 2) != 0);
}
