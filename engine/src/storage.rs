//! The memory behind tensors: a flat run of elements on one device, shared by all views of it.
//!
//! CPU storages hold a typed buffer that is written in place. GPU storages hold a graph value; since
//! graph values never change, a write replaces the value by a new one.
//! Refuses to know shapes: a tensor's view says where its elements lie. Read next: `tensor`.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::graph::GpuValue;

/// Where a tensor lives. The discriminant is the code that Python uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Device {
    /// Computed at once by the recorder.
    Cpu = 0,
    /// Recorded, and computed by the executor.
    WebGpu = 1,
}

impl Device {
    /// PyTorch's device type.
    pub const fn name(self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::WebGpu => "webgpu",
        }
    }

    /// The device with its index, as PyTorch's messages print it.
    pub const fn full_name(self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::WebGpu => "webgpu:0",
        }
    }

    /// The device with this code.
    pub const fn from_code(code: u8) -> Option<Device> {
        match code {
            0 => Some(Device::Cpu),
            1 => Some(Device::WebGpu),
            _ => None,
        }
    }
}

/// The elements themselves.
#[derive(Debug)]
pub enum Data {
    /// Elements in this memory.
    Cpu(Buffer),
    /// A value of the graph, made or still to be made.
    Gpu(Rc<GpuValue>),
}

/// A flat run of elements of one dtype on one device.
#[derive(Debug)]
pub struct Storage {
    /// Element type.
    pub dtype: DType,
    /// Number of elements.
    pub num_elements: usize,
    /// Where the elements are.
    pub device: Device,
    data: RefCell<Data>,
}

impl Storage {
    /// A storage over a CPU buffer.
    pub fn from_buffer(buffer: Buffer) -> Rc<Storage> {
        let (dtype, num_elements) = (buffer.dtype(), buffer.len());
        Rc::new(Storage {
            dtype,
            num_elements,
            device: Device::Cpu,
            data: RefCell::new(Data::Cpu(buffer)),
        })
    }

    /// A storage over a value of the graph.
    pub fn from_value(value: Rc<GpuValue>) -> Rc<Storage> {
        let (dtype, num_elements) = (value.dtype, value.num_elements);
        Rc::new(Storage {
            dtype,
            num_elements,
            device: Device::WebGpu,
            data: RefCell::new(Data::Gpu(value)),
        })
    }

    /// The buffer of a CPU storage.
    pub fn buffer(&self) -> Result<Ref<'_, Buffer>> {
        let data = self
            .data
            .try_borrow()
            .map_err(|_| Error::runtime("a tensor is read while it is written"))?;
        Ref::filter_map(data, |data| {
            if let Data::Cpu(buffer) = data {
                Some(buffer)
            } else {
                None
            }
        })
        .map_err(|_| wrong_device(self.device))
    }

    /// The buffer of a CPU storage, to be changed. The caller holds no other borrow of this storage.
    pub fn buffer_mut(&self) -> Result<RefMut<'_, Buffer>> {
        let data = self
            .data
            .try_borrow_mut()
            .map_err(|_| Error::runtime("a tensor is written while it is read"))?;
        RefMut::filter_map(data, |data| {
            if let Data::Cpu(buffer) = data {
                Some(buffer)
            } else {
                None
            }
        })
        .map_err(|_| wrong_device(self.device))
    }

    /// The graph value of a GPU storage.
    pub fn value(&self) -> Result<Rc<GpuValue>> {
        match &*self.data.borrow() {
            Data::Gpu(value) => Ok(Rc::clone(value)),
            Data::Cpu(_) => Err(wrong_device(self.device)),
        }
    }

    /// Puts another value of the same dtype and size in place of the current one.
    pub fn replace_value(&self, value: Rc<GpuValue>) {
        *self.data.borrow_mut() = Data::Gpu(value);
    }
}

fn wrong_device(device: Device) -> Error {
    Error::runtime(format!("this operation does not take a tensor on {}", device.name()))
}
