//! Records by split and role, and the documents made of them.

use super::Role;
use super::args::Roles;
use crate::convert::engine::classes::Classes;
use crate::convert::format::{Collector, Record, RunEnd};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::files::Files;
use crate::convert::output::number::push_int;
use crate::convert::output::spool::{Hole, Spool, SpoolReader, fill, push};
use crate::convert::output::text::{JsonText, lit};
use crate::convert::report::files::PART;
use crate::stream::StreamError;
use roaring::RoaringTreemap;
use std::collections::HashMap;

/// The records of one split.
#[derive(Default)]
struct Part {
    images: Spool,
    annotations: [Spool; Role::ALL.len()],
}

/// Gathers records.
pub struct Documents {
    text: JsonText,
    category_start: u32,
    profile: Profile,
    splits: HashMap<String, Part>,
    /// Item ids so far, while they are unique integers.
    ids: RoaringTreemap,
    unique: bool,
    used: [bool; Role::ALL.len()],
}

/// What precedes each spooled record: item id and place in the run, eight bytes each.
const HEADER: usize = 16;

impl Documents {
    /// An empty gathering.
    pub fn new(text: JsonText, category_start: u32, profile: Profile, roles: Roles) -> Self {
        let (splits, ids) = (HashMap::new(), RoaringTreemap::new());
        let used = [roles == Roles::All; Role::ALL.len()];
        Self { text, category_start, profile, splits, ids, unique: true, used }
    }
}

impl Collector for Documents {
    fn record(&mut self, r: &Record<'_>, _: &Classes, _: &mut Files) -> Result<String, StreamError> {
        let number = r.number.filter(|n| *n <= i64::MAX as u64);
        self.unique = self.unique && number.is_some_and(|n| self.ids.insert(n));
        if !self.unique {
            self.ids.clear();
        }
        if !self.splits.contains_key(r.split) {
            self.splits.insert(r.split.to_owned(), Part::default());
        }
        let Some(part) = self.splits.get_mut(r.split) else { return Err(StreamError::Internal("split")) };
        let mut record = Vec::with_capacity(HEADER + r.head.len().max(r.body.len()) + r.stem.len());
        record.extend_from_slice(&number.unwrap_or_default().to_le_bytes());
        record.extend_from_slice(&u64::from(r.index).to_le_bytes());
        fill(r.head, &mut record, |hole, out| match hole {
            Hole::Name => self.text.inside(out, r.stem),
            other => push(out, other),
        });
        part.images.put(&record)?;
        let (table, mut rest) = r.body.split_at(r.body.len().min(8 * Role::ALL.len()));
        for (role, length) in table.chunks_exact(8).enumerate() {
            let (own, after) = rest.split_at((read_u64(length, 0) as usize).min(rest.len()));
            rest = after;
            if !own.is_empty() {
                record.truncate(HEADER);
                record.extend_from_slice(own);
                part.annotations[role].put(&record)?;
                self.used[role] = true;
            }
        }
        Ok(document(Role::Instances, r.split))
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        if self.used == [false; Role::ALL.len()] {
            self.used[0] = true;
        }
        for split in end.splits {
            let part = self.splits.remove(&**split).unwrap_or_default();
            let roles = Role::ALL.into_iter().zip(part.annotations).filter(|(role, _)| self.used[*role as usize]);
            let mut images = part.images.read()?;
            for (role, annotations) in roles {
                images.rewind()?;
                self.write(role, &document(role, split), &mut images, annotations, end, out)?;
            }
        }
        let start = self.category_start;
        let names = end.classes.names.iter().zip(start..);
        let list: Vec<_> = names.map(|(n, id)| serde_json::json!({"id": id, "name": n})).collect();
        out.plain("classes.json", &format!("{:#}\n", serde_json::Value::from(list)))
    }
}

/// `annotations/{role}[_{split}].json`.
fn document(role: Role, split: &str) -> String {
    let role = role.name();
    if split.is_empty() { format!("annotations/{role}.json") } else { format!("annotations/{role}_{split}.json") }
}

fn read_u64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

impl Documents {
    fn write(
        &self,
        role: Role,
        path: &str,
        images: &mut SpoolReader,
        annotations: Spool,
        end: &RunEnd<'_>,
        out: &mut Files,
    ) -> Result<(), StreamError> {
        let t = self.text;
        let mut text = Vec::with_capacity(PART + PART / 4);
        t.lit(
            &mut text,
            lit!("{\"info\":{\"description\":\"Exported from Synapse\",\"version\":\"1.0\"},\n\"licenses\":[],\n"),
        );
        t.lit(&mut text, lit!("\"categories\":["));
        if role == Role::PersonKeypoints {
            self.profile_category(&mut text);
        } else {
            self.categories(&end.classes.names, &mut text);
        }
        t.lit(&mut text, lit!("],\n\"images\":["));
        let mut first = true;
        while let Some(record) = images.next_record()? {
            if !std::mem::take(&mut first) {
                text.push(b',');
            }
            t.lit(&mut text, lit!("\n"));
            let image = self.image_id(record);
            fill(&record[HEADER..], &mut text, |_, out| push_int(out, image));
            part(path, &mut text, out)?;
        }
        t.lit(&mut text, lit!("],\n\"annotations\":["));
        let (mut next, mut any) = (1u64, false);
        annotations.replay(|record| {
            if std::mem::replace(&mut any, true) {
                text.push(b',');
            }
            let image = self.image_id(record);
            // Without the comma after the last one.
            fill(&record[HEADER..record.len() - 1], &mut text, |hole, out| match hole {
                Hole::Annotation => {
                    push_int(out, next);
                    next += 1;
                }
                Hole::Class(provisional) => push_int(out, end.classes.resolve(provisional) + self.category_start),
                _ => push_int(out, image),
            });
            part(path, &mut text, out)
        })?;
        t.lit(&mut text, lit!("]}\n"));
        out.text(path, &text, false, None)
    }

    fn categories(&self, names: &[String], text: &mut Vec<u8>) {
        let t = self.text;
        for (i, (name, id)) in names.iter().zip(self.category_start..).enumerate() {
            if i > 0 {
                text.push(b',');
            }
            t.lit(text, lit!("\n{\"id\":"));
            push_int(text, id);
            t.lit(text, lit!(",\"name\":"));
            t.string(text, name);
            t.lit(text, lit!(",\"supercategory\":"));
            t.string(text, name);
            text.push(b'}');
        }
    }

    fn profile_category(&self, text: &mut Vec<u8>) {
        let p = &self.profile;
        let category = serde_json::json!({
            "id": self.category_start, "name": p.category, "supercategory": p.category,
            "keypoints": p.keypoints, "skeleton": p.skeleton,
        });
        self.text.lit(text, lit!("\n"));
        self.text.raw(text, &category.to_string());
    }

    fn image_id(&self, record: &[u8]) -> u64 {
        if self.unique { read_u64(record, 0) } else { read_u64(record, 8) + 1 }
    }
}

/// Writes the text as a part of the document once it is long enough.
fn part(path: &str, text: &mut Vec<u8>, out: &mut Files) -> Result<(), StreamError> {
    if text.len() >= PART {
        out.text(path, text, true, None)?;
        text.clear();
    }
    Ok(())
}
