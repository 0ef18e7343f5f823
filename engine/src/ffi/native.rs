//! The recorder as a C library, for tests and tools that drive the engine from plain CPython by ctypes.
//!
//! The same functions as the browser's, with memory as pointer and length. Returned pointers are valid
//! until the next call on the same thread. Refuses to be used from two threads at once: state is per thread.

#![allow(
    unsafe_code,
    reason = "a C interface hands over raw memory; every pointer is used in the call that brings it"
)]

use std::slice;

use super::recorder::Recorder;
#[cfg(feature = "executor")]
use crate::{context, plan::Fusion};

/// Memory of the caller as a slice; a null pointer is empty.
///
/// # Safety
/// `pointer` is null or points at `len` readable elements that stay unchanged during the call.
unsafe fn borrowed<'a, T>(pointer: *const T, len: usize) -> &'a [T] {
    if pointer.is_null() {
        return &[];
    }
    // SAFETY: the caller of the C function vouches for pointer and length.
    unsafe { slice::from_raw_parts(pointer, len) }
}

/// Tells the caller where bytes are.
///
/// # Safety
/// `len` is null or points at a writable `usize`.
unsafe fn lend(bytes: &[u8], len: *mut usize) -> *const u8 {
    if !len.is_null() {
        // SAFETY: the caller of the C function vouches for the pointer.
        unsafe { *len = bytes.len() };
    }
    bytes.as_ptr()
}

/// Starts the thread's recorder afresh.
#[unsafe(no_mangle)]
pub extern "C" fn carrel_new(has_gpu: u32) {
    Recorder::with(|recorder| recorder.start(has_gpu != 0));
}

/// The operators' signatures, a line each.
///
/// # Safety
/// `len` is null or points at a writable `usize`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_op_names(len: *mut usize) -> *const u8 {
    Recorder::with(|recorder| {
        let names = recorder.op_names();
        // SAFETY: as promised by the caller.
        unsafe { lend(recorder.keep_bytes(names.into_bytes()), len) }
    })
}

/// Where arguments go in and numbers come out: 4096 doubles, at the same place until `carrel_new`.
#[unsafe(no_mangle)]
pub extern "C" fn carrel_scratch() -> *mut f64 {
    Recorder::with(|recorder| recorder.scratch().as_mut_ptr())
}

/// Runs an operator on the first `argc` numbers of the scratch.
#[unsafe(no_mangle)]
pub extern "C" fn carrel_call(op: u32, argc: u32) -> f64 {
    Recorder::with(|recorder| recorder.call(op, argc).code())
}

/// The last failure: the exception's name, a newline, the message.
///
/// # Safety
/// `len` is null or points at a writable `usize`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_error(len: *mut usize) -> *const u8 {
    // SAFETY: as promised by the caller.
    Recorder::with(|recorder| unsafe { lend(recorder.last_error().as_bytes(), len) })
}

/// The text that the last call gave.
///
/// # Safety
/// `len` is null or points at a writable `usize`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_text(len: *mut usize) -> *const u8 {
    // SAFETY: as promised by the caller.
    Recorder::with(|recorder| unsafe { lend(recorder.last_text().as_bytes(), len) })
}

/// Sets the text argument of the next call (UTF-8; anything else is replaced).
///
/// # Safety
/// `text` is null or points at `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_set_text(text: *const u8, len: usize) {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { borrowed(text, len) };
    Recorder::with(|recorder| recorder.set_text(&String::from_utf8_lossy(bytes)));
}

/// A CPU tensor from bytes: a handle, or -1.
///
/// # Safety
/// `bytes` is null or points at `len` readable bytes, `shape` at `rank` readable numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_upload(
    bytes: *const u8,
    len: usize,
    dtype: u32,
    shape: *const u32,
    rank: usize,
) -> f64 {
    // SAFETY: as promised by the caller.
    let (bytes, shape) = unsafe { (borrowed(bytes, len), borrowed(shape, rank)) };
    Recorder::with(|recorder| recorder.upload(bytes, dtype, shape).code())
}

/// The bytes of a CPU tensor in row-major order, or null (see `carrel_error`).
///
/// # Safety
/// `len` is null or points at a writable `usize`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_download(handle: f64, len: *mut usize) -> *const u8 {
    Recorder::with(|recorder| {
        if recorder.download(handle).code() < 0.0 {
            return std::ptr::null();
        }
        // SAFETY: as promised by the caller.
        unsafe { lend(recorder.bytes_out(), len) }
    })
}

/// The memory behind a CPU tensor, all of its storage, or null (see `carrel_error`). Good until the storage is dropped.
///
/// # Safety
/// `len` is null or points at a writable `usize`. What the caller writes there the dtype can hold: a bool is 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_memory(handle: f64, len: *mut usize) -> *mut u8 {
    Recorder::with(|recorder| {
        let Some((address, byte_count)) = recorder.memory(handle) else {
            return std::ptr::null_mut();
        };
        if !len.is_null() {
            // SAFETY: as promised by the caller.
            unsafe { *len = byte_count };
        }
        address
    })
}

/// The next message for the executor, or null.
///
/// # Safety
/// `len` is null or points at a writable `usize`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_take_outbox(len: *mut usize) -> *const u8 {
    Recorder::with(|recorder| {
        if !recorder.take_outbox() {
            return std::ptr::null();
        }
        // SAFETY: as promised by the caller.
        unsafe { lend(recorder.bytes_out(), len) }
    })
}

/// Takes in a reply of the executor: 0, or -1.
///
/// # Safety
/// `reply` is null or points at `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn carrel_deliver(reply: *const u8, len: usize) -> f64 {
    // SAFETY: as promised by the caller.
    let reply = unsafe { borrowed(reply, len) };
    Recorder::with(|recorder| recorder.deliver(reply).code())
}

#[cfg(feature = "executor")]
thread_local! {
    static EXECUTOR: std::cell::RefCell<Option<crate::executor::blocking::Executor>> = const { std::cell::RefCell::new(None) };
}

/// Opens a GPU for this thread: 1, or 0 if there is none. Call it before `carrel_new(1)`.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_open() -> u32 {
    let executor = crate::executor::blocking::Executor::new().ok();
    let is_open = executor.is_some();
    EXECUTOR.with_borrow_mut(|slot| *slot = executor);
    u32::from(is_open)
}

/// Chooses kernels as for a device whose workgroup memory is near, whatever the adapter: tests meet both kinds.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_choose_as_hardware() {
    EXECUTOR.with_borrow_mut(|slot| {
        if let Some(executor) = slot {
            executor.choose_as_hardware();
        }
    });
}

/// Holds float16 in 32 bits, as where the adapter has nothing else: tests meet both. To be called before there are tensors.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_hold_halves_wide() {
    EXECUTOR.with_borrow_mut(|slot| {
        if let Some(executor) = slot {
            executor.hold_halves_wide();
        }
    });
}

/// Plans with kernels of several nodes (as from the start), or with one node a kernel. For tests that compare both.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_fuse(is_on: u32) {
    EXECUTOR.with_borrow_mut(|slot| {
        if let Some(executor) = slot {
            executor.set_fusion(if is_on != 0 { Fusion::On } else { Fusion::Off });
        }
    });
}

/// Times the two families of kernels by the caller's clock (milliseconds) and keeps to the faster one, as browsers do.
/// Software adapters are known for what they are, so there it does nothing unless it is forced.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_measure(now_ms: Option<extern "C" fn() -> f64>, is_forced: u32) {
    let Some(now_ms) = now_ms else { return };
    EXECUTOR.with_borrow_mut(|slot| {
        if let Some(executor) = slot
            && (is_forced != 0 || !executor.is_on_software())
        {
            executor.measure(|| now_ms());
        }
    });
}

/// Lets the GPU go.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_close() {
    EXECUTOR.with_borrow_mut(|slot| *slot = None);
}

/// Executes every message that waits and delivers the replies: 0, or -1.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_run() -> f64 {
    EXECUTOR.with_borrow_mut(|slot| {
        let Some(executor) = slot else { return -1.0 };
        Recorder::with(|recorder| {
            while recorder.take_outbox() {
                let reply = executor.execute(recorder.bytes_out());
                if recorder.deliver(&reply).code() < 0.0 {
                    return -1.0;
                }
            }
            0.0
        })
    })
}

/// Destroys the GPU's device, as a driver that is reset does. For tests of what happens then.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_destroy() {
    EXECUTOR.with_borrow(|slot| {
        if let Some(executor) = slot {
            executor.destroy_device();
        }
    });
}

/// Sets the most bytes that the GPU's buffers may have together.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_limit(bytes: f64) {
    EXECUTOR.with_borrow_mut(|slot| {
        if let Some(executor) = slot {
            executor.set_memory_limit(bytes as u64);
        }
    });
}

/// Puts another executor in the place of this one, as after a gpu worker that died: 1, or 0 if there is none.
/// What was sent and not answered is lost.
#[cfg(feature = "executor")]
#[unsafe(no_mangle)]
pub extern "C" fn carrel_gpu_restart() -> u32 {
    const REASON: &str = "the GPU worker stopped";
    context::with_gpu(|gpu| gpu.lose(REASON));
    let executor = crate::executor::blocking::Executor::new().ok().map(|mut executor| {
        executor.lose_earlier(REASON);
        executor
    });
    let is_open = executor.is_some();
    EXECUTOR.with_borrow_mut(|slot| *slot = executor);
    u32::from(is_open)
}
