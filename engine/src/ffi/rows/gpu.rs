//! Rows about the GPU: reads, flushing, counters.
//!
//! A read is asked for with `gpu_read`, waited for by the glue, and taken with `gpu_take`.

use crate::apply::check_dtype;
use crate::context;
use crate::ffi::args::Outcome;
use crate::ffi::table::Row;
use crate::ops::copy;
use crate::storage::Device;

/// The rows.
pub const ROWS: &[Row] = &[
    ("gpu_available -> b", |_| {
        Ok(context::with_gpu(|gpu| gpu.is_available).into())
    }),
    // A ticket for the elements of a GPU tensor; sends the graph.
    ("gpu_read T -> i", |a| {
        Ok(Outcome::Number(f64::from(copy::read(&a.tensor()?)?)))
    }),
    ("gpu_ready i -> b", |a| {
        let ticket = a.int()? as u32;
        Ok(context::with_gpu(|gpu| gpu.is_ready(ticket)).into())
    }),
    // The CPU copy of the tensor that was read; its gradient flows back to the tensor.
    ("gpu_take i T -> T", |a| {
        let (ticket, source) = (a.int()? as u32, a.tensor()?);
        Ok(copy::take(ticket, source.dtype(), &source.shape(), Some(&source))?.into())
    }),
    ("flush -> ()", |_| {
        context::with_gpu(context::Gpu::flush);
        Ok(Outcome::Unit)
    }),
    // Raises what the executor reported and no call has raised yet.
    (
        "gpu_check -> ()",
        |_| Ok(context::with_gpu(context::Gpu::check)?.into()),
    ),
    ("gpu_pending -> i", |_| {
        Ok(Outcome::Number(context::with_gpu(|gpu| gpu.graph.num_pending()) as f64))
    }),
    // How much was recorded or sent and has no answer yet.
    ("gpu_in_flight -> i", |_| {
        Ok(Outcome::Number(context::with_gpu(|gpu| gpu.in_flight()) as f64))
    }),
    // submits, dispatches, plans, pipelines, bytes of buffers, bytes in use, the most bytes in use, bytes moved
    ("gpu_stats -> is", |_| {
        let (stats, peak) = context::with_gpu(|gpu| (gpu.stats, gpu.peak_bytes));
        let counters = [stats.submits, stats.dispatches, stats.plans, stats.pipelines].map(f64::from);
        let bytes = [stats.buffer_bytes, stats.used_bytes, peak, stats.moved_bytes].map(|bytes| bytes as f64);
        Ok(Outcome::Numbers([&counters[..], &bytes].concat()))
    }),
    ("gpu_reset_peak -> ()", |_| {
        context::with_gpu(|gpu| gpu.peak_bytes = gpu.stats.used_bytes);
        Ok(Outcome::Unit)
    }),
    // Tickets for the elements of several GPU tensors; sends the graph once.
    ("gpu_read_all Ts -> is", |a| {
        let tickets = copy::read_all(&a.tensors()?)?;
        Ok(Outcome::Numbers(tickets.into_iter().map(f64::from).collect()))
    }),
    ("gpu_supports d -> b", |a| {
        Ok(check_dtype(a.dtype()?, Device::WebGpu).is_ok().into())
    }),
];
