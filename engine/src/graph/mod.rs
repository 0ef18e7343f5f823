//! The lazy graph of the GPU device: what was recorded and has not yet been sent.
//!
//! Appending is cheap and pure; [`Graph::flush`] turns what is still wanted into one wire message.
//! A value is wanted while a storage or an autograd node holds its [`GpuValue`]; nodes that nobody
//! wants, directly or through others, are dropped unsent. Refuses to compute, to fuse or to wait.
//! Read next: `lower` (graph to program), then `wire`.

mod lower;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::dtype::DType;
use crate::prim::Prim;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::View;
use crate::wire::{Flush, Read, Upload, ValueId};

/// A flat value on the GPU, made or still to be made. Dropping the last holder frees its buffer.
#[derive(Debug)]
pub struct GpuValue {
    /// Identity across flushes.
    pub id: ValueId,
    /// Element type.
    pub dtype: DType,
    /// Elements in the flat buffer.
    pub num_elements: usize,
    dropped: Rc<RefCell<Vec<ValueId>>>,
}

impl Drop for GpuValue {
    fn drop(&mut self) {
        self.dropped.borrow_mut().push(self.id);
    }
}

/// One recorded primitive. Holds its inputs, not its output: an unwanted output may go at any time.
#[derive(Debug)]
struct PendingNode {
    prim: Prim,
    inputs: Vec<(Rc<GpuValue>, View)>,
    params: Vec<Scalar>,
    shape: Shape,
    output: Weak<GpuValue>,
    output_id: ValueId,
    dtype: DType,
}

/// Work recorded since the last flush.
#[derive(Debug, Default)]
pub struct Graph {
    next_id: u64,
    next_ticket: u32,
    nodes: Vec<PendingNode>,
    uploads: Vec<Upload>,
    reads: Vec<Read>,
    /// Ids whose last holder went since the last flush.
    dropped: Rc<RefCell<Vec<ValueId>>>,
    /// Ids that the executor has, or will have when it has done what was sent.
    realised: std::collections::BTreeSet<ValueId>,
}

impl Graph {
    fn new_value(&mut self, dtype: DType, num_elements: usize) -> Rc<GpuValue> {
        self.next_id += 1;
        Rc::new(GpuValue {
            id: ValueId(self.next_id),
            dtype,
            num_elements,
            dropped: Rc::clone(&self.dropped),
        })
    }

    /// How many nodes wait; the caller flushes when there are many.
    pub fn num_pending(&self) -> usize {
        self.nodes.len()
    }

    /// A value from CPU bytes: little-endian elements as they travel, [`DType::wire_bytes`] each.
    pub fn upload(&mut self, dtype: DType, num_elements: usize, bytes: Vec<u8>) -> Rc<GpuValue> {
        let value = self.new_value(dtype, num_elements);
        self.uploads.push(Upload {
            id: value.id,
            dtype,
            bytes,
        });
        value
    }

    /// Appends a primitive whose inputs were checked by `prim::infer`, and returns its output.
    /// `params` holds `prim.num_params()` scalars.
    pub fn record(
        &mut self,
        prim: Prim,
        inputs: Vec<(Rc<GpuValue>, View)>,
        params: Vec<Scalar>,
        shape: &[usize],
        dtype: DType,
    ) -> Rc<GpuValue> {
        let value = self.new_value(dtype, shape.iter().product());
        self.nodes.push(PendingNode {
            prim,
            inputs,
            params,
            shape: shape.to_vec(),
            output: Rc::downgrade(&value),
            output_id: value.id,
            dtype,
        });
        value
    }

    /// Asks for a value's bytes; the ticket comes back in the reply to the next flush.
    pub fn read(&mut self, value: &GpuValue) -> u32 {
        self.next_ticket += 1;
        self.reads.push(Read {
            ticket: self.next_ticket,
            id: value.id,
        });
        self.next_ticket
    }

    /// Everything that waits as one message, or `None` if there is nothing to say.
    pub fn flush(&mut self) -> Option<Flush> {
        let nodes = std::mem::take(&mut self.nodes);
        let mut flush = Flush {
            uploads: std::mem::take(&mut self.uploads),
            ..Flush::default()
        };
        self.realised.extend(flush.uploads.iter().map(|upload| upload.id));
        lower::lower(nodes, &self.reads, &mut flush);
        self.realised.extend(&flush.output_ids);
        flush.reads = std::mem::take(&mut self.reads);
        // Only now: lowering dropped the pending nodes, and with them their hold on inputs.
        for id in self.dropped.take() {
            if self.realised.remove(&id) {
                flush.frees.push(id);
            }
        }
        let says_nothing =
            flush.uploads.is_empty() && flush.output_ids.is_empty() && flush.reads.is_empty() && flush.frees.is_empty();
        (!says_nothing).then_some(flush)
    }
}
