//! The engine's one error type, with PyTorch's exception kinds and texts.
//!
//! Every variant that users meet often is structured and produces PyTorch's first line; the rest carry
//! the operator and a sentence. Refuses to print or to recover: errors are handled once, by Python.

use std::fmt;

use crate::dtype::DType;

/// What every fallible function of the engine returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The Python exception that an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `RuntimeError`
    Runtime,
    /// `TypeError`
    Type,
    /// `ValueError`
    Value,
    /// `IndexError`
    Index,
    /// `NotImplementedError`
    NotImplemented,
    /// `torch.OutOfMemoryError`
    OutOfMemory,
    /// A lost GPU device; a `RuntimeError` in Python.
    DeviceLost,
    /// `KeyboardInterrupt`: the user asked what runs to stop.
    Interrupted,
    /// An operator that the GPU has not; Python moves the tensors to the CPU and calls again.
    CpuOnly,
}

impl ErrorKind {
    /// The exception's name in Python; the binding looks it up.
    pub const fn python_name(self) -> &'static str {
        match self {
            ErrorKind::Runtime | ErrorKind::DeviceLost => "RuntimeError",
            ErrorKind::Type => "TypeError",
            ErrorKind::Value => "ValueError",
            ErrorKind::Index => "IndexError",
            ErrorKind::NotImplemented => "NotImplementedError",
            ErrorKind::OutOfMemory => "OutOfMemoryError",
            ErrorKind::Interrupted => "KeyboardInterrupt",
            ErrorKind::CpuOnly => "CpuOnly",
        }
    }
}

/// An error of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// Two shapes do not broadcast. `dim` counts from the front of the broadcast shape.
    Broadcast {
        /// Size of the first operand at `dim`.
        a: usize,
        /// Size of the second operand at `dim`.
        b: usize,
        /// The dimension that differs.
        dim: usize,
    },
    /// A dimension argument outside `[-rank, rank - 1]`.
    DimOutOfRange {
        /// The argument as given.
        dim: i64,
        /// The tensor's rank.
        rank: usize,
    },
    /// Two matrices whose inner sizes differ.
    MatmulShapes {
        /// First matrix, rows and columns.
        a: [usize; 2],
        /// Second matrix, rows and columns.
        b: [usize; 2],
    },
    /// A view that the strides do not allow, or a reshape of another element count.
    InvalidShape {
        /// The shape asked for.
        shape: Vec<i64>,
        /// Elements of the input.
        numel: usize,
    },
    /// An operator that has no kernel for this dtype on this device.
    UnsupportedDType {
        /// The kernel's name as PyTorch prints it.
        op: &'static str,
        /// The dtype.
        dtype: DType,
        /// `"cpu"` or `"webgpu"`.
        device: &'static str,
    },
    /// A saved tensor was changed in place between forward and backward.
    SavedTensorModified {
        /// The tensor as PyTorch names it: `[torch.FloatTensor [3]]`, and which output of which node it is.
        tensor: String,
        /// Version at backward.
        found: u32,
        /// Version when saved.
        expected: u32,
    },
    /// A primitive that has no GPU kernel was applied to tensors on the GPU.
    CpuOnly {
        /// The primitive, for the message.
        prim: String,
    },
    /// Anything else: a kind, the operator and a full sentence.
    Other {
        /// The exception kind.
        kind: ErrorKind,
        /// The message, complete.
        message: String,
    },
}

impl Error {
    /// PyTorch's error when the processor's memory does not suffice.
    pub fn memory_exhausted(bytes: u128) -> Error {
        Error::runtime(format!(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to \
             allocate {bytes} bytes. Error code 12 (Cannot allocate memory)"
        ))
    }

    /// The user asked what runs to stop.
    pub fn interrupted() -> Error {
        Error::Other {
            kind: ErrorKind::Interrupted,
            message: String::new(),
        }
    }

    /// A `RuntimeError` with this text.
    pub fn runtime(message: impl Into<String>) -> Error {
        Error::Other {
            kind: ErrorKind::Runtime,
            message: message.into(),
        }
    }

    /// A `TypeError` with this text.
    pub fn type_error(message: impl Into<String>) -> Error {
        Error::Other {
            kind: ErrorKind::Type,
            message: message.into(),
        }
    }

    /// A `ValueError` with this text.
    pub fn value(message: impl Into<String>) -> Error {
        Error::Other {
            kind: ErrorKind::Value,
            message: message.into(),
        }
    }

    /// An `IndexError` with this text.
    pub fn index(message: impl Into<String>) -> Error {
        Error::Other {
            kind: ErrorKind::Index,
            message: message.into(),
        }
    }

    /// A `NotImplementedError` with this text.
    pub fn not_implemented(message: impl Into<String>) -> Error {
        Error::Other {
            kind: ErrorKind::NotImplemented,
            message: message.into(),
        }
    }

    /// The Python exception kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Error::DimOutOfRange { .. } => ErrorKind::Index,
            Error::UnsupportedDType { .. } => ErrorKind::NotImplemented,
            Error::CpuOnly { .. } => ErrorKind::CpuOnly,
            Error::Other { kind, .. } => *kind,
            Error::Broadcast { .. }
            | Error::MatmulShapes { .. }
            | Error::InvalidShape { .. }
            | Error::SavedTensorModified { .. } => ErrorKind::Runtime,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Broadcast { a, b, dim } => write!(
                formatter,
                "The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}"
            ),
            Error::DimOutOfRange { dim, rank } => {
                let bound = (*rank).max(1) as i64;
                write!(
                    formatter,
                    "Dimension out of range (expected to be in range of [{}, {}], but got {dim})",
                    -bound,
                    bound - 1
                )
            }
            Error::MatmulShapes { a, b } => write!(
                formatter,
                "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
                a[0], a[1], b[0], b[1]
            ),
            Error::InvalidShape { shape, numel } => {
                write!(
                    formatter,
                    "shape '{}' is invalid for input of size {numel}",
                    list_text(shape)
                )
            }
            Error::UnsupportedDType { op, dtype, .. } => {
                write!(formatter, "\"{op}\" not implemented for '{}'", dtype.scalar_type_name())
            }
            Error::SavedTensorModified {
                tensor,
                found,
                expected,
            } => write!(
                formatter,
                "one of the variables needed for gradient computation has been modified by an inplace operation: \
                 {tensor} is at version {found}; expected version {expected} instead. Hint: enable anomaly \
                 detection to find the operation that failed to compute its gradient, with \
                 torch.autograd.set_detect_anomaly(True, check_nan=False)."
            ),
            Error::CpuOnly { prim } => write!(formatter, "{prim} has no kernel on the webgpu device"),
            Error::Other { message, .. } => formatter.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// A list of sizes as PyTorch prints it: `[2, 3]`.
pub fn list_text<T: fmt::Display>(sizes: &[T]) -> String {
    let parts: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    format!("[{}]", parts.join(", "))
}
