//! The executor on a real device (natively any Vulkan driver, a software one included), against the CPU backend.
//!
//! Refuses to test planning without a device: see `tests/plans.rs`.
//! Read next: `bench`, which runs each primitive twice.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod attention;
mod bench;
mod elementwise;
mod faults;
mod fusion;
mod halves;
mod joined;
mod lines;
mod losses;
mod measured;
mod products;
mod random_graphs;
mod rows;
mod structural;
mod windows;
mod writes;
