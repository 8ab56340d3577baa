//! Groups of annotations without the members that go.

use super::cut::Changes;
use super::payload::{cannot, id_text};
use crate::item::Pairs;
use crate::stream::json::Raw;
use crate::tr;
use crate::words::Message;
use std::ops::Range;

/// How many levels of members a group may have: each is a list and an object, of which the parser opens 128 for what it reads.
const DEEPEST: usize = 64;

/// Cuts members out of a group; gives whether the group stays. One that has no members to begin with stays.
pub fn group(
    raw: &Raw<'_>,
    goes: &dyn Fn(&str) -> bool,
    place: &dyn Fn(&Raw<'_>) -> Range<usize>,
    cuts: &mut Changes,
) -> Result<bool, Message> {
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
    cuts: &mut Changes,
) -> Result<Option<Range<usize>>, Message> {
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
                    return Err(cannot(tr!("edit-deep-groups")));
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
    cuts.cut(whole.start..left.start);
    cuts.cut(left.end..whole.end);
    Ok(Some(left))
}
