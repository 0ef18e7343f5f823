//! The inspector: asking the kernel after each cell while the panel is open, and taking its answers.
//! Nothing is asked while it is closed, and nothing of a closer look while a cell runs.

use super::Turn;
use crate::model::effect::Effect;
use crate::model::facet::Facet;
use crate::model::inspector::{
    Focus, Inspector, InspectorAction, InspectorEffect, LookFailure, LookStatus, OpenLook, Query,
};
use crate::model::runtime::KernelStatus;

impl Turn<'_> {
    pub(super) fn perform_inspector(&mut self, action: InspectorAction) {
        match action {
            InspectorAction::Toggle => self.toggle_inspector(),
            InspectorAction::TakeListing(answer) => {
                let inspector = self.inspector();
                inspector.focus = None;
                match answer {
                    Ok(listing) => {
                        inspector.listing = Some(*listing);
                        inspector.failure = None;
                    }
                    Err(reason) => inspector.failure = Some(reason),
                }
            }
            InspectorAction::SortBy(key) => {
                let inspector = self.inspector();
                inspector.sort = inspector.sort.pressed(key);
            }
            InspectorAction::SetFilter(filter) => self.inspector().filter = filter,
            InspectorAction::ShowFunctions(with_functions) => {
                self.inspector().with_functions = with_functions;
                self.ask_listing();
            }
            InspectorAction::Look(query) => self.look(query),
            InspectorAction::TakeLook { number, answer } => {
                let Some(open) = self.inspector().look.as_mut().filter(|open| open.number == number) else {
                    return;
                };
                match answer {
                    Ok(look) => {
                        // The kernel moves what was asked for to what there is.
                        open.query.indices.clone_from(&look.indices);
                        if let Some(table) = &look.table {
                            (open.query.row, open.query.column) = (table.row, table.column);
                        }
                        open.status = LookStatus::Ready;
                        open.look = Some(*look);
                    }
                    Err(LookFailure::Busy) => open.status = LookStatus::Waiting,
                    Err(LookFailure::Refused(reason)) => open.status = LookStatus::Failed(reason),
                }
            }
            InspectorAction::CancelLook => {
                let inspector = self.inspector();
                inspector.num_looks += 1;
                let number = inspector.num_looks;
                if let Some(open) = &mut inspector.look {
                    open.number = number;
                    open.status = LookStatus::Cancelled;
                }
            }
            InspectorAction::RetryLook => self.look_again(),
            InspectorAction::CloseLook => {
                let inspector = self.inspector();
                inspector.num_looks += 1;
                inspector.focus = inspector.look.take().map(|open| Focus::Variable(open.query.name));
            }
        }
        self.touch(Facet::Inspector);
    }

    fn inspector(&mut self) -> &mut Inspector {
        &mut self.state.runtime.inspector
    }

    fn toggle_inspector(&mut self) {
        let is_open = !self.state.settings.inspector;
        self.state.settings.inspector = is_open;
        self.touch(Facet::Settings);
        self.effect(Effect::ApplySettings);
        self.inspector().focus = is_open.then_some(Focus::Panel);
        if is_open {
            self.refresh_inspector();
        } else {
            self.inspector().look = None;
            // The selected cell takes the focus back.
            self.touch(Facet::Selection);
        }
    }

    fn look(&mut self, query: Query) {
        let inspector = &mut self.state.runtime.inspector;
        inspector.num_looks += 1;
        let number = inspector.num_looks;
        let is_same = |open: &OpenLook| open.query.name == query.name && open.query.path == query.path;
        let look = inspector.look.take().filter(is_same).and_then(|open| open.look);
        let content = query.to_json();
        inspector.look = Some(OpenLook {
            query,
            number,
            status: LookStatus::Loading,
            look,
        });
        self.effect(Effect::Inspect(InspectorEffect::Look { number, content }));
    }

    fn look_again(&mut self) {
        if let Some(query) = self
            .state
            .runtime
            .inspector
            .look
            .as_ref()
            .map(|open| open.query.clone())
        {
            self.look(query);
        }
    }

    fn ask_listing(&mut self) {
        let with_functions = self.state.runtime.inspector.with_functions;
        self.effect(Effect::Inspect(InspectorEffect::List { with_functions }));
    }

    /// Asks for what is shown, because it may have changed.
    fn refresh_inspector(&mut self) {
        if self.state.settings.inspector {
            self.ask_listing();
        }
    }

    /// A cell has ended and others go on: the list can be had between them.
    pub(super) fn inspect_between_cells(&mut self) {
        if self.state.runtime.cells.values().any(|cell| cell.status.is_pending()) {
            self.refresh_inspector();
        }
    }

    /// The kernel has come to a new state.
    pub(super) fn inspect_kernel(&mut self, kernel: &KernelStatus) {
        match kernel {
            KernelStatus::Idle => {
                self.refresh_inspector();
                if self.state.settings.inspector {
                    let wants = |open: &OpenLook| open.status != LookStatus::Cancelled;
                    if self.state.runtime.inspector.look.as_ref().is_some_and(wants) {
                        self.look_again();
                    }
                }
            }
            KernelStatus::Busy => {}
            // The variables are gone with the kernel.
            KernelStatus::None | KernelStatus::Starting(_) | KernelStatus::Dead(_) => {
                let inspector = self.inspector();
                inspector.listing = None;
                inspector.failure = None;
                inspector.look = None;
            }
        }
        self.touch(Facet::Inspector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::action::Action;
    use crate::model::inspector::{Listing, Look, LookMode, Variable};
    use crate::model::state::State;
    use crate::model::update::{Outcome, update};
    use crate::settings::Settings;

    fn page(is_open: bool) -> State {
        let settings = Settings {
            inspector: is_open,
            ..Settings::default()
        };
        State::new(7, settings)
    }

    fn act(state: &mut State, action: InspectorAction) -> Outcome {
        update(state, Action::Inspect(action))
    }

    fn asked(outcome: &Outcome) -> Vec<&InspectorEffect> {
        let effects = outcome.effects.iter();
        effects
            .filter_map(|effect| match effect {
                Effect::Inspect(asked) => Some(asked),
                _ => None,
            })
            .collect()
    }

    fn answer(mode: LookMode) -> Box<Look> {
        Box::new(Look {
            variable: Variable::default(),
            modes: vec![mode],
            mode,
            leading: vec![4],
            indices: vec![3],
            table: None,
            picture: None,
            facts: Vec::new(),
            text: None,
            text_total: 0,
        })
    }

    #[test]
    fn a_closed_panel_asks_nothing_and_an_open_one_after_each_cell() {
        let mut state = page(false);
        let idle = Action::SetKernel(KernelStatus::Idle);
        assert!(asked(&update(&mut state, idle.clone())).is_empty());
        let opened = act(&mut state, InspectorAction::Toggle);
        assert_eq!(asked(&opened), [&InspectorEffect::List { with_functions: false }]);
        assert!(opened.effects.contains(&Effect::ApplySettings));
        assert_eq!(asked(&update(&mut state, idle.clone())).len(), 1);
        act(&mut state, InspectorAction::Toggle);
        assert!(asked(&update(&mut state, idle)).is_empty());
    }

    #[test]
    fn a_look_takes_its_own_answer_only_and_is_repeated_after_a_cell() {
        let mut state = page(true);
        let query = Query::of("t".to_owned());
        act(&mut state, InspectorAction::Look(query.clone()));
        act(&mut state, InspectorAction::Look(query.with_indices(vec![9])));
        let take = |number| InspectorAction::TakeLook {
            number,
            answer: Ok(answer(LookMode::Table)),
        };
        act(&mut state, take(1));
        let status = |state: &State| state.runtime.inspector.look.as_ref().map(|open| open.status.clone());
        assert_eq!(status(&state), Some(LookStatus::Loading));
        act(&mut state, take(2));
        assert_eq!(status(&state), Some(LookStatus::Ready));
        let indices = state
            .runtime
            .inspector
            .look
            .as_ref()
            .map(|open| open.query.indices.clone());
        assert_eq!(indices, Some(vec![3]));

        let repeated = update(&mut state, Action::SetKernel(KernelStatus::Idle));
        assert_eq!(asked(&repeated).len(), 2);
        act(&mut state, InspectorAction::CancelLook);
        act(&mut state, take(3));
        assert_eq!(status(&state), Some(LookStatus::Cancelled));
        assert_eq!(
            asked(&update(&mut state, Action::SetKernel(KernelStatus::Idle))).len(),
            1
        );
        act(&mut state, InspectorAction::RetryLook);
        assert_eq!(status(&state), Some(LookStatus::Loading));
        let busy = InspectorAction::TakeLook {
            number: 5,
            answer: Err(LookFailure::Busy),
        };
        act(&mut state, busy);
        assert_eq!(status(&state), Some(LookStatus::Waiting));
    }

    #[test]
    fn what_is_known_goes_with_the_kernel() {
        let mut state = page(true);
        act(
            &mut state,
            InspectorAction::TakeListing(Ok(Box::new(Listing::default()))),
        );
        act(&mut state, InspectorAction::Look(Query::of("t".to_owned())));
        update(&mut state, Action::SetKernel(KernelStatus::Busy));
        assert!(state.runtime.inspector.listing.is_some());
        update(&mut state, Action::SetKernel(KernelStatus::Dead("why".to_owned())));
        assert_eq!(
            (&state.runtime.inspector.listing, &state.runtime.inspector.look),
            (&None, &None)
        );
    }
}
