//! Tensors by number. A handle carries its slot's generation, so a stale handle is an error.
//!
//! Refuses to give a slot's number out twice in the same generation.

use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// Handles are `generation * 2^28 + slot`: exact in a double.
const SLOT_BITS: u32 = 28;
const MAX_GENERATION: u64 = (1 << 24) - 1;

#[derive(Debug, Default)]
struct Slot {
    generation: u64,
    tensor: Option<Tensor>,
}

/// The tensors that Python holds.
#[derive(Debug, Default)]
pub struct Handles {
    slots: Vec<Slot>,
    free: Vec<usize>,
}

impl Handles {
    /// A new handle for a tensor.
    pub fn insert(&mut self, tensor: Tensor) -> Result<f64> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                if self.slots.len() >= 1 << SLOT_BITS {
                    return Err(Error::runtime("too many tensors are alive"));
                }
                self.slots.push(Slot::default());
                self.slots.len() - 1
            }
        };
        let slot = &mut self.slots[index];
        slot.tensor = Some(tensor);
        Ok(((slot.generation << SLOT_BITS) + index as u64) as f64)
    }

    /// The tensor behind a handle.
    pub fn get(&self, handle: f64) -> Result<Tensor> {
        let (index, generation) = split(handle)?;
        let slot = self.slots.get(index).filter(|slot| slot.generation == generation);
        slot.and_then(|slot| slot.tensor.clone()).ok_or_else(stale)
    }

    /// Lets go of a handle, and gives its tensor back so that it is dropped after the table is free.
    pub fn remove(&mut self, handle: f64) -> Result<Option<Tensor>> {
        let (index, generation) = split(handle)?;
        let slot = self
            .slots
            .get_mut(index)
            .filter(|slot| slot.generation == generation)
            .ok_or_else(stale)?;
        let tensor = slot.tensor.take();
        // A slot whose generations are used up is never given out again.
        if tensor.is_some() && slot.generation < MAX_GENERATION {
            slot.generation += 1;
            self.free.push(index);
        }
        Ok(tensor)
    }

    /// How many tensors Python holds.
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.tensor.is_some()).count()
    }
}

fn split(handle: f64) -> Result<(usize, u64)> {
    let limit = ((MAX_GENERATION + 1) << SLOT_BITS) as f64;
    if !(handle >= 0.0 && handle < limit && handle.fract() == 0.0) {
        return Err(stale());
    }
    let bits = handle as u64;
    Ok(((bits & ((1 << SLOT_BITS) - 1)) as usize, bits >> SLOT_BITS))
}

fn stale() -> Error {
    Error::runtime("this tensor does not exist any more")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Buffer;

    #[test]
    fn stale_and_hostile_handles_are_errors() {
        let mut handles = Handles::default();
        let tensor = Tensor::from_buffer(Buffer::F32(vec![1.0]), &[1]);
        let handle = handles.insert(tensor.clone()).unwrap();
        assert!(handles.get(handle).is_ok());
        assert!(handles.remove(handle).unwrap().is_some());
        assert!(handles.get(handle).is_err());
        assert!(handles.remove(handle).is_err());
        let again = handles.insert(tensor).unwrap();
        assert_ne!(again, handle);
        for hostile in [-1.0, 0.5, f64::NAN, f64::INFINITY, 1e300, 7.0] {
            assert!(handles.get(hostile).is_err());
        }
        assert_eq!(handles.len(), 1);
    }
}
