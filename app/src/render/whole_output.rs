//! Where the whole of an output lies that was too long for the page: the kernel has put it into a file of the working
//! directory and says so in a line of the output. Read next: `carrel_kernel/long_outputs.py` (who writes the line).

use crate::model::notebook::Notebook;
use crate::model::output::Output;
use serde_json::Value;

/// The kernel's working directory.
pub const HOME: &str = "/home/pyodide/";

/// Where in it such files lie.
pub const FOLDER: &str = "whole-outputs/";

/// What stands in the line before the file's path.
const MARK: &str = " is in ";

/// The files that no output of a notebook speaks of any more.
pub fn forgotten<'a>(notebook: &Notebook, paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let outputs = notebook.cells.iter().flat_map(|cell| &cell.outputs);
    let named: Vec<String> = outputs.flat_map(left_out_of).collect();
    let is_forgotten = |path: &&str| path.starts_with(FOLDER) && !named.iter().any(|name| name == path);
    paths.filter(is_forgotten).map(str::to_owned).collect()
}

/// The files that hold the whole of what an output shows a part of.
pub fn left_out_of(output: &Output) -> Vec<String> {
    match output {
        Output::Stream { text, .. } => whole_outputs(text),
        Output::DisplayData { bundle, .. } | Output::ExecuteResult { bundle, .. } => {
            let text = bundle.data.get("text/plain").and_then(Value::as_str);
            text.map(whole_outputs).unwrap_or_default()
        }
        Output::Error { .. } | Output::Unknown(_) => Vec::new(),
    }
}

/// The paths, below the working directory, of the files that hold what a text has left out, each once. Text may claim what it
/// likes: whoever takes such a path gets a file of the notebook, or none.
pub fn whole_outputs(text: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (home, _) in text.match_indices(HOME) {
        let start = home + HOME.len();
        let line = text[..home].rsplit('\n').next().unwrap_or_default();
        let path = text[start..].split(|c: char| c == ']' || c.is_whitespace()).next();
        let path = path.unwrap_or_default();
        let is_note = line.starts_with('[') && line.ends_with(MARK) && text[start + path.len()..].starts_with(']');
        let name = path.strip_prefix(FOLDER).unwrap_or_default();
        let is_plain =
            name.starts_with("output-") && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if is_note && is_plain && !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cell::{Cell, CellKind};
    use crate::model::ids::CellId;
    use crate::model::output::StreamName;

    #[test]
    fn only_the_kernel_s_own_line_names_a_file() {
        let text = "aaa\n[5 characters left out; the whole text is in /home/pyodide/whole-outputs/output-ab_1.txt]\nzzz\n\
                    [image/png of 9000000 characters is too long to be shown; it is in /home/pyodide/whole-outputs/output-c.png]\n\
                    [5 characters left out; the whole text is in /home/pyodide/whole-outputs/output-ab_1.txt]\n";
        assert_eq!(
            whole_outputs(text),
            ["whole-outputs/output-ab_1.txt", "whole-outputs/output-c.png"]
        );
        for other in [
            "the text is in /home/pyodide/whole-outputs/output-a.txt]",
            "[it is in /home/pyodide/whole-outputs/output-a.txt",
            "[it is in /home/pyodide/whole-outputs/output-a b.txt]",
            "[it is in /home/pyodide/whole-outputs/output-/../x]",
            "[it is in /home/pyodide/output-a.txt]",
            "[see /home/pyodide/whole-outputs/output-a.txt]",
        ] {
            assert!(whole_outputs(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn files_are_forgotten_with_the_outputs_that_name_them() {
        let mut cell = Cell::new(CellId::from("a"), CellKind::Code);
        cell.outputs = vec![Output::Stream {
            name: StreamName::Stdout,
            text: "[5 characters left out; the whole text is in /home/pyodide/whole-outputs/output-a.txt]".to_owned(),
        }];
        let notebook = Notebook {
            cells: vec![cell],
            ..Notebook::default()
        };
        let paths = ["whole-outputs/output-a.txt", "whole-outputs/output-b.txt", "data.csv"];
        assert_eq!(forgotten(&notebook, paths.into_iter()), ["whole-outputs/output-b.txt"]);
    }
}
