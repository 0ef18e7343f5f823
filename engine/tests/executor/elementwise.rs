//! Every row of the operator tables, over ordinary and special values and all integer dtypes.

use carrel_engine::cpu::Buffer;
use carrel_engine::dtype::DType;
use carrel_engine::prim::{Binary, OperandClass, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;

use crate::bench::{Bench, Twin};

const SPECIAL: [f32; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    -3.0,
    1e-3,
    -1e-3,
    0.3,
    -0.7,
    1.5,
    2.5,
    -2.5,
    10.0,
    -10.0,
    100.0,
    1e-6,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];

const INTEGERS: [i64; 10] = [0, 1, -1, 2, -2, 3, -7, 7, 100, -100];

/// Accurate to a few units in the last place of a float.
fn tolerance(name: &str) -> f64 {
    match name {
        "pow" => 2e-5,
        // Fits and series of a few digits less.
        "lgamma" | "digamma" | "trigamma" | "special_zeta" | "igamma" | "igammac" | "special_log_ndtr" | "erfinv"
        | "special_ndtri" | "special_erfcx" => 3e-5,
        _ => 4e-6,
    }
}

fn integer_buffer(dtype: DType, values: &[i64]) -> Buffer {
    match dtype {
        DType::Bool => Buffer::Bool(values.iter().map(|&value| value > 0).collect()),
        DType::U8 => Buffer::U8(values.iter().map(|&value| value as u8).collect()),
        DType::I8 => Buffer::I8(values.iter().map(|&value| value as i8).collect()),
        DType::I16 => Buffer::I16(values.iter().map(|&value| value as i16).collect()),
        DType::I32 => Buffer::I32(values.iter().map(|&value| value as i32).collect()),
        _ => Buffer::I64(values.to_vec()),
    }
}

const WHOLE: [DType; 6] = [DType::Bool, DType::U8, DType::I8, DType::I16, DType::I32, DType::I64];

#[test]
fn unary_floats() {
    let mut bench = Bench::new();
    for &op in Unary::ALL {
        if op.class() == OperandClass::Bits || !op.runs_on_gpu() {
            continue;
        }
        // Infinities have no angle on every device, and large arguments lose it.
        let angle = ["sin", "cos", "tan"].contains(&op.name());
        // At its poles, trigamma of the CPU is what the rounding of an angle leaves, as in PyTorch; on the GPU it is infinite.
        let poles = op.name() == "trigamma";
        let is_pole = |value: &f32| *value < 0.0 && value.fract() == 0.0;
        let values: Vec<f32> = SPECIAL
            .into_iter()
            .filter(|value| (!angle || value.abs() <= 3.0) && !(poles && is_pole(value)))
            .collect();
        let x = bench.floats(&values, &[values.len()]);
        let y = bench.apply(Prim::Unary(op), &[&x], &[]);
        eprintln!("{}", op.name());
        bench.agree(&[&y], tolerance(op.name()));
    }
}

#[test]
fn binary_floats() {
    let mut bench = Bench::new();
    let count = SPECIAL.len();
    for &op in Binary::ALL {
        // The quotient's last digit decides a remainder; only plain arguments have one answer.
        let plain = ["fmod", "remainder", "floor_divide", "atan2"].contains(&op.name());
        let values: Vec<f32> = SPECIAL
            .into_iter()
            .filter(|value| !plain || (value.abs() >= 0.5 && value.abs() <= 10.0))
            .collect();
        let count = count.min(values.len());
        if op.class() == OperandClass::Bits {
            continue;
        }
        let x = bench.floats(&values, &[count, 1]).expand(&[count, count]);
        let y = bench.floats(&values, &[count]).expand(&[count, count]);
        let z = bench.apply(Prim::Binary(op), &[&x, &y], &[]);
        eprintln!("{}", op.name());
        bench.agree(&[&z], tolerance(op.name()));
    }
}

#[test]
fn integers_wrap_to_their_width() {
    let mut bench = Bench::new();
    for dtype in WHOLE {
        let x = bench
            .buffer(integer_buffer(dtype, &INTEGERS), &[10, 1])
            .expand(&[10, 10]);
        let y = bench.buffer(integer_buffer(dtype, &INTEGERS), &[10]).expand(&[10, 10]);
        for &op in Unary::ALL {
            let arithmetic_on_bool = dtype == DType::Bool && !matches!(op, Unary::BitwiseNot | Unary::LogicalNot);
            if op.class() != OperandClass::Float && !arithmetic_on_bool {
                let z = bench.apply(Prim::Unary(op), &[&x], &[]);
                eprintln!("{} {dtype}", op.name());
                bench.agree(&[&z], 0.0);
            }
        }
        for &op in Binary::ALL {
            let divides = matches!(op, Binary::FloorDivide | Binary::Remainder | Binary::Fmod | Binary::Pow);
            let bits = matches!(op, Binary::Gcd | Binary::Lcm | Binary::ShiftLeft | Binary::ShiftRight);
            let unknown_to_bool = dtype == DType::Bool && (divides || bits || op == Binary::Sub);
            // Powers that leave 32 bits are not the GPU's to give.
            let too_large = matches!(op, Binary::Pow) && matches!(dtype, DType::I64 | DType::I32 | DType::I16);
            if op.class() == OperandClass::Float || unknown_to_bool || too_large {
                continue;
            }
            let divisor = if divides {
                bench.fill(Prim::Full, &[Scalar::Int(3)], &[10, 10], dtype)
            } else {
                y.clone()
            };
            let z = bench.apply(Prim::Binary(op), &[&x, &divisor], &[]);
            eprintln!("{} {dtype}", op.name());
            bench.agree(&[&z], 0.0);
        }
    }
}

#[test]
fn casts_between_all_dtypes() {
    let mut bench = Bench::new();
    let mut sources: Vec<Twin> = WHOLE
        .iter()
        .map(|&dtype| bench.buffer(integer_buffer(dtype, &INTEGERS), &[10]))
        .collect();
    sources.push(bench.floats(&[0.0, 1.9, -1.9, 3.5, -0.2, 100.0, 0.7, 2.0, 5.0, 6.0], &[10]));
    for source in &sources {
        for to in WHOLE.into_iter().chain([DType::F32]) {
            // A negative float has no unsigned value.
            if to == DType::U8 && source.dtype() == DType::F32 {
                continue;
            }
            let result = bench.apply(Prim::Cast(to), &[source], &[]);
            bench.agree(&[&result], 0.0);
        }
    }
}

#[test]
fn fills_and_choices() {
    let mut bench = Bench::new();
    let full = bench.fill(Prim::Full, &[Scalar::Float(2.5)], &[3, 4], DType::F32);
    let infinite = bench.fill(Prim::Full, &[Scalar::Float(f64::NEG_INFINITY)], &[3, 4], DType::F32);
    let range = bench.fill(Prim::Arange, &[Scalar::Int(5), Scalar::Int(-2)], &[12], DType::I64);
    let float_range = bench.fill(
        Prim::Arange,
        &[Scalar::Float(0.5), Scalar::Float(0.25)],
        &[12],
        DType::F32,
    );
    let x = bench.noise(1, &[3, 4]);
    let zero = bench.fill(Prim::Full, &[Scalar::Float(0.0)], &[3, 4], DType::F32);
    let mask = bench.apply(Prim::Binary(Binary::Gt), &[&x, &zero], &[]);
    let chosen = bench.apply(Prim::Where, &[&mask, &x, &infinite], &[]);
    bench.agree(&[&full, &infinite, &range, &float_range, &mask, &chosen], 0.0);
}

#[test]
fn windows_of_every_kind() {
    let mut bench = Bench::new();
    let x = bench.noise(2, &[6, 5, 4]);
    let windows = [
        x.permute(&[2, 0, 1]),
        x.slice(1, 1, 2, 2),
        x.slice(0, 2, 1, 3).permute(&[1, 2, 0]),
        x.reshape(&[30, 4]).permute(&[1, 0]),
        x.slice(2, 3, 1, 1).expand(&[6, 5, 7]),
        x.slice(0, 5, 1, 1).expand(&[9, 5, 4]),
    ];
    let copies: Vec<Twin> = windows
        .iter()
        .map(|window| bench.apply(Prim::Copy, &[window], &[]))
        .collect();
    bench.agree(&copies.iter().collect::<Vec<_>>(), 0.0);
}

#[test]
fn nothing_is_a_value_too() {
    let mut bench = Bench::new();
    let empty = bench.floats(&[], &[0, 3]);
    let sum = bench.apply(Prim::Binary(Binary::Add), &[&empty, &empty], &[]);
    let total = bench.apply(
        Prim::Reduce {
            op: Reduce::Sum,
            dims: vec![0],
        },
        &[&empty],
        &[],
    );
    let left = bench.floats(&[], &[1, 2, 0]);
    let right = bench.floats(&[], &[1, 0, 3]);
    let product = bench.apply(Prim::Matmul, &[&left, &right], &[]);
    bench.agree(&[&sum, &total, &product], 0.0);
}

/// The device rounds as the CPU does, ties and overflow included.
#[test]
fn narrow_floats_round_to_their_width() {
    let mut bench = Bench::new();
    let edges = [
        1.0,
        2049.0,
        2051.0,
        65_504.0,
        65_519.0,
        65_520.0,
        -70_000.0,
        6.1e-5,
        6.0e-5,
        2.9e-8,
        3.1e-8,
        1e-9,
        -0.0,
        3.3,
        f32::MAX,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        1.0 + 1.0 / 256.0,
        1.0 + 3.0 / 256.0,
    ];
    let x = bench.floats(&edges, &[edges.len()]);
    for dtype in [DType::F16, DType::BF16] {
        let narrow = bench.apply(Prim::Cast(dtype), &[&x], &[]);
        let wide = bench.apply(Prim::Cast(DType::F32), &[&narrow], &[]);
        bench.agree(&[&narrow, &wide], 0.0);
        for op in [Binary::Add, Binary::Mul, Binary::Sub] {
            let other = bench.fill(Prim::Full, &[Scalar::Float(3.1)], &[edges.len()], dtype);
            let result = bench.apply(Prim::Binary(op), &[&narrow, &other], &[]);
            bench.agree(&[&result], 0.0);
        }
    }
}

#[test]
fn narrow_floats_are_summed_as_wide_ones() {
    let mut bench = Bench::new();
    for dtype in [DType::F16, DType::BF16] {
        let x = bench.noise(8, &[6, 40_000]);
        let narrow = bench.apply(Prim::Cast(dtype), &[&x], &[]);
        let a = narrow.slice(1, 0, 1, 50);
        let b = narrow.slice(1, 100, 1, 50).permute(&[1, 0]);
        let product = bench.apply(
            Prim::Matmul,
            &[
                &a.reshape(&[1, 6, 50]),
                &b.seen(carrel_engine::view::View {
                    shape: vec![1, 50, 6],
                    strides: vec![0, 1, 40_000],
                    offset: 100,
                }),
            ],
            &[],
        );
        let ones = bench.fill(Prim::Full, &[Scalar::Float(1.0)], &[6, 40_000], dtype);
        let counted = bench.apply(
            Prim::Reduce {
                op: Reduce::Sum,
                dims: vec![1],
            },
            &[&ones],
            &[],
        );
        bench.agree(&[&product, &counted], 1e-2);
    }
}

/// Positions of encodings reach far, where the device's own functions are coarse.
#[test]
fn angles_of_many_turns() {
    let mut bench = Bench::new();
    let angles: Vec<f32> = (0..2000).map(|n| n as f32 * 5.37 - 4000.0).collect();
    let x = bench.floats(&angles, &[angles.len()]);
    let found = [Unary::Sin, Unary::Cos].map(|op| bench.apply(Prim::Unary(op), &[&x], &[]));
    bench.agree(&[&found[0], &found[1]], 1e-6);
}
