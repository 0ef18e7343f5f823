//! The functions that a hand-written shader calls: its operands (`load_…`) and its results (`store`).
//!
//! The planner's blocks become their bodies, so any elementwise work can ride on any routine.
//! Refuses to know how a shader walks its operands.

use std::collections::BTreeSet;

use super::block::{Root, block_lines};
use super::expression::{arithmetic_dtype, cast, register_type};
use super::index;
use crate::dtype::DType;
use crate::plan::kernel::{Attending, Body, Convolving, Kernel, Op, Recurring, Scattering};
use crate::prim::{AttentionPart, Cell, Convolution, Pool, RecurrentPart, Scaling, Scan};

/// Signature of one hook.
struct Hook {
    name: &'static str,
    /// Arguments, all `u32`.
    arguments: Vec<&'static str>,
    /// Statements that derive the coordinates from the arguments.
    prelude: Vec<String>,
    root: Root,
    /// Dtype that the routine computes in.
    dtype: DType,
}

/// The hooks of a kernel as functions, but for operands that are read as vectors.
pub fn hook_functions(kernel: &Kernel, vectors: &BTreeSet<u32>) -> String {
    let (loads, store) = signatures(&kernel.body);
    let mut text = String::new();
    for (hook, block) in loads.iter().zip(&kernel.loads) {
        let reads_vectors = |op: &Op| matches!(op, Op::Load { binding, .. } if vectors.contains(binding));
        if block.exprs.iter().any(|expr| reads_vectors(&expr.op)) {
            continue;
        }
        let (lines, result) = block_lines(&kernel.bindings, block, &hook.root, None);
        let dtype = block.result.map_or(DType::F32, |result| block.exprs[result].dtype);
        let value = to_arithmetic(dtype, hook.dtype, &result.unwrap_or_default());
        let arguments: Vec<String> = hook.arguments.iter().map(|name| format!("{name}: u32")).collect();
        let result_type = register_type(arithmetic_dtype(hook.dtype));
        text.push_str(&format!(
            "fn {}({}) -> {result_type} {{\n",
            hook.name,
            arguments.join(", ")
        ));
        push_lines(&mut text, hook.prelude.iter().chain(&lines));
        text.push_str(&format!("  return {value};\n}}\n"));
    }
    let result = ("value", arithmetic_dtype(store.dtype));
    let (lines, _) = block_lines(&kernel.bindings, &kernel.store, &store.root, Some(result));
    let arguments: Vec<String> = store.arguments.iter().map(|name| format!("{name}: u32, ")).collect();
    text.push_str(&format!(
        "fn {}({}value: {}) {{\n",
        store.name,
        arguments.concat(),
        register_type(result.1)
    ));
    push_lines(&mut text, store.prelude.iter().chain(&lines));
    text.push_str("}\n");
    text
}

/// Statements, indented.
pub fn push_lines<'a>(text: &mut String, lines: impl Iterator<Item = &'a String>) {
    for line in lines {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
}

/// Converts an operand first to the dtype of the result, then to the one of the arithmetic.
fn to_arithmetic(from: DType, to: DType, value: &str) -> String {
    cast(to, arithmetic_dtype(to), &cast(from, to, value))
}

fn root(coordinates: &[(&str, usize)]) -> Root {
    Root {
        coordinates: coordinates
            .iter()
            .map(|(name, size)| ((*name).to_owned(), *size))
            .collect(),
        ..Root::default()
    }
}

fn plain(name: &'static str, coordinates: &[(&'static str, usize)], dtype: DType) -> Hook {
    let arguments = coordinates.iter().map(|coordinate| coordinate.0).collect();
    Hook {
        name,
        arguments,
        prelude: Vec::new(),
        root: root(coordinates),
        dtype,
    }
}

fn signatures(body: &Body) -> (Vec<Hook>, Hook) {
    match body {
        // Row kernels and joined ones have no hooks.
        Body::Rows { .. } | Body::Joined(_) => (Vec::new(), plain("store", &[("i", 0)], DType::F32)),
        Body::Elementwise { num_elements } => (Vec::new(), plain("store", &[("i", *num_elements)], DType::F32)),
        Body::Reduce {
            dtype, groups, parts, ..
        } => {
            let results: usize = groups.iter().filter(|group| !group.1).map(|group| group.0).product();
            (
                vec![fold_operand(*dtype, groups)],
                plain("store", &[("o", results * parts)], *dtype),
            )
        }
        Body::ArgReduce { dtype, sizes, .. } => {
            let coordinates = [("outer", sizes[0]), ("k", sizes[1]), ("inner", sizes[2])];
            (
                vec![plain("load_x", &coordinates, *dtype)],
                plain("store", &[("o", sizes[0] * sizes[2])], DType::I64),
            )
        }
        Body::Matmul {
            batch,
            rows,
            columns,
            inner,
            dtype,
        } => (
            vec![
                plain("load_a", &[("batch", *batch), ("row", *rows), ("k", *inner)], *dtype),
                plain(
                    "load_b",
                    &[("batch", *batch), ("k", *inner), ("column", *columns)],
                    *dtype,
                ),
            ],
            plain(
                "store",
                &[("batch", *batch), ("row", *rows), ("column", *columns)],
                *dtype,
            ),
        ),
        Body::Scatter(scattering) => scatter_hooks(scattering),
        Body::Convolve(convolving) => convolve_hooks(convolving),
        Body::Pool {
            op,
            window,
            planes,
            dtype,
        } => {
            let inside = [("p", *planes), ("at", window.input_elements())];
            let outside = [("p", *planes), ("o", window.output_elements())];
            match op {
                Pool::ArgMax => (
                    vec![plain("load_x", &inside, *dtype)],
                    plain("store", &outside, DType::I64),
                ),
                Pool::Sum => (vec![plain("load_x", &inside, *dtype)], plain("store", &outside, *dtype)),
                Pool::Spread => (vec![plain("load_g", &outside, *dtype)], plain("store", &inside, *dtype)),
                Pool::Scatter => (
                    vec![
                        plain("load_index", &outside, DType::I64),
                        plain("load_g", &outside, *dtype),
                    ],
                    plain("store", &inside, *dtype),
                ),
            }
        }
        Body::Attention(attending) => attention_hooks(attending),
        Body::Recurrent(recurring) => recurrent_hooks(recurring),
        Body::Scan {
            op,
            dtype,
            sizes,
            parts,
        } => {
            let line = [("outer", sizes[0]), ("k", sizes[1]), ("inner", sizes[2])];
            let mut loads = vec![plain("load_x", &line, *dtype)];
            if *parts > 1 {
                loads.push(plain("load_before", &[("i", sizes[0] * sizes[2] * parts)], *dtype));
            }
            let gives = match op {
                Scan::ArgMax | Scan::ArgMin => DType::I64,
                Scan::Sum | Scan::Prod | Scan::Max | Scan::Min | Scan::LogSumExp => *dtype,
            };
            (loads, plain("store", &line, gives))
        }
        Body::Sort {
            dtype, sizes, is_merge, ..
        } => {
            let line = [("outer", sizes[0]), ("k", sizes[1]), ("inner", sizes[2])];
            let mut loads = vec![plain("load_x", &line, *dtype)];
            if *is_merge {
                loads.push(plain("load_order", &line, DType::I64));
            }
            (loads, plain("store", &line, DType::I64))
        }
    }
}

/// Operands in the order in which the primitive tells of them.
fn attention_hooks(attending: &Attending) -> (Vec<Hook>, Hook) {
    let kind = &attending.kind;
    let (batch, row, column) = (
        ("batch", attending.batch),
        ("row", attending.rows),
        ("column", attending.columns),
    );
    let float = |name, coordinates: &[(&'static str, usize)]| plain(name, coordinates, DType::F32);
    let (depth, width) = (("d", attending.depth), ("e", attending.width));
    let place = [batch, row, column];
    let mut loads = vec![
        float("load_q", &[batch, row, depth]),
        float("load_k", &[batch, column, depth]),
        float("load_v", &[batch, column, width]),
    ];
    if kind.scaling != Scaling::None {
        loads.push(float("load_scale", &[("i", 1)]));
    }
    if kind.has_bias {
        loads.push(float("load_bias", &place));
    }
    if kind.has_mask {
        loads.extend([plain("load_mask", &place, DType::Bool), float("load_fill", &place)]);
    }
    if kind.has_factor {
        loads.push(float("load_factor", &place));
    }
    if kind.part.is_gradient() {
        let given = [batch, row, width];
        loads.extend([float("load_g", &given), float("load_sums", &[batch, row])]);
        loads.push(match kind.part {
            AttentionPart::QueryGradient => float("load_out", &given),
            _ => float("load_products", &[batch, row]),
        });
        if kind.scaling != Scaling::None {
            loads.push(float("load_gradient_scale", &[("i", 1)]));
        }
        if kind.has_mask {
            loads.extend([plain("load_kept", &place, DType::Bool), float("load_rest", &place)]);
        }
    }
    let result = match kind.part {
        AttentionPart::QueryGradient => [batch, row, depth],
        AttentionPart::KeyGradient => [batch, column, depth],
        _ => [batch, row, width],
    };
    (loads, float("store", &result))
}

/// Operands in the order in which the primitive lists them, by row and column.
fn recurrent_hooks(recurring: &Recurring) -> (Vec<Hook>, Hook) {
    let (cell, units, batch) = (recurring.kind.cell, recurring.units, recurring.batch);
    let rows = recurring.steps * batch;
    let gates = cell.num_gates() * units;
    let float = |name, [rows, columns]: [usize; 2]| plain(name, &[("row", rows), ("column", columns)], DType::F32);
    let state = [batch, units];
    let mut loads;
    match recurring.kind.part {
        RecurrentPart::Forward => {
            loads = vec![
                float("load_input", [rows, gates]),
                float("load_weight", [units, gates]),
                float("load_state", state),
            ];
            match cell {
                Cell::Tanh | Cell::Relu => {}
                Cell::Gru => loads.push(float("load_bias", [1, gates])),
                Cell::Lstm => loads.push(float("load_cell", state)),
            }
        }
        RecurrentPart::Gradient => {
            loads = vec![
                float("load_tape", [rows, cell.tape_width() * units]),
                float("load_weight", [gates, units]),
                float("load_state", state),
                float("load_given", [rows, units]),
                float("load_last", state),
            ];
            if cell == Cell::Lstm {
                loads.extend([float("load_cell", state), float("load_last_cell", state)]);
            }
        }
    }
    (loads, float("store", recurring.result_sizes()))
}

/// The base at a result, index and source at their own flat indices or by row, the order as the index.
fn scatter_hooks(scattering: &Scattering) -> (Vec<Hook>, Hook) {
    let (total, sources) = (
        scattering.shape.iter().product(),
        scattering.source_shape.iter().product(),
    );
    let mut loads = Vec::new();
    if scattering.has_base {
        loads.push(plain("load_base", &[("i", total)], scattering.dtype));
    }
    let indices: usize = scattering.index_sizes().iter().product();
    loads.push(plain("load_index", &[("k", indices)], DType::I64));
    if scattering.by_rows {
        let place = [("k", indices), ("column", scattering.source_shape[1])];
        loads.push(plain("load_source", &place, scattering.dtype));
    } else {
        loads.push(plain("load_source", &[("k", sources)], scattering.dtype));
    }
    if scattering.is_sorted {
        loads.push(plain("load_order", &[("k", indices)], DType::I64));
    }
    (loads, plain("store", &[("i", total)], scattering.dtype))
}

/// Inputs and result by image or channel, channel, and flat position.
fn convolve_hooks(convolving: &Convolving) -> (Vec<Hook>, Hook) {
    let window = &convolving.window;
    let (batch, dtype) = (convolving.batch, convolving.dtype);
    let input = [
        ("n", batch),
        ("c", convolving.channels_in),
        ("at", window.input_elements()),
    ];
    let output = [
        ("n", batch),
        ("c", convolving.channels_out),
        ("at", window.output_elements()),
    ];
    let weight = [
        ("n", convolving.channels_out),
        ("c", convolving.channels_in / convolving.groups),
        ("at", window.kernel_elements()),
    ];
    let (loads, result) = match convolving.op {
        Convolution::Forward => ([("load_input", input), ("load_weight", weight)], output),
        Convolution::InputGradient => ([("load_gradient", output), ("load_weight", weight)], input),
        Convolution::WeightGradient => ([("load_input", input), ("load_gradient", output)], weight),
    };
    let loads = loads
        .iter()
        .map(|(name, coordinates)| plain(name, coordinates, dtype))
        .collect();
    let mut places = result.to_vec();
    if convolving.parts > 1 {
        places.insert(0, ("part", convolving.parts));
    }
    (loads, plain("store_at", &places, dtype))
}

/// `load_x(o, r)`: result number and number of the folded element, taken apart into the groups.
fn fold_operand(dtype: DType, groups: &[(usize, bool)]) -> Hook {
    let (prelude, coordinates) = index::split_groups(groups);
    Hook {
        name: "load_x",
        arguments: vec!["o", "r"],
        prelude,
        root: Root {
            coordinates,
            ..Root::default()
        },
        dtype,
    }
}
