//! Undo and redo of cell operations: each step is the list of changes that would take it back.
//! Typing inside a cell is not recorded here; the editor keeps its own history.

use super::change::Change;
use super::notebook::Document;

/// How many steps are kept. Deleted cells live on in here with their outputs, so the number bounds memory.
const MAX_STEPS: usize = 200;

/// The steps that can be taken back, and those that can be repeated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    undo: Vec<Vec<Change>>,
    redo: Vec<Vec<Change>>,
}

impl History {
    /// True when there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// True when there is a step to repeat.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Remembers how to take back a step that has just been made.
    pub fn record(&mut self, inverse: Vec<Change>) {
        if inverse.is_empty() {
            return;
        }
        self.redo.clear();
        self.undo.push(inverse);
        if self.undo.len() > MAX_STEPS {
            self.undo.remove(0);
        }
    }

    /// Takes back the last step and returns the changes that did it.
    pub fn undo(&mut self, document: &mut Document) -> Option<Vec<Change>> {
        let step = self.undo.pop()?;
        let applied = step.clone();
        self.redo.push(apply_step(step, document));
        Some(applied)
    }

    /// Repeats the last step taken back and returns the changes that did it.
    pub fn redo(&mut self, document: &mut Document) -> Option<Vec<Change>> {
        let step = self.redo.pop()?;
        let applied = step.clone();
        self.undo.push(apply_step(step, document));
        Some(applied)
    }
}

/// Applies changes in order and returns their inverse, last change first.
pub fn apply_step(step: Vec<Change>, document: &mut Document) -> Vec<Change> {
    let mut inverse: Vec<Change> = step.into_iter().map(|change| change.apply(document)).collect();
    inverse.reverse();
    inverse
}
