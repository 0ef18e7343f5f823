//! Sandboxed frames, each inside a host: an empty document of this site (public/frames) that runs nothing itself.
//! A frame whose text is given inherits the policy of the document that it is in. The page's own policy lets in no script
//! but the site's, no address but the site's; outputs and kernels need more. So they hang in a host, whose policy is the
//! most that such a frame may have, and the page keeps its own. The host also keeps what is inside from being navigated
//! anywhere: its policy lets a frame go to no address. Read next: `frame.rs` (kernels), `output_frame.rs` (outputs).

use super::output_messages;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlIFrameElement};

/// The host of a kernel.
pub const KERNEL_HOST: &str = "frames/kernel.html";

/// The host of an output.
pub const OUTPUT_HOST: &str = "frames/output.html";

/// Scripts may run; there is no origin, and so no storage, no cookies and no way to the page.
const SANDBOX: &str = "allow-scripts";

/// Puts a frame with this text into a host that has loaded, in place of one that was there.
/// Nothing if the host could not be loaded, for example because the site cannot be reached.
pub fn fill(host: &HtmlIFrameElement, title: &str, srcdoc: &str) -> Option<HtmlIFrameElement> {
    let document = host.content_document()?;
    let body = document.body()?;
    // An error page of the browser, or of the server, is no host.
    document
        .query_selector("meta[http-equiv='Content-Security-Policy']")
        .ok()??;
    // Frames elsewhere can send messages here, on the page's own thread.
    output_messages::listen_at(&host.content_window()?);
    body.set_text_content(None);
    // An element of another document is of that document's class, which a checked cast would refuse.
    let element: HtmlIFrameElement = document.create_element("iframe").ok()?.unchecked_into();
    element.set_attribute("sandbox", SANDBOX).ok()?;
    element.set_attribute("referrerpolicy", "no-referrer").ok()?;
    element.set_attribute("title", title).ok()?;
    element.set_srcdoc(srcdoc);
    body.append_child(&element).ok()?;
    Some(element)
}

/// Makes a host as dark as the page, or the browser would paint it to set it off.
pub fn set_dark(host: &HtmlIFrameElement, is_dark: bool) {
    let root = host.content_document().and_then(|document| document.document_element());
    if let Some(root) = root {
        let scheme = if is_dark { "dark" } else { "light" };
        root.unchecked_into::<HtmlElement>()
            .style()
            .set_property("color-scheme", scheme)
            .ok();
    }
}
