//! The innermost loops of the CPU device that multiply and add: blocks of matrix products, and dot products.
//!
//! The crate is compiled twice for the browser. As a library it tells the recorder the functions' types. As a module of its
//! own, `kernel/loops.wasm`, it uses relaxed SIMD's multiplication and addition in one instruction; browsers that have it link
//! the two when a kernel starts (`public/kernel/loops.js`).
//!
//! It is a module of its own because WebAssembly's features hold for all that is optimised together: with relaxed SIMD on,
//! the compiler also turns comparisons such as `if x < y { y } else { x }` into `relaxed_max`, which loses NaN. Nothing is
//! compared here, and the build refuses a module with any other relaxed instruction (`tools/build/loops.mjs`).
//!
//! The module has no memory, data, stack or table of its own: functions keep to registers and what pointers give them.
//! Refuses to allocate and to know tensors, and functions like exp: with one rounding they were a third faster, but a long
//! training then ended in other digits than PyTorch's. Read next: `products`, `vector`, `exports`.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod exports;
pub mod products;
pub mod vector;

/// Nothing here panics, but the language asks for this function. `std` has one where it is linked.
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
