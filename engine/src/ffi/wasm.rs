//! The recorder as a JavaScript class, for the Python worker.
//!
//! Thin: every method forwards to the thread's recorder. Refuses to throw; see `Recorder::last_error`.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::recorder::Recorder as Inner;
use crate::context;
use crate::cpu::loops;
use crate::stop;

/// The engine's recorder half.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Recorder {}

#[wasm_bindgen]
impl Recorder {
    /// Starts the worker's recorder. `gpu_limits_json` is what the executor's `info()` says, or empty.
    #[wasm_bindgen(constructor)]
    pub fn new(has_gpu: bool, gpu_limits_json: &str) -> Recorder {
        // The recorder needs no limits yet: the executor reports what does not fit.
        let _ = gpu_limits_json;
        Inner::with(|recorder| recorder.start(has_gpu));
        Recorder {}
    }

    /// Lets long operators ask whether the user wants them to stop; who says yes has delivered the interrupt.
    pub fn ask_before_going_on(&self, question: Function) {
        stop::ask_with(move || question.call0(&JsValue::NULL).is_ok_and(|answer| answer.is_truthy()));
    }

    /// This module's table of functions, in which those of another get a place.
    pub fn function_table(&self) -> JsValue {
        wasm_bindgen::function_table()
    }

    /// Takes in a function of the module of loops (see `carrel_loops`), which has this place in our table of functions.
    #[allow(
        unsafe_code,
        reason = "which functions stand in the table is up to the page's own code"
    )]
    pub fn link_loop(&self, name: &str, place: u32) -> bool {
        // SAFETY: the build takes the module from the sources whose types the engine knows, and only its functions are put there.
        unsafe { loops::link(name, place as usize) }
    }

    /// The operators' signatures, a line each; the line's number is the operator's.
    pub fn op_names(&self) -> String {
        Inner::with(|recorder| recorder.op_names())
    }

    /// Address of the scratch of 4096 doubles in this module's memory.
    pub fn scratch_ptr(&self) -> u32 {
        Inner::with(|recorder| recorder.scratch().as_mut_ptr().addr() as u32)
    }

    /// Runs an operator on the first `argc` numbers of the scratch.
    pub fn call(&self, op: u32, argc: u32) -> f64 {
        Inner::with(|recorder| recorder.call(op, argc).code())
    }

    /// The last failure: the exception's name, a newline, the message.
    pub fn last_error(&self) -> String {
        Inner::with(|recorder| recorder.last_error().to_owned())
    }

    /// The text that the last call gave.
    pub fn last_text(&self) -> String {
        Inner::with(|recorder| recorder.last_text().to_owned())
    }

    /// Sets the text argument of the next call.
    pub fn text_in(&self, text: &str) {
        Inner::with(|recorder| recorder.set_text(text));
    }

    /// A CPU tensor from bytes: a handle, or -1.
    pub fn upload(&self, bytes: &[u8], dtype: u32, shape: &[u32]) -> f64 {
        Inner::with(|recorder| recorder.upload(bytes, dtype, shape).code())
    }

    /// The bytes of a CPU tensor in row-major order, or undefined.
    pub fn download(&self, handle: f64) -> Option<Vec<u8>> {
        Inner::with(|recorder| (recorder.download(handle).code() >= 0.0).then(|| recorder.bytes_out().to_vec()))
    }

    /// Address and byte count of the memory behind a CPU tensor, all of its storage, or nothing.
    /// What is written there the dtype can hold: a bool is 0 or 1.
    pub fn memory(&self, handle: f64) -> Vec<f64> {
        let found = Inner::with(|recorder| recorder.memory(handle));
        found.map_or_else(Vec::new, |(address, len)| vec![address.addr() as f64, len as f64])
    }

    /// The next message for the executor.
    pub fn take_outbox(&self) -> Option<Vec<u8>> {
        context::with_gpu(context::Gpu::take_outbox)
    }

    /// How many messages wait.
    pub fn outbox_len(&self) -> u32 {
        context::with_gpu(|gpu| gpu.outbox_len()) as u32
    }

    /// Takes in a reply of the executor: 0, or -1.
    pub fn deliver(&self, reply: &[u8]) -> f64 {
        Inner::with(|recorder| recorder.deliver(reply).code())
    }

    /// The executor is gone: what was sent and not answered fails for this reason.
    pub fn lose(&self, reason: &str) {
        context::with_gpu(|gpu| gpu.lose(reason));
    }
}
