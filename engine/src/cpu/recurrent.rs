//! A recurrent layer in one direction, and its gradient: one product of matrices a step, then a loop over units.
//!
//! Formulas and layouts are those of `prim::recurrent`. Refuses half types, which round after every operator.

use std::ops::{Div, Neg, Sub};

use super::Operand;
use super::buffer::{Buffer, try_filled};
use super::cast::{Convert, as_contiguous};
use super::float::Float;
use super::matmul_block::{Matrix, Real};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::infer::Meta;
use crate::prim::{Cell, Recurrent, RecurrentPart};
use crate::stop::is_asked_after;
use crate::view::View;

/// f32 or f64.
trait Number: Real + Convert + Float + From<i8> + Sub<Output = Self> + Div<Output = Self> + Neg<Output = Self> {
    fn one() -> Self {
        Self::from(1i8)
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        Self::one() / (Self::one() + (-self).exp_lanes())
    }

    /// `g` through a sigmoid that gave `self`.
    #[inline(always)]
    fn through_sigmoid(self, g: Self) -> Self {
        g * (self * (Self::one() - self))
    }

    /// `g` through a tanh that gave `self`.
    #[inline(always)]
    fn through_tanh(self, g: Self) -> Self {
        g * (Self::one() - self * self)
    }
}

impl Number for f32 {}
impl Number for f64 {}

/// A layer or its gradient; operands as [`RecurrentPart`] lists them.
pub fn recurrent(kind: Recurrent, operands: &[Operand<'_>], output: &Meta) -> Result<Buffer> {
    match output.dtype {
        DType::F64 => computed::<f64>(kind, operands),
        DType::F32 => computed::<f32>(kind, operands),
        dtype => Err(Error::UnsupportedDType {
            op: "recurrent_layer",
            dtype,
            device: "cpu",
        }),
    }
}

/// Sizes of a layer.
#[derive(Clone, Copy)]
struct Sizes {
    steps: usize,
    batch: usize,
    units: usize,
    /// Of the products.
    gates: usize,
    tape: usize,
    gradient: usize,
}

impl Sizes {
    /// Steps in the order in which they are computed.
    fn order(&self, is_reversed: bool) -> Vec<usize> {
        if is_reversed {
            (0..self.steps).rev().collect()
        } else {
            (0..self.steps).collect()
        }
    }
}

fn computed<T: Number>(kind: Recurrent, operands: &[Operand<'_>]) -> Result<Buffer> {
    let wrong = || Error::runtime(format!("{kind:?} was given the wrong operands"));
    let [_, weight, ..] = operands else { return Err(wrong()) };
    let others = operands.iter().map(|operand| as_contiguous::<T>(*operand));
    let others = others.collect::<Result<Vec<_>>>()?;
    let others: Vec<&[T]> = others.iter().map(AsRef::as_ref).collect();
    let (rows, shape) = (&operands[0].view.shape, &operands.get(2).ok_or_else(wrong)?.view.shape);
    let (batch, units) = (shape[0], shape[1]);
    let sizes = Sizes {
        steps: rows[0] / batch,
        batch,
        units,
        gates: kind.cell.num_gates() * units,
        tape: kind.cell.tape_width() * units,
        gradient: kind.cell.gradient_width() * units,
    };
    let weight = View::contiguous(&[1, weight.view.shape[0], weight.view.shape[1]]);
    let result = match kind.part {
        RecurrentPart::Forward => forward(kind, &sizes, &others, &weight)?,
        RecurrentPart::Gradient => gradient(kind, &sizes, &others, &weight)?,
    };
    Ok(T::into_buffer(result))
}

fn forward<T: Number>(kind: Recurrent, sizes: &Sizes, operands: &[&[T]], weight: &View) -> Result<Vec<T>> {
    let &Sizes { batch, units, .. } = sizes;
    let (input, last) = (operands[0], operands.get(3).copied().unwrap_or_default());
    let weight = Matrix::new(operands[1], weight, 0);
    let mut tape = try_filled(sizes.steps * batch * sizes.tape, T::default())?;
    let mut hidden = operands[2].to_vec();
    let mut cells = if kind.cell == Cell::Lstm {
        last.to_vec()
    } else {
        Vec::new()
    };
    let mut product = try_filled(batch * sizes.gates, T::default())?;
    let mut workspace = T::workspace(batch, units, sizes.gates)?;
    let state_view = View::contiguous(&[1, batch, units]);
    for step in sizes.order(kind.is_reversed) {
        let input = &input[step * batch * sizes.gates..][..batch * sizes.gates];
        match kind.cell {
            Cell::Gru => product
                .chunks_exact_mut(sizes.gates)
                .for_each(|row| row.copy_from_slice(last)),
            Cell::Tanh | Cell::Relu | Cell::Lstm => product.copy_from_slice(input),
        }
        T::accumulate_product(
            &Matrix::new(&hidden, &state_view, 0),
            &weight,
            &mut product,
            &mut workspace,
        )?;
        if is_asked_after(batch * sizes.gates) {
            return Ok(tape);
        }
        let tape = &mut tape[step * batch * sizes.tape..][..batch * sizes.tape];
        for row in 0..batch {
            let product = &product[row * sizes.gates..][..sizes.gates];
            let input = &input[row * sizes.gates..][..sizes.gates];
            let tape = &mut tape[row * sizes.tape..][..sizes.tape];
            let hidden = &mut hidden[row * units..][..units];
            match kind.cell {
                Cell::Tanh => each(hidden, product, T::tanh_lanes),
                Cell::Relu => each(hidden, product, |x| if x < T::default() { T::default() } else { x }),
                Cell::Gru => gru(tape, product, input, hidden),
                Cell::Lstm => lstm(tape, product, &mut cells[row * units..][..units], hidden),
            }
            tape[sizes.tape - units..].copy_from_slice(hidden);
        }
    }
    Ok(tape)
}

#[inline(always)]
fn each<T: Number>(target: &mut [T], source: &[T], function: impl Fn(T) -> T) {
    for (target, &source) in target.iter_mut().zip(source) {
        *target = function(source);
    }
}

fn gru<T: Number>(tape: &mut [T], product: &[T], input: &[T], hidden: &mut [T]) {
    let units = hidden.len();
    let (gates, rest) = tape.split_at_mut(2 * units);
    let (new, rest) = rest.split_at_mut(units);
    let sums = product.iter().zip(input);
    for (gate, (&product, &input)) in gates.iter_mut().zip(sums) {
        *gate = (product + input).sigmoid();
    }
    let kept = &mut rest[..units];
    kept.copy_from_slice(&product[2 * units..]);
    let (reset, update) = gates.split_at(units);
    for (unit, new) in new.iter_mut().enumerate() {
        *new = (input[2 * units + unit] + kept[unit] * reset[unit]).tanh_lanes();
        hidden[unit] = (hidden[unit] - *new) * update[unit] + *new;
    }
}

fn lstm<T: Number>(tape: &mut [T], product: &[T], cells: &mut [T], hidden: &mut [T]) {
    let units = hidden.len();
    each(&mut tape[..2 * units], &product[..2 * units], T::sigmoid);
    each(
        &mut tape[2 * units..3 * units],
        &product[2 * units..3 * units],
        T::tanh_lanes,
    );
    each(&mut tape[3 * units..4 * units], &product[3 * units..], T::sigmoid);
    let (gates, rest) = tape.split_at_mut(4 * units);
    for (unit, cell) in cells.iter_mut().enumerate() {
        *cell = gates[units + unit] * *cell + gates[unit] * gates[2 * units + unit];
    }
    rest[..units].copy_from_slice(cells);
    let leave = &gates[3 * units..];
    for ((hidden, &cell), &leave) in hidden.iter_mut().zip(&*cells).zip(leave) {
        *hidden = leave * cell.tanh_lanes();
    }
}

fn gradient<T: Number>(kind: Recurrent, sizes: &Sizes, operands: &[&[T]], weight: &View) -> Result<Vec<T>> {
    let &Sizes { batch, units, .. } = sizes;
    let (tape, first, given) = (operands[0], operands[2], operands[3]);
    let weight = Matrix::new(operands[1], weight, 0);
    let first_cells = operands.get(5).copied().unwrap_or_default();
    let mut result = try_filled((sizes.steps + 1) * batch * sizes.gradient, T::default())?;
    // What later steps, or nobody yet, have said of the state and the cell after this step.
    let mut carried = operands[4].to_vec();
    let mut cells = operands.get(6).copied().unwrap_or_default().to_vec();
    let mut workspace = T::workspace(batch, sizes.gates, units)?;
    let products_view = View {
        shape: vec![1, batch, sizes.gates],
        strides: vec![0, sizes.gradient, 1],
        offset: 0,
    };
    let order = sizes.order(kind.is_reversed);
    for (place, &step) in order.iter().enumerate().rev() {
        let before = place.checked_sub(1).map(|place| order[place]);
        for row in 0..batch {
            let at = step * batch + row;
            let earlier = before.map(|step| &tape[(step * batch + row) * sizes.tape..][..sizes.tape]);
            let units_of = |first: &'_ [T]| row * units..(row * units + units).min(first.len());
            let hidden_before = earlier.map_or(&first[units_of(first)], |earlier| &earlier[sizes.tape - units..]);
            let carried = &mut carried[row * units..][..units];
            for (carried, &given) in carried.iter_mut().zip(&given[at * units..][..units]) {
                *carried += given;
            }
            let tape = &tape[at * sizes.tape..][..sizes.tape];
            let result = &mut result[at * sizes.gradient..][..sizes.gradient];
            match kind.cell {
                Cell::Tanh | Cell::Relu => plain_gradient(kind.cell, result, tape, carried),
                Cell::Gru => gru_gradient(result, tape, hidden_before, carried),
                Cell::Lstm => {
                    let cell_before = match earlier {
                        Some(earlier) => &earlier[4 * units..5 * units],
                        None => &first_cells[units_of(first_cells)],
                    };
                    lstm_gradient(result, tape, cell_before, carried, &mut cells[row * units..][..units]);
                }
            }
        }
        let products = Matrix::new(&result[step * batch * sizes.gradient..], &products_view, 0);
        T::accumulate_product(&products, &weight, &mut carried, &mut workspace)?;
        if is_asked_after(batch * sizes.gates) {
            return Ok(result);
        }
    }
    let last = &mut result[sizes.steps * batch * sizes.gradient..];
    for (row, result) in last.chunks_exact_mut(sizes.gradient).enumerate() {
        result[..units].copy_from_slice(&carried[row * units..][..units]);
        if kind.cell == Cell::Lstm {
            result[units..2 * units].copy_from_slice(&cells[row * units..][..units]);
        }
    }
    Ok(result)
}

/// Leaves in `carried` what reaches the state before by other ways than the product.
fn plain_gradient<T: Number>(cell: Cell, result: &mut [T], tape: &[T], carried: &mut [T]) {
    for ((result, carried), &hidden) in result.iter_mut().zip(carried).zip(tape) {
        *result = match cell {
            Cell::Relu if hidden > T::default() => *carried,
            Cell::Relu => T::default(),
            _ => hidden.through_tanh(*carried),
        };
        *carried = T::default();
    }
}

fn gru_gradient<T: Number>(result: &mut [T], tape: &[T], hidden_before: &[T], carried: &mut [T]) {
    let units = carried.len();
    for (unit, carried) in carried.iter_mut().enumerate() {
        let [reset, update, new, product] = [0, 1, 2, 3].map(|part| tape[part * units + unit]);
        let of_new = new.through_tanh(*carried * (T::one() - update));
        result[unit] = reset.through_sigmoid(of_new * product);
        result[units + unit] = update.through_sigmoid(*carried * (hidden_before[unit] - new));
        result[2 * units + unit] = of_new * reset;
        result[3 * units + unit] = of_new;
        *carried = *carried * update;
    }
}

fn lstm_gradient<T: Number>(result: &mut [T], tape: &[T], before: &[T], carried: &mut [T], cells: &mut [T]) {
    let units = carried.len();
    for (unit, (carried, of_cell)) in carried.iter_mut().zip(cells).enumerate() {
        let [enter, forget, new, leave, cell] = [0, 1, 2, 3, 4].map(|part| tape[part * units + unit]);
        let bent = cell.tanh_lanes();
        let g = *of_cell + bent.through_tanh(*carried * leave);
        result[unit] = enter.through_sigmoid(g * new);
        result[units + unit] = forget.through_sigmoid(g * before[unit]);
        result[2 * units + unit] = new.through_tanh(g * enter);
        result[3 * units + unit] = leave.through_sigmoid(*carried * bent);
        *of_cell = g * forget;
        *carried = T::default();
    }
}
