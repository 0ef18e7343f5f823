//! Routines of scatters: how a result's line of indices is found, and which shader looks through it.
//!
//! Refuses to sort: the planner puts the sort before, see `plan::passes`.

use super::registry;
use super::select::{Routine, SERIAL_INVOCATIONS, element_alias, unsigned};
use crate::codegen::expression::{arithmetic_dtype, binary, zero};
use crate::codegen::index::coordinate;
use crate::plan::Caps;
use crate::plan::kernel::Scattering;
use crate::prim::{Binary, Scatter};

/// Results that so many indices name on average are folded by a workgroup each.
const LONG_SHARE: usize = 512;

/// The line of a result, and how the two ways of indexing are read.
pub(super) fn routine(scattering: &Scattering, caps: &Caps) -> Routine {
    let total: usize = scattering.shape.iter().product();
    let dtype = arithmetic_dtype(scattering.dtype);
    let meet = match scattering.op {
        Scatter::Replace => "b".to_owned(),
        Scatter::Add => binary(Binary::Add, dtype, "a", "b"),
        Scatter::Prod => binary(Binary::Mul, dtype, "a", "b"),
        Scatter::Max => binary(Binary::Maximum, dtype, "a", "b"),
        Scatter::Min => binary(Binary::Minimum, dtype, "a", "b"),
    };
    let base = if scattering.has_base {
        "load_base(i)"
    } else {
        zero(dtype)
    };
    let (index, source) = if scattering.by_rows {
        ("k", "load_source(k, line.start)")
    } else {
        ("line.start + k * STEP", "load_source(line.start + k * STEP)")
    };
    let mut functions = element_alias(scattering.dtype);
    functions.push_str(&source_line(scattering, total));
    functions.push_str(&format!(
        "fn meet(a: Element, b: Element) -> Element {{ return {meet}; }}\n\
         fn base_of(i: u32) -> Element {{ return {base}; }}\n\
         fn index_at(line: SourceLine, k: u32) -> i32 {{ return load_index({index}); }}\n\
         fn source_at(line: SourceLine, k: u32) -> Element {{ return {source}; }}\n"
    ));
    if scattering.is_sorted {
        functions.push_str(&format!(
            "fn order_at(line: SourceLine, k: u32) -> u32 {{ return u32(load_order({index})); }}\n"
        ));
    }
    let [_, length, step] = scattering.index_sizes();
    let share = length / scattering.shape[scattering.dim].max(1);
    let fits = caps.workgroup_bytes >= registry::SCATTER_FOLD.workgroup_bytes && caps.max_invocations >= 256;
    let folds = scattering.is_sorted && share >= LONG_SHARE && scattering.op != Scatter::Replace && fits;
    let (shader, per_group) = if folds {
        (&registry::SCATTER_FOLD, 1)
    } else if scattering.is_sorted {
        (&registry::SCATTER_SORTED, SERIAL_INVOCATIONS)
    } else {
        (&registry::SCATTER_WALK, SERIAL_INVOCATIONS)
    };
    Routine {
        shader,
        constants: vec![
            ("TOTAL", unsigned(total)),
            ("LENGTH", unsigned(length)),
            ("STEP", unsigned(step)),
            ("REPLACES", (scattering.op == Scatter::Replace).to_string()),
        ],
        functions,
        workgroups: total.div_ceil(per_group),
    }
}

/// `SourceLine` and `source_line(i)`: the result's coordinates must lie inside the source, except along the indexed
/// dimension, whose coordinate is the index wanted.
fn source_line(scattering: &Scattering, total: usize) -> String {
    let (shape, source_shape) = (&scattering.shape, &scattering.source_shape);
    let mut text =
        "// inside: the result has sources at all; start: where the line begins; wanted: the index that lands here.\n\
         struct SourceLine { inside: bool, start: u32, wanted: u32 }\n\
         fn source_line(i: u32) -> SourceLine {\n  var line = SourceLine(true, 0u, 0u);\n"
            .to_owned();
    let (mut below, mut source_below) = (total, source_shape.iter().product::<usize>());
    for axis in 0..shape.len() {
        below /= shape[axis].max(1);
        source_below /= source_shape[axis].max(1);
        let coordinate = coordinate("i", below, shape[axis], total);
        if axis == scattering.dim {
            text.push_str(&format!("  line.wanted = {coordinate};\n"));
        } else {
            text.push_str(&format!("  let c{axis} = {coordinate};\n"));
            text.push_str(&format!(
                "  line.inside = line.inside && c{axis} < {}u;\n  line.start += c{axis} * {source_below}u;\n",
                source_shape[axis]
            ));
        }
    }
    text.push_str("  return line;\n}\n");
    text
}
