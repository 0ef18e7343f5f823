//! The memory behind tensors: a flat run of elements on one device, shared by all views of it.
//!
//! CPU storages hold a typed buffer that is written in place, or show another storage's memory as elements of another
//! dtype. GPU storages hold a graph value; since graph values never change, a write replaces the value by a new one.
//! Refuses to know shapes: a tensor's view says where its elements lie. Read next: `reinterpret`, `tensor`.

use std::cell::{OnceCell, Ref, RefCell, RefMut};
use std::rc::Rc;

use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::GpuValue;
use crate::reinterpret::Reinterpreted;

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
    home: Home,
}

/// What a storage has of its elements.
#[derive(Debug)]
enum Home {
    /// The elements, and what other dtypes see in their bytes, once somebody looked.
    Own {
        data: RefCell<Data>,
        others: OnceCell<Box<Reinterpreted>>,
    },
    /// The memory of another storage, which is of the first kind, as elements of this one's dtype.
    Of(Rc<Storage>),
}

impl Home {
    const fn own(data: Data) -> Home {
        Home::Own {
            data: RefCell::new(data),
            others: OnceCell::new(),
        }
    }
}

impl Storage {
    /// A storage over a CPU buffer.
    pub fn from_buffer(buffer: Buffer) -> Rc<Storage> {
        let (dtype, num_elements) = (buffer.dtype(), buffer.len());
        Rc::new(Storage {
            dtype,
            num_elements,
            device: Device::Cpu,
            home: Home::own(Data::Cpu(buffer)),
        })
    }

    /// A storage over a value of the graph.
    pub fn from_value(value: Rc<GpuValue>) -> Rc<Storage> {
        let (dtype, num_elements) = (value.dtype, value.num_elements);
        Rc::new(Storage {
            dtype,
            num_elements,
            device: Device::WebGpu,
            home: Home::own(Data::Gpu(value)),
        })
    }

    /// The same memory as elements of another dtype; of the bytes at its end that make no whole element, none is seen.
    /// An error on the GPU, which does not hold elements of all dtypes in their own bytes.
    pub fn reinterpreted(self: &Rc<Storage>, dtype: DType) -> Result<Rc<Storage>> {
        if self.device == Device::WebGpu {
            return Err(Error::Other {
                kind: ErrorKind::NotImplemented,
                message: format!(
                    "torch.Tensor.view(dtype) from {} to {dtype} is not supported on device 'webgpu', which does not hold \
                     elements of all dtypes in their own bytes: move the tensor to the CPU first",
                    self.dtype
                ),
            });
        }
        let owner = self.owner();
        if owner.dtype == dtype {
            return Ok(Rc::clone(owner));
        }
        Ok(Rc::new(Storage {
            dtype,
            num_elements: owner.num_elements * owner.dtype.size_bytes() / dtype.size_bytes(),
            device: owner.device,
            home: Home::Of(Rc::clone(owner)),
        }))
    }

    /// The storage whose memory this is: itself, unless it shows another's.
    pub fn owner(self: &Rc<Storage>) -> &Rc<Storage> {
        match &self.home {
            Home::Own { .. } => self,
            Home::Of(owner) => owner,
        }
    }

    /// True if both are the same memory.
    pub fn is_same_memory(self: &Rc<Storage>, other: &Rc<Storage>) -> bool {
        Rc::ptr_eq(self.owner(), other.owner())
    }

    /// True if no other storage sees this one's memory.
    pub const fn owns_alone(&self) -> bool {
        matches!(self.home, Home::Own { .. })
    }

    /// The buffer of a CPU storage.
    pub fn buffer(&self) -> Result<Ref<'_, Buffer>> {
        match &self.home {
            Home::Own { data, others } => {
                if let Some(others) = others.get() {
                    others.update_owner(|| read_mut(data, self.device))?;
                }
                read(data, self.device)
            }
            Home::Of(owner) => {
                let (data, others) = owner.own()?;
                others.get_or_init(Box::default).buffer(
                    self.dtype,
                    || read(data, self.device),
                    || read_mut(data, self.device),
                )
            }
        }
    }

    /// The buffer of a CPU storage, to be changed. The caller holds no other borrow of this storage.
    pub fn buffer_mut(&self) -> Result<RefMut<'_, Buffer>> {
        match &self.home {
            Home::Own { data, others } => {
                if let Some(others) = others.get() {
                    others.update_owner(|| read_mut(data, self.device))?;
                    others.note_owner_written();
                }
                read_mut(data, self.device)
            }
            Home::Of(owner) => {
                let (data, others) = owner.own()?;
                others.get_or_init(Box::default).buffer_mut(
                    self.dtype,
                    || read(data, self.device),
                    || read_mut(data, self.device),
                )
            }
        }
    }

    fn own(&self) -> Result<(&RefCell<Data>, &OnceCell<Box<Reinterpreted>>)> {
        match &self.home {
            Home::Own { data, others } => Ok((data, others)),
            Home::Of(_) => Err(Error::runtime("the memory of a view of another dtype has no owner")),
        }
    }

    /// The graph value of a GPU storage.
    pub fn value(&self) -> Result<Rc<GpuValue>> {
        match &*self.own()?.0.borrow() {
            Data::Gpu(value) => Ok(Rc::clone(value)),
            Data::Cpu(_) => Err(wrong_device(self.device)),
        }
    }

    /// Puts another value of the same dtype and size in place of the current one.
    pub fn replace_value(&self, value: Rc<GpuValue>) {
        if let Home::Own { data, .. } = &self.home {
            *data.borrow_mut() = Data::Gpu(value);
        }
    }
}

fn read(data: &RefCell<Data>, device: Device) -> Result<Ref<'_, Buffer>> {
    let data = data
        .try_borrow()
        .map_err(|_| Error::runtime("a tensor is read while it is written"))?;
    Ref::filter_map(data, |data| {
        if let Data::Cpu(buffer) = data {
            Some(buffer)
        } else {
            None
        }
    })
    .map_err(|_| wrong_device(device))
}

fn read_mut(data: &RefCell<Data>, device: Device) -> Result<RefMut<'_, Buffer>> {
    let data = data
        .try_borrow_mut()
        .map_err(|_| Error::runtime("a tensor is written while it is read"))?;
    RefMut::filter_map(data, |data| {
        if let Data::Cpu(buffer) = data {
            Some(buffer)
        } else {
            None
        }
    })
    .map_err(|_| wrong_device(device))
}

fn wrong_device(device: Device) -> Error {
    Error::runtime(format!("this operation does not take a tensor on {}", device.name()))
}
