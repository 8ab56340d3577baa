//! What of a payload goes with an annotation, in every dialect (docs/payload.md): the annotation itself, its geometry, its place in
//! groups, and relations that it is an end of.

use super::cut::Cuts;
use crate::dm::heads;
use crate::dm::heads::Head;
use crate::dm::payload::{MediaKind, natural};
use crate::item::Pairs;
use crate::stream::json::{Raw, Str, from_text};
use std::collections::HashSet;
use std::ops::Range;

/// The byte ranges that go, in order, and the number of annotations among them.
pub type Found = (Vec<Range<usize>>, u64);

/// The payload, in messages.
const WHOLE: &str = "data";
/// How many levels of members a group may have: each is a list and an object, of which the parser opens 128 for what it reads.
const DEEPEST: usize = 64;

/// Whether an annotation goes.
type Drops<'d> = &'d dyn Fn(&Head<'_>) -> bool;

/// An element of a list.
struct Part<'a> {
    raw: Raw<'a>,
    id: Option<String>,
    /// The annotations that a relation is between.
    ends: Vec<String>,
    goes: bool,
}

/// A list of one media.
struct List<'a> {
    media: String,
    parts: Vec<Part<'a>>,
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
}

/// Finds what goes.
///
/// # Errors
/// One line of text: the payload has a shape that is not known, or is not here but at a URL.
pub fn cuts(payload: &str, drops: Drops<'_>) -> Result<Found, String> {
    let mut lists = Lists::default();
    let raw: Raw<'_> = from_text(payload).map_err(|e| format!("the text in `data` cannot be read: {e}"))?;
    lists.gather(&raw, WHOLE, drops)?;
    lists.name_containers();
    let Some(gone) = lists.decide() else { return Ok((Vec::new(), 0)) };
    let place = |raw: &Raw<'_>| {
        let start = raw.text().as_ptr() as usize - payload.as_ptr() as usize;
        start..start + raw.text().len()
    };
    let mut cuts = Cuts::default();
    let mut count = [0, 0];
    for list in &lists.heads {
        cuts.list(list.parts.iter().map(|part| (place(&part.raw), part.goes)));
        count[0] += list.parts.iter().filter(|part| part.goes).count();
    }
    for (.., list) in &lists.containers {
        cuts.list(list.parts.iter().map(|part| (place(&part.raw), part.goes)));
        count[1] += list.parts.iter().filter(|part| part.goes).count();
    }
    for list in lists.geometry.iter().chain(&lists.relations) {
        cuts.list(list.parts.iter().map(|part| {
            let goes = part.id.iter().chain(&part.ends).any(|id| gone.has(&list.media, id));
            (place(&part.raw), goes)
        }));
    }
    for list in &lists.groups {
        let goes = |id: &str| gone.has(&list.media, id);
        let kept = list.parts.iter().map(|part| group(&part.raw, &goes, &place, &mut cuts));
        let kept = kept.collect::<Result<Vec<_>, _>>()?;
        cuts.list(list.parts.iter().zip(kept).map(|(part, kept)| (place(&part.raw), !kept)));
    }
    // In the wrapped form the other half only repeats them.
    let count = if lists.containers.is_empty() { count[0] } else { count[1] };
    Ok((cuts.merged(), count as u64))
}

impl<'a> Lists<'a> {
    /// Takes the lists of a payload, or of half of a wrapped one.
    fn gather(&mut self, raw: &Raw<'a>, what: &str, drops: Drops<'_>) -> Result<(), String> {
        for (key, value) in object(raw, what)? {
            match &*key {
                "annotations" => by_media(&value, &key, &mut self.heads, |raw| part(raw, None, drops))?,
                "annotationsData" => by_media(&value, &key, &mut self.geometry, |raw| part(raw, None, &|_| false))?,
                "relations" => by_media(&value, &key, &mut self.relations, |raw| part(raw, None, &|_| false))?,
                "annotationGroups" => by_media(&value, &key, &mut self.groups, |raw| part(raw, None, &|_| false))?,
                "annotation_data" | "annotation_meta" if what == WHOLE => self.gather(&value, &key, drops)?,
                "annotation_data" | "annotation_meta" => {
                    return Err(cannot(&format!("it has `{}` within another half", &*key)));
                }
                "presigned_url" => {
                    return Err("the payload is not in the row but at a URL; `syn-fetch` downloads it".into());
                }
                "images" | "videos" | "pcds" | "texts" | "audios" | "prompts" | "datas" => {
                    for (i, media) in list(&value, &key)?.iter().enumerate() {
                        for (tool, value) in object(media, &key)? {
                            let parts = list(&value, &tool)?.into_iter().map(|raw| part(raw, Some(&tool), drops));
                            let list = List { media: String::new(), parts: parts.collect() };
                            self.containers.push((MediaKind::of_key(&key), i, list));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
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

    /// Marks what goes with something else that goes. `None` when nothing does.
    fn decide(&mut self) -> Option<Gone> {
        loop {
            let gone = Gone::new(self.containers.iter().map(|(.., list)| list), &self.heads);
            let mut changed = false;
            for list in &mut self.heads {
                for part in &mut list.parts {
                    // What stands in both halves of the wrapped form is judged by the half that is read.
                    let listed = part.id.as_ref().and_then(|id| gone.in_containers(&list.media, id));
                    part.goes = listed.unwrap_or(part.goes);
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
                for part in list.parts.iter_mut().filter(|part| !part.goes && loosens(&list.media, part)) {
                    (part.goes, changed) = (true, true);
                }
            }
            for list in &mut self.heads {
                let listed = |part: &Part<'_>| part.id.as_ref().and_then(|id| gone.in_containers(&list.media, id));
                let own = |part: &&mut Part<'_>| !part.goes && listed(part).is_none() && loosens(&list.media, part);
                for part in list.parts.iter_mut().filter(own) {
                    (part.goes, changed) = (true, true);
                }
            }
            if !changed {
                return gone.any.then_some(gone);
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
            self.any |= part.goes;
            let Some(id) = &part.id else { continue };
            let key = (list.media.clone(), id.clone());
            if self.contained.contains(&key) {
                continue;
            }
            if part.goes { &mut self.goes } else { &mut self.stays }.insert(key);
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

/// Cuts members out of a group; gives whether the group stays. One that has no members to begin with stays.
fn group(
    raw: &Raw<'_>,
    goes: &dyn Fn(&str) -> bool,
    place: &dyn Fn(&Raw<'_>) -> Range<usize>,
    cuts: &mut Cuts,
) -> Result<bool, String> {
    let Some(Pairs(entries)) = raw.read_borrowed::<Pairs<'_>>() else { return Ok(true) };
    let (mut before, mut after) = (0, 0);
    for (key, value) in &entries {
        let Some(members) = value.read_borrowed::<Vec<Raw<'_>>>() else { continue };
        let kept: Vec<Option<Range<usize>>> = match &**key {
            "annotationIds" => {
                members.iter().map(|one| (!id_text(one).is_some_and(|id| goes(&id))).then(|| place(one))).collect()
            }
            "annotationList" => {
                members.iter().map(|one| member(one, DEEPEST, goes, place, cuts)).collect::<Result<_, _>>()?
            }
            _ => continue,
        };
        before += members.len();
        after += kept.iter().flatten().count();
        cuts.list(members.iter().zip(&kept).map(|(one, kept)| (place(one), kept.is_none())));
    }
    Ok(before == 0 || after > 0)
}

/// Cuts a member of a group in the older shape, and members below it. Those that stay take the place of one that goes. Gives the place
/// of what is left of it. `levels`: how many may be below it.
fn member(
    raw: &Raw<'_>,
    levels: usize,
    goes: &dyn Fn(&str) -> bool,
    place: &dyn Fn(&Raw<'_>) -> Range<usize>,
    cuts: &mut Cuts,
) -> Result<Option<Range<usize>>, String> {
    let whole = place(raw);
    let Some(Pairs(entries)) = raw.read_borrowed::<Pairs<'_>>() else { return Ok(Some(whole)) };
    let mut stays = true;
    let mut left: Option<Range<usize>> = None;
    for (key, value) in &entries {
        match &**key {
            "annotationId" => stays = !id_text(value).is_some_and(|id| goes(&id)),
            "children" => {
                let Some(members) = value.read_borrowed::<Vec<Raw<'_>>>() else { continue };
                let Some(levels) = levels.checked_sub(1) else {
                    return Err(cannot("its groups are nested too deeply"));
                };
                let kept = members.iter().map(|one| member(one, levels, goes, place, cuts));
                let kept = kept.collect::<Result<Vec<_>, _>>()?;
                cuts.list(members.iter().zip(&kept).map(|(one, kept)| (place(one), kept.is_none())));
                let mut kept = kept.into_iter().flatten();
                left = kept.next().map(|first| first.start..kept.last().map_or(first.end, |last| last.end));
            }
            _ => {}
        }
    }
    if stays {
        return Ok(Some(whole));
    }
    let Some(left) = left else { return Ok(None) };
    cuts.add(whole.start..left.start);
    cuts.add(left.end..whole.end);
    Ok(Some(left))
}

/// An element with what decides about it. What is not an object is no annotation, and stays.
fn part<'a>(raw: Raw<'a>, list_tool: Option<&str>, drops: Drops<'_>) -> Part<'a> {
    let mut goes = false;
    let mut is_relation = false;
    heads::one(&raw, list_tool, |head| {
        goes = drops(&head);
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
    Part { raw, id, ends, goes }
}

/// An id as text; `None` when it is neither a string nor a number.
fn id_text(raw: &Raw<'_>) -> Option<String> {
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
) -> Result<(), String> {
    for (media, value) in object(value, what)? {
        let parts = list(&value, &media)?.into_iter().map(&part).collect();
        out.push(List { media: media.to_string(), parts });
    }
    Ok(())
}

fn object<'a>(raw: &Raw<'a>, what: &str) -> Result<Vec<(Str<'a>, Raw<'a>)>, String> {
    match raw.text() {
        "null" | "[]" => Ok(Vec::new()),
        _ => raw.read_borrowed::<Pairs<'a>>().map(|Pairs(entries)| entries).ok_or_else(|| unknown(what, "an object")),
    }
}

fn list<'a>(raw: &Raw<'a>, what: &str) -> Result<Vec<Raw<'a>>, String> {
    match raw.text() {
        "null" | "{}" => Ok(Vec::new()),
        _ => raw.read_borrowed().ok_or_else(|| unknown(what, "a list")),
    }
}

fn unknown(what: &str, wanted: &str) -> String {
    cannot(&format!("`{what}` in its payload is not {wanted}"))
}

fn cannot(why: &str) -> String {
    format!("annotations cannot be taken out of the row: {why}")
}
