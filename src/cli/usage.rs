//! A mistake on the command line as one line, like every other message.

use clap::error::ErrorKind;
use std::borrow::Cow;

/// What is wrong and what to do about it, on one line; `None` for help and version, which are no mistakes.
pub fn one_line(tool: &str, error: &clap::Error) -> Option<String> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return None;
    }
    let text = error.render().to_string();
    let said = text.strip_prefix("error: ").unwrap_or(&text);
    let mut line = String::new();
    // The usage summary and what follows it say nothing about this mistake.
    for part in said.lines().map(str::trim).take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more")) {
        let part = part.strip_prefix("tip: ").unwrap_or(part);
        let meant = part.strip_prefix("a similar value exists: ").map(|value| value.trim_matches('\''));
        let part = &*meant.map_or(Cow::Borrowed(part), |value| Cow::Owned(format!("did you mean {value}?")));
        let glue = match line.as_bytes().last() {
            None => "",
            Some(_) if part.is_empty() => continue,
            Some(b':') => " ",
            Some(_) if part.starts_with('[') => " ",
            Some(_) => "; ",
        };
        line.push_str(glue);
        line.push_str(part);
    }
    line.push_str(&format!(" (see {tool} --help)"));
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, Command};

    fn said(args: &[&str]) -> Option<String> {
        let size = Arg::new("size").long("size").value_name("SIZE").value_parser(["small", "large"]).required(true);
        let tool = Command::new("tool").version("1").arg(size).arg(Arg::new("file").required(true));
        one_line("tool", &tool.try_get_matches_from(args).unwrap_err())
    }

    #[test]
    fn mistakes_take_one_line() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&["tool", "--size", "smal"], &["'smal' for '--size <SIZE>'", "small, large", "did you mean small?"]),
            (&["tool", "--siz", "small"], &["unexpected argument '--siz'", "similar argument exists: '--size'"]),
            (&["tool"], &["required", "--size <SIZE>", "<file>"]),
            (&["tool", "--size"], &["a value is required for '--size <SIZE>'"]),
        ];
        for (args, parts) in cases {
            let line = said(args).unwrap();
            assert!(!line.contains('\n') && line.ends_with("(see tool --help)"), "{line}");
            assert!(!line.contains("Usage") && !line.starts_with("error"), "{line}");
            for part in parts {
                assert!(line.contains(part), "{line:?} lacks {part:?}");
            }
        }
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        assert_eq!(said(&["tool", "--help"]), None);
        assert_eq!(said(&["tool", "--version"]), None);
    }
}
