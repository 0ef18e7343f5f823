//! Sums of products with one rounding each: blocks of matrix products and dot products.
//!
//! Operands are packed as the engine's `cpu::matmul_block` packs them: a block of the first matrix is strips of
//! [`TILE_ROWS`] rows, one of the second strips of two registers of columns. A tile of that height and width is
//! as many sums as the pipelines of a processor need to be busy, and leaves room for the factors in 16 registers.
//! Refuses to pack and to check: see [`Block`] for what must hold.

use core::slice;

use super::vector::Vector;

/// Rows of a tile.
pub const TILE_ROWS: usize = 4;
/// Registers in a row of a tile.
pub const TILE_VECTORS: usize = 2;
/// Registers that a dot product sums in.
const DOT_VECTORS: usize = 4;

/// Two packed blocks and the part of a row-major matrix that their product is added to.
///
/// `a` points to `rows / TILE_ROWS` (rounded up) strips of `depth * TILE_ROWS` elements, `b` to strips of `depth` times
/// two registers for `columns` likewise. `target` has `columns` elements in each of `rows` rows, `row_step` apart.
/// `edge` is room for one tile: those that reach over the target's border are made there first.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Block<T> {
    /// The packed block of the first matrix.
    pub a: *const T,
    /// The packed block of the second matrix.
    pub b: *const T,
    /// Where the product is added.
    pub target: *mut T,
    /// Room for a tile.
    pub edge: *mut T,
    /// Columns of the first block and rows of the second; not 0.
    pub depth: usize,
    /// Rows of the first block.
    pub rows: usize,
    /// Columns of the second block.
    pub columns: usize,
    /// Elements from one row of the target to the next.
    pub row_step: usize,
}

/// Adds the product of two packed blocks.
///
/// # Safety
/// Everything that [`Block`] says about its pointers holds, and nothing else reads or writes the target and the edge.
#[inline(always)]
#[allow(unsafe_code, reason = "the caller vouches for the pointers of a block")]
pub unsafe fn multiply_blocks<V: Vector>(block: Block<V::Element>) {
    let Block {
        depth,
        rows,
        columns,
        row_step,
        ..
    } = block;
    let width = TILE_VECTORS * V::WIDTH;
    let mut b = block.b;
    for first_column in (0..columns).step_by(width) {
        let mut a = block.a;
        for first_row in (0..rows).step_by(TILE_ROWS) {
            // SAFETY: strips follow one another in both blocks; tiles inside the target are whole, others go to the edge.
            unsafe {
                let is_whole = first_row + TILE_ROWS <= rows && first_column + width <= columns;
                let target = block.target.add(first_row * row_step + first_column);
                let sums = multiply_strips::<V>(a, b, depth);
                if is_whole {
                    for (row, line) in sums.into_iter().enumerate() {
                        for (place, sum) in line.into_iter().enumerate() {
                            let to = target.add(row * row_step + place * V::WIDTH);
                            V::load(to).plus(sum).store(to);
                        }
                    }
                } else {
                    for (row, line) in sums.into_iter().enumerate() {
                        for (place, sum) in line.into_iter().enumerate() {
                            sum.store(block.edge.add(row * width + place * V::WIDTH));
                        }
                    }
                    for row in 0..TILE_ROWS.min(rows - first_row) {
                        for column in 0..width.min(columns - first_column) {
                            *target.add(row * row_step + column) += *block.edge.add(row * width + column);
                        }
                    }
                }
                a = a.add(TILE_ROWS * depth);
            }
        }
        // SAFETY: as above; behind the last strip this is one past the end.
        b = unsafe { b.add(width * depth) };
    }
}

/// One column of a strip of `a` times one row of a strip of `b` after another, added to sums held in registers.
#[inline(always)]
#[allow(unsafe_code, reason = "the caller vouches for the strips")]
unsafe fn multiply_strips<V: Vector>(
    a: *const V::Element,
    b: *const V::Element,
    depth: usize,
) -> [[V; TILE_VECTORS]; TILE_ROWS] {
    let mut sums = [[V::zero(); TILE_VECTORS]; TILE_ROWS];
    let (mut a, mut b) = (a, b);
    for _ in 0..depth {
        // SAFETY: the strips are `depth` times a tile's height and width long.
        unsafe {
            let factors: [V; TILE_VECTORS] = [V::load(b), V::load(b.add(V::WIDTH))];
            for (row, line) in sums.iter_mut().enumerate() {
                let element = V::repeat(*a.add(row));
                for (sum, factor) in line.iter_mut().zip(factors) {
                    *sum = element.multiply_add(factor, *sum);
                }
            }
            a = a.add(TILE_ROWS);
            b = b.add(TILE_VECTORS * V::WIDTH);
        }
    }
    sums
}

/// The sum of the products of two slices.
///
/// # Safety
/// `len` elements can be read from both.
#[inline(always)]
#[allow(unsafe_code, reason = "the caller vouches for the pointers")]
pub unsafe fn dot<V: Vector>(x: *const V::Element, y: *const V::Element, len: usize) -> V::Element {
    let step = DOT_VECTORS * V::WIDTH;
    let mut sums = [V::zero(); DOT_VECTORS];
    let whole = len - len % step;
    for first in (0..whole).step_by(step) {
        for (place, sum) in sums.iter_mut().enumerate() {
            let at = first + place * V::WIDTH;
            // SAFETY: `at` and the register's width behind it are less than `len`.
            *sum = unsafe { V::load(x.add(at)).multiply_add(V::load(y.add(at)), *sum) };
        }
    }
    // Halves are added to halves, which keeps the error of long sums small.
    let total = sums[0].plus(sums[2]).plus(sums[1].plus(sums[3]));
    // SAFETY: `len` elements can be read.
    let (x_rest, y_rest) = unsafe {
        (
            slice::from_raw_parts(x.add(whole), len - whole),
            slice::from_raw_parts(y.add(whole), len - whole),
        )
    };
    let mut rest = V::zero();
    for (&x, &y) in x_rest.iter().zip(y_rest) {
        rest = V::repeat(x).multiply_add(V::repeat(y), rest);
    }
    let mut sum = total.sum();
    sum += rest.first();
    sum
}

#[cfg(test)]
#[allow(unsafe_code, reason = "tests call what takes pointers")]
mod tests {
    use super::*;
    use crate::vector::{F32s, F64s};

    /// Elements whose products and sums are exact, in any order and with any number of roundings.
    fn element(index: usize) -> i8 {
        (index * 7 % 11) as i8 - 5
    }

    macro_rules! tests_of {
        ($name:ident, $element:ident, $vector:ident) => {
            mod $name {
                use super::*;

                /// The strips of a matrix given by a function of row and place, `width` rows each.
                fn packed(
                    rows: usize,
                    depth: usize,
                    width: usize,
                    at: impl Fn(usize, usize) -> $element,
                ) -> Vec<$element> {
                    let strips = (0..rows).step_by(width);
                    let places = strips.flat_map(|first| (0..depth).map(move |place| (first, place)));
                    let elements =
                        places.flat_map(|(first, place)| (first..first + width).map(move |row| (row, place)));
                    elements
                        .map(|(row, place)| if row < rows { at(row, place) } else { 0.0 })
                        .collect()
                }

                #[test]
                fn blocks_of_every_border() {
                    for (rows, depth, columns) in [
                        (1, 1, 1),
                        (4, 3, 8),
                        (5, 7, 9),
                        (8, 2, 4),
                        (3, 5, 20),
                        (13, 17, 31),
                    ] {
                        let (a_at, b_at) = (
                            |row, place| $element::from(element(row * depth + place)),
                            |column, place| $element::from(element(place * columns + column + 3)),
                        );
                        let a = packed(rows, depth, TILE_ROWS, a_at);
                        let b = packed(columns, depth, TILE_VECTORS * $vector::WIDTH, b_at);
                        let row_step = columns + 2;
                        let mut target = vec![1.0; rows * row_step];
                        let mut edge = vec![0.0; TILE_ROWS * TILE_VECTORS * $vector::WIDTH];
                        let block = Block {
                            a: a.as_ptr(),
                            b: b.as_ptr(),
                            target: target.as_mut_ptr(),
                            edge: edge.as_mut_ptr(),
                            depth,
                            rows,
                            columns,
                            row_step,
                        };
                        // SAFETY: the strips are padded, and the target has a row step for each row.
                        unsafe { multiply_blocks::<$vector>(block) };
                        for (index, &found) in target.iter().enumerate() {
                            let (row, column) = (index / row_step, index % row_step);
                            let sum: $element = (0..depth)
                                .map(|place| a_at(row, place) * b_at(column, place))
                                .sum();
                            let expected = if column < columns { 1.0 + sum } else { 1.0 };
                            assert_eq!(found, expected, "{row} {column} of {rows} x {depth} x {columns}");
                        }
                    }
                }

                #[test]
                fn dots_of_every_length() {
                    for len in [0, 1, 3, 7, 8, 15, 16, 17, 40] {
                        let x: Vec<$element> = (0..len).map(|index| $element::from(element(index))).collect();
                        let y: Vec<$element> = (0..len).map(|index| $element::from(element(index + 4))).collect();
                        let expected: $element = x.iter().zip(&y).map(|(x, y)| x * y).sum();
                        // SAFETY: both have that many elements.
                        assert_eq!(unsafe { dot::<$vector>(x.as_ptr(), y.as_ptr(), len) }, expected);
                    }
                    let (x, y) = ([1.0, $element::NAN, 2.0], [0.0; 3]);
                    // SAFETY: both have three elements.
                    assert!(unsafe { dot::<$vector>(x.as_ptr(), y.as_ptr(), 3) }.is_nan());
                }
            }
        };
    }
    tests_of!(of_f32, f32, F32s);
    tests_of!(of_f64, f64, F64s);
}
