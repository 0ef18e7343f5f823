//! Long text cut into blocks, so that a growing output redraws only its end.
//! It holds no marks of its own: styles come from `ansi.rs`, and how blocks are drawn is the output components' affair.
//! Read next: `ansi.rs`.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::ansi::{Span, parse_ansi};

/// The number of lines in a block: few enough to redraw quickly, enough that a long output has few blocks.
const LINES_PER_BLOCK: usize = 64;

/// The most text, in bytes, that is drawn for one output. Browsers lay this much out in well under a second.
pub const MAX_SHOWN_BYTES: usize = 1 << 20;

/// Some consecutive lines of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The place among the output's blocks together with a hash of the content: equal keys look the same.
    pub key: (usize, u64),
    /// The runs of the block.
    pub spans: Vec<Span>,
}

/// Text as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLayout {
    /// How many bytes at the start are left out.
    pub num_hidden_bytes: usize,
    /// How many lines are drawn.
    pub num_lines: usize,
    /// The drawn lines.
    pub blocks: Vec<Block>,
}

/// Lays out the end of `text`, at most [`MAX_SHOWN_BYTES`] of it. The end is kept because that is where news appears.
pub fn lay_out(text: &str) -> TextLayout {
    let hidden = first_shown_byte(text, MAX_SHOWN_BYTES);
    let shown = text.get(hidden..).unwrap_or_default();
    // A newline at the very end would add an empty line to every print.
    let spans = parse_ansi(shown.strip_suffix('\n').unwrap_or(shown));
    let num_lines = 1 + spans.iter().map(|span| span.text.matches('\n').count()).sum::<usize>();
    TextLayout {
        num_hidden_bytes: hidden,
        num_lines,
        blocks: cut_into_blocks(spans),
    }
}

/// The first line start (or at least character start) that leaves at most `limit` bytes.
fn first_shown_byte(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return 0;
    }
    let mut start = text.len() - limit;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    /// How far to look for the start of a line before cutting in the middle of one.
    const LINE_SEARCH_BYTES: usize = 4096;
    let rest = text.get(start..).unwrap_or_default();
    match rest.bytes().take(LINE_SEARCH_BYTES).position(|byte| byte == b'\n') {
        Some(newline) => start + newline + 1,
        None => start,
    }
}

fn cut_into_blocks(spans: Vec<Span>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut current: Vec<Span> = Vec::new();
    let mut num_lines = 0;
    for span in spans {
        let mut part = String::new();
        for line in span.text.split_inclusive('\n') {
            part.push_str(line);
            num_lines += usize::from(line.ends_with('\n'));
            if num_lines == LINES_PER_BLOCK {
                current.push(Span {
                    style: span.style,
                    text: std::mem::take(&mut part),
                });
                push_block(&mut blocks, std::mem::take(&mut current));
                num_lines = 0;
            }
        }
        if !part.is_empty() {
            current.push(Span {
                style: span.style,
                text: part,
            });
        }
    }
    if !current.is_empty() {
        push_block(&mut blocks, current);
    }
    blocks
}

fn push_block(blocks: &mut Vec<Block>, spans: Vec<Span>) {
    let mut hasher = DefaultHasher::new();
    spans.hash(&mut hasher);
    blocks.push(Block {
        key: (blocks.len(), hasher.finish()),
        spans,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(layout: &TextLayout) -> String {
        layout
            .blocks
            .iter()
            .flat_map(|block| &block.spans)
            .map(|span| span.text.as_str())
            .collect()
    }

    #[test]
    fn short_text_is_one_block_without_its_last_newline() {
        let layout = lay_out("a\nb\n");
        assert_eq!(
            (layout.num_lines, layout.blocks.len(), text_of(&layout)),
            (2, 1, "a\nb".to_owned())
        );
        assert_eq!(lay_out("").blocks, []);
    }

    #[test]
    fn appending_changes_only_the_last_blocks() {
        let lines = |count: usize| (0..count).map(|line| format!("line {line}\n")).collect::<String>();
        let (before, after) = (lay_out(&lines(200)), lay_out(&lines(201)));
        assert_eq!(before.blocks.len(), 4);
        assert_eq!(before.blocks[..3], after.blocks[..3]);
        assert_ne!(before.blocks[3].key, after.blocks[3].key);
        assert_eq!(after.num_lines, 201);
    }

    #[test]
    fn styles_cross_blocks() {
        let text = format!("\u{1b}[31m{}", "red\n".repeat(100));
        let layout = lay_out(&text);
        assert_eq!(layout.blocks.len(), 2);
        assert_eq!(layout.blocks[1].spans[0].style, layout.blocks[0].spans[0].style);
    }

    #[test]
    fn only_the_end_of_huge_text_is_drawn() {
        let text = "0123456789abcde\n".repeat(100_000);
        let layout = lay_out(&text);
        assert!(layout.num_hidden_bytes > 0 && text_of(&layout).len() <= MAX_SHOWN_BYTES);
        assert!(text_of(&layout).starts_with("0123"));
        let one_line = "é".repeat(MAX_SHOWN_BYTES);
        assert!(text_of(&lay_out(&one_line)).len() <= MAX_SHOWN_BYTES);
    }
}
