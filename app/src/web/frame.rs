//! The kernel's frame: an `<iframe>` with an opaque origin that shares nothing with the page but one message port.
//! The page never reads from it otherwise, and nothing in it can reach the page. Read next: public/kernel/frame.js.

use super::host_frame::{KERNEL_HOST, fill};
use super::js;
use futures::channel::oneshot;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

/// Why a frame could not be opened.
const NO_HOST: &str = "its host page could not be loaded; check the connection and try again";

/// What code in the frame may run: what it is handed, and nothing from anywhere else, network or not.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:; \
                      worker-src blob: data:; connect-src ";

/// Where it may read from without a network: what it holds itself. The interrupt tokens are such addresses.
const NO_NETWORK: &str = "blob:";

/// With a network, beside the sites of `remote_sources`.
const CARRIED: &str = "blob: data:";

/// The document in which a frame will be, which loads while the kernel's files are fetched. Dropping it takes it away.
pub struct FrameHost {
    element: HtmlIFrameElement,
    /// Told when it has loaded.
    loaded: oneshot::Receiver<()>,
    _on_load: Closure<dyn FnMut()>,
}

/// A live frame. Dropping it ends everything that runs inside.
pub struct Frame {
    host: FrameHost,
    element: HtmlIFrameElement,
    port: MessagePort,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_load: Closure<dyn FnMut()>,
}

/// What a notebook that has a network may reach, in the words of a policy: any secure site that lets others read it,
/// since a frame's origin is nobody's, and servers on this machine when the page itself is served from here.
pub fn remote_sources() -> &'static str {
    if super::window::is_on_this_machine() {
        "https: http://localhost:* http://127.0.0.1:*"
    } else {
        "https:"
    }
}

impl FrameHost {
    /// Begins to load a host.
    pub fn open() -> Result<Self, JsValue> {
        let document = web_sys::window()
            .and_then(|window| window.document())
            .ok_or(JsValue::NULL)?;
        let element: HtmlIFrameElement = document.create_element("iframe")?.unchecked_into();
        element.set_attribute("src", KERNEL_HOST)?;
        element.set_attribute("title", "Kernel")?;
        element.set_attribute("aria-hidden", "true")?;
        element.set_hidden(true);
        let (tell, loaded) = oneshot::channel();
        let mut tell = Some(tell);
        let on_load = Closure::<dyn FnMut()>::new(move || {
            if let Some(tell) = tell.take() {
                tell.send(()).ok();
            }
        });
        element.set_onload(Some(on_load.as_ref().unchecked_ref()));
        document.body().ok_or(JsValue::NULL)?.append_child(&element)?;
        let _on_load = on_load;
        Ok(Self {
            element,
            loaded,
            _on_load,
        })
    }
}

impl Drop for FrameHost {
    fn drop(&mut self) {
        self.element.set_onload(None);
        self.element.remove();
    }
}

impl Frame {
    /// Opens a frame that runs `script`, with or without a network for as long as it lives, and takes what it sends.
    pub async fn open(
        mut host: FrameHost,
        script: &str,
        has_network: bool,
        on_message: impl FnMut(JsValue) + 'static,
    ) -> Result<Self, JsValue> {
        (&mut host.loaded).await.ok();
        let element = fill(&host.element, "Kernel", &page(script, &policy(has_network))).ok_or(NO_HOST)?;
        let channel = MessageChannel::new()?;
        let port = channel.port1();
        let on_event = {
            let mut on_message = on_message;
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| on_message(event.data()))
        };
        port.set_onmessage(Some(on_event.as_ref().unchecked_ref()));
        let on_load = {
            let (element, far_end) = (element.clone(), channel.port2());
            let mut is_connected = false;
            Closure::<dyn FnMut()>::new(move || {
                // A frame that loads again is no longer ours.
                if !std::mem::replace(&mut is_connected, true) {
                    connect(&element, &far_end);
                }
            })
        };
        element.set_onload(Some(on_load.as_ref().unchecked_ref()));
        Ok(Self {
            host,
            element,
            port,
            _on_message: on_event,
            _on_load: on_load,
        })
    }

    /// False when something has taken the frame out of the page, which ends what runs inside.
    pub fn is_alive(&self) -> bool {
        self.host.element.is_connected() && self.element.is_connected()
    }

    /// Sends a message.
    pub fn post(&self, message: &JsValue) -> Result<(), JsValue> {
        self.port.post_message(message)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        self.element.set_onload(None);
    }
}

fn connect(element: &HtmlIFrameElement, far_end: &MessagePort) {
    if let Some(inside) = element.content_window() {
        let greeting = js::object(&[("type", JsValue::from_str("carrel:connect"))]);
        // The frame's origin is opaque and has no name, so the message can only be addressed to "*"; it holds no secret.
        inside
            .post_message_with_transfer(&greeting, "*", &Array::of1(far_end))
            .ok();
    }
}

/// The policy of a kernel's frame.
fn policy(has_network: bool) -> String {
    if has_network {
        format!("{POLICY}{CARRIED} {}", remote_sources())
    } else {
        format!("{POLICY}{NO_NETWORK}")
    }
}

fn page(script: &str, policy: &str) -> String {
    // Only this could end the element early.
    let script = script.replace("</script", "<\\/script");
    format!(
        "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <script>{script}</script>"
    )
}
