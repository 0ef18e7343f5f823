//! Which buffer holds which value, and when a temporary's buffer can serve again.
//!
//! Outputs get buffers of their own, which live on; temporaries share slots by size class as soon as
//! nobody reads them any more. A kernel never reads and writes one slot: reuse starts at the next kernel.
//! Refuses to allocate: slots and sizes are all it knows.

use std::collections::BTreeMap;

use super::kernel::{Kernel, Value};

/// Where a value lives while the plan runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Storage {
    /// The buffer of the n-th program input.
    Input(u32),
    /// The buffer of the n-th kept output.
    Output(u32),
    /// The n-th temporary buffer.
    Slot(u32),
    /// The buffer that the n-th joint array's values share.
    Joint(u32),
}

/// Bytes of the buffer that holds `bytes`: at most a quarter more, so that few sizes occur.
pub fn size_class(bytes: u64) -> u64 {
    const SMALLEST: u64 = 256;
    let bytes = bytes.max(SMALLEST);
    // Four classes between neighbouring powers of two.
    let step = (1u64 << (63 - bytes.leading_zeros())) / 4;
    bytes.div_ceil(step) * step
}

/// Values that share one buffer because the later was written over the earlier.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// Later value to the value whose buffer it took.
    took_over: BTreeMap<Value, Value>,
}

impl Aliases {
    /// `later` is written over `earlier`.
    pub fn join(&mut self, later: Value, earlier: Value) {
        let first = self.first(earlier);
        self.took_over.insert(later, first);
    }

    /// The first value that lived in the buffer.
    pub fn first(&self, value: Value) -> Value {
        self.took_over.get(&value).copied().unwrap_or(value)
    }
}

/// Bytes of the slots, and where each value lives. A joint array is where its values are, which all are inputs and outputs.
pub(super) fn assign(
    kernels: &[Kernel],
    joints: &[Vec<Value>],
    outputs: &BTreeMap<Value, u32>,
    aliases: &Aliases,
    num_bytes: impl Fn(Value) -> u64,
) -> (Vec<u64>, BTreeMap<Value, Storage>) {
    let mut fixed: BTreeMap<Value, Storage> = BTreeMap::new();
    let mut storage: BTreeMap<Value, Storage> = BTreeMap::new();
    for (&value, &output) in outputs {
        fixed.insert(aliases.first(value), Storage::Output(output));
    }
    let mut last_use: BTreeMap<Value, usize> = BTreeMap::new();
    for (step, kernel) in kernels.iter().enumerate() {
        for binding in &kernel.bindings {
            last_use.insert(aliases.first(binding.value), step);
        }
    }
    for (number, values) in joints.iter().enumerate() {
        fixed.insert(Value::Joint(number as u32), Storage::Joint(number as u32));
        for &value in values {
            let first = aliases.first(value);
            let place = match first {
                Value::Input(index) => Some(Storage::Input(index)),
                _ => fixed.get(&first).copied(),
            };
            if let Some(place) = place {
                storage.insert(value, place);
            }
        }
    }
    let mut slots: Vec<u64> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    for (step, kernel) in kernels.iter().enumerate() {
        for binding in &kernel.bindings {
            let first = aliases.first(binding.value);
            let place = match (first, fixed.get(&first), storage.get(&first)) {
                // An input that an output was written over keeps its own buffer.
                (Value::Input(index), _, _) => Storage::Input(index),
                (_, Some(&place), _) | (_, None, Some(&place)) => place,
                (Value::Node(_) | Value::Partial(_) | Value::Joint(_), None, None) => {
                    Storage::Slot(take_slot(&mut slots, &mut free, num_bytes(first)))
                }
            };
            storage.insert(first, place);
            storage.insert(binding.value, place);
        }
        for binding in &kernel.bindings {
            let first = aliases.first(binding.value);
            if let (Some(&Storage::Slot(slot)), Some(&last)) = (storage.get(&first), last_use.get(&first))
                && last == step
                && !free.contains(&slot)
            {
                free.push(slot);
            }
        }
    }
    (slots, storage)
}

/// Sets of inputs, or of outputs, that must be in one buffer: joint arrays, and those with an array in common.
pub(super) fn together(joints: &[Vec<Storage>]) -> Vec<Vec<Storage>> {
    let mut sets: Vec<Vec<Storage>> = Vec::new();
    for joint in joints {
        let meets = |set: &Vec<Storage>| set.iter().any(|storage| joint.contains(storage));
        let (met, apart): (Vec<_>, Vec<_>) = sets.into_iter().partition(meets);
        sets = apart;
        let mut set: Vec<Storage> = Vec::with_capacity(joint.len());
        for storage in joint.iter().copied().chain(met.into_iter().flatten()) {
            if !set.contains(&storage) {
                set.push(storage);
            }
        }
        sets.push(set);
    }
    sets
}

/// A free slot of the same size class, or a new one.
fn take_slot(slots: &mut Vec<u64>, free: &mut Vec<u32>, num_bytes: u64) -> u32 {
    let reusable = free
        .iter()
        .position(|&slot| size_class(slots[slot as usize]) == size_class(num_bytes));
    match reusable {
        Some(position) => {
            let slot = free.remove(position);
            slots[slot as usize] = slots[slot as usize].max(num_bytes);
            slot
        }
        None => {
            slots.push(num_bytes);
            slots.len() as u32 - 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_waste_little() {
        for bytes in [0, 1, 256, 257, 1000, 4096, 5000, 1 << 20, (1 << 20) + 4, 3_000_000_000] {
            let class = size_class(bytes);
            assert!(
                class >= bytes && class <= (bytes + bytes / 4).max(256),
                "{bytes} -> {class}"
            );
            assert!(class.is_multiple_of(4));
            assert_eq!(size_class(class), class);
        }
    }
}
