//! Which of the two kernel families suits a device: those that keep to registers, or those that share workgroup memory.
//!
//! What an adapter says of itself does not tell how far its memory is from its arithmetic. So the two are timed once, on a
//! product of matrices and on folds of rows, before the device is asked for anything; plans depend on the outcome, and it
//! stands until the device goes. Where the difference is not clear, the adapter's kind decides.
//! Refuses to touch values, counters and the pool. Read next: `kernels::select`.

use std::rc::Rc;

use super::Executor;
use crate::backend::wgpu::buffers::{BufferPool, PooledBuffer};
use crate::backend::wgpu::encode::{CopyOut, Dispatch, ParamBuffer, submit};
use crate::backend::wgpu::pipelines::{Pipeline, PipelineCache};
use crate::backend::wgpu::readback::Staging;
use crate::codegen::generate;
use crate::dtype::DType;
use crate::kernels::samples::single;
use crate::plan::memory::Storage;
use crate::plan::{Caps, plan};
use crate::prim::{Prim, Reduce};
use crate::wire::Program;

/// A family is chosen against the adapter's kind where it is so many times faster, so that noise decides nothing.
const CLEARLY_FASTER: f64 = 1.4;

/// Work is repeated until it takes this long, so that the way to the device and back does not hide it.
const LONG_ENOUGH_MS: f64 = 6.0;

/// Most repetitions: devices that are through with them sooner are fast either way.
const MAX_REPEATS: usize = 64;

/// Of so many runs the shortest counts.
const RUNS: usize = 2;

/// After this time no further comparison begins.
const PATIENCE_MS: f64 = 150.0;

/// Something to time: dispatches with buffers of their own.
struct Trial {
    launches: Vec<(Rc<Pipeline>, Vec<usize>, [u32; 2])>,
    buffers: Vec<PooledBuffer>,
    word: PooledBuffer,
}

impl Executor {
    /// Times both families and keeps to the faster one. `now_ms` tells the time.
    pub async fn measure(&mut self, now_ms: impl Fn() -> f64) {
        let start = now_ms();
        let mut gains = Vec::new();
        for program in programs() {
            if now_ms() - start < PATIENCE_MS {
                gains.extend(self.gain_of_sharing(&program, &now_ms).await);
            }
        }
        // What went wrong here is no failure of anybody's work.
        let failures = self.gpu.errors.take();
        if gains.is_empty() || !failures.is_empty() {
            return;
        }
        // The families' mean speed over what was timed; as a geometric mean, no case outweighs the others.
        let gain = gains.iter().map(|gain| gain.ln()).sum::<f64>() / gains.len() as f64;
        let by_registers = if gain.abs() < CLEARLY_FASTER.ln() {
            self.gpu.caps.software
        } else {
            gain < 0.0
        };
        self.choose(by_registers);
        self.measured_gain = Some(gain.exp());
    }

    /// Keeps to one family from now on.
    pub(super) fn choose(&mut self, by_registers: bool) {
        self.gpu.caps.software = by_registers;
        self.plans = super::cache::PlanCache::default();
    }

    /// How many times faster the program is with workgroup memory.
    async fn gain_of_sharing(&self, program: &Program, now_ms: &impl Fn() -> f64) -> Option<f64> {
        let mut pool = BufferPool::default();
        let mut pipelines = PipelineCache::default();
        let sharing = self.trial(program, false, &mut pool, &mut pipelines)?;
        let registers = self.trial(program, true, &mut pool, &mut pipelines)?;
        // The first time compiles.
        self.time(&sharing, 1, 1, now_ms).await?;
        self.time(&registers, 1, 1, now_ms).await?;
        let mut repeats = 1;
        let gain = loop {
            let with_sharing = self.time(&sharing, repeats, RUNS, now_ms).await?;
            let with_registers = self.time(&registers, repeats, RUNS, now_ms).await?;
            if with_sharing.min(with_registers) >= LONG_ENOUGH_MS || repeats >= MAX_REPEATS {
                break with_registers / with_sharing;
            }
            repeats *= 4;
        };
        for buffer in sharing.buffers.into_iter().chain(registers.buffers) {
            pool.give(buffer);
        }
        pool.trim();
        (gain.is_finite() && gain > 0.0).then_some(gain)
    }

    fn trial(
        &self,
        program: &Program,
        by_registers: bool,
        pool: &mut BufferPool,
        pipelines: &mut PipelineCache,
    ) -> Option<Trial> {
        let caps = Caps {
            software: by_registers,
            ..self.gpu.caps
        };
        let plan = plan(program, &vec![false; program.inputs.len()], &caps).ok()?;
        let inputs = program.inputs.iter().map(|input| input.num_elements);
        let sizes: Vec<usize> = inputs
            .chain(plan.outputs.iter().copied())
            .chain(plan.slots.iter().copied())
            .collect();
        let position = |storage: &Storage| match *storage {
            Storage::Input(index) => index as usize,
            Storage::Output(index) => program.inputs.len() + index as usize,
            Storage::Slot(index) => program.inputs.len() + plan.outputs.len() + index as usize,
        };
        let mut launches = Vec::with_capacity(plan.kernels.len());
        for kernel in &plan.kernels {
            let module = generate(kernel, &caps);
            let pipeline = pipelines.get(&self.gpu.device, kernel, &module);
            let places = kernel.bindings.iter().map(|binding| plan.storage.get(&binding.value));
            let places = places.map(|place| place.map(position)).collect::<Option<Vec<_>>>()?;
            launches.push((pipeline, places, module.grid));
        }
        let buffers = sizes.iter().map(|&size| pool.take(&self.gpu.device, size as u64 * 4));
        Some(Trial {
            launches,
            buffers: buffers.collect::<Option<Vec<_>>>()?,
            word: PooledBuffer::zero_word(&self.gpu.device),
        })
    }

    /// The shortest of some runs, in milliseconds: from the submit until a word that was copied after it is here.
    async fn time(&self, trial: &Trial, repeats: usize, runs: usize, now_ms: &impl Fn() -> f64) -> Option<f64> {
        let mut shortest = f64::INFINITY;
        let mut staging = Staging::default();
        for _ in 0..runs {
            let mut dispatches = Vec::new();
            for _ in 0..repeats {
                dispatches.extend(trial.launches.iter().map(|(pipeline, places, grid)| Dispatch {
                    pipeline: Rc::clone(pipeline),
                    buffers: places.iter().filter_map(|&place| trial.buffers.get(place)).collect(),
                    params: Vec::new(),
                    grid: *grid,
                    range_flag: None,
                }));
            }
            let target = staging.take(&self.gpu.device, trial.word.bytes);
            let copy = CopyOut {
                source: &trial.word,
                offset: 0,
            };
            let start = now_ms();
            submit(
                &self.gpu,
                &mut ParamBuffer::default(),
                &dispatches,
                &[copy],
                Some(&target),
            );
            staging.read(&self.gpu, target, trial.word.bytes).await.ok()?;
            shortest = shortest.min(now_ms() - start);
        }
        Some(shortest)
    }
}

/// What is timed: the work that differs most between the families.
fn programs() -> Vec<Program> {
    let product: [(&[usize], DType); 2] = [(&[256, 256], DType::F32), (&[256, 256], DType::F32)];
    let fold = Prim::Reduce {
        op: Reduce::Sum,
        dims: vec![1],
    };
    let rows: [(&[usize], DType); 1] = [(&[512, 1024], DType::F32)];
    [single(Prim::Matmul, &product, None), single(fold, &rows, None)]
        .into_iter()
        .flatten()
        .collect()
}
