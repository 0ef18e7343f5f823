//! Every shader, through naga: the hand-written ones of `shaders/`, completed with the text that the engine puts around
//! them, and a sample of what the engine generates. A browser would refuse a broken one only when somebody first needs it.
//! Says nothing about results; those are compared with the CPU by the engine's own tests.

use carrel_engine::kernels::{
    all_wgsl_for_validation, registry, wgsl_with_halves_for_validation, wgsl_with_subgroups_for_validation,
};
use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};

/// The complaint about a shader's text, if there is one.
fn complaint(source: &str) -> Option<String> {
    // What every WebGPU device can do.
    complaint_with(source, Capabilities::default())
}

fn complaint_with(source: &str, capabilities: Capabilities) -> Option<String> {
    let module = match wgsl::parse_str(source) {
        Ok(module) => module,
        Err(error) => return Some(error.emit_to_string(source)),
    };
    if module.entry_points.is_empty() {
        return Some("no entry point".to_owned());
    }
    let checked = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
    checked.err().map(|error| error.emit_to_string(source))
}

#[test]
fn every_shader_is_valid() {
    let shaders = all_wgsl_for_validation();
    assert!(!shaders.is_empty());
    let complaints: Vec<String> = shaders
        .iter()
        .filter_map(|(name, source)| complaint(source).map(|text| format!("== {name}\n{text}")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_shader_with_halves_is_valid() {
    let shaders = wgsl_with_halves_for_validation();
    assert!(shaders.iter().any(|(_, source)| source.starts_with("enable f16;")));
    let capabilities = Capabilities::default() | Capabilities::SHADER_FLOAT16;
    let complaints: Vec<String> = shaders
        .iter()
        .filter_map(|(name, source)| complaint_with(source, capabilities).map(|text| format!("== {name}\n{text}")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_shader_with_subgroups_is_valid() {
    let shaders = wgsl_with_subgroups_for_validation();
    let uses = |text: &str| text.contains("subgroupAdd(");
    assert!(shaders.iter().any(|(_, source)| uses(source)));
    let capabilities = Capabilities::default() | Capabilities::SUBGROUP;
    let complaints: Vec<String> = shaders
        .iter()
        .filter_map(|(name, source)| complaint_with(source, capabilities).map(|text| format!("== {name}\n{text}")))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_file_is_part_of_a_checked_shader() {
    let mut shaders = all_wgsl_for_validation();
    shaders.extend(wgsl_with_subgroups_for_validation());
    for shader in registry::ALL {
        let is_checked = shaders.iter().any(|(_, source)| source.contains(shader.code().trim()));
        assert!(is_checked, "no sample uses the shader {}", shader.id);
    }
}

/// The check itself must be able to fail.
#[test]
fn a_broken_shader_is_refused() {
    assert!(complaint("@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }").is_some());
    assert!(complaint("fn helper() {}").is_some());
    assert!(complaint("@compute @workgroup_size(1) fn main() {}").is_none());
}
