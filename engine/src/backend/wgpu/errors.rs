//! Late errors: what the device reports by callback, kept until somebody asks.
//!
//! Without a handler the browser drops WebGPU errors silently. Error scopes are used only while something
//! is created, since waiting for one costs a trip to the GPU process.
//! Refuses to retry: the executor decides what a failure means.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::ErrorKind;

/// Most failures kept; one bad step can cause thousands.
const MAX_KEPT: usize = 16;

/// Drivers can be talkative.
const MAX_REASON_CHARS: usize = 200;

/// Something that the device reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Runtime, out of memory or device lost.
    pub kind: ErrorKind,
    /// A full sentence.
    pub message: String,
}

#[derive(Debug, Default)]
struct Log {
    failures: Vec<Failure>,
    lost: Option<String>,
}

/// Failures shared with the device's callbacks.
#[derive(Clone, Debug, Default)]
pub struct ErrorLog {
    log: Arc<Mutex<Log>>,
}

impl ErrorLog {
    /// Installs the callbacks.
    pub fn watch(&self, device: &wgpu::Device) {
        let log = self.clone();
        device.on_uncaptured_error(Arc::new(move |error| log.push(failure_of(&error))));
        let log = self.clone();
        device.set_device_lost_callback(move |reason, message| {
            // Dropping the device on purpose is reported here too, when nobody listens any more.
            log.lose(&format!("{reason:?}: {message}"));
        });
    }

    /// Notes that the device is gone.
    pub fn lose(&self, reason: &str) {
        let reason: String = reason
            .trim_end_matches(['.', ' ', ':'])
            .chars()
            .take(MAX_REASON_CHARS)
            .collect();
        self.with(|log| {
            log.lost
                .get_or_insert_with(|| format!("the GPU device was lost ({reason})"));
        });
    }

    /// Keeps a failure.
    pub fn push(&self, failure: Failure) {
        self.with(|log| {
            if log.failures.len() < MAX_KEPT {
                log.failures.push(failure);
            }
        });
    }

    /// Takes everything reported so far.
    pub fn take(&self) -> Vec<Failure> {
        self.with(|log| std::mem::take(&mut log.failures))
    }

    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<Failure> {
        self.with(|log| log.lost.clone()).map(|message| Failure {
            kind: ErrorKind::DeviceLost,
            message,
        })
    }

    fn with<T>(&self, action: impl FnOnce(&mut Log) -> T) -> T {
        // A panic while the lock was held leaves nothing half-done worth refusing.
        action(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A wgpu error as a failure.
pub fn failure_of(error: &wgpu::Error) -> Failure {
    match error {
        wgpu::Error::OutOfMemory { .. } => Failure {
            kind: ErrorKind::OutOfMemory,
            message: "WebGPU out of memory. The device has no more to give.".to_owned(),
        },
        wgpu::Error::Validation { description, .. } => Failure {
            kind: ErrorKind::Runtime,
            message: format!("WebGPU refused the engine's work: {description}"),
        },
        wgpu::Error::Internal { description, .. } => Failure {
            kind: ErrorKind::Runtime,
            message: format!("WebGPU failed: {description}"),
        },
    }
}

/// Scopes around work that creates something.
pub struct Scopes {
    out_of_memory: wgpu::ErrorScopeGuard,
    validation: wgpu::ErrorScopeGuard,
}

impl Scopes {
    /// Opens the scopes.
    pub fn open(device: &wgpu::Device) -> Scopes {
        let out_of_memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        Scopes {
            out_of_memory,
            validation: device.push_error_scope(wgpu::ErrorFilter::Validation),
        }
    }

    /// Closes them; the future gives what was caught.
    pub fn close(self) -> impl Future<Output = Vec<Failure>> {
        let (validation, out_of_memory) = (self.validation.pop(), self.out_of_memory.pop());
        async move {
            let caught = [out_of_memory.await, validation.await];
            caught.iter().flatten().map(failure_of).collect()
        }
    }
}
