//! House rules that a program can check: headers, sizes, unfinished marks, walls between folders, orphan shaders.
//! Changes nothing, and judges no style that rustfmt or clippy already judge.
//! Read next: CONTRIBUTING.md for the rules in prose, `src/walls.rs` for the table of walls.
#![allow(clippy::expect_used, reason = "a check that cannot read the repository has failed")]

use carrel_tests::{SourceFile, breaches, source_files};

/// No hand-written file is longer, in lines.
const LONGEST_FILE: usize = 600;

/// Files that may be longer, and why.
const LONGER_FILES: &[(&str, &str)] = &[];

/// Kinds of files that are written by hand and read by people.
const WRITTEN_KINDS: [&str; 8] = ["rs", "wgsl", "py", "js", "mjs", "sh", "css", "html"];

/// Marks of unfinished work, cut in two so that this file does not contain them.
const UNFINISHED: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")];

/// Words that speak of how or where the project was made instead of what it is, cut in two likewise.
const FOREIGN: [(&str, &str); 5] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("plan", ".md"),
    ("tick", "et #"),
    ("issue", " #"),
];

fn written_files() -> Vec<SourceFile> {
    let files = source_files().expect("the repository can be read");
    files
        .into_iter()
        .filter(|file| WRITTEN_KINDS.contains(&file.extension()))
        .collect()
}

fn assert_none(complaints: &[String], rule: &str) {
    assert!(complaints.is_empty(), "{rule}\n{}", complaints.join("\n"));
}

/// Does the file begin by saying what it is, in the way of its language?
fn has_header(file: &SourceFile) -> bool {
    let text = file.text.trim_start();
    match file.extension() {
        "rs" | "wgsl" => text.starts_with("//!"),
        "py" => text.starts_with("\"\"\"") || text.starts_with("r\"\"\""),
        "js" | "mjs" => text.starts_with("//") || text.starts_with("/*"),
        "css" => text.starts_with("/*"),
        "sh" => text
            .lines()
            .find(|line| !line.starts_with("#!"))
            .is_some_and(|line| line.starts_with("# ")),
        _ => true,
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    let complaints: Vec<String> = written_files()
        .iter()
        .filter(|file| !has_header(file))
        .map(|file| file.path.clone())
        .collect();
    assert_none(
        &complaints,
        "files without a header that says what they are and what they refuse to do",
    );
}

#[test]
fn files_are_short_enough_to_read() {
    let mut complaints = Vec::new();
    for file in written_files() {
        let line_count = file.text.lines().count();
        let may_be_longer = LONGER_FILES.iter().any(|(path, _)| *path == file.path);
        if line_count > LONGEST_FILE && !may_be_longer {
            complaints.push(format!("{}: {line_count} lines", file.path));
        }
        if line_count <= LONGEST_FILE && may_be_longer {
            complaints.push(format!("{}: needs no exception any more", file.path));
        }
    }
    assert_none(&complaints, "files to split by concept");
}

#[test]
fn nothing_is_left_unfinished() {
    let marks: Vec<String> = UNFINISHED.iter().map(|(start, end)| format!("{start}{end}")).collect();
    let mut complaints = Vec::new();
    for file in written_files() {
        for (line_idx, line) in file.text.lines().enumerate() {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if words.any(|word| marks.iter().any(|mark| mark == word)) {
                let line_number = line_idx + 1;
                complaints.push(format!("{}:{line_number}", file.path));
            }
        }
    }
    assert_none(&complaints, "marks of unfinished work");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let phrases: Vec<String> = FOREIGN.iter().map(|(start, end)| format!("{start}{end}")).collect();
    let files = source_files().expect("the repository can be read");
    let mut complaints = Vec::new();
    for file in &files {
        for (line_idx, line) in file.text.lines().enumerate() {
            if let Some(phrase) = phrases.iter().find(|phrase| line.contains(phrase.as_str())) {
                let line_number = line_idx + 1;
                complaints.push(format!("{}:{line_number}: `{phrase}`", file.path));
            }
        }
    }
    assert_none(&complaints, "words about something other than the project");
}

/// Recorded answers beside the checkout are for tests alone; the product must not know of them.
#[test]
fn only_tests_look_beside_the_repository() {
    const PRODUCT: [&str; 8] = [
        "app/",
        "engine/src/",
        "engine/python/torch/",
        "engine/python/safetensors/",
        "engine/python/torchvision/",
        "engine/python/carrel_kernel/",
        "public/",
        "shaders/",
    ];
    let beside = ["../sha", "red"].concat();
    let files = source_files().expect("the repository can be read");
    let complaints: Vec<String> = files
        .iter()
        .filter(|file| PRODUCT.iter().any(|folder| file.path.starts_with(folder)) && file.text.contains(&beside))
        .map(|file| file.path.clone())
        .collect();
    assert_none(&complaints, "product files that look beside the repository");
}

#[test]
fn text_has_no_stray_space() {
    let mut complaints = Vec::new();
    for file in written_files() {
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            complaints.push(format!("{}: no line end at its end", file.path));
        }
        for (line_idx, line) in file.text.lines().enumerate() {
            let ends_in_space = line.ends_with(' ') || line.ends_with('\t');
            if ends_in_space || line.ends_with('\r') {
                let line_number = line_idx + 1;
                complaints.push(format!("{}:{line_number}", file.path));
            }
        }
    }
    assert_none(&complaints, "space at the end of lines or files");
}

#[test]
fn folders_keep_to_their_walls() {
    let complaints: Vec<String> = written_files().iter().flat_map(breaches).collect();
    assert_none(&complaints, "folders that reach over their walls");
}

#[test]
fn every_shader_is_used() {
    let files = written_files();
    let engine: String = files
        .iter()
        .filter(|file| file.path.starts_with("engine/src/"))
        .map(|file| file.text.as_str())
        .collect();
    let complaints: Vec<String> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("shaders/"))
        .filter(|path| path.ends_with(".wgsl") && !engine.contains(*path))
        .map(|path| format!("shaders/{path}"))
        .collect();
    assert_none(&complaints, "shaders that the engine does not name");
}
