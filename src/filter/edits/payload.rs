//! What of a payload changes, in every dialect (docs/payload.md). With an annotation go its geometry, its place in groups, and relations
//! that it is an end of; a class has its new name wherever the annotation has it.

use super::Edits;
use super::cut::{Change, Changes};
use super::done::{Done, Why};
use super::group::group;
use super::rename::written;
use super::small::Verdict;
use crate::dm::heads;
use crate::dm::payload::{Arena, MediaKind, natural, read};
use crate::item::Pairs;
use crate::stream::json::{Raw, Str, from_text};
use crate::tr;
use crate::words::Message;
use std::collections::{HashMap, HashSet};

/// The payload, in messages.
const WHOLE: &str = "data";

/// An element of a list.
struct Part<'a> {
    raw: Raw<'a>,
    id: Option<String>,
    /// The annotations that a relation is between.
    ends: Vec<String>,
    goes: Option<Why>,
    /// Its class, when that has another name.
    renamed: Option<String>,
}

/// A list of one media.
struct List<'a> {
    media: String,
    parts: Vec<Part<'a>>,
}

/// What decides about the elements of a list.
#[derive(Clone, Copy)]
enum By<'e> {
    /// All edits: they are annotations.
    All(&'e Edits),
    /// Only new names: they repeat, or complete, what stands elsewhere.
    Names(&'e Edits),
}

/// The lists of a payload.
#[derive(Default)]
struct Lists<'a> {
    /// `annotations`.
    heads: Vec<List<'a>>,
    /// `annotationsData`.
    geometry: Vec<List<'a>>,
    /// `relations`.
    relations: Vec<List<'a>>,
    /// `annotationGroups`.
    groups: Vec<List<'a>>,
    /// `images[]`, …: kind and number of the media.
    containers: Vec<(MediaKind, usize, List<'a>)>,
    /// Names of classes in the summary of dialect 2, a list for each tool.
    summary: Vec<Vec<Raw<'a>>>,
}

/// Finds what changes. `size_of`: the size of a media as far as the row around the payload has it, pixels.
///
/// # Errors
/// One line of text: the payload has a shape that is not known, or is not here but at a URL.
pub fn changes(
    payload: &str,
    edits: &Edits,
    size_of: &dyn Fn(&str) -> Option<(u32, u32)>,
    arena: &mut Arena,
) -> Result<(Vec<Change>, Done), Message> {
    let mut lists = Lists::default();
    let mut done = Done::default();
    let raw: Raw<'_> = from_text(payload).map_err(|reason| tr!("row-data-unreadable", reason))?;
    lists.gather(&raw, WHOLE, edits)?;
    lists.name_containers();
    if edits.small.is_some() {
        done.unmeasured = lists.measure(payload, edits, size_of, arena)?;
    }
    let gone = lists.decide();
    if !gone.any && edits.rename.is_none() {
        return Ok((Vec::new(), done));
    }
    let place = |raw: &Raw<'_>| {
        let start = raw.text().as_ptr() as usize - payload.as_ptr() as usize;
        start..start + raw.text().len()
    };
    let mut changes = Changes::default();
    let new_name = |part: &Part<'_>, changes: &mut Changes| {
        let Some((class, new)) = part.renamed.as_ref().and_then(|class| Some((class, edits.new_name(class)?))) else {
            return false;
        };
        written(&part.raw, class).iter().for_each(|name| changes.rewrite(place(name), new));
        true
    };
    // In the wrapped form the other half only repeats them.
    let counted = if lists.containers.is_empty() { 0..lists.heads.len() } else { lists.heads.len()..usize::MAX };
    for (i, list) in lists.heads.iter().chain(lists.containers.iter().map(|(.., list)| list)).enumerate() {
        changes.list(list.parts.iter().map(|part| (place(&part.raw), part.goes.is_some())));
        for part in &list.parts {
            let renamed = part.goes.is_none() && new_name(part, &mut changes);
            if counted.contains(&i) {
                part.goes.into_iter().for_each(|why| done.count(why));
                done.renamed += u64::from(renamed);
            }
        }
    }
    for list in lists.geometry.iter().chain(&lists.relations) {
        let goes = |part: &Part<'_>| part.id.iter().chain(&part.ends).any(|id| gone.has(&list.media, id));
        changes.list(list.parts.iter().map(|part| (place(&part.raw), goes(part))));
        for part in list.parts.iter().filter(|part| !goes(part)) {
            new_name(part, &mut changes);
        }
    }
    for list in &lists.groups {
        let goes = |id: &str| gone.has(&list.media, id);
        let kept = list.parts.iter().map(|part| group(&part.raw, &goes, &place, &mut changes));
        let kept = kept.collect::<Result<Vec<_>, _>>()?;
        changes.list(list.parts.iter().zip(kept).map(|(part, kept)| (place(&part.raw), !kept)));
    }
    for names in &lists.summary {
        edits.rename_list(names, &|_| false, &place, &mut changes);
    }
    Ok((changes.merged(), done))
}

impl<'a> Lists<'a> {
    /// Takes the lists of a payload, or of half of a wrapped one.
    fn gather(&mut self, raw: &Raw<'a>, what: &str, edits: &Edits) -> Result<(), Message> {
        let names = |raw| part(raw, None, By::Names(edits));
        for (key, value) in object(raw, what)? {
            match &*key {
                "annotations" => by_media(&value, &key, &mut self.heads, |raw| part(raw, None, By::All(edits)))?,
                "annotationsData" => by_media(&value, &key, &mut self.geometry, names)?,
                "relations" => by_media(&value, &key, &mut self.relations, names)?,
                "annotationGroups" => by_media(&value, &key, &mut self.groups, names)?,
                "annotation_data" | "annotation_meta" if what == WHOLE => self.gather(&value, &key, edits)?,
                "annotation_data" | "annotation_meta" => {
                    return Err(cannot(tr!("edit-half", key = &*key)));
                }
                "presigned_url" => {
                    return Err(tr!("row-data-at-url"));
                }
                "images" | "videos" | "pcds" | "texts" | "audios" | "prompts" | "datas" => {
                    for (i, media) in list(&value, &key)?.iter().enumerate() {
                        for (tool, value) in object(media, &key)? {
                            let parts =
                                list(&value, &tool)?.into_iter().map(|raw| part(raw, Some(&tool), By::All(edits)));
                            let list = List { media: String::new(), parts: parts.collect() };
                            self.containers.push((MediaKind::of_key(&key), i, list));
                        }
                    }
                }
                // What else it may be is no summary, and stays.
                "classification" if edits.rename.is_some() => {
                    let tools = value.read_borrowed::<Pairs<'a>>().map(|Pairs(entries)| entries).unwrap_or_default();
                    self.summary.extend(tools.into_iter().filter_map(|(_, names)| names.read_borrowed()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Marks what is too small. Gives the number of annotations that could not be measured.
    fn measure(
        &mut self,
        payload: &str,
        edits: &Edits,
        size_of: &dyn Fn(&str) -> Option<(u32, u32)>,
        arena: &mut Arena,
    ) -> Result<u64, Message> {
        let Some(small) = &edits.small else { return Ok(0) };
        let payload = read(payload.as_bytes(), arena)?;
        let mut verdicts: HashMap<(&str, &str), Verdict> = HashMap::new();
        for media in &payload.media {
            let size = media.size.or_else(|| size_of(&media.key));
            for annotation in media.annotations.iter().filter(|annotation| annotation.problem.is_none()) {
                let verdict = small.judge(annotation, arena, size);
                if verdict != Verdict::Stays {
                    verdicts.insert((&media.key, &annotation.id), verdict);
                }
            }
        }
        let mut unmeasured = 0;
        let lists = self.containers.iter_mut().map(|(.., list)| list).chain(&mut self.heads);
        for List { media, parts } in lists {
            for part in parts {
                // Of a repeated id it is the first that counts.
                let Some(id) = &part.id else { continue };
                let verdict = verdicts.remove(&(media.as_str(), id.as_str()));
                match verdict {
                    _ if part.goes.is_some() => {}
                    Some(Verdict::Goes(why)) => part.goes = Some(why),
                    Some(Verdict::Unmeasured) => unmeasured += 1,
                    Some(Verdict::Stays) | None => {}
                }
            }
        }
        Ok(unmeasured)
    }

    /// Gives the media of dialect 2 the keys that the rest of the payload has for them.
    fn name_containers(&mut self) {
        for (kind, number, list) in &mut self.containers {
            let mut keys: Vec<&String> =
                self.heads.iter().map(|list| &list.media).filter(|key| MediaKind::of_key(key) == *kind).collect();
            keys.sort_by(|a, b| natural(a, b));
            list.media =
                keys.get(*number).map_or_else(|| format!("{}_{}", kind.name(), *number + 1), |key| (*key).clone());
        }
    }

    /// Marks what goes with something else that goes.
    fn decide(&mut self) -> Gone {
        loop {
            let gone = Gone::new(self.containers.iter().map(|(.., list)| list), &self.heads);
            let mut changed = false;
            for list in &mut self.heads {
                for part in &mut list.parts {
                    // What stands in both halves of the wrapped form is judged by the half that is read.
                    let listed = part.id.as_ref().and_then(|id| gone.in_containers(&list.media, id));
                    part.goes = listed.map_or(part.goes, |goes| goes.then_some(part.goes.unwrap_or(Why::End)));
                }
            }
            let loose: HashSet<(String, String)> = self
                .geometry
                .iter()
                .chain(&self.heads)
                .flat_map(|list| list.parts.iter().map(|part| (&list.media, part)))
                .filter(|(media, part)| part.ends.iter().any(|end| gone.has(media, end)))
                .filter_map(|(media, part)| Some((media.clone(), part.id.clone()?)))
                .collect();
            let loosens = |media: &str, part: &Part<'_>| {
                let by_id = |id: &String| loose.contains(&(media.to_owned(), id.clone()));
                part.ends.iter().any(|end| gone.has(media, end)) || part.id.as_ref().is_some_and(by_id)
            };
            for (.., list) in &mut self.containers {
                for part in list.parts.iter_mut().filter(|part| part.goes.is_none() && loosens(&list.media, part)) {
                    (part.goes, changed) = (Some(Why::End), true);
                }
            }
            for list in &mut self.heads {
                let listed = |part: &Part<'_>| part.id.as_ref().and_then(|id| gone.in_containers(&list.media, id));
                let own =
                    |part: &&mut Part<'_>| part.goes.is_none() && listed(part).is_none() && loosens(&list.media, part);
                for part in list.parts.iter_mut().filter(own) {
                    (part.goes, changed) = (Some(Why::End), true);
                }
            }
            if !changed {
                return gone;
            }
        }
    }
}

/// The ids of annotations that go, and of those that stay, by media.
#[derive(Default)]
struct Gone {
    goes: HashSet<(String, String)>,
    stays: HashSet<(String, String)>,
    contained: HashSet<(String, String)>,
    /// Whether anything goes, with or without an id.
    any: bool,
}

impl Gone {
    fn new<'l, 'a: 'l>(containers: impl Iterator<Item = &'l List<'a>>, heads: &[List<'a>]) -> Self {
        let mut gone = Self::default();
        for list in containers {
            gone.take(list);
        }
        gone.contained = gone.goes.union(&gone.stays).cloned().collect();
        for list in heads {
            gone.take(list);
        }
        gone
    }

    fn take(&mut self, list: &List<'_>) {
        for part in &list.parts {
            self.any |= part.goes.is_some();
            let Some(id) = &part.id else { continue };
            let key = (list.media.clone(), id.clone());
            if self.contained.contains(&key) {
                continue;
            }
            if part.goes.is_some() { &mut self.goes } else { &mut self.stays }.insert(key);
        }
    }

    /// Whether the annotation of an id goes. Of a repeated id, that which stays keeps what belongs to it.
    fn has(&self, media: &str, id: &str) -> bool {
        let key = (media.to_owned(), id.to_owned());
        self.goes.contains(&key) && !self.stays.contains(&key)
    }

    /// Whether an annotation of dialect 2 goes; `None` when there is none of this id.
    fn in_containers(&self, media: &str, id: &str) -> Option<bool> {
        self.contained.contains(&(media.to_owned(), id.to_owned())).then(|| self.has(media, id))
    }
}

/// An element with what decides about it. What is not an object is no annotation, and stays.
fn part<'a>(raw: Raw<'a>, list_tool: Option<&str>, by: By<'_>) -> Part<'a> {
    let (mut goes, mut renamed) = (None, None);
    let mut is_relation = false;
    heads::one(&raw, list_tool, |head| {
        let (By::All(edits) | By::Names(edits)) = by;
        goes = if matches!(by, By::All(_)) { edits.drops(&head) } else { None };
        renamed = edits.new_name(&head.class).is_some().then(|| head.class.to_string());
        is_relation = head.tool == "relation";
    });
    let (mut id, mut ends) = (None, Vec::new());
    for (key, value) in raw.read_borrowed::<Pairs<'a>>().map(|Pairs(entries)| entries).unwrap_or_default() {
        match &*key {
            "id" => id = id_text(&value),
            "annotationId" | "targetAnnotationId" => ends.extend(id_text(&value)),
            // Dialects F and 2.
            "data" if is_relation => {
                let list = value.read::<Vec<Raw<'_>>>().unwrap_or_default();
                ends.extend(list.iter().filter_map(id_text));
            }
            _ => {}
        }
    }
    Part { raw, id, ends, goes, renamed }
}

/// An id as text; `None` when it is neither a string nor a number.
pub fn id_text(raw: &Raw<'_>) -> Option<String> {
    match raw.text().as_bytes().first() {
        Some(b'"') => raw.read::<Str<'_>>().map(|text| text.to_string()),
        Some(b'-' | b'0'..=b'9') => Some(raw.text().to_owned()),
        _ => None,
    }
}

fn by_media<'a>(
    value: &Raw<'a>,
    what: &str,
    out: &mut Vec<List<'a>>,
    part: impl Fn(Raw<'a>) -> Part<'a>,
) -> Result<(), Message> {
    for (media, value) in object(value, what)? {
        let parts = list(&value, &media)?.into_iter().map(&part).collect();
        out.push(List { media: media.to_string(), parts });
    }
    Ok(())
}

fn object<'a>(raw: &Raw<'a>, what: &str) -> Result<Vec<(Str<'a>, Raw<'a>)>, Message> {
    match raw.text() {
        "null" | "[]" => Ok(Vec::new()),
        _ => raw
            .read_borrowed::<Pairs<'a>>()
            .map(|Pairs(entries)| entries)
            .ok_or_else(|| cannot(tr!("edit-no-object", what))),
    }
}

fn list<'a>(raw: &Raw<'a>, what: &str) -> Result<Vec<Raw<'a>>, Message> {
    match raw.text() {
        "null" | "{}" => Ok(Vec::new()),
        _ => raw.read_borrowed().ok_or_else(|| cannot(tr!("edit-no-list", what))),
    }
}

pub fn cannot(why: Message) -> Message {
    tr!("edit-cannot", why)
}
