//! Routines of attention: constants, and the functions that stand between products, scores and their gradients.
//!
//! Refuses to look for attention: see `plan::attend`.

use super::registry;
use super::select::{Routine, SERIAL_INVOCATIONS, unsigned};
use crate::plan::kernel::Attending;
use crate::prim::{AttentionPart, Scaling};

/// Rows or columns of one invocation.
const BLOCK: usize = 4;

/// Attention, or one of its gradients.
pub(super) fn routine(attending: &Attending) -> Routine {
    let (shader, lines) = match attending.kind.part {
        AttentionPart::QueryGradient => (&registry::ATTENTION_QUERIES_REGISTERS, attending.rows),
        AttentionPart::KeyGradient => (&registry::ATTENTION_KEYS_REGISTERS, attending.columns),
        _ => (&registry::ATTENTION_FORWARD_REGISTERS, attending.rows),
    };
    Routine {
        shader,
        constants: vec![
            ("BATCH", unsigned(attending.batch)),
            ("ROWS", unsigned(attending.rows)),
            ("COLUMNS", unsigned(attending.columns)),
            ("DEPTH", unsigned(attending.depth)),
            ("WIDTH", unsigned(attending.width)),
            ("LOWEST", "-3.4028234663852886e38".to_owned()),
        ],
        functions: functions(attending),
        workgroups: (attending.batch * lines.div_ceil(BLOCK)).div_ceil(SERIAL_INVOCATIONS),
    }
}

/// What the shaders need beside operands and results.
fn functions(attending: &Attending) -> String {
    let kind = &attending.kind;
    let scaled = |number: &str| match kind.scaling {
        Scaling::None => String::new(),
        Scaling::Times => format!("  s = s * {number}(0u);\n"),
        Scaling::Over => format!("  s = s / {number}(0u);\n"),
    };
    let test = |keeps: bool| if keeps { "==" } else { "!=" };
    let mut text = "fn score(batch: u32, row: u32, column: u32, dot: f32) -> f32 {\n".to_owned();
    if kind.has_mask {
        text.push_str(&format!(
            "  if (load_mask(batch, row, column) {} 0) {{ return load_fill(batch, row, column); }}\n",
            test(kind.keeps_mask)
        ));
    }
    text.push_str("  var s = dot;\n");
    text.push_str(&scaled("load_scale"));
    if kind.has_bias {
        text.push_str("  s = s + load_bias(batch, row, column);\n");
    }
    text.push_str("  return s;\n}\n");
    let factor = if kind.has_factor {
        "load_factor(batch, row, column)"
    } else {
        "1.0"
    };
    text.push_str(&format!(
        "fn factor(batch: u32, row: u32, column: u32) -> f32 {{ return {factor}; }}\n"
    ));
    text.push_str(&four("scores", "score", true));
    text.push_str(&four("factors", "factor", false));
    if kind.part.is_gradient() {
        text.push_str("fn gradient(batch: u32, row: u32, column: u32, of_score: f32) -> f32 {\n  var s = of_score;\n");
        if kind.has_mask {
            text.push_str(&format!(
                "  if (load_kept(batch, row, column) {} 0) {{ s = load_rest(batch, row, column); }}\n",
                test(kind.keeps_gradient)
            ));
        }
        text.push_str(&scaled("load_gradient_scale"));
        text.push_str("  return s;\n}\n");
        text.push_str(&four("gradients", "gradient", true));
    }
    text.push_str(&companion(attending));
    text
}

/// A function of four places, from that of one.
fn four(name: &str, of_one: &str, has_value: bool) -> String {
    let (argument, pass) = if has_value {
        (", x: vec4<f32>", true)
    } else {
        ("", false)
    };
    let one = |lane: &str| {
        let value = if pass { format!(", x.{lane}") } else { String::new() };
        format!("{of_one}(batch, rows.{lane}, columns.{lane}{value})")
    };
    let all: Vec<String> = ["x", "y", "z", "w"].into_iter().map(one).collect();
    format!(
        "fn {name}(batch: u32, rows: vec4<u32>, columns: vec4<u32>{argument}) -> vec4<f32> {{\n  return vec4<f32>(\n    {});\n}}\n",
        all.join(",\n    ")
    )
}

/// The function that writes the second result, if somebody wants it.
fn companion(attending: &Attending) -> String {
    let write = |place: &str| match attending.companion {
        Some(binding) => format!(" b{binding}[{place}] = x; "),
        None => String::new(),
    };
    if attending.kind.part == AttentionPart::KeyGradient {
        let body = write("(batch * WIDTH + e) * COLUMNS + column");
        format!("fn store_value(batch: u32, column: u32, e: u32, x: f32) {{{body}}}\n")
    } else {
        let body = write("batch * ROWS + row");
        format!("fn store_row(batch: u32, row: u32, x: f32) {{{body}}}\n")
    }
}
