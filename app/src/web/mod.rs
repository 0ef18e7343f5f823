//! The thin bindings to the browser: the only place of the page that touches web-sys.

pub mod device;
pub mod editor;
pub mod fetch;
pub mod files;
pub mod focus;
pub mod frame;
pub(crate) mod host_frame;
pub mod js;
pub mod mathematics;
pub mod near_screen;
pub mod offline;
pub mod output_frame;
pub(crate) mod output_messages;
pub mod package_fetch;
pub mod package_store;
pub mod tabs;
pub mod time;
pub(crate) mod trusted_types;
pub mod window;
