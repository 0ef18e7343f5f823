//! Integer overloads of the helper functions: Python's rounding, and no trap on zero.
//!
//! Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_floor_divide_i(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  let quotient = x / y;
  let inexact = quotient * y != x;
  return select(quotient, quotient - 1, inexact && ((x < 0) != (y < 0)));
}

fn c_remainder_i(x: i32, y: i32) -> i32 {
  return select(x - c_floor_divide_i(x, y) * y, 0, y == 0);
}

fn c_fmod_i(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  return x - (x / y) * y;
}

fn c_pow_i(x: i32, y: i32) -> i32 {
  if (y < 0) {
    if (x == 1) { return 1; }
    if (x == -1) { return select(1, -1, (y & 1) != 0); }
    return 0;
  }
  var result = 1;
  var base = x;
  var exponent = u32(y);
  while (exponent != 0u) {
    if ((exponent & 1u) != 0u) { result *= base; }
    base *= base;
    exponent = exponent >> 1u;
  }
  return result;
}

fn c_gcd_i(x: i32, y: i32) -> i32 {
  var a = abs(x);
  var b = abs(y);
  while (b != 0) {
    let rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

fn c_lcm_i(x: i32, y: i32) -> i32 {
  let divisor = c_gcd_i(x, y);
  if (divisor == 0) { return 0; }
  return abs(x / divisor * y);
}

fn c_shift_left_i(x: i32, y: i32) -> i32 {
  if (y < 0 || y > 31) { return 0; }
  return x << u32(y);
}

fn c_shift_right_i(x: i32, y: i32) -> i32 {
  return x >> select(u32(y), 31u, y < 0 || y > 31);
}
