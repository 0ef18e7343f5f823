//! The counter-based generator: Threefry2x32-20 (Salmon et al., 2011) of the seed and the number of the draw.
//!
//! The specification of `shaders/lib/random.wgsl`: uniform draws and bits are equal bit for bit on every device,
//! normal draws up to the last digits of the logarithm. Refuses to keep a state: see `context`.

use super::buffer::{Buffer, try_vec};
use crate::error::Result;
use crate::prim::Draw;
use crate::prim::infer::Meta;
use crate::scalar::Scalar;

/// Rotations of the rounds, four between two additions of the key.
const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/// Keeps the third word of the key from being zero.
const PARITY: u32 = 0x1bd1_1bda;

/// One step of a 24-bit fraction.
const STEP: f32 = 1.0 / 16_777_216.0;

/// Draws number `start`, `start + 1`, … of a seed. Words travel as integers.
pub fn random(draw: Draw, [low, high, start]: [Scalar; 3], output: &Meta) -> Result<Buffer> {
    let seed = [low.as_i64() as u32, high.as_i64() as u32];
    let start = start.as_i64() as u32;
    let count: usize = output.shape.iter().product();
    let numbers = (0..count).map(|index| start.wrapping_add(index as u32));
    Ok(match draw {
        Draw::Uniform => {
            let mut values = try_vec(count)?;
            values.extend(numbers.map(|number| uniform(seed, number)));
            Buffer::F32(values)
        }
        Draw::Normal => {
            let mut values = try_vec(count)?;
            values.extend(numbers.map(|number| normal(seed, number)));
            Buffer::F32(values)
        }
        Draw::Bits => {
            let mut values = try_vec(count)?;
            values.extend(numbers.map(|number| i64::from(threefry(seed, number)[0] >> 1)));
            Buffer::I64(values)
        }
    })
}

/// Two words of 32 random bits.
fn threefry(seed: [u32; 2], number: u32) -> [u32; 2] {
    let key = [seed[0], seed[1], seed[0] ^ seed[1] ^ PARITY];
    let mut x = [number.wrapping_add(key[0]), key[1]];
    for round in 0..5 {
        for rotation in ROTATIONS[round % 2] {
            x[0] = x[0].wrapping_add(x[1]);
            x[1] = x[1].rotate_left(rotation) ^ x[0];
        }
        x[0] = x[0].wrapping_add(key[(round + 1) % 3]);
        x[1] = x[1].wrapping_add(key[(round + 2) % 3]).wrapping_add(round as u32 + 1);
    }
    x
}

fn uniform(seed: [u32; 2], number: u32) -> f32 {
    (threefry(seed, number)[0] >> 8) as f32 * STEP
}

/// Box and Muller: the first word gives the distance, never of zero, the second the angle.
fn normal(seed: [u32; 2], number: u32) -> f32 {
    let words = threefry(seed, number);
    let distance = ((words[0] >> 8) as f32 + 0.5) * STEP;
    let turn = (words[1] >> 8) as f32 * STEP;
    (-2.0 * distance.ln()).sqrt() * (turn * std::f32::consts::TAU).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the generator's authors.
    #[test]
    fn threefry_gives_its_known_answers() {
        assert_eq!(threefry([0, 0], 0), [0x6b20_0159, 0x99ba_4efe]);
    }
}
