//! The counter-based generator: Threefry2x32-20 of the seed and the number of the draw.
//!
//! Additions, rotations and exclusive ors alone, so every device gives the same bits; `cpu/random_counter.rs` is
//! the specification. Functions are included one by one, by use: each begins with `fn` at the start of a line.

fn c_threefry(seed: vec2<u32>, number: u32) -> vec2<u32> {
  var x = vec2<u32>(number + seed.x, seed.y);
  for (var round = 0u; round < 5u; round += 1u) {
    if ((round & 1u) == 0u) {
      x = c_threefry_mix(c_threefry_mix(c_threefry_mix(c_threefry_mix(x, 13u), 15u), 26u), 6u);
    } else {
      x = c_threefry_mix(c_threefry_mix(c_threefry_mix(c_threefry_mix(x, 17u), 29u), 16u), 24u);
    }
    x += vec2<u32>(c_threefry_key(seed, round + 1u), c_threefry_key(seed, round + 2u) + round + 1u);
  }
  return x;
}

// The key words in turn: the seed's two, and one that depends on both.
fn c_threefry_key(seed: vec2<u32>, number: u32) -> u32 {
  let third = seed.x ^ seed.y ^ 0x1bd11bdau;
  return select(select(third, seed.y, number % 3u == 1u), seed.x, number % 3u == 0u);
}

fn c_threefry_mix(x: vec2<u32>, distance: u32) -> vec2<u32> {
  let sum = x.x + x.y;
  return vec2<u32>(sum, ((x.y << distance) | (x.y >> (32u - distance))) ^ sum);
}

fn c_draw_uniform(seed: vec2<u32>, number: u32) -> f32 {
  return f32(c_threefry(seed, number).x >> 8u) * 5.9604644775390625e-8;
}

fn c_draw_bits(seed: vec2<u32>, number: u32) -> i32 {
  return i32(c_threefry(seed, number).x >> 1u);
}

// Box and Muller: the first word gives the distance, never of zero, the second the angle.
fn c_draw_normal(seed: vec2<u32>, number: u32) -> f32 {
  let words = c_threefry(seed, number);
  let distance = (f32(words.x >> 8u) + 0.5) * 5.9604644775390625e-8;
  let turn = f32(words.y >> 8u) * 5.9604644775390625e-8;
  return sqrt(-2.0 * c_log(distance)) * c_cos_turns(turn);
}

// Cosine of a part of a whole turn, in [0, 1): the built-in is too coarse to draw from.
fn c_cos_turns(turn: f32) -> f32 {
  let x = (abs(turn - 0.5) - 0.25) * 6.283185307179586;
  let z = x * x;
  return x * (1.0 + z * (-0.16666667 + z * (0.008333333 + z * (-0.00019841270 + z * (0.0000027557319 + z * (-0.000000025052108 + z * 0.00000000016059044))))));
}
