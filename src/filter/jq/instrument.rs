//! Checks that go into a program before it is compiled: definitions that call themselves, which are all loops of the language but
//! `range`, ask at each call whether they are to stop; texts that are multiplied are asked for their length.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Part, Path};

/// The filter that checks. No program can call it: it is no name of the language.
pub const CHECK: &str = "!check";
/// The filter that multiplies.
pub const TIMES: &str = "!times";
/// What it multiplies by in `a *= b`.
const FACTOR: &str = "$!factor";

/// Puts the checks into a definition and those in it.
pub fn def(def: &mut Def<&str>) {
    term(&mut def.body);
    if calls(&mut def.body, def.name) {
        let body = std::mem::take(&mut def.body);
        def.body = pipe(call(CHECK, Vec::new()), None, body);
    }
}

/// Puts the checks into a term.
pub fn term(term: &mut Term<&str>) {
    children(term, &mut self::term);
    match term {
        Term::Def(defs, _) => defs.iter_mut().for_each(|one| {
            if calls(&mut one.body, one.name) {
                let body = std::mem::take(&mut one.body);
                one.body = pipe(call(CHECK, Vec::new()), None, body);
            }
        }),
        Term::BinOp(l, BinaryOp::Math(Math::Mul), r) => {
            *term = call(TIMES, vec![std::mem::take(l), std::mem::take(r)]);
        }
        // `l *= r` is `r as $factor | l |= . * $factor`.
        Term::BinOp(l, BinaryOp::UpdateMath(Math::Mul), r) => {
            let times = call(TIMES, vec![Term::Id, Term::Var(FACTOR)]);
            let update = Term::BinOp(std::mem::take(l), BinaryOp::Update, Box::new(times));
            *term = pipe(std::mem::take(r), Some(Pattern::Var(FACTOR)), update);
        }
        _ => {}
    }
}

fn call<'s>(name: &'s str, args: Vec<Term<&'s str>>) -> Term<&'s str> {
    Term::Call(name, args)
}

fn pipe<'s>(l: Term<&'s str>, pattern: Option<Pattern<&'s str>>, r: Term<&'s str>) -> Term<&'s str> {
    Term::BinOp(Box::new(l), BinaryOp::Pipe(pattern), Box::new(r))
}

/// Whether a filter of this name is called anywhere in a term: it may be the definition around it.
fn calls(term: &mut Term<&str>, name: &str) -> bool {
    let mut found = matches!(term, Term::Call(called, _) if *called == name);
    children(term, &mut |child| found = found || calls(child, name));
    found
}

/// Gives each term that stands directly in another one.
fn children<'s>(term: &mut Term<&'s str>, each: &mut dyn FnMut(&mut Term<&'s str>)) {
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Arr(None) | Term::Break(_) | Term::Var(_) => {}
        Term::Str(_, parts) => {
            for part in parts {
                if let StrPart::Term(term) = part {
                    each(term);
                }
            }
        }
        Term::Arr(Some(term)) | Term::Neg(term) | Term::Label(_, term) => each(term),
        Term::Obj(pairs) => {
            for (key, value) in pairs {
                each(key);
                value.iter_mut().for_each(&mut *each);
            }
        }
        Term::BinOp(l, op, r) => {
            each(l);
            if let BinaryOp::Pipe(Some(pattern)) = op {
                keys(pattern, each);
            }
            each(r);
        }
        Term::Fold(_, from, pattern, args) => {
            each(from);
            keys(pattern, each);
            args.iter_mut().for_each(each);
        }
        Term::TryCatch(term, catch) => {
            each(term);
            catch.iter_mut().for_each(|term| each(term));
        }
        Term::IfThenElse(cases, other) => {
            for (condition, then) in cases {
                each(condition);
                each(then);
            }
            other.iter_mut().for_each(|term| each(term));
        }
        Term::Def(defs, term) => {
            defs.iter_mut().for_each(|def| each(&mut def.body));
            each(term);
        }
        Term::Call(_, args) => args.iter_mut().for_each(each),
        Term::Path(term, Path(parts)) => {
            each(term);
            for (part, _) in parts {
                match part {
                    Part::Index(term) => each(term),
                    Part::Range(from, to) => from.iter_mut().chain(to).for_each(&mut *each),
                }
            }
        }
    }
}

/// Gives the keys of a pattern, which are terms.
fn keys<'s>(pattern: &mut Pattern<&'s str>, each: &mut dyn FnMut(&mut Term<&'s str>)) {
    match pattern {
        Pattern::Var(_) => {}
        Pattern::Arr(patterns) => patterns.iter_mut().for_each(|pattern| keys(pattern, each)),
        Pattern::Obj(pairs) => {
            for (key, pattern) in pairs {
                each(key);
                keys(pattern, each);
            }
        }
    }
}
