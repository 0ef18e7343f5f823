//! Whether the kernel still answers: to Stop while it runs, to a ping while it idles; and what follows when it has died.
//! A kernel that does not answer is never ended from here: the user is offered a restart, and may as well wait.

use super::Effects;
use super::kernel::Work;
use crate::model::action::Action;
use crate::model::runtime::KernelStatus;
use crate::state::AppState;
use crate::web::time;
use std::cell::Cell;

/// How long a program may take to end after Stop before a restart is offered.
const STOP_LIMIT_MS: f64 = 5000.0;

/// A callback of a widget that takes longer than this shows as a busy kernel, which can be stopped.
const CALLBACK_SHOWN_MS: f64 = 150.0;

/// How often an idle kernel is asked for a sign of life, and how long it has to give it.
const PING_PERIOD_MS: f64 = 5000.0;

/// A kernel that was started in place of a dead one and dies within this time is not replaced again.
const MIN_LIFE_MS: f64 = 30_000.0;

/// What is kept is the same in every message about a kernel's end.
const KEPT: &str = "the notebook, its outputs and its files are not";

/// What is known about the kernel's health.
#[derive(Default)]
pub(super) struct Watch {
    /// It has answered since it was last asked.
    has_answered: Cell<bool>,
    /// A restart has been offered since, because it did not.
    is_silent: Cell<bool>,
    /// Whether the kernel has taken the place of a dead one, and since when it has been ready.
    is_revived: Cell<bool>,
    ready_ms: Cell<f64>,
}

impl Watch {
    /// Takes a sign of life.
    pub(super) fn note_answer(&self) {
        self.has_answered.set(true);
        self.is_silent.set(false);
    }

    /// The kernel takes requests: its life begins. How long a start takes is the machine's affair.
    pub(super) fn note_ready(&self) {
        self.ready_ms.set(time::page_ms());
    }

    /// Whether the kernel has given no sign of life when it should have.
    pub(super) fn is_silent(&self) -> bool {
        self.is_silent.get()
    }

    /// The kernel is ended, as the user wants it: what became of it and those before no longer counts.
    pub(super) fn forgive(&self) {
        self.is_revived.set(false);
        self.is_silent.set(false);
    }

    /// Whether another kernel takes the place of one that died; if so, that is noted.
    pub(super) fn revives(&self, kernel: &KernelStatus) -> bool {
        let was_running = matches!(kernel, KernelStatus::Idle | KernelStatus::Busy);
        let died_at_once = self.is_revived.get() && time::page_ms() - self.ready_ms.get() < MIN_LIFE_MS;
        let revives = was_running && !died_at_once;
        if revives {
            self.is_revived.set(true);
        }
        revives
    }
}

impl Effects {
    /// Offers a restart if what runs now still runs when it should long have stopped.
    pub(super) fn watch_stop(&self, app: AppState) {
        let room = &self.rooms.kernel;
        let generation = room.generation();
        let Some(work) = room.working() else { return };
        let effects = self.clone();
        time::spawn(async move {
            time::sleep(STOP_LIMIT_MS).await;
            let room = &effects.rooms.kernel;
            if room.generation() == generation && room.working().as_ref() == Some(&work) {
                let what = match work {
                    Work::Cell(_) => "cell",
                    Work::Callback(_) => "widget’s callback",
                };
                let text = format!("The {what} does not stop. Restart the kernel? Variables are lost then; {KEPT}.");
                app.dispatch(Action::OfferRestart(text));
            }
        });
    }

    /// Shows that the kernel is busy if it has not dealt with a widget's message in a moment. Until then nothing changes, so that
    /// a slider that is dragged does not make the page flicker.
    pub(super) fn watch_callback(&self, app: AppState, message: String) {
        let generation = self.rooms.kernel.generation();
        let effects = self.clone();
        time::spawn(async move {
            time::sleep(CALLBACK_SHOWN_MS).await;
            let room = &effects.rooms.kernel;
            let is_under_way = room.generation() == generation && room.session.borrow().is_posted(&message);
            if is_under_way && app.with(|state| state.runtime.kernel == KernelStatus::Idle) {
                app.dispatch(Action::SetKernel(KernelStatus::Busy));
            }
        });
    }

    /// Asks a kernel for signs of life while it is idle, for as long as it is the page's kernel.
    pub(super) fn watch_life(&self, app: AppState, generation: u64) {
        let effects = self.clone();
        let watch = &self.rooms.kernel.watch;
        watch.note_answer();
        time::spawn(async move {
            let mut is_asked = false;
            loop {
                time::sleep(PING_PERIOD_MS).await;
                let room = &effects.rooms.kernel;
                if room.generation() != generation {
                    return;
                }
                // A kernel that is busy cannot answer, and is not expected to.
                if app.with(|state| state.runtime.kernel != KernelStatus::Idle) {
                    is_asked = false;
                    continue;
                }
                let has_answered = room.watch.has_answered.replace(false);
                if is_asked && !has_answered {
                    let text = format!(
                        "The kernel does not answer, although no cell runs. Restart it? Variables are lost then; {KEPT}."
                    );
                    room.watch.is_silent.set(true);
                    app.dispatch(Action::OfferRestart(text));
                } else {
                    app.dispatch(Action::WithdrawRestart);
                }
                is_asked = true;
                room.ping();
            }
        });
    }
}

/// Says what is lost with a kernel that was there, and what is not. A start that failed shows in the status alone.
pub(super) fn tell_death(app: AppState, reason: &str, is_replaced: bool) {
    if app.with(|state| matches!(state.runtime.kernel, KernelStatus::Idle | KernelStatus::Busy)) {
        let next = if is_replaced { " and was started again" } else { "" };
        let text = format!("The kernel stopped{next}: {reason}. Variables are lost; {KEPT}.");
        app.dispatch(Action::Notify {
            text,
            is_error: true,
            action: None,
        });
    }
}
