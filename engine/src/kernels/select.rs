//! Which shader a body runs on, with which constants, on how many workgroups.
//!
//! The choice depends on sizes and on what the device said of itself; every body has a variant that
//! needs nothing optional. Refuses to generate text around the shader: see `codegen::kernel`.

use super::registry::{self, Shader};
use super::{attention, convolve, lines, pool, recurrent, scatter};
use crate::codegen::expression::{arithmetic_dtype, combine, initial, register_type};
use crate::codegen::subgroups::{across_subgroup, folds_by_subgroups};
use crate::dtype::DType;
use crate::plan::Caps;
use crate::plan::kernel::Body;
use crate::prim::{ArgReduce, Reduce};

/// Below this many 64 x 64 tiles the small tiles keep more of the device busy.
const FEW_TILES: usize = 16;

/// Folds and rows no longer than this are walked by one invocation.
pub(super) const SHORT_FOLD: usize = 16;

/// Invocations of a workgroup that folds.
const FOLD_INVOCATIONS: usize = 256;

/// Invocations of a workgroup of the serial shaders.
pub const SERIAL_INVOCATIONS: usize = 64;

/// On a software adapter, folds into fewer results than this still share their work.
const FEW_RESULTS: usize = 8;

/// Longest line that one invocation walks by choice: software adapters end an invocation's loops silently after 65,535
/// rounds in all, and a kernel may walk its line several times.
pub(super) const LONGEST_SERIAL: usize = 8_192;

/// A shader chosen for a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Routine {
    /// The shader.
    pub shader: &'static Shader,
    /// Constants put before it: name and value.
    pub constants: Vec<(&'static str, String)>,
    /// Functions put before it.
    pub functions: String,
    /// Workgroups, before folding into a grid.
    pub workgroups: usize,
}

/// The routine of a body; `None` for elementwise ones.
pub fn select(body: &Body, caps: &Caps) -> Option<Routine> {
    Some(match body {
        Body::Elementwise { .. } | Body::Joined(_) | Body::Rows { .. } => return None,
        Body::Reduce {
            op,
            dtype,
            groups,
            parts,
        } => reduce(*op, *dtype, groups, *parts, caps),
        Body::ArgReduce { op, dtype, sizes } => arg_reduce(*op, *dtype, *sizes, caps),
        Body::Matmul {
            batch,
            rows,
            columns,
            inner,
            dtype,
        } => matmul([*batch, *rows, *columns, *inner], *dtype, caps),
        Body::Scatter(scattering) => scatter::routine(scattering, caps),
        Body::Convolve(convolving) => convolve::routine(convolving, caps),
        Body::Pool {
            op,
            window,
            planes,
            dtype,
        } => pool::routine(*op, window, *planes, *dtype),
        Body::Attention(attending) => attention::routine(attending, caps),
        Body::Recurrent(recurring) => recurrent::routine(recurring),
        Body::Scan {
            op,
            dtype,
            sizes,
            parts,
        } => lines::scan(*op, *dtype, *sizes, *parts, caps),
        Body::Sort {
            descending,
            dtype,
            sizes,
            run,
            is_merge,
        } => lines::sort(*descending, *dtype, *sizes, *run, *is_merge, caps),
    })
}

/// A count as a WGSL constant.
pub(super) fn unsigned(value: usize) -> String {
    format!("{value}u")
}

/// The type that a body computes in.
pub(super) fn element_alias(dtype: DType) -> String {
    format!("alias Element = {};\n", register_type(arithmetic_dtype(dtype)))
}

fn matmul([batch, rows, columns, inner]: [usize; 4], dtype: DType, caps: &Caps) -> Routine {
    let tiles = |side: usize| batch * rows.div_ceil(side) * columns.div_ceil(side);
    let fits = |shader: &Shader| shader.workgroup_bytes <= caps.workgroup_bytes && caps.max_invocations >= 256;
    // Workgroup memory pays where memory is far from the arithmetic, which it is not on a CPU.
    let (shader, side) = if caps.software || !fits(&registry::MATMUL_TILED) {
        let wide = tiles(32) >= 8;
        if wide {
            (&registry::MATMUL_REGISTERS, 32)
        } else {
            (&registry::MATMUL_SIMPLE, 8)
        }
    } else if tiles(64) >= FEW_TILES {
        (&registry::MATMUL_TILED, 64)
    } else {
        (&registry::MATMUL_SMALL, 16)
    };
    Routine {
        shader,
        constants: vec![
            ("BATCH", unsigned(batch)),
            ("ROWS", unsigned(rows)),
            ("COLUMNS", unsigned(columns)),
            ("INNER", unsigned(inner)),
            ("TILES_DOWN", unsigned(rows.div_ceil(side))),
            ("TILES_ACROSS", unsigned(columns.div_ceil(side))),
        ],
        functions: element_alias(dtype),
        workgroups: tiles(side),
    }
}

/// How a workgroup is laid out over results and the elements folded into each.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Results side by side.
    pub width: usize,
    /// Invocations that share one result.
    pub depth: usize,
}

/// `None` if one invocation a result is best.
pub fn fold_layout(results: usize, length: usize, along_rows: bool, caps: &Caps) -> Option<Layout> {
    let invocations = FOLD_INVOCATIONS.min(caps.max_invocations as usize);
    let many = caps.software && results >= FEW_RESULTS && length <= LONGEST_SERIAL;
    let serial = length <= SHORT_FOLD || many;
    if serial || caps.workgroup_bytes < 8 * FOLD_INVOCATIONS as u32 {
        return None;
    }
    // Neighbouring invocations should read neighbouring elements: along the fold, or across the results.
    let depth = if along_rows {
        (length / 2).next_power_of_two().clamp(16, invocations)
    } else {
        (invocations / results.next_power_of_two().clamp(1, 32)).min((length / 2).next_power_of_two())
    };
    Some(Layout {
        width: (invocations / depth).max(1),
        depth,
    })
}

/// A fold of each result's elements.
pub(super) fn reduce(op: Reduce, dtype: DType, groups: &[(usize, bool)], parts: usize, caps: &Caps) -> Routine {
    let size = |folded: bool| {
        groups
            .iter()
            .filter(|group| group.1 == folded)
            .map(|group| group.0)
            .product::<usize>()
    };
    let (results, length) = (size(false) * parts, size(true));
    let part_length = length.div_ceil(parts);
    let along_rows = groups.last().is_none_or(|group| group.1);
    let mut constants = vec![
        ("RESULTS", unsigned(results)),
        ("LENGTH", unsigned(length)),
        ("PARTS", unsigned(parts)),
        ("PART_LENGTH", unsigned(part_length)),
    ];
    let layout = fold_layout(results, part_length, along_rows, caps);
    let by_subgroups = folds_by_subgroups(op, dtype, layout.as_ref(), caps);
    let mut functions = format!(
        "{}fn initial() -> Element {{ return {}; }}\nfn combine(a: Element, b: Element) -> Element {{ return {}; }}\n",
        element_alias(dtype),
        initial(op, dtype),
        combine(op, dtype, "a", "b")
    );
    let mut shared = &registry::REDUCE_TREE;
    if by_subgroups {
        shared = &registry::REDUCE_SUBGROUPS;
        functions.push_str(&format!(
            "fn across_subgroup(x: Element) -> Element {{ return {}; }}\n",
            across_subgroup(op, dtype, "x")
        ));
    }
    let (shader, per_group) = push_layout(&mut constants, layout, along_rows, [shared, &registry::REDUCE_SERIAL]);
    Routine {
        shader,
        constants,
        functions,
        workgroups: results.div_ceil(per_group),
    }
}

/// Adds the layout's constants; gives the shader and the results of one workgroup.
fn push_layout(
    constants: &mut Vec<(&'static str, String)>,
    layout: Option<Layout>,
    along_rows: bool,
    [tree, serial]: [&'static Shader; 2],
) -> (&'static Shader, usize) {
    match layout {
        Some(Layout { width, depth }) => {
            constants.push(("WIDTH", unsigned(width)));
            constants.push(("DEPTH", unsigned(depth)));
            constants.push(("ALONG_ROWS", along_rows.to_string()));
            (tree, width)
        }
        None => (serial, SERIAL_INVOCATIONS),
    }
}

fn arg_reduce(op: ArgReduce, dtype: DType, sizes: [usize; 3], caps: &Caps) -> Routine {
    let results = sizes[0] * sizes[2];
    let along_rows = sizes[2] == 1;
    let mut constants = vec![
        ("RESULTS", unsigned(results)),
        ("LENGTH", unsigned(sizes[1])),
        ("INNER", unsigned(sizes[2])),
    ];
    // NaN beats numbers, and the first of equals wins by the order of the walk.
    let test = match (op, dtype.is_float()) {
        (ArgReduce::Max, false) => "a > b",
        (ArgReduce::Min, false) => "a < b",
        (ArgReduce::Max, true) => "!c_isnan(b) && (c_isnan(a) || a > b)",
        (ArgReduce::Min, true) => "!c_isnan(b) && (c_isnan(a) || a < b)",
    };
    let functions = format!(
        "{}fn beats(a: Element, b: Element) -> bool {{ return {test}; }}\n",
        element_alias(dtype)
    );
    let (shader, per_group) = push_layout(
        &mut constants,
        fold_layout(results, sizes[1], along_rows, caps),
        along_rows,
        [&registry::ARG_TREE, &registry::ARG_SERIAL],
    );
    Routine {
        shader,
        constants,
        functions,
        workgroups: results.div_ceil(per_group),
    }
}
