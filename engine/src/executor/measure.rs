//! Which of the two kernel families suits a device: those that keep to registers, or those that share workgroup memory.
//!
//! What an adapter says of itself does not tell how far its memory is from its arithmetic. So the two are timed once, on a
//! product of matrices and on folds of rows, before the device is asked for anything; plans depend on the outcome, and it
//! stands until the device goes. Then, where the device has subgroups, whether folds gain by them. Where the difference is not clear, the adapter's kind decides.
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

/// Subgroups are used where folds are so many times faster with them.
const WORTH_IT: f64 = 1.1;

/// Work is repeated until it takes this long, so that the way to the device and back does not hide it.
const LONG_ENOUGH_MS: f64 = 6.0;

/// Where one takes so many times longer than is long enough, and the other does not, there is nothing to refine.
const FAR_TOO_LONG: f64 = 4.0;

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
    /// Times the families of kernels and keeps to the faster one; then whether subgroups pay. `now_ms` tells the time.
    pub async fn measure(&mut self, now_ms: impl Fn() -> f64) {
        let start = now_ms();
        let before = self.gpu.caps;
        let sharing = Caps {
            software: false,
            subgroups: false,
            ..before
        };
        let registers = Caps {
            software: true,
            ..sharing
        };
        let mut gains = Vec::new();
        for program in programs() {
            if now_ms() - start < PATIENCE_MS {
                gains.extend(self.gain(&program, [&registers, &sharing], &now_ms).await);
            }
        }
        // The mean over what was timed; as a geometric mean, no case outweighs the others.
        let gain =
            (!gains.is_empty()).then(|| (gains.iter().map(|gain| gain.ln()).sum::<f64>() / gains.len() as f64).exp());
        let mut chosen = match gain {
            Some(gain) if gain >= CLEARLY_FASTER => sharing,
            Some(gain) if gain <= 1.0 / CLEARLY_FASTER => registers,
            _ => Caps {
                subgroups: false,
                ..before
            },
        };
        if self.gpu.has_subgroups && !chosen.software && now_ms() - start < PATIENCE_MS {
            let with_subgroups = Caps {
                subgroups: true,
                ..chosen
            };
            if let Some(program) = rows_of_folds() {
                let gain = self.gain(&program, [&chosen, &with_subgroups], &now_ms).await;
                chosen.subgroups = gain.is_some_and(|gain| gain >= WORTH_IT);
            }
        }
        // What went wrong here is no failure of anybody's work.
        if self.gpu.errors.take().is_empty() {
            self.choose(chosen);
            self.measured_gain = gain;
        }
    }

    /// Keeps to these kernels from now on.
    pub(super) fn choose(&mut self, caps: Caps) {
        self.gpu.caps = caps;
        self.plans = super::cache::PlanCache::default();
    }

    /// How many times faster the program is with the second capabilities than with the first.
    async fn gain(&self, program: &Program, caps: [&Caps; 2], now_ms: &impl Fn() -> f64) -> Option<f64> {
        let mut pool = BufferPool::default();
        let mut pipelines = PipelineCache::default();
        let [first, second] = caps.map(|caps| self.trial(program, caps, &mut pool, &mut pipelines));
        let (first, second) = (first?, second?);
        // The first time compiles.
        self.time(&first, 1, 1, now_ms).await?;
        self.time(&second, 1, 1, now_ms).await?;
        let mut repeats = 1;
        let gain = loop {
            let before = self.time(&first, repeats, RUNS, now_ms).await?;
            let after = self.time(&second, repeats, RUNS, now_ms).await?;
            let is_clear = before.max(after) >= FAR_TOO_LONG * LONG_ENOUGH_MS;
            if is_clear || before.min(after) >= LONG_ENOUGH_MS || repeats >= MAX_REPEATS {
                break before / after;
            }
            repeats *= 4;
        };
        for buffer in first.buffers.into_iter().chain(second.buffers) {
            pool.give(buffer);
        }
        pool.trim();
        (gain.is_finite() && gain > 0.0).then_some(gain)
    }

    fn trial(
        &self,
        program: &Program,
        caps: &Caps,
        pool: &mut BufferPool,
        pipelines: &mut PipelineCache,
    ) -> Option<Trial> {
        let plan = plan(program, &vec![false; program.inputs.len()], caps).ok()?;
        let inputs = program.inputs.iter().map(|input| (input.dtype, input.num_elements));
        let outputs = program.outputs.iter().zip(&plan.outputs);
        let outputs = outputs.map(|(&node, &count)| (program.nodes[node as usize].dtype, count));
        let values = inputs
            .chain(outputs)
            .map(|(dtype, count)| caps.value_bytes(dtype, count));
        let sizes: Vec<u64> = values.chain(plan.slots.iter().copied()).collect();
        let position = |storage: &Storage| {
            Some(match *storage {
                Storage::Input(index) => index as usize,
                Storage::Output(index) => program.inputs.len() + index as usize,
                Storage::Slot(index) => program.inputs.len() + plan.outputs.len() + index as usize,
                // What is timed has one kernel or two, and none are alike.
                Storage::Joint(_) => return None,
            })
        };
        let mut launches = Vec::with_capacity(plan.kernels.len());
        for kernel in &plan.kernels {
            let module = generate(kernel, caps);
            let pipeline = pipelines.get(&self.gpu.device, kernel, &module);
            let places = kernel.bindings.iter().map(|binding| plan.storage.get(&binding.value));
            let places = places
                .map(|place| place.and_then(position))
                .collect::<Option<Vec<_>>>()?;
            launches.push((pipeline, places, module.grid));
        }
        let buffers = sizes
            .iter()
            .map(|&size| pool.take(&self.gpu.device, size, self.gpu.max_buffer_bytes));
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
                dispatches.extend(trial.launches.iter().map(|(pipeline, places, grid)| {
                    Dispatch {
                        pipeline: Rc::clone(pipeline),
                        buffers: places
                            .iter()
                            .filter_map(|&place| Some(trial.buffers.get(place)?.bound()))
                            .collect(),
                        params: Vec::new(),
                        grid: *grid,
                        range_flag: None,
                    }
                }));
            }
            let target = staging.take(&self.gpu, trial.word.bytes);
            let copy = CopyOut {
                source: &trial.word,
                target: &target,
                offset: 0,
            };
            let start = now_ms();
            submit(&self.gpu, &mut ParamBuffer::default(), &dispatches, &[copy]);
            staging.map(&self.gpu, &target, trial.word.bytes).await.ok()?;
            staging.copy(&target, 0, trial.word.bytes).ok()?;
            staging.give(target);
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

/// Folds of whole rows by a workgroup each, which subgroups shorten.
fn rows_of_folds() -> Option<Program> {
    single(Prim::Softmax, &[(&[512, 1024], DType::F32)], None)
}
