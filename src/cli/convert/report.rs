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
use crate::text::{bytes, count, number};
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
        console.warn(format!("no annotation could be written: the input has {}", tools.join(", ")));
    } else if no_image {
        console.warn("nothing is written: no item has an annotation, and --background omit leaves such items out");
    }
    losses(name, s, console);
    emptied(s, console);
    unheld_media(name, s, console);
    if s.without_url > 0 {
        console.warn(format!(
            "no URL in the input, so that the original is not part of the export: {}",
            count(s.without_url, "file")
        ));
    }
    if s.not_images > 0 {
        console.warn(format!(
            "no image extension (.jpg, .png, …), neither in the name nor in the URL or origin_file_extension: {}; \
             training programs look for images by it and will pass them over; mend the names in Synapse",
            count(s.not_images, "image")
        ));
    }
    let incomplete = s.bad_lines + s.tally.items_failed > 0;
    if incomplete {
        let left_out = [(s.bad_lines, "bad line"), (s.tally.items_failed, "item that could not be converted")];
        let left_out: Vec<_> = left_out.iter().filter(|(n, _)| *n > 0).map(|(n, what)| many(*n, what)).collect();
        console.warn(format!("left out: {}; see the report", left_out.join(", ")));
    }
    let mut numbers = numbers(s);
    numbers["bytes_read"] = read.into();
    console.summary(format!("{}; {} read in {}", in_words(s), bytes(read), console.time()), numbers);
    if incomplete || nothing || no_image { Exit::Partial } else { Exit::Ok }
}

/// What was done in a line: `24 items (train 20, val 4), 504 annotations: 502 written, 2 skipped (KEYPOINT_GROUP_INVALID 2); 32 files`.
fn in_words(s: &Summary) -> String {
    /// Parts that are named.
    const PARTS: usize = 8;
    let t = &s.tally.total;
    let parts: Vec<_> = s.parts.iter().take(PARTS).map(|(part, n)| format!("{part} {}", number(*n))).collect();
    let more = match s.parts.len().saturating_sub(PARTS) {
        0 => String::new(),
        n => format!(", {} more", number(n as u64)),
    };
    let parts = if parts.is_empty() { String::new() } else { format!(" ({}{more})", parts.join(", ")) };
    let fate = |n: u64, word: &str, outcome| {
        let reasons: Vec<_> = s.tally.reasons(outcome).map(|(r, n)| format!("{r} {}", number(n))).collect();
        if n > 0 { format!(", {} {word} ({})", number(n), reasons.join(", ")) } else { String::new() }
    };
    let written = match (t.seen, t.written) {
        (0, _) => String::new(),
        (_, 0) => ": none written".to_owned(),
        (seen, written) if seen == written => ": all written".to_owned(),
        (_, written) => format!(": {} written", number(written)),
    };
    let annotations = if t.seen == 0 { "no annotations".to_owned() } else { count(t.seen, "annotation") };
    format!(
        "{}{parts}, {annotations}{written}{}{}{}; {}{}",
        count(s.tally.items, "item"),
        fate(t.skipped, "skipped", Outcome::Skipped),
        fate(t.failed, "failed", Outcome::Failed),
        fate(t.lossy, "lossy", Outcome::Lossy),
        count(s.files, "file"),
        if s.renamed > 0 { format!(", {} renamed", number(s.renamed)) } else { String::new() },
    )
}

/// The same in numbers, for programs.
fn numbers(s: &Summary) -> Value {
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
    let message = format!("nothing is written: {format} has no place for anything in the input; what has: {things}");
    Failure::new(error.exit(), message)
}

/// Says how many images have lost all their annotations: a trainer takes them for images without an object.
fn emptied(s: &Summary, console: &Console) {
    let [left_out, written] = s.tally.emptied;
    if written > 0 {
        console.warn(format!(
            "{} annotations, none of which was written, and became background: `--background unlabeled` leaves out such \
             images, and keeps those that have no annotations in the input",
            if written == 1 { "1 image has".to_owned() } else { format!("{written} images have") },
        ));
    }
    if left_out > 0 {
        console.info(format!("left out with all their annotations: {}", count(left_out, "image")));
    }
}

/// A number and what it is of; the plural is that of the first noun of `what`.
fn many(n: u64, what: &str) -> String {
    match what.split_once(" that ") {
        Some((noun, clause)) => format!("{} that {clause}", count(n, noun)),
        None => count(n, what),
    }
}

/// Says what happened to everything that was left out and what to do about it, a line for each reason; with `-v` also to what was
/// changed.
fn losses(name: &str, s: &Summary, console: &Console) {
    let told = |what: &str, reason| format!("{what}: {} ({reason}); {}", meaning(reason), advice(reason));
    for (reason, n) in s.tally.item_reasons() {
        let noun = if reason == Reason::MaskCovered { "mask" } else { "item" };
        console.warn(told(&count(n, noun), reason));
    }
    let annotations = |n| count(n, "annotation");
    for (reason, n) in s.tally.reasons(Outcome::Skipped).chain(s.tally.reasons(Outcome::Failed)) {
        // What keeps an item out keeps its annotations out.
        let of_items = s.tally.item_reasons().any(|(of_item, _)| of_item == reason);
        if of_items {
            continue;
        }
        if reason != Reason::UnsupportedAnnotationType {
            console.warn(told(&format!("{} left out", annotations(n)), reason));
            continue;
        }
        // Those of media that have no place are told with the media.
        let n = s.tally.unheld_tools.values().sum();
        if n > 0 {
            let tools = tools_with_holders(name, s);
            console.warn(format!("{} left out: the format has no place for {tools} ({reason})", annotations(n)));
        }
    }
    for (reason, n) in s.tally.reasons(Outcome::Lossy) {
        console.debug(told(&format!("{} changed", annotations(n)), reason));
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
    console.warn(format!(
        "{name} has no place for some media, which are left out: {media} (--to {holders} can hold them)"
    ));
}
