//! Text for people: numbers with their nouns, sizes, times, and what a terminal may be given to show.

use indicatif::HumanCount;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// A number with its digits in groups: `7`, `1,008`, `1,000,000`.
pub fn number(n: u64) -> String {
    HumanCount(n).to_string()
}

/// A number and its noun, which is given in the singular: `1 item`, `2 items`, `1,008 classes`.
pub fn count(n: u64, noun: &str) -> String {
    let end = match noun.as_bytes() {
        _ if n == 1 => "",
        [.., b's' | b'x'] => "es",
        _ => "s",
    };
    format!("{} {noun}{end}", number(n))
}

/// A size: `1 byte`, `1,000 bytes`, `1.5 KiB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if n < 1024 {
        return count(n, "byte");
    }
    let (mut size, mut unit) = (n as f64 / 1024.0, 0);
    // What would be rounded to 1024 of a unit is 1 of the next.
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// How long something takes or took: `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 days 4 h`.
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{:.1} s", seconds.max(0.0));
    }
    let all = seconds.round() as u64;
    match (all / 86_400, all / 3600 % 24, all / 60 % 60, all % 60) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, min, s) => format!("{min} min {s} s"),
        (0, h, min, _) => format!("{h} h {min} min"),
        (days, h, ..) => format!("{} {h} h", count(days, "day")),
    }
}

/// A cell that a spreadsheet takes as text: one that begins like a formula (`= + - @`, tab, carriage return) gets a `'` in front.
/// Plain numbers stay as they are.
pub fn safe(cell: &str) -> Cow<'_, str> {
    let risky = matches!(cell.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    let number = || cell.parse::<f64>().is_ok_and(f64::is_finite);
    if risky && !number() { format!("'{cell}").into() } else { cell.into() }
}

/// One line without what could move the cursor of a terminal, or turn the direction in which it writes: blanks take its place.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect()
}

/// As [`visible`], with a sign in place of each such character: `␛`, `␊`, and `�` where there is no sign for it.
pub fn pictured(text: &str) -> String {
    let sign = |c: char| match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '␡',
        c if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(sign).collect()
}

/// Whether a character is not shown and changes how others are: controls, line separators, and those that change the direction.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Columns that a text takes on a terminal: Hangul, Han and kana take two each, combining characters none.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that takes `columns` at most, with `…` for the rest.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = beginning(text, columns.saturating_sub(1)).to_owned();
    short.push('…');
    short
}

/// As much of a text as takes `columns` at most. Signs of several characters are measured as a whole: they may be wider, or less wide,
/// than their characters.
fn beginning(text: &str, columns: usize) -> &str {
    // Marks take no column, so there may be any number of them.
    let most = 8 * columns + 8;
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(most);
    ends.take_while(|end| width(&text[..*end]) <= columns).last().map_or("", |end| &text[..end])
}

/// A text in lines of `columns` at most: broken at blanks where that goes, and at `\n`.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.split('\n') {
        let mut line = String::new();
        for word in part.split(' ') {
            let mut word = word;
            let blank = usize::from(!line.is_empty());
            if blank + width(&line) + width(word) > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            while width(word) > columns {
                let first = beginning(word, columns.max(2));
                let first = if first.is_empty() { word } else { first };
                lines.push(first.to_owned());
                word = &word[first.len()..];
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted_and_numbers_are_not() {
        for (cell, want) in [
            ("=1+1", "'=1+1"),
            ("-cmd", "'-cmd"),
            ("-inf", "'-inf"),
            ("-1.5", "-1.5"),
            ("car", "car"),
            ("", ""),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
        ] {
            assert_eq!(safe(cell), want);
        }
    }

    #[test]
    fn numbers_have_their_nouns() {
        for (n, noun, text) in [
            (0, "item", "0 items"),
            (1, "item", "1 item"),
            (2, "item", "2 items"),
            (1, "class", "1 class"),
            (2, "class", "2 classes"),
            (2, "box", "2 boxes"),
            (1, "bad line", "1 bad line"),
            (21, "row", "21 rows"),
            (999, "row", "999 rows"),
            (1000, "row", "1,000 rows"),
            (12_345_678, "row", "12,345,678 rows"),
        ] {
            assert_eq!(count(n, noun), text);
        }
    }

    #[test]
    fn sizes_have_one_form() {
        for (n, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1,023 bytes"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (346_344, "338.2 KiB"),
            (1_048_575, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }

    #[test]
    fn times_have_one_form() {
        for (seconds, text) in [
            (0.0, "0.0 s"),
            (0.44, "0.4 s"),
            (9.96, "10 s"),
            (59.4, "59 s"),
            (59.6, "1 min 0 s"),
            (185.0, "3 min 5 s"),
            (7800.0, "2 h 10 min"),
            (90_000.0, "1 day 1 h"),
            (1e6, "11 days 13 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn nothing_hidden_reaches_a_terminal() {
        for (text, shown) in [
            ("도로 1", "도로 1"),
            ("a\nb\tc", "a b c"),
            ("\u{1b}[31mred", " [31mred"),
            ("\u{9b}2J", " 2J"),
            ("gpj.\u{202e}exe", "gpj. exe"),
            ("\u{2066}a\u{2069}", " a "),
            ("a\u{2028}b", "a b"),
            ("a\u{200f}b\u{feff}", "a b "),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn text_is_cut_by_the_columns_it_takes() {
        for (text, columns, short) in [
            ("road", 4, "road"),
            ("roads", 4, "roa…"),
            ("도로표지", 8, "도로표지"),
            ("도로표지", 7, "도로표…"),
            ("도로표지", 6, "도로…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("ab", 1, "…"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, columns), short, "{text} {columns}");
            assert!(width(short) <= columns);
        }
    }
}
