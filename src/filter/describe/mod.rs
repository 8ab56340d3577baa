//! `--describe`: what is in a dump, in one pass and in bounded memory.
//!
//! * [`names`]: names with their counts, so many at most

pub mod names;

use super::count::counts::{Tally, each_measured};
use super::count::key::people;
use super::predicates::{Item, Payload};
use super::selection::with_id;
use crate::dm::heads;
use crate::item;
use crate::item::{Pairs, dimensions};
use crate::selection::time::calendar_day;
use crate::stream::StreamError;
use crate::stream::json::{Raw, Str};
use crate::words::Message;
use jiff::civil::Date;
use names::Names;
use serde_json::{Map, Value};
use std::ops::ControlFlow;

/// How a description is written. `true`: the input was not whole.
pub type Write = fn(&Description, bool) -> Vec<u8>;

/// Where a stream came from: the keys of a begin frame.
const ORIGIN: [&str; 4] = ["target", "project", "ground_truth", "query"];

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// Streams, with what their begin frames say of where they came from.
    pub origins: Vec<Map<String, Value>>,
    /// All rows and annotations.
    pub total: Tally,
    /// The first and the last day on which a row was created.
    pub created: Option<(Date, Date)>,
    /// Labelling status of rows.
    pub status: Names,
    /// Review status of rows.
    pub review: Names,
    /// People who work on rows.
    pub users: Names,
    /// Splits, or categories of ground truth.
    pub splits: Names,
    /// Tools of annotations.
    pub tools: Names,
    /// Classes of annotations.
    pub classes: Names,
    /// `small`, `medium`, `large`, as [`super::count::key::size_class`] has it; the empty name: no area.
    pub sizes: Names,
    /// Width and height of images, `1920x1080`.
    pub images: Names,
    /// What rows lack.
    pub lacks: Lacks,
}

/// Rows that lack something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// The payload.
    pub payload: u64,
    /// The payload is elsewhere, at a URL.
    pub payload_elsewhere: u64,
    /// Annotations, of rows that have a payload.
    pub annotations: u64,
    /// Files: no `file`, `files` or data unit.
    pub file: u64,
    /// The size of the image.
    pub size: u64,
    /// The day on which they were created.
    pub created: u64,
    /// A person.
    pub user: u64,
}

impl Lacks {
    /// Each with its key.
    pub fn all(&self) -> [(&'static str, u64); 7] {
        [
            ("payload", self.payload),
            ("payload_elsewhere", self.payload_elsewhere),
            ("annotations", self.annotations),
            ("file", self.file),
            ("image_size", self.size),
            ("created", self.created),
            ("user", self.user),
        ]
    }
}

impl Description {
    /// Takes in where a stream came from.
    pub fn begin(&mut self, body: &Map<String, Value>) {
        /// Streams that are told apart.
        const MOST: usize = 100;
        let origin = body.iter().filter(|(key, value)| ORIGIN.contains(&key.as_str()) && !value.is_null());
        let origin: Map<String, Value> = origin.map(|(key, value)| (key.clone(), value.clone())).collect();
        if !origin.is_empty() && !self.origins.contains(&origin) && self.origins.len() < MOST {
            self.origins.push(origin);
        }
    }

    /// Describes selected lines, each of which was described before.
    ///
    /// # Errors
    /// A line that cannot be described.
    pub fn of_lines<'a>(runs: impl Iterator<Item = &'a [u8]>) -> Result<Self, StreamError> {
        let mut all = Self::default();
        for line in runs.flat_map(|run| run.split(|byte| *byte == b'\n')).filter(|line| !line.trim_ascii().is_empty()) {
            all.row(line).map_err(|_| StreamError::Internal("a line was described once, and then not"))?;
        }
        Ok(all)
    }

    /// Takes in a row.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn row(&mut self, line: &[u8]) -> Result<(), Message> {
        let item = item::parse(line, Payload { keep: true }).map_err(|reason| with_id(line, reason))?;
        self.item(item, line)
    }

    /// Takes in a row that was read, with its payload.
    ///
    /// # Errors
    /// As [`Self::row`].
    pub fn item(&mut self, item: Item<'_>, line: &[u8]) -> Result<(), Message> {
        self.add(item).map_err(|reason| with_id(line, reason))
    }

    fn add(&mut self, mut item: Item<'_>) -> Result<(), Message> {
        let payload = item.data.take().flatten().filter(|data| data.text() != "null");
        let mut lacks = self.lacks;
        let mut heads: Vec<[String; 3]> = Vec::new();
        match &payload {
            None => lacks.payload += 1,
            // What is not here cannot be counted, and is no reason to stop.
            Some(payload) if heads::each(payload, |_| ControlFlow::Break(())).is_err() => lacks.payload_elsewhere += 1,
            Some(payload) => {
                each_measured(&item, payload, &mut |seen| {
                    heads.push([seen.head.tool.to_string(), seen.head.class.to_string(), seen.size.to_owned()]);
                })?;
                lacks.annotations += u64::from(heads.is_empty());
            }
        }
        let objects = heads.len() as u64;
        for (i, names) in [&mut self.tools, &mut self.classes, &mut self.sizes].into_iter().enumerate() {
            names.of_row(heads.iter().map(|head| head[i].as_str()));
        }
        self.total.add(Tally { items: 1, objects });
        for (names, value) in [
            (&mut self.status, item.status_label.as_ref()),
            (&mut self.review, item.status_review.as_ref()),
            (&mut self.splits, item.split.as_ref().or(item.category.as_ref())),
        ] {
            names.row(&value.and_then(|value| value.read::<Str<'_>>()).unwrap_or_default(), objects);
        }
        let users = people(&item.users);
        lacks.user += u64::from(users.is_empty());
        users.iter().for_each(|user| self.users.row(user.text().unwrap_or_default(), objects));
        let images = images(&item, payload.as_ref());
        lacks.size += u64::from(images.is_empty());
        images.iter().for_each(|size| self.images.row(size, 0));
        lacks.file += u64::from(item.file.is_none() && item.files.is_none() && item.data_unit.is_none());
        let day = item.created.as_ref().and_then(|created| calendar_day(&created.read::<Str<'_>>()?));
        lacks.created += u64::from(day.is_none());
        self.days(day.map(|day| (day, day)));
        self.lacks = lacks;
        Ok(())
    }

    fn days(&mut self, more: Option<(Date, Date)>) {
        let Some((from, to)) = more else { return };
        let (first, last) = self.created.unwrap_or((from, to));
        self.created = Some((first.min(from), last.max(to)));
    }

    /// Takes in what a later batch has.
    pub fn merge(&mut self, later: Self) {
        let Self { origins: _, total, created, status, review, users, splits, tools, classes, sizes, images, lacks } =
            later;
        self.total.add(total);
        self.days(created);
        for (names, later) in [
            (&mut self.status, status),
            (&mut self.review, review),
            (&mut self.users, users),
            (&mut self.splits, splits),
            (&mut self.tools, tools),
            (&mut self.classes, classes),
            (&mut self.sizes, sizes),
            (&mut self.images, images),
        ] {
            names.merge(later);
        }
        let of = &mut self.lacks;
        for (all, more) in [
            (&mut of.payload, lacks.payload),
            (&mut of.payload_elsewhere, lacks.payload_elsewhere),
            (&mut of.annotations, lacks.annotations),
            (&mut of.file, lacks.file),
            (&mut of.size, lacks.size),
            (&mut of.created, lacks.created),
            (&mut of.user, lacks.user),
        ] {
            *all += more;
        }
    }
}

/// The sizes of a row's images, each once: of `dimensions`, else of `extra` in the payload.
fn images(item: &Item<'_>, payload: Option<&Raw<'_>>) -> Vec<String> {
    let mut sizes: Vec<String> = Vec::new();
    let mut of = |raw: &Raw<'_>| {
        let own = dimensions(raw).map(|size| vec![size]);
        let by_media = || {
            let Pairs(entries) = raw.read_borrowed::<Pairs<'_>>()?;
            Some(entries.iter().filter_map(|(_, size)| dimensions(size)).collect())
        };
        for (w, h) in own.or_else(by_media).unwrap_or_default() {
            let size = format!("{w}x{h}");
            if !sizes.contains(&size) {
                sizes.push(size);
            }
        }
    };
    if let Some(raw) = &item.dimensions {
        of(raw);
    } else if let Some(Pairs(entries)) = payload.and_then(|payload| payload.read_borrowed::<Pairs<'_>>()) {
        entries.iter().filter(|(key, _)| &**key == "extra").for_each(|(_, extra)| of(extra));
    }
    sizes
}
