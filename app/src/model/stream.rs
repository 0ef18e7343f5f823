//! How printed text grows: carriage returns and backspaces overwrite, as on a terminal, and very long text loses its beginning.
//! Colour codes take no room on the line. Cursor movements between lines are not followed.
//! Read next: `run.rs`, which joins neighbouring texts of one stream.

/// How many bytes of one stream output are kept. Enough for thousands of lines, little enough to draw and to save quickly.
pub const MAX_STREAM_BYTES: usize = 250_000;

/// How far a text may grow beyond the limit before it is cut, so that a print loop does not move memory on each line.
const SLACK_BYTES: usize = MAX_STREAM_BYTES / 4;

/// Where the next character of a stream goes, and how much of its beginning has been given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamTail {
    /// The column of the next character on the last line; none means the line's end.
    column: Option<usize>,
    /// How many bytes of the beginning are not kept.
    num_dropped_bytes: usize,
}

/// A visible character with the escape codes that stand before it.
struct Glyph {
    codes: String,
    character: char,
}

/// The last line while characters are written to it.
#[derive(Default)]
struct Line {
    glyphs: Vec<Glyph>,
    column: usize,
    codes: String,
}

impl Line {
    fn put(&mut self, character: char) {
        let glyph = Glyph {
            codes: std::mem::take(&mut self.codes),
            character,
        };
        match self.glyphs.get_mut(self.column) {
            Some(slot) => *slot = glyph,
            None => self.glyphs.push(glyph),
        }
        self.column += 1;
    }

    fn write_to(&mut self, text: &mut String) {
        for glyph in self.glyphs.drain(..) {
            text.push_str(&glyph.codes);
            text.push(glyph.character);
        }
        text.push_str(&self.codes);
        self.codes.clear();
        self.column = 0;
    }
}

/// Adds what was printed to the text of a stream.
pub fn append(text: &mut String, tail: &mut StreamTail, printed: &str) {
    if tail.column.is_none() && !printed.contains(['\r', '\x08']) {
        text.push_str(printed);
    } else {
        let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
        let last_line = text.split_off(line_start);
        let mut line = Line::default();
        write_characters(&mut line, text, &last_line);
        line.column = tail.column.unwrap_or(line.glyphs.len()).min(line.glyphs.len());
        write_characters(&mut line, text, printed);
        tail.column = (line.column < line.glyphs.len()).then_some(line.column);
        line.write_to(text);
    }
    cut_beginning(text, tail);
}

fn write_characters(line: &mut Line, text: &mut String, printed: &str) {
    let mut rest = printed.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\n' => {
                line.write_to(text);
                text.push('\n');
            }
            '\r' => line.column = 0,
            '\x08' => line.column = line.column.saturating_sub(1),
            '\x1b' => {
                let mut code = String::from(character);
                if rest.peek() == Some(&'[') {
                    // A control sequence ends with a letter or one of a few signs (ECMA-48, 5.4).
                    while let Some(next) = rest.next_if(|_| true) {
                        code.push(next);
                        if next != '[' && ('\x40'..='\x7e').contains(&next) {
                            break;
                        }
                    }
                }
                if code == "\x1b[K" || code == "\x1b[0K" {
                    line.glyphs.truncate(line.column);
                } else {
                    line.codes.push_str(&code);
                }
            }
            visible => line.put(visible),
        }
    }
}

fn truncation_note(num_dropped_bytes: usize) -> String {
    format!("[output truncated: the first {num_dropped_bytes} characters were not kept]\n")
}

fn cut_beginning(text: &mut String, tail: &mut StreamTail) {
    if text.len() <= MAX_STREAM_BYTES + SLACK_BYTES {
        return;
    }
    if tail.num_dropped_bytes > 0 {
        let old_note = truncation_note(tail.num_dropped_bytes).len();
        text.drain(..old_note.min(text.len()));
    }
    let mut cut = text.len().saturating_sub(MAX_STREAM_BYTES);
    while !text.is_char_boundary(cut) {
        cut += 1;
    }
    // Whole lines are dropped where lines are not absurdly long.
    if let Some(newline) = text[cut..].find('\n').filter(|&length| length < SLACK_BYTES) {
        cut += newline + 1;
    }
    tail.num_dropped_bytes += cut;
    text.replace_range(..cut, &truncation_note(tail.num_dropped_bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(chunks: &[&str]) -> String {
        let (mut text, mut tail) = (String::new(), StreamTail::default());
        for chunk in chunks {
            append(&mut text, &mut tail, chunk);
        }
        text
    }

    #[test]
    fn plain_text_is_joined() {
        assert_eq!(printed(&["a\nb", "c\n"]), "a\nbc\n");
    }

    #[test]
    fn carriage_returns_overwrite_the_last_line_only() {
        assert_eq!(printed(&["x\n10%\r", "20%\r", "100%\n"]), "x\n100%\n");
        assert_eq!(printed(&["abc\rX", "Y"]), "XYc");
        assert_eq!(printed(&["dos\r\n", "next"]), "dos\nnext");
        assert_eq!(printed(&["dos\r", "\nnext"]), "dos\nnext");
    }

    #[test]
    fn backspaces_and_line_clearing_work() {
        assert_eq!(printed(&["abc\x08\x08X"]), "aXc");
        assert_eq!(printed(&["long line\r\x1b[Kshort"]), "short");
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(
            printed(&["\x1b[31mred\x1b[0m\r", "\x1b[32mgre\x1b[0m"]),
            "\x1b[0m\x1b[32mgre\x1b[0m"
        );
    }

    #[test]
    fn endless_text_keeps_its_end_and_says_so() {
        let (mut text, mut tail) = (String::new(), StreamTail::default());
        for number in 0..200_000 {
            append(&mut text, &mut tail, &format!("line {number}\n"));
        }
        assert!(text.len() <= MAX_STREAM_BYTES + SLACK_BYTES);
        assert!(text.starts_with("[output truncated: the first "));
        assert_eq!(text.matches("[output truncated").count(), 1);
        assert!(text.ends_with("line 199999\n"));
        let second_line = text.lines().nth(1).map(str::to_owned);
        assert!(second_line.is_some_and(|line| line.starts_with("line ")));
    }
}
