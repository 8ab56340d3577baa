//! Which keys of a row a program looks at, as far as its text tells. Most questions are about one or two keys, and rows are mostly
//! payload: what nobody looks at need not become values.

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

/// The keys of the row that a program looks at; `None`: the row as a whole, or nobody knows.
pub fn keys(program: &Term<&str>) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    let known = of_row(program, &mut keys);
    keys.sort();
    keys.dedup();
    known.then_some(keys)
}

/// Adds the keys that a term looks at which is given the row. Gives `false` when that is not all.
fn of_row(term: &Term<&str>, keys: &mut Vec<String>) -> bool {
    match term {
        Term::Id | Term::Recurse | Term::Def(..) => false,
        Term::Num(_) | Term::Arr(None) | Term::Break(_) | Term::Var(_) => true,
        Term::Str(_, parts) => parts.iter().all(|part| match part {
            StrPart::Term(term) => of_row(term, keys),
            StrPart::Str(_) | StrPart::Char(_) => true,
        }),
        Term::Arr(Some(term)) | Term::Neg(term) | Term::Label(_, term) => of_row(term, keys),
        // A key alone, `{id}`, is `{id: .id}`.
        Term::Obj(pairs) => pairs.iter().all(|(key, value)| match value {
            Some(value) => of_row(key, keys) && of_row(value, keys),
            None => matches!(key, Term::Var(_)) || text(key).is_some_and(|key| push(keys, key)),
        }),
        Term::BinOp(l, op, r) => match op {
            // What stands behind `|` sees what comes out before it.
            BinaryOp::Pipe(None) => of_row(l, keys),
            BinaryOp::Pipe(Some(pattern)) => of_row(l, keys) && of_pattern(pattern, keys) && of_row(r, keys),
            BinaryOp::Comma | BinaryOp::Alt | BinaryOp::Or | BinaryOp::And | BinaryOp::Math(_) | BinaryOp::Cmp(_) => {
                of_row(l, keys) && of_row(r, keys)
            }
            BinaryOp::Assign | BinaryOp::Update | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => false,
        },
        Term::Fold(_, from, pattern, args) => {
            of_row(from, keys) && of_pattern(pattern, keys) && args.first().is_some_and(|init| of_row(init, keys))
        }
        Term::TryCatch(term, _) => of_row(term, keys),
        Term::IfThenElse(cases, other) => {
            other.as_ref().is_some_and(|other| of_row(other, keys))
                && cases.iter().all(|(condition, then)| of_row(condition, keys) && of_row(then, keys))
        }
        Term::Call(name, args) => match (*name, args.as_slice()) {
            ("annotations", []) => push(keys, "data"),
            ("has", [key]) => text(key).is_some_and(|key| push(keys, key)),
            _ => TRANSPARENT.contains(&(name, args.len())) && args.iter().all(|arg| of_row(arg, keys)),
        },
        Term::Path(from, Path(parts)) => {
            let mut rest = parts.as_slice();
            let seen = match (&**from, parts.first()) {
                (Term::Id, Some((Part::Index(key), _))) => {
                    rest = &parts[1..];
                    text(key).is_some_and(|key| push(keys, key))
                }
                (from, _) => of_row(from, keys),
            };
            // What stands in brackets sees the row, too.
            seen && rest.iter().all(|(part, _)| match part {
                Part::Index(term) => of_row(term, keys),
                Part::Range(from, to) => from.iter().chain(to).all(|term| of_row(term, keys)),
            })
        }
    }
}

fn of_pattern(pattern: &Pattern<&str>, keys: &mut Vec<String>) -> bool {
    match pattern {
        Pattern::Var(_) => true,
        Pattern::Arr(patterns) => patterns.iter().all(|pattern| of_pattern(pattern, keys)),
        Pattern::Obj(pairs) => pairs.iter().all(|(key, pattern)| of_row(key, keys) && of_pattern(pattern, keys)),
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

fn push(keys: &mut Vec<String>, key: &str) -> bool {
    keys.push(key.to_owned());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_the_program_can_see() {
        for (program, expected) in [
            (".status == \"completed\"", Some("status")),
            (".a.b.c > .d[0]", Some("a d")),
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
            let found = keys(&term);
            assert_eq!(found.map(|keys| keys.join(" ")).as_deref(), expected, "{program}");
        }
    }
}
