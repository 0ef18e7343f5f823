//! Row kernels as text: walks along rows, with a tree in workgroup memory between them, or one
//! invocation a row.
//!
//! Of two forms one is chosen by `select::fold_layout`, as for single folds. Registers are variables of the
//! entry point; each block stands in braces of its own. Refuses to know what was fused.
//! Read next: `block`.

use super::block::{Root, block_values};
use super::expression::{self, arithmetic_dtype, cast, combine, initial, register_type};
use super::hooks::push_lines;
use super::index;
use super::subgroups::{across_subgroup, folds_by_subgroups};
use crate::dtype::DType;
use crate::kernels::select::{Layout, SERIAL_INVOCATIONS, fold_layout};
use crate::plan::Caps;
use crate::plan::kernel::{Fold, Kernel, Pass};

/// The text of a row kernel and how many workgroups it wants; `grid_x` tells the shader's constant.
pub struct RowText {
    /// Everything but declarations.
    pub text: String,
    /// Workgroups, before folding into a grid.
    pub workgroups: usize,
}

struct RowWriter<'a> {
    kernel: &'a Kernel,
    groups: &'a [(usize, bool)],
    registers: &'a [DType],
    layout: Option<Layout>,
    along_rows: bool,
    caps: &'a Caps,
    text: String,
}

/// Generates the entry point.
pub fn row_text(
    kernel: &Kernel,
    groups: &[(usize, bool)],
    registers: &[DType],
    passes: &[Pass],
    caps: &Caps,
) -> RowText {
    let size = |folded: bool| {
        let groups = groups.iter().filter(|group| group.1 == folded);
        groups.map(|group| group.0).product::<usize>()
    };
    let (rows, length) = (size(false), size(true));
    let along_rows = groups.last().is_none_or(|group| group.1);
    let most_folds = passes.iter().map(|pass| pass.folds.len()).max().unwrap_or(0);
    let layout = fold_layout(rows, length, along_rows, caps)
        .filter(|layout| most_folds * layout.width * layout.depth * 4 <= caps.workgroup_bytes as usize);
    let (width, depth) = layout
        .as_ref()
        .map_or((SERIAL_INVOCATIONS, 1), |layout| (layout.width, layout.depth));
    let mut writer = RowWriter {
        kernel,
        groups,
        registers,
        layout,
        along_rows,
        caps,
        text: format!(
            "const ROWS = {rows}u;\nconst LENGTH = {length}u;\nconst WIDTH = {width}u;\nconst DEPTH = {depth}u;\n"
        ),
    };
    writer.write(passes);
    RowText {
        text: writer.text,
        workgroups: rows.div_ceil(width),
    }
}

impl RowWriter<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str("  ");
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn write(&mut self, passes: &[Pass]) {
        if self.layout.is_some() {
            self.declare_shared(passes);
        }
        self.text.push_str(
            "@compute @workgroup_size(WIDTH * DEPTH)\nfn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32",
        );
        if passes.iter().any(|pass| self.uses_subgroups(pass)) {
            self.text.push_str(
                ", @builtin(subgroup_id) subgroup: u32, @builtin(num_subgroups) subgroups: u32, @builtin(subgroup_invocation_id) place: u32",
            );
        }
        self.text.push_str(") {\n");
        match (&self.layout, self.along_rows) {
            (None, _) => {
                self.line("let o = (group.x + group.y * GRID_X) * WIDTH + lane;");
                self.line("if (o >= ROWS) { return; }");
                self.line("let along = 0u;");
                self.line("let end = LENGTH;");
            }
            (Some(_), true) => {
                self.line("let o = (group.x + group.y * GRID_X) * WIDTH + lane / DEPTH;");
                self.line("let along = lane % DEPTH;");
                self.line("let first = lane - along;");
            }
            (Some(_), false) => {
                self.line("let o = (group.x + group.y * GRID_X) * WIDTH + lane % WIDTH;");
                self.line("let along = lane / WIDTH;");
                self.line("let first = lane % WIDTH;");
            }
        }
        if self.layout.is_some() {
            self.line("let end = select(0u, LENGTH, o < ROWS);");
        }
        for (number, dtype) in self.registers.iter().enumerate() {
            let text = format!("var s{number} = {};", expression::zero(*dtype));
            self.line(&text);
        }
        for pass in passes {
            self.row(pass);
            self.elements(pass);
        }
        self.text.push_str("}\n");
    }

    /// Workgroup memory: as many arrays of each type as one pass folds at most.
    fn declare_shared(&mut self, passes: &[Pass]) {
        for kind in ["f32", "i32"] {
            let of_kind = |pass: &Pass| pass.folds.iter().filter(|fold| shared_type(fold) == kind).count();
            for number in 0..passes.iter().map(of_kind).max().unwrap_or(0) {
                self.text.push_str(&format!(
                    "var<workgroup> {kind}_{number}: array<{kind}, WIDTH * DEPTH>;\n"
                ));
            }
        }
    }

    fn root(&self, coordinates: Vec<(String, usize)>) -> Root {
        Root {
            coordinates,
            row: Some("o".to_owned()),
            registers: self.registers.to_vec(),
            ..Root::default()
        }
    }

    /// What is computed once a row: by every invocation, written by one.
    fn row(&mut self, pass: &Pass) {
        let rows = self
            .groups
            .iter()
            .filter(|group| !group.1)
            .map(|group| group.0)
            .product();
        let root = self.root(vec![("o".to_owned(), rows)]);
        if !pass.kept.is_empty() {
            let mut block = pass.row.clone();
            block.stores.clear();
            let (lines, values) = block_values(&self.kernel.bindings, &block, &root, None);
            // Invocations beyond the rows have nothing true to compute from, and nothing to report.
            let reports = lines.iter().any(|line| line.contains("c_reporting_"));
            self.line(if reports { "if (o < ROWS) {" } else { "{" });
            push_lines(&mut self.text, lines.iter());
            for &(value, register) in &pass.kept {
                let text = format!("s{register} = {};", values[value]);
                self.line(&text);
            }
            self.line("}");
        }
        if !pass.row.stores.is_empty() {
            let (lines, _) = block_values(&self.kernel.bindings, &pass.row, &root, None);
            self.line("if (along == 0u && o < ROWS) {");
            push_lines(&mut self.text, lines.iter());
            self.line("}");
        }
    }

    /// The walk along the row, and the tree that makes one result of what the invocations have.
    fn elements(&mut self, pass: &Pass) {
        if pass.folds.is_empty() && pass.element.stores.is_empty() {
            return;
        }
        for fold in &pass.folds {
            let text = format!("s{} = {};", fold.register, initial(fold.op, fold.dtype));
            self.line(&text);
        }
        self.line("for (var r = along; r < end; r += DEPTH) {");
        let (prelude, coordinates) = index::split_groups(self.groups);
        let root = self.root(coordinates);
        let (lines, values) = block_values(&self.kernel.bindings, &pass.element, &root, None);
        push_lines(&mut self.text, prelude.iter().chain(&lines));
        for fold in &pass.folds {
            let register = format!("s{}", fold.register);
            let value = folded_value(pass, fold, &values[fold.value]);
            let text = format!("{register} = {};", combine(fold.op, fold.dtype, &register, &value));
            self.line(&text);
        }
        self.line("}");
        if self.layout.is_some() && !pass.folds.is_empty() {
            self.tree(pass);
        }
    }

    /// All folds of a pass go one way, so that they share the barriers.
    fn uses_subgroups(&self, pass: &Pass) -> bool {
        let may = |fold: &Fold| folds_by_subgroups(fold.op, fold.dtype, self.layout.as_ref(), self.caps);
        !pass.folds.is_empty() && pass.folds.iter().all(may)
    }

    /// Each subgroup folds its own in registers; every invocation then folds what the subgroups gave, in their order.
    fn fold_by_subgroups(&mut self, pass: &Pass, arrays: &[String]) {
        for fold in &pass.folds {
            let register = format!("s{}", fold.register);
            let text = format!("{register} = {};", across_subgroup(fold.op, fold.dtype, &register));
            self.line(&text);
        }
        self.line("if (place == 0u) {");
        for (fold, array) in pass.folds.iter().zip(arrays) {
            let text = format!("{array}[subgroup] = s{};", fold.register);
            self.line(&text);
        }
        self.line("}");
        self.line("workgroupBarrier();");
        for (fold, array) in pass.folds.iter().zip(arrays) {
            let text = format!("s{} = {array}[0];", fold.register);
            self.line(&text);
        }
        self.line("for (var n = 1u; n < subgroups; n += 1u) {");
        for (fold, array) in pass.folds.iter().zip(arrays) {
            let register = format!("s{}", fold.register);
            let other = format!("{array}[n]");
            let text = format!("{register} = {};", combine(fold.op, fold.dtype, &register, &other));
            self.line(&text);
        }
        self.line("}");
        // The next walk's results go into the same memory.
        self.line("workgroupBarrier();");
    }

    fn tree(&mut self, pass: &Pass) {
        let mut counts = [0, 0];
        let arrays: Vec<String> = pass
            .folds
            .iter()
            .map(|fold| {
                let kind = shared_type(fold);
                let count = &mut counts[usize::from(kind == "i32")];
                *count += 1;
                format!("{kind}_{}", *count - 1)
            })
            .collect();
        if self.uses_subgroups(pass) {
            self.fold_by_subgroups(pass, &arrays);
            return;
        }
        let step = if self.along_rows { "half" } else { "half * WIDTH" };
        for (fold, array) in pass.folds.iter().zip(&arrays) {
            let text = format!("{array}[lane] = s{};", fold.register);
            self.line(&text);
        }
        self.line("workgroupBarrier();");
        self.line("for (var half = DEPTH / 2u; half > 0u; half = half / 2u) {");
        self.line("if (along < half) {");
        for (fold, array) in pass.folds.iter().zip(&arrays) {
            let (mine, other) = (format!("{array}[lane]"), format!("{array}[lane + {step}]"));
            let text = format!("{mine} = {};", combine(fold.op, fold.dtype, &mine, &other));
            self.line(&text);
        }
        self.line("}");
        self.line("workgroupBarrier();");
        self.line("}");
        for (fold, array) in pass.folds.iter().zip(&arrays) {
            let text = format!("s{} = {array}[first];", fold.register);
            self.line(&text);
        }
        // The next walk's results go into the same memory.
        self.line("workgroupBarrier();");
    }
}

fn shared_type(fold: &Fold) -> &'static str {
    register_type(arithmetic_dtype(fold.dtype))
}

/// The value in the dtype that is folded: first as the result's, then as the arithmetic's.
fn folded_value(pass: &Pass, fold: &Fold, value: &str) -> String {
    let from = pass.element.exprs[fold.value].dtype;
    cast(fold.dtype, arithmetic_dtype(fold.dtype), &cast(from, fold.dtype, value))
}
