//! What a shell is told of the values offered, in a form that it cannot take for anything but text.

use super::line::Line;
use crate::text;
use std::fmt::Write;

/// What is offered for the word at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The shell's own list of files.
    Files,
    /// Whole words, each with what it means.
    Words(Vec<(String, String)>),
}

/// Columns of a description.
const WIDTH: usize = 70;
/// What readline is about when it only shows a list: the second time that the key is hit.
const LISTING: &str = "63";

/// Lines for bash: `files`, `words` or `part` (more of the word follows), then what takes the place of the part of the word that bash
/// replaces, quoted as the word is. `breaks` are its `COMP_WORDBREAKS`, `kind` is its `COMP_TYPE`.
pub fn bash(offer: &Offer, line: &Line, breaks: &str, kind: &str) -> String {
    let Offer::Words(words) = offer else { return "files\n".to_owned() };
    let from = line.replaced_from(breaks);
    let (done, rest) = line.current.split_at(from);
    let mut words: Vec<_> = words.iter().filter_map(|(word, help)| Some((word.strip_prefix(done)?, help))).collect();
    words.retain(|(word, _)| word.starts_with(rest));
    // bash cuts what the words have in common out of their quoted forms, maybe within an escape: it gets one word that is quoted.
    let common = common(words.iter().map(|(word, _)| *word));
    if kind != LISTING && words.len() > 1 && common.len() > rest.len() {
        return format!("part\n{}\n", quoted(common, line.quote));
    }
    let mut reply = "words\n".to_owned();
    let is_list = kind == LISTING && words.len() > 1 && words.iter().any(|(_, help)| !help.is_empty());
    let longest = words.iter().map(|(word, _)| text::width(word)).max().unwrap_or(0);
    for (word, help) in words {
        let _ = match is_list && !help.is_empty() {
            true => {
                let word = text::visible(word);
                writeln!(reply, "{word}{:1$}  {2}", "", longest - text::width(&word).min(longest), described(help))
            }
            false => writeln!(reply, "{}", quoted(word, line.quote)),
        };
    }
    reply
}

/// For zsh, each part ended by NUL: `files` or `words`, then pairs of a word, which zsh quotes, and the line that shows it.
pub fn zsh(offer: &Offer) -> String {
    let Offer::Words(words) = offer else { return "files\0".to_owned() };
    let mut reply = "words\0".to_owned();
    let longest = words.iter().map(|(word, _)| text::width(word)).max().unwrap_or(0);
    for (word, help) in words {
        let shown = text::visible(word);
        let gap = longest - text::width(&shown).min(longest);
        let help = if help.is_empty() { String::new() } else { format!("{:gap$}  -- {}", "", described(help)) };
        let _ = write!(reply, "{word}\0{shown}{help}\0");
    }
    reply
}

/// Lines for fish: `files` or `words`, then words, which fish quotes, each with a tab and what it means. A word that has a control
/// character cannot be told to fish, and is left out.
pub fn fish(offer: &Offer) -> String {
    let Offer::Words(words) = offer else { return "files\n".to_owned() };
    let mut reply = "words\n".to_owned();
    for (word, help) in words.iter().filter(|(word, _)| !word.contains(char::is_control)) {
        let _ = writeln!(reply, "{word}\t{}", described(help));
    }
    reply
}

/// A description as one short line.
fn described(help: &str) -> String {
    text::cut(text::visible(help.lines().next().unwrap_or_default()).trim(), WIDTH)
}

/// What all words begin with.
fn common<'a>(mut words: impl Iterator<Item = &'a str>) -> &'a str {
    let first = words.next().unwrap_or_default();
    words.fold(first, |common, word| {
        let same = common.char_indices().zip(word.chars()).find(|((_, a), b)| a != b);
        let end = same.map_or(common.len().min(word.len()), |((at, _), _)| at);
        &common[..end]
    })
}

/// A text as bash reads it: bare, or behind a quote that is open.
fn quoted(text: &str, quote: Option<char>) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:@%+,=".contains(c);
    let hides = text::visible(text) != text;
    match quote {
        None if text.chars().all(is_plain) && !text.is_empty() => text.to_owned(),
        None if hides => ansi(text),
        None => format!("'{}'", text.replace('\'', "'\\''")),
        Some('\'') if hides => format!("'{}'", ansi(text)),
        Some('\'') => text.replace('\'', "'\\''"),
        Some(_) if hides => format!("\"{}\"", ansi(text)),
        Some(_) => text.chars().fold(String::new(), |mut out, c| {
            match c {
                '"' | '\\' | '$' | '`' => out.extend(['\\', c]),
                // Nothing but other quotes keeps the shell from its history.
                '!' => out.push_str("\"'!'\""),
                c => out.push(c),
            }
            out
        }),
    }
}

/// `$'…'`, in which every character can be written.
fn ansi(text: &str) -> String {
    let mut out = "$'".to_owned();
    for c in text.chars() {
        let _ = match c {
            '\'' | '\\' => write!(out, "\\{c}"),
            '\n' => write!(out, "\\n"),
            '\t' => write!(out, "\\t"),
            c if text::visible(c.encode_utf8(&mut [0; 4])) != c.to_string() => write!(out, "\\U{:08x}", u32::from(c)),
            c => write!(out, "{c}"),
        };
    }
    out + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(words: &[&str]) -> Offer {
        Offer::Words(words.iter().map(|word| ((*word).to_owned(), String::new())).collect())
    }

    #[test]
    fn bash_gets_what_it_reads_as_one_word() {
        for (typed, words, reply) in [
            ("a --class c", &["car"][..], "words\ncar\n"),
            ("a --class=c", &["--class=car"], "words\ncar\n"),
            ("a --class a,c", &["a,car", "a,cup"], "words\na,car\na,cup\n"),
            ("a --class c", &["car 1", "car 2"], "part\n'car '\n"),
            ("a --class 'car ", &["car 1", "car 2"], "words\ncar 1\ncar 2\n"),
            ("a --class ", &["$(id)", "자동차", "a b"], "words\n'$(id)'\n자동차\n'a b'\n"),
            ("a --class \"", &["$(id)`x`\"!"], "words\n\\$(id)\\`x\\`\\\"\"'!'\"\n"),
            ("a --class '", &["it's"], "words\nit'\\''s\n"),
            ("a --class ", &["a\nb'\u{202e}"], "words\n$'a\\nb\\'\\U0000202e'\n"),
            ("a --user kim@e", &["kim@example.com"], "words\nexample.com\n"),
        ] {
            let got = bash(&offer(words), &Line::split(typed), "\"'@><=;|&(:", "9");
            assert_eq!(got, reply, "{typed}");
        }
    }

    #[test]
    fn a_list_of_bash_has_descriptions() {
        let words = [("coco", "COCO"), ("csv", "a table\nmore")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let got = bash(&Offer::Words(words.to_vec()), &Line::split("a --to "), "=", LISTING);
        assert_eq!(got, "words\ncoco  COCO\ncsv   a table\n");
    }

    #[test]
    fn fish_and_zsh_get_words_and_descriptions() {
        let words = Offer::Words(vec![("a\nb".into(), "x".into()), ("c d".into(), "y\u{1b}[2J".into())]);
        assert_eq!(fish(&words), "words\nc d\ty [2J\n");
        assert_eq!(zsh(&words), "words\0a\nb\0a b  -- x\0c d\0c d  -- y [2J\0");
        assert_eq!((fish(&Offer::Files), zsh(&Offer::Files)), ("files\n".into(), "files\0".into()));
    }
}
