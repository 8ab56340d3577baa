//! Which parts of a row a program looks at, as far as its text tells. Most questions are about a few keys, and rows are mostly geometry:
//! what nobody looks at need not become values.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::{Part, Path};

/// Filters that see nothing of the row but what their arguments see.
const TRANSPARENT: [(&str, usize); 16] = [
    ("any", 2),
    ("all", 2),
    ("empty", 0),
    ("error", 1),
    ("false", 0),
    ("first", 1),
    ("infinite", 0),
    ("isempty", 1),
    ("last", 1),
    ("limit", 2),
    ("now", 0),
    ("null", 0),
    ("range", 1),
    ("range", 2),
    ("skip", 2),
    ("true", 0),
];

/// Keys from the row inwards, to a value that may be looked at as a whole: `.data.annotations[0]` is about `data`, `annotations`.
pub type KeyPath = Vec<String>;

/// The parts of the row that a program looks at, none of them inside another; `None`: the row as a whole, or nobody knows.
pub fn paths(program: &Term<&str>) -> Option<Vec<KeyPath>> {
    let mut paths = Vec::new();
    if !of_row(program, &mut paths) {
        return None;
    }
    // A path comes before those that it is the beginning of.
    paths.sort();
    paths.dedup_by(|inner, outer| inner.starts_with(outer));
    Some(paths)
}

/// Adds the paths that a term looks at which is given the row. Gives `false` when that is not all.
fn of_row(term: &Term<&str>, paths: &mut Vec<KeyPath>) -> bool {
    match term {
        Term::Id | Term::Recurse | Term::Def(..) => false,
        Term::Num(_) | Term::Arr(None) | Term::Break(_) | Term::Var(_) => true,
        Term::Str(_, parts) => parts.iter().all(|part| match part {
            StrPart::Term(term) => of_row(term, paths),
            StrPart::Str(_) | StrPart::Char(_) => true,
        }),
        Term::Arr(Some(term)) | Term::Neg(term) | Term::Label(_, term) => of_row(term, paths),
        // A key alone, `{id}`, is `{id: .id}`.
        Term::Obj(pairs) => pairs.iter().all(|(key, value)| match value {
            Some(value) => of_row(key, paths) && of_row(value, paths),
            None => matches!(key, Term::Var(_)) || text(key).is_some_and(|key| push(paths, key)),
        }),
        Term::BinOp(l, op, r) => match op {
            // What stands behind `|` sees what comes out before it.
            BinaryOp::Pipe(None) => of_row(l, paths),
            BinaryOp::Pipe(Some(pattern)) => of_row(l, paths) && of_pattern(pattern, paths) && of_row(r, paths),
            BinaryOp::Comma | BinaryOp::Alt | BinaryOp::Or | BinaryOp::And | BinaryOp::Math(_) | BinaryOp::Cmp(_) => {
                of_row(l, paths) && of_row(r, paths)
            }
            BinaryOp::Assign | BinaryOp::Update | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => false,
        },
        Term::Fold(_, from, pattern, args) => {
            of_row(from, paths) && of_pattern(pattern, paths) && args.first().is_some_and(|init| of_row(init, paths))
        }
        Term::TryCatch(term, _) => of_row(term, paths),
        Term::IfThenElse(cases, other) => {
            other.as_ref().is_some_and(|other| of_row(other, paths))
                && cases.iter().all(|(condition, then)| of_row(condition, paths) && of_row(then, paths))
        }
        Term::Call(name, args) => match (*name, args.as_slice()) {
            ("annotations", []) => push(paths, "data"),
            ("has", [key]) => text(key).is_some_and(|key| push(paths, key)),
            _ => TRANSPARENT.contains(&(name, args.len())) && args.iter().all(|arg| of_row(arg, paths)),
        },
        Term::Path(from, Path(parts)) => {
            // The keys that are given as texts, from the row on.
            let path: KeyPath = match &**from {
                Term::Id => parts.iter().map_while(|(part, _)| key(part)).map(str::to_owned).collect(),
                _ => Vec::new(),
            };
            let rest = &parts[path.len()..];
            let seen = if path.is_empty() { of_row(from, paths) } else { add(paths, path) };
            // What stands in brackets sees the row, too.
            seen && rest.iter().all(|(part, _)| match part {
                Part::Index(term) => of_row(term, paths),
                Part::Range(from, to) => from.iter().chain(to).all(|term| of_row(term, paths)),
            })
        }
    }
}

fn of_pattern(pattern: &Pattern<&str>, paths: &mut Vec<KeyPath>) -> bool {
    match pattern {
        Pattern::Var(_) => true,
        Pattern::Arr(patterns) => patterns.iter().all(|pattern| of_pattern(pattern, paths)),
        Pattern::Obj(pairs) => pairs.iter().all(|(key, pattern)| of_row(key, paths) && of_pattern(pattern, paths)),
    }
}

/// A text that is no template.
fn text<'s>(term: &Term<&'s str>) -> Option<&'s str> {
    match term {
        Term::Str(None, parts) => match parts.as_slice() {
            [] => Some(""),
            [StrPart::Str(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The key that a part of a path is, if it is a text.
fn key<'s>(part: &Part<Term<&'s str>>) -> Option<&'s str> {
    match part {
        Part::Index(term) => text(term),
        Part::Range(..) => None,
    }
}

fn push(paths: &mut Vec<KeyPath>, key: &str) -> bool {
    add(paths, vec![key.to_owned()])
}

fn add(paths: &mut Vec<KeyPath>, path: KeyPath) -> bool {
    paths.push(path);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_that_the_program_can_see() {
        for (program, expected) in [
            (".status == \"completed\"", Some("status")),
            (".a.b.c > .d[0]", Some("a.b.c d")),
            (".a.b[]?.c, .a[\"d\"].e", Some("a.b a.d.e")),
            (".a.b + .a + .a.c", Some("a")),
            ("any(.a[]; .a.b)", Some("a")),
            (".a.b | .c.d", Some("a.b")),
            (".a[.b.c].d", Some("a b.c")),
            ("(.a).b", Some("a")),
            (".\"a b\"", Some("a b")),
            (".[\"a\"]", Some("a")),
            (".a?", Some("a")),
            (".a | .b | keys", Some("a")),
            (".a[.b]", Some("a b")),
            (".[.a]", None),
            (".a as $x | .b", Some("a b")),
            (". as {a: $x} | $x", None),
            (".a as {(.b): $x} | $x", Some("a b")),
            (". as $x | 1", None),
            ("{a, b: .c}", Some("a c")),
            ("[.a, -.b] | length", Some("a b")),
            ("\"\\(.a) \\(.b)\"", Some("a b")),
            ("any(.a[]; .b)", Some("a b")),
            ("any(annotations; .class == \"car\")", Some("class data")),
            ("has(\"a\")", Some("a")),
            ("has(.a)", None),
            (".a // .b // 1", Some("a b")),
            ("try .a catch .b", Some("a")),
            ("if .a then .b else .c end", Some("a b c")),
            ("if .a then .b end", None),
            ("reduce .a[] as $x (.b; . + $x)", Some("a b")),
            ("reduce .[] as $x (0; 1)", None),
            ("def f: .a; f", None),
            ("f", None),
            ("select(.a)", None),
            ("keys", None),
            (".a = 1", None),
            (".a += 1", None),
            ("..", None),
            (".[]", None),
            (".", None),
            ("1", Some("")),
            ("label $out | .a, break $out", Some("a")),
        ] {
            let term = jaq_core::load::parse(program, |p| p.term()).unwrap();
            let found = paths(&term).map(|paths| paths.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), expected, "{program}");
        }
    }
}
