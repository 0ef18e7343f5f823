//! The innermost loops of the CPU device: functions of floats, and sums of products.
//!
//! The crate is compiled twice for the browser. As a library it is part of the recorder and keeps to the SIMD that every
//! browser has. As a module of its own, `kernel/loops.wasm`, it uses relaxed SIMD's multiplication and addition in one
//! instruction; browsers that have it link the two when a kernel starts (`public/kernel/loops.js`).
//!
//! It is a module of its own because WebAssembly's features hold for all that is optimised together: with relaxed SIMD on,
//! the compiler also turns comparisons such as `if x < y { y } else { x }` into `relaxed_max`, which loses NaN. What is
//! compiled here avoids those forms, and the build refuses a module with any other relaxed instruction (`tools/build/loops.mjs`).
//!
//! The module has no memory, data, stack or table of its own: functions keep to registers and what pointers give them.
//! Refuses to allocate and to know tensors. Read next: `number`, `lanes`, `products`, `exports`.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod exports;
pub mod lanes;
pub mod number;
pub mod products;
pub mod vector;

/// Loops check what they are given before they start, so that nothing here panics. `std` has a handler where it is linked.
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
