//! The engine's state: one a thread, since the recorder lives in one worker.
//!
//! Holds the lazy graph and its traffic with the executor, the random generator, the grad mode and the
//! default dtype. Refuses to compute. Read next: `graph`, `apply`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{GpuValue, Graph};
use crate::random::{CounterState, Generator};
use crate::wire::{Reply, ReplyItem, Stats};

/// Recorded nodes after which the graph is sent without being asked, so that a loop without reads
/// neither grows without bound nor leaves the GPU idle.
pub const FLUSH_THRESHOLD: usize = 2048;

/// The seed before `manual_seed` is called, as in PyTorch.
const DEFAULT_SEED: u64 = 67_280_421_310_721;

/// What belongs to the GPU device.
#[derive(Debug, Default)]
pub struct Gpu {
    /// True if there is an executor to talk to.
    pub is_available: bool,
    /// Work that was recorded and not sent.
    pub graph: Graph,
    /// Messages that the glue has not yet taken.
    outbox: VecDeque<Vec<u8>>,
    /// The read tickets of every message that was not yet answered, oldest first.
    unanswered: VecDeque<Vec<u32>>,
    /// Answers to reads that were not yet taken.
    results: BTreeMap<u32, Result<Vec<u8>>>,
    /// The executor's counters after its last reply.
    pub stats: Stats,
    /// The most bytes that were in use since somebody set it back.
    pub peak_bytes: u64,
    /// An error that the executor reported and that no call has raised yet.
    failure: Option<Error>,
}

thread_local! {
    static GPU: RefCell<Gpu> = RefCell::default();
    static GENERATOR: RefCell<Generator> = RefCell::new(Generator::new(DEFAULT_SEED));
    static GPU_GENERATOR: Cell<CounterState> = const { Cell::new(CounterState::new(DEFAULT_SEED)) };
    static GRAD_ENABLED: Cell<bool> = const { Cell::new(true) };
    static INFERENCE: Cell<bool> = const { Cell::new(false) };
    static CHECKS_NAN: Cell<bool> = const { Cell::new(false) };
    static DEFAULT_FLOAT: Cell<DType> = const { Cell::new(DType::F32) };
}

/// Starts afresh: no graph, no messages, default modes. `has_gpu` tells whether messages will be answered.
pub fn reset(has_gpu: bool) {
    with_gpu(|gpu| {
        *gpu = Gpu {
            is_available: has_gpu,
            ..Gpu::default()
        }
    });
    manual_seed(DEFAULT_SEED);
    set_grad_enabled(true);
    set_inference_mode(false);
    set_checks_nan(false);
    set_default_float(DType::F32);
}

/// Runs `work` on the GPU state. `work` must not call back into the engine.
pub fn with_gpu<R>(work: impl FnOnce(&mut Gpu) -> R) -> R {
    GPU.with_borrow_mut(work)
}

/// Runs `work` on the default random generator. `work` must not call back into the engine.
pub fn with_generator<R>(work: impl FnOnce(&mut Generator) -> R) -> R {
    GENERATOR.with_borrow_mut(work)
}

/// Runs `work` on the state of the GPU's random generator.
pub fn with_gpu_generator<R>(work: impl FnOnce(&mut CounterState) -> R) -> R {
    let mut state = GPU_GENERATOR.get();
    let result = work(&mut state);
    GPU_GENERATOR.set(state);
    result
}

/// Starts the generators of both devices over.
pub fn manual_seed(seed: u64) {
    with_generator(|generator| generator.manual_seed(seed));
    GPU_GENERATOR.set(CounterState::new(seed));
}

/// True if operations are recorded for backward.
pub fn grad_enabled() -> bool {
    GRAD_ENABLED.get()
}

/// Sets the grad mode and returns what it was.
pub fn set_grad_enabled(enabled: bool) -> bool {
    GRAD_ENABLED.replace(enabled)
}

/// True if new tensors are inference tensors: without version counter, never to be saved for backward.
pub fn inference_mode() -> bool {
    INFERENCE.get()
}

/// Sets the inference mode and returns what it was. The grad mode is set apart.
pub fn set_inference_mode(enabled: bool) -> bool {
    INFERENCE.replace(enabled)
}

/// True if backward looks for NaN after every node.
pub fn checks_nan() -> bool {
    CHECKS_NAN.get()
}

/// Sets whether backward looks for NaN, and returns what it was.
pub fn set_checks_nan(enabled: bool) -> bool {
    CHECKS_NAN.replace(enabled)
}

/// Runs `work` in a grad mode, and restores the mode whatever happens.
pub fn with_grad_mode<R>(enabled: bool, work: impl FnOnce() -> R) -> R {
    let before = set_grad_enabled(enabled);
    let result = work();
    set_grad_enabled(before);
    result
}

/// The dtype of Python floats (`torch.get_default_dtype()`).
pub fn default_float() -> DType {
    DEFAULT_FLOAT.get()
}

/// Sets the dtype of Python floats.
pub fn set_default_float(dtype: DType) {
    DEFAULT_FLOAT.set(dtype);
}

impl Gpu {
    /// An error if there is no executor, or if it has reported one that nobody has seen.
    pub fn check(&mut self) -> Result<()> {
        if !self.is_available {
            return Err(Error::runtime(
                "No WebGPU device is available: this browser offers none, or the accelerator is switched off. The CPU device works.",
            ));
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Sends what was recorded.
    pub fn flush(&mut self) {
        if let Some(flush) = self.graph.flush() {
            self.unanswered
                .push_back(flush.reads.iter().map(|read| read.ticket).collect());
            self.outbox.push_back(flush.encode());
        }
    }

    /// Sends what was recorded if it has become much.
    pub fn flush_if_full(&mut self) {
        if self.graph.num_pending() >= FLUSH_THRESHOLD {
            self.flush();
        }
    }

    /// Asks for the bytes of values and sends the graph.
    pub fn read(&mut self, values: &[Rc<GpuValue>]) -> Vec<u32> {
        let tickets = values.iter().map(|value| self.graph.read(value)).collect();
        self.flush();
        tickets
    }

    /// Nodes that were recorded and messages that were sent, and have no answer yet.
    pub fn in_flight(&self) -> usize {
        self.graph.num_pending() + self.unanswered.len()
    }

    /// The next message for the executor.
    pub fn take_outbox(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    /// How many messages wait for the glue.
    pub fn outbox_len(&self) -> usize {
        self.outbox.len()
    }

    /// Takes in the executor's reply to the oldest unanswered message.
    pub fn deliver(&mut self, reply: &[u8]) -> Result<()> {
        let tickets = self.unanswered.pop_front().unwrap_or_default();
        let reply = match Reply::decode(reply) {
            Ok(reply) => reply,
            Err(error) => {
                self.refuse(tickets, &error);
                return Err(error);
            }
        };
        self.stats = reply.stats;
        self.peak_bytes = self.peak_bytes.max(reply.stats.peak_bytes);
        let mut failure = None;
        for item in reply.items {
            match item {
                ReplyItem::Data { ticket, bytes } => {
                    self.results.insert(ticket, Ok(bytes));
                }
                // The first is the cause of the others.
                ReplyItem::Failure { kind, message } => {
                    failure.get_or_insert(Error::Other { kind, message });
                }
            }
        }
        let missing: Vec<u32> = tickets
            .into_iter()
            .filter(|ticket| !self.results.contains_key(ticket))
            .collect();
        if missing.is_empty() {
            // Nobody waits for this flush: the next call on the GPU raises it.
            self.failure = self.failure.take().or(failure);
            return Ok(());
        }
        let error = failure.unwrap_or_else(|| Error::runtime("the GPU gave no answer to a read"));
        self.refuse(missing, &error);
        Ok(())
    }

    /// Nothing that was sent will be answered: the executor is gone. What is sent from now on goes to another one.
    pub fn lose(&mut self, reason: &str) {
        let error = Error::Other {
            kind: ErrorKind::DeviceLost,
            message: format!("{reason}. Tensors on the CPU are unharmed."),
        };
        let unanswered = std::mem::take(&mut self.unanswered);
        // Messages that nobody has taken yet will be answered; they are the newest.
        let num_lost = unanswered.len().saturating_sub(self.outbox.len());
        let mut tickets = unanswered.into_iter();
        let lost: Vec<u32> = tickets.by_ref().take(num_lost).flatten().collect();
        self.unanswered = tickets.collect();
        if lost.is_empty() && num_lost > 0 {
            self.failure.get_or_insert_with(|| error.clone());
        }
        self.refuse(lost, &error);
    }

    fn refuse(&mut self, tickets: Vec<u32>, error: &Error) {
        self.results
            .extend(tickets.into_iter().map(|ticket| (ticket, Err(error.clone()))));
    }

    /// True if the answer to a read has come.
    pub fn is_ready(&self, ticket: u32) -> bool {
        self.results.contains_key(&ticket)
    }

    /// The answer to a read.
    pub fn take_result(&mut self, ticket: u32) -> Result<Vec<u8>> {
        self.results
            .remove(&ticket)
            .unwrap_or_else(|| Err(Error::runtime("the GPU has not answered this read yet")))
    }
}
