//! A kernel in reserve, so that a restart waits for nothing. It is started when the page has been idle for a while and the
//! device has room, has seen no code and no files, and takes the place of the kernel that is ended or has died.
//! Read next: `kernel.rs` (where it is taken), `web/device.rs` (what counts as room).

use super::Effects;
use crate::kernel::client::{ClientEvent, KernelClient, KernelLauncher as _, LaunchOptions};
use crate::model::runtime::KernelStatus;
use crate::state::AppState;
use crate::web::{device, time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// How long the kernel must have been idle before another one is started beside it.
const IDLE_MS: f64 = 15_000.0;

/// The kernel in reserve.
pub(super) struct Spare {
    client: Box<dyn KernelClient>,
    /// With what it was started; without files.
    options: LaunchOptions,
    role: Rc<Role>,
}

/// Whose events a kernel's are.
#[derive(Default)]
struct Role {
    /// The kernel's number once it is the page's kernel.
    generation: Cell<Option<u64>>,
    /// Its being ready, if that came before.
    ready: RefCell<Option<ClientEvent>>,
}

/// What is known about the reserve.
#[derive(Default)]
pub(super) struct SpareRoom {
    spare: RefCell<Option<Spare>>,
    /// Counts the changes of the kernel's state, to tell whether it has been idle all the time.
    num_changes: Cell<u64>,
}

impl Effects {
    /// Takes note of the kernel's state: when it stays idle, a spare one is started.
    pub(super) fn plan_spare(&self, app: AppState, kernel: &KernelStatus) {
        let room = &self.rooms.kernel.spare;
        let change = room.num_changes.get() + 1;
        room.num_changes.set(change);
        if *kernel != KernelStatus::Idle || room.spare.borrow().is_some() {
            return;
        }
        let effects = self.clone();
        time::spawn(async move {
            time::sleep(IDLE_MS).await;
            let is_still = || effects.rooms.kernel.spare.num_changes.get() == change;
            if is_still() && device::has_room().await && is_still() {
                effects.start_spare(app);
            }
        });
    }

    fn start_spare(&self, app: AppState) {
        let options = app.with(|state| LaunchOptions {
            accelerator: state.settings.accelerator,
            network: state.document.notebook.allows_network(),
            files: Vec::new(),
        });
        let role = Rc::new(Role::default());
        let (effects, events_role) = (self.clone(), role.clone());
        let events = move |event| match (events_role.generation.get(), event) {
            (Some(generation), event) => effects.take_event(app, generation, event),
            (None, event @ ClientEvent::Ready { .. }) => *events_role.ready.borrow_mut() = Some(event),
            // It is dropped a moment later, because this call may come from inside it.
            (None, ClientEvent::Fatal(_)) => {
                let effects = effects.clone();
                time::spawn(async move { drop(effects.rooms.kernel.spare.spare.take()) });
            }
            (None, _) => {}
        };
        let launcher = &self.rooms.kernel.launcher;
        let client = launcher.launch(options.clone(), Box::new(events));
        *self.rooms.kernel.spare.spare.borrow_mut() = Some(Spare { client, options, role });
    }

    /// Makes the spare kernel the page's kernel, with the document's files; false if there is none with these options.
    pub(super) fn adopt_spare(&self, app: AppState, generation: u64, options: &mut LaunchOptions) -> bool {
        let room = &self.rooms.kernel;
        let fits = |spare: &Spare| {
            spare.options.accelerator == options.accelerator && spare.options.network == options.network
        };
        let Some(spare) = room.spare.spare.take().filter(fits) else {
            return false;
        };
        spare.client.add_files(std::mem::take(&mut options.files));
        room.install(spare.client);
        spare.role.generation.set(Some(generation));
        let ready = spare.role.ready.take();
        if let Some(ready) = ready {
            self.take_event(app, generation, ready);
        }
        true
    }
}
