//! Logarithm, sine and cosine of f32 by the Cephes polynomials, as PyTorch's normal draws use them.
//!
//! The order of operations, and which of them are fused, decides the last bit of every draw of
//! `randn`; that is why these are not the library functions. They hold for the arguments that occur
//! there: (0, 1] for the logarithm, [0, 2 pi] for the angle. Refuses to be a general mathematics library.
//! Source: <https://www.netlib.org/cephes/> (single precision)

/// `a * b + c` rounded once (up to a double rounding far below what a draw shows; on wasm a true fused
/// operation would be a slow library call).
pub fn fused(a: f32, b: f32, c: f32) -> f32 {
    (f64::from(a) * f64::from(b) + f64::from(c)) as f32
}

fn horner(x: f32, coefficients: &[f32]) -> f32 {
    coefficients
        .iter()
        .copied()
        .reduce(|sum, coefficient| fused(sum, x, coefficient))
        .unwrap_or_default()
}

/// Natural logarithm of a normal number in (0, 1].
pub fn ln(x: f32) -> f32 {
    const COEFFICIENTS: [f32; 9] = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        0.333_333_3,
    ];
    /// ln 2 in two parts, the first exact in few bits.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    let mut exponent = (bits >> 23) as f32 - 126.0;
    let mut mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    if mantissa < std::f32::consts::FRAC_1_SQRT_2 {
        exponent -= 1.0;
        mantissa = (mantissa - 1.0) + mantissa;
    } else {
        mantissa -= 1.0;
    }
    let square = mantissa * mantissa;
    let series = horner(mantissa, &COEFFICIENTS) * mantissa;
    let series = fused(series, square, exponent * LN_2_LOW);
    let series = fused(-square, 0.5, series);
    fused(exponent, LN_2_HIGH, mantissa + series)
}

/// Sine and cosine of an angle in [0, 2 pi].
pub fn sin_cos(angle: f32) -> (f32, f32) {
    /// pi / 4 in three parts, subtracted one after another.
    const QUARTER_PI: [f32; 3] = [0.785_156_25, 2.418_756_5e-4, 3.774_895e-8];
    const COSINE: [f32; 3] = [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2];
    const SINE: [f32; 3] = [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1];
    let octant = ((angle * std::f32::consts::FRAC_2_PI * 2.0) as i32 + 1) & !1;
    let x = QUARTER_PI
        .iter()
        .fold(angle, |rest, &part| fused(octant as f32, -part, rest));
    let square = x * x;
    let cosine = fused(horner(square, &COSINE) * square, square, -(square * 0.5)) + 1.0;
    let sine = fused(horner(square, &SINE) * square, x, x);
    let (sine, cosine) = if octant & 2 == 0 {
        (sine, cosine)
    } else {
        (cosine, sine)
    };
    let sine = if octant & 4 == 0 { sine } else { -sine };
    let cosine = if (octant - 2) & 4 == 0 { -cosine } else { cosine };
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_library() {
        for step in 1..=4096 {
            let x = step as f32 / 4096.0;
            assert!((ln(x) - x.ln()).abs() <= 1e-6 * x.ln().abs().max(1e-3), "ln {x}");
            let angle = x * std::f32::consts::TAU;
            let (sine, cosine) = sin_cos(angle);
            assert!(
                (sine - angle.sin()).abs() < 3e-7 && (cosine - angle.cos()).abs() < 3e-7,
                "angle {angle}"
            );
        }
    }
}
