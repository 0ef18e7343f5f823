//! Routines of convolutions: products of matrices whose elements are looked up where they lie.
//!
//! A convolution and its two gradients are, for each group of channels, a product of a matrix of weights (or of the
//! output's gradient) and one that repeats the input (or the gradient) once for each place of the kernel. That second
//! matrix is never made: `load_b` works out which element stands where, and a kernel of size one costs
//! what a product costs. The gradient of the input gathers, so nothing needs atomics.
//! Refuses to cut long sums: see `plan::passes`.

use super::convolve_lines;
use super::registry::{self, Shader};
use super::select::{Routine, SERIAL_INVOCATIONS, element_alias, reduce, unsigned};
use crate::codegen::index::coordinate;
use crate::plan::Caps;
use crate::plan::kernel::Convolving;
use crate::prim::{Convolution, Reduce};

/// Fewer rows than this waste most of a tile.
const NARROW: usize = 4;

/// Below this many 64 x 64 tiles the small tiles keep more of the device busy.
const FEW_TILES: usize = 16;

/// Work of a result in a small tile, in units of one in a wide tile: its operands pass through workgroup memory
/// four times as often.
const SMALL_TILE_COST: usize = 3;

/// Sums at least so long over narrow products are shared by a workgroup.
const LONG_SUM: usize = 512;

/// The routine of a convolution.
pub(super) fn routine(convolving: &Convolving, caps: &Caps) -> Routine {
    let [rows, columns, inner] = convolving.matrix_sizes();
    let batch = convolving.groups * convolving.parts;
    let part_length = inner.div_ceil(convolving.parts);
    let functions = || element_alias(convolving.dtype) + &matrices(convolving, "store");
    let results = batch * rows * columns;
    let fits = |shader: &Shader| shader.workgroup_bytes <= caps.workgroup_bytes && caps.max_invocations >= 256;
    let by_registers = caps.software || !fits(&registry::CONV_TILED);
    // Few channels leave tiles empty, but not lines.
    let few_channels = rows < NARROW && part_length < LONG_SUM && convolving.op != Convolution::WeightGradient;
    if (by_registers || few_channels) && convolve_lines::applies(convolving) {
        return convolve_lines::routine(convolving);
    }
    if rows < NARROW || columns < NARROW {
        if part_length >= LONG_SUM && !caps.software {
            return fold(convolving, [batch, rows, columns], part_length, caps);
        }
        return Routine {
            shader: &registry::CONV_DIRECT,
            constants: sizes(batch, rows, columns, part_length, 1),
            functions: functions(),
            workgroups: results.div_ceil(SERIAL_INVOCATIONS),
        };
    }
    let tiles = |side: usize| batch * rows.div_ceil(side) * columns.div_ceil(side);
    let (shader, side) = if by_registers {
        (&registry::CONV_REGISTERS, 32)
    } else if tiles(64) >= FEW_TILES && wide_tiles_pay(rows, columns) {
        (&registry::CONV_TILED, 64)
    } else {
        (&registry::MATMUL_SMALL, 16)
    };
    Routine {
        shader,
        constants: sizes(batch, rows, columns, part_length, side),
        functions: functions(),
        workgroups: tiles(side),
    }
}

/// True if tiles of 64 x 64 results are full enough to be worth it beside tiles of 16 x 16.
const fn wide_tiles_pay(rows: usize, columns: usize) -> bool {
    // Counted in tiles, which fit any width of integers.
    let wide = rows.div_ceil(64) * columns.div_ceil(64) * 16;
    let small = rows.div_ceil(16) * columns.div_ceil(16);
    wide < small * SMALL_TILE_COST
}

/// A workgroup for each result: the product of two elements is what it folds.
fn fold(convolving: &Convolving, [batch, rows, columns]: [usize; 3], inner: usize, caps: &Caps) -> Routine {
    let groups = [(batch * rows * columns, false), (inner, true)];
    let mut routine = reduce(Reduce::Sum, convolving.dtype, &groups, 1, caps);
    routine.functions.push_str(&matrices(convolving, "store_product"));
    routine.functions.push_str(&format!(
        "fn load_x(o: u32, r: u32) -> Element {{\n  let batch = o / {product}u;\n  \
         return load_a(batch, (o / {columns}u) % {rows}u, r) * load_b(batch, r, o % {columns}u);\n}}\n\
         fn store(o: u32, value: Element) {{\n  \
         store_product(o / {product}u, (o / {columns}u) % {rows}u, o % {columns}u, value);\n}}\n",
        product = rows * columns
    ));
    routine
}

fn sizes(batch: usize, rows: usize, columns: usize, inner: usize, side: usize) -> Vec<(&'static str, String)> {
    vec![
        ("BATCH", unsigned(batch)),
        ("ROWS", unsigned(rows)),
        ("COLUMNS", unsigned(columns)),
        ("INNER", unsigned(inner)),
        ("TILES_DOWN", unsigned(rows.div_ceil(side))),
        ("TILES_ACROSS", unsigned(columns.div_ceil(side))),
    ]
}

/// `load_a(batch, row, k)`, `load_b(batch, k, column)` and the function that stores `(batch, row, column, value)`.
fn matrices(convolving: &Convolving, store_name: &str) -> String {
    let window = &convolving.window;
    let [_, _, inner] = convolving.matrix_sizes();
    let part_length = inner.div_ceil(convolving.parts);
    let (rows_in, rows_out) = (
        convolving.channels_in / convolving.groups,
        convolving.channels_out / convolving.groups,
    );
    let kernel = window.kernel_elements();
    // A number taken apart into a number of wholes and the place in one.
    let apart = |name: &str, wholes: usize, places: usize| {
        let total = wholes * places;
        (
            coordinate(name, places, wholes, total),
            coordinate(name, 1, places, total),
        )
    };
    let (a, b, store) = match convolving.op {
        Convolution::Forward => {
            let (image, place) = apart("column", convolving.batch, window.output_elements());
            let (channel, tap) = apart("k", rows_in, kernel);
            (
                format!(
                    "  return load_weight(batch * {rows_out}u + row, {}, {});\n",
                    channel, tap
                ),
                format!(
                    "  let tap = {tap};\n  let place = {place};\n  var at = 0u;\n{}  return load_input({image}, batch * {rows_in}u + {channel}, at);\n",
                    input_place(convolving)
                ),
                format!("store_at({image}, batch * {rows_out}u + row, {place}, value);"),
            )
        }
        Convolution::InputGradient => {
            let (image, place) = apart("column", convolving.batch, window.input_elements());
            let (channel, tap) = apart("k", rows_out, kernel);
            (
                format!("  return load_weight(batch * {rows_out}u + {channel}, row, {tap});\n"),
                format!(
                    "  let tap = {tap};\n  let place = {place};\n  var at = 0u;\n{}  return load_gradient({image}, batch * {rows_out}u + {channel}, at);\n",
                    output_place(convolving)
                ),
                format!("store_at({image}, batch * {rows_in}u + row, {place}, value);"),
            )
        }
        Convolution::WeightGradient => {
            let (image, place) = apart("at_k", convolving.batch, window.output_elements());
            let (channel, tap) = apart("column", rows_in, kernel);
            let groups = convolving.groups;
            let (start, group, part) = if convolving.parts > 1 {
                (
                    format!(
                        "  let at_k = k + (batch / {groups}u) * {part_length}u;\n  if (at_k >= {inner}u) {{ return Element(); }}\n"
                    ),
                    format!("(batch % {groups}u)"),
                    format!("batch / {groups}u, "),
                )
            } else {
                ("  let at_k = k;\n".to_owned(), "batch".to_owned(), String::new())
            };
            (
                format!("{start}  return load_gradient({image}, {group} * {rows_out}u + row, {place});\n"),
                format!(
                    "{start}  let tap = {tap};\n  let place = {place};\n  var at = 0u;\n{}  return load_input({image}, {group} * {rows_in}u + {channel}, at);\n",
                    input_place(convolving)
                ),
                format!("store_at({part}{group} * {rows_out}u + row, {channel}, {tap}, value);"),
            )
        }
    };
    format!(
        "fn load_a(batch: u32, row: u32, k: u32) -> Element {{\n{a}}}\n\
         fn load_b(batch: u32, k: u32, column: u32) -> Element {{\n{b}}}\n\
         fn {store_name}(batch: u32, row: u32, column: u32, value: Element) {{ {store} }}\n"
    )
}

/// Statements that set `at` to the input's element under place `tap` of the window at output `place`, or return zero.
fn input_place(convolving: &Convolving) -> String {
    let window = &convolving.window;
    walk(&window.output, &window.kernel, |dim, place, tap| {
        let (stride, padding, dilation) = (window.stride[dim], window.padding[dim], window.dilation[dim]);
        // Unsigned arithmetic: places before the first element become large numbers.
        format!(
            "  let y{dim} = ({place}) * {stride}u + ({tap}) * {dilation}u - {padding}u;\n  if (y{dim} >= {size}u) {{ return Element(); }}\n  at = at * {size}u + y{dim};\n",
            size = window.input[dim]
        )
    })
}

/// Statements that set `at` to the output's element whose window has the input `place` at its place `tap`, or return zero.
fn output_place(convolving: &Convolving) -> String {
    let window = &convolving.window;
    walk(&window.input, &window.kernel, |dim, place, tap| {
        let (stride, padding, dilation) = (window.stride[dim], window.padding[dim], window.dilation[dim]);
        let size = window.output[dim];
        let mut text = format!("  let d{dim} = ({place}) + {padding}u - ({tap}) * {dilation}u;\n");
        if stride == 1 {
            text.push_str(&format!("  let y{dim} = d{dim};\n"));
        } else {
            text.push_str(&format!(
                "  let y{dim} = d{dim} / {stride}u;\n  if (d{dim} >= 0x80000000u || y{dim} * {stride}u != d{dim}) {{ return Element(); }}\n"
            ));
        }
        text.push_str(&format!(
            "  if (y{dim} >= {size}u) {{ return Element(); }}\n  at = at * {size}u + y{dim};\n"
        ));
        text
    })
}

/// One statement list a dimension, given the coordinates of `place` and `tap` in it.
fn walk(places: &[usize], kernel: &[usize], statements: impl Fn(usize, &str, &str) -> String) -> String {
    let mut text = String::new();
    let (place_total, tap_total) = (places.iter().product::<usize>(), kernel.iter().product::<usize>());
    let (mut place_below, mut tap_below) = (place_total, tap_total);
    for dim in 0..places.len() {
        place_below /= places[dim].max(1);
        tap_below /= kernel[dim].max(1);
        let place = coordinate("place", place_below, places[dim], place_total);
        let tap = if kernel[dim] == 1 {
            "0u".to_owned()
        } else {
            coordinate("tap", tap_below, kernel[dim], tap_total)
        };
        text.push_str(&statements(dim, &place, &tap));
    }
    text
}
