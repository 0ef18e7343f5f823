//! The value table: which buffer holds which value, or why there is none.
//!
//! Refuses to free by itself: buffers leave by `remove`, and the caller gives them to the pool.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Weak;

use crate::backend::wgpu::buffers::PooledBuffer;
use crate::backend::wgpu::errors::Failure;
use crate::dtype::DType;
use crate::wire::ValueId;

/// A value that exists.
#[derive(Debug)]
pub(super) struct Held {
    /// Element type.
    pub dtype: DType,
    /// Elements.
    pub num_elements: usize,
    /// Where it is.
    pub buffer: PooledBuffer,
    /// What the program that made it is told about the place of its outputs, and which output it was. Gone once another
    /// program has written over it.
    pub maker: Option<(Weak<RefCell<Wishes>>, u32)>,
}

/// Sets of a program's outputs that others want in one buffer.
pub(super) type Wishes = Vec<Vec<u32>>;

/// A value, or the failure that prevented it.
#[derive(Debug)]
pub(super) enum Entry {
    /// Its buffer.
    Held(Held),
    /// Why there is none.
    Failed(Failure),
}

/// All values by id.
#[derive(Debug, Default)]
pub(super) struct ValueTable {
    entries: BTreeMap<ValueId, Entry>,
    /// What happened to values that were never here: those of an executor before this one.
    pub lost_before: Option<Failure>,
}

impl ValueTable {
    /// Adds a value; gives back what stood in its place, which only a wrong message makes happen.
    pub fn insert(&mut self, id: ValueId, entry: Entry) -> Option<Entry> {
        self.entries.insert(id, entry)
    }

    /// Takes a value out.
    pub fn remove(&mut self, id: ValueId) -> Option<Entry> {
        self.entries.remove(&id)
    }

    /// The value, to be moved.
    pub fn get_mut(&mut self, id: ValueId) -> Option<&mut Held> {
        match self.entries.get_mut(&id) {
            Some(Entry::Held(held)) => Some(held),
            _ => None,
        }
    }

    /// All values that exist.
    pub fn held(&self) -> impl Iterator<Item = (ValueId, &Held)> {
        self.entries.iter().filter_map(|(&id, entry)| match entry {
            Entry::Held(held) => Some((id, held)),
            Entry::Failed(_) => None,
        })
    }

    /// Every value is gone, for one reason.
    pub fn lose_all(&mut self, failure: &Failure) {
        for entry in self.entries.values_mut() {
            // What failed before keeps its own reason.
            if matches!(entry, Entry::Held(_)) {
                *entry = Entry::Failed(failure.clone());
            }
        }
    }

    /// The value, or why there is none.
    pub fn get(&self, id: ValueId) -> Result<&Held, Failure> {
        match self.entries.get(&id) {
            Some(Entry::Held(held)) => Ok(held),
            Some(Entry::Failed(failure)) => Err(failure.clone()),
            None => Err(self.lost_before.clone().unwrap_or_else(|| Failure {
                kind: crate::error::ErrorKind::Runtime,
                message: format!("the GPU holds no value {}", id.0),
            })),
        }
    }
}
