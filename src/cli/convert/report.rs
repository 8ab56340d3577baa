//! What a run says when it is over.

use crate::cli::common::Console;
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
    if t.seen > 0 && t.written == 0 && s.tally.units > 0 {
        let unheld = s.tally.reasons(Outcome::Skipped).any(|(reason, _)| reason == Reason::UnsupportedAnnotationType);
        let tools = if unheld { holders_of_tools(s) } else { tools_of(s, |_| String::new()) };
        console.warn(&format!("no annotation could be written: the input has {tools}"));
    }
    let (covered, crowded) =
        (s.tally.of_items(Reason::MaskCovered), s.tally.of_items(Reason::VocInstanceLimitExceeded));
    if covered > 0 {
        console.warn(&format!(
            "{covered} masks are hidden by others that are painted over them, and are in no plane (MASK_COVERED in the report); \
             --polygons box writes a box for each polygon"
        ));
    }
    if crowded > 0 {
        console.warn(&format!(
            "{crowded} images have more than 254 masks, and no object plane (VOC_INSTANCE_LIMIT_EXCEEDED)"
        ));
    }
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

/// The tools of the input with their numbers, each with what is to be said of it.
fn tools_of(s: &Summary, more: impl Fn(Tool) -> String) -> String {
    let tools = s.tally.tools().into_iter().map(|(tool, n)| format!("{tool} {n}{}", more(Tool::from_name(tool))));
    tools.collect::<Vec<_>>().join(", ")
}

/// The tools of the input, each with the formats that can write its annotations.
fn holders_of_tools(s: &Summary) -> String {
    tools_of(s, |tool| {
        let holders: Vec<_> = FORMATS.iter().filter_map(|f| f.carrying(tool)).collect();
        format!(" (--to {})", holders.join(", "))
    })
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
