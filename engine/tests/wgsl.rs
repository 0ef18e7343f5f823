//! Every module that the engine can generate goes through naga: parsed and validated without extensions.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

#[test]
fn all_wgsl_is_valid() {
    let texts = carrel_engine::kernels::all_wgsl_for_validation();
    assert!(texts.len() > 300, "only {} modules", texts.len());
    for (name, text) in texts {
        let module = match naga::front::wgsl::parse_str(&text) {
            Ok(module) => module,
            Err(error) => panic!("{name}: {}\n{text}", error.emit_to_string(&text)),
        };
        let mut validator =
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
        if let Err(error) = validator.validate(&module) {
            panic!("{name}: {}\n{text}", error.emit_to_string(&text));
        }
    }
}
