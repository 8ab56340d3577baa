//! What `syn-convert` asks when no format is given: the format, with what it would lose of the annotations in the first rows; how it is
//! run, when another way keeps more; the split.

use crate::cli::ask::command::{Answers, Before};
use crate::cli::ask::{Ask, Choice};
use crate::convert::declaration::{Carries, Declaration, Tools};
use crate::convert::engine::split::Split;
use crate::dm::{Tool, heads};
use crate::exit::{Failure, Missing};
use crate::item::{self, KeepRaw};
use crate::stream::run_mark::StandardInput;
use crate::stream::{Batch, Begin, Frame, Reader};
use crate::tr;
use crate::words::Message;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Rows that are looked at, unless they are large.
const ROWS: u64 = 50;
/// Bytes of rows that are looked at.
const BYTES: usize = 1 << 20;

/// What the beginning of the input shows.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What the stages before have asked.
    pub before: Before,
    /// What the begin frame says they are.
    target: String,
    /// What the project is called.
    title: String,
    rows: u64,
    /// Annotations by their tool.
    tools: BTreeMap<String, u64>,
    /// A stage before this one has failed, or nothing came.
    failed: bool,
}

impl Seen {
    /// Whether a stage before has failed, or nothing came.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Reads the begin frame and some rows, which stay to be read. `input`: what standard input is, when it is read.
    pub fn of(reader: &mut Reader, input: Option<&StandardInput>) -> Self {
        let mut seen = Self { failed: true, ..Self::default() };
        let mut bytes = 0;
        reader.look_ahead(|batch| {
            bytes += batch.bytes.len();
            seen.batch(batch, input) || seen.rows >= ROWS || bytes >= BYTES
        });
        seen
    }

    /// Takes in a batch; whether nothing more is to be seen.
    fn batch(&mut self, batch: &Batch, input: Option<&StandardInput>) -> bool {
        for line in batch.lines() {
            if !batch.is_frame {
                self.failed = false;
                self.row(line.bytes);
                continue;
            }
            match Frame::parse(line.bytes) {
                Ok(Frame::Begin(begin)) => self.begin(&begin, input),
                Ok(Frame::End { .. }) => {
                    self.failed = false;
                    return true;
                }
                Ok(Frame::Error(_)) => {
                    self.failed = true;
                    return true;
                }
                Ok(Frame::Other) | Err(_) => {}
            }
        }
        false
    }

    fn begin(&mut self, begin: &Begin, input: Option<&StandardInput>) {
        self.before = input.map(|input| Before::of(begin, input)).unwrap_or_default();
        let text = |pointer: &[&str]| {
            let mut value = begin.body.get(*pointer.first()?)?;
            for key in &pointer[1..] {
                value = value.get(key)?;
            }
            value.as_str().map(str::to_owned)
        };
        self.target = text(&["target"]).unwrap_or_default();
        self.title = text(&["project", "title"]).unwrap_or_default();
    }

    fn row(&mut self, line: &[u8]) {
        self.rows += 1;
        // What is wrong with a row is said when it is converted.
        let Some(payload) = item::parse(line, KeepRaw).ok().and_then(|item| item.data) else { return };
        let _ = heads::each(&payload, |head| {
            *self.tools.entry(head.tool.into_owned()).or_default() += 1;
            ControlFlow::Continue(())
        });
    }

    /// What is said of it before the first question.
    fn words(&self) -> Message {
        let tools: Vec<_> = self.tools.iter().map(|(tool, n)| format!("{tool} {n}")).collect();
        let tools = if tools.is_empty() { tr!("ask-seen-nothing") } else { tools.join(", ").into() };
        let (rows, title) = (self.rows, &self.title);
        if title.is_empty() { tr!("ask-seen", rows, tools) } else { tr!("ask-seen-of", rows, title, tools) }
    }

    /// The annotations that a way to run a format has no place for.
    fn lost(&self, carries: Option<&Carries>) -> Vec<(&str, u64)> {
        let kept = |tool: &str| carries.is_none_or(|way| way.tools.contains(&Tool::from_name(tool)));
        self.tools.iter().filter(|(tool, _)| !kept(tool)).map(|(tool, n)| (tool.as_str(), *n)).collect()
    }
}

/// What is lost, in words; nothing when no annotations were seen.
fn losses(lost: &[(&str, u64)], seen: &Seen) -> Message {
    match lost {
        [] if seen.tools.is_empty() => Message::default(),
        [] => tr!("ask-keeps-all"),
        lost => {
            let lost: Vec<_> = lost.iter().map(|(tool, n)| format!("{tool} {n}")).collect();
            tr!("ask-loses", tools = lost.join(", "))
        }
    }
}

/// What a format is.
fn summary(format: &Declaration) -> Message {
    let words = match format.name {
        "json" => tr!("format-is-json"),
        "jsonl" => tr!("format-is-jsonl"),
        "yolo" => tr!("format-is-yolo"),
        "coco" => tr!("format-is-coco"),
        "ultralytics-ndjson" => tr!("format-is-ultralytics-ndjson"),
        "imagefolder" => tr!("format-is-imagefolder"),
        "gallery" => tr!("format-is-gallery"),
        "csv" => tr!("format-is-csv"),
        "createml" => tr!("format-is-createml"),
        "voc" => tr!("format-is-voc"),
        "template" => tr!("format-is-template"),
        _ => return format.summary.into(),
    };
    Message::told(format.summary.to_owned(), words)
}

/// Asks for the format, and for what depends on it. `formats`: those that can be run with the options given; `is_given` tells whether
/// an option is.
///
/// # Errors
/// Those of [`Ask`].
pub fn format(
    formats: &[&'static Declaration],
    seen: &Seen,
    is_given: &dyn Fn(&str) -> bool,
    person: &mut dyn Ask,
) -> Result<Answers, Failure> {
    person.tell(&seen.words());
    let default = |format: &Declaration| match format.tools {
        Tools::Any => None,
        Tools::Of(ways) => ways.first(),
    };
    let choice = |format: &&'static Declaration| {
        let parts = [losses(&seen.lost(default(format)), seen), summary(format)];
        Choice::new(format.name, Message::list(parts.into_iter().filter(|part| !part.is_empty()), "; "))
    };
    let format = formats[person.one(&tr!("ask-format"), &formats.iter().map(choice).collect::<Vec<_>>())?];
    let mut answers: Answers = vec!["--to".to_owned(), format.name.to_owned()];
    if let Tools::Of(ways) = format.tools
        && !["task", "polygons", "boxes"].into_iter().any(is_given)
    {
        answers.extend(way(ways, seen, person)?);
    }
    if !is_given("split") && !is_given("bare") {
        answers.extend(split(seen, person)?);
    }
    Ok(answers)
}

/// Asks how a format is run, when another way than the default keeps more of what was seen.
fn way(ways: &[Carries], seen: &Seen, person: &mut dyn Ask) -> Result<Answers, Failure> {
    let sum = |way: &Carries| seen.lost(Some(way)).iter().map(|(_, n)| n).sum::<u64>();
    let Some((default, others)) = ways.split_first() else { return Ok(Answers::new()) };
    let mut better: Vec<&Carries> = Vec::new();
    for way in others.iter().filter(|way| sum(way) < sum(default)) {
        // One more option that keeps no more goes without saying.
        if !better.iter().any(|known| way.with.starts_with(&format!("{} ", known.with)) && sum(known) <= sum(way)) {
            better.push(way);
        }
    }
    if better.is_empty() {
        return Ok(Answers::new());
    }
    let all: Vec<_> = std::iter::once(default).chain(better).collect();
    let name = |way: &Carries| if way.with.is_empty() { tr!("ask-as-it-is") } else { way.with.into() };
    let choices: Vec<_> = all.iter().map(|way| Choice::new(name(way), losses(&seen.lost(Some(way)), seen))).collect();
    let chosen = all[person.one(&tr!("ask-way"), &choices)?];
    Ok(chosen.with.split_whitespace().map(str::to_owned).collect())
}

fn split(seen: &Seen, person: &mut dyn Ask) -> Result<Answers, Failure> {
    let mut known = vec![
        ("none", Choice::new(tr!("ask-split-none"), "")),
        ("0.8/0.1/0.1", Choice::new("0.8/0.1/0.1", tr!("ask-split-three"))),
        ("0.8/0.2", Choice::new("0.8/0.2", tr!("ask-split-two"))),
    ];
    if seen.target == "ground_truth" {
        known.insert(1, ("category", Choice::new("category", tr!("ask-split-category"))));
    }
    known.push(("", Choice::new(tr!("ask-split-own"), tr!("ask-split-own-note"))));
    let choices: Vec<_> = known.iter().map(|(_, choice)| choice.clone()).collect();
    let spec = match known[person.one(&tr!("ask-split"), &choices)?].0 {
        "none" => return Ok(Answers::new()),
        "" => person.text(&tr!("ask-split-shares"), "0.7/0.2/0.1", &|text| Split::parse(text).map(drop))?,
        spec => spec.to_owned(),
    };
    Ok(vec!["--split".to_owned(), spec])
}

/// Says that there is no format, and which there are.
pub fn lacking(formats: &[&Declaration]) -> Failure {
    let names: Vec<_> = formats.iter().map(|format| format.name).collect();
    let choices = formats.iter().map(|format| json!({"value": format.name, "title": format.summary})).collect();
    let missing = Missing { option: "--to", ways: &["--to FORMAT", "SYN_CONVERT_TO"] };
    let mut failure = Failure::lacks(tr!("say-format", formats = names.join(", ")), missing);
    failure.details.get_or_insert_default().insert("choices".into(), choices);
    failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ask::prepared::Prepared;
    use crate::convert::formats::FORMATS;

    fn seen(tools: &[(&str, u64)], target: &str) -> Seen {
        let tools = tools.iter().map(|(tool, n)| ((*tool).to_owned(), *n)).collect();
        Seen { rows: 3, tools, target: target.to_owned(), title: "도로".to_owned(), ..Seen::default() }
    }

    #[test]
    fn what_is_asked_depends_on_what_was_seen() {
        let boxes = &[("bounding_box", 5)][..];
        let mixed = &[("bounding_box", 5), ("polygon", 2), ("keypoint", 1)][..];
        for (tools, target, given, answers, becomes) in [
            (boxes, "", &[][..], &["coco", "no split"][..], "--to coco"),
            (boxes, "", &[], &["yolo", "0.8/0.2"], "--to yolo --split 0.8/0.2"),
            (
                mixed,
                "",
                &[],
                &["yolo", "--polygons box", "0.8/0.1/0.1"],
                "--to yolo --polygons box --split 0.8/0.1/0.1",
            ),
            (mixed, "", &[], &["yolo", "as it is", "no split"], "--to yolo"),
            (mixed, "", &["task", "split"], &["yolo"], "--to yolo"),
            (mixed, "", &["split"], &["json"], "--to json"),
            (boxes, "ground_truth", &[], &["voc", "category"], "--to voc --split category"),
            (boxes, "", &[], &["voc", "other", "7:x", "7:2:1"], "--to voc --split 7:2:1"),
            (boxes, "", &["bare"], &["csv"], "--to csv"),
            (&[], "", &[], &["csv", "no split"], "--to csv"),
        ] {
            let mut person = Prepared::new(answers);
            let told = format(FORMATS, &seen(tools, target), &|option| given.contains(&option), &mut person);
            assert_eq!(told.unwrap().join(" "), becomes);
            assert!(person.answers.is_empty(), "{:?}", person.asked);
        }
    }

    #[test]
    fn losses_are_shown() {
        let mut person = Prepared::new(&[]);
        let stopped = format(FORMATS, &seen(&[("polygon", 2), ("brush", 1)], ""), &|_| false, &mut person).unwrap_err();
        assert_eq!(stopped.exit.code(), 130);
        assert_eq!(person.asked[0], "  the first 3 rows of 도로: brush 1, polygon 2");
        for part in ["coco loses brush 1; ", "yolo loses brush 1, polygon 2; ", "json keeps all; "] {
            assert!(person.asked[1].contains(part), "{:?}", person.asked);
        }
    }
}
