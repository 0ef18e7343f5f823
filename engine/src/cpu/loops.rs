//! The innermost loops that a browser with relaxed SIMD brings: functions of another WebAssembly module over this one's memory.
//!
//! `link` takes them in, one by one, when a kernel starts; until then, and in other browsers, every caller has a loop of its own.
//! They multiply and add with one rounding, so results differ in their last digits from those of the plain loops. Native
//! builds with `-C target-feature=+fma` use the same functions, so that every test can be run with this rounding.
//! Lengths are checked here, since the functions check nothing. Read next: the crate `carrel-loops`.
#![allow(
    unsafe_code,
    reason = "the functions of another module take pointers; slices whose lengths are checked stand behind each"
)]

use std::cell::Cell;

use carrel_loops::exports::{self, Dot, MultiplyBlocks};
use carrel_loops::products::{Block, TILE_ROWS, TILE_VECTORS};

/// Products of one dtype.
#[derive(Debug)]
pub struct Products<T> {
    multiply_blocks: Cell<Option<MultiplyBlocks<T>>>,
    dot: Cell<Option<Dot<T>>>,
}

/// Whether this build multiplies and adds in one instruction by itself.
const IS_FUSED: bool = cfg!(target_feature = "fma");

thread_local! {
    static F32: Products<f32> = const { Products {
        multiply_blocks: Cell::new(if IS_FUSED { Some(exports::multiply_blocks_f32) } else { None }),
        dot: Cell::new(if IS_FUSED { Some(exports::dot_f32) } else { None }),
    } };
    static F64: Products<f64> = const { Products {
        multiply_blocks: Cell::new(if IS_FUSED { Some(exports::multiply_blocks_f64) } else { None }),
        dot: Cell::new(if IS_FUSED { Some(exports::dot_f64) } else { None }),
    } };
}

/// Takes in the function of a name that has this place in the module's table of functions; false if the name is not known.
///
/// # Safety
/// A function of the type that `carrel_loops::exports` has under this name is there, and stays.
#[cfg(target_arch = "wasm32")]
pub unsafe fn link(name: &str, place: usize) -> bool {
    let pointer = std::ptr::without_provenance::<()>(place);
    macro_rules! set {
        ($cell:expr, $function:ty) => {
            // SAFETY: on WebAssembly a function's pointer is its place in the table, and the caller vouches for its type.
            $cell.set(Some(unsafe { std::mem::transmute::<*const (), $function>(pointer) }))
        };
    }
    match name {
        "multiply_blocks_f32" => F32.with(|products| set!(products.multiply_blocks, MultiplyBlocks<f32>)),
        "multiply_blocks_f64" => F64.with(|products| set!(products.multiply_blocks, MultiplyBlocks<f64>)),
        "dot_f32" => F32.with(|products| set!(products.dot, Dot<f32>)),
        "dot_f64" => F64.with(|products| set!(products.dot, Dot<f64>)),
        _ => return false,
    }
    true
}

/// A dtype that products are computed in.
pub trait Linked: Copy + Default + 'static {
    /// Elements of a register.
    const WIDTH: usize;
    /// Calls with what was linked for it.
    fn with_products<R>(work: impl FnOnce(&Products<Self>) -> R) -> R;
}

impl Linked for f32 {
    const WIDTH: usize = 4;
    fn with_products<R>(work: impl FnOnce(&Products<f32>) -> R) -> R {
        F32.with(work)
    }
}

impl Linked for f64 {
    const WIDTH: usize = 2;
    fn with_products<R>(work: impl FnOnce(&Products<f64>) -> R) -> R {
        F64.with(work)
    }
}

/// Where a product of blocks is added: row-major, with rows that are `row_step` apart.
#[derive(Debug)]
pub struct Target<'a, T> {
    /// From its first element on.
    pub elements: &'a mut [T],
    /// Elements from one row to the next.
    pub row_step: usize,
    /// Its height.
    pub rows: usize,
    /// Its width.
    pub columns: usize,
}

/// Adds the product of packed blocks of this depth, if there is a function for that.
pub fn multiply_blocks<T: Linked, const MR: usize, const NR: usize>(
    a: &[[T; MR]],
    b: &[[T; NR]],
    depth: usize,
    target: &mut Target<'_, T>,
) -> bool {
    const { assert!(MR == TILE_ROWS && NR == TILE_VECTORS * T::WIDTH) };
    let Some(function) = T::with_products(|products| products.multiply_blocks.get()) else {
        return false;
    };
    let &mut Target {
        ref mut elements,
        row_step,
        rows,
        columns,
    } = target;
    let target_len = rows.saturating_sub(1) * row_step + columns;
    let has_room = rows.div_ceil(MR) * depth <= a.len() && columns.div_ceil(NR) * depth <= b.len();
    if !has_room || target_len > elements.len() {
        return false;
    }
    let mut edge = [[T::default(); NR]; MR];
    let block = Block {
        a: a.as_ptr().cast(),
        b: b.as_ptr().cast(),
        target: elements.as_mut_ptr(),
        edge: edge.as_mut_ptr().cast(),
        depth,
        rows,
        columns,
        row_step,
    };
    // SAFETY: the lengths were checked above, and the target is borrowed for this call alone.
    unsafe { function(&block) };
    true
}

/// The sum of the products of two slices of one length, if there is a function for that.
pub fn dot<T: Linked>(x: &[T], y: &[T]) -> Option<T> {
    let function = T::with_products(|products| products.dot.get())?;
    // SAFETY: both slices have as many elements.
    Some(unsafe { function(x.as_ptr(), y.as_ptr(), x.len().min(y.len())) })
}
