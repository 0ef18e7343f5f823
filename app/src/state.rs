//! The state as components see it: narrow signals to read, and `dispatch` to change. It lives in the context.
//! The state itself stays plain data; each facet of it has a trigger, and `update` says which were touched.
//! Read next: `model/update/mod.rs` (what actions do), `effects/mod.rs` (what happens outside).

use crate::commands::run;
use crate::commands::table::Command;
use crate::effects::Effects;
use crate::model::action::Action;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::model::state::State;
use crate::model::update::update;
use crate::settings::Settings;
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

struct Shared {
    state: RefCell<State>,
    triggers: RefCell<BTreeMap<Facet, ArcTrigger>>,
    effects: Effects,
}

/// The page's state. Copies are the same state.
#[derive(Clone, Copy)]
pub struct AppState {
    shared: StoredValue<Rc<Shared>, LocalStorage>,
}

impl AppState {
    /// A fresh page's state, with the effects that serve it.
    pub fn new(seed: u64, settings: Settings, effects: Effects) -> Self {
        let shared = Shared {
            state: RefCell::new(State::new(seed, settings)),
            triggers: RefCell::default(),
            effects,
        };
        Self {
            shared: StoredValue::new_local(Rc::new(shared)),
        }
    }

    /// The state that `app.rs` has put into the context.
    pub fn from_context() -> Self {
        expect_context()
    }

    /// Performs an action: changes the state, tells who watches what was touched, and has the effects carried out.
    pub fn dispatch(self, action: Action) {
        let shared = self.shared.get_value();
        let outcome = update(&mut shared.state.borrow_mut(), action);
        for facet in &outcome.touched {
            let trigger = shared.triggers.borrow().get(facet).cloned();
            if let Some(trigger) = trigger {
                trigger.notify();
            }
        }
        if outcome.touched.contains(&Facet::Route) {
            // The cells of another document are gone, and so is who watched them.
            let is_other = |facet: &Facet| !matches!(facet, Facet::Cell(..));
            shared.triggers.borrow_mut().retain(|facet, _| is_other(facet));
        }
        shared.effects.note(self, &outcome.touched);
        for effect in outcome.effects {
            shared.effects.perform(self, effect);
        }
    }

    /// Performs a command on the selected cell.
    pub fn command(self, command: Command) {
        let actions = self.with(|state| run::actions(command, state));
        actions.into_iter().for_each(|action| self.dispatch(action));
    }

    /// Performs a command on a cell.
    pub fn command_on(self, command: Command, cell: &CellId) {
        let actions = self.with(|state| run::actions_on(command, cell, state));
        actions.into_iter().for_each(|action| self.dispatch(action));
    }

    /// Looks at the state without watching it.
    pub fn with<T>(self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.get_value().state.borrow())
    }

    /// What performs effects, for those who wait for them.
    pub fn effects(self) -> Effects {
        self.shared.get_value().effects.clone()
    }

    /// Watches a facet from inside a reactive function.
    pub fn track(self, facet: Facet) {
        let shared = self.shared.get_value();
        let trigger = shared.triggers.borrow_mut().entry(facet).or_default().clone();
        trigger.track();
    }

    /// A signal of something in one facet; it changes only when its value does.
    pub fn read<T>(self, facet: Facet, look: impl Fn(&State) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            self.track(facet.clone());
            self.with(&look)
        })
    }

    /// A signal of something in several facets.
    pub fn read_all<T, const N: usize>(
        self,
        facets: [Facet; N],
        look: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| {
            facets.iter().for_each(|facet| self.track(facet.clone()));
            self.with(&look)
        })
    }

    /// A signal of something in one facet of a cell.
    pub fn read_cell<T>(
        self,
        cell: &CellId,
        facet: CellFacet,
        look: impl Fn(&State, &CellId) -> T + Send + Sync + 'static,
    ) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        let cell = cell.clone();
        self.read(Facet::Cell(cell.clone(), facet), move |state| look(state, &cell))
    }
}
