//! Hostile input, made from a seed: whatever comes in, the engine answers with a result or an error.
//!
//! `CARREL_FUZZ_ROUNDS` multiplies the work (the short run is part of every test run, `make fuzz` runs long),
//! `CARREL_FUZZ_SEED` changes what is made. A finding prints the seed and the call that led to it.
//! Refuses to judge values: see `tests/executor/random_graphs.rs` and `engine/python/tests/property_graphs.py`.
//! Read next: `noise`, then `entry_points`, `messages`, `programs`.
#![cfg(all(feature = "recorder", feature = "executor"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod entry_points;
mod long_chains;
mod messages;
mod noise;
mod on_device;
mod programs;
mod recipes;
mod sizes;
