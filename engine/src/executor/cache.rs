//! Plans found again by the bytes of their program.
//!
//! The key is the whole program, which of its inputs may be overwritten and whether its nodes may share kernels, so equal work is planned
//! once. The plan used longest ago leaves when there are too many. Refuses to hash away differences.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::table::Wishes;
use crate::backend::wgpu::pipelines::Pipeline;
use crate::plan::memory::Storage;
use crate::plan::{Fusion, Plan};
use crate::wire::Program;

/// Most plans kept: more than the distinct steps of a notebook.
const MAX_PLANS: usize = 256;

/// One dispatch, ready but for buffers and parameter words.
#[derive(Debug)]
pub(super) struct Launch {
    pub pipeline: Rc<Pipeline>,
    pub buffers: Vec<Storage>,
    pub words: Vec<Word>,
    pub grid: [u32; 2],
    /// It has int64 results that may not fit.
    pub reports_range: bool,
    /// The pipelines with more bindings that may be written, by their numbers: for values that share a buffer with one
    /// that is written.
    pub widened: RefCell<Vec<(Vec<usize>, Rc<Pipeline>)>>,
}

/// A word of a dispatch's uniform.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// This parameter word of the flush.
    Param(u32),
    /// This word.
    Fixed(u32),
    /// Where a part of a joint array begins in it, in elements of so many bytes.
    Start(u32, u32, u32),
}

/// All that is known of a program before its values.
#[derive(Debug)]
pub(super) struct Prepared {
    pub program: Program,
    pub plan: Plan,
    pub launches: Vec<Launch>,
    /// Outputs that int64 results which may not fit go into.
    pub suspects: Vec<usize>,
    /// The same work with a buffer for each array, for when those of a joint array are not in one buffer.
    pub apart: OnceCell<Rc<Prepared>>,
    /// There was no room to bring them into one buffer.
    pub stays_apart: Cell<bool>,
    /// Which outputs others want in one buffer.
    pub wishes: Rc<RefCell<Wishes>>,
}

/// The cache.
#[derive(Debug, Default)]
pub(super) struct PlanCache {
    entries: HashMap<Vec<u8>, (Rc<Prepared>, u64)>,
    clock: u64,
}

impl PlanCache {
    /// The key of a program whose inputs may be overwritten as told.
    pub fn key(program: &[u8], donated: &[bool], fusion: Fusion) -> Vec<u8> {
        let mut key = program.to_vec();
        key.push(fusion as u8);
        key.extend(donated.iter().map(|&donated| u8::from(donated)));
        key
    }

    /// A plan made earlier.
    pub fn get(&mut self, key: &[u8]) -> Option<Rc<Prepared>> {
        self.clock += 1;
        let (prepared, used) = self.entries.get_mut(key)?;
        *used = self.clock;
        Some(Rc::clone(prepared))
    }

    /// Keeps a plan.
    pub fn insert(&mut self, key: Vec<u8>, prepared: Rc<Prepared>) {
        if self.entries.len() >= MAX_PLANS {
            let oldest = self
                .entries
                .iter()
                .min_by_key(|(_, (_, used))| *used)
                .map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.entries.remove(&oldest);
            }
        }
        self.entries.insert(key, (prepared, self.clock));
    }

    /// Drops a plan whose pipelines turned out not to compile.
    pub fn remove(&mut self, key: &[u8]) {
        self.entries.remove(key);
    }
}
