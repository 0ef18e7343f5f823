//! The tensor: a cheap handle on a storage, a view of it, and what autograd knows about it.
//!
//! Metadata only: every operation on tensors lives in `ops`. Refuses to be shared between threads.
//! Read next: `apply`, `ops`, `autograd`.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::{Rc, Weak};

use crate::autograd::AutogradMeta;
use crate::context;
use crate::cpu::Buffer;
use crate::dtype::DType;
use crate::error::Result;
use crate::graph::GpuValue;
use crate::shape::Shape;
use crate::storage::{Device, Storage};
use crate::view::View;

/// What stands in the version counter of memory made in inference mode.
const INFERENCE_VERSION: u32 = u32::MAX;

/// Where a tensor's elements are: the part that `detach`, saved tensors and aliases share.
#[derive(Clone, Debug)]
pub struct Body {
    /// The elements.
    pub storage: Rc<Storage>,
    /// Which of them, in which order.
    pub view: Rc<View>,
    /// Counts in-place writes; shared by all views, so that autograd notices changed saved tensors.
    pub version: Rc<Cell<u32>>,
}

#[derive(Debug)]
struct Inner {
    body: RefCell<Body>,
    meta: RefCell<AutogradMeta>,
}

/// A tensor. Clones are the same tensor.
#[derive(Clone, Debug)]
pub struct Tensor {
    inner: Rc<Inner>,
}

/// A tensor that is not kept alive; see [`Tensor::downgrade`].
#[derive(Clone, Debug)]
pub struct WeakTensor {
    inner: Weak<Inner>,
}

impl WeakTensor {
    /// The tensor, if it still lives.
    pub fn upgrade(&self) -> Option<Tensor> {
        self.inner.upgrade().map(|inner| Tensor { inner })
    }
}

impl Tensor {
    /// A tensor over existing memory, unknown to autograd.
    pub fn from_body(body: Body) -> Tensor {
        Tensor {
            inner: Rc::new(Inner {
                body: RefCell::new(body),
                meta: RefCell::default(),
            }),
        }
    }

    /// A row-major tensor over a fresh storage with as many elements as the shape.
    pub fn from_storage(storage: Rc<Storage>, shape: &[usize]) -> Tensor {
        let view = Rc::new(View::contiguous(shape));
        let version = if context::inference_mode() {
            INFERENCE_VERSION
        } else {
            0
        };
        Tensor::from_body(Body {
            storage,
            view,
            version: Rc::new(Cell::new(version)),
        })
    }

    /// A row-major CPU tensor.
    pub fn from_buffer(buffer: Buffer, shape: &[usize]) -> Tensor {
        Tensor::from_storage(Storage::from_buffer(buffer), shape)
    }

    /// A row-major GPU tensor.
    pub fn from_value(value: Rc<GpuValue>, shape: &[usize]) -> Tensor {
        Tensor::from_storage(Storage::from_value(value), shape)
    }

    /// Another tensor over the same memory that shares this one's version counter and not its gradient.
    pub fn alias(&self, view: View) -> Tensor {
        let body = self.body();
        Tensor::from_body(Body {
            view: Rc::new(view),
            ..body
        })
    }

    /// Storage, view and version counter.
    pub fn body(&self) -> Body {
        self.inner.body.borrow().clone()
    }

    /// Makes this tensor stand for other memory, as assigning to `.data` does.
    pub fn set_body(&self, body: Body) {
        *self.inner.body.borrow_mut() = body;
    }

    /// The storage.
    pub fn storage(&self) -> Rc<Storage> {
        Rc::clone(&self.inner.body.borrow().storage)
    }

    /// The view.
    pub fn view(&self) -> Rc<View> {
        Rc::clone(&self.inner.body.borrow().view)
    }

    /// Sizes, outermost first.
    pub fn shape(&self) -> Shape {
        self.inner.body.borrow().view.shape.clone()
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.inner.body.borrow().view.rank()
    }

    /// Size of a dimension that exists.
    pub fn size(&self, dim: usize) -> usize {
        self.inner.body.borrow().view.shape[dim]
    }

    /// Number of elements.
    pub fn num_elements(&self) -> usize {
        self.inner.body.borrow().view.num_elements()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.inner.body.borrow().storage.dtype
    }

    /// Device.
    pub fn device(&self) -> Device {
        self.inner.body.borrow().storage.device
    }

    /// True if the view is row-major without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.inner.body.borrow().view.is_contiguous()
    }

    /// True if the view is row-major and covers the whole storage.
    pub fn covers_storage(&self) -> bool {
        let body = self.inner.body.borrow();
        body.view.offset == 0 && body.view.is_contiguous() && body.view.num_elements() == body.storage.num_elements
    }

    /// How many in-place writes this memory has seen.
    pub fn version(&self) -> u32 {
        self.inner.body.borrow().version.get()
    }

    /// Counts an in-place write.
    pub fn bump_version(&self) {
        let version = Rc::clone(&self.inner.body.borrow().version);
        if version.get() != INFERENCE_VERSION {
            version.set((version.get() + 1) % INFERENCE_VERSION);
        }
    }

    /// True if the memory was made in inference mode: it counts no writes.
    pub fn is_inference(&self) -> bool {
        self.version() == INFERENCE_VERSION
    }

    /// What autograd knows.
    pub fn meta(&self) -> Ref<'_, AutogradMeta> {
        self.inner.meta.borrow()
    }

    /// What autograd knows, to be changed.
    pub fn meta_mut(&self) -> RefMut<'_, AutogradMeta> {
        self.inner.meta.borrow_mut()
    }

    /// True if both handles are the same tensor.
    pub fn is_same(&self, other: &Tensor) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }

    /// A handle that does not keep the tensor alive.
    pub fn downgrade(&self) -> WeakTensor {
        WeakTensor {
            inner: Rc::downgrade(&self.inner),
        }
    }

    /// True if this handle alone reaches the memory.
    pub fn is_sole_owner(&self) -> bool {
        let storage = &self.inner.body.borrow().storage;
        Rc::strong_count(&self.inner) == 1 && Rc::strong_count(storage) == 1 && storage.owns_alone()
    }

    /// A number that no other living tensor has; orders tensors in maps.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.inner).addr()
    }

    /// Reads the memory of a CPU tensor.
    pub fn with_buffer<R>(&self, read: impl FnOnce(&Buffer, &View) -> R) -> Result<R> {
        let body = self.body();
        let buffer = body.storage.buffer()?;
        Ok(read(&buffer, &body.view))
    }
}
