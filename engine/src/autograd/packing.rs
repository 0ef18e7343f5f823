//! Saved tensors that Python packs: `torch.autograd.graph.saved_tensors_hooks`.
//!
//! While packing is on, whatever nodes save is noted; after each call Python takes the notes, packs the tensors,
//! and gives back numbers that then stand for them. Refuses to call Python: notes are taken between calls.
//! Read next: `saved`, `question`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::foreign::Foreign;
use super::node::Node;
use super::saved::SavedTensor;
use crate::tensor::Tensor;

/// A node and one of its slots.
type Slot = (Weak<Node>, usize);

thread_local! {
    /// The slots saved since the last look; `None` while packing is off.
    static NOTES: RefCell<Option<Vec<Slot>>> = const { RefCell::new(None) };
}

/// Switches packing on or off.
pub fn switch(is_on: bool) {
    NOTES.set(is_on.then(Vec::new));
}

/// Notes what a node has saved.
pub(super) fn note(node: &Rc<Node>, saved: &[Option<SavedTensor>]) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes {
            let slots = (0..saved.len()).filter(|&slot| saved[slot].is_some());
            notes.extend(slots.map(|slot| (Rc::downgrade(node), slot)));
        }
    });
}

/// The tensors that were saved since the last [`store`], without history.
pub fn noted() -> Vec<Option<Tensor>> {
    let notes = NOTES.with_borrow(|notes| notes.clone().unwrap_or_default());
    let tensor_of = |(node, slot): &Slot| {
        let node = node.upgrade()?;
        node.with_saved(|saved| saved.get(*slot)?.as_ref()?.bare()).ok()?
    };
    notes.iter().map(tensor_of).collect()
}

/// Puts a number in the place of every noted tensor.
pub fn store(numbers: &[u64]) {
    let notes = NOTES.with_borrow_mut(|notes| notes.as_mut().map(std::mem::take).unwrap_or_default());
    for ((node, slot), &number) in notes.iter().zip(numbers) {
        let Some(node) = node.upgrade() else { continue };
        // What is replaced is dropped after the node's slots are free again.
        let replaced = node.with_saved(|saved| {
            let saved = saved.get_mut(*slot)?.as_mut()?;
            saved.pack(Rc::new(Foreign::new(number)))
        });
        drop(replaced);
    }
}
