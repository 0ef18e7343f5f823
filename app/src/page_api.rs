//! `window.carrel`: the documented API of the page, for host pages and tests. Frozen, and out of reach for notebook code.
//! Errors in cells are results, never rejections; only a call that makes no sense rejects.

use crate::effects::RunResult;
use crate::model::action::{Action, AfterRun};
use crate::model::cell::CellKind;
use crate::model::ids::{CellId, RunId};
use crate::model::run::Outcome;
use crate::model::runtime::KernelStatus;
use crate::model::view::Route;
use crate::model::working_files::plain_path;
use crate::nbformat;
use crate::settings::Accelerator;
use crate::state::AppState;
use crate::storage::content::StoredFile;
use crate::web::files::content_of;
use crate::web::{js, time};
use futures::channel::oneshot;
use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// The version of the page.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Puts the API at the window.
pub(crate) fn install(app: AppState) {
    let carrel = Object::new();
    js::set(&carrel, "version", &VERSION.into());
    let effects = app.effects();
    js::set(
        &carrel,
        "ready",
        &future_to_promise(async move {
            effects.ready().await;
            effects.note_timing("pageReady", time::page_ms());
            Ok(JsValue::UNDEFINED)
        }),
    );
    define(&carrel, "open", move |ipynb, options| {
        future_to_promise(open(app, ipynb, options))
    });
    define(&carrel, "run", move |cell, _| future_to_promise(run(app, cell)));
    define(&carrel, "runAll", move |options, _| {
        future_to_promise(run_all(app, options))
    });
    define(&carrel, "interrupt", move |_, _| {
        app.dispatch(Action::Interrupt);
        Promise::resolve(&JsValue::UNDEFINED)
    });
    define(&carrel, "restart", move |options, _| {
        future_to_promise(restart(app, options))
    });
    define(&carrel, "notebook", move |_, _| {
        let text = app.with(|state| nbformat::write(&state.document.notebook));
        js_sys::JSON::parse(&text).unwrap_or(JsValue::NULL)
    });
    define(&carrel, "status", move |_, _| status(app));
    Object::freeze(&carrel);
    let property = js::object(&[("value", carrel.into()), ("enumerable", JsValue::TRUE)]);
    // Neither writable nor configurable, so that no script of the page replaces it by accident.
    Object::define_property(&js_sys::global(), &"carrel".into(), &property);
}

fn define<T: Into<JsValue>>(carrel: &Object, name: &str, function: impl Fn(JsValue, JsValue) -> T + 'static) {
    let function =
        Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(move |first, second| function(first, second).into());
    js::set(carrel, name, &function.into_js_value());
}

fn error(text: impl AsRef<str>) -> JsValue {
    js_sys::Error::new(text.as_ref()).into()
}

async fn open(app: AppState, ipynb: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let text = match ipynb.as_string() {
        Some(text) => text,
        None => js_sys::JSON::stringify(&ipynb).map(String::from)?,
    };
    let name = js::get_text(&options, "name");
    let mut files = Vec::new();
    if options.is_object() {
        for (path, content) in js::entries(&js::get(&options, "files")) {
            let refusal = || error(format!("the file {path} is neither text, nor a Uint8Array, nor a Blob"));
            let content = content_of(&content).ok_or_else(refusal)?;
            files.push(StoredFile::new(plain_path(&path), content, time::now_ms()));
        }
    }
    let opened = app.effects().open_text(app, &text, name.as_deref(), files).await;
    let id = opened.map_err(|refusal| error(refusal.to_string()))?;
    Ok(js::object(&[("id", id.as_str().into())]).into())
}

fn ensure_open(app: AppState) -> Result<(), JsValue> {
    if app.with(|state| state.route == Route::Notebook) {
        Ok(())
    } else {
        Err(error("no notebook is open"))
    }
}

/// A cell that has been asked to run, and what will tell its end; none where there is nothing to execute.
struct Awaited {
    cell: CellId,
    end: Option<oneshot::Receiver<RunResult>>,
}

fn awaited(app: AppState, cell: CellId) -> Awaited {
    let run: Option<RunId> = app.with(|state| {
        let runtime = state.runtime.cells.get(&cell)?;
        runtime.status.is_pending().then(|| runtime.run.clone())?
    });
    Awaited {
        cell,
        end: run.map(|run| app.effects().wait_for(run)),
    }
}

async fn result(awaited: Awaited) -> (bool, JsValue) {
    let nothing_ran = RunResult {
        outcome: Outcome::Ok,
        execution_count: None,
        took_ms: 0.0,
    };
    let end = match awaited.end {
        Some(end) => end.await.unwrap_or(RunResult {
            outcome: Outcome::Aborted,
            ..nothing_ran
        }),
        None => nothing_ran,
    };
    let fields = js::object(&[
        ("id", awaited.cell.as_str().into()),
        ("status", JsValue::NULL),
        (
            "execution_count",
            end.execution_count.map_or(JsValue::NULL, JsValue::from),
        ),
        ("ms", end.took_ms.into()),
    ]);
    let status = match &end.outcome {
        Outcome::Ok => "ok",
        Outcome::Aborted => "aborted",
        Outcome::Error { ename, evalue } => {
            js::set(&fields, "ename", &ename.into());
            js::set(&fields, "evalue", &evalue.into());
            "error"
        }
    };
    js::set(&fields, "status", &status.into());
    (end.outcome == Outcome::Ok, fields.into())
}

async fn run(app: AppState, cell: JsValue) -> Result<JsValue, JsValue> {
    ensure_open(app)?;
    let cell = CellId::from(cell.as_string().unwrap_or_default());
    if app.with(|state| state.document.notebook.cell(&cell).is_none()) {
        return Err(error(format!("there is no cell {cell}")));
    }
    app.dispatch(Action::RunCell {
        cell: cell.clone(),
        then: AfterRun::Stay,
    });
    Ok(result(awaited(app, cell)).await.1)
}

async fn run_all(app: AppState, options: JsValue) -> Result<JsValue, JsValue> {
    ensure_open(app)?;
    let stdin = js::get(&options, "stdin");
    let answers = if Array::is_array(&stdin) {
        Array::from(&stdin).to_vec()
    } else {
        Vec::new()
    };
    app.effects()
        .set_answers(answers.iter().filter_map(JsValue::as_string).collect());
    app.dispatch(Action::RunAll);
    let cells = app.with(|state| {
        let code = state
            .document
            .notebook
            .cells
            .iter()
            .filter(|cell| cell.kind == CellKind::Code);
        code.map(|cell| cell.id.clone()).collect::<Vec<_>>()
    });
    // All are registered before the first is waited for, because an error ends them together.
    let pending: Vec<Awaited> = cells.into_iter().map(|cell| awaited(app, cell)).collect();
    let (mut all_ok, results) = (true, Array::new());
    for awaited in pending {
        let (is_ok, fields) = result(awaited).await;
        all_ok &= is_ok;
        results.push(&fields);
    }
    app.effects().set_answers(Vec::new());
    Ok(js::object(&[("ok", all_ok.into()), ("cells", results.into())]).into())
}

async fn restart(app: AppState, options: JsValue) -> Result<JsValue, JsValue> {
    ensure_open(app)?;
    let settled = app.effects().kernel_settled();
    let had_kernel = app.with(|state| state.runtime.kernel != KernelStatus::None);
    let choice = js::get_text(&options, "accelerator");
    if let Some(name) = &choice {
        let accelerator = Accelerator::from_name(name).ok_or_else(|| error(format!("unknown accelerator {name}")))?;
        app.dispatch(Action::SetAccelerator(accelerator));
    }
    // Choosing the device has restarted a kernel that was there.
    if choice.is_none() || !had_kernel {
        app.dispatch(Action::Restart);
    }
    settled
        .await
        .unwrap_or_else(|_| Err("the page was closed".to_owned()))
        .map_err(error)?;
    Ok(JsValue::UNDEFINED)
}

fn status(app: AppState) -> JsValue {
    let (kernel, device) = app.with(|state| (state.runtime.kernel.as_str(), state.runtime.device.clone()));
    let timings = Object::new();
    for (name, ms) in app.effects().timings_ms() {
        js::set(&timings, &name, &ms.into());
    }
    let accelerator = js::object(&[("webgpu", device.webgpu.into()), ("name", device.name.into())]);
    js::object(&[
        ("kernel", kernel.into()),
        ("accelerator", accelerator.into()),
        ("timings", timings.into()),
    ])
    .into()
}
