//! What the editors know of the code in cells that have none yet: which texts are new since an editor asked last.
//! Editors ask when they need it, so typing costs nothing here. Only code counts.
//! Read next: `js/editor_places.js`, which asks.

use super::Effects;
use crate::model::cell::CellKind;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::state::AppState;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Numbers of changes; each is higher than those before.
#[derive(Default)]
pub(super) struct TextRoom {
    now: Cell<u32>,
    /// The last change of which code cells there are, and in which order.
    order: Cell<u32>,
    /// The last change of each cell's text since then.
    cells: RefCell<BTreeMap<CellId, u32>>,
}

impl TextRoom {
    pub(super) fn note(&self, facet: &Facet) {
        match facet {
            Facet::Cell(cell, CellFacet::Source) => {
                self.now.set(self.now.get() + 1);
                self.cells.borrow_mut().insert(cell.clone(), self.now.get());
            }
            Facet::Order | Facet::Route | Facet::Cell(_, CellFacet::Kind) => {
                self.now.set(self.now.get() + 1);
                self.order.set(self.now.get());
                self.cells.borrow_mut().clear();
            }
            _ => {}
        }
    }
}

/// Texts of cells by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextNews {
    /// The number to ask with next time.
    pub now: u32,
    /// Whether these are all code cells in their order, and no longer those of before.
    pub is_all: bool,
    /// Names and texts.
    pub texts: Vec<(CellId, String)>,
}

impl Effects {
    /// The texts that have changed after the change of a number; all of them, where that is too long ago.
    pub fn texts_since(&self, app: AppState, since: u32) -> TextNews {
        let room = &self.rooms.texts;
        let is_all = since < room.order.get() || since == 0;
        let changed = room.cells.borrow();
        let is_new = |cell: &CellId| is_all || changed.get(cell).is_some_and(|change| *change > since);
        let texts = app.with(|state| {
            let notebook = &state.document.notebook;
            let cells: Vec<_> = if is_all {
                notebook.cells.iter().collect()
            } else {
                changed.keys().filter_map(|cell| notebook.cell(cell)).collect()
            };
            let code = cells
                .into_iter()
                .filter(|cell| cell.kind == CellKind::Code && is_new(&cell.id));
            code.map(|cell| (cell.id.clone(), cell.source.clone())).collect()
        });
        TextNews {
            now: room.now.get().max(1),
            is_all,
            texts,
        }
    }
}
