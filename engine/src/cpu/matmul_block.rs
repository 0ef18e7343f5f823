//! One matrix product in blocks, for f32 and f64.
//!
//! `accumulate_product` walks blocks that fit the caches, packs them into strips, and multiplies strips
//! into tiles. A product with a single row or column is a matrix times a vector and is not packed.
//! Refuses to allocate results: it adds to what it is given.

use std::ops::{Add, AddAssign, Mul};

use super::buffer::try_filled;
use crate::error::Result;
use crate::view::View;

/// Depth of a packed block: a strip of the second matrix stays in the first-level cache.
const BLOCK_DEPTH: usize = 256;
/// Rows of a packed block of the first matrix; a multiple of every tile height.
const BLOCK_ROWS: usize = 64;
/// Columns of a packed block of the second matrix; a multiple of every tile width.
const BLOCK_COLUMNS: usize = 512;
/// Partial sums of a dot product, so that it vectorises.
const DOT_LANES: usize = 16;

/// f32 or f64.
pub trait Real: Copy + Default + Add<Output = Self> + Mul<Output = Self> + AddAssign {
    /// Multiplies packed strips of `MR` rows and `NR` columns and adds the tile to the result.
    fn multiply_blocks(a: &PackedBlock<Self>, b: &PackedBlock<Self>, target: Tile<'_, Self>);
    /// Height of a tile.
    const TILE_ROWS: usize;
    /// Width of a tile: with the height, as many accumulators as fit 16 vector registers.
    const TILE_COLUMNS: usize;
}

impl Real for f32 {
    const TILE_ROWS: usize = 4;
    const TILE_COLUMNS: usize = 8;
    fn multiply_blocks(a: &PackedBlock<f32>, b: &PackedBlock<f32>, target: Tile<'_, f32>) {
        multiply::<f32, 4, 8>(a, b, target);
    }
}

impl Real for f64 {
    const TILE_ROWS: usize = 4;
    const TILE_COLUMNS: usize = 4;
    fn multiply_blocks(a: &PackedBlock<f64>, b: &PackedBlock<f64>, target: Tile<'_, f64>) {
        multiply::<f64, 4, 4>(a, b, target);
    }
}

/// One matrix of a strided batch.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    elements: &'a [T],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a, T: Copy> Matrix<'a, T> {
    /// The matrix of a `[B, rows, columns]` view at a place in the batch.
    pub fn new(elements: &'a [T], view: &View, batch: usize) -> Matrix<'a, T> {
        Matrix {
            elements: &elements[view.offset + batch * view.strides[0]..],
            rows: view.shape[1],
            columns: view.shape[2],
            row_step: view.strides[1],
            column_step: view.strides[2],
        }
    }

    fn transposed(self) -> Matrix<'a, T> {
        Matrix {
            elements: self.elements,
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
        }
    }
}

/// Strips of `width` rows (or columns) each, the depth running innermost but for the strip itself.
#[derive(Debug)]
pub struct PackedBlock<T> {
    elements: Vec<T>,
    width: usize,
    depth: usize,
}

impl<T: Real> PackedBlock<T> {
    fn new(width: usize, depth: usize, extent: usize) -> Result<PackedBlock<T>> {
        let elements = try_filled(extent.div_ceil(width) * width * depth, T::default())?;
        Ok(PackedBlock { elements, width, depth })
    }

    /// Packs `extent` rows from `first` and `depth` columns from `first_depth`; missing rows become zeros.
    fn pack(&mut self, matrix: Matrix<'_, T>, first: usize, extent: usize, first_depth: usize, depth: usize) {
        self.depth = depth;
        let width = self.width;
        for (strip_index, strip) in self.elements.chunks_exact_mut(width * depth).enumerate() {
            let strip_first = strip_index * width;
            if strip_first >= extent {
                break;
            }
            let strip_rows = width.min(extent - strip_first);
            let start = (first + strip_first) * matrix.row_step + first_depth * matrix.column_step;
            let source = &matrix.elements[start..];
            if matrix.row_step == 1 {
                for (place, group) in strip.chunks_exact_mut(width).enumerate() {
                    group[..strip_rows].copy_from_slice(&source[place * matrix.column_step..][..strip_rows]);
                    group[strip_rows..].fill(T::default());
                }
            } else {
                for row in 0..width {
                    let places = strip[row..].iter_mut().step_by(width);
                    if row < strip_rows {
                        let line = source[row * matrix.row_step..]
                            .iter()
                            .step_by(matrix.column_step.max(1));
                        if matrix.column_step == 0 {
                            places.for_each(|place| *place = source[row * matrix.row_step]);
                        } else {
                            places.zip(line).for_each(|(place, &element)| *place = element);
                        }
                    } else {
                        places.for_each(|place| *place = T::default());
                    }
                }
            }
        }
    }
}

/// The part of the row-major result that a pair of blocks adds to.
#[derive(Debug)]
pub struct Tile<'a, T> {
    elements: &'a mut [T],
    row_step: usize,
    rows: usize,
    columns: usize,
}

/// `target += a * b`, where `target` is row-major and none of the sizes is zero.
pub fn accumulate_product<T: Real>(a: &Matrix<'_, T>, b: &Matrix<'_, T>, target: &mut [T]) -> Result<()> {
    let (rows, depth, columns) = (a.rows, a.columns, b.columns);
    if columns == 1 {
        return multiply_vector(*a, b.transposed(), target);
    }
    if rows == 1 {
        return multiply_vector(b.transposed(), *a, target);
    }
    let mut packed_a = PackedBlock::new(T::TILE_ROWS, depth.min(BLOCK_DEPTH), rows.min(BLOCK_ROWS))?;
    let mut packed_b = PackedBlock::new(T::TILE_COLUMNS, depth.min(BLOCK_DEPTH), columns.min(BLOCK_COLUMNS))?;
    for first_column in (0..columns).step_by(BLOCK_COLUMNS) {
        let num_columns = BLOCK_COLUMNS.min(columns - first_column);
        for first_depth in (0..depth).step_by(BLOCK_DEPTH) {
            let num_depth = BLOCK_DEPTH.min(depth - first_depth);
            packed_b.pack(b.transposed(), first_column, num_columns, first_depth, num_depth);
            for first_row in (0..rows).step_by(BLOCK_ROWS) {
                let num_rows = BLOCK_ROWS.min(rows - first_row);
                packed_a.pack(*a, first_row, num_rows, first_depth, num_depth);
                let elements = &mut target[first_row * columns + first_column..];
                T::multiply_blocks(
                    &packed_a,
                    &packed_b,
                    Tile {
                        elements,
                        row_step: columns,
                        rows: num_rows,
                        columns: num_columns,
                    },
                );
            }
        }
    }
    Ok(())
}

fn multiply<T: Real, const MR: usize, const NR: usize>(a: &PackedBlock<T>, b: &PackedBlock<T>, target: Tile<'_, T>) {
    let b_strips = b.elements.chunks_exact(NR * b.depth);
    for (first_column, b_strip) in (0..target.columns).step_by(NR).zip(b_strips) {
        let a_strips = a.elements.chunks_exact(MR * a.depth);
        for (first_row, a_strip) in (0..target.rows).step_by(MR).zip(a_strips) {
            let sums = multiply_strips::<T, MR, NR>(a_strip, b_strip);
            let num_columns = NR.min(target.columns - first_column);
            for (row, line) in (first_row..target.rows).zip(&sums) {
                let to = &mut target.elements[row * target.row_step + first_column..][..num_columns];
                to.iter_mut().zip(line).for_each(|(to, &sum)| *to += sum);
            }
        }
    }
}

/// The innermost loop: one column of `a` times one row of `b`, added to sums held in registers.
#[inline(always)]
fn multiply_strips<T: Real, const MR: usize, const NR: usize>(a: &[T], b: &[T]) -> [[T; NR]; MR] {
    let mut sums = [[T::default(); NR]; MR];
    let (a_groups, _) = a.as_chunks::<MR>();
    let (b_groups, _) = b.as_chunks::<NR>();
    for (a_group, b_group) in a_groups.iter().zip(b_groups) {
        for row in 0..MR {
            for column in 0..NR {
                sums[row][column] += a_group[row] * b_group[column];
            }
        }
    }
    sums
}

/// `target += matrix * vector`; the vector is a matrix of one row.
fn multiply_vector<T: Real>(matrix: Matrix<'_, T>, vector: Matrix<'_, T>, target: &mut [T]) -> Result<()> {
    let mut factors = try_filled(vector.columns, T::default())?;
    for (index, factor) in factors.iter_mut().enumerate() {
        *factor = vector.elements[index * vector.column_step];
    }
    if matrix.row_step == 1 {
        for (&factor, column) in factors.iter().zip(0..) {
            let elements = &matrix.elements[column * matrix.column_step..][..matrix.rows];
            target
                .iter_mut()
                .zip(elements)
                .for_each(|(to, &element)| *to += element * factor);
        }
        return Ok(());
    }
    for (row, to) in target.iter_mut().enumerate() {
        let elements = &matrix.elements[row * matrix.row_step..];
        *to += if matrix.column_step == 1 {
            dot(&elements[..matrix.columns], &factors)
        } else {
            let products = factors
                .iter()
                .enumerate()
                .map(|(index, &factor)| elements[index * matrix.column_step] * factor);
            products.fold(T::default(), |sum, product| sum + product)
        };
    }
    Ok(())
}

fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    let mut lanes = [T::default(); DOT_LANES];
    let ((x_groups, x_rest), (y_groups, y_rest)) = (x.as_chunks::<DOT_LANES>(), y.as_chunks::<DOT_LANES>());
    for (x_group, y_group) in x_groups.iter().zip(y_groups) {
        for lane in 0..DOT_LANES {
            lanes[lane] += x_group[lane] * y_group[lane];
        }
    }
    for ((lane, &x), &y) in lanes.iter_mut().zip(x_rest).zip(y_rest) {
        *lane += x * y;
    }
    // Halves are added to halves, which keeps the error of long sums small.
    let mut width = DOT_LANES / 2;
    while width > 0 {
        for lane in 0..width {
            let other = lanes[lane + width];
            lanes[lane] += other;
        }
        width /= 2;
    }
    lanes[0]
}
