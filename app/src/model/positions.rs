//! Where the cells of a notebook were seen last, so that finding one among thousands is no search.
//! It is a memory, not a truth: every answer is checked against the cells, and what is wrong is learnt anew. That is why it
//! needs no care when cells come and go, and why all memories count as equal.

use super::cell::Cell;
use super::ids::CellId;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The memory.
#[derive(Debug, Default)]
pub struct Positions {
    seen: Mutex<BTreeMap<CellId, usize>>,
}

impl Positions {
    /// Where a cell stands.
    pub fn find(&self, cells: &[Cell], wanted: &CellId) -> Option<usize> {
        let is_there = |index: &usize| cells.get(*index).is_some_and(|cell| cell.id == *wanted);
        // A memory that was left broken by a panic is no memory.
        let Ok(mut seen) = self.seen.lock() else {
            return cells.iter().position(|cell| cell.id == *wanted);
        };
        if let Some(index) = seen.get(wanted).copied().filter(is_there) {
            return Some(index);
        }
        let index = cells.iter().position(|cell| cell.id == *wanted)?;
        // Of cells with the same name the first counts, so it is learnt last.
        *seen = cells
            .iter()
            .enumerate()
            .rev()
            .map(|(index, cell)| (cell.id.clone(), index))
            .collect();
        Some(index)
    }
}

impl Clone for Positions {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Positions {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cell::CellKind;

    #[test]
    fn finds_cells_that_have_moved_come_and_gone() {
        let named = |name: &str| Cell::new(CellId::from(name), CellKind::Code);
        let (a, b, c) = (CellId::from("a"), CellId::from("b"), CellId::from("c"));
        let positions = Positions::default();
        let mut cells = vec![named("a"), named("b")];
        assert_eq!(positions.find(&cells, &b), Some(1));
        assert_eq!(positions.find(&cells, &c), None);
        cells.insert(0, named("c"));
        assert_eq!(positions.find(&cells, &b), Some(2));
        assert_eq!(positions.find(&cells, &c), Some(0));
        cells.remove(1);
        assert_eq!(positions.find(&cells, &a), None);
        assert_eq!(positions.find(&cells, &b), Some(1));
    }
}
