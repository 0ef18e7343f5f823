//! Rows of recurrent layers and of clipping. Cells are 0 tanh, 1 relu, 2 GRU, 3 LSTM.

use crate::error::Result;
use crate::ffi::args::{Args, Outcome};
use crate::ffi::table::Row;
use crate::ops::clip;
use crate::ops::recurrent::{self, State, Weights};
use crate::prim::Cell;

/// The rows.
pub const ROWS: &[Row] = &[
    // cell, rows of all steps, runs of steps (rows, how many), is reversed, then state and weights as for a step
    ("recurrent_layer i T is b T T? T T T? T? T? -> Ts", |a| {
        let (cell, data, runs, is_reversed) = (Cell::from_code(a.int()?)?, a.tensor()?, a.sizes()?, a.bool()?);
        let (state, weights) = (state(a)?, weights(a)?);
        let (output, last) = recurrent::layer(cell, &data, &runs, is_reversed, &state, &weights)?;
        Ok(Outcome::Tensors(vec![Some(output), Some(last.hidden), last.cell]))
    }),
    // cell, x, hidden state, cell state, weights of input and state, their biases, projection
    ("recurrent_step i T T T? T T T? T? T? -> Ts", |a| {
        let (cell, x) = (Cell::from_code(a.int()?)?, a.tensor()?);
        let (state, weights) = (state(a)?, weights(a)?);
        let after = recurrent::step(cell, &x, &state, &weights)?;
        Ok(Outcome::Tensors(vec![Some(after.hidden), after.cell]))
    }),
    // tensors, order of the norm
    ("total_norm Ts f -> T", |a| {
        Ok(clip::total_norm(&a.tensors()?, a.float()?)?.into())
    }),
    ("scale_all_ Ts T -> ()", |a| {
        Ok(clip::scale_all(&a.tensors()?, &a.tensor()?)?.into())
    }),
    // tensors, least, most
    ("clamp_all_ Ts f f -> ()", |a| {
        Ok(clip::clamp_all(&a.tensors()?, a.float()?, a.float()?)?.into())
    }),
];

fn state(a: &mut Args<'_>) -> Result<State> {
    Ok(State {
        hidden: a.tensor()?,
        cell: a.opt_tensor()?,
    })
}

fn weights(a: &mut Args<'_>) -> Result<Weights> {
    Ok(Weights {
        input: a.tensor()?,
        hidden: a.tensor()?,
        input_bias: a.opt_tensor()?,
        hidden_bias: a.opt_tensor()?,
        projection: a.opt_tensor()?,
    })
}
