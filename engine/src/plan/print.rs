//! A plan as stable text, for golden files and dumps.
//!
//! Refuses to be parsed back.

use std::fmt::Write as _;

use super::Plan;
use super::kernel::{Access, Block, Body, Expr, Kernel, Op, Pass, Position, Window};

/// The plan, a line a kernel part.
pub fn plan_text(plan: &Plan) -> String {
    let mut text = String::new();
    for (number, kernel) in plan.kernels.iter().enumerate() {
        let _ = writeln!(text, "kernel {number}: {}", body_text(&kernel.body));
        for (index, binding) in kernel.bindings.iter().enumerate() {
            let access = match binding.access {
                Access::Read => "reads",
                Access::Write => "writes",
            };
            let place = plan
                .storage
                .get(&binding.value)
                .map_or_else(String::new, |storage| format!("{storage:?}"));
            let _ = writeln!(
                text,
                "  b{index} {access} {:?} {} in {place}",
                binding.value,
                if binding.halves {
                    "float16 in two bytes"
                } else {
                    binding.dtype.name()
                }
            );
        }
        for (index, block) in kernel.loads.iter().enumerate() {
            let _ = writeln!(text, "  load {index}:");
            block_text(&mut text, kernel, block);
        }
        if let Body::Rows { passes, .. } = &kernel.body {
            passes_text(&mut text, kernel, passes);
            continue;
        }
        let _ = writeln!(text, "  store:");
        block_text(&mut text, kernel, &kernel.store);
    }
    for (number, joint) in plan.joints.iter().enumerate() {
        let _ = writeln!(text, "joint {number}: {joint:?}");
    }
    let _ = writeln!(
        text,
        "slots of {:?} bytes, outputs {:?}, in place {:?}",
        plan.slots, plan.outputs, plan.in_place
    );
    text
}

fn groups_text(groups: &[(usize, bool)]) -> String {
    let groups = groups
        .iter()
        .map(|(size, folded)| format!("{size}{}", if *folded { "*" } else { "" }));
    groups.collect::<Vec<String>>().join(", ")
}

fn passes_text(text: &mut String, kernel: &Kernel, passes: &[Pass]) {
    for (number, pass) in passes.iter().enumerate() {
        let _ = writeln!(text, "  pass {number}, row:");
        block_text(text, kernel, &pass.row);
        for (value, register) in &pass.kept {
            let _ = writeln!(text, "    r{register} = v{value}");
        }
        let _ = writeln!(text, "  pass {number}, element:");
        block_text(text, kernel, &pass.element);
        for fold in &pass.folds {
            let _ = writeln!(
                text,
                "    r{} = {:?} {} of v{}",
                fold.register,
                fold.op,
                fold.dtype.name(),
                fold.value
            );
        }
    }
}

fn body_text(body: &Body) -> String {
    match body {
        Body::Elementwise { num_elements } => format!("elementwise {num_elements}"),
        Body::Joined(joined) => format!(
            "elementwise {:?} side by side, words {:?}, own {:?}",
            joined.lengths, joined.words, joined.own
        ),
        Body::Reduce {
            op,
            dtype,
            groups,
            parts,
        } => {
            format!(
                "{op:?} {} of [{}] in {parts} part(s)",
                dtype.name(),
                groups_text(groups)
            )
        }
        Body::ArgReduce { op, dtype, sizes } => format!("arg{op:?} {} {sizes:?}", dtype.name()),
        Body::Matmul {
            batch,
            rows,
            columns,
            inner,
            dtype,
        } => {
            format!("matmul {} {batch}x[{rows}, {inner}]x[{inner}, {columns}]", dtype.name())
        }
        Body::Rows { groups, passes, .. } => {
            let folds: usize = passes.iter().map(|pass| pass.folds.len()).sum();
            format!("rows of [{}], {folds} fold(s)", groups_text(groups))
        }
        Body::Scatter(scattering) => format!(
            "scatter {:?} {:?} into {:?} along {}{}{}",
            scattering.op,
            scattering.source_shape,
            scattering.shape,
            scattering.dim,
            if scattering.by_rows { " by rows" } else { "" },
            if scattering.is_sorted { " sorted" } else { "" }
        ),
        Body::Convolve(convolving) => {
            let [rows, columns, inner] = convolving.matrix_sizes();
            format!(
                "convolve {:?} {}x[{rows}, {inner}]x[{inner}, {columns}] in {} part(s)",
                convolving.op, convolving.groups, convolving.parts
            )
        }
        Body::Pool { op, window, planes, .. } => {
            format!("pool {op:?} {planes}x{:?} by {:?}", window.input, window.kernel)
        }
        Body::Recurrent(recurring) => format!(
            "recurrent {:?} {:?} of {} steps, [{}, {}]{}",
            recurring.kind.part,
            recurring.kind.cell,
            recurring.steps,
            recurring.batch,
            recurring.units,
            if recurring.kind.is_reversed { " reversed" } else { "" }
        ),
        Body::Attention(attending) => format!(
            "attention {:?} {}x[{}, {}] by [{}, {}] giving {}",
            attending.kind.part,
            attending.batch,
            attending.rows,
            attending.depth,
            attending.columns,
            attending.depth,
            attending.width
        ),
        Body::Scan { op, sizes, parts, .. } => format!("scan {op:?} {sizes:?} in {parts} part(s)"),
        Body::Sort {
            sizes, run, is_merge, ..
        } => {
            format!(
                "{} {sizes:?} in runs of {run}",
                if *is_merge { "merge" } else { "sort" }
            )
        }
    }
}

fn block_text(text: &mut String, kernel: &Kernel, block: &Block) {
    for (number, position) in block.positions.iter().enumerate().skip(1) {
        let _ = writeln!(text, "    p{number} = {}", position_text(kernel, position));
    }
    for (number, expr) in block.exprs.iter().enumerate() {
        let _ = writeln!(text, "    v{number} = {}", expr_text(kernel, expr));
    }
    if let Some(result) = block.result {
        let _ = writeln!(text, "    gives v{result}");
    }
    for store in &block.stores {
        let _ = writeln!(text, "    b{}[p{}] = v{}", store.binding, store.position, store.value);
    }
}

fn window_text(kernel: &Kernel, window: &Window) -> String {
    let offset = window.offset.map_or_else(String::new, |param| match &kernel.body {
        Body::Joined(joined) => format!(" + {:?}", joined.words[param as usize]),
        _ => format!(" + word {}", kernel.params[param as usize]),
    });
    format!("{:?} by {:?}{offset}", window.shape, window.strides)
}

fn position_text(kernel: &Kernel, position: &Position) -> String {
    match position {
        Position::Root => "root".to_owned(),
        Position::Row => "row".to_owned(),
        Position::Within { base, window } => format!("p{base} within {}", window_text(kernel, window)),
        Position::Window { base, window } => format!("p{base} in {}", window_text(kernel, window)),
        Position::Indirect {
            base,
            window,
            index,
            stride,
        } => format!("p{base} in {} + v{index} * {stride}", window_text(kernel, window)),
    }
}

fn expr_text(kernel: &Kernel, expr: &Expr) -> String {
    let value = match &expr.op {
        Op::Load { binding, position } => format!("b{binding}[p{position}]"),
        Op::Result => "result".to_owned(),
        Op::Register(register) => format!("r{register}"),
        Op::Inside { base, window } => format!("p{base} inside {}", window_text(kernel, window)),
        Op::Param(word) => match &kernel.body {
            Body::Joined(joined) => format!("{:?}", joined.words[*word as usize]),
            _ => format!("word {}", kernel.params[*word as usize]),
        },
        Op::Index(position) => format!("index p{position}"),
        Op::Coordinate { position, shape, dim } => format!("coordinate {dim} of p{position} in {shape:?}"),
        Op::Draw { draw, words, position } => {
            format!(
                "draw {draw:?} p{position} seeded {:?}",
                words.map(|word| kernel.params[word as usize])
            )
        }
        Op::Zero => "zero".to_owned(),
        Op::Unary(op, x) => format!("{} v{x}", op.name()),
        Op::Binary(op, x, y) => format!("{} v{x} v{y}", op.name()),
        Op::Where(condition, x, y) => format!("where v{condition} v{x} v{y}"),
        Op::Cast(x) => format!("cast v{x}"),
    };
    format!("{value} : {}", expr.dtype.name())
}
