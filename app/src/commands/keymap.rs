//! From keys to commands: the text form of chords, sequences of two, and what a pressed chord means in a mode.

use super::table::{Command, KeyMode, TABLE};
use crate::model::view::Mode;

/// How long the second key of a sequence may take.
const SEQUENCE_MS: f64 = 1000.0;

/// One key with its modifiers. For characters that need Shift to be typed, such as `?`, Shift is not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chord {
    /// Ctrl is held.
    pub ctrl: bool,
    /// Cmd or the Windows key is held.
    pub meta: bool,
    /// Alt is held.
    pub alt: bool,
    /// Shift is held.
    pub shift: bool,
    /// The key's name as in `KeyboardEvent.key`, letters in lower case.
    pub key: String,
}

impl Chord {
    /// A chord from what a keyboard event tells.
    pub fn new(key: &str, ctrl: bool, meta: bool, alt: bool, shift: bool) -> Self {
        let mut characters = key.chars();
        let is_sign =
            matches!((characters.next(), characters.next()), (Some(c), None) if !c.is_alphabetic() && c != ' ');
        let key = if key.chars().count() == 1 {
            key.to_lowercase()
        } else {
            key.to_owned()
        };
        Self {
            ctrl,
            meta,
            alt,
            shift: shift && !is_sign,
            key,
        }
    }

    /// Reads a chord such as `Mod+Shift+Z`.
    fn parse(text: &str, is_mac: bool) -> Self {
        let mut chord = Self::new("", false, false, false, false);
        for part in text.split('+') {
            match part {
                "Mod" if is_mac => chord.meta = true,
                "Mod" | "Ctrl" => chord.ctrl = true,
                "Alt" => chord.alt = true,
                "Shift" => chord.shift = true,
                key => chord.key = Self::new(key, false, false, false, false).key,
            }
        }
        chord
    }
}

/// What a pressed chord means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A command.
    Command(Command),
    /// The first half of a sequence.
    Pending,
    /// Nothing.
    Nothing,
}

/// Reads chords one by one and remembers a begun sequence.
#[derive(Clone, Debug)]
pub struct KeyReader {
    is_mac: bool,
    pending: Option<(Chord, f64)>,
}

impl KeyReader {
    /// A reader for a keyboard of that kind.
    pub fn new(is_mac: bool) -> Self {
        Self { is_mac, pending: None }
    }

    /// What a chord means now.
    pub fn read(&mut self, chord: &Chord, mode: Mode, now_ms: f64) -> Meaning {
        let first = self
            .pending
            .take()
            .filter(|(_, since_ms)| now_ms - since_ms <= SEQUENCE_MS)
            .map(|(chord, _)| chord);
        let mut begins_sequence = false;
        for row in TABLE {
            let is_meant = match row.mode {
                KeyMode::Command => mode == Mode::Command,
                KeyMode::Edit => mode == Mode::Edit,
                KeyMode::Any => true,
            };
            if !is_meant {
                continue;
            }
            for keys in row.keys {
                match keys.split_once(' ') {
                    None if Chord::parse(keys, self.is_mac) == *chord => return Meaning::Command(row.command),
                    Some((start, end)) => {
                        if first.as_ref() == Some(&Chord::parse(start, self.is_mac))
                            && Chord::parse(end, self.is_mac) == *chord
                        {
                            return Meaning::Command(row.command);
                        }
                        begins_sequence |= Chord::parse(start, self.is_mac) == *chord;
                    }
                    None => {}
                }
            }
        }
        if begins_sequence {
            self.pending = Some((chord.clone(), now_ms));
            return Meaning::Pending;
        }
        Meaning::Nothing
    }
}

/// The keys of a command as people write them, for example `⌘S`, `Ctrl+S` or `D D`.
pub fn keys_label(keys: &str, is_mac: bool) -> String {
    let chords = keys.split(' ').map(|chord| {
        let parts: Vec<&str> = chord
            .split('+')
            .map(|part| match part {
                "Mod" if is_mac => "⌘",
                "Mod" => "Ctrl",
                "ArrowUp" => "↑",
                "ArrowDown" => "↓",
                "Escape" => "Esc",
                other => other,
            })
            .collect();
        parts.join("+")
    });
    chords.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(reader: &mut KeyReader, key: &str, mode: Mode, now_ms: f64) -> Meaning {
        reader.read(&Chord::new(key, false, false, false, false), mode, now_ms)
    }

    #[test]
    fn no_two_commands_share_keys_in_one_mode() {
        for is_mac in [false, true] {
            let mut seen: Vec<(Vec<Chord>, KeyMode, &str)> = Vec::new();
            for row in TABLE {
                for keys in row.keys {
                    let chords: Vec<Chord> = keys.split(' ').map(|chord| Chord::parse(chord, is_mac)).collect();
                    for (other, mode, id) in &seen {
                        let clash = chords[0] == other[0] && (chords.len() != other.len() || chords == *other);
                        let meet = *mode == row.mode || *mode == KeyMode::Any || row.mode == KeyMode::Any;
                        assert!(
                            !(clash && meet && *id != row.id),
                            "{keys} of {} clashes with {id}",
                            row.id
                        );
                    }
                    seen.push((chords, row.mode, row.id));
                }
            }
        }
    }

    #[test]
    fn sequences_need_both_keys_in_time() {
        let mut reader = KeyReader::new(false);
        assert_eq!(press(&mut reader, "d", Mode::Command, 0.0), Meaning::Pending);
        assert_eq!(
            press(&mut reader, "d", Mode::Command, 500.0),
            Meaning::Command(Command::Delete)
        );
        assert_eq!(press(&mut reader, "d", Mode::Command, 600.0), Meaning::Pending);
        assert_eq!(press(&mut reader, "d", Mode::Command, 2000.0), Meaning::Pending);
        assert_eq!(
            press(&mut reader, "a", Mode::Command, 2100.0),
            Meaning::Command(Command::InsertAbove)
        );
        assert_eq!(press(&mut reader, "d", Mode::Edit, 2200.0), Meaning::Nothing);
    }

    #[test]
    fn modifiers_count_and_signs_ignore_shift() {
        let mut reader = KeyReader::new(true);
        let save = Chord::new("s", false, true, false, false);
        assert_eq!(reader.read(&save, Mode::Edit, 0.0), Meaning::Command(Command::Save));
        let question = Chord::new("?", false, false, false, true);
        assert_eq!(
            reader.read(&question, Mode::Command, 0.0),
            Meaning::Command(Command::ShowShortcuts)
        );
        let redo = Chord::new("Z", false, false, false, true);
        assert_eq!(reader.read(&redo, Mode::Command, 0.0), Meaning::Command(Command::Redo));
        assert_eq!(keys_label("Mod+S", true), "⌘+S");
        assert_eq!(keys_label("D D", false), "D D");
    }
}
