//! What the kernel is doing, on what it computes and whether it has a network: stage and bytes while it starts, a way out when it has failed.

use super::buttons::menu_entry;
use super::network::NetworkNote;
use crate::commands::table::Command;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::runtime::{BootProgress, KernelStatus};
use crate::settings::Accelerator;
use crate::state::AppState;
use crate::ui::base::{Button, Menu, MenuEntry, MenuItem, ProgressBar};
use crate::ui::icons::Icon;
use leptos::prelude::*;

/// The kernel's state, its device, and the choice of device.
#[component]
pub fn KernelStatusView() -> impl IntoView {
    let app = AppState::from_context();
    let kernel = app.read(Facet::Kernel, |state| state.runtime.kernel.clone());
    let name = app.read(Facet::Kernel, |state| state.runtime.kernel.as_str());
    // Bytes change many times a second, so they are not read out.
    let spoken = app.read(Facet::Kernel, |state| match &state.runtime.kernel {
        KernelStatus::None => "Kernel not started".to_owned(),
        KernelStatus::Starting(progress) => progress.stage.clone(),
        KernelStatus::Idle => "Kernel ready".to_owned(),
        KernelStatus::Busy => "Kernel busy".to_owned(),
        KernelStatus::Dead(reason) => format!("Kernel stopped: {reason}"),
    });
    let bytes = move || match kernel.get() {
        KernelStatus::Starting(BootProgress {
            bytes_done,
            bytes_total,
            ..
        }) if bytes_total > 0 => {
            format!(" {} of {} MB", megabytes(bytes_done), megabytes(bytes_total))
        }
        _ => String::new(),
    };
    let is_starting = move || matches!(kernel.get(), KernelStatus::Starting(_));
    let share = move || match kernel.get() {
        KernelStatus::Starting(BootProgress {
            bytes_done,
            bytes_total,
            ..
        }) if bytes_total > 0 => Some(bytes_done as f64 / bytes_total as f64),
        _ => None,
    };
    let is_dead = move || matches!(kernel.get(), KernelStatus::Dead(_));
    let on_restart = Callback::new(move |()| app.command(Command::Restart));
    view! {
        <div class="kernel" data-kernel=name>
            <span class="kernel__dot" aria-hidden="true"></span>
            <span class="kernel__text" role="status" aria-label="Kernel" aria-live="polite">{spoken}</span>
            <span class="kernel__bytes" aria-hidden="true">{bytes}</span>
            <Show when=is_starting>
                <ProgressBar value=Signal::derive(share) label="Kernel start".to_owned() />
            </Show>
            <Show when=is_dead>
                <Button label="Try again".to_owned() on_click=on_restart />
            </Show>
            <NetworkNote />
            <DeviceMenu />
        </div>
    }
}

/// The device in use, the choice, and the choice of network.
#[component]
fn DeviceMenu() -> impl IntoView {
    let app = AppState::from_context();
    let label = app.read_all([Facet::Kernel, Facet::Settings], |state| {
        let device = &state.runtime.device;
        match state.runtime.kernel {
            KernelStatus::Idle | KernelStatus::Busy if device.webgpu && device.name.is_empty() => "GPU".to_owned(),
            KernelStatus::Idle | KernelStatus::Busy if device.webgpu => format!("GPU: {}", device.name),
            KernelStatus::Idle | KernelStatus::Busy => "CPU".to_owned(),
            KernelStatus::None | KernelStatus::Starting(_) | KernelStatus::Dead(_) => {
                state.settings.accelerator.label().to_owned()
            }
        }
    });
    let chosen = app.read(Facet::Settings, |state| state.settings.accelerator);
    let has_network = app.read(Facet::Network, |state| state.document.notebook.allows_network());
    let network_entry = move || {
        let icon = (!has_network.get()).then_some(Icon::Check);
        menu_entry(app, Command::ToggleNetwork, icon, None)
    };
    let entries = move || {
        let devices = Accelerator::ALL.into_iter().map(|accelerator| {
            MenuEntry::Item(MenuItem {
                label: accelerator.label().to_owned(),
                icon: (chosen.get() == accelerator).then_some(Icon::Check),
                shortcut: None,
                disabled: Signal::stored(false),
                on_choose: Callback::new(move |()| {
                    if app.with(|state| state.settings.accelerator != accelerator) {
                        app.dispatch(Action::SetAccelerator(accelerator));
                    }
                }),
            })
        });
        devices.chain([MenuEntry::Separator, network_entry()]).collect()
    };
    view! {
        <div class="kernel__device" title="What Python computes on and reaches; changing it restarts the kernel">
            <Menu label entries=Signal::derive(entries) />
        </div>
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
