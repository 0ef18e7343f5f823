//! Routines of attention: the choice between registers and tiles, constants, and the functions that stand between products,
//! scores and their gradients.
//!
//! Refuses to look for attention: see `plan::attend`.

use super::registry;
use super::select::{Routine, SERIAL_INVOCATIONS, unsigned};
use crate::plan::Caps;
use crate::plan::kernel::Attending;
use crate::prim::{AttentionPart, Scaling};

/// Queries or keys of one invocation that keeps to registers.
const BLOCK: usize = 4;

/// Queries or keys of a workgroup that shares tiles, and its invocations.
const TILE: usize = 64;
const TILE_INVOCATIONS: u32 = 128;

/// Attention over no more queries and keys than this leaves most of a tile empty.
const FEW_LINES: usize = 16;

/// Where barriers are dear, one invocation walks so many. Longer walks take more rounds of loops than such adapters allow.
const FEW_ON_SOFTWARE: usize = 64;

/// Where vectors are no longer than this, registers hold them.
const SHORT_VECTOR: usize = 16;

/// Attention, or one of its gradients.
pub(super) fn routine(attending: &Attending, caps: &Caps) -> Routine {
    let [registers, tiled] = match attending.kind.part {
        AttentionPart::QueryGradient => [
            &registry::ATTENTION_QUERIES_REGISTERS,
            &registry::ATTENTION_QUERIES_TILED,
        ],
        AttentionPart::KeyGradient => [&registry::ATTENTION_KEYS_REGISTERS, &registry::ATTENTION_KEYS_TILED],
        _ => [
            &registry::ATTENTION_FORWARD_REGISTERS,
            &registry::ATTENTION_FORWARD_TILED,
        ],
    };
    let lines = match attending.kind.part {
        AttentionPart::KeyGradient => attending.columns,
        _ => attending.rows,
    };
    let few = if caps.software { FEW_ON_SOFTWARE } else { FEW_LINES };
    let is_small = attending.rows.max(attending.columns) <= few && attending.depth.max(attending.width) <= SHORT_VECTOR;
    let has_room = caps.workgroup_bytes >= tiled.workgroup_bytes && caps.max_invocations >= TILE_INVOCATIONS;
    let (shader, workgroups) = if has_room && !is_small {
        (tiled, attending.batch * lines.div_ceil(TILE))
    } else {
        let blocks = attending.batch * lines.div_ceil(BLOCK);
        (registers, blocks.div_ceil(SERIAL_INVOCATIONS))
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
            ("HIDDEN", unsigned(hidden_test(attending) as usize)),
        ],
        functions: functions(attending),
        workgroups,
    }
}

/// How the kernels by tiles find blocks of which no score counts, to leave them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HiddenTest {
    /// There are none.
    None,
    /// By the corners, which all invocations look at.
    Corners,
    /// By all scores, shared among the invocations.
    Scores,
}

fn hidden_test(attending: &Attending) -> HiddenTest {
    let kind = &attending.kind;
    match (kind.has_mask, kind.has_bias) {
        (false, false) => HiddenTest::None,
        // Where a query that sees nothing gives NaN, gradients must look for it.
        (true, false) if kind.is_half_plane && kind.empty_is_zero => HiddenTest::Corners,
        _ => HiddenTest::Scores,
    }
}

/// The function that tells whether a score is -inf whatever the product is, so that its weight is zero.
fn hidden(attending: &Attending) -> String {
    let kind = &attending.kind;
    let is_lowest = |number: &str| format!("(bitcast<u32>({number}(batch, row, column)) == 0xff800000u)");
    let mut ways = Vec::new();
    if kind.has_mask {
        let masked = format!("load_mask(batch, row, column) {} 0", test(kind.keeps_mask));
        ways.push(format!("({masked} && {})", is_lowest("load_fill")));
    }
    if kind.has_bias {
        let masked = if kind.has_mask {
            // What stands for a score takes the bias's place too.
            format!("load_mask(batch, row, column) {} 0 && ", test(!kind.keeps_mask))
        } else {
            String::new()
        };
        ways.push(format!("({masked}{})", is_lowest("load_bias")));
    }
    let is_hidden = if ways.is_empty() {
        "false".to_owned()
    } else {
        ways.join(" || ")
    };
    format!("fn hidden(batch: u32, row: u32, column: u32) -> bool {{ return {is_hidden}; }}\n")
}

/// The comparison with 0 that is true where a mask's score gives way.
const fn test(keeps: bool) -> &'static str {
    if keeps { "==" } else { "!=" }
}

/// What the shaders need beside operands and results.
fn functions(attending: &Attending) -> String {
    let kind = &attending.kind;
    let scaled = |number: &str| match kind.scaling {
        Scaling::None => String::new(),
        Scaling::Times => format!("  s = s * {number}(0u);\n"),
        Scaling::Over => format!("  s = s / {number}(0u);\n"),
    };
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
    if kind.part == AttentionPart::Forward {
        // The sum of a query that sees nothing.
        let empty = if kind.empty_is_zero {
            "1.0"
        } else {
            "c_from_bits(0x7fc00000u)"
        };
        text.push_str(&format!("fn empty_sum() -> f32 {{ return {empty}; }}\n"));
    }
    text.push_str(&hidden(attending));
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
