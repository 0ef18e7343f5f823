//! The cells in groups of a few neighbours: the unit in which the page decides what it draws whole and what as mere text.
//! A cell stays in its group when others come and go around it, so that nothing on the page is made anew for that.
//! It knows names and order only. Read next: `ui/notebook/group.rs`.

use super::ids::CellId;
use std::collections::BTreeMap;

/// How many cells a fresh group has: few, so that little is drawn off the screen; several, so that thousands of cells are hundreds of groups.
const GROUP_LENGTH: usize = 8;

/// A name for a group, never used twice on a page.
pub type GroupId = u64;

/// All groups in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    groups: Vec<(GroupId, Vec<CellId>)>,
    places: BTreeMap<GroupId, usize>,
    num_named: GroupId,
}

impl Groups {
    /// The groups of `order`, with cells where they are in `old` as far as the order lets them.
    pub fn regroup(old: Option<&Self>, order: Vec<CellId>) -> Self {
        let mut groups = Self {
            num_named: old.map_or(0, |old| old.num_named),
            ..Self::default()
        };
        let old = old.map_or(&[][..], |old| &old.groups);
        let homes: BTreeMap<&CellId, usize> = old
            .iter()
            .enumerate()
            .flat_map(|(place, (_, cells))| cells.iter().map(move |cell| (cell, place)))
            .collect();
        // Newcomers wait until it is known between which groups they stand.
        let (mut waiting, mut last) = (Vec::new(), None::<usize>);
        for cell in order {
            // What has moved up past another group is a newcomer as well.
            match homes
                .get(&cell)
                .copied()
                .filter(|home| last.is_none_or(|last| *home >= last))
            {
                Some(home) => {
                    groups.take_in(&mut waiting, last == Some(home));
                    if last != Some(home) {
                        let id = old.get(home).map_or_else(|| groups.fresh_id(), |(id, _)| *id);
                        groups.groups.push((id, Vec::new()));
                        last = Some(home);
                    }
                    groups.push(cell);
                }
                None => waiting.push(cell),
            }
        }
        groups.take_in(&mut waiting, false);
        groups.places = groups
            .groups
            .iter()
            .enumerate()
            .map(|(place, (id, _))| (*id, place))
            .collect();
        groups
    }

    /// The groups' names in order.
    pub fn ids(&self) -> Vec<GroupId> {
        self.groups.iter().map(|(id, _)| *id).collect()
    }

    /// The cells of a group in order; none of a group that is gone.
    pub fn cells(&self, id: GroupId) -> &[CellId] {
        let group = self.places.get(&id).and_then(|place| self.groups.get(*place));
        group.map_or(&[], |(_, cells)| cells)
    }

    /// Puts newcomers behind what is there: into the last group if they are few or stand in its midst, else into groups of their own.
    fn take_in(&mut self, waiting: &mut Vec<CellId>, is_inside: bool) {
        let joins = !self.groups.is_empty() && (is_inside || waiting.len() <= GROUP_LENGTH);
        for (index, cell) in waiting.drain(..).enumerate() {
            if !joins && index % GROUP_LENGTH == 0 {
                let id = self.fresh_id();
                self.groups.push((id, Vec::new()));
            }
            self.push(cell);
        }
    }

    fn push(&mut self, cell: CellId) {
        if let Some((_, cells)) = self.groups.last_mut() {
            cells.push(cell);
        }
    }

    fn fresh_id(&mut self) -> GroupId {
        self.num_named += 1;
        self.num_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<CellId> {
        (0..count).map(|index| CellId::from(format!("c{index}"))).collect()
    }

    fn all(groups: &Groups) -> Vec<CellId> {
        groups.ids().iter().flat_map(|id| groups.cells(*id).to_vec()).collect()
    }

    #[test]
    fn a_document_is_cut_into_short_groups() {
        let groups = Groups::regroup(None, names(20));
        assert_eq!(groups.ids().len(), 3);
        assert_eq!(all(&groups), names(20));
    }

    #[test]
    fn others_stay_when_cells_come_go_and_move() {
        let old = Groups::regroup(None, names(20));
        let mut order = names(20);
        order.insert(0, CellId::from("first"));
        order.remove(11);
        order.insert(16, CellId::from("between"));
        order.swap(8, 9);
        order.push(CellId::from("last"));
        let new = Groups::regroup(Some(&old), order.clone());
        assert_eq!(all(&new), order);
        assert_eq!(new.ids().iter().filter(|id| !old.ids().contains(id)).count(), 1);
        let stays = |cell: &CellId| {
            let home = |groups: &Groups| groups.ids().into_iter().find(|id| groups.cells(*id).contains(cell));
            home(&old) == home(&new)
        };
        assert!(order.iter().filter(|cell| !stays(cell)).count() <= 4);
    }

    #[test]
    fn many_newcomers_get_groups_of_their_own() {
        let old = Groups::regroup(None, names(16));
        let mut order = names(16);
        order.splice(8..8, (0..40).map(|index| CellId::from(format!("n{index}"))));
        let new = Groups::regroup(Some(&old), order.clone());
        assert_eq!(all(&new), order);
        assert_eq!(new.ids().len(), 7);
        let other = Groups::regroup(Some(&new), vec![CellId::from("x")]);
        assert_eq!((other.ids().len(), all(&other).len()), (1, 1));
        assert!(!new.ids().contains(&other.ids()[0]));
        assert!(Groups::regroup(Some(&new), Vec::new()).ids().is_empty());
    }
}
