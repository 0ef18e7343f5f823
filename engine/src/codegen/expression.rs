//! Scalar expressions in WGSL: the `wgsl` column of the operator tables, filled in for a dtype.
//!
//! The column is written for f32. Integers use the same text unless [`INTEGER_OVERLOADS`] has a row; bool
//! is computed as an integer 0 or 1. In registers a bool is WGSL's `bool`, in memory a `u32`.
//! Refuses to write a constant that is infinite or NaN: WGSL forbids them, so they come from functions.

use crate::dtype::{Category, DType};
use crate::prim::{Binary, OperandClass, Reduce, Unary};

macro_rules! unary_column {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:expr;)*) => {
        const fn unary_template(op: Unary) -> &'static str { match op { $(Unary::$variant => $wgsl),* } }
    };
}
crate::for_each_unary!(unary_column);

macro_rules! binary_column {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $class:ident, wgsl: $wgsl:literal, float: $float:expr, int: $int:expr, vjp: ($($v:ident),*) => $vjp:tt;)*) => {
        const fn binary_template(op: Binary) -> &'static str { match op { $(Binary::$variant => $wgsl),* } }
    };
}
crate::for_each_binary!(binary_column);

/// Operators whose integer text differs from the float text of the table.
const INTEGER_OVERLOADS: &[(&str, &str)] = &[
    ("relu", "max({x}, 0)"),
    ("floor", "({x})"),
    ("ceil", "({x})"),
    ("round", "({x})"),
    ("trunc", "({x})"),
    ("isnan", "false"),
    ("isinf", "false"),
    ("signbit", "(({x}) < 0)"),
    ("floor_divide", "c_floor_divide_i({x}, {y})"),
    ("remainder", "c_remainder_i({x}, {y})"),
    ("fmod", "c_fmod_i({x}, {y})"),
    ("pow", "c_pow_i({x}, {y})"),
    ("maximum", "max({x}, {y})"),
    ("minimum", "min({x}, {y})"),
    ("fmax", "max({x}, {y})"),
    ("fmin", "min({x}, {y})"),
    ("eq", "(({x}) == ({y}))"),
    ("ne", "(({x}) != ({y}))"),
    ("lt", "(({x}) < ({y}))"),
    ("le", "(({x}) <= ({y}))"),
    ("gt", "(({x}) > ({y}))"),
    ("ge", "(({x}) >= ({y}))"),
];

/// Operators on int64 whose results may leave the 32 bits that hold them: these report it.
const REPORTING_OVERLOADS: &[(&str, &str)] = &[
    ("neg", "c_reporting_neg({x})"),
    ("abs", "c_reporting_abs({x})"),
    ("square", "c_reporting_mul({x}, {x})"),
    ("add", "c_reporting_add({x}, {y})"),
    ("sub", "c_reporting_sub({x}, {y})"),
    ("mul", "c_reporting_mul({x}, {y})"),
    ("floor_divide", "c_reporting_floor_divide({x}, {y})"),
    ("pow", "c_reporting_pow({x}, {y})"),
    ("lcm", "c_reporting_lcm({x}, {y})"),
    ("bitwise_left_shift", "c_reporting_shift_left({x}, {y})"),
];

/// WGSL's register type of a dtype.
pub const fn register_type(dtype: DType) -> &'static str {
    match dtype.category() {
        Category::Bool => "bool",
        Category::Integer => "i32",
        Category::Float => "f32",
    }
}

/// WGSL's memory type of a dtype that is held in four bytes.
pub const fn memory_type(dtype: DType) -> &'static str {
    match dtype.category() {
        Category::Bool => "u32",
        Category::Integer => "i32",
        Category::Float => "f32",
    }
}

/// Zero in registers.
pub const fn zero(dtype: DType) -> &'static str {
    match dtype.category() {
        Category::Bool => "false",
        Category::Integer => "0",
        Category::Float => "0.0",
    }
}

/// A unary operator on an operand of `dtype`.
pub fn unary(op: Unary, dtype: DType, x: &str) -> String {
    let negates = matches!(op, Unary::BitwiseNot | Unary::LogicalNot);
    if negates && dtype == DType::Bool {
        return format!("(!{x})");
    }
    apply(op.name(), unary_template(op), op.class(), dtype, &[("{x}", x)])
}

/// A binary operator on operands of `dtype`.
pub fn binary(op: Binary, dtype: DType, x: &str, y: &str) -> String {
    apply(
        op.name(),
        binary_template(op),
        op.class(),
        dtype,
        &[("{x}", x), ("{y}", y)],
    )
}

fn apply(name: &str, template: &str, class: OperandClass, dtype: DType, operands: &[(&str, &str)]) -> String {
    let reporting: &[_] = if dtype == DType::I64 { REPORTING_OVERLOADS } else { &[] };
    let overload = reporting
        .iter()
        .chain(INTEGER_OVERLOADS)
        .find(|row| row.0 == name)
        .map_or(template, |row| row.1);
    match dtype.category() {
        Category::Float => {
            let text = fill(template, operands, "0.0");
            if class == OperandClass::Test {
                text
            } else {
                round(dtype, text)
            }
        }
        Category::Integer => {
            let text = fill(overload, operands, "0");
            if class == OperandClass::Test {
                text
            } else {
                wrap(dtype, text)
            }
        }
        Category::Bool => {
            let widened: Vec<(&str, String)> = operands
                .iter()
                .map(|(slot, text)| (*slot, cast(DType::Bool, DType::I32, text)))
                .collect();
            let widened: Vec<(&str, &str)> = widened.iter().map(|(slot, text)| (*slot, text.as_str())).collect();
            let text = fill(overload, &widened, "0");
            if class == OperandClass::Test {
                text
            } else {
                format!("({text} != 0)")
            }
        }
    }
}

fn fill(template: &str, operands: &[(&str, &str)], zero: &str) -> String {
    let text = template.replace("{zero}", zero);
    operands
        .iter()
        .fold(text, |text, (slot, operand)| text.replace(slot, operand))
}

/// The value cut to the width of a narrow integer dtype.
fn wrap(dtype: DType, text: String) -> String {
    match dtype {
        DType::U8 => format!("({text} & 255)"),
        DType::I8 => format!("(({text} << 24u) >> 24u)"),
        DType::I16 => format!("(({text} << 16u) >> 16u)"),
        _ => text,
    }
}

/// The value rounded to the width of a narrow float dtype.
pub fn round(dtype: DType, text: String) -> String {
    match dtype {
        DType::F16 => format!("c_round_f16({text})"),
        DType::BF16 => format!("c_round_bf16({text})"),
        _ => text,
    }
}

/// A conversion between dtypes, register to register.
pub fn cast(from: DType, to: DType, x: &str) -> String {
    match (from.category(), to.category()) {
        (Category::Bool, Category::Bool) => x.to_owned(),
        (Category::Float, Category::Float) if from == to => x.to_owned(),
        (Category::Float, Category::Float) => round(to, x.to_owned()),
        (Category::Bool, Category::Integer) => format!("select(0, 1, {x})"),
        (Category::Bool, Category::Float) => format!("select(0.0, 1.0, {x})"),
        (Category::Integer, Category::Integer) => wrap(to, x.to_owned()),
        (Category::Integer, Category::Bool) => format!("({x} != 0)"),
        (Category::Integer, Category::Float) => round(to, format!("f32({x})")),
        (Category::Float, Category::Integer) if to == DType::I64 => format!("c_reporting_int({x})"),
        (Category::Float, Category::Integer) => wrap(to, format!("i32({x})")),
        (Category::Float, Category::Bool) => format!("(!c_eq({x}, 0.0))"),
    }
}

/// The dtype that a body's arithmetic runs in: bool is folded as an integer, narrow floats as f32.
pub const fn arithmetic_dtype(dtype: DType) -> DType {
    match dtype {
        DType::Bool => DType::I32,
        DType::F16 | DType::BF16 => DType::F32,
        other => other,
    }
}

/// Two partial results of a fold made one, in arithmetic dtype.
pub fn combine(op: Reduce, dtype: DType, a: &str, b: &str) -> String {
    let op = match op {
        Reduce::Sum => Binary::Add,
        Reduce::Prod => Binary::Mul,
        Reduce::Max | Reduce::Any => Binary::Maximum,
        Reduce::Min | Reduce::All => Binary::Minimum,
    };
    binary(op, arithmetic_dtype(dtype), a, b)
}

/// What a fold starts from, in arithmetic dtype.
pub const fn initial(op: Reduce, dtype: DType) -> &'static str {
    match (op, dtype.is_float()) {
        (Reduce::Sum, true) => "0.0",
        (Reduce::Prod, true) => "1.0",
        (Reduce::Max, true) => "c_from_bits(0xff800000u)",
        (Reduce::Min, true) => "c_from_bits(0x7f800000u)",
        (Reduce::Sum | Reduce::Any, _) => "0",
        (Reduce::Prod | Reduce::All, _) => "1",
        (Reduce::Max, false) => "(-2147483647 - 1)",
        (Reduce::Min, false) => "2147483647",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_the_dtype() {
        assert_eq!(binary(Binary::Add, DType::F32, "a", "b"), "((a) + (b))");
        assert_eq!(
            binary(Binary::Add, DType::I8, "a", "b"),
            "((((a) + (b)) << 24u) >> 24u)"
        );
        assert_eq!(binary(Binary::Lt, DType::F32, "a", "b"), "c_lt(a, b)");
        assert_eq!(binary(Binary::Add, DType::I64, "a", "b"), "c_reporting_add(a, b)");
        assert_eq!(binary(Binary::Lt, DType::I64, "a", "b"), "((a) < (b))");
        assert_eq!(
            binary(Binary::Mul, DType::Bool, "a", "b"),
            "(((select(0, 1, a)) * (select(0, 1, b))) != 0)"
        );
        assert_eq!(unary(Unary::LogicalNot, DType::F32, "a"), "((a) == 0.0)");
    }
}
