//! What a run says when it is over.

use crate::cli::common::Console;
use crate::cli::reasons::{advice, meaning};
use crate::convert::engine::run::Summary;
use crate::convert::formats::{FORMATS, names};
use crate::dm::payload::MediaKind;
use crate::dm::reason::Outcome;
use crate::dm::{Reason, Tool};
use crate::exit::{Classified, Exit, Failure};
use crate::stream::StreamError;
use crate::text::number;
use crate::tr;
use crate::words::{Many, Message, Size};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Says what a run to a format did, after `read` bytes, and gives the exit code: [`Exit::Partial`] when bad lines or items were left out, or
/// nothing was written.
pub fn report(name: &str, s: &Summary, read: u64, console: &Console) -> Exit {
    for note in &s.notes {
        console.warn(note);
    }
    let t = &s.tally.total;
    let nothing = t.seen > 0 && t.written == 0;
    let no_image = s.tally.images == 0 && s.tally.items > 0;
    if nothing {
        let tools: Vec<_> = s.tally.tools().into_iter().map(|(tool, n)| format!("{tool} {n}")).collect();
        console.warn(tr!("summary-no-annotation", tools = tools.join(", ")));
    } else if no_image {
        console.warn(tr!("summary-no-item"));
    }
    losses(name, s, console);
    emptied(s, console);
    unheld_media(name, s, console);
    if s.without_url > 0 {
        console.warn(tr!("summary-no-url", files = Many(s.without_url)));
    }
    if s.not_images > 0 {
        console.warn(tr!("summary-not-images", images = Many(s.not_images)));
    }
    let incomplete = s.bad_lines + s.tally.items_failed > 0;
    if incomplete {
        let lines = (s.bad_lines > 0).then(|| tr!("summary-bad-lines", lines = Many(s.bad_lines)));
        let items = (s.tally.items_failed > 0).then(|| tr!("summary-bad-items", items = Many(s.tally.items_failed)));
        console.warn(tr!("summary-left-out", left_out = Message::list(lines.into_iter().chain(items), ", ")));
    }
    let mut numbers = numbers(s);
    numbers["bytes_read"] = read.into();
    console.summary(tr!("summary-convert", done = in_words(s), read = Size(read), time = console.time()), numbers);
    if incomplete || nothing || no_image { Exit::Partial } else { Exit::Ok }
}

/// What was done in a line: `24 items (train 20, val 4), 504 annotations: 502 written, 2 skipped (KEYPOINT_GROUP_INVALID 2); 32 files`.
fn in_words(s: &Summary) -> Message {
    /// Parts that are named.
    const PARTS: usize = 8;
    let t = &s.tally.total;
    let mut told = vec![tr!("summary-items", items = Many(s.tally.items))];
    let mut parts: Vec<Message> =
        s.parts.iter().take(PARTS).map(|(part, n)| format!("{part} {}", number(*n)).into()).collect();
    if let Some(more) = s.parts.len().checked_sub(PARTS).filter(|more| *more > 0) {
        parts.push(tr!("summary-more", more = Many(more as u64)));
    }
    if !parts.is_empty() {
        told.push(tr!("in-brackets", what = Message::list(parts, ", ")));
    }
    told.push(match (t.seen, t.written) {
        (0, _) => tr!("summary-no-annotations"),
        (seen, 0) => tr!("summary-none-written", annotations = Many(seen)),
        (seen, written) if seen == written => tr!("summary-all-written", annotations = Many(seen)),
        (seen, written) => tr!("summary-written", annotations = Many(seen), written = Many(written)),
    });
    let reasons = |outcome| {
        let reasons: Vec<_> = s.tally.reasons(outcome).map(|(r, n)| format!("{r} {}", number(n))).collect();
        reasons.join(", ")
    };
    if t.skipped > 0 {
        told.push(tr!("summary-skipped", n = Many(t.skipped), reasons = reasons(Outcome::Skipped)));
    }
    if t.failed > 0 {
        told.push(tr!("summary-failed", n = Many(t.failed), reasons = reasons(Outcome::Failed)));
    }
    if t.lossy > 0 {
        told.push(tr!("summary-lossy", n = Many(t.lossy), reasons = reasons(Outcome::Lossy)));
    }
    told.push(tr!("summary-files", files = Many(s.files)));
    if s.renamed > 0 {
        told.push(tr!("summary-renamed", n = Many(s.renamed)));
    }
    Message::list(told, "")
}

/// The same in numbers, for programs.
pub fn numbers(s: &Summary) -> Value {
    let t = &s.tally.total;
    let reasons = |outcome| s.tally.reasons(outcome).map(|(r, n)| (r.code(), n)).collect::<BTreeMap<_, _>>();
    json!({
        "items": s.tally.items,
        "annotations": t.seen,
        "written": t.written,
        "skipped": t.skipped,
        "failed": t.failed,
        "lossy": t.lossy,
        "files": s.files,
        "renamed": s.renamed,
        "bad_lines": s.bad_lines,
        "items_failed": s.tally.items_failed,
        "parts": s.parts.iter().map(|(part, n)| (&**part, *n)).collect::<BTreeMap<_, _>>(),
        "reasons": {
            "skipped": reasons(Outcome::Skipped),
            "failed": reasons(Outcome::Failed),
            "lossy": reasons(Outcome::Lossy),
        },
    })
}

/// A run that failed, with what to do about it where that depends on the formats that there are.
pub fn failure(error: StreamError) -> Failure {
    let StreamError::NothingHeld(nothing) = &error else { return error.into() };
    let tools = nothing.tools.iter().map(|(tool, n)| with_holders(nothing.format, tool, *n));
    let media = nothing.media.iter().map(|(kind, n)| {
        let holders = names(|f| f.unit.holds(MediaKind::of_key(kind)));
        format!("{kind} {n} (--to {holders})")
    });
    let things = tools.chain(media).collect::<Vec<_>>().join(", ");
    let format = nothing.format;
    let message = tr!("summary-nothing-held", format, things);
    Failure::new(error.exit(), message)
}

/// Says how many images have lost all their annotations: a trainer takes them for images without an object.
fn emptied(s: &Summary, console: &Console) {
    let [left_out, written] = s.tally.emptied;
    if written > 0 {
        console.warn(tr!("summary-became-background", images = Many(written)));
    }
    if left_out > 0 {
        console.info(tr!("summary-emptied", images = Many(left_out)));
    }
}

/// Says what happened to everything that was left out and what to do about it, a line for each reason; with `-v` also to what was
/// changed.
fn losses(name: &str, s: &Summary, console: &Console) {
    let told = |what: Message, reason| {
        tr!("loss", what, meaning = meaning(reason), reason = reason.code(), cure = advice(reason))
    };
    for (reason, n) in s.tally.item_reasons() {
        let n = Many(n);
        let what = if reason == Reason::MaskCovered { tr!("loss-masks", n) } else { tr!("loss-items", n) };
        console.warn(told(what, reason));
    }
    for (reason, n) in s.tally.reasons(Outcome::Skipped).chain(s.tally.reasons(Outcome::Failed)) {
        // What keeps an item out keeps its annotations out.
        let of_items = s.tally.item_reasons().any(|(of_item, _)| of_item == reason);
        if of_items {
            continue;
        }
        if reason != Reason::UnsupportedAnnotationType {
            console.warn(told(tr!("loss-left-out", n = Many(n)), reason));
            continue;
        }
        // Those of media that have no place are told with the media.
        let n = s.tally.unheld_tools.values().sum();
        if n > 0 {
            let tools = tools_with_holders(name, s);
            let what = tr!("loss-left-out", n = Many(n));
            console.warn(tr!("loss-no-place", what, tools, reason = reason.code()));
        }
    }
    for (reason, n) in s.tally.reasons(Outcome::Lossy) {
        console.debug(told(tr!("loss-changed", n = Many(n)), reason));
    }
}

/// The tools that the format has no place for, each with the formats that can write its annotations.
fn tools_with_holders(name: &str, s: &Summary) -> String {
    s.tally.unheld_tools.iter().map(|(tool, n)| with_holders(name, tool, *n)).collect::<Vec<_>>().join(", ")
}

/// A tool with its number, and the formats that can write its annotations: all ways of the one that was chosen, one of each other.
fn with_holders(name: &str, tool: &str, n: u64) -> String {
    let holders = FORMATS.iter().flat_map(|f| {
        let ways = f.carrying(Tool::from_name(tool));
        ways.into_iter().take(if f.name == name { usize::MAX } else { 1 })
    });
    format!("{tool} {n} (--to {})", holders.collect::<Vec<_>>().join(", "))
}

/// Warns of media that the format has no place for.
fn unheld_media(name: &str, s: &Summary, console: &Console) {
    if s.tally.unheld.is_empty() {
        return;
    }
    let media: Vec<_> = s.tally.unheld.iter().map(|(kind, n)| format!("{} {n}", kind.name())).collect();
    let media = media.join(", ");
    let holders = names(|f| s.tally.unheld.keys().all(|kind: &MediaKind| f.unit.holds(*kind)));
    console.warn(tr!("summary-media-unheld", name, media, holders));
}
