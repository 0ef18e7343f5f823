//! One flush from beginning to end: uploads, plan, buffers, submit, reads, frees.
//!
//! Whatever goes wrong becomes one failure in the reply, and the outputs of the flush are marked with it.
//! Refuses to start work that it can see will fail.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::Executor;
use super::cache::{Launch, PlanCache, Prepared, Word};
use super::joint;
use super::range::suspects;
use super::reading::{Gained, ReadPlan};
use super::recovery::gone;
use super::room::Ready;
use super::table::{Entry, Wishes};
use crate::backend::wgpu::buffers::PooledBuffer;
use crate::backend::wgpu::device::Gpu;
use crate::backend::wgpu::encode::{Bound, Dispatch, submit};
use crate::backend::wgpu::errors::{Failure, Scopes};
use crate::backend::wgpu::pipelines::{Pipeline, PipelineCache};
use crate::backend::wgpu::readback::StagingBuffer;
use crate::codegen::generate;
use crate::error::{Error, ErrorKind};
use crate::plan::kernel::{Access, Kernel};
use crate::plan::memory::Storage;
use crate::plan::{Fusion, plan_with};
use crate::wire::{Flush, Program, ReplyItem, ValueDecl};

/// A result, or what the reply will say.
pub(super) type Outcome<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure {
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

/// A program that is ready to run, and its key in the cache.
pub(super) type Work = (Rc<Prepared>, Vec<u8>);

/// A message that is wrong.
pub(super) fn refused(message: impl Into<String>) -> Failure {
    Failure {
        kind: ErrorKind::Runtime,
        message: message.into(),
    }
}

/// Most flushes whose error scopes nobody has asked yet.
const MAX_UNHEARD: usize = 64;

impl Executor {
    /// Runs a flush; gives the reply's items.
    pub(super) async fn run(&mut self, flush: Flush) -> Vec<ReplyItem> {
        let mut failures: Vec<Failure> = Vec::new();
        if let Some(lost) = self.gpu.lost()
            && let Err(failure) = self.recover(&lost).await
        {
            self.fail_uploads(&flush, &failure);
            failures.push(failure);
            self.fail_outputs(&flush, &failures);
            return items(Vec::new(), failures);
        }
        self.pool.peak_bytes = self.pool.used_bytes();
        self.free_unused(&flush);
        let created_before = self.pool.created + self.pipelines.compiled;
        let Ready { work, room, scopes } = self.make_ready(&flush, &mut failures).await;
        let scopes = scopes.unwrap_or_else(|| Scopes::open(&self.gpu.device));
        let mut slots = Vec::new();
        match (room, &work) {
            (Ok(Some(room)), Ok(Some((prepared, _)))) => slots = self.move_in(prepared, &flush, room),
            (Ok(_), _) => {}
            (Err(failure), _) => {
                failures.push(failure);
                self.fail_outputs(&flush, &failures);
            }
        }
        if let (true, Ok(Some((prepared, _)))) = (failures.is_empty(), &work) {
            self.range.watch(&self.gpu, prepared, &flush);
        }
        let reads = self.plan_reads(&flush.reads, &mut failures);
        let staging = self.take_staging(&reads);
        let prepared = work
            .as_ref()
            .ok()
            .and_then(Option::as_ref)
            .filter(|_| failures.is_empty());
        self.submit(prepared.map(|work| work.0.as_ref()), &flush, &slots, &reads, &staging);
        self.late.push(Box::pin(scopes.close()));
        let created = self.pool.created + self.pipelines.compiled != created_before;
        let Gained { data, unread, overflow } = self.read(staging, &reads, &mut failures).await;
        // Mostly what was created is refused. A steady step does not wait for the answer, a read has waited already.
        if created || !reads.is_empty() || self.late.len() >= MAX_UNHEARD {
            for caught in std::mem::take(&mut self.late) {
                failures.extend(caught.await);
            }
        }
        failures.extend(self.gpu.errors.take());
        if let Some(lost) = self.gpu.lost() {
            // Whatever else went wrong, this is why.
            failures = vec![gone(&lost.message)];
        }
        let is_out_of_memory = failures.iter().any(|failure| failure.kind == ErrorKind::OutOfMemory);
        if !failures.is_empty() {
            self.fail_outputs(&flush, &failures);
            if let Ok(Some((prepared, key))) = &work {
                self.forget(prepared, key);
            }
        }
        failures.extend(overflow.inspect(|failure| self.fail_suspects(failure)));
        for slot in slots {
            self.pool.give(slot);
        }
        for &id in &flush.frees {
            self.free(id);
        }
        if is_out_of_memory {
            // Buffers that the device refused must not come back from the pool.
            self.pool.trim();
        }
        failures.extend(unread);
        items(if failures.is_empty() { data } else { Vec::new() }, failures)
    }

    /// The plan of the flush's program and its key; `None` if there is nothing to compute.
    pub(super) fn prepare(&mut self, flush: &Flush) -> Outcome<Option<Work>> {
        if flush.program.is_empty() {
            return Ok(None);
        }
        let donated = self.donated(flush);
        let key = PlanCache::key(&flush.program, &donated, self.fusion);
        let prepared = match self.plans.get(&key) {
            Some(known) => known,
            None => {
                let program = Program::decode(&flush.program)?;
                if program.inputs.len() != flush.input_ids.len() {
                    return Err(refused("a flush names another number of inputs than its program has"));
                }
                self.stats.plans += 1;
                let wishes = Rc::default();
                let prepared = Rc::new(self.compile(program, &donated, self.fusion, wishes)?);
                self.plans.insert(key.clone(), Rc::clone(&prepared));
                prepared
            }
        };
        self.check(&prepared, flush)?;
        Ok(Some((prepared, key)))
    }

    /// Which inputs of a flush nobody wants afterwards.
    pub(super) fn donated(&self, flush: &Flush) -> Vec<bool> {
        let freed: BTreeSet<_> = flush.frees.iter().collect();
        let read: BTreeSet<_> = flush.reads.iter().map(|read| read.id).collect();
        let is_donated = |id| freed.contains(id) && !read.contains(id);
        flush.input_ids.iter().map(is_donated).collect()
    }

    pub(super) fn compile(
        &mut self,
        program: Program,
        donated: &[bool],
        fusion: Fusion,
        wishes: Rc<RefCell<Wishes>>,
    ) -> Outcome<Prepared> {
        let plan = plan_with(&program, donated, &self.gpu.caps, fusion)?;
        let mut launches = Vec::with_capacity(plan.kernels.len());
        for kernel in &plan.kernels {
            let module = generate(kernel, &self.gpu.caps);
            let pipeline = self.pipelines.get(&self.gpu.device, kernel, &module);
            let buffers = kernel
                .bindings
                .iter()
                .filter_map(|binding| plan.storage.get(&binding.value).copied())
                .collect();
            launches.push(Launch {
                pipeline,
                buffers,
                words: joint::words(kernel, &self.gpu.caps),
                grid: module.grid,
                reports_range: module.reports_range,
                widened: RefCell::default(),
            });
        }
        let suspects = suspects(&program, &plan, &launches);
        Ok(Prepared {
            program,
            plan,
            launches,
            suspects,
            apart: OnceCell::new(),
            stays_apart: Cell::new(false),
            wishes,
        })
    }

    /// The numbers that travel beside the program must fit it.
    fn check(&self, prepared: &Prepared, flush: &Flush) -> Outcome<()> {
        let (program, plan) = (&prepared.program, &prepared.plan);
        if program.inputs.len() != flush.input_ids.len() || program.outputs.len() != flush.output_ids.len() {
            return Err(refused("a flush names another number of values than its program has"));
        }
        if program.num_params as usize != flush.params.len() {
            return Err(refused(
                "a flush brings another number of parameters than its program has",
            ));
        }
        for (&id, declared) in flush.input_ids.iter().zip(&program.inputs) {
            let held = self.values.get(id)?;
            let found = ValueDecl {
                dtype: held.dtype,
                num_elements: held.num_elements,
            };
            if found != *declared {
                return Err(refused(format!(
                    "value {} is not what the program declares: {found:?}, not {declared:?}",
                    id.0
                )));
            }
        }
        for check in &plan.offset_checks {
            if flush.params[check.param as usize] as usize >= check.limit {
                return Err(refused("a view lies outside its value"));
            }
        }
        Ok(())
    }

    fn submit(
        &mut self,
        prepared: Option<&Prepared>,
        flush: &Flush,
        slots: &[PooledBuffer],
        reads: &ReadPlan,
        staging: &[StagingBuffer],
    ) {
        let in_place = prepared.map_or(&[][..], |prepared| &prepared.plan.in_place);
        // An input that was overwritten stands under its new name already.
        let input_id = |input: u32| match in_place.iter().find(|pair| pair.1 == input) {
            Some(pair) => flush.output_ids[pair.0 as usize],
            None => flush.input_ids[input as usize],
        };
        let pooled = |storage: &Storage| match *storage {
            Storage::Input(index) => self.values.get(input_id(index)).ok().map(|held| &held.buffer),
            Storage::Output(index) => {
                let held = self.values.get(flush.output_ids[index as usize]);
                held.ok().map(|held| &held.buffer)
            }
            Storage::Slot(index) => slots.get(index as usize),
            Storage::Joint(_) => None,
        };
        let joints = prepared.map_or(&[][..], |prepared| &prepared.plan.joints);
        let joints = joints.iter().map(|joint| {
            let parts: Vec<&PooledBuffer> = joint.iter().filter_map(pooled).collect();
            joint::joint_bound(&parts)
        });
        let joints: Vec<Option<(Bound<'_>, Vec<u32>)>> = joints.collect();
        let bound = |storage: &Storage| match *storage {
            Storage::Joint(index) => joints.get(index as usize)?.as_ref().map(|joint| joint.0),
            _ => pooled(storage).map(PooledBuffer::bound),
        };
        let word = |word: &Word| match *word {
            Word::Param(word) => flush.params[word as usize],
            Word::Fixed(word) => word,
            Word::Start(joint, part, width) => {
                let starts = joints.get(joint as usize).and_then(Option::as_ref);
                let start = starts.and_then(|joint| joint.1.get(part as usize));
                start.copied().unwrap_or_default() / width
            }
        };
        let mut dispatches = Vec::new();
        let kernels = prepared.map_or(&[][..], |prepared| &prepared.plan.kernels);
        for (launch, kernel) in prepared
            .map_or(&[][..], |prepared| &prepared.launches)
            .iter()
            .zip(kernels)
        {
            let buffers: Vec<Bound<'_>> = launch.buffers.iter().filter_map(bound).collect();
            let pipeline = match shared_reads(kernel, &buffers) {
                reads if reads.is_empty() => Rc::clone(&launch.pipeline),
                reads => widened(&self.gpu, &mut self.pipelines, launch, kernel, reads),
            };
            dispatches.push(Dispatch {
                pipeline,
                buffers,
                params: launch.words.iter().map(word).collect(),
                grid: launch.grid,
                range_flag: self.range.flag().filter(|_| launch.reports_range),
            });
        }
        let copies = reads.copies(&self.values, &self.range, staging);
        if dispatches.is_empty() && copies.is_empty() {
            return;
        }
        self.stats.submits += 1;
        self.stats.dispatches += dispatches.len() as u32;
        let bound = dispatches.iter().flat_map(|dispatch| &dispatch.buffers);
        self.stats.moved_bytes += bound.map(|buffer| buffer.moved).sum::<u64>();
        submit(&self.gpu, &mut self.params, &dispatches, &copies);
    }

    pub(super) fn fail_outputs(&mut self, flush: &Flush, failures: &[Failure]) {
        let Some(first) = failures.first() else { return };
        for &id in &flush.output_ids {
            self.keep(id, Entry::Failed(first.clone()));
        }
    }

    /// Drops what a failed flush may have left half-made.
    pub(super) fn forget(&mut self, prepared: &Prepared, key: &[u8]) {
        self.plans.remove(key);
        for prepared in [Some(prepared), prepared.apart.get().map(Rc::as_ref)]
            .into_iter()
            .flatten()
        {
            for kernel in &prepared.plan.kernels {
                self.pipelines.forget(&generate(kernel, &self.gpu.caps).wgsl);
            }
        }
        self.pool.trim();
    }
}

/// Bindings that are only read, of values in one buffer with one that is written: WebGPU wants them declared alike.
fn shared_reads(kernel: &Kernel, buffers: &[Bound<'_>]) -> Vec<usize> {
    let shared = || {
        buffers
            .iter()
            .zip(&kernel.bindings)
            .enumerate()
            .filter(|(_, pair)| pair.0.is_shared)
    };
    let is_written = |read: &Bound<'_>| {
        shared().any(|(_, (other, binding))| binding.access == Access::Write && other.buffer == read.buffer)
    };
    let reads = shared().filter(|(_, (bound, binding))| binding.access == Access::Read && is_written(bound));
    reads.map(|(number, _)| number).collect()
}

/// The pipeline of a launch with these bindings declared as if they were written.
fn widened(
    gpu: &Gpu,
    pipelines: &mut PipelineCache,
    launch: &Launch,
    kernel: &Kernel,
    reads: Vec<usize>,
) -> Rc<Pipeline> {
    let mut known = launch.widened.borrow_mut();
    if let Some((_, pipeline)) = known.iter().find(|(bindings, _)| *bindings == reads) {
        return Rc::clone(pipeline);
    }
    let mut wide = kernel.clone();
    for &number in &reads {
        wide.bindings[number].access = Access::Write;
    }
    let pipeline = pipelines.get(&gpu.device, &wide, &generate(&wide, &gpu.caps));
    known.push((reads, Rc::clone(&pipeline)));
    pipeline
}

fn items(data: Vec<ReplyItem>, failures: Vec<Failure>) -> Vec<ReplyItem> {
    let failures = failures.into_iter().map(|failure| ReplyItem::Failure {
        kind: failure.kind,
        message: failure.message,
    });
    data.into_iter().chain(failures).collect()
}
