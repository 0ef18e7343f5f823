//! Packages, as far as the page decides about them: which addresses may be fetched, what a kernel may ask, and what a
//! notebook's metadata says it requires. Pure; nothing is fetched or stored here.
//! Read next: `addresses.rs`, then `effects/packages.rs`, which answers, and engine/python/carrel_kernel/packages.

pub mod addresses;
pub mod request;
pub mod requirements;
