//! Joint arrays: values that a joined kernel sees as one array must lie in one buffer.
//!
//! Outputs are made in one buffer from the start. Inputs that are written over, such as parameters and their moments, are
//! brought into one buffer once, and hand it on from step to step. Inputs that are only read, such as gradients made by an
//! earlier flush, are not copied: the program that makes them is told to make them in one buffer next time, and until it
//! does, the work is done with a kernel for each (`Prepared::apart`).
//! Refuses to copy values in every step. Read next: `plan::join`, `room`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Executor;
use super::cache::{Prepared, Word};
use super::room::Room;
use super::run::{Outcome, Work};
use crate::backend::wgpu::buffers::{PooledBuffer, shared_bytes};
use crate::backend::wgpu::encode::Bound;
use crate::codegen::joined::first_workgroups;
use crate::plan::kernel::{Binding, Body, Kernel, Value};
use crate::plan::memory::Storage;
use crate::plan::{Caps, Fusion, Plan};
use crate::wire::{Flush, ValueId};

/// What is left in a shared buffer is moved when it takes less than this part of it …
const MOSTLY_EMPTY: u64 = 4;

/// … and so many bytes can be given back.
const WORTH_FREEING: u64 = 1 << 20;

/// Most sets of outputs that a program is asked to keep together.
const MAX_WISHES: usize = 32;

/// The words of a kernel's uniform.
pub(super) fn words(kernel: &Kernel, caps: &Caps) -> Vec<Word> {
    let mut words: Vec<Word> = kernel.params.iter().map(|&word| Word::Param(word)).collect();
    // The uniform is declared in vectors of four.
    words.resize(words.len().next_multiple_of(4), Word::Fixed(0));
    let Body::Joined(joined) = &kernel.body else {
        return words;
    };
    let joint = |binding: &Binding| match binding.value {
        Value::Joint(joint) => Some((joint, if binding.halves { 2 } else { 4 })),
        _ => None,
    };
    let joints: Vec<(u32, u32)> = kernel.bindings.iter().filter_map(joint).collect();
    let (firsts, _) = first_workgroups(joined, caps);
    for (part, (&length, own)) in joined.lengths.iter().zip(&joined.own).enumerate() {
        let end = words.len() + joined.record_words();
        words.extend([Word::Fixed(firsts[part] as u32), Word::Fixed(length as u32)]);
        words.extend(
            joints
                .iter()
                .map(|&(joint, width)| Word::Start(joint, part as u32, width)),
        );
        words.extend(own.iter().map(|&word| Word::Param(word)));
        words.resize(end, Word::Fixed(0));
    }
    words
}

/// The inputs that belong together, if inputs are what a set is made of.
fn inputs_of(set: &[Storage]) -> Option<BTreeSet<u32>> {
    let input = |storage: &Storage| match storage {
        Storage::Input(input) => Some(*input),
        _ => None,
    };
    set.iter().map(input).collect()
}

/// The same for outputs.
fn outputs_of(set: &[Storage]) -> Option<Vec<u32>> {
    let output = |storage: &Storage| match storage {
        Storage::Output(output) => Some(*output),
        _ => None,
    };
    set.iter().map(output).collect()
}

/// A joint array as a binding, and where each part begins in it, in bytes.
pub(super) fn joint_bound<'a>(parts: &[&'a PooledBuffer]) -> Option<(Bound<'a>, Vec<u32>)> {
    let start = parts.iter().map(|part| part.offset).min()?;
    let end = parts.iter().map(|part| part.offset + part.bytes).max()?;
    let starts = parts.iter().map(|part| (part.offset - start) as u32);
    let bound = Bound {
        offset: start,
        bytes: end - start,
        moved: parts.iter().map(|part| part.bytes).sum(),
        ..parts[0].bound()
    };
    Some((bound, starts.collect()))
}

impl Executor {
    /// The plan to run: that with joint arrays if they are, or can be brought, together. `joins` is false where that was
    /// tried and there was no memory.
    pub(super) fn choose_plan(&mut self, (prepared, key): Work, flush: &Flush, joins: bool) -> Outcome<Work> {
        if prepared.plan.joints.is_empty() {
            return Ok((prepared, key));
        }
        if !joins {
            prepared.stays_apart.set(true);
        }
        if !prepared.stays_apart.get() && !self.are_apart(&prepared.plan, flush) {
            return Ok((prepared, key));
        }
        if let Some(known) = prepared.apart.get() {
            return Ok((Rc::clone(known), key));
        }
        let donated = self.donated(flush);
        let wishes = Rc::clone(&prepared.wishes);
        let apart = self.compile(prepared.program.clone(), &donated, Fusion::Apart, wishes)?;
        Ok((Rc::clone(prepared.apart.get_or_init(|| Rc::new(apart))), key))
    }

    /// True if some joint array of inputs is not in one buffer, and should not be brought there.
    fn are_apart(&self, plan: &Plan, flush: &Flush) -> bool {
        let mut are_apart = false;
        for inputs in plan.together.iter().filter_map(|set| inputs_of(set)) {
            let is_written = inputs
                .iter()
                .all(|&input| plan.in_place.iter().any(|pair| pair.1 == input));
            if !self.are_together(&inputs, flush) && (self.wish(&inputs, flush) || !is_written) {
                are_apart = true;
            }
        }
        are_apart || plan.kernels.iter().any(|kernel| self.lanes_meet(kernel, plan, flush))
    }

    /// True if the inputs are in one buffer.
    fn are_together(&self, inputs: &BTreeSet<u32>, flush: &Flush) -> bool {
        let mut buffers = inputs.iter().map(|&input| self.buffer_of(input, flush));
        let Some(Some(first)) = buffers.next() else {
            return false;
        };
        buffers.all(|other| other.is_some_and(|other| other.shares_with(first)))
    }

    fn buffer_of(&self, input: u32, flush: &Flush) -> Option<&PooledBuffer> {
        let id = *flush.input_ids.get(input as usize)?;
        self.values.get(id).ok().map(|held| &held.buffer)
    }

    /// Asks the program that made the inputs to make them in one buffer next time. True if some program made one of them,
    /// so that they are expected to be new each time.
    fn wish(&self, inputs: &BTreeSet<u32>, flush: &Flush) -> bool {
        let ids = inputs.iter().filter_map(|&input| flush.input_ids.get(input as usize));
        let held = ids.filter_map(|&id| self.values.get(id).ok());
        let makers: Vec<_> = held.map(|held| held.maker.as_ref()).collect();
        let known: Vec<_> = makers
            .iter()
            .flatten()
            .filter_map(|maker| Some((maker.0.upgrade()?, maker.1)))
            .collect();
        if let Some((wishes, _)) = known.first()
            && known.len() == inputs.len()
            && known.iter().all(|maker| Rc::ptr_eq(&maker.0, wishes))
        {
            let outputs: Vec<u32> = known.iter().map(|maker| maker.1).collect();
            let mut wishes = wishes.borrow_mut();
            if wishes.len() < MAX_WISHES && !wishes.contains(&outputs) {
                wishes.push(outputs);
            }
        }
        makers.iter().any(Option::is_some)
    }

    /// True if two arrays of a joined kernel would be seen in one buffer, of which it writes one.
    fn lanes_meet(&self, kernel: &Kernel, plan: &Plan, flush: &Flush) -> bool {
        let Body::Joined(_) = &kernel.body else { return false };
        let first_buffer = |binding: &Binding| {
            let storage = match plan.storage.get(&binding.value)? {
                Storage::Joint(joint) => plan.joints.get(*joint as usize)?.first()?,
                storage => storage,
            };
            match storage {
                Storage::Input(input) => self.buffer_of(*input, flush),
                _ => None,
            }
        };
        let buffers: Vec<&PooledBuffer> = kernel.bindings.iter().filter_map(first_buffer).collect();
        let pairs = buffers.iter().enumerate();
        pairs
            .into_iter()
            .any(|(number, buffer)| buffers[..number].iter().any(|other| other.shares_with(buffer)))
    }

    /// Buffers for the outputs that belong together.
    pub(super) fn take_outputs_together(&mut self, prepared: &Prepared, room: &mut Room) {
        let plan = &prepared.plan;
        let wishes = prepared.wishes.borrow();
        let together: Vec<Vec<u32>> = plan.together.iter().filter_map(|set| outputs_of(set)).collect();
        for outputs in together.iter().chain(wishes.iter()) {
            let is_own = |&output: &u32| {
                room.outputs.get(output as usize).is_some_and(Option::is_none)
                    && !plan.in_place.iter().any(|pair| pair.0 == output)
            };
            if !outputs.iter().all(is_own) {
                continue;
            }
            let bytes = |&output: &u32| {
                let dtype = prepared.program.nodes[prepared.program.outputs[output as usize] as usize].dtype;
                self.gpu.caps.value_bytes(dtype, plan.outputs[output as usize])
            };
            let sizes: Vec<u64> = outputs.iter().map(bytes).collect();
            let taken = self
                .pool
                .take_shared(&self.gpu.device, &sizes, self.gpu.max_buffer_bytes);
            for (&output, buffer) in outputs.iter().zip(taken.into_iter().flatten()) {
                room.outputs[output as usize] = Some(buffer);
            }
        }
    }

    /// Buffers for the inputs that are to be brought together. False if there is no memory for them.
    pub(super) fn take_moves(&mut self, plan: &Plan, flush: &Flush, room: &mut Room) -> bool {
        for inputs in plan.together.iter().filter_map(|set| inputs_of(set)) {
            if self.are_together(&inputs, flush) {
                continue;
            }
            let mut ids = self.neighbours(&inputs, flush);
            ids.retain(|id| room.moves.iter().all(|moved| moved.0 != *id));
            let bytes = |id: &ValueId| self.values.get(*id).map_or(0, |held| held.buffer.bytes);
            let sizes: Vec<u64> = ids.iter().map(bytes).collect();
            let taken = self
                .pool
                .take_shared(&self.gpu.device, &sizes, self.gpu.max_buffer_bytes);
            let Some(buffers) = taken else { return false };
            room.moves.extend(ids.into_iter().zip(buffers));
        }
        true
    }

    /// Buffers for what is left in shared ones that are mostly empty, so that one parameter does not hold the memory of a
    /// model. Where there is no memory for them, all stays as it is.
    pub(super) fn take_remains(&mut self, room: &mut Room) {
        if !std::mem::take(&mut self.pool.left_behind) {
            return;
        }
        let mut left: BTreeMap<usize, (u64, Vec<(ValueId, u64)>)> = BTreeMap::new();
        for (id, held) in self.values.held() {
            if let Some(shared) = held.buffer.shared_id() {
                let (_, values) = left.entry(shared).or_insert((held.buffer.buffer.size(), Vec::new()));
                values.push((id, held.buffer.bytes));
            }
        }
        for (size, values) in left.into_values() {
            let sizes: Vec<u64> = values.iter().map(|value| value.1).collect();
            let is_moved = values
                .iter()
                .any(|value| room.moves.iter().any(|moved| moved.0 == value.0));
            if is_moved || size < WORTH_FREEING || shared_bytes(&sizes) > size / MOSTLY_EMPTY {
                continue;
            }
            let taken = self
                .pool
                .take_shared(&self.gpu.device, &sizes, self.gpu.max_buffer_bytes);
            let ids = values.iter().map(|value| value.0);
            room.moves.extend(ids.zip(taken.into_iter().flatten()));
        }
    }

    /// The inputs, and the values that are in one buffer with one of them, if all fit one buffer: parameters that have
    /// no gradient in this step stay together with the others, so that they are not moved again in the next.
    fn neighbours(&self, inputs: &BTreeSet<u32>, flush: &Flush) -> Vec<ValueId> {
        let id_of = |&input: &u32| flush.input_ids.get(input as usize).copied();
        let own: Vec<ValueId> = inputs.iter().filter_map(id_of).collect();
        let buffers: Vec<&PooledBuffer> = inputs
            .iter()
            .filter_map(|&input| self.buffer_of(input, flush))
            .collect();
        let is_near =
            |buffer: &PooledBuffer| buffer.is_shared() && buffers.iter().any(|other| other.shares_with(buffer));
        let others = self
            .values
            .held()
            .filter(|(id, held)| !flush.input_ids.contains(id) && is_near(&held.buffer));
        let all: Vec<ValueId> = own.iter().copied().chain(others.map(|(id, _)| id)).collect();
        let bytes = |id: &ValueId| self.values.get(*id).map_or(0, |held| held.buffer.bytes);
        let sizes: Vec<u64> = all.iter().map(bytes).collect();
        if shared_bytes(&sizes) <= self.gpu.max_buffer_bytes {
            all
        } else {
            own
        }
    }

    /// Brings values together: they are copied on the device, in a submit before that of the flush.
    pub(super) fn bring_together(&mut self, moves: Vec<(ValueId, PooledBuffer)>) {
        if moves.is_empty() {
            return;
        }
        let mut left = Vec::with_capacity(moves.len());
        let mut ids = Vec::with_capacity(moves.len());
        for (id, buffer) in moves {
            match self.values.get_mut(id) {
                Some(held) => {
                    self.stats.moved_bytes += 2 * buffer.bytes;
                    left.push(std::mem::replace(&mut held.buffer, buffer));
                    ids.push(id);
                }
                None => self.pool.give(buffer),
            }
        }
        let targets = ids
            .iter()
            .filter_map(|&id| self.values.get(id).ok())
            .map(|held| held.buffer.bound());
        let copies: Vec<(PooledBuffer, Bound<'_>)> = left.into_iter().zip(targets).collect();
        crate::backend::wgpu::encode::copy(&self.gpu, &copies);
        self.stats.submits += 1;
        let left: Vec<PooledBuffer> = copies.into_iter().map(|copy| copy.0).collect();
        for buffer in left {
            self.pool.give(buffer);
        }
    }
}
