//! A kernel as one WGSL module, with its grid.
//!
//! The text depends on structure alone (sizes, dtypes, operators), so kernels of equal structure share
//! a pipeline. Refuses to create pipelines: see `backend`.

use std::collections::BTreeSet;

use super::block::{Root, block_lines};
use super::expression::memory_type;
use super::hooks::{hook_functions, push_lines};
use super::joined::{first_workgroups, joined_text};
use super::library::functions_for;
use super::quads::{COMPUTED_QUADS, Quads, quads};
use super::rows::row_text;
use crate::kernels::select::{Routine, select};
use crate::plan::Caps;
use crate::plan::kernel::{Access, Body, Kernel};

/// Invocations of an elementwise workgroup.
pub(super) const ELEMENTWISE_INVOCATIONS: u32 = 256;

/// A module and how to dispatch it. The entry point is `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The WGSL text.
    pub wgsl: String,
    /// Workgroups along x and y.
    pub grid: [u32; 2],
    /// The last binding is the flag that int64 arithmetic raises where a result does not fit.
    pub reports_range: bool,
}

impl Module {
    fn new(kernel: &Kernel, vectors: &BTreeSet<u32>, text: &str, grid: [u32; 2]) -> Module {
        let (wgsl, reports_range) = assemble(kernel, vectors, text);
        Module {
            wgsl,
            grid,
            reports_range,
        }
    }
}

/// Generates the module of a kernel that has results.
pub fn generate(kernel: &Kernel, caps: &Caps) -> Module {
    if let Body::Rows {
        groups,
        registers,
        passes,
    } = &kernel.body
    {
        let rows = row_text(kernel, groups, registers, passes, caps);
        let grid = fold_grid(rows.workgroups, caps.max_workgroups);
        let text = format!("const GRID_X = {}u;\n{}", grid[0], rows.text);
        return Module::new(kernel, &BTreeSet::new(), &text, grid);
    }
    if let Body::Joined(joined) = &kernel.body {
        let grid = fold_grid(first_workgroups(joined, caps).1, caps.max_workgroups);
        let text = joined_text(kernel, joined, grid, caps);
        return Module::new(kernel, &BTreeSet::new(), &text, grid);
    }
    match select(&kernel.body, caps) {
        Some(routine) => routine_module(kernel, &routine, caps),
        None => elementwise_module(kernel, caps),
    }
}

fn elementwise_module(kernel: &Kernel, caps: &Caps) -> Module {
    let num_elements = kernel.num_results();
    let invocations = ELEMENTWISE_INVOCATIONS.min(caps.max_invocations);
    let grid = fold_grid(num_elements.div_ceil(invocations as usize), caps.max_workgroups);
    let mut text = String::new();
    text.push_str(&format!(
        "@compute @workgroup_size({invocations})\nfn main(@builtin(global_invocation_id) id: vec3<u32>) {{\n"
    ));
    let index = if grid[1] == 1 {
        "id.x".to_owned()
    } else {
        format!("id.x + id.y * {}u", grid[0] * invocations)
    };
    text.push_str(&format!(
        "  let i = {index};\n  if (i >= {num_elements}u) {{ return; }}\n"
    ));
    let root = Root {
        coordinates: vec![("i".to_owned(), num_elements)],
        ..Root::default()
    };
    let (lines, _) = block_lines(&kernel.bindings, &kernel.store, &root, None);
    push_lines(&mut text, lines.iter());
    text.push_str("}\n");
    Module::new(kernel, &BTreeSet::new(), &text, grid)
}

fn routine_module(kernel: &Kernel, routine: &Routine, caps: &Caps) -> Module {
    let grid = fold_grid(routine.workgroups, caps.max_workgroups);
    let mut text = String::new();
    for (name, value) in &routine.constants {
        text.push_str(&format!("const {name} = {value};\n"));
    }
    text.push_str(&format!("const GRID_X = {}u;\n", grid[0]));
    text.push_str(&routine.functions);
    let code = routine.shader.code();
    let reads_quads = code.contains("quad_a(");
    let quads = match kernel.body {
        Body::Matmul {
            batch,
            rows,
            columns,
            inner,
            ..
        } if reads_quads => quads(kernel, [batch, rows, columns, inner]),
        _ if reads_quads => Quads {
            text: COMPUTED_QUADS.to_owned(),
            ..Quads::default()
        },
        _ => Quads::default(),
    };
    text.push_str(&hook_functions(kernel, &quads.vectors));
    text.push_str(&quads.text);
    text.push_str(&code);
    Module::new(kernel, &quads.vectors, &text, grid)
}

/// Declarations, the library functions that the text calls, and the text; true if the flag of int64 is declared.
fn assemble(kernel: &Kernel, vectors: &BTreeSet<u32>, text: &str) -> (String, bool) {
    let functions = functions_for(text);
    let reports_range = functions.contains("&range_flag");
    let mut module = String::new();
    if kernel.bindings.iter().any(|binding| binding.halves) {
        module.push_str("enable f16;\n");
    }
    // Browsers want it said; naga, which reads the text natively, knows subgroups without and refuses the sentence.
    if cfg!(target_arch = "wasm32") && text.contains("@builtin(subgroup_id)") {
        module.push_str("enable subgroups;\n");
    }
    for (number, binding) in kernel.bindings.iter().enumerate() {
        let access = match binding.access {
            Access::Read => "read",
            Access::Write => "read_write",
        };
        let mut element = if binding.halves {
            "f16"
        } else {
            memory_type(binding.dtype)
        }
        .to_owned();
        if vectors.contains(&(number as u32)) {
            element = format!("vec4<{element}>");
        }
        module.push_str(&format!(
            "@group(0) @binding({number}) var<storage, {access}> b{number}: array<{element}>;\n"
        ));
    }
    let num_words = kernel.num_words();
    if num_words > 0 {
        let (number, vectors) = (kernel.bindings.len(), num_words.div_ceil(4));
        module.push_str(&format!(
            "@group(0) @binding({number}) var<uniform> params: array<vec4<u32>, {vectors}>;\n"
        ));
    }
    if reports_range {
        let number = kernel.bindings.len() + usize::from(num_words > 0);
        module.push_str(&format!(
            "@group(0) @binding({number}) var<storage, read_write> range_flag: array<atomic<u32>>;\n"
        ));
    }
    module.push_str(&functions);
    module.push_str(text);
    (module, reports_range)
}

/// Workgroups as a grid whose sides the device allows; shaders drop the excess by their own count.
fn fold_grid(workgroups: usize, max_side: u32) -> [u32; 2] {
    let side = max_side as usize;
    if workgroups <= side {
        return [workgroups as u32, 1];
    }
    let rows = workgroups.div_ceil(side);
    [workgroups.div_ceil(rows) as u32, rows as u32]
}

impl Kernel {
    /// True for kernels whose body needs no hand-written shader.
    pub const fn is_elementwise(&self) -> bool {
        matches!(self.body, Body::Elementwise { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_fold() {
        assert_eq!(fold_grid(7, 65_535), [7, 1]);
        let [x, y] = fold_grid(1_000_003, 65_535);
        assert!(x <= 65_535 && y <= 65_535 && x as usize * y as usize >= 1_000_003);
    }
}
