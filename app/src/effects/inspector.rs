//! What the inspector asks the kernel, and how answers become actions. Read next: `requests.rs`, `model/inspector`.

use super::Effects;
use crate::kernel::requests::{NoAnswer, Request, WhenBusy};
use crate::model::action::Action;
use crate::model::inspector::{InspectorAction, InspectorEffect, Listing, Look, LookFailure};
use crate::state::AppState;
use crate::web::time;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How long a list is awaited; one that is asked for while a cell runs comes after it, and the next cell asks again.
const LISTING_LIMIT_MS: f64 = 30_000.0;

/// How long a closer look is awaited: reading a large tensor from a slow GPU takes a while.
const LOOK_LIMIT_MS: f64 = 60_000.0;

impl Effects {
    /// Asks what the inspector wants to know.
    pub(super) fn inspect(&self, app: AppState, effect: InspectorEffect) {
        let effects = self.clone();
        time::spawn(async move {
            let action = match effect {
                InspectorEffect::List { with_functions } => effects.list_variables(app, with_functions).await,
                InspectorEffect::Look { number, content } => effects.look_at_variable(app, number, content).await,
            };
            if let Some(action) = action {
                app.dispatch(Action::Inspect(action));
            }
        });
    }

    async fn list_variables(&self, app: AppState, with_functions: bool) -> Option<InspectorAction> {
        let request = Request {
            msg_type: "carrel_variables_request".to_owned(),
            content: json!({"functions": with_functions}),
            topic: Some("inspector variables".to_owned()),
            when_busy: WhenBusy::Wait,
        };
        // Without an answer what was known stays, until the next cell has ended.
        let content = self.ask(app, request, LISTING_LIMIT_MS).await.ok()?;
        Some(InspectorAction::TakeListing(read::<Listing>(content).map(Box::new)))
    }

    async fn look_at_variable(&self, app: AppState, number: u64, content: Value) -> Option<InspectorAction> {
        let request = Request {
            msg_type: "carrel_variable_view_request".to_owned(),
            content,
            topic: Some("inspector look".to_owned()),
            when_busy: WhenBusy::Refuse,
        };
        let answer = match self.ask(app, request, LOOK_LIMIT_MS).await {
            Ok(content) => read::<Look>(content).map(Box::new).map_err(LookFailure::Refused),
            Err(NoAnswer::Busy) => Err(LookFailure::Busy),
            Err(NoAnswer::Overtaken | NoAnswer::Gone) => return None,
            Err(reason @ (NoAnswer::NoKernel | NoAnswer::Late)) => Err(LookFailure::Refused(reason.to_string())),
        };
        Some(InspectorAction::TakeLook { number, answer })
    }
}

/// Understands a reply, or tells what the kernel or the reader has against it.
fn read<T: DeserializeOwned>(content: Value) -> Result<T, String> {
    if content.get("status").and_then(Value::as_str) == Some("error") {
        let text = |key: &str| content.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, value) = (text("ename"), text("evalue"));
        return Err(if value.is_empty() { name } else { value });
    }
    serde_json::from_value(content).map_err(|error| format!("the kernel's answer cannot be read: {error}"))
}
