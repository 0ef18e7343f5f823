//! Talk between tabs of this site about which documents are open and stored. Nothing but names travels here.

use super::js;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// The name of the channel; other copies of the site on the same origin use it too, which does no harm.
const CHANNEL: &str = "carrel-documents";

/// What a tab tells the others about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabNews {
    /// It has just opened the document.
    Opened,
    /// It has the document open as well.
    HasOpen,
    /// It has stored a new version.
    Saved,
    /// It has changed the document's files.
    Files,
    /// It has closed the document.
    Closed,
}

impl TabNews {
    fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::HasOpen => "has-open",
            Self::Saved => "saved",
            Self::Files => "files",
            Self::Closed => "closed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Opened, Self::HasOpen, Self::Saved, Self::Files, Self::Closed]
            .into_iter()
            .find(|news| news.as_str() == name)
    }
}

/// This tab's end of the channel.
pub struct Tabs {
    channel: Option<BroadcastChannel>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Tabs {
    /// Joins the channel. `on_news` is told the document and what another tab tells about it.
    pub fn join(mut on_news: impl FnMut(String, TabNews) + 'static) -> Self {
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let news = js::get_text(&data, "news").and_then(|name| TabNews::from_name(&name));
            if let (Some(news), Some(document)) = (news, js::get_text(&data, "document")) {
                on_news(document, news);
            }
        });
        let channel = BroadcastChannel::new(CHANNEL).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        }
        Self {
            channel,
            _on_message: on_message,
        }
    }

    /// Tells the other tabs.
    pub fn tell(&self, document: &str, news: TabNews) {
        let message = js::object(&[
            ("document", JsValue::from_str(document)),
            ("news", JsValue::from_str(news.as_str())),
        ]);
        if let Some(channel) = &self.channel {
            channel.post_message(&message).ok();
        }
    }
}
