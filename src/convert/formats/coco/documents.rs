//! Records by split and role, and the documents made of them.

use super::args::Roles;
use super::{Numbers, Role};
use crate::convert::engine::classes::Classes;
use crate::convert::engine::record::RecordRef;
use crate::convert::format::{Collector, RunEnd};
use crate::convert::geometry::keypoints::Profile;
use crate::convert::output::document::Document;
use crate::convert::output::files::Files;
use crate::convert::output::hole::Hole;
use crate::convert::output::parts::Parts;
use crate::convert::output::spool::{Spool, SpoolReader};
use crate::convert::output::text::{Text, TextRef, lit};
use crate::stream::StreamError;
use crate::tr;
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
    numbers: Numbers,
    profile: Profile,
    splits: HashMap<String, Part>,
    /// Item ids so far, while they are unique integers.
    ids: RoaringTreemap,
    unique: bool,
    used: [bool; Role::ALL.len()],
}

impl Documents {
    /// An empty gathering.
    pub fn new(numbers: Numbers, profile: Profile, roles: Roles) -> Self {
        let (splits, ids) = (HashMap::new(), RoaringTreemap::new());
        let used = [roles == Roles::All; Role::ALL.len()];
        Self { numbers, profile, splits, ids, unique: true, used }
    }
}

impl Collector for Documents {
    fn record(&mut self, r: &RecordRef<'_>, _: &Classes, out: &mut Files) -> Result<String, StreamError> {
        let number = r.id.number().filter(|n| *n <= i64::MAX as u64);
        self.unique = self.unique && number.is_some_and(|n| self.ids.insert(n));
        if !self.unique {
            self.ids.clear();
        }
        if !self.splits.contains_key(&*r.split) {
            self.splits.insert(r.split.to_string(), Part::default());
        }
        let Some(part) = self.splits.get_mut(&*r.split) else { return Err(StreamError::Internal("split")) };
        let mut parts = r.parts;
        let mut record = out.new_parts();
        record.reserve(r.parts.size() + r.stem.len() + 64);
        record.push_number(number.unwrap_or_default());
        record.push_number(r.index.into());
        let header = record.end();
        record.begin_text().fill(parts.text()?, |hole, out| match hole {
            Hole::Name => out.json_inside(r.stem),
            other => out.hole(other),
        });
        part.images.put(record.bytes())?;
        for role in 0..Role::ALL.len() {
            let own = if parts.is_empty() { TextRef::EMPTY } else { parts.text()? };
            if !own.is_empty() {
                record.take_back(header);
                record.begin_text().append(own);
                part.annotations[role].put(record.bytes())?;
                self.used[role] = true;
            }
        }
        Ok(document(Role::Instances, &r.split))
    }

    fn finish(mut self: Box<Self>, end: &RunEnd<'_>, out: &mut Files) -> Result<(), StreamError> {
        let categories = self.numbers.categories(&end.classes.names);
        if categories.first().is_some_and(|(number, _)| *number == 0) {
            let (option, way_out) = match self.numbers {
                Numbers::From(_) => ("--category-start 0", tr!("leave-option-out")),
                Numbers::Given(_) => ("--category-ids", tr!("give-another")),
            };
            out.notes.push(tr!("coco-zero", option, way_out));
        }
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
        let list: Vec<_> = categories.iter().map(|(id, n)| serde_json::json!({"id": id, "name": n})).collect();
        out.plain("classes.json", &format!("{:#}\n", serde_json::Value::from(list)))
    }
}

/// `annotations/{role}[_{split}].json`.
fn document(role: Role, split: &str) -> String {
    let role = role.name();
    if split.is_empty() { format!("annotations/{role}.json") } else { format!("annotations/{role}_{split}.json") }
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
        let mut document = Document::new(path, out);
        let text = document.text();
        text.lit(lit!(
            "{\"info\":{\"description\":\"Exported from Synapse\",\"version\":\"1.0\"},\n\"licenses\":[],\n\"categories\":["
        ));
        if role == Role::PersonKeypoints {
            self.profile_category(text);
        } else {
            write_categories(&self.numbers.categories(&end.classes.names), text);
        }
        text.lit(lit!("],\n\"images\":["));
        let mut first = true;
        while let Some(record) = images.next_record()? {
            let text = document.text();
            text.lit(if std::mem::take(&mut first) { lit!("\n") } else { lit!(",\n") });
            let (image, record) = self.read(record)?;
            text.fill(record, |_, out| out.int(image));
            document.spill(out)?;
        }
        document.text().lit(lit!("],\n\"annotations\":["));
        let (mut next, mut any) = (1u64, false);
        annotations.replay(|record| {
            let text = document.text();
            if std::mem::replace(&mut any, true) {
                text.byte::<b','>();
            }
            let (image, records) = self.read(record)?;
            text.fill(records.without_last_comma(), |hole, out| match hole {
                Hole::Annotation => {
                    out.int(next);
                    next += 1;
                }
                Hole::Class(provisional) => {
                    let first = if let Numbers::From(first) = self.numbers { first } else { 0 };
                    out.int(end.classes.resolve(provisional) + first);
                }
                _ => out.int(image),
            });
            document.spill(out)
        })?;
        document.text().lit(lit!("]}\n"));
        document.finish(out)
    }

    /// The category of the joints. Without a number it has no record either.
    fn profile_category(&self, text: &mut Text) {
        let p = &self.profile;
        let Some(id) = self.numbers.only(&p.category) else { return };
        let category = serde_json::json!({
            "id": id, "name": p.category, "supercategory": p.category,
            "keypoints": p.keypoints, "skeleton": p.skeleton,
        });
        text.lit(lit!("\n"));
        text.plain(&category.to_string());
    }

    /// The image id and the text of a spooled record: item id, place in the run, text.
    fn read<'r>(&self, record: &'r [u8]) -> Result<(u64, TextRef<'r>), StreamError> {
        let mut parts = Parts::of(record);
        let (item, index) = (parts.number()?, parts.number()?);
        Ok((if self.unique { item } else { index + 1 }, parts.text()?))
    }
}

fn write_categories(categories: &[(u32, &str)], text: &mut Text) {
    for (i, (id, name)) in categories.iter().enumerate() {
        if i > 0 {
            text.byte::<b','>();
        }
        text.lit(lit!("\n{\"id\":"));
        text.int(*id);
        text.lit(lit!(",\"name\":"));
        text.json_string(name);
        text.lit(lit!(",\"supercategory\":"));
        text.json_string(name);
        text.byte::<b'}'>();
    }
}
