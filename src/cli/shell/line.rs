//! A command line as far as it is typed, taken apart as bash, zsh and fish do.

/// Words, and the one that the cursor is at the end of.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The finished words, without quotes.
    pub words: Vec<String>,
    /// Files that standard input comes from (`<`).
    pub inputs: Vec<String>,
    /// The word at the cursor, without quotes.
    pub current: String,
    /// The quote that is open at the cursor.
    pub quote: Option<char>,
    /// How many bytes of `current` stand before the open quote, and after each character that is not quoted, with that character.
    before_quote: usize,
    breaks: Vec<(char, usize)>,
}

impl Line {
    /// Takes a line apart. Variables and patterns stay as they are written.
    pub fn split(text: &str) -> Self {
        let mut line = Self::default();
        let (mut is_word, mut redirected) = (false, None);
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match (line.quote, c) {
                (None, ' ' | '\t' | '\n') => {
                    line.finish(is_word, &mut redirected);
                    is_word = false;
                    continue;
                }
                (None, '<' | '>') => {
                    // `2>` is one operator.
                    line.finish(is_word && line.current != "2", &mut redirected);
                    line.start();
                    (is_word, redirected) = (false, Some(c));
                    continue;
                }
                (None, '\'' | '"') => {
                    line.quote = Some(c);
                    line.before_quote = line.current.len();
                }
                (Some(open), c) if open == c => line.quote = None,
                (None, '\\') => line.current.extend(rest.next()),
                (Some('"'), '\\') => match rest.next() {
                    Some(escaped) if "\\\"$`".contains(escaped) => line.current.push(escaped),
                    Some(other) => line.current.extend(['\\', other]),
                    None => line.current.push('\\'),
                },
                (quote, c) => {
                    line.current.push(c);
                    if quote.is_none() {
                        line.breaks.push((c, line.current.len()));
                    }
                }
            }
            is_word = true;
        }
        line
    }

    /// Where the part of the current word begins that bash replaces, in bytes of `current`: after an open quote, else after the last
    /// of `breaks` that is not quoted.
    pub fn replaced_from(&self, breaks: &str) -> usize {
        match self.quote {
            Some(_) => self.before_quote,
            None => self.breaks.iter().rev().find(|(c, _)| breaks.contains(*c)).map_or(0, |(_, end)| *end),
        }
    }

    fn finish(&mut self, is_word: bool, redirected: &mut Option<char>) {
        if is_word {
            let word = std::mem::take(&mut self.current);
            match redirected.take() {
                None => self.words.push(word),
                Some('<') => self.inputs.push(word),
                Some(_) => {}
            }
            self.start();
        }
    }

    fn start(&mut self) {
        self.current.clear();
        self.breaks.clear();
        self.before_quote = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        for (text, words, current, quote) in [
            ("syn-filter --cl", &["syn-filter"][..], "--cl", None),
            ("syn-filter --class ", &["syn-filter", "--class"], "", None),
            (r#"syn-filter --class "a b"#, &["syn-filter", "--class"], "a b", Some('"')),
            (r"a 'it'\''s' x\ y,z", &["a", "it's"], "x y,z", None),
            (r#"a "q\"\$x\n" b"#, &["a", r#"q"$x\n"#], "b", None),
            ("a --class '차,", &["a", "--class"], "차,", Some('\'')),
            ("a '' ", &["a", ""], "", None),
            ("a x >out 2>/dev/null y", &["a", "x"], "y", None),
            ("", &[], "", None),
        ] {
            let line = Line::split(text);
            assert_eq!(
                (line.words, &*line.current, line.quote),
                (words.iter().map(|w| (*w).to_owned()).collect(), current, quote),
                "{text}"
            );
        }
        assert_eq!(Line::split("a <in.ndjson < 'b c' --class ").inputs, ["in.ndjson", "b c"]);
    }

    #[test]
    fn bash_replaces_what_follows_a_break_or_a_quote() {
        for (text, rest) in [
            ("a --class=ca", "ca"),
            ("a --user kim@ex", "ex"),
            ("a 'x=y'=z", "z"),
            ("a 'x=y'z", "x=yz"),
            (r"a x\=y", "x=y"),
            (r#"a --class="a b"#, "a b"),
            ("a x", "x"),
        ] {
            let line = Line::split(text);
            assert_eq!(&line.current[line.replaced_from("\"'@><=;|&(:")..], rest, "{text}");
        }
    }
}
