//! One matrix product in blocks, for f32 and f64.
//!
//! `accumulate_product` walks blocks that fit the caches, packs them into strips, and multiplies strips
//! into tiles. A product with a single row or column is a matrix times a vector and is not packed.
//! Refuses to allocate results: it adds to what it is given.

use std::ops::{Add, AddAssign, Mul};

use super::buffer::{try_filled, try_vec};
use super::loops::{self, Linked, Target};
use crate::error::Result;
use crate::stop::is_asked_after;
use crate::view::View;

/// Depth of a block: a packed strip of the second matrix stays in the first-level cache.
const BLOCK_DEPTH: usize = 256;
/// Rows of a block of the first matrix; a multiple of every tile height.
const BLOCK_ROWS: usize = 64;
/// Columns of a packed block of the second matrix; a multiple of every tile width.
const BLOCK_COLUMNS: usize = 512;
/// Partial sums of a dot product, so that it vectorises.
const DOT_LANES: usize = 16;

/// f32 or f64. Height times width of a tile are as many sums as leave room in 16 vector registers.
pub trait Real: Linked + Add<Output = Self> + Mul<Output = Self> + AddAssign {
    /// Memory for products up to some sizes, to be used again and again.
    type Workspace: std::fmt::Debug;

    /// A workspace for products of these sizes and smaller ones.
    fn workspace(rows: usize, depth: usize, columns: usize) -> Result<Self::Workspace>;

    /// `target += a * b`, where `target` is row-major and none of the sizes is zero.
    fn accumulate_product(
        a: &Matrix<'_, Self>,
        b: &Matrix<'_, Self>,
        target: &mut [Self],
        workspace: &mut Self::Workspace,
    ) -> Result<()>;
}

macro_rules! implement_real {
    ($real:ident, $tile_rows:literal, $tile_columns:literal) => {
        impl Real for $real {
            type Workspace = Workspace<$real, $tile_rows, $tile_columns>;

            fn workspace(rows: usize, depth: usize, columns: usize) -> Result<Self::Workspace> {
                Workspace::new(rows, depth, columns)
            }

            fn accumulate_product(
                a: &Matrix<'_, Self>,
                b: &Matrix<'_, Self>,
                target: &mut [Self],
                workspace: &mut Self::Workspace,
            ) -> Result<()> {
                accumulate_product(a, b, target, workspace)
            }
        }
    };
}
implement_real!(f32, 4, 8);
implement_real!(f64, 4, 4);

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

/// Packed blocks of both matrices.
#[derive(Debug)]
pub struct Workspace<T, const MR: usize, const NR: usize> {
    a: PackedBlock<T, MR>,
    b: PackedBlock<T, NR>,
}

impl<T: Real, const MR: usize, const NR: usize> Workspace<T, MR, NR> {
    fn new(rows: usize, depth: usize, columns: usize) -> Result<Workspace<T, MR, NR>> {
        let depth = depth.min(BLOCK_DEPTH);
        Ok(Workspace {
            a: PackedBlock::new(depth, rows.min(BLOCK_ROWS))?,
            b: PackedBlock::new(depth, columns.min(BLOCK_COLUMNS))?,
        })
    }
}

/// Strips of `W` rows (or columns) each: groups of `W` elements, one a step of depth.
#[derive(Debug)]
struct PackedBlock<T, const W: usize> {
    groups: Vec<[T; W]>,
    depth: usize,
}

impl<T: Real, const W: usize> PackedBlock<T, W> {
    /// Room for blocks up to these sizes.
    fn new(depth: usize, extent: usize) -> Result<PackedBlock<T, W>> {
        let groups = try_vec(extent.div_ceil(W) * depth)?;
        Ok(PackedBlock { groups, depth })
    }

    /// Packs `extent` rows from `first` and `depth` columns from `first_depth`; missing rows become zeros.
    fn pack(&mut self, matrix: Matrix<'_, T>, first: usize, extent: usize, first_depth: usize, depth: usize) {
        self.depth = depth;
        self.groups.clear();
        for strip_first in (0..extent).step_by(W) {
            let strip_rows = W.min(extent - strip_first);
            let start = (first + strip_first) * matrix.row_step + first_depth * matrix.column_step;
            let source = &matrix.elements[start..];
            let is_whole = strip_rows == W;
            if matrix.row_step == 1 && is_whole {
                let columns = (0..depth).map(|place| source[place * matrix.column_step..].first_chunk());
                self.groups
                    .extend(columns.map(|column| column.copied().unwrap_or([T::default(); W])));
            } else if matrix.column_step == 1 && is_whole {
                let lines: [&[T]; W] = std::array::from_fn(|row| &source[row * matrix.row_step..][..depth]);
                let groups = (0..depth).map(|place| std::array::from_fn(|row| lines[row][place]));
                self.groups.extend(groups);
            } else {
                for place in 0..depth {
                    let mut group = [T::default(); W];
                    for (row, to) in group[..strip_rows].iter_mut().enumerate() {
                        *to = source[row * matrix.row_step + place * matrix.column_step];
                    }
                    self.groups.push(group);
                }
            }
        }
    }

    fn strips(&self) -> impl Iterator<Item = &[[T; W]]> {
        self.groups.chunks_exact(self.depth)
    }
}

/// Adds a tile at a place, as far as it lies inside the target.
fn add_tile<T: Real, const MR: usize, const NR: usize>(
    target: &mut Target<'_, T>,
    [first_row, first_column]: [usize; 2],
    tile: &[[T; NR]; MR],
) {
    let num_columns = NR.min(target.columns - first_column);
    for (row, line) in (first_row..target.rows).zip(tile) {
        let to = &mut target.elements[row * target.row_step + first_column..][..num_columns];
        if let Some(whole) = to.first_chunk_mut::<NR>() {
            whole.iter_mut().zip(line).for_each(|(to, &sum)| *to += sum);
        } else {
            to.iter_mut().zip(line).for_each(|(to, &sum)| *to += sum);
        }
    }
}

fn accumulate_product<T: Real, const MR: usize, const NR: usize>(
    a: &Matrix<'_, T>,
    b: &Matrix<'_, T>,
    target: &mut [T],
    workspace: &mut Workspace<T, MR, NR>,
) -> Result<()> {
    let (rows, depth, columns) = (a.rows, a.columns, b.columns);
    if columns == 1 {
        return multiply_vector(*a, b.transposed(), target);
    }
    if rows == 1 {
        return multiply_vector(b.transposed(), *a, target);
    }
    for first_column in (0..columns).step_by(BLOCK_COLUMNS) {
        let num_columns = BLOCK_COLUMNS.min(columns - first_column);
        for first_depth in (0..depth).step_by(BLOCK_DEPTH) {
            let num_depth = BLOCK_DEPTH.min(depth - first_depth);
            let packed_b = &mut workspace.b;
            packed_b.pack(b.transposed(), first_column, num_columns, first_depth, num_depth);
            for first_row in (0..rows).step_by(BLOCK_ROWS) {
                let num_rows = BLOCK_ROWS.min(rows - first_row);
                let target = Target {
                    elements: &mut target[first_row * columns + first_column..],
                    row_step: columns,
                    rows: num_rows,
                    columns: num_columns,
                };
                workspace.a.pack(*a, first_row, num_rows, first_depth, num_depth);
                multiply_blocks(&workspace.a, packed_b, target);
                if is_asked_after(num_rows * num_columns * num_depth) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn multiply_blocks<T: Real, const MR: usize, const NR: usize>(
    a: &PackedBlock<T, MR>,
    b: &PackedBlock<T, NR>,
    mut target: Target<'_, T>,
) {
    if loops::multiply_blocks(&a.groups, &b.groups, a.depth, &mut target) {
        return;
    }
    for (first_column, b_strip) in (0..target.columns).step_by(NR).zip(b.strips()) {
        for (first_row, a_strip) in (0..target.rows).step_by(MR).zip(a.strips()) {
            let tile = multiply_strips::<T, MR, NR>(a_strip, b_strip);
            add_tile(&mut target, [first_row, first_column], &tile);
        }
    }
}

/// The innermost loop: one column of `a` times one row of `b` after another, added to sums held in registers.
///
/// Not written out further: the compiler would then read several factors at once and shuffle them apart,
/// which costs more than counting.
#[inline(always)]
fn multiply_strips<T: Real, const MR: usize, const NR: usize>(a: &[[T; MR]], b: &[[T; NR]]) -> [[T; NR]; MR] {
    let mut sums = [[T::default(); NR]; MR];
    for (a_group, b_group) in a.iter().zip(b) {
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
    if let Some(sum) = loops::dot(x, y) {
        return sum;
    }
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
