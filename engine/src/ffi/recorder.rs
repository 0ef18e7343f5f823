//! The recorder as Python sees it: a scratch of numbers, a table of tensors, one call at a time.
//!
//! Refuses to throw: every function answers with a number, and the error's text is asked for.

use std::cell::RefCell;

use super::args::{Args, Outcome};
use super::handles::Handles;
use super::table::Table;
use crate::autograd::walk;
use crate::autograd::{note_call, sequence_mark};
use crate::context;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{copy, creation};

/// Numbers that fit in the scratch.
pub const SCRATCH_LEN: usize = 4096;

/// The answer to a call, as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Called {
    /// A handle or a count.
    Value(f64),
    /// See [`Recorder::last_error`].
    Failed,
    /// See [`Recorder::last_text`].
    Text,
}

impl Called {
    /// The number that crosses the border.
    pub const fn code(self) -> f64 {
        match self {
            Called::Value(value) => value,
            Called::Failed => -1.0,
            Called::Text => -2.0,
        }
    }
}

/// One recorder; there is one a thread.
#[derive(Debug)]
pub struct Recorder {
    table: Table,
    handles: Handles,
    scratch: Vec<f64>,
    text_in: String,
    text_out: String,
    error: String,
    bytes_out: Vec<u8>,
}

thread_local! {
    static RECORDER: RefCell<Recorder> = RefCell::new(Recorder::new());
}

impl Recorder {
    fn new() -> Recorder {
        Recorder {
            table: Table::new(),
            handles: Handles::default(),
            scratch: vec![0.0; SCRATCH_LEN],
            text_in: String::new(),
            text_out: String::new(),
            error: String::new(),
            bytes_out: Vec::new(),
        }
    }

    /// Runs `work` on this thread's recorder.
    pub fn with<R>(work: impl FnOnce(&mut Recorder) -> R) -> R {
        RECORDER.with_borrow_mut(work)
    }

    /// Starts afresh.
    pub fn start(&mut self, has_gpu: bool) {
        walk::reset();
        *self = Recorder::new();
        context::reset(has_gpu);
    }

    /// The operators' signatures, a line each; the line's number is the operator's.
    pub fn op_names(&self) -> String {
        self.table.signatures()
    }

    /// Where arguments go in and numbers come out.
    pub fn scratch(&mut self) -> &mut [f64] {
        &mut self.scratch
    }

    /// Runs an operator on the first `argc` numbers of the scratch.
    pub fn call(&mut self, op: u32, argc: u32) -> Called {
        let mark = sequence_mark();
        let outcome = self
            .run(op as usize, argc as usize)
            .and_then(|outcome| self.give(outcome));
        self.text_in.clear();
        if sequence_mark() > mark {
            note_call(mark);
        }
        outcome.unwrap_or_else(|error| self.fail(&error))
    }

    fn run(&self, op: usize, argc: usize) -> Result<Outcome> {
        let numbers = self
            .scratch
            .get(..argc)
            .ok_or_else(|| Error::type_error("an operator got too many arguments"))?;
        let mut args = Args::new(&self.handles, numbers, &self.text_in);
        self.table.run(op, &mut args)
    }

    fn give(&mut self, outcome: Outcome) -> Result<Called> {
        Ok(match outcome {
            Outcome::Unit => Called::Value(0.0),
            Outcome::Tensor(tensor) => Called::Value(self.handles.insert(tensor)?),
            Outcome::Tensors(tensors) => {
                let mut numbers = Vec::with_capacity(tensors.len());
                for tensor in tensors {
                    numbers.push(match tensor {
                        Some(tensor) => self.handles.insert(tensor)?,
                        None => f64::NAN,
                    });
                }
                self.give_numbers(&numbers)?
            }
            Outcome::Number(number) => {
                self.give_numbers(&[number])?;
                Called::Value(0.0)
            }
            Outcome::Numbers(numbers) => self.give_numbers(&numbers)?,
            Outcome::Text(text) => {
                self.text_out = text;
                Called::Text
            }
            Outcome::Free(handles) => {
                let mut dropped = Vec::with_capacity(handles.len());
                for handle in handles {
                    dropped.extend(self.handles.remove(handle)?);
                }
                Called::Value(0.0)
            }
        })
    }

    fn give_numbers(&mut self, numbers: &[f64]) -> Result<Called> {
        let target = self
            .scratch
            .get_mut(..numbers.len())
            .ok_or_else(|| Error::runtime("an operator gives more results than fit"))?;
        target.copy_from_slice(numbers);
        Ok(Called::Value(numbers.len() as f64))
    }

    fn fail(&mut self, error: &Error) -> Called {
        self.error = format!("{}\n{error}", error.kind().python_name());
        Called::Failed
    }

    /// The last failure: the exception's name, a newline, the message.
    pub fn last_error(&self) -> &str {
        &self.error
    }

    /// The text that the last call gave.
    pub fn last_text(&self) -> &str {
        &self.text_out
    }

    /// Sets the text argument of the next call.
    pub fn set_text(&mut self, text: &str) {
        self.text_in = text.to_owned();
    }

    /// A CPU tensor from bytes; a handle, or -1.
    pub fn upload(&mut self, bytes: &[u8], dtype: u32, shape: &[u32]) -> Called {
        let made = u8::try_from(dtype)
            .ok()
            .and_then(DType::from_code)
            .ok_or_else(|| Error::type_error(format!("{dtype} is no dtype")));
        let sizes: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
        made.and_then(|dtype| creation::from_bytes(bytes, dtype, &sizes))
            .and_then(|tensor| self.give(Outcome::Tensor(tensor)))
            .unwrap_or_else(|error| self.fail(&error))
    }

    /// The bytes of a CPU tensor in row-major order, until the next call; their count, or -1.
    pub fn download(&mut self, handle: f64) -> Called {
        match self.handles.get(handle).and_then(|tensor| copy::to_bytes(&tensor)) {
            Ok(bytes) => {
                self.bytes_out = bytes;
                Called::Value(self.bytes_out.len() as f64)
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Where the memory behind a CPU tensor lies, all of its storage, and how many bytes it has.
    ///
    /// The address is good until the storage is dropped or the tensor is given other memory. Who writes there keeps
    /// to what the dtype can hold: a bool is 0 or 1.
    pub fn memory(&mut self, handle: f64) -> Option<(*mut u8, usize)> {
        let found = self.handles.get(handle).and_then(|tensor| {
            let storage = tensor.storage();
            let len = storage.num_elements * storage.dtype.size_bytes();
            let address = storage.buffer_mut()?.address();
            Ok((address, len))
        });
        found.map_err(|error| self.fail(&error)).ok()
    }

    /// Keeps bytes alive for the caller until the next call.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn keep_bytes(&mut self, bytes: Vec<u8>) -> &[u8] {
        self.bytes_out = bytes;
        &self.bytes_out
    }

    /// The bytes that [`Recorder::download`] or [`Recorder::take_outbox`] prepared.
    pub fn bytes_out(&self) -> &[u8] {
        &self.bytes_out
    }

    /// Prepares the next message for the executor; false if there is none.
    pub fn take_outbox(&mut self) -> bool {
        let message = context::with_gpu(context::Gpu::take_outbox);
        let has_message = message.is_some();
        self.bytes_out = message.unwrap_or_default();
        has_message
    }

    /// Takes in a reply of the executor; 0 or -1.
    pub fn deliver(&mut self, reply: &[u8]) -> Called {
        match context::with_gpu(|gpu| gpu.deliver(reply)) {
            Ok(()) => Called::Value(0.0),
            Err(error) => self.fail(&error),
        }
    }
}
