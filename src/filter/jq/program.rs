//! A text as a program.

use super::instrument;
use super::library::{self, Kind, REFUSED};
use super::reads::{self, KeyPath};
use super::watched::with_deep_stack;
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use jaq_core::compile::Undefined;
use jaq_core::load::lex::{Expect, Lexer, Token};
use jaq_core::load::parse::{Def, Parser, Term};
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Filter};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name that the program has among the definitions.
const MAIN: &str = "_syn_main";

/// A program that is ready to run.
#[derive(Clone)]
pub struct Program {
    text: Arc<str>,
    pub(super) filter: Arc<Filter<Kind>>,
    /// The parts of a row that it looks at; `None`: all of it.
    pub(super) paths: Option<Arc<[KeyPath]>>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.text).finish()
    }
}

impl Serialize for Program {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl FromStr for Program {
    type Err = UsageError;
    fn from_str(text: &str) -> Result<Self, UsageError> {
        let text: Arc<str> = text.into();
        let code = without_include(&text);
        // Nested parentheses are nested calls of the parser.
        let (filter, paths) = with_deep_stack(move || compile(&code))
            .unwrap_or_else(|e| Err(UsageError::new(tr!("jq-no-thread", reason = e))))?;
        Ok(Self { text, filter: Arc::new(filter), paths: paths.map(Into::into) })
    }
}

/// A program from a file.
///
/// # Errors
/// One line: the file cannot be read, or what is wrong with the program.
pub fn from_file(path: &str) -> Result<Program, UsageError> {
    let text = std::fs::read_to_string(path).map_err(|e| UsageError::new(tr!("jq-no-file", reason = e)))?;
    text.parse()
}

/// The text with blanks for an `include "syn";` at its beginning: what that brings is always there.
fn without_include(text: &str) -> String {
    let rest = |text: &str, word: &str| text.trim_start().strip_prefix(word).map(str::len);
    let end = rest(text, "include")
        .and_then(|left| rest(&text[text.len() - left..], "\"syn\""))
        .and_then(|left| rest(&text[text.len() - left..], ";"))
        .map_or(0, |left| text.len() - left);
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    text[..end].chars().map(blank).chain(text[end..].chars()).collect()
}

/// A program, and the parts of a row that it looks at.
fn compile(code: &str) -> Result<(Filter<Kind>, Option<Vec<KeyPath>>), UsageError> {
    let mut main = parse(code)?;
    let paths = reads::paths(&main);
    instrument::term(&mut main);
    let defs = library::defs().map(|mut def| {
        instrument::def(&mut def);
        def
    });
    let main = Def { name: MAIN, args: Vec::new(), body: main };
    let arena = Arena::default();
    let modules = Loader::new(defs.chain([main])).load(&arena, File { code: MAIN, path: () });
    let modules = modules.map_err(|_| error(code, "", tr!("jq-not-loaded")))?;
    let filter = Compiler::default().with_funs(library::funs()).compile(modules).map_err(|errors| {
        let first = errors.iter().flat_map(|(_, errors)| errors).next();
        let Some((found, undefined)) = first else { return error(code, "", tr!("jq-not-compiled")) };
        error(code, found, missing(found, undefined))
    })?;
    Ok((filter, paths))
}

/// What to say about a name that nothing has.
fn missing(found: &str, undefined: &Undefined) -> Message {
    if let Some((name, why)) = REFUSED.iter().find(|(name, _)| *name == found) {
        return tr!("jq-left-out", name, why);
    }
    match undefined {
        Undefined::Filter(0) => tr!("jq-no-filter", found),
        Undefined::Filter(arity) => tr!("jq-no-filter-with", found, arity),
        other => tr!("jq-no-such", kind = other.as_str(), found),
    }
}

/// Reads a program: definitions, and a term.
fn parse(code: &str) -> Result<Term<&str>, UsageError> {
    let tokens = Lexer::new(code).lex().map_err(|errors| match errors.first() {
        Some((Expect::Delim(open), _)) => error(code, open, tr!("jq-not-closed", open)),
        Some((Expect::Token, found)) => error(code, found, tr!("jq-unknown")),
        Some((expected, found)) => error(code, found, tr!("jq-expected", expected = expected.as_str())),
        None => error(code, "", tr!("jq-no-program")),
    })?;
    if let Some(Token(word @ ("import" | "include"), _)) = tokens.first() {
        return Err(error(code, word, tr!("jq-no-modules")));
    }
    Parser::new(&tokens).parse(Parser::term).map_err(|errors| match errors.into_iter().next() {
        Some((expected, found)) => {
            let found = Token::opt_as_str(found, code);
            let got = if found.is_empty() { tr!("jq-the-end") } else { quoted(found).into() };
            error(code, found, tr!("jq-expected-found", expected = expected.as_str(), got))
        }
        None => error(code, "", tr!("jq-no-program")),
    })
}

/// The beginning of a part of a program, in quotes.
fn quoted(part: &str) -> String {
    let short: String = part.lines().next().unwrap_or_default().chars().take(20).collect();
    format!("`{short}`")
}

/// An error at `part` of the code; at its end when it is no part of it.
fn error(code: &str, part: &str, what: Message) -> UsageError {
    let at = (part.as_ptr() as usize)
        .checked_sub(code.as_ptr() as usize)
        .filter(|at| *at < code.len())
        .unwrap_or(code.len());
    let before = &code[..at];
    let (line, column) =
        (before.lines().count().max(1), before.rsplit('\n').next().unwrap_or_default().chars().count() + 1);
    let line = line + usize::from(before.ends_with('\n'));
    let place =
        if code.trim_end().contains('\n') { tr!("jq-at-line", line, column) } else { tr!("jq-at-character", column) };
    UsageError::new(tr!("jq-wrong", what, place))
}
