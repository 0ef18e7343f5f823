//! House rules that a program can check: headers, sizes, unfinished marks, forbidden imports, orphan shaders.
//! Changes nothing and judges no style that rustfmt or clippy already judge.
//! Read next: CONTRIBUTING.md for the rules in prose.

#[test]
fn the_repository_has_source_files() -> std::io::Result<()> {
    assert!(!carrel_tests::source_files()?.is_empty());
    Ok(())
}
