//! `syn-convert --check DATASET --gallery DEST`: the findings on the pictures that they are about.
//!
//! * [`item`]: a picture as the page reads it
//! * [`folder`]: a folder that appears when it is whole

mod folder;
mod item;

use crate::check::board::{Board, Finding};
use crate::check::finding::Rule;
use crate::check::report::Counts;
use crate::check::scratch::Scratch;
use crate::check::tree::Tree;
use crate::check::{Dataset, RULES, joined};
use crate::cli::common::Console;
use crate::convert::formats::gallery::args::Link;
use crate::convert::formats::gallery::data::{About, Data};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::files::Files;
use crate::exit::{Failure, UsageError};
use crate::stream::frame::{begin_line, end_line};
use crate::stream::{Kind, StreamError, Writer};
use crate::tr;
use folder::Folder;
use item::Pictures;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Findings about no picture that the page lists; the report has all.
const LISTED: usize = 2000;

/// Where the gallery goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dest {
    /// File lines on standard output, for syn-sink.
    Lines,
    /// A folder.
    Folder(PathBuf),
}

/// Reads the value of `--gallery`.
///
/// # Errors
/// What is no folder of this machine.
pub fn dest(text: &str) -> Result<Dest, UsageError> {
    if text == "-" {
        return Ok(Dest::Lines);
    }
    let packed = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst"];
    if text.contains("://") || packed.iter().any(|end| text.to_ascii_lowercase().ends_with(end)) {
        return Err(UsageError::new(tr!("check-gallery-sink", dest = text)));
    }
    Ok(Dest::Folder(text.into()))
}

/// A gallery in the making.
pub struct Gallery {
    files: Files,
    /// The folder that appears at the end; none when lines are written.
    folder: Option<Folder>,
}

impl Gallery {
    /// Prepares the place, before anything is checked.
    ///
    /// # Errors
    /// A usage failure for a place that is not ours; the output cannot be written.
    pub fn begin(dest: &Dest, scratch: &Scratch) -> Result<Self, Failure> {
        match dest {
            Dest::Lines => {
                let mut files = Files::new(Writer::stdout()?, None);
                files.frame(&begin_line(Kind::Files, &Map::new()))?;
                Ok(Self { files, folder: None })
            }
            Dest::Folder(place) => {
                let folder = Folder::create(place, scratch)?;
                Ok(Self { files: Files::new(Writer::to(Box::new(folder.lines())), None), folder: Some(folder) })
            }
        }
    }

    /// Writes everything, and lets the folder appear.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(
        self,
        board: Board,
        link: Link,
        (tree, datasets, counts): (&Tree, &[Dataset], &Counts),
        console: &Console,
    ) -> Result<(), Failure> {
        let Self { mut files, folder } = self;
        let inside = folder.as_ref().map(Folder::inside);
        let at = folder.as_ref().map(Folder::place).zip(inside.as_deref());
        let mut pictures = Pictures::new(tree, at, link);
        let mut data = Data::default();
        let (mut rest, mut others) = (Vec::new(), 0_u64);
        board.read(&mut |shown| pictures.add(&shown, &mut data, &mut files), &mut |finding| {
            others += 1;
            rest.extend((rest.len() < LISTED).then_some(finding));
            Ok(())
        })?;
        let profile = Profile::default();
        let all = joined(datasets);
        let classes: indexmap::IndexSet<&str> =
            all.iter().flat_map(|(_, objects)| objects.rows().map(|(class, _)| class)).collect();
        let classes: Vec<String> = classes.into_iter().map(str::to_owned).collect();
        let check = json!({"rules": rules(counts), "rest": rest.iter().map(told).collect::<Value>(), "others": others});
        let linked = link != Link::Dataset;
        data.finish(&About { linked, profile: &profile, classes: &classes, check }, &mut files)?;
        if pictures.at_urls() > 0 {
            console.info(tr!("check-gallery-urls", n = pictures.at_urls()));
        }
        if pictures.lacking() > 0 {
            console.info(tr!("check-gallery-no-pictures", n = pictures.lacking()));
        }
        match folder {
            None => {
                let lines = files.lines;
                files.frame(&end_line(lines, &Map::new()))?;
                files.finish()?;
            }
            Some(folder) => {
                files.finish()?;
                folder.finish()?;
            }
        }
        Ok(())
    }
}

/// The rules that were broken: code, severity, reader, meaning, how often; the worst first.
fn rules(counts: &Counts) -> Value {
    let mut broken: Vec<(&Rule, u64)> =
        RULES.iter().filter_map(|rule| Some((rule, counts.get(rule.code)?.1))).collect();
    broken.sort_by_key(|(rule, _)| (std::cmp::Reverse(rule.severity), rule.code));
    broken.iter().map(|(rule, n)| json!([rule.code, rule.severity.word(), rule.reader, rule.meaning, n])).collect()
}

/// A finding as the page reads it: code, message, place.
fn told(finding: &Finding) -> Value {
    json!([finding.code, finding.message, place_of(finding)])
}

/// `labels/a.txt:3`, `instances.json annotations[5] (id 7)`.
fn place_of(finding: &Finding) -> String {
    let Finding { path, line, at, .. } = finding;
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let at = if at.is_empty() { String::new() } else { format!(" {at}") };
    format!("{path}{line}{at}")
}

/// A path as seen from a folder, both absolute; `None` for one that is not UTF-8.
fn seen_from(folder: &Path, path: &Path) -> Option<String> {
    let common = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| Some(".."));
    let down = path.components().skip(common).map(|part| part.as_os_str().to_str());
    up.chain(down).collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

/// What a finding of the page could not be written for.
fn internal() -> StreamError {
    StreamError::Internal("an item of the gallery")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_a_folder() {
        for (folder, path, expected) in [
            ("/a/look", "/a/data/images/b.jpg", "../data/images/b.jpg"),
            ("/a/data/look", "/a/data/b.jpg", "../b.jpg"),
            ("/x/y", "/자동차/a b#.jpg", "../../자동차/a b#.jpg"),
        ] {
            assert_eq!(seen_from(Path::new(folder), Path::new(path)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_place_is_a_folder_or_standard_output() {
        assert_eq!(dest("-").unwrap(), Dest::Lines);
        assert_eq!(dest("look").unwrap(), Dest::Folder("look".into()));
        for other in ["s3://bucket/look", "look.zip", "look.TAR.GZ"] {
            assert!(dest(other).is_err(), "{other}");
        }
    }
}
