//! Arithmetic of int64, which is held in 32 bits: a result that does not fit raises a flag, which the next read sees.
//!
//! The value given then is the true one's low 32 bits. `range_flag` is declared where one of these is called.
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_leaves_range() {
  atomicStore(&range_flag[0], 1u);
}

fn c_reporting_add(x: i32, y: i32) -> i32 {
  let sum = x + y;
  // Operands of one sign, and a sum of the other.
  if (((x ^ sum) & (y ^ sum)) < 0) { c_leaves_range(); }
  return sum;
}

fn c_reporting_sub(x: i32, y: i32) -> i32 {
  let difference = x - y;
  if (((x ^ y) & (x ^ difference)) < 0) { c_leaves_range(); }
  return difference;
}

fn c_reporting_neg(x: i32) -> i32 {
  return c_reporting_sub(0, x);
}

fn c_reporting_abs(x: i32) -> i32 {
  if (x < 0) { return c_reporting_sub(0, x); }
  return x;
}

fn c_reporting_mul(x: i32, y: i32) -> i32 {
  let product = x * y;
  // Rounded, so near the bound division decides; everything smaller fits, and everything so large does not.
  let size = abs(f32(x) * f32(y));
  if (size >= 2147483000.0) {
    if (size > 2147484000.0 || product / x != y) { c_leaves_range(); }
  }
  return product;
}

fn c_reporting_floor_divide(x: i32, y: i32) -> i32 {
  if (y == -1) { return c_reporting_sub(0, x); }
  return c_floor_divide_i(x, y);
}

fn c_reporting_pow(x: i32, y: i32) -> i32 {
  if (y < 0) { return c_pow_i(x, y); }
  var result = 1;
  var base = x;
  var exponent = u32(y);
  while (exponent != 0u) {
    if ((exponent & 1u) != 0u) { result = c_reporting_mul(result, base); }
    exponent = exponent >> 1u;
    // Squared only where a factor is still to come.
    if (exponent != 0u) { base = c_reporting_mul(base, base); }
  }
  return result;
}

fn c_reporting_lcm(x: i32, y: i32) -> i32 {
  let divisor = c_gcd_i(x, y);
  if (divisor == 0) { return 0; }
  return c_reporting_abs(c_reporting_mul(x / divisor, y));
}

fn c_reporting_shift_left(x: i32, y: i32) -> i32 {
  if (x == 0 || y < 0 || y > 63) { return 0; }
  if (y > 31) {
    c_leaves_range();
    return 0;
  }
  let shifted = x << u32(y);
  if (shifted >> u32(y) != x) { c_leaves_range(); }
  return shifted;
}

// Infinities and NaN have no integer in PyTorch either.
fn c_reporting_int(x: f32) -> i32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size >= 0x4f000000u && size < 0x7f800000u && bits != 0xcf000000u) { c_leaves_range(); }
  return i32(x);
}
