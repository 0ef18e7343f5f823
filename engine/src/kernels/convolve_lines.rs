//! Convolutions by lines, without workgroup memory: the form that register-only devices take.
//!
//! The innermost dimension is walked in the shader, the outer ones are looked up once a line, so the loops over
//! channels and a line's places hold no division. Refuses gradients of the input with steps, whose places lie
//! apart: see `convolve`.

use super::registry;
use super::select::{Routine, SERIAL_INVOCATIONS, element_alias, unsigned};
use crate::codegen::index::coordinate;
use crate::plan::kernel::Convolving;
use crate::prim::{Convolution, Window};

/// Channels of an invocation.
const ROWS_EACH: usize = 4;

/// Neighbours of a line of an invocation.
const PLACES_EACH: usize = 8;

/// Weights of an invocation.
const WEIGHTS_EACH: usize = 4;

/// True if the convolution can be walked by lines.
pub(super) fn applies(convolving: &Convolving) -> bool {
    let steps = convolving.window.stride.iter().any(|&stride| stride > 1);
    convolving.op != Convolution::InputGradient || !steps
}

/// The routine.
pub(super) fn routine(convolving: &Convolving) -> Routine {
    match convolving.op {
        Convolution::Forward | Convolution::InputGradient => lines(convolving),
        Convolution::WeightGradient => weights(convolving),
    }
}

/// Sizes of the result's spatial dimensions, and of those read.
fn places(convolving: &Convolving) -> (&[usize], &[usize]) {
    let Window { input, output, .. } = convolving.window.as_ref();
    match convolving.op {
        Convolution::InputGradient => (input, output),
        Convolution::Forward | Convolution::WeightGradient => (output, input),
    }
}

fn last(sizes: &[usize]) -> usize {
    sizes.last().copied().unwrap_or(1)
}

/// Elements of all dimensions but the last.
fn outer(sizes: &[usize]) -> usize {
    sizes.split_last().map_or(1, |(_, outer)| outer.iter().product())
}

fn lines(convolving: &Convolving) -> Routine {
    let window = convolving.window.as_ref();
    let groups = convolving.groups;
    let (rows_in, rows_out) = (convolving.channels_in / groups, convolving.channels_out / groups);
    let is_forward = convolving.op == Convolution::Forward;
    let (rows, sources) = if is_forward {
        (rows_out, rows_in)
    } else {
        (rows_in, rows_out)
    };
    let (given, read) = places(convolving);
    let (row_blocks, blocks) = (rows.div_ceil(ROWS_EACH), last(given).div_ceil(PLACES_EACH));
    let total = groups * row_blocks * convolving.batch * outer(given) * blocks;
    let step = if is_forward { last(&window.stride) } else { 1 };
    let constants = vec![
        ("TOTAL", unsigned(total)),
        ("ROWS", unsigned(rows)),
        ("ROW_BLOCKS", unsigned(row_blocks)),
        ("IMAGES", unsigned(convolving.batch)),
        ("LINES", unsigned(outer(given))),
        ("LENGTH", unsigned(last(given))),
        ("BLOCKS", unsigned(blocks)),
        ("SOURCES", unsigned(sources)),
        ("LINE_TAPS", unsigned(outer(&window.kernel))),
        ("TAPS", unsigned(last(&window.kernel))),
        ("STEP", unsigned(step)),
        ("SOURCE_LENGTH", unsigned(last(read))),
        ("SLIDES", (step == 1 && last(&window.dilation) == 1).to_string()),
        ("FORWARD", is_forward.to_string()),
    ];
    let (source, weight) = if is_forward {
        ("load_input", format!("load_weight(part * {rows}u + row, channel, tap)"))
    } else {
        (
            "load_gradient",
            format!("load_weight(part * {sources}u + channel, row, tap)"),
        )
    };
    let functions = format!(
        "{}{}{}fn source(image: u32, channel: u32, at: u32) -> Element {{ return {source}(image, channel, at); }}\n\
         fn weight(part: u32, row: u32, channel: u32, tap: u32) -> Element {{ return {weight}; }}\n\
         fn store(image: u32, channel: u32, at: u32, value: Element) {{ store_at(image, channel, at, value); }}\n",
        element_alias(convolving.dtype),
        source_line(convolving, outer(&window.kernel)),
        source_place(convolving, "tap"),
    );
    Routine {
        shader: &registry::CONV_LINES,
        constants,
        functions,
        workgroups: total.div_ceil(SERIAL_INVOCATIONS),
    }
}

fn weights(convolving: &Convolving) -> Routine {
    let window = convolving.window.as_ref();
    let [rows, columns, inner] = convolving.matrix_sizes();
    let (groups, kernel) = (convolving.groups, window.kernel_elements());
    let (given, read) = places(convolving);
    let is_wide = rows > ROWS_EACH;
    let rows_each = if is_wide { 2 * ROWS_EACH } else { ROWS_EACH };
    let (row_blocks, column_blocks) = (rows.div_ceil(rows_each), columns.div_ceil(WEIGHTS_EACH));
    let total = groups * convolving.parts * row_blocks * column_blocks;
    let constants = vec![
        ("TOTAL", unsigned(total)),
        ("GROUPS", unsigned(groups)),
        ("ROWS", unsigned(rows)),
        ("COLUMNS", unsigned(columns)),
        ("INNER", unsigned(inner)),
        ("PART_LENGTH", unsigned(inner.div_ceil(convolving.parts))),
        ("ROW_BLOCKS", unsigned(row_blocks)),
        ("COLUMN_BLOCKS", unsigned(column_blocks)),
        ("LINES", unsigned(outer(given))),
        ("LENGTH", unsigned(last(given))),
        ("KERNEL", unsigned(kernel)),
        ("STEP", unsigned(last(&window.stride))),
        ("SOURCE_LENGTH", unsigned(last(read))),
        ("WIDE", is_wide.to_string()),
    ];
    let part = if convolving.parts > 1 {
        format!("batch / {groups}u, ")
    } else {
        String::new()
    };
    let tap = coordinate("tap", 1, last(&window.kernel), kernel);
    let functions = format!(
        "{}{}{}fn store(batch: u32, row: u32, column: u32, value: Element) {{\n  \
         store_at({part}(batch % {groups}u) * {rows}u + row, column / {kernel}u, column % {kernel}u, value);\n}}\n",
        element_alias(convolving.dtype),
        source_line(convolving, kernel),
        source_place(convolving, &tap),
    );
    Routine {
        shader: &registry::CONV_WEIGHTS,
        constants,
        functions,
        workgroups: total.div_ceil(SERIAL_INVOCATIONS),
    }
}

/// `source_line(line, tap)`: the start of the line read under a line of the result, and 1 if there is one. The place
/// in the window is one of `taps`: of all its places, or of those of its outer dimensions.
fn source_line(convolving: &Convolving, taps: usize) -> String {
    let window = convolving.window.as_ref();
    let (given, read) = places(convolving);
    let mut text = String::from("fn source_line(line: u32, tap: u32) -> vec2<u32> {\n  var at = 0u;\n");
    let (mut line_below, mut tap_below) = (outer(given), taps);
    for dim in 0..window.rank() - 1 {
        line_below /= given[dim].max(1);
        tap_below /= window.kernel[dim].max(1);
        let line = coordinate("line", line_below, given[dim], outer(given));
        let tap = coordinate("tap", tap_below, window.kernel[dim], taps);
        let place = source_coordinate(convolving, dim, &line, &tap);
        let size = read[dim];
        text.push_str(&format!(
            "  let y{dim} = {place};\n  if (y{dim} >= {size}u) {{ return vec2<u32>(); }}\n  at = at * {size}u + y{dim};\n"
        ));
    }
    text.push_str(&format!("  return vec2<u32>(at * {}u, 1u);\n}}\n", last(read)));
    text
}

/// `source_place(place, tap)`: where along its line the element under a place lies; large beyond its ends.
fn source_place(convolving: &Convolving, tap: &str) -> String {
    let dim = convolving.window.rank() - 1;
    format!(
        "fn source_place(place: u32, tap: u32) -> u32 {{ return {}; }}\n",
        source_coordinate(convolving, dim, "place", tap)
    )
}

/// Unsigned arithmetic: places before the first element become large numbers.
fn source_coordinate(convolving: &Convolving, dim: usize, place: &str, tap: &str) -> String {
    let window = convolving.window.as_ref();
    let (stride, padding, dilation) = (window.stride[dim], window.padding[dim], window.dilation[dim]);
    match convolving.op {
        Convolution::Forward | Convolution::WeightGradient => {
            format!("({place}) * {stride}u + ({tap}) * {dilation}u - {padding}u")
        }
        Convolution::InputGradient => format!("({place}) + {padding}u - ({tap}) * {dilation}u"),
    }
}
