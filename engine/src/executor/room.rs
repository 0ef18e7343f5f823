//! Memory for a flush, before anything of it runs: uploads, outputs, temporaries.
//!
//! A device that has no memory left says so late, and a submit that uses a buffer it refused does nothing. So where
//! much was asked for, the answer is awaited first; then what waits in the pool is given up and all is asked for once
//! more. Refuses to touch the values that exist: those change when the room is there.

use std::rc::Rc;

use super::Executor;
use super::cache::Prepared;
use super::halves;
use super::run::{Outcome, Work, refused};
use super::table::{Entry, Held};
use crate::backend::wgpu::buffers::PooledBuffer;
use crate::backend::wgpu::errors::{Failure, Scopes};
use crate::backend::wgpu::uploads;
use crate::error::ErrorKind;
use crate::wire::{Flush, Upload, ValueId};

/// Where a flush has buffers of so many bytes made, it waits for the device's word on them. Smaller ones are looked
/// at when the flush is done, which costs no trip to the device.
const AWAITED_BYTES: u64 = 4 << 20;

/// Buffers for what a program makes.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// One an output; `None` where an input's buffer changes hands.
    pub outputs: Vec<Option<PooledBuffer>>,
    /// Temporaries.
    pub slots: Vec<PooledBuffer>,
    /// Values that are brought together, and where.
    pub moves: Vec<(ValueId, PooledBuffer)>,
}

/// All that a flush needs before it runs.
pub(super) struct Ready {
    /// Its program, if it has one.
    pub work: Outcome<Option<Work>>,
    /// Where that puts its results.
    pub room: Outcome<Option<Room>>,
    /// Still open for what comes next, unless they were asked already.
    pub scopes: Option<Scopes>,
}

impl Executor {
    /// Uploads, plans and takes room; a second time with an emptied pool if the device has no memory.
    pub(super) async fn make_ready(&mut self, flush: &Flush, failures: &mut Vec<Failure>) -> Ready {
        let (mut ready, caught) = self.try_ready(flush, failures, true).await;
        let Some(first) = caught.first().cloned() else {
            return ready;
        };
        // Nothing has run yet, so that all can be tried again.
        self.take_back(&mut ready, flush);
        if caught.iter().any(|failure| failure.kind == ErrorKind::OutOfMemory) {
            failures.clear();
            let (again, caught) = self.try_ready(flush, failures, false).await;
            ready = again;
            let Some(second) = caught.first() else { return ready };
            self.take_back(&mut ready, flush);
            self.fail_uploads(flush, second);
            ready.room = Err(second.clone());
        } else {
            self.fail_uploads(flush, &first);
            ready.room = Err(first);
        }
        if let Ok(Some((prepared, key))) = &ready.work {
            self.forget(prepared, key);
        }
        ready
    }

    /// What a flush needs, and what the device says of it where much was asked for. `joins`: values may be brought together.
    async fn try_ready(&mut self, flush: &Flush, failures: &mut Vec<Failure>, joins: bool) -> (Ready, Vec<Failure>) {
        let bytes_before = self.pool.created_bytes;
        let scopes = Scopes::open(&self.gpu.device);
        let mut caught = Vec::new();
        for upload in &flush.uploads {
            match self.upload(upload).await {
                Ok(true) => {}
                Ok(false) => caught.push(self.out_of_memory(upload.bytes.len() as u64)),
                Err(failure) => {
                    self.keep(upload.id, Entry::Failed(failure.clone()));
                    failures.push(failure);
                }
            }
        }
        let mut work = self.prepare(flush).and_then(|work| self.chosen(work, flush, joins));
        let mut room = self.room_of(&work, flush);
        if matches!(room, Ok(None)) && matches!(work, Ok(Some(_))) {
            work = work.and_then(|work| self.chosen(work, flush, false));
            room = self.room_of(&work, flush);
        }
        let wanted = self.pool.created_bytes - bytes_before;
        if wanted < AWAITED_BYTES && caught.is_empty() {
            let scopes = Some(scopes);
            return (Ready { work, room, scopes }, caught);
        }
        caught.extend(scopes.close().await);
        let ready = Ready {
            work,
            room,
            scopes: None,
        };
        for failure in &mut caught {
            if failure.kind == ErrorKind::OutOfMemory {
                *failure = self.out_of_memory(wanted);
            }
        }
        (ready, caught)
    }

    /// Takes back what a refused flush was given, and gives up all that waits.
    fn take_back(&mut self, ready: &mut Ready, flush: &Flush) {
        if let Ok(Some(unused)) = std::mem::replace(&mut ready.room, Ok(None)) {
            self.leave_room(unused);
        }
        for upload in &flush.uploads {
            self.free(upload.id);
        }
        self.pool.trim();
    }

    /// Notes why the uploads of a flush are not there.
    pub(super) fn fail_uploads(&mut self, flush: &Flush, failure: &Failure) {
        for upload in &flush.uploads {
            self.keep(upload.id, Entry::Failed(failure.clone()));
        }
    }

    /// Puts an upload in the table; false, and it is not there, if the device has no memory to take it through.
    async fn upload(&mut self, upload: &Upload) -> Outcome<bool> {
        let width = upload.dtype.wire_bytes();
        if !upload.bytes.len().is_multiple_of(width) {
            return Err(refused("an upload is not a whole number of elements"));
        }
        let bytes = halves::as_held(&self.gpu.caps, upload.dtype, &upload.bytes)?;
        let buffer = self.take(bytes.len() as u64)?;
        if !bytes.is_empty() && !uploads::write(&self.gpu, &buffer.buffer, &bytes).await {
            self.pool.give(buffer);
            return Ok(false);
        }
        let held = Held {
            dtype: upload.dtype,
            num_elements: upload.bytes.len() / width,
            buffer,
            maker: None,
        };
        self.keep(upload.id, Entry::Held(held));
        Ok(true)
    }

    /// The plan to run for what is to be run.
    fn chosen(&mut self, work: Option<Work>, flush: &Flush, joins: bool) -> Outcome<Option<Work>> {
        work.map(|work| self.choose_plan(work, flush, joins)).transpose()
    }

    /// Buffers for what is to be run. `None` if there is nothing, or no memory to bring values together.
    fn room_of(&mut self, work: &Outcome<Option<Work>>, flush: &Flush) -> Outcome<Option<Room>> {
        match work {
            Ok(Some((prepared, _))) => self.take_room(prepared, flush),
            Ok(None) => Ok(None),
            Err(failure) => Err(failure.clone()),
        }
    }

    /// Buffers for the outputs and temporaries of a program, and for values to be brought together. `None` if there is no
    /// memory for these.
    fn take_room(&mut self, prepared: &Prepared, flush: &Flush) -> Outcome<Option<Room>> {
        let mut room = Room::default();
        let filled = self.fill_room(prepared, &mut room);
        let is_there = filled.is_ok() && self.take_moves(&prepared.plan, flush, &mut room);
        if is_there {
            self.take_remains(&mut room);
            return Ok(Some(room));
        }
        self.leave_room(room);
        filled.map(|()| None)
    }

    fn fill_room(&mut self, prepared: &Prepared, room: &mut Room) -> Outcome<()> {
        let plan = &prepared.plan;
        room.outputs.resize_with(plan.outputs.len(), || None);
        self.take_outputs_together(prepared, room);
        for (number, &num_elements) in plan.outputs.iter().enumerate() {
            let is_overwritten = plan.in_place.iter().any(|pair| pair.0 as usize == number);
            if !is_overwritten && room.outputs[number].is_none() {
                let dtype = prepared.program.nodes[prepared.program.outputs[number] as usize].dtype;
                room.outputs[number] = Some(self.take(self.gpu.caps.value_bytes(dtype, num_elements))?);
            }
        }
        for &bytes in &plan.slots {
            room.slots.push(self.take(bytes)?);
        }
        Ok(())
    }

    /// Gives a room back that is not used.
    fn leave_room(&mut self, room: Room) {
        let moved = room.moves.into_iter().map(|(_, buffer)| buffer);
        for buffer in room.outputs.into_iter().flatten().chain(room.slots).chain(moved) {
            self.pool.give(buffer);
        }
    }

    /// Enters the outputs in the table; gives the temporaries.
    pub(super) fn move_in(&mut self, prepared: &Prepared, flush: &Flush, room: Room) -> Vec<PooledBuffer> {
        let (program, plan) = (&prepared.program, &prepared.plan);
        self.bring_together(room.moves);
        for (number, (&id, buffer)) in flush.output_ids.iter().zip(room.outputs).enumerate() {
            let made = buffer.map(|buffer| {
                Entry::Held(Held {
                    dtype: program.nodes[program.outputs[number] as usize].dtype,
                    num_elements: plan.outputs[number],
                    buffer,
                    maker: Some((Rc::downgrade(&prepared.wishes), number as u32)),
                })
            });
            let overwritten = plan.in_place.iter().find(|pair| pair.0 as usize == number);
            // Written over an input: the buffer changes hands.
            let mut entry = made.or_else(|| self.values.remove(flush.input_ids[overwritten?.1 as usize]));
            if let (Some(Entry::Held(held)), Some(_)) = (&mut entry, overwritten) {
                held.maker = None;
            }
            if let Some(entry) = entry {
                self.keep(id, entry);
            }
        }
        room.slots
    }

    /// Frees at once what dies with this flush and is not used by it.
    pub(super) fn free_unused(&mut self, flush: &Flush) {
        for &id in &flush.frees {
            let is_read = flush.reads.iter().any(|read| read.id == id);
            if !is_read && !flush.input_ids.contains(&id) {
                self.free(id);
            }
        }
    }

    /// Frees a value.
    pub(super) fn free(&mut self, id: ValueId) {
        self.range.forget(id);
        if let Some(Entry::Held(held)) = self.values.remove(id) {
            self.pool.give(held.buffer);
        }
    }

    /// A buffer of the pool, if the device can have one so large.
    fn take(&mut self, bytes: u64) -> Outcome<PooledBuffer> {
        if bytes > self.gpu.max_buffer_bytes {
            let (wanted, most) = (size_text(bytes), size_text(self.gpu.max_buffer_bytes));
            return Err(Failure {
                kind: ErrorKind::OutOfMemory,
                message: format!(
                    "WebGPU out of memory. Tried to allocate {wanted}, and a tensor on this GPU can have {most} at most."
                ),
            });
        }
        let taken = self.pool.take(&self.gpu.device, bytes, self.gpu.max_buffer_bytes);
        taken.ok_or_else(|| self.out_of_memory(bytes))
    }

    fn out_of_memory(&self, wanted: u64) -> Failure {
        Failure {
            kind: ErrorKind::OutOfMemory,
            message: format!(
                "WebGPU out of memory. Tried to allocate {}; tensors on the GPU have {}.",
                size_text(wanted),
                size_text(self.pool.used_bytes())
            ),
        }
    }

    pub(super) fn keep(&mut self, id: ValueId, entry: Entry) {
        if let Some(Entry::Held(replaced)) = self.values.insert(id, entry) {
            self.pool.give(replaced.buffer);
        }
    }
}

/// Bytes as PyTorch writes them.
fn size_text(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS.into_iter().find(|(size, _)| bytes >= *size);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(size, name)| format!("{:.2} {name}", bytes as f64 / size as f64),
    )
}
