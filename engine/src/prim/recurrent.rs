//! A whole recurrent layer in one direction as one primitive, and its gradient.
//!
//! Steps lie one after another in rows, `N` rows a step; the input's product with its weights is an operand.
//! The forward part keeps a *tape*: all that the gradient needs of a step, the state last. Layers whose sequences
//! differ in length, or whose state is projected, are compositions: see `ops::recurrent`.
//! Read next: `cpu::recurrent`, then `kernels::recurrent`.

use crate::error::{Error, Result};

/// What happens in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// `tanh(W x + U h)`
    Tanh,
    /// `relu(W x + U h)`
    Relu,
    /// Gated recurrent unit: reset, update, new.
    Gru,
    /// Long short-term memory: input, forget, cell, output.
    Lstm,
}

impl Cell {
    /// Every cell, in the order of their numbers in the operator table and on the wire.
    pub const ALL: &'static [Cell] = &[Cell::Tanh, Cell::Relu, Cell::Gru, Cell::Lstm];

    /// The cell of a number in the operator table.
    pub fn from_code(code: i64) -> Result<Cell> {
        let cell = usize::try_from(code).ok().and_then(|code| Cell::ALL.get(code));
        cell.copied()
            .ok_or_else(|| Error::type_error(format!("{code} is no recurrent cell")))
    }

    /// How many rows of weights belong to one element of the state.
    pub const fn num_gates(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    /// Numbers a unit on the tape: the state; reset, update, new, the state's product for new, the state; or input,
    /// forget, new, output, the cell, the state.
    pub const fn tape_width(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Gru => 5,
            Cell::Lstm => 6,
        }
    }

    /// Numbers a unit that the gradient gives. A GRU's are those of the state's product for reset, update and new,
    /// then that of the input's product for new; its other two are those of the state's.
    pub const fn gradient_width(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Gru | Cell::Lstm => 4,
        }
    }
}

/// Most units of a state on the GPU: one an invocation, in workgroups that every device has.
const MAX_UNITS_ON_GPU: usize = 256;

/// Most rounds of loops of an invocation: software adapters end them silently after 65,535 in all.
const MAX_ROUNDS: usize = 60_000;

/// How many steps one kernel of the GPU walks through; 0 if the state is too wide.
pub const fn most_steps_on_gpu(units: usize) -> usize {
    if units > MAX_UNITS_ON_GPU {
        return 0;
    }
    // A step is a round itself, and one for each unit.
    MAX_ROUNDS / (units + 1)
}

/// Which part of a layer is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecurrentPart {
    /// The tape `[R, tape_width * H]` of the input's product `[R, G*H]`, the weights `[H, G*H]` and the first state
    /// `[N, H]`; of a GRU also the bias of the state's product `[G*H]`, of an LSTM also the first cell `[N, H]`.
    Forward,
    /// `[R + N, gradient_width * H]`: the gradients of the products, then in the last `N` rows those of the first state
    /// and cell, and zeros. Of the tape, the weights `[G*H, H]`, the first state, the gradients of all states `[R, H]`
    /// and of the last one `[N, H]`; of an LSTM also the first cell and the last one's gradient.
    Gradient,
}

/// A layer in one direction, or its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Recurrent {
    /// The part.
    pub part: RecurrentPart,
    /// The cell.
    pub cell: Cell,
    /// Steps go from the last to the first.
    pub is_reversed: bool,
}

impl Recurrent {
    /// How many tensors it takes.
    pub const fn num_inputs(&self) -> usize {
        match (self.part, self.cell) {
            (RecurrentPart::Forward, Cell::Tanh | Cell::Relu) => 3,
            (RecurrentPart::Forward, Cell::Gru | Cell::Lstm) => 4,
            (RecurrentPart::Gradient, Cell::Tanh | Cell::Relu | Cell::Gru) => 5,
            (RecurrentPart::Gradient, Cell::Lstm) => 7,
        }
    }

    /// Rows and columns of the result for inputs of these shapes; `None` if they do not fit each other.
    pub fn result_sizes(&self, shapes: &[&[usize]]) -> Option<[usize; 2]> {
        let &[first, weight, state, ..] = shapes else {
            return None;
        };
        let (&[rows, width], &[batch, units]) = (first, state) else {
            return None;
        };
        let fits = |slot: usize, shape: &[usize]| shapes.get(slot).is_some_and(|found| *found == shape);
        let gates = self.cell.num_gates().checked_mul(units)?;
        if batch == 0 || rows == 0 || units == 0 || !rows.is_multiple_of(batch) || shapes.len() != self.num_inputs() {
            return None;
        }
        let tape = self.cell.tape_width().checked_mul(units)?;
        match self.part {
            RecurrentPart::Forward => {
                let is_whole = width == gates
                    && weight == [units, gates]
                    && match self.cell {
                        Cell::Tanh | Cell::Relu => true,
                        Cell::Gru => fits(3, &[gates]),
                        Cell::Lstm => fits(3, &[batch, units]),
                    };
                is_whole.then_some([rows, tape])
            }
            RecurrentPart::Gradient => {
                let is_whole = width == tape
                    && weight == [gates, units]
                    && fits(3, &[rows, units])
                    && fits(4, &[batch, units])
                    && (self.cell != Cell::Lstm || fits(5, &[batch, units]) && fits(6, &[batch, units]));
                let columns = self.cell.gradient_width().checked_mul(units)?;
                is_whole.then_some([rows.checked_add(batch)?, columns])
            }
        }
    }
}
