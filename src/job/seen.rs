//! Which lines of a log are new. A stream that breaks is opened again, and nobody says whether a server then begins with the first line
//! of the log or with the next one that is written; what was written in between is in the log as it is kept.
//!
//! After each opening of a stream the kept log is read once: what follows in it upon the lines told is told. Of the stream, a repetition
//! of the log from its first line is skipped, and so are lines at its beginning that the kept log had already.

use std::hash::{DefaultHasher, Hash, Hasher};

/// So many equal lines at the beginning tell a repetition of the log from new lines.
const TELLING: usize = 3;

/// The lines told so far, as hashes: eight bytes a line.
#[derive(Debug, Default)]
pub struct Seen {
    told: Vec<u64>,
    /// Lines told when the stream was opened.
    known: usize,
    /// How many of those the kept log had just brought.
    fresh: usize,
    stream: Stream,
    /// Whether the stream has waited for something new.
    paused: bool,
    /// Whether the kept log could not be brought together with what was told: lines may be missing.
    pub is_torn: bool,
}

/// What is known of the stream that is open.
#[derive(Debug, Default)]
enum Stream {
    /// Its first lines, as long as they are those of the log.
    Beginning(Vec<String>),
    /// It repeats the log, and is at this line of it.
    Repeating(usize),
    /// Lines that came so early that the kept log may have them as its last ones.
    Early(Vec<String>),
    /// All that comes is new.
    #[default]
    Live,
}

impl Seen {
    /// How many lines were told.
    pub fn count(&self) -> usize {
        self.told.len()
    }

    /// A stream was opened, and the log is kept so far; gives the lines that are new in it. `None`: the server keeps none.
    pub fn open(&mut self, kept: Option<Vec<String>>) -> Vec<String> {
        let new = kept.map(|kept| self.catch_up(kept)).unwrap_or_default();
        (self.known, self.fresh, self.paused) = (self.told.len(), new.len(), false);
        self.stream = if self.told.is_empty() { Stream::Live } else { Stream::Beginning(Vec::new()) };
        new
    }

    /// The lines that follow in the kept log upon those told. None, when the two cannot be brought together.
    pub fn catch_up(&mut self, mut kept: Vec<String>) -> Vec<String> {
        let hashes: Vec<u64> = kept.iter().map(|line| hash(line)).collect();
        let common = overlap(&self.told, &hashes);
        if common == 0 && !self.told.is_empty() {
            // A log that is kept with a delay is a beginning of what was told.
            self.is_torn |= !self.told.starts_with(&hashes);
            return Vec::new();
        }
        self.told.extend(&hashes[common..]);
        kept.split_off(common)
    }

    /// The stream brings a line; gives the lines that are to be told now.
    pub fn push(&mut self, line: String) -> Vec<String> {
        match &mut self.stream {
            Stream::Live => self.tell(vec![line]),
            Stream::Repeating(at) if self.told.get(*at) == Some(&hash(&line)) => {
                *at += 1;
                if *at == self.known {
                    self.stream = Stream::Live;
                }
                Vec::new()
            }
            // It repeats something else from here on.
            Stream::Repeating(_) => {
                self.stream = Stream::Live;
                self.tell(vec![line])
            }
            Stream::Beginning(held) => {
                let repeats = self.told.get(held.len()) == Some(&hash(&line));
                held.push(line);
                if !repeats {
                    self.stream = Stream::Early(std::mem::take(held));
                    return if self.paused { self.settle() } else { self.early() };
                }
                let length = held.len();
                if length == self.known {
                    self.stream = Stream::Live;
                } else if length == TELLING {
                    self.stream = Stream::Repeating(length);
                }
                Vec::new()
            }
            Stream::Early(lines) => {
                lines.push(line);
                self.early()
            }
        }
    }

    /// The stream has nothing more for now: what comes later is younger than the kept log.
    pub fn pause(&mut self) -> Vec<String> {
        let new = self.settle();
        self.paused = true;
        new
    }

    /// Lines of which the last fresh one was not seen are new.
    fn early(&mut self) -> Vec<String> {
        match &self.stream {
            Stream::Early(lines) if lines.len() > self.fresh => self.settle(),
            _ => Vec::new(),
        }
    }

    fn settle(&mut self) -> Vec<String> {
        let Stream::Early(lines) = &mut self.stream else { return Vec::new() };
        let mut lines = std::mem::take(lines);
        self.stream = Stream::Live;
        let hashes: Vec<u64> = lines.iter().map(|line| hash(line)).collect();
        let fresh = if self.paused { 0 } else { self.fresh };
        let common = overlap(&self.told[self.known - fresh..self.known], &hashes);
        self.tell(lines.split_off(common))
    }

    fn tell(&mut self, lines: Vec<String>) -> Vec<String> {
        self.told.extend(lines.iter().map(|line| hash(line)));
        lines
    }
}

fn hash(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

/// The length of the longest end of `before` that `after` begins with.
fn overlap(before: &[u64], after: &[u64]) -> usize {
    if after.starts_with(before) {
        return before.len();
    }
    // For each place of `after`, the longest beginning of it that ends there (Knuth, Morris, Pratt).
    let step = |prefix: &[usize], mut at: usize, next: u64| {
        while at > 0 && (at == after.len() || after[at] != next) {
            at = prefix[at - 1];
        }
        if after.get(at) == Some(&next) { at + 1 } else { at }
    };
    let mut prefix = vec![0; after.len()];
    for i in 1..after.len() {
        prefix[i] = step(&prefix, prefix[i - 1], after[i]);
    }
    before.iter().fold(0, |at, next| step(&prefix, at, *next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// Streams with what the log had been kept at their opening; `|` where a stream waits. Gives all that was told.
    fn told(streams: &[(&str, &str)], kept_at_end: &str) -> String {
        let (mut seen, mut told) = (Seen::default(), Vec::new());
        for (kept, stream) in streams {
            told.extend(seen.open((*kept != "-").then(|| lines(kept))));
            for part in lines(stream) {
                told.extend(if part == "|" { seen.pause() } else { seen.push(part) });
            }
            told.extend(seen.pause());
        }
        if kept_at_end != "-" {
            told.extend(seen.catch_up(lines(kept_at_end)));
        }
        assert_eq!(seen.count(), told.len());
        told.join(" ")
    }

    #[test]
    fn lines_are_neither_lost_nor_doubled() {
        for (name, streams, end, expected) in [
            ("one stream", &[("", "a b c")][..], "a b c", "a b c"),
            ("no kept log", &[("-", "a b c")], "-", "a b c"),
            ("joined late, repeats", &[("a b", "a b | c d")], "-", "a b c d"),
            ("joined late, live", &[("a b", "| c d")], "-", "a b c d"),
            ("joined late, live, at once", &[("a b", "c d")], "-", "a b c d"),
            ("joined late, live, overlaps", &[("a b c", "b c d")], "-", "a b c d"),
            ("cut, repeats", &[("", "a b"), ("a b c", "a b c d")], "a b c d", "a b c d"),
            ("cut, live", &[("", "a b"), ("a b c", "| d")], "a b c d", "a b c d"),
            ("cut, live, overlaps", &[("", "a b"), ("a b c d", "c d e")], "-", "a b c d e"),
            ("cut, repeats, no kept log", &[("-", "a b"), ("-", "a b c")], "-", "a b c"),
            ("cut twice in the repetition", &[("-", "a b c d"), ("-", "a b"), ("-", "a b c d e")], "-", "a b c d e"),
            ("kept late", &[("", "a b c"), ("a", "a b c d")], "a b c d", "a b c d"),
            ("kept late, live", &[("", "a b c"), ("a", "| d")], "a b c d", "a b c d"),
            ("lost at the end", &[("", "a b")], "a b c d", "a b c d"),
            ("kept short", &[("", "a b c d"), ("c d e", "| f")], "d e f", "a b c d e f"),
            ("equal lines, repeats", &[("", "x x x x"), ("x x x x x", "x x x x x x")], "-", "x x x x x x"),
            ("equal lines, live", &[("", "x x x x"), ("x x x x x", "| x")], "x x x x x x", "x x x x x x"),
            ("a first line that comes again", &[("", "a b c"), ("a b c", "| a d")], "-", "a b c a d"),
            ("nothing at all", &[("", ""), ("", "")], "", ""),
        ] {
            assert_eq!(told(streams, end), expected, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_brought_together_is_known() {
        let mut seen = Seen::default();
        seen.open(Some(Vec::new()));
        for line in lines("a b") {
            seen.push(line);
        }
        seen.catch_up(lines("a"));
        assert!(!seen.is_torn);
        assert_eq!(seen.catch_up(lines("x y z")), Vec::<String>::new());
        assert!(seen.is_torn);
    }

    #[test]
    fn ends_meet_beginnings() {
        for (before, after, length) in [
            ("", "a b", 0),
            ("a", "a b", 1),
            ("a b a b", "a b c", 2),
            ("a a a", "a a b", 2),
            ("a b", "c", 0),
            ("x a b a", "a b a b", 3),
            ("a", "", 0),
        ] {
            let hashes = |text: &str| lines(text).iter().map(|line| hash(line)).collect::<Vec<_>>();
            assert_eq!(overlap(&hashes(before), &hashes(after)), length, "{before} + {after}");
        }
    }
}
