//! Convolution as matrix products: windows are gathered as columns, a piece of the outputs at a time.
//!
//! A piece fits the second-level cache. Where every window is one element, the input is its own column matrix.
//! Refuses to choose: `convolve` sends here what has enough channels. Read next: `cpu::matmul_block`.

use std::ops::Range;

use super::super::buffer::try_filled;
use super::super::matmul_block::{Matrix, Real};
use super::{Layout, Parts};
use crate::error::Result;
use crate::prim::Convolution;
use crate::stop::is_asked_after;
use crate::view::View;

/// Elements of a gathered piece.
const PIECE_ELEMENTS: usize = 128 * 1024;
/// Fewest outputs of a piece, so that products stay efficient for very deep windows.
const FEWEST_OUTPUTS: usize = 32;

/// Room for one piece, used again for every piece.
#[derive(Debug)]
pub struct Columns<T: Real> {
    /// `[ins * kernel, piece]`
    gathered: Vec<T>,
    /// A product before it is added to its place: `[outs, piece]`.
    product: Vec<T>,
    /// Outputs of a piece.
    piece: usize,
    workspace: T::Workspace,
}

fn matrix<T: Copy>(elements: &[T], rows: usize, columns: usize, strides: [usize; 2]) -> Matrix<'_, T> {
    let view = View {
        shape: vec![1, rows, columns],
        strides: vec![0, strides[0], strides[1]],
        offset: 0,
    };
    Matrix::new(elements, &view, 0)
}

impl<T: Real> Columns<T> {
    /// Room for a layout's pieces.
    pub fn new(layout: &Layout) -> Result<Columns<T>> {
        let depth = layout.ins * layout.kernel;
        let is_pointwise = layout.lines.is_pointwise();
        let piece = (PIECE_ELEMENTS / depth.max(1)).max(FEWEST_OUTPUTS).min(layout.outputs);
        // Each operation multiplies two of these extents over the third.
        let (outs, places) = (layout.outs, if is_pointwise { layout.outputs } else { piece });
        let workspace = T::workspace(outs.max(depth), depth.max(outs).max(places), places.max(depth))?;
        Ok(Columns {
            gathered: try_filled(if is_pointwise { 0 } else { depth * piece }, T::default())?,
            product: try_filled(if is_pointwise { 0 } else { layout.outs * piece }, T::default())?,
            piece,
            workspace,
        })
    }

    /// Adds one group's convolution to its part of the result.
    pub fn convolve(&mut self, op: Convolution, layout: &Layout, parts: Parts<'_, T>) -> Result<()> {
        if layout.lines.is_pointwise() {
            return pointwise(op, layout, parts, &mut self.workspace);
        }
        let Parts { a, b, result } = parts;
        let (outs, outputs, depth) = (layout.outs, layout.outputs, layout.ins * layout.kernel);
        for first in (0..outputs).step_by(self.piece) {
            let range = first..(first + self.piece).min(outputs);
            let len = range.len();
            // Gathering and spreading are steps as well, and most of the work where channels are few.
            if is_asked_after(depth * len) {
                break;
            }
            match op {
                Convolution::Forward => {
                    self.gather(layout, a, range.clone());
                    let product = &mut self.product[..outs * len];
                    product.fill(T::default());
                    let columns = matrix(&self.gathered, depth, len, [len, 1]);
                    T::accumulate_product(
                        &matrix(b, outs, depth, [depth, 1]),
                        &columns,
                        product,
                        &mut self.workspace,
                    )?;
                    for (line, to) in product.chunks_exact(len).zip(result.chunks_exact_mut(outputs)) {
                        to[range.clone()].copy_from_slice(line);
                    }
                }
                Convolution::InputGradient => {
                    let gathered = &mut self.gathered[..depth * len];
                    gathered.fill(T::default());
                    let g = matrix(&a[first..], outs, len, [outputs, 1]);
                    T::accumulate_product(&matrix(b, depth, outs, [1, depth]), &g, gathered, &mut self.workspace)?;
                    self.spread(layout, result, range);
                }
                Convolution::WeightGradient => {
                    self.gather(layout, a, range);
                    let g = matrix(&b[first..], outs, len, [outputs, 1]);
                    T::accumulate_product(
                        &g,
                        &matrix(&self.gathered, len, depth, [1, len]),
                        result,
                        &mut self.workspace,
                    )?;
                }
            }
        }
        Ok(())
    }

    /// The columns of a range of outputs; places in the padding are zero.
    fn gather(&mut self, layout: &Layout, x: &[T], range: Range<usize>) {
        let (len, step) = (range.len(), layout.lines.input_step());
        let gathered = &mut self.gathered[..layout.ins * layout.kernel * len];
        gathered.fill(T::default());
        for (row, to) in gathered.chunks_exact_mut(len).enumerate() {
            let (channel, kernel) = (row / layout.kernel, row % layout.kernel);
            let plane = &x[channel * layout.inputs..][..layout.inputs];
            layout.lines.for_each(kernel, range.clone(), |line| {
                let to = &mut to[line.output - range.start..][..line.len];
                let from = &plane[line.input..];
                if step == 1 {
                    to.copy_from_slice(&from[..line.len]);
                } else {
                    to.iter_mut()
                        .zip(from.iter().step_by(step))
                        .for_each(|(to, &element)| *to = element);
                }
            });
        }
    }

    /// Adds the columns of a range of outputs to where they were gathered from.
    fn spread(&self, layout: &Layout, x: &mut [T], range: Range<usize>) {
        let (len, step) = (range.len(), layout.lines.input_step());
        let gathered = &self.gathered[..layout.ins * layout.kernel * len];
        for (row, from) in gathered.chunks_exact(len).enumerate() {
            let (channel, kernel) = (row / layout.kernel, row % layout.kernel);
            let plane = &mut x[channel * layout.inputs..][..layout.inputs];
            layout.lines.for_each(kernel, range.clone(), |line| {
                let from = &from[line.output - range.start..][..line.len];
                let to = plane[line.input..].iter_mut();
                if step == 1 {
                    to.zip(from).for_each(|(to, &element)| *to += element);
                } else {
                    to.step_by(step).zip(from).for_each(|(to, &element)| *to += element);
                }
            });
        }
    }
}

fn pointwise<T: Real>(
    op: Convolution,
    layout: &Layout,
    parts: Parts<'_, T>,
    workspace: &mut T::Workspace,
) -> Result<()> {
    let Parts { a, b, result } = parts;
    let (ins, outs, places) = (layout.ins, layout.outs, layout.outputs);
    let (first, second) = match op {
        Convolution::Forward => (matrix(b, outs, ins, [ins, 1]), matrix(a, ins, places, [places, 1])),
        Convolution::InputGradient => (matrix(b, ins, outs, [1, ins]), matrix(a, outs, places, [places, 1])),
        Convolution::WeightGradient => (
            matrix(b, outs, places, [places, 1]),
            matrix(a, places, ins, [1, places]),
        ),
    };
    T::accumulate_product(&first, &second, result, workspace)
}
