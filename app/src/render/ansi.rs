//! Text with terminal codes as runs of one style: the 16 named colours, the 256 and the true ones, weight and lines.
//! The escape grammar itself is the `anstyle-parse` crate's; this file only keeps what colours and emphasis mean.
//! Cursor movement, titles, links and every other code are dropped, never shown and never acted upon.
//! Read next: `text.rs`, which cuts long text into blocks.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};

use super::contrast::{Rgb, readable_on_dark, readable_on_light};

/// A colour as the terminal code gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// One of the 16 named colours, whose shade the theme decides.
    Named(u8),
    /// A fixed colour.
    Rgb(u8, u8, u8),
}

/// How a run of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// The text's colour; nothing means the page's own.
    pub foreground: Option<Colour>,
    /// The colour behind the text.
    pub background: Option<Colour>,
    /// Heavier than the rest.
    pub bold: bool,
    /// Fainter than the rest.
    pub faint: bool,
    /// Slanted.
    pub italic: bool,
    /// With a line below.
    pub underline: bool,
    /// With a line through.
    pub strike: bool,
    /// Foreground and background exchanged.
    pub inverse: bool,
}

/// A run of text in one style.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// How it looks.
    pub style: Style,
    /// The text, free of control characters other than newline and tab.
    pub text: String,
}

/// Splits text into runs of one style, dropping the codes.
pub fn parse_ansi(text: &str) -> Vec<Span> {
    let mut collector = Collector::default();
    if text.contains('\u{1b}') || text.contains('\u{9b}') {
        let mut parser = Parser::<DefaultCharAccumulator>::new();
        for byte in text.bytes() {
            parser.advance(&mut collector, byte);
        }
    } else {
        text.chars()
            .filter(|character| is_shown(*character))
            .for_each(|character| collector.print(character));
    }
    collector.finish()
}

/// Control characters have no shape; only the line feed and the tab mean something in a block of text.
fn is_shown(character: char) -> bool {
    !character.is_control() || matches!(character, '\n' | '\t')
}

impl Style {
    /// The class names that paint this style; fixed colours are in [`Style::inline`].
    pub fn classes(&self) -> String {
        let mut classes = Vec::new();
        let (foreground, background) = self.painted();
        if let Some(Colour::Named(index)) = foreground {
            classes.push(format!("ansi-fg-{index}"));
        }
        if let Some(Colour::Named(index)) = background {
            classes.push(format!("ansi-bg-{index}"));
        }
        let flags = [
            (self.bold, "ansi-bold"),
            (self.faint, "ansi-faint"),
            (self.italic, "ansi-italic"),
            (self.underline, "ansi-underline"),
            (self.strike, "ansi-strike"),
            (self.inverse && foreground.is_none(), "ansi-fg-inverse"),
            (self.inverse && background.is_none(), "ansi-bg-inverse"),
        ];
        classes.extend(
            flags
                .into_iter()
                .filter(|(is_set, _)| *is_set)
                .map(|(_, class)| class.to_owned()),
        );
        classes.join(" ")
    }

    /// Declarations for the fixed colours, empty when there are none.
    pub fn inline(&self) -> String {
        let (foreground, background) = self.painted();
        let mut declarations = String::new();
        match (foreground, background) {
            // On the page's own surface the colour must suit the theme; on its own background it is as it was meant.
            (Some(Colour::Rgb(red, green, blue)), None) => {
                let (light, dark) = (
                    readable_on_light((red, green, blue)),
                    readable_on_dark((red, green, blue)),
                );
                declarations.push_str(&format!("color:light-dark({},{});", css(light), css(dark)));
            }
            (Some(Colour::Rgb(red, green, blue)), Some(_)) => {
                declarations.push_str(&format!("color:{};", css((red, green, blue))));
            }
            (Some(Colour::Named(_)) | None, _) => {}
        }
        if let Some(Colour::Rgb(red, green, blue)) = background {
            declarations.push_str(&format!("background:{};", css((red, green, blue))));
        }
        declarations
    }

    /// Foreground and background as they are painted, after an exchange.
    fn painted(&self) -> (Option<Colour>, Option<Colour>) {
        if self.inverse {
            (self.background, self.foreground)
        } else {
            (self.foreground, self.background)
        }
    }
}

/// A colour as CSS spells it.
fn css((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Gathers what the parser reports.
#[derive(Default)]
struct Collector {
    style: Style,
    text: String,
    spans: Vec<Span>,
}

impl Collector {
    fn finish(mut self) -> Vec<Span> {
        self.close_span();
        self.spans
    }

    fn close_span(&mut self) {
        if !self.text.is_empty() {
            self.spans.push(Span {
                style: self.style,
                text: std::mem::take(&mut self.text),
            });
        }
    }

    fn set_style(&mut self, style: Style) {
        if style != self.style {
            self.close_span();
            self.style = style;
        }
    }
}

impl Perform for Collector {
    fn print(&mut self, character: char) {
        if is_shown(character) {
            self.text.push(character);
        }
    }

    fn execute(&mut self, byte: u8) {
        if matches!(byte, b'\n' | b'\t') {
            self.text.push(char::from(byte));
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], is_ignored: bool, action: u8) {
        if action == b'm' && intermediates.is_empty() && !is_ignored {
            self.set_style(apply_codes(self.style, params));
        }
    }
}

/// The style after a "select graphic rendition" sequence.
fn apply_codes(mut style: Style, params: &Params) -> Style {
    // Both `38;2;r;g;b` and `38:2::r:g:b` are in use: groups hold the colon form, the list the other.
    let groups: Vec<&[u16]> = params.iter().collect();
    let mut index = 0;
    while let Some(group) = groups.get(index) {
        let code = group.first().copied().unwrap_or(0);
        index += 1;
        match code {
            0 => style = Style::default(),
            1 => style.bold = true,
            2 => style.faint = true,
            3 => style.italic = true,
            4 => style.underline = group.get(1) != Some(&0),
            7 => style.inverse = true,
            9 => style.strike = true,
            21 => style.underline = true,
            22 => (style.bold, style.faint) = (false, false),
            23 => style.italic = false,
            24 => style.underline = false,
            27 => style.inverse = false,
            29 => style.strike = false,
            30..=37 => style.foreground = Some(Colour::Named(low_byte(code - 30))),
            39 => style.foreground = None,
            40..=47 => style.background = Some(Colour::Named(low_byte(code - 40))),
            49 => style.background = None,
            90..=97 => style.foreground = Some(Colour::Named(low_byte(code - 90 + 8))),
            100..=107 => style.background = Some(Colour::Named(low_byte(code - 100 + 8))),
            38 | 48 => {
                let (colour, num_used) = extended_colour(group, groups.get(index..).unwrap_or_default());
                index += num_used;
                if colour.is_some() {
                    *(if code == 38 {
                        &mut style.foreground
                    } else {
                        &mut style.background
                    }) = colour;
                }
            }
            _ => {}
        }
    }
    style
}

/// The colour of a 38 or 48 code, and how many of the following groups it took.
fn extended_colour(group: &[u16], following: &[&[u16]]) -> (Option<Colour>, usize) {
    if group.len() > 1 {
        // The colon form may name a colour space between the kind and the three channels.
        return match group.get(1) {
            Some(5) => (group.get(2).and_then(|index| indexed_colour(*index)), 0),
            Some(2) => (group.get(group.len().saturating_sub(3)..).and_then(rgb_colour), 0),
            _ => (None, 0),
        };
    }
    let values: Vec<u16> = following
        .iter()
        .map_while(|group| group.first().copied())
        .take(4)
        .collect();
    match values.first() {
        Some(5) => (values.get(1).and_then(|index| indexed_colour(*index)), 2),
        Some(2) => (values.get(1..4).and_then(rgb_colour), 4),
        _ => (None, 0),
    }
}

fn rgb_colour(channels: &[u16]) -> Option<Colour> {
    match channels {
        [red, green, blue] => Some(Colour::Rgb(low_byte(*red), low_byte(*green), low_byte(*blue))),
        _ => None,
    }
}

/// The xterm table of 256: 16 named, a 6×6×6 cube, 24 greys.
fn indexed_colour(index: u16) -> Option<Colour> {
    /// The six steps of the cube, as xterm defines them.
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |value: u16| STEPS.get(usize::from(value % 6)).copied().unwrap_or(0);
    match index {
        0..=15 => Some(Colour::Named(low_byte(index))),
        16..=231 => {
            let cube = index - 16;
            Some(Colour::Rgb(step(cube / 36), step(cube / 6), step(cube)))
        }
        232..=255 => {
            let grey = low_byte(8 + 10 * (index - 232));
            Some(Colour::Rgb(grey, grey, grey))
        }
        _ => None,
    }
}

/// A channel or index as a byte; larger numbers, which no terminal sends, count as the largest.
fn low_byte(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every span as `classes|inline|text`, which reads better than the structures.
    fn render(text: &str) -> Vec<String> {
        parse_ansi(text)
            .iter()
            .map(|span| format!("{}|{}|{}", span.style.classes(), span.style.inline(), span.text))
            .collect()
    }

    #[test]
    fn plain_text_is_one_run() {
        assert_eq!(render("a\n\tb"), ["||a\n\tb"]);
        assert_eq!(render(""), [""; 0]);
    }

    #[test]
    fn named_colours_and_reset() {
        assert_eq!(render("\u{1b}[0;31mred\u{1b}[0m plain"), ["ansi-fg-1||red", "|| plain"]);
        assert_eq!(
            render("\u{1b}[1;94;40mx\u{1b}[22;39;49my"),
            ["ansi-fg-12 ansi-bg-0 ansi-bold||x", "||y"]
        );
        assert_eq!(render("\u{1b}[mx"), ["||x"]);
    }

    #[test]
    fn indexed_and_true_colours_in_both_spellings() {
        assert_eq!(render("\u{1b}[38;5;9mx"), ["ansi-fg-9||x"]);
        assert_eq!(render("\u{1b}[38;5;196mx"), ["|color:light-dark(#d60000,#ff5252);|x"]);
        assert_eq!(render("\u{1b}[48;5;244mx"), ["|background:#808080;|x"]);
        assert_eq!(
            render("\u{1b}[38;2;1;2;3;1mx"),
            ["ansi-bold|color:light-dark(#010203,#8f9090);|x"]
        );
        assert_eq!(
            render("\u{1b}[38:2::1:2:3;48;5;231mx"),
            ["|color:#010203;background:#ffffff;|x"]
        );
        assert_eq!(render("\u{1b}[38:5:4mx"), ["ansi-fg-4||x"]);
    }

    #[test]
    fn inverse_exchanges_the_colours() {
        assert_eq!(render("\u{1b}[7mx"), ["ansi-fg-inverse ansi-bg-inverse||x"]);
        assert_eq!(render("\u{1b}[31;7mx"), ["ansi-bg-1 ansi-fg-inverse||x"]);
    }

    #[test]
    fn other_codes_leave_no_trace() {
        assert_eq!(render("a\u{1b}[2Kb\u{1b}]0;title\u{7}c\u{1b}[?25ld"), ["||abcd"]);
        assert_eq!(render("a\u{8}b\u{7}"), ["||ab"]);
        assert_eq!(
            render("\u{1b}]8;;javascript:alert(1)\u{1b}\\link\u{1b}]8;;\u{1b}\\"),
            ["||link"]
        );
    }

    #[test]
    fn broken_codes_do_no_harm() {
        assert_eq!(render("\u{1b}[38;5mx"), ["||x"]);
        assert_eq!(render("\u{1b}[38;2;1mx"), ["||x"]);
        assert_eq!(render("\u{1b}[99999999999mx"), ["||x"]);
        assert_eq!(render("x\u{1b}["), ["||x"]);
        assert_eq!(render("\u{1b}[31mé→𝄞"), ["ansi-fg-1||é→𝄞"]);
    }
}
