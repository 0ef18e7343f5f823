//! Where the whole of an output lies that was too long for the page: the kernel has put it into a file of its own and says
//! so in a line of the output. Read next: `carrel_kernel/long_outputs.py` (who writes the line).

/// What stands in the line before the file's path, and how the path begins.
const MARK: &str = " is in ";
const FOLDER: &str = "/tmp/output-";

/// The paths of the files that hold what a text has left out, each once. Text may claim what it likes: whoever takes such a
/// path gets a file of the kernel that wrote the text, or none.
pub fn whole_outputs(text: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (start, _) in text.match_indices(FOLDER) {
        let line = text[..start].rsplit('\n').next().unwrap_or_default();
        let path = text[start..].split(|c: char| c == ']' || c.is_whitespace()).next();
        let path = path.unwrap_or_default();
        let is_note = line.starts_with('[') && line.ends_with(MARK) && text[start + path.len()..].starts_with(']');
        let name = path.strip_prefix("/tmp/").unwrap_or_default();
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if is_note && is_plain && !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kernel_s_own_line_names_a_file() {
        let text = "aaa\n[5 characters left out; the whole text is in /tmp/output-ab_1.txt]\nzzz\n\
                    [image/png of 9000000 characters is too long to be shown; it is in /tmp/output-c.png]\n\
                    [5 characters left out; the whole text is in /tmp/output-ab_1.txt]\n";
        assert_eq!(whole_outputs(text), ["/tmp/output-ab_1.txt", "/tmp/output-c.png"]);
        for other in [
            "the text is in /tmp/output-a.txt]",
            "[it is in /tmp/output-a.txt",
            "[it is in /tmp/output-a b.txt]",
            "[it is in /tmp/output-/../x]",
            "[it is in /home/output-a.txt]",
            "[see /tmp/output-a.txt]",
        ] {
            assert!(whole_outputs(other).is_empty(), "{other}");
        }
    }
}
