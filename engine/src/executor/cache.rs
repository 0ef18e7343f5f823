//! Plans found again by the bytes of their program.
//!
//! The key is the whole program, which of its inputs may be overwritten and whether its nodes may share kernels, so equal work is planned
//! once. The plan used longest ago leaves when there are too many. Refuses to hash away differences.

use std::collections::HashMap;
use std::rc::Rc;

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
    pub params: Vec<u32>,
    pub grid: [u32; 2],
    /// It has int64 results that may not fit.
    pub reports_range: bool,
}

/// All that is known of a program before its values.
#[derive(Debug)]
pub(super) struct Prepared {
    pub program: Program,
    pub plan: Plan,
    pub launches: Vec<Launch>,
    /// Outputs that int64 results which may not fit go into.
    pub suspects: Vec<usize>,
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
        key.push(u8::from(fusion == Fusion::On));
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
