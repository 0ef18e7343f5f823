//! Operands of a matrix product four elements at a time: `quad_a` and `quad_b`.
//!
//! An operand that lies in memory in whole quads, along either of its dimensions, is bound as an array of
//! vectors; any other is read element by element, with zeros beyond the end of the sums. Refuses to know how a
//! shader walks its operands.

use std::collections::BTreeSet;

use crate::dtype::DType;
use crate::plan::kernel::{Block, Kernel, Op, Position, ROOT};
use crate::view::{View, contiguous_strides};

/// Functions, constants, and the bindings to declare as vectors.
#[derive(Debug, Default)]
pub struct Quads {
    /// WGSL text.
    pub text: String,
    /// Bindings read as vectors alone.
    pub vectors: BTreeSet<u32>,
}

/// The quads of operands that are computed, not read: from `load_a` and `load_b`, element by element.
pub const COMPUTED_QUADS: &str = "\
const A_ALONG_ROW = true;
const B_ALONG_ROW = true;
fn quad_a(batch: u32, row: u32, k: u32) -> vec4<Element> {
  let line = min(row, ROWS - 1u);
  var quad = vec4<Element>(load_a(batch, line, k), Element(), Element(), Element());
  if (k + 1u < INNER) { quad.y = load_a(batch, line, k + 1u); }
  if (k + 2u < INNER) { quad.z = load_a(batch, line, k + 2u); }
  if (k + 3u < INNER) { quad.w = load_a(batch, line, k + 3u); }
  return quad;
}
fn quad_b(batch: u32, k: u32, column: u32) -> vec4<Element> {
  if (k >= INNER) { return vec4<Element>(); }
  let last = COLUMNS - 1u;
  return vec4<Element>(
    load_b(batch, k, min(column, last)), load_b(batch, k, min(column + 1u, last)),
    load_b(batch, k, min(column + 2u, last)), load_b(batch, k, min(column + 3u, last)));
}
";

/// Strides of an operand over its three coordinates, if it is one plain array at a fixed place.
fn plain_strides(block: &Block, sizes: [usize; 3]) -> Option<(u32, [usize; 3])> {
    let result = &block.exprs[block.result?];
    let Op::Load { binding, position } = result.op else {
        return None;
    };
    // Half types in memory are as they are computed with, but for their width.
    if !matches!(result.dtype, DType::F32 | DType::F16 | DType::BF16) {
        return None;
    }
    let strides = match &block.positions[position] {
        Position::Root => contiguous_strides(&sizes),
        Position::Window { base: ROOT, window } if window.offset.is_none() => {
            let view = View {
                shape: window.shape.clone(),
                strides: window.strides.clone(),
                offset: 0,
            };
            view.reshape(&sizes)?.strides
        }
        _ => return None,
    };
    Some((binding, [strides[0], strides[1], strides[2]]))
}

/// True if neighbours of the middle dimension are neighbours in memory, and those of the last are not.
fn lies_along_columns(block: &Block, sizes: [usize; 3]) -> bool {
    let [expr] = block.exprs.as_slice() else { return false };
    let Op::Load { position, .. } = expr.op else {
        return false;
    };
    let Position::Window { base: ROOT, window } = &block.positions[position] else {
        return false;
    };
    let view = View {
        shape: window.shape.clone(),
        strides: window.strides.clone(),
        offset: 0,
    };
    view.reshape(&sizes)
        .is_some_and(|view| view.strides[1] == 1 && view.strides[2] != 1)
}

/// How often the kernel's blocks read a binding.
fn reads(kernel: &Kernel, binding: u32) -> usize {
    let blocks = kernel.loads.iter().chain([&kernel.store]);
    let is_read = |op: &Op| matches!(op, Op::Load { binding: found, .. } if *found == binding);
    blocks
        .flat_map(|block| &block.exprs)
        .filter(|expr| is_read(&expr.op))
        .count()
}

/// Which of the two inner dimensions holds an operand's quads, and its binding and strides.
fn quads_along(kernel: &Kernel, load: usize, sizes: [usize; 3]) -> Option<(usize, u32, [usize; 3])> {
    let (binding, strides) = plain_strides(&kernel.loads[load], sizes)?;
    if reads(kernel, binding) != 1 {
        return None;
    }
    let fits = |dim: usize| {
        let others = (0..3).filter(|&other| other != dim);
        strides[dim] == 1
            && sizes[dim].is_multiple_of(4)
            && others
                .into_iter()
                .all(|other| sizes[other] == 1 || strides[other].is_multiple_of(4))
    };
    [2, 1]
        .into_iter()
        .find(|&dim| fits(dim))
        .map(|dim| (dim, binding, strides))
}

/// The quads of a product `[batch, rows, inner] x [batch, inner, columns]`.
pub fn quads(kernel: &Kernel, [batch, rows, columns, inner]: [usize; 4]) -> Quads {
    let mut quads = Quads::default();
    let operands = [
        ("a", "A_ALONG_ROW", ["batch", "row", "k"], [batch, rows, inner]),
        ("b", "B_ALONG_ROW", ["batch", "k", "column"], [batch, inner, columns]),
    ];
    for (load, (name, along_row, coordinates, sizes)) in operands.into_iter().enumerate() {
        let [batch, outer, within] = coordinates;
        let head = format!("fn quad_{name}({batch}: u32, {outer}: u32, {within}: u32) -> vec4<Element> {{\n");
        if let Some((dim, binding, strides)) = quads_along(kernel, load, sizes) {
            let terms = coordinates
                .iter()
                .zip(strides)
                .enumerate()
                .filter_map(|(number, (coordinate, stride))| {
                    if number == dim {
                        Some(format!("{coordinate} / 4u"))
                    } else {
                        super::index::term(coordinate, stride / 4)
                    }
                });
            let index = super::index::sum(&terms.collect::<Vec<String>>());
            let mut whole = format!("b{binding}[{index}]");
            if kernel.bindings[binding as usize].halves {
                whole = format!("vec4<Element>({whole})");
            }
            // Beyond the end of the sums there must be zeros, or garbage would count.
            let value = if inner.is_multiple_of(4) {
                whole
            } else {
                format!("select(vec4<Element>(), {whole}, k < {inner}u)")
            };
            quads.text.push_str(&format!(
                "const {along_row} = {};\n{head}  return {value};\n}}\n",
                dim == 2
            ));
            quads.vectors.insert(binding);
            continue;
        }
        let along = if lies_along_columns(&kernel.loads[load], sizes) {
            1
        } else {
            2
        };
        let element = |step: usize| {
            let place = |dim: usize| {
                let (coordinate, last) = (coordinates[dim], sizes[dim].saturating_sub(1));
                match if dim == along { step } else { 0 } {
                    0 => format!("min({coordinate}, {last}u)"),
                    step => format!("min({coordinate} + {step}u, {last}u)"),
                }
            };
            let value = format!("load_{name}(batch, {}, {})", place(1), place(2));
            let sums_dim = if name == "a" { 2 } else { 1 };
            match inner.is_multiple_of(4) {
                true => value,
                false if along == sums_dim => format!("select(Element(), {value}, k + {step}u < {inner}u)"),
                false => format!("select(Element(), {value}, k < {inner}u)"),
            }
        };
        let elements: Vec<String> = (0..4).map(element).collect();
        quads.text.push_str(&format!(
            "const {along_row} = {};\n{head}  return vec4<Element>({});\n}}\n",
            along == 2,
            elements.join(", ")
        ));
    }
    quads
}
