//! The walls between crates, read off cargo's own resolution of what each build links.
//! Builds nothing. The walls inside crates are `tidy.rs`'s business.
#![allow(clippy::expect_used, reason = "a check that cannot read the repository has failed")]

use std::process::Command;

use carrel_tests::repository_root;

const BROWSER: &str = "wasm32-unknown-unknown";

/// The names of all crates that `package` links in a build for `target` with just these features.
fn linked_crates(package: &str, target: &str, features: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(repository_root())
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--package", package, "--target", target])
        .args(["--no-default-features", "--features", features])
        .output()
        .expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree failed: {complaint}");
    let listing = String::from_utf8_lossy(&output.stdout);
    let names = listing.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

fn assert_links_none(package: &str, features: &str, unwanted: &[&str]) {
    let linked = linked_crates(package, BROWSER, features);
    assert!(linked.iter().any(|name| name == package));
    for name in unwanted {
        let is_linked = linked.iter().any(|linked_name| linked_name == name);
        assert!(!is_linked, "{package} [{features}] must not link {name}");
    }
}

#[test]
fn the_page_does_not_link_the_engine() {
    assert_links_none("carrel-app", "", &["carrel-engine", "wgpu", "naga"]);
}

#[test]
fn the_engine_does_not_link_the_page() {
    assert_links_none("carrel-engine", "recorder,executor", &["carrel-app", "leptos", "idb"]);
}

#[test]
fn the_recorder_knows_no_gpu() {
    assert_links_none("carrel-engine", "recorder", &["wgpu", "naga", "web-sys", "tokio"]);
}

#[test]
fn the_executor_leaves_compiling_shaders_to_the_browser() {
    assert_links_none("carrel-engine", "executor", &["naga", "wgpu-core", "wgpu-hal", "tokio"]);
}

/// Some packages bring a thread pool or a panic catcher that does nothing but grow the download.
#[test]
fn nothing_blocking_reaches_the_browser() {
    for package in ["carrel-app", "carrel-engine"] {
        assert_links_none(package, "", &["rayon", "pollster", "mio"]);
    }
}
