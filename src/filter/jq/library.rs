//! What programs may call: the filters of jq that need nothing but the row, and those of `scripts/syn.jq`.

use super::guard::{Guard, Stop};
use super::instrument::{CHECK, TIMES};
use crate::tr;
use crate::words::{Message, Worded};
use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::data::HasLut;
use jaq_core::load::parse::Def;
use jaq_core::native::{Fun, bome, v};
use jaq_core::{DataT, Error, Exn, Lut, Native, ValX};
use jaq_json::{Num, Val};
use std::cmp::Ordering;

/// Definitions that jq has and jaq lacks.
const MORE: &str = include_str!("more.jq");
/// Definitions for payloads.
const PAYLOADS: &str = include_str!("../../../scripts/syn.jq");
/// The longest text that a multiplication makes, bytes.
const LONGEST: usize = 256 << 20;

/// Why a filter is refused.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// The environment may hold secrets.
    Environment,
    /// A program sees one row at a time.
    OtherRows,
    /// A program does not see where a row comes from.
    Origin,
    /// A program has no file.
    File,
    /// A program has no messages of its own.
    Messages,
    /// A program cannot end the run.
    Halt,
    /// Programs have no modules.
    Modules,
}

impl Worded for Refused {
    fn words(&self) -> Message {
        match self {
            Self::Environment => tr!("jq-why-environment"),
            Self::OtherRows => tr!("jq-why-other-rows"),
            Self::Origin => tr!("jq-why-origin"),
            Self::File => tr!("jq-why-file"),
            Self::Messages => tr!("jq-why-messages"),
            Self::Halt => tr!("jq-why-halt"),
            Self::Modules => tr!("jq-why-modules"),
        }
    }
}

/// Filters that are refused, and why.
pub const REFUSED: [(&str, Refused); 13] = [
    ("env", Refused::Environment),
    ("$ENV", Refused::Environment),
    ("input", Refused::OtherRows),
    ("inputs", Refused::OtherRows),
    ("input_filename", Refused::Origin),
    ("input_line_number", Refused::Origin),
    ("$__loc__", Refused::File),
    ("debug", Refused::Messages),
    ("stderr", Refused::Messages),
    ("halt", Refused::Halt),
    ("halt_error", Refused::Halt),
    ("get_search_list", Refused::Modules),
    ("modulemeta", Refused::Modules),
];

/// What programs work on.
pub struct Kind;

/// What filters may ask while a program runs.
pub struct Data<'a> {
    /// The compiled terms.
    pub lut: &'a Lut<Kind>,
    /// The limits.
    pub guard: &'a Guard,
}

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = &'a Data<'a>;
}

impl<'a> HasLut<'a, Kind> for &'a Data<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

fn is_refused(name: &str) -> bool {
    REFUSED.iter().any(|(refused, _)| *refused == name)
}

/// Definitions in the language, without those that are refused.
pub fn defs() -> impl Iterator<Item = Def<&'static str>> {
    let ours =
        [MORE, PAYLOADS].into_iter().flat_map(|code| jaq_core::load::parse(code, |p| p.defs()).unwrap_or_default());
    let all = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(ours);
    all.filter(|def| !is_refused(def.name))
}

/// Filters that are built in.
pub fn funs() -> impl Iterator<Item = Fun<Kind>> {
    let own = ["env", "halt", "debug_empty", "stderr_empty", "range"];
    let theirs = jaq_core::funs::<Kind>().chain(jaq_std::funs::<Kind>()).chain(jaq_json::funs::<Kind>());
    let ours = [
        (
            CHECK,
            v(0),
            Native::<Kind>::new(|cv| box_once(check(cv.0.data().guard).map(|()| cv.1)))
                .with_paths(|cv| box_once(check(cv.0.data().guard).map(|()| cv.1)))
                .with_update(|cv, update| match check(cv.0.data().guard) {
                    Ok(()) => update(cv.1),
                    Err(stop) => box_once(Err(stop)),
                }),
        ),
        (
            TIMES,
            v(2),
            Native::new(|mut cv| {
                let r = cv.0.pop_var();
                bome(times(cv.0.pop_var(), r))
            }),
        ),
        (
            "range",
            v(3),
            Native::new(|mut cv| {
                let (by, to, from) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
                range(cv.0.data().guard, from, to, by)
            }),
        ),
    ];
    theirs.filter(move |(name, _, _)| !own.contains(name)).chain(ours)
}

/// Ends a run that is to stop, or that has gone too deep.
fn check<'a>(guard: &Guard) -> Result<(), Exn<'a, Val>> {
    match guard.stopped() {
        None if guard.is_deep() => Err(Error::str("the program calls itself too often").into()),
        None => Ok(()),
        Some(Stop::Time) => Err(Error::str("the program takes too long").into()),
        Some(Stop::Memory) => Err(Error::str("the program takes too much memory").into()),
    }
}

/// A product. Of a text and a number it is the text so many times.
fn times(l: Val, r: Val) -> Result<Val, Error<Val>> {
    if let (Val::TStr(text) | Val::BStr(text), Val::Num(n)) | (Val::Num(n), Val::TStr(text) | Val::BStr(text)) =
        (&l, &r)
    {
        let n = match n {
            Num::Int(n) => usize::try_from(*n).unwrap_or(0),
            Num::Float(n) => *n as usize,
            Num::BigInt(_) | Num::Dec(_) => n.to_string().parse::<f64>().map_or(usize::MAX, |n| n as usize),
        };
        if text.len().saturating_mul(n) > LONGEST {
            return Err(Error::str(format_args!("a text of {} bytes cannot be repeated {r} times", text.len())));
        }
    }
    l * r
}

/// The numbers from `from` on, without `to`.
fn range<'a>(guard: &'a Guard, from: Val, to: Val, by: Val) -> BoxIter<'a, ValX<'a, Val>> {
    let goes_on: fn(Ordering) -> bool = match by.cmp(&Val::from(0_isize)) {
        Ordering::Greater => Ordering::is_lt,
        Ordering::Less => Ordering::is_gt,
        Ordering::Equal => Ordering::is_ne,
    };
    let mut next = Some(Ok(from));
    Box::new(std::iter::from_fn(move || {
        let this = match next.take()? {
            Ok(this) => this,
            Err(e) => return Some(Err(Exn::from(e))),
        };
        if let Err(stop) = check(guard) {
            return Some(Err(stop));
        }
        goes_on(this.cmp(&to)).then(|| {
            next = Some(this.clone() + by.clone());
            Ok(this)
        })
    }))
}
