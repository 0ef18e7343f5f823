//! Which places in code a traceback names: `Cell In[3], line 2` and `File ~/helper.py:3`, as IPython writes them, and
//! `File "helper.py", line 3`, as Python does. What else a traceback says stays mere text.
//! Read next: `ansi.rs` (the runs of a text), `ui/output/text.rs` (what is drawn).

use super::ansi::Span;
use crate::model::source_place::SourcePlace;
use std::ops::Range;

/// Runs of one style that together name a place, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The place.
    pub place: Option<SourcePlace>,
    /// The runs.
    pub spans: Vec<Span>,
}

/// Cuts runs of text where names of places begin and end.
pub fn pieces(spans: Vec<Span>) -> Vec<Piece> {
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    let places = places_in(&text);
    let mut found: Vec<Piece> = Vec::new();
    let (mut start, mut last) = (0, None);
    for span in spans {
        let mut rest = span.text.as_str();
        while !rest.is_empty() {
            let inside = places.iter().position(|(range, _)| range.contains(&start));
            let end = match inside.and_then(|index| places.get(index)) {
                Some((range, _)) => range.end,
                None => places
                    .iter()
                    .map(|(range, _)| range.start)
                    .find(|begin| *begin > start)
                    .unwrap_or(text.len()),
            };
            let (part, after) = rest.split_at_checked(end - start).unwrap_or((rest, ""));
            if found.is_empty() || inside != last {
                let place = inside
                    .and_then(|index| places.get(index))
                    .map(|(_, place)| place.clone());
                found.push(Piece {
                    place,
                    spans: Vec::new(),
                });
                last = inside;
            }
            if let Some(piece) = found.last_mut() {
                piece.spans.push(Span {
                    style: span.style,
                    text: part.to_owned(),
                });
            }
            start += part.len();
            rest = after;
        }
    }
    found
}

fn places_in(text: &str) -> Vec<(Range<usize>, SourcePlace)> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some((range, place)) = place_in(line) {
            found.push((offset + range.start..offset + range.end, place));
        }
        offset += line.len();
    }
    found
}

fn place_in(line: &str) -> Option<(Range<usize>, SourcePlace)> {
    // Python draws a margin beside the errors of a group.
    let start = line.len() - line.trim_start_matches([' ', '|']).len();
    let frame = line.get(start..)?;
    let (length, place) = if let Some(rest) = frame.strip_prefix("Cell In[") {
        let (number, rest) = leading_number(rest)?;
        let (line, rest) = leading_number(rest.strip_prefix("], line ")?)?;
        (frame.len() - rest.len(), SourcePlace::Cell { number, line })
    } else if let Some(rest) = frame.strip_prefix("File \"") {
        let (path, rest) = rest.split_once('"')?;
        let (line, rest) = leading_number(rest.strip_prefix(", line ")?)?;
        (frame.len() - rest.len(), of_file(path, line)?)
    } else {
        let rest = frame.strip_prefix("File ")?;
        let named = rest.split(", in ").next()?.trim_end();
        let (path, number) = named.rsplit_once(':')?;
        let (line, after) = leading_number(number)?;
        after.is_empty().then_some(())?;
        ("File ".len() + named.len(), of_file(path, line)?)
    };
    Some((start..start + length, place))
}

/// A file, or the cell whose run bears such a name in the kernel.
fn of_file(path: &str, line: u32) -> Option<SourcePlace> {
    if let Some(name) = path.strip_prefix("<cell-") {
        let number = name.strip_suffix('>')?.parse().ok()?;
        return Some(SourcePlace::Cell { number, line });
    }
    let is_file = !path.is_empty() && !path.starts_with('<');
    is_file.then(|| SourcePlace::File {
        path: path.to_owned(),
        line,
    })
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::ansi::parse_ansi;

    fn cell(number: u32, line: u32) -> SourcePlace {
        SourcePlace::Cell { number, line }
    }

    fn file(path: &str, line: u32) -> SourcePlace {
        let path = path.to_owned();
        SourcePlace::File { path, line }
    }

    #[test]
    fn frames_of_cells_and_files_are_places() {
        let read =
            |line: &str| place_in(line).map(|(range, place)| (line.get(range).unwrap_or_default().to_owned(), place));
        let expected = |text: &str, place| Some((text.to_owned(), place));
        assert_eq!(
            read("Cell In[12], line 3\n"),
            expected("Cell In[12], line 3", cell(12, 3))
        );
        assert_eq!(
            read("  Cell In[1], line 2, in f(x)"),
            expected("Cell In[1], line 2", cell(1, 2))
        );
        assert_eq!(
            read("File ~/helper.py:7, in f(x, y)\n"),
            expected("File ~/helper.py:7", file("~/helper.py", 7))
        );
        assert_eq!(
            read("File /lib/a: b.py:10"),
            expected("File /lib/a: b.py:10", file("/lib/a: b.py", 10))
        );
        assert_eq!(
            read("  File \"a b.py\", line 4, in g"),
            expected("File \"a b.py\", line 4", file("a b.py", 4))
        );
        assert_eq!(
            read("  File \"<cell-3>\", line 1"),
            expected("File \"<cell-3>\", line 1", cell(3, 1))
        );
        assert_eq!(
            read("  |   File \"<cell-3>\", line 1, in f"),
            expected("File \"<cell-3>\", line 1", cell(3, 1))
        );
        for line in [
            "File <string>:1",
            "File \"<stdin>\", line 1",
            "Cell In[x], line 1",
            "Cell In[1], line",
            "File a.py",
            "File :3",
            "",
            "é",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn places_keep_their_colours_and_what_is_around_them() {
        let text = "Error\n\u{1b}[36mCell\u{1b}[39m \u{1b}[32mIn[2]\u{1b}[39m, line 1\nx = é\nFile b.py:9, in f()";
        let pieces = pieces(parse_ansi(text));
        let joined = |piece: &Piece| piece.spans.iter().map(|span| span.text.as_str()).collect::<String>();
        assert_eq!(
            pieces.iter().map(joined).collect::<Vec<_>>(),
            ["Error\n", "Cell In[2], line 1", "\nx = é\n", "File b.py:9", ", in f()"]
        );
        assert_eq!(pieces[1].place, Some(cell(2, 1)));
        assert!(pieces[1].spans.len() >= 3);
        assert_eq!(pieces[3].place, Some(file("b.py", 9)));
    }
}
