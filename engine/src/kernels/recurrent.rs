//! Routines of recurrent layers: a workgroup walks through all steps of four sequences, so a layer is one dispatch
//! instead of some a step. What travels from unit to unit goes through workgroup memory.
//!
//! Refuses wide states and long sequences: see `prim::recurrent::most_steps_on_gpu`.

use super::registry;
use super::select::{Routine, unsigned};
use crate::plan::kernel::Recurring;
use crate::prim::{Cell, RecurrentPart};

/// Sequences of a workgroup.
const ROWS: usize = 4;

/// A layer, or its gradient.
pub(super) fn routine(recurring: &Recurring) -> Routine {
    let kind = &recurring.kind;
    let shader = match (kind.part, kind.cell) {
        (RecurrentPart::Forward, Cell::Tanh | Cell::Relu) => &registry::RECURRENT_PLAIN,
        (RecurrentPart::Forward, Cell::Gru) => &registry::RECURRENT_GRU,
        (RecurrentPart::Forward, Cell::Lstm) => &registry::RECURRENT_LSTM,
        (RecurrentPart::Gradient, Cell::Tanh | Cell::Relu) => &registry::RECURRENT_PLAIN_GRADIENT,
        (RecurrentPart::Gradient, Cell::Gru) => &registry::RECURRENT_GRU_GRADIENT,
        (RecurrentPart::Gradient, Cell::Lstm) => &registry::RECURRENT_LSTM_GRADIENT,
    };
    Routine {
        shader,
        constants: vec![
            ("STEPS", unsigned(recurring.steps)),
            ("BATCH", unsigned(recurring.batch)),
            ("UNITS", unsigned(recurring.units)),
            ("LANES", unsigned(recurring.units.next_multiple_of(32))),
            ("IS_REVERSED", kind.is_reversed.to_string()),
        ],
        functions: functions(recurring),
        workgroups: recurring.batch.div_ceil(ROWS),
    }
}

/// What the shaders need beside operands and results.
fn functions(recurring: &Recurring) -> String {
    let cell = recurring.kind.cell;
    let mut text = String::new();
    match (recurring.kind.part, cell) {
        (RecurrentPart::Forward, Cell::Tanh | Cell::Relu) => {
            let one = if cell == Cell::Tanh {
                "tanhs(x)"
            } else {
                // NaN goes through.
                "select(x, vec4<f32>(), x < vec4<f32>())"
            };
            text.push_str(&format!("fn bend(x: vec4<f32>) -> vec4<f32> {{ return {one}; }}\n"));
        }
        (RecurrentPart::Gradient, Cell::Tanh | Cell::Relu) => {
            let one = if cell == Cell::Tanh {
                "through_tanhs(y, g)"
            } else {
                "select(vec4<f32>(), g, y > vec4<f32>())"
            };
            text.push_str(&format!(
                "fn through_bend(y: vec4<f32>, g: vec4<f32>) -> vec4<f32> {{ return {one}; }}\n"
            ));
        }
        (_, Cell::Gru | Cell::Lstm) => {}
    }
    let operands: &[&str] = match (recurring.kind.part, cell) {
        (RecurrentPart::Forward, Cell::Lstm) => &["input", "state", "cell"],
        (RecurrentPart::Forward, _) => &["input", "state"],
        (RecurrentPart::Gradient, Cell::Lstm) => &["tape", "given", "last", "cell", "last_cell"],
        (RecurrentPart::Gradient, Cell::Gru) => &["tape", "state", "given", "last"],
        (RecurrentPart::Gradient, _) => &["tape", "given", "last"],
    };
    for name in operands {
        let lanes = ["x", "y", "z", "w"].map(|lane| format!("load_{name}(rows.{lane}, column)"));
        text.push_str(&format!(
            "fn four_{name}(rows: vec4<u32>, column: u32) -> vec4<f32> {{\n  return vec4<f32>(\n    {});\n}}\n",
            lanes.join(",\n    ")
        ));
    }
    text
}
