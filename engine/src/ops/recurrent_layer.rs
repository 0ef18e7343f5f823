//! Recurrent layers of equally long sequences as one primitive, with one gradient for all steps: the weights' gradient is
//! one product of all states with all gradients, not a sum over steps.
//!
//! Refuses half types, projections and packed sequences, and on the GPU states wider than a workgroup: `recurrent` walks
//! them step by step, and so does whoever wants to differentiate a gradient. Read next: `prim::recurrent`.

use crate::apply::apply;
use crate::autograd::{self, Options, Rule};
use crate::context;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::recurrent::{State, Stepper, Weights, walk};
use crate::ops::{copy, creation, matmul, movement, reduce, split};
use crate::prim::recurrent::most_steps_on_gpu;
use crate::prim::{Cell, Prim, Recurrent, RecurrentPart};
use crate::storage::Device;
use crate::tensor::Tensor;

/// True if steps of these sizes, over the input's products, can be one primitive.
pub(super) fn is_fitting(products: &Tensor, sizes: &[usize], first: &State, weights: &Weights) -> bool {
    let units = first.hidden.size(1);
    let is_even = sizes.first() == sizes.last() && first.hidden.size(0) > 0 && units > 0;
    let tensors = [products, &weights.hidden, &first.hidden];
    let others = [&first.cell, &weights.hidden_bias];
    let mut all = tensors.into_iter().chain(others.into_iter().flatten());
    let (dtype, device) = (products.dtype(), products.device());
    let is_alike = all.all(|tensor| tensor.dtype() == dtype && tensor.device() == device);
    sizes.len() > 1
        && is_even
        && is_alike
        && matches!(dtype, DType::F32 | DType::F64)
        && weights.projection.is_none()
        && (device == Device::Cpu || most_steps_on_gpu(units) > 0)
}

/// All steps over the input's products: the outputs, rows in order, and the last state.
pub(super) fn layer(
    cell: Cell,
    products: &Tensor,
    is_reversed: bool,
    first: &State,
    weights: &Weights,
) -> Result<(Tensor, State)> {
    let kind = Recurrent {
        part: RecurrentPart::Forward,
        cell,
        is_reversed,
    };
    let (rows, batch) = (products.size(0), first.hidden.size(0));
    let most = match products.device() {
        Device::Cpu => rows,
        Device::WebGpu => most_steps_on_gpu(first.hidden.size(1)).saturating_mul(batch),
    };
    let mut starts: Vec<usize> = (0..rows).step_by(most.max(1)).collect();
    if is_reversed {
        starts.reverse();
    }
    let mut state = first.clone();
    let mut outputs = Vec::with_capacity(starts.len());
    for start in starts {
        let part = narrow(products, 0, start, most.min(rows - start))?;
        let (output, last) = piece(kind, &part, &state, weights)?;
        outputs.push(output);
        state = last;
    }
    if is_reversed {
        outputs.reverse();
    }
    let output = if outputs.len() == 1 {
        outputs.remove(0)
    } else {
        split::cat(&outputs, 0)?
    };
    Ok((output, state))
}

fn narrow(x: &Tensor, dim: i64, start: usize, length: usize) -> Result<Tensor> {
    if start == 0 && length == x.size(dim as usize) {
        return Ok(x.clone());
    }
    movement::narrow(x, dim, start as i64, length as i64)
}

/// As many steps as one primitive takes.
fn piece(kind: Recurrent, products: &Tensor, first: &State, weights: &Weights) -> Result<(Tensor, State)> {
    let extra = match kind.cell {
        Cell::Tanh | Cell::Relu => None,
        Cell::Gru => weights.hidden_bias.clone(),
        Cell::Lstm => first.cell.clone(),
    };
    let mut inputs = vec![products, &weights.hidden, &first.hidden];
    inputs.extend(&extra);
    let (outputs, tape) = context::with_grad_mode(false, || compute(kind, &inputs))?;
    autograd::record_recurrent(kind, &inputs, &outputs.iter().collect::<Vec<_>>(), &tape);
    let mut outputs = outputs.into_iter();
    let missing = || Error::runtime("a recurrent layer gave no state");
    let (output, hidden) = (outputs.next().ok_or_else(missing)?, outputs.next().ok_or_else(missing)?);
    let cell = outputs.next();
    Ok((output, State { hidden, cell }))
}

/// Outputs, last state, an LSTM's last cell; and the tape.
fn compute(kind: Recurrent, inputs: &[&Tensor]) -> Result<(Vec<Tensor>, Tensor)> {
    let &[products, weight, first, ..] = inputs else {
        return Err(Error::runtime("a recurrent layer takes products, weights and a state"));
    };
    let (rows, batch, units) = (products.size(0), first.size(0), first.size(1));
    // Every step reads the weights, neighbouring units neighbouring ones.
    let weight = copy::contiguous(&movement::t(weight)?)?;
    let mut operands = vec![products, &weight, first];
    let bias;
    match (kind.cell, inputs.get(3)) {
        (_, Some(extra)) => operands.push(extra),
        (Cell::Gru, None) => {
            bias = creation::zeros(&[weight.size(1)], weight.dtype(), weight.device())?;
            operands.push(&bias);
        }
        _ => {}
    }
    let tape = apply(Prim::Recurrent(kind), &operands, &[])?;
    let states = narrow(&tape, 1, tape.size(1) - units, units)?;
    let last = if kind.is_reversed { 0 } else { rows - batch };
    let mut outputs = vec![
        copy::row_major(&states)?,
        copy::row_major(&narrow(&states, 0, last, batch)?)?,
    ];
    if kind.cell == Cell::Lstm {
        let cells = narrow(&tape, 1, 4 * units, units)?;
        outputs.push(copy::row_major(&narrow(&cells, 0, last, batch)?)?);
    }
    Ok((outputs, tape))
}

/// The gradients of a layer's inputs. `saved` are the inputs and the tape, `given` the gradients of its outputs.
pub(crate) fn input_gradients(
    kind: Recurrent,
    saved: &[Option<Tensor>],
    given: &[Option<Tensor>],
    needs: &[bool],
) -> Result<Vec<Option<Tensor>>> {
    let saved: Option<Vec<Tensor>> = saved.iter().cloned().collect();
    let missing = || Error::runtime("a recurrent layer did not save what its gradient needs");
    let saved = saved.ok_or_else(missing)?;
    let (tape, inputs) = saved.split_last().ok_or_else(missing)?;
    if inputs.len() != needs.len() || inputs.len() < 3 {
        return Err(missing());
    }
    if context::grad_enabled() {
        gradients_by_steps(kind, inputs, given, needs)
    } else {
        gradients_at_once(kind, inputs, tape, given, needs)
    }
}

fn gradients_at_once(
    kind: Recurrent,
    inputs: &[Tensor],
    tape: &Tensor,
    given: &[Option<Tensor>],
    needs: &[bool],
) -> Result<Vec<Option<Tensor>>> {
    let (weight, first) = (&inputs[1], &inputs[2]);
    let (rows, batch, units) = (tape.size(0), first.size(0), first.size(1));
    let or_zeros = |slot: usize, shape: &[usize]| match given.get(slot).and_then(Option::as_ref) {
        Some(gradient) => Ok(gradient.clone()),
        None => creation::zeros(shape, tape.dtype(), tape.device()),
    };
    let state = [batch, units];
    let (of_outputs, of_last) = (or_zeros(0, &[rows, units])?, or_zeros(1, &state)?);
    let of_cell;
    let mut operands = vec![tape, weight, first, &of_outputs, &of_last];
    if kind.cell == Cell::Lstm {
        of_cell = or_zeros(2, &state)?;
        operands.extend([&inputs[3], &of_cell]);
    }
    let part = RecurrentPart::Gradient;
    let all = apply(Prim::Recurrent(Recurrent { part, ..kind }), &operands, &[])?;
    let products = narrow(&all, 0, 0, rows)?;
    let of_hidden = narrow(&products, 1, 0, kind.cell.num_gates() * units)?;
    let of_state = |part: usize| copy::row_major(&narrow(&narrow(&all, 0, rows, batch)?, 1, part * units, units)?);
    let mut gradients = vec![None; needs.len()];
    if needs[0] {
        gradients[0] = Some(match kind.cell {
            Cell::Gru => {
                let parts = [
                    narrow(&products, 1, 0, 2 * units)?,
                    narrow(&products, 1, 3 * units, units)?,
                ];
                split::cat(&parts, 1)?
            }
            Cell::Tanh | Cell::Relu | Cell::Lstm => products,
        });
    }
    if needs[1] {
        let states = narrow(tape, 1, tape.size(1) - units, units)?;
        let before = if kind.is_reversed {
            [narrow(&states, 0, batch, rows - batch)?, first.clone()]
        } else {
            [first.clone(), narrow(&states, 0, 0, rows - batch)?]
        };
        gradients[1] = Some(matmul::mm(&movement::t(&of_hidden)?, &split::cat(&before, 0)?)?);
    }
    if needs[2] {
        gradients[2] = Some(of_state(0)?);
    }
    if needs.get(3) == Some(&true) {
        gradients[3] = Some(match kind.cell {
            Cell::Gru => reduce::sum(&of_hidden, &[0], false)?,
            Cell::Tanh | Cell::Relu | Cell::Lstm => of_state(1)?,
        });
    }
    Ok(gradients)
}

/// The same from the steps as ordinary operators, whose history can be differentiated again.
fn gradients_by_steps(
    kind: Recurrent,
    inputs: &[Tensor],
    given: &[Option<Tensor>],
    needs: &[bool],
) -> Result<Vec<Option<Tensor>>> {
    // The walk back ends at these, and does not go on to what made the inputs.
    let inputs: Vec<Tensor> = inputs
        .iter()
        .map(|input| autograd::record_rule(Rule::Identity, &[input], autograd::detach(input)))
        .collect();
    let extra = inputs.get(3).cloned();
    let (bias, cell) = match kind.cell {
        Cell::Gru => (extra, None),
        Cell::Tanh | Cell::Relu | Cell::Lstm => (None, extra),
    };
    let first = State {
        hidden: inputs[2].clone(),
        cell,
    };
    let batch = first.hidden.size(0);
    let sizes = vec![batch; inputs[0].size(0) / batch.max(1)];
    let stepper = Stepper::of(kind.cell, &inputs[1], bias, None)?;
    let (output, last) = walk(&stepper, &inputs[0], &sizes, kind.is_reversed, &first)?;
    let outputs = [Some(output), Some(last.hidden), last.cell];
    let known = outputs
        .into_iter()
        .flatten()
        .zip(given)
        .filter(|(_, gradient)| gradient.is_some());
    let (outputs, given): (Vec<Tensor>, Vec<Option<Tensor>>) =
        known.map(|(output, gradient)| (output, gradient.clone())).unzip();
    let wanted = inputs.iter().zip(needs).filter(|(_, needed)| **needed);
    let wanted: Vec<Tensor> = wanted.map(|(input, _)| input.clone()).collect();
    let options = Options {
        create_graph: true,
        retain_graph: true,
        accumulate: false,
    };
    let mut found = autograd::gradients(&outputs, &given, &wanted, options)?.into_iter();
    Ok(needs
        .iter()
        .map(|&needed| if needed { found.next().flatten() } else { None })
        .collect())
}
