//! Sequences of actions and the notebooks they lead to.

use super::update;
use crate::model::action::{Action, AfterRun, Place, Report, Step};
use crate::model::cell::{Cell, CellKind};
use crate::model::effect::Effect;
use crate::model::ids::{CellId, DocumentId};
use crate::model::notebook::{Document, Notebook};
use crate::model::output::{MimeBundle, Output, StreamName};
use crate::model::run::{MAX_OUTPUTS, Outcome, RunEvent};
use crate::model::runtime::{CellStatus, KernelStatus, Prompt};
use crate::model::state::State;
use crate::model::view::Mode;
use crate::settings::Settings;

fn cell(name: &str, kind: CellKind) -> Cell {
    Cell::new(CellId::from(name), kind).with_source(format!("{name} text"))
}

fn id(name: &str) -> CellId {
    CellId::from(name)
}

/// A page that shows code cells a and b and a Markdown cell m.
fn page() -> State {
    let mut state = State::new(7, Settings::default());
    let cells = vec![
        cell("a", CellKind::Code),
        cell("b", CellKind::Code),
        cell("m", CellKind::Markdown),
    ];
    let document = Document {
        id: DocumentId::from("d"),
        title: "Test".to_owned(),
        notebook: Notebook {
            cells,
            ..Notebook::default()
        },
        files: Vec::new(),
    };
    update(
        &mut state,
        Action::OpenDocument {
            document: Box::new(document),
            warnings: Vec::new(),
        },
    );
    state
}

/// The notebook in one line: each cell's source, the selected one in brackets, `*` while editing.
fn show(state: &State) -> String {
    let cells = state.document.notebook.cells.iter().map(|cell| {
        let text = cell.source.split(' ').next().unwrap_or_default();
        if state.view.selected.as_ref() == Some(&cell.id) {
            format!("[{text}{}]", if state.view.mode == Mode::Edit { "*" } else { "" })
        } else {
            text.to_owned()
        }
    });
    cells.collect::<Vec<_>>().join(" ")
}

fn run_id(state: &State, name: &str) -> crate::model::ids::RunId {
    state.runtime.cells[&id(name)]
        .run
        .clone()
        .expect("the cell has been run")
}

fn report(state: &mut State, name: &str, event: RunEvent) {
    let report = Report::Run {
        cell: id(name),
        run: run_id(state, name),
        event,
    };
    update(
        state,
        Action::TakeReports {
            reports: vec![report],
            now_ms: 5.0,
        },
    );
}

fn printed(text: &str) -> RunEvent {
    RunEvent::Shown(Output::Stream {
        name: StreamName::Stdout,
        text: text.to_owned(),
    })
}

#[test]
fn structural_operations_are_undone_and_repeated_exactly() {
    let mut state = page();
    let before = state.document.clone();
    let steps = [
        Action::InsertCell {
            place: Place::Above(id("b")),
            kind: CellKind::Markdown,
        },
        Action::MoveCell {
            cell: id("a"),
            step: Step::Down,
        },
        Action::DeleteCell(id("b")),
        Action::SetKind {
            cell: id("m"),
            kind: CellKind::Code,
        },
        Action::CutCell(id("a")),
        Action::PasteBelow(id("m")),
    ];
    let num_steps = steps.len();
    for step in steps {
        update(&mut state, step);
    }
    let after = state.document.clone();
    for _ in 0..num_steps {
        update(&mut state, Action::UndoCells);
    }
    assert_eq!(state.document, before);
    for _ in 0..num_steps {
        update(&mut state, Action::RedoCells);
    }
    assert_eq!(state.document, after);
}

#[test]
fn undoing_an_insertion_keeps_what_was_typed_for_redo() {
    let mut state = page();
    update(
        &mut state,
        Action::InsertCell {
            place: Place::End,
            kind: CellKind::Code,
        },
    );
    let new = state.view.selected.clone().expect("the new cell is selected");
    update(
        &mut state,
        Action::SetSource {
            cell: new,
            source: "typed".to_owned(),
        },
    );
    update(&mut state, Action::UndoCells);
    assert_eq!(show(&state), "a b [m]");
    update(&mut state, Action::RedoCells);
    assert_eq!(show(&state), "a b m [typed]");
}

#[test]
fn deleting_the_last_cell_leaves_an_empty_one() {
    let mut state = page();
    for name in ["a", "b", "m"] {
        update(&mut state, Action::DeleteCell(id(name)));
    }
    assert_eq!(show(&state), "[]");
    assert_eq!(state.document.notebook.cells[0].kind, CellKind::Code);
}

#[test]
fn running_with_shift_enter_walks_down_and_adds_a_cell_at_the_end() {
    let mut state = page();
    update(&mut state, Action::EditCell(id("m")));
    assert_eq!(show(&state), "a b [m*]");
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Advance,
        },
    );
    assert_eq!(show(&state), "a [b] m");
    update(
        &mut state,
        Action::RunCell {
            cell: id("m"),
            then: AfterRun::Advance,
        },
    );
    assert_eq!(show(&state), "a b m [*]");
    assert!(state.view.open_sources.is_empty());
}

#[test]
fn a_run_goes_from_queued_to_done_with_its_outputs() {
    let mut state = page();
    let outcome = update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    assert!(matches!(&outcome.effects[..], [Effect::Execute { code, .. }] if code == "a text"));
    assert_eq!(state.runtime.cell_status(&id("a")), CellStatus::Queued);
    report(
        &mut state,
        "a",
        RunEvent::Started {
            execution_count: Some(3),
        },
    );
    report(&mut state, "a", printed("one\n"));
    report(&mut state, "a", printed("two\n"));
    assert_eq!(state.runtime.cell_status(&id("a")), CellStatus::Running);
    report(
        &mut state,
        "a",
        RunEvent::Ended {
            outcome: Outcome::Ok,
            execution_count: Some(3),
        },
    );
    let cell = &state.document.notebook.cells[0];
    assert_eq!(cell.execution_count, Some(3));
    assert_eq!(
        cell.outputs,
        [Output::Stream {
            name: StreamName::Stdout,
            text: "one\ntwo\n".to_owned()
        }]
    );
    assert_eq!(state.runtime.cell_status(&id("a")), CellStatus::Done);
}

#[test]
fn messages_of_an_older_run_are_dropped() {
    let mut state = page();
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    let old = run_id(&state, "a");
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    let reports = vec![Report::Run {
        cell: id("a"),
        run: old,
        event: printed("old"),
    }];
    let outcome = update(&mut state, Action::TakeReports { reports, now_ms: 0.0 });
    assert!(outcome.touched.is_empty());
}

#[test]
fn cleared_outputs_wait_for_the_next_one_when_asked_to() {
    let mut state = page();
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    report(
        &mut state,
        "a",
        RunEvent::Started {
            execution_count: Some(1),
        },
    );
    report(&mut state, "a", printed("old"));
    report(&mut state, "a", RunEvent::Cleared { wait: true });
    assert_eq!(state.document.notebook.cells[0].outputs.len(), 1);
    report(&mut state, "a", printed("new"));
    assert_eq!(
        state.document.notebook.cells[0].outputs,
        [Output::Stream {
            name: StreamName::Stdout,
            text: "new".to_owned()
        }]
    );
}

#[test]
fn a_display_is_updated_wherever_it_is_shown() {
    let mut state = page();
    let bundle = |text: &str| {
        let mut bundle = MimeBundle::default();
        bundle.data.insert("text/plain".to_owned(), text.into());
        bundle
    };
    update(&mut state, Action::RunAll);
    for name in ["a", "b"] {
        report(&mut state, name, RunEvent::Started { execution_count: None });
        let shown = Output::DisplayData {
            bundle: bundle("0"),
            display_id: Some("bar".to_owned()),
        };
        report(&mut state, name, RunEvent::Shown(shown));
    }
    let reports = vec![Report::DisplayUpdated {
        display_id: "bar".to_owned(),
        bundle: bundle("1"),
    }];
    update(&mut state, Action::TakeReports { reports, now_ms: 0.0 });
    for cell in &state.document.notebook.cells[..2] {
        assert!(matches!(&cell.outputs[..], [Output::DisplayData { bundle: b, .. }] if *b == bundle("1")));
    }
}

#[test]
fn questions_are_answered_and_shown() {
    let mut state = page();
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    report(&mut state, "a", RunEvent::Started { execution_count: None });
    report(
        &mut state,
        "a",
        RunEvent::InputAsked(Prompt {
            text: "Name? ".to_owned(),
            password: false,
        }),
    );
    let outcome = update(
        &mut state,
        Action::AnswerInput {
            cell: id("a"),
            text: "Ada".to_owned(),
        },
    );
    assert!(outcome.effects.contains(&Effect::Answer("Ada".to_owned())));
    assert_eq!(
        state.document.notebook.cells[0].outputs,
        [Output::Stream {
            name: StreamName::Stdout,
            text: "Name? Ada\n".to_owned()
        }]
    );
}

#[test]
fn a_dead_kernel_ends_what_was_pending_and_keeps_the_document() {
    let mut state = page();
    update(&mut state, Action::RunAll);
    report(&mut state, "a", RunEvent::Started { execution_count: None });
    report(&mut state, "a", printed("kept"));
    update(&mut state, Action::SetKernel(KernelStatus::Dead("gone".to_owned())));
    assert_eq!(state.runtime.cell_status(&id("a")), CellStatus::Aborted);
    assert_eq!(state.runtime.cell_status(&id("b")), CellStatus::Aborted);
    assert_eq!(state.document.notebook.cells[0].outputs.len(), 1);
}

#[test]
fn too_many_outputs_are_counted_but_the_error_is_kept() {
    let mut state = page();
    update(
        &mut state,
        Action::RunCell {
            cell: id("a"),
            then: AfterRun::Stay,
        },
    );
    report(&mut state, "a", RunEvent::Started { execution_count: None });
    for number in 0..MAX_OUTPUTS + 100 {
        let name = if number % 2 == 0 {
            StreamName::Stdout
        } else {
            StreamName::Stderr
        };
        report(
            &mut state,
            "a",
            RunEvent::Shown(Output::Stream {
                name,
                text: "x".to_owned(),
            }),
        );
    }
    let error = Output::Error {
        ename: "E".to_owned(),
        evalue: String::new(),
        traceback: Vec::new(),
    };
    report(&mut state, "a", RunEvent::Shown(error.clone()));
    let outputs = &state.document.notebook.cells[0].outputs;
    assert_eq!(outputs.len(), MAX_OUTPUTS + 2);
    assert_eq!(outputs.last(), Some(&error));
    let Output::Stream { text, .. } = &outputs[MAX_OUTPUTS] else {
        panic!("the note is a stream")
    };
    assert_eq!(text, "[output truncated: 100 more outputs were not kept]\n");
}

#[test]
fn only_changes_of_the_document_ask_to_be_saved() {
    let mut state = page();
    let outcome = update(&mut state, Action::SelectCell(id("b")));
    assert_eq!(outcome.effects, []);
    let outcome = update(
        &mut state,
        Action::SetSource {
            cell: id("b"),
            source: "x".to_owned(),
        },
    );
    assert_eq!(outcome.effects, [Effect::DocumentChanged]);
    let outcome = update(
        &mut state,
        Action::SetSource {
            cell: id("b"),
            source: "x".to_owned(),
        },
    );
    assert_eq!(outcome.effects, []);
}

#[test]
fn another_network_is_another_kernel_and_is_stored_at_once() {
    let mut state = page();
    let forbid = update(&mut state, Action::SetNetwork(false));
    assert!(!state.document.notebook.allows_network());
    assert_eq!(forbid.effects, [Effect::SaveNow, Effect::DocumentChanged]);
    assert!(update(&mut state, Action::SetNetwork(false)).effects.is_empty());

    state.runtime.kernel = KernelStatus::Idle;
    let allow = update(&mut state, Action::SetNetwork(true));
    assert!(allow.effects.contains(&Effect::Restart) && state.document.notebook.allows_network());

    // The stored version is read anew, and another tab has cut it off.
    let mut stored = state.document.clone();
    stored.notebook.set_allows_network(false);
    let reload = update(
        &mut state,
        Action::OpenDocument {
            document: Box::new(stored),
            warnings: Vec::new(),
        },
    );
    assert!(reload.effects.contains(&Effect::Restart));
}
