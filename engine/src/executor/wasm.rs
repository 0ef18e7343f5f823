//! The executor as JavaScript sees it, in the gpu worker.
//!
//! Refuses to be entered twice: a second `execute` while one runs is an error in the reply, not a panic.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::error::ErrorKind;
use crate::wire::{Reply, ReplyItem};

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}

/// Runs the recorder's messages on the GPU.
#[wasm_bindgen(js_name = Executor)]
pub struct JsExecutor {
    /// Empty while a message is being executed.
    idle: Rc<RefCell<Option<super::Executor>>>,
    info: String,
}

#[wasm_bindgen(js_class = Executor)]
impl JsExecutor {
    /// Requests adapter and device. Rejects with the reason when there is none.
    /// `lost` says what became of the executor before this one, if there was one; `has_subgroups` tells, once there is
    /// a device, whether it was asked for subgroups and has them.
    pub async fn create(lost: Option<String>, has_subgroups: js_sys::Function) -> Result<JsExecutor, JsValue> {
        let mut executor = super::Executor::new()
            .await
            .map_err(|error| JsValue::from_str(&error.to_string()))?;
        let answer = has_subgroups.call0(&JsValue::UNDEFINED);
        executor.note_subgroups(answer.is_ok_and(|answer| answer.is_truthy()));
        // Software adapters are known by name; of others nobody can say beforehand what their memory is like.
        if !executor.is_on_software() {
            executor.measure(now_ms).await;
        }
        if let Some(reason) = lost {
            executor.lose_earlier(&reason);
        }
        let info = executor.info();
        Ok(JsExecutor {
            idle: Rc::new(RefCell::new(Some(executor))),
            info,
        })
    }

    /// Name, backend and limits of the device as JSON.
    pub fn info(&self) -> String {
        self.info.clone()
    }

    /// Executes one message; resolves with the reply when its reads are there.
    pub fn execute(&self, message: Vec<u8>) -> js_sys::Promise {
        let idle = Rc::clone(&self.idle);
        wasm_bindgen_futures::future_to_promise(async move {
            let taken = idle.borrow_mut().take();
            let reply = match taken {
                Some(mut executor) => {
                    let reply = executor.execute(&message).await;
                    *idle.borrow_mut() = Some(executor);
                    reply
                }
                None => busy_reply(),
            };
            Ok(Uint8Array::from(reply.as_slice()).into())
        })
    }
}

fn busy_reply() -> Vec<u8> {
    let message = "the executor was given a message while it worked on another".to_owned();
    let items = vec![ReplyItem::Failure {
        kind: ErrorKind::Runtime,
        message,
    }];
    Reply {
        items,
        ..Reply::default()
    }
    .encode()
}
