//! What a run says when it is over.

use crate::cli::common::Console;
use crate::cli::reasons::{advice, meaning};
use crate::convert::engine::run::Summary;
use crate::convert::formats::{FORMATS, names};
use crate::dm::payload::MediaKind;
use crate::dm::reason::Outcome;
use crate::dm::{Reason, Tool};
use crate::exit::Exit;

/// Says what a run to a format did, and gives the exit code: [`Exit::Partial`] when bad lines or items were left out, or when the
/// format has no place for anything of the input.
pub fn report(name: &str, s: &Summary, console: &Console) -> Exit {
    for note in &s.notes {
        console.warn(note);
    }
    let t = &s.tally.total;
    let lost = |outcome| {
        let list: Vec<_> = s.tally.reasons(outcome).map(|(r, n)| format!("{r} {n}")).collect();
        if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
    };
    console.info(&format!(
        "{} items, {} annotations: {} written, {} skipped{}, {} failed{}, {} lossy{}; {} files, {} renamed",
        s.tally.items,
        t.seen,
        t.written,
        t.skipped,
        lost(Outcome::Skipped),
        t.failed,
        lost(Outcome::Failed),
        t.lossy,
        lost(Outcome::Lossy),
        s.files,
        s.renamed
    ));
    if !s.parts.is_empty() {
        let parts: Vec<_> = s.parts.iter().map(|(part, n)| format!("{part} {n}")).collect();
        console.info(&format!("split: {} items", parts.join(", ")));
    }
    let nothing = t.seen > 0 && t.written == 0 && s.tally.units > 0;
    if nothing {
        let tools = s.tally.tools().into_iter().map(|(tool, n)| match s.tally.unheld_tools.contains_key(tool) {
            true => with_holders(tool, n),
            false => format!("{tool} {n}"),
        });
        let tools = tools.collect::<Vec<_>>().join(", ");
        console.warn(&format!("no annotation could be written: the input has {tools}"));
    }
    losses(s, nothing, console);
    if s.without_url > 0 {
        console.warn(&format!(
            "{} files have no URL in the input: their originals are not part of the export",
            s.without_url
        ));
    }
    if s.not_images > 0 {
        console.warn(&format!(
            "{} images have no image extension (.jpg, .png, …), neither in their name nor in their URL or origin_file_extension: \
             training programs look for images by it and will pass them over; mend the names in Synapse",
            s.not_images
        ));
    }
    if s.bad_lines + s.tally.items_failed > 0 {
        let (lines, items) = (s.bad_lines, s.tally.items_failed);
        console.warn(&format!(
            "{lines} bad lines and {items} items that could not be converted were left out; see the report"
        ));
        return Exit::Partial;
    }
    unheld_media(name, s, console)
}

/// Says what happened to everything that was left out and what to do about it, a line for each reason; with `-v` also to what was
/// changed. `nothing`: it was said already that the format holds none of the tools.
fn losses(s: &Summary, nothing: bool, console: &Console) {
    let told = |what: &str, reason| format!("{what}: {} ({reason}); {}", meaning(reason), advice(reason));
    for (reason, n) in s.tally.item_reasons() {
        let noun = if reason == Reason::MaskCovered { "mask" } else { "item" };
        console.warn(&told(&counted(n, noun), reason));
    }
    let annotations = |n| counted(n, "annotation");
    for (reason, n) in s.tally.reasons(Outcome::Skipped).chain(s.tally.reasons(Outcome::Failed)) {
        // What keeps an item out keeps its annotations out.
        let of_items = s.tally.item_reasons().any(|(of_item, _)| of_item == reason);
        if of_items || (nothing && reason == Reason::UnsupportedAnnotationType) {
            continue;
        }
        console.warn(&match reason {
            Reason::UnsupportedAnnotationType => {
                let tools = tools_with_holders(s);
                format!("{} left out: the format has no place for {tools} ({reason})", annotations(n))
            }
            _ => told(&format!("{} left out", annotations(n)), reason),
        });
    }
    for (reason, n) in s.tally.reasons(Outcome::Lossy) {
        console.debug(&told(&format!("{} changed", annotations(n)), reason));
    }
}

/// So many of something.
fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The tools that the format has no place for, each with the formats that can write its annotations.
fn tools_with_holders(s: &Summary) -> String {
    s.tally.unheld_tools.iter().map(|(tool, n)| with_holders(tool, *n)).collect::<Vec<_>>().join(", ")
}

/// A tool with its number, and the formats that can write its annotations.
fn with_holders(tool: &str, n: u64) -> String {
    let holders: Vec<_> = FORMATS.iter().filter_map(|f| f.carrying(Tool::from_name(tool))).collect();
    format!("{tool} {n} (--to {})", holders.join(", "))
}

/// Warns of media that the format has no place for. When the input has no other, the dataset is empty: [`Exit::Partial`].
fn unheld_media(name: &str, s: &Summary, console: &Console) -> Exit {
    if s.tally.unheld.is_empty() {
        return Exit::Ok;
    }
    let media: Vec<_> = s.tally.unheld.iter().map(|(kind, n)| format!("{} {n}", kind.name())).collect();
    let media = media.join(", ");
    let holders = names(|f| s.tally.unheld.keys().all(|kind: &MediaKind| f.unit.holds(*kind)));
    if s.tally.units > 0 {
        console.warn(&format!(
            "{name} has no place for some media, which are left out: {media} (--to {holders} can hold them)"
        ));
        return Exit::Ok;
    }
    console.warn(&format!(
        "the dataset is empty: {name} has no place for any media of the input ({media}); --to {holders} can hold them"
    ));
    Exit::Partial
}
