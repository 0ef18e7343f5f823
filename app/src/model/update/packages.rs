//! Packages: what a notebook requires, what is offered to its reader, and what the dialog shows.
//! Nothing is installed without an action of the user's.

use super::Turn;
use crate::model::action::{Action, AfterRun};
use crate::model::effect::Effect;
use crate::model::facet::Facet;
use crate::model::packages::{PackageAction, PackageEffect};
use crate::model::view::Dialog;
use crate::packages::requirements;

impl Turn<'_> {
    pub(super) fn perform_packages(&mut self, action: PackageAction) {
        match action {
            PackageAction::SetRequirements(list) => {
                requirements::write(&mut self.state.document.notebook.metadata, &list);
                self.touch(Facet::Requirements);
            }
            PackageAction::Offer(list) => {
                self.state.packages.offered = list;
                self.touch(Facet::Packages);
            }
            PackageAction::AcceptOffer => {
                if !self.state.packages.is_installing {
                    self.state.packages.is_installing = true;
                    self.touch(Facet::Packages);
                    let list = self.state.packages.offered.clone();
                    self.effect(Effect::Packages(PackageEffect::Install(list)));
                }
            }
            PackageAction::DeclineOffer | PackageAction::EndOffer => {
                self.state.packages.offered.clear();
                self.state.packages.is_installing = false;
                self.touch(Facet::Packages);
            }
            PackageAction::InstallFor { cell, package } => {
                let Some(source) = self.state.document.notebook.cell(&cell).map(|cell| cell.source.clone()) else {
                    return;
                };
                let command = format!("%pip install {package}");
                if !source.lines().any(|line| line.trim() == command) {
                    let source = format!("{command}\n{source}");
                    let cell = cell.clone();
                    self.perform(Action::SetSource { cell, source });
                }
                let then = AfterRun::Stay;
                self.perform(Action::RunCell { cell, then });
            }
            PackageAction::ShowStored => {
                self.perform(Action::OpenDialog(Dialog::Packages));
                self.effect(Effect::Packages(PackageEffect::List));
            }
            PackageAction::SetStored(list) => {
                self.state.packages.stored = Some(list);
                self.touch(Facet::Packages);
            }
            PackageAction::RemoveStored(sha256) => self.effect(Effect::Packages(PackageEffect::Remove(sha256))),
            PackageAction::KeepSite => self.effect(Effect::Packages(PackageEffect::KeepSite)),
        }
    }
}
