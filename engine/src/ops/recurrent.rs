//! Recurrent layers: a whole layer in one direction, and one step of it.
//!
//! Steps lie one after another in a matrix of rows, as packed sequences do: step `t` has `N_t` rows, never more than
//! the step before. The input is multiplied once for all steps; a step multiplies its state and ends in one chain of
//! elementwise work. Layers of equally long sequences are one primitive instead: see `recurrent_layer`. The formulas are those of the original papers in PyTorch's arrangement of gates
//! (<https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html>).
//! Refuses to stack layers, drop out and sort sequences: `torch/nn/_recurrent.py` does.

use crate::error::{Error, Result, list_text};
use crate::ops::{elementwise as e, matmul, movement, nn, recurrent_layer, split};
use crate::prim::Cell;
use crate::tensor::Tensor;

/// The weights of a layer in one direction.
#[derive(Clone, Debug)]
pub struct Weights {
    /// `[G*H, I]`
    pub input: Tensor,
    /// `[G*H, H]`, or `[G*H, P]` with a projection.
    pub hidden: Tensor,
    /// `[G*H]`, added to the input's product.
    pub input_bias: Option<Tensor>,
    /// `[G*H]`, added to the state's product.
    pub hidden_bias: Option<Tensor>,
    /// `[P, H]`: what becomes of an LSTM's output.
    pub projection: Option<Tensor>,
}

/// What a step hands to the next one.
#[derive(Clone, Debug)]
pub struct State {
    /// `[N, H]`, or `[N, P]` with a projection.
    pub hidden: Tensor,
    /// `[N, H]` of an LSTM.
    pub cell: Option<Tensor>,
}

/// One step: the state after it. `x` is `[N, I]`.
pub fn step(cell: Cell, x: &Tensor, state: &State, weights: &Weights) -> Result<State> {
    check_step(cell, x, state, weights)?;
    Stepper::new(cell, weights)?.step(&project(cell, x, weights)?, state)
}

/// All steps of a layer in one direction: the outputs, rows in the order of `data`, and the last state of every sequence.
/// `runs` are pairs of a number of rows and of how many steps have it. Reversed layers walk from the last step.
pub fn layer(
    cell: Cell,
    data: &Tensor,
    runs: &[usize],
    is_reversed: bool,
    first: &State,
    weights: &Weights,
) -> Result<(Tensor, State)> {
    let sizes = step_sizes(runs, data, &first.hidden)?;
    check_step(cell, data, first, weights)?;
    let products = project(cell, data, weights)?;
    if recurrent_layer::is_fitting(&products, &sizes, first, weights) {
        return recurrent_layer::layer(cell, &products, is_reversed, first, weights);
    }
    walk(&Stepper::new(cell, weights)?, &products, &sizes, is_reversed, first)
}

/// The steps one after the other, from the input's products.
pub(super) fn walk(
    stepper: &Stepper,
    products: &Tensor,
    sizes: &[usize],
    is_reversed: bool,
    first: &State,
) -> Result<(Tensor, State)> {
    let inputs = split::inner_parts(products, sizes, 0)?;
    let mut outputs = Vec::with_capacity(sizes.len());
    let last = if is_reversed {
        let mut state = first.rows(0, sizes.last().copied().unwrap_or(0))?;
        for (input, &size) in inputs.iter().zip(sizes).rev() {
            // Shorter sequences begin here, with their own first state.
            let have = state.hidden.size(0);
            if size > have {
                state = State::joined(&[state, first.rows(have, size)?])?;
            }
            state = stepper.step(input, &state)?;
            outputs.push(state.hidden.clone());
        }
        outputs.reverse();
        state
    } else {
        let mut state = first.clone();
        // Last states of sequences that have ended, the shortest first.
        let mut ended = Vec::new();
        for (input, &size) in inputs.iter().zip(sizes) {
            let have = state.hidden.size(0);
            if size < have {
                ended.push(state.rows(size, have)?);
                state = state.rows(0, size)?;
            }
            state = stepper.step(input, &state)?;
            outputs.push(state.hidden.clone());
        }
        if ended.is_empty() {
            state
        } else {
            ended.push(state);
            ended.reverse();
            State::joined(&ended)?
        }
    };
    Ok((split::cat(&outputs, 0)?, last))
}

impl State {
    /// The rows `start..end`.
    fn rows(&self, start: usize, end: usize) -> Result<State> {
        if start == 0 && end == self.hidden.size(0) {
            return Ok(self.clone());
        }
        let cut = |x: &Tensor| movement::narrow(x, 0, start as i64, (end - start) as i64);
        Ok(State {
            hidden: cut(&self.hidden)?,
            cell: self.cell.as_ref().map(cut).transpose()?,
        })
    }

    /// The rows of several states, one after another.
    fn joined(states: &[State]) -> Result<State> {
        let hidden: Vec<Tensor> = states.iter().map(|state| state.hidden.clone()).collect();
        let cells: Vec<Tensor> = states.iter().filter_map(|state| state.cell.clone()).collect();
        Ok(State {
            hidden: split::cat(&hidden, 0)?,
            cell: if cells.is_empty() {
                None
            } else {
                Some(split::cat(&cells, 0)?)
            },
        })
    }
}

/// What all steps share: turned weights, and the bias that must wait for its step.
pub(super) struct Stepper {
    cell: Cell,
    hidden: Tensor,
    hidden_bias: Option<Tensor>,
    projection: Option<Tensor>,
}

impl Stepper {
    fn new(cell: Cell, weights: &Weights) -> Result<Stepper> {
        // Only the reset gate of a GRU comes between the two biases.
        let bias = weights.hidden_bias.clone().filter(|_| cell == Cell::Gru);
        Stepper::of(cell, &weights.hidden, bias, weights.projection.as_ref())
    }

    /// Steps with these weights of the state, and a bias that must wait.
    pub fn of(cell: Cell, hidden: &Tensor, bias: Option<Tensor>, projection: Option<&Tensor>) -> Result<Stepper> {
        Ok(Stepper {
            cell,
            hidden: movement::t(hidden)?,
            hidden_bias: bias,
            projection: projection.map(movement::t).transpose()?,
        })
    }

    /// One step from the input's product.
    fn step(&self, input: &Tensor, state: &State) -> Result<State> {
        let mut product = matmul::mm(&state.hidden, &self.hidden)?;
        if let Some(bias) = &self.hidden_bias {
            product = e::add(&product, bias)?;
        }
        let gates = |x: &Tensor| {
            let count = self.cell.num_gates();
            split::inner_parts(x, &vec![x.size(1) / count; count], 1)
        };
        match self.cell {
            Cell::Tanh => Ok(State::of(e::tanh(&e::add(input, &product)?)?)),
            Cell::Relu => Ok(State::of(e::relu(&e::add(input, &product)?)?)),
            Cell::Gru => {
                let (input, product) = (gates(input)?, gates(&product)?);
                let reset = e::sigmoid(&e::add(&product[0], &input[0])?)?;
                let update = e::sigmoid(&e::add(&product[1], &input[1])?)?;
                let new = e::tanh(&e::add(&input[2], &e::mul(&product[2], &reset)?)?)?;
                let kept = e::mul(&e::sub(&state.hidden, &new)?, &update)?;
                Ok(State::of(e::add(&kept, &new)?))
            }
            Cell::Lstm => {
                let sum = gates(&e::add(input, &product)?)?;
                let (enter, forget) = (e::sigmoid(&sum[0])?, e::sigmoid(&sum[1])?);
                let (new, leave) = (e::tanh(&sum[2])?, e::sigmoid(&sum[3])?);
                let before = state
                    .cell
                    .as_ref()
                    .ok_or_else(|| Error::runtime("an LSTM needs the state of its cells"))?;
                let cell = e::add(&e::mul(&forget, before)?, &e::mul(&enter, &new)?)?;
                let mut hidden = e::mul(&leave, &e::tanh(&cell)?)?;
                if let Some(projection) = &self.projection {
                    hidden = matmul::mm(&hidden, projection)?;
                }
                Ok(State {
                    hidden,
                    cell: Some(cell),
                })
            }
        }
    }
}

impl State {
    const fn of(hidden: Tensor) -> State {
        State { hidden, cell: None }
    }
}

/// The input's product for all steps at once, with every bias that need not wait.
fn project(cell: Cell, x: &Tensor, weights: &Weights) -> Result<Tensor> {
    let bias = match (&weights.input_bias, &weights.hidden_bias, cell) {
        (Some(a), Some(b), Cell::Tanh | Cell::Relu | Cell::Lstm) => Some(e::add(a, b)?),
        (a, b, Cell::Tanh | Cell::Relu | Cell::Lstm) => a.clone().or_else(|| b.clone()),
        (a, _, Cell::Gru) => a.clone(),
    };
    nn::linear(x, &weights.input, bias.as_ref())
}

/// How many rows every step has.
fn step_sizes(runs: &[usize], data: &Tensor, hidden: &Tensor) -> Result<Vec<usize>> {
    let mut sizes = Vec::new();
    let mut total = 0usize;
    let rows = if data.rank() == 2 { data.size(0) } else { 0 };
    let most = rows.max(MAX_EMPTY_STEPS);
    for run in runs.chunks(2) {
        let &[size, count] = run else {
            return Err(Error::type_error("runs of steps come in pairs"));
        };
        if sizes.last().is_some_and(|&before| before < size) {
            return Err(Error::runtime("batch sizes of steps must not grow"));
        }
        total = total.saturating_add(size.saturating_mul(count));
        if total > rows || count > most.saturating_sub(sizes.len()) {
            return Err(Error::runtime(format!(
                "steps have more rows than the {rows} of the input"
            )));
        }
        sizes.extend(std::iter::repeat_n(size, count));
    }
    if sizes.is_empty() {
        return Err(Error::runtime("Expected sequence length to be larger than 0 in RNN"));
    }
    if total != rows || hidden.rank() != 2 || hidden.size(0) != sizes[0] {
        return Err(Error::runtime(format!(
            "steps of {total} rows do not fit an input of {} and a state of {}",
            list_text(&data.shape()),
            list_text(&hidden.shape())
        )));
    }
    Ok(sizes)
}

/// Steps without rows are walked all the same; more steps than this, and than rows, are a mistake.
const MAX_EMPTY_STEPS: usize = 1 << 14;

/// PyTorch's checks of widths, so that no product fails halfway.
fn check_step(cell: Cell, x: &Tensor, state: &State, weights: &Weights) -> Result<()> {
    let tensors = [&weights.input, &weights.hidden, x, &state.hidden];
    if tensors.iter().any(|tensor| tensor.rank() != 2) {
        return Err(Error::runtime("recurrent layers take matrices"));
    }
    if x.size(1) != weights.input.size(1) {
        return Err(Error::runtime(format!(
            "input has inconsistent input_size: got {} expected {}",
            x.size(1),
            weights.input.size(1)
        )));
    }
    if state.hidden.size(1) != weights.hidden.size(1) {
        return Err(Error::runtime(format!(
            "hidden has inconsistent hidden_size: got {}, expected {}",
            state.hidden.size(1),
            weights.hidden.size(1)
        )));
    }
    let rows = weights.input.size(0);
    if weights.hidden.size(0) != rows || !rows.is_multiple_of(cell.num_gates()) {
        return Err(Error::runtime(format!(
            "weights of {} and {} rows do not make {} gates",
            rows,
            weights.hidden.size(0),
            cell.num_gates()
        )));
    }
    let biases = [&weights.input_bias, &weights.hidden_bias];
    if biases.into_iter().flatten().any(|bias| bias.shape() != [rows]) {
        return Err(Error::runtime(format!("biases must have {rows} elements")));
    }
    let width = rows / cell.num_gates();
    let cell_fits = state
        .cell
        .as_ref()
        .is_none_or(|cell| cell.rank() == 2 && cell.size(1) == width);
    let projected = weights.projection.as_ref();
    let projection_fits = projected.is_none_or(|matrix| matrix.rank() == 2 && matrix.size(1) == width);
    let width_after = projected.map_or(width, |matrix| if matrix.rank() == 2 { matrix.size(0) } else { width });
    if !cell_fits || !projection_fits || width_after != state.hidden.size(1) {
        return Err(Error::runtime(format!(
            "a state of {} does not fit {width} units",
            list_text(&state.hidden.shape())
        )));
    }
    Ok(())
}
