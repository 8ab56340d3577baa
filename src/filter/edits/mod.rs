//! Edits inside rows: annotations that go, and classes under another name. Every other byte of a row stays as it was.
//!
//! * [`payload`]: what of a payload changes with an annotation, [`group`] of groups; [`cut`]: a text with some changes
//! * [`rename`]: names of classes; [`small`]: what is too small; [`done`]: what was done, counted

mod cut;
pub mod done;
mod group;
mod payload;
pub mod rename;
pub mod small;

use super::any_of::AnyOf;
use super::predicates::AnnotationPredicate;
use super::predicates::class::Class;
use super::predicates::tool::Tool;
use super::selection::{CLASS, Selection, with_id};
use crate::dm::Arena;
use crate::dm::heads::Head;
use crate::exit::UsageError;
use crate::item;
use crate::item::{KeepRaw, Pairs, dimensions};
use crate::path::nfc;
use crate::selection::List;
use crate::selection::sought::Sought;
use crate::stream::json::{Raw, Str};
use crate::tr;
use crate::words::Message;
use cut::{Change, Changes};
use done::{Done, Why};
use rename::{Names, Rename};
use small::{Area, Sides, Small};
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

/// The options of edits.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Only annotations of these classes
    #[arg(long, value_name = "CLASS", conflicts_with = "drop_class", help_heading = "Edits inside rows")]
    pub keep_class: Vec<List>,
    /// No annotations of these classes
    #[arg(long, value_name = "CLASS", help_heading = "Edits inside rows", hide_short_help = true)]
    pub drop_class: Vec<List>,
    /// Only annotations made with these tools
    #[arg(long, value_name = "TOOL", help_heading = "Edits inside rows")]
    pub keep_tool: Vec<List>,
    /// No annotations whose box is narrower than W or lower than H pixels (N: both); masks and polygons by the box around them. What has
    /// no area (points, lines, classes, text) stays
    #[arg(long, value_name = "WxH|N", help_heading = "Edits inside rows")]
    pub min_size: Option<Sides>,
    /// No annotations that cover less than N square pixels: boxes, polygons and masks as they are drawn. What has no area stays
    #[arg(long, value_name = "N", help_heading = "Edits inside rows")]
    pub min_area: Option<Area>,
    /// Another name for a class; several classes of one new name become one. Names are those of the input, so that a=b,b=a swaps two,
    /// and --keep-class and --drop-class take the old ones. Write \= for an equals sign within a name
    #[arg(long, value_name = "OLD=NEW", help_heading = "Edits inside rows")]
    pub rename: Vec<Names>,
}

/// Which annotations go, and which classes have other names.
#[derive(Debug, Default)]
pub struct Edits {
    keep_class: Option<AnyOf>,
    drop_class: Option<AnyOf>,
    keep_tool: Option<Tool>,
    small: Option<Small>,
    rename: Option<Rename>,
}

/// What edits may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    /// Take annotations out.
    pub remove: bool,
    /// Give classes another name.
    pub rename: bool,
}

impl Args {
    /// The edits; `None` when no option is given.
    ///
    /// # Errors
    /// New names that no annotation could get.
    pub fn edits(&self) -> Result<Option<Edits>, UsageError> {
        let class = |names: &[List]| Some(Class::new(&List::all(names)).into_names()).filter(|names| !names.is_empty());
        let tool = Some(List::all(&self.keep_tool)).filter(|names| !names.is_empty());
        let (sides, area) = (self.min_size, self.min_area);
        let edits = Edits {
            keep_class: class(&self.keep_class),
            drop_class: class(&self.drop_class),
            keep_tool: tool.map(|names| Tool::new(&names)),
            small: (sides.is_some() || area.is_some()).then_some(Small { sides, area }),
            rename: Rename::new(&self.rename)?,
        };
        let unused = edits.rename.iter().flat_map(Rename::pairs).find(|(old, _)| edits.drops_class(old));
        if let Some((old, new)) = unused {
            return Err(UsageError::new(match &edits.keep_class {
                Some(_) => tr!("rename-not-kept", old, new),
                None => tr!("rename-dropped", old, new),
            }));
        }
        let Kinds { remove, rename } = edits.kinds();
        Ok((remove || rename).then_some(edits))
    }
}

impl Edits {
    /// What they may do.
    pub fn kinds(&self) -> Kinds {
        let by_class = self.keep_class.is_some() || self.drop_class.is_some();
        Kinds { remove: by_class || self.keep_tool.is_some() || self.small.is_some(), rename: self.rename.is_some() }
    }

    /// A selection of the same rows that also looks for the names of the edits in the input.
    pub fn seek(&self, mut selection: Selection) -> Selection {
        let old = self.rename.as_ref().map(|rename| rename.pairs().map(|(old, _)| old.to_owned()).collect());
        let named = [&self.keep_class, &self.drop_class].into_iter().flatten().map(|class| class.values().to_vec());
        for names in named.chain(old) {
            selection = selection.with_annotation_names(Named::Class, Sought::new(CLASS, names));
        }
        if let Some(tool) = &self.keep_tool {
            selection = selection.with_annotation_names(Named::Tool, Sought::new("the tool", tool.wanted()));
        }
        selection
    }

    /// Why annotations of this head go, as far as it decides.
    fn drops(&self, head: &Head<'_>) -> Option<Why> {
        if self.drops_class(&head.class) {
            return Some(Why::Class);
        }
        self.keep_tool.as_ref().is_some_and(|tool| !tool.counts(head)).then_some(Why::Tool)
    }

    /// Whether annotations of this class, as it is read, go.
    fn drops_class(&self, class: &str) -> bool {
        self.keep_class.as_ref().is_some_and(|keep| !keep.has(class))
            || self.drop_class.as_ref().is_some_and(|drop| drop.has(class))
    }

    /// The new name of a class, as it is read.
    fn new_name(&self, class: &str) -> Option<&str> {
        self.rename.as_ref()?.of(class)
    }

    /// Appends a line as edited. `line` is the row within `whole`, which may have white space around it. `arena` is memory to work in.
    /// Gives what was done.
    ///
    /// # Errors
    /// One line of text: the payload has a shape that edits do not know. Nothing is appended.
    pub fn row(&self, line: &[u8], whole: &[u8], arena: &mut Arena, out: &mut Vec<u8>) -> Result<Done, Message> {
        let done = self.changes(line, arena).map_err(|reason| with_id(line, reason));
        let (mut changes, done) = done?;
        let before = line.as_ptr() as usize - whole.as_ptr() as usize;
        shift(&mut changes, before);
        cut::copy(whole, &changes, out);
        Ok(done)
    }

    /// What changes in a line.
    fn changes(&self, line: &[u8], arena: &mut Arena) -> Result<(Vec<Change>, Done), Message> {
        let row = item::parse(line, KeepRaw)?;
        let Some(data) = row.data else { return Ok((Vec::new(), Done::default())) };
        let sizes = row.dimensions;
        let size_of = |media: &str| {
            let sizes = sizes.as_ref()?;
            let Pairs(by_media) = sizes.read_borrowed::<Pairs<'_>>()?;
            let own = by_media.iter().find(|(key, _)| &**key == media).and_then(|(_, size)| dimensions(size));
            own.or_else(|| dimensions(sizes))
        };
        let (mut changes, done) = if data.text().starts_with('"') {
            let text = data.read::<Str<'_>>().ok_or_else(|| tr!("edit-no-text"))?;
            let (mut changes, done) = payload::changes(&text, self, &size_of, arena)?;
            cut::to_literal(data.text().as_bytes(), &mut changes);
            (changes, done)
        } else {
            payload::changes(data.text(), self, &size_of, arena)?
        };
        shift(&mut changes, data.text().as_ptr() as usize - line.as_ptr() as usize);
        Ok((changes, done))
    }

    /// A list of classes as the rows have them after the edits: without those that go, renamed, of several of one name only the first.
    pub fn classes(&self, classes: &mut Vec<String>) {
        let mut given = HashSet::new();
        classes.retain_mut(|class| {
            let read = nfc(class.trim()).into_owned();
            let goes = self.drops_class(&read);
            let new = self.new_name(&read);
            if let Some(new) = new {
                class.replace_range(.., new);
            }
            // A list that names a class twice is left alone, but for what became one.
            let twice = self.is_new(new.unwrap_or(&read)) && given.contains(new.unwrap_or(&read));
            let stays = !goes && !twice;
            if stays {
                given.insert(new.map_or(read, str::to_owned));
            }
            stays
        });
    }

    /// Whether some class gets this name.
    fn is_new(&self, name: &str) -> bool {
        self.rename.as_ref().is_some_and(|rename| rename.pairs().any(|(_, new)| new == name))
    }

    /// As [`Self::classes`], in a JSON list; `goes`: further classes that go.
    fn rename_list(
        &self,
        list: &[Raw<'_>],
        goes: &dyn Fn(&str) -> bool,
        place: &dyn Fn(&Raw<'_>) -> Range<usize>,
        changes: &mut Changes,
    ) {
        let mut given = HashSet::new();
        let mut elements = Vec::with_capacity(list.len());
        for raw in list {
            let Some(class) = rename::name(raw) else {
                elements.push((place(raw), false));
                continue;
            };
            let new = self.new_name(&class);
            let name = new.unwrap_or(&class).to_owned();
            let gone = goes(&class) || (self.is_new(&name) && given.contains(&name));
            elements.push((place(raw), gone));
            if !gone {
                new.into_iter().for_each(|new| changes.rewrite(place(raw), new));
                given.insert(name);
            }
        }
        changes.list(elements.into_iter());
    }

    /// A begin frame with the classes that the rows have after the edits.
    pub fn begin(&self, line: &[u8]) -> Vec<u8> {
        let mut changes = Changes::default();
        let place = |raw: &Raw<'_>| {
            let start = raw.text().as_ptr() as usize - line.as_ptr() as usize;
            start..start + raw.text().len()
        };
        if let Ok(Pairs(entries)) = crate::stream::json::parse::<Pairs<'_>>(line) {
            for (_, list) in entries.iter().filter(|(key, _)| &**key == "classes") {
                let classes = list.read_borrowed::<Vec<Raw<'_>>>().unwrap_or_default();
                self.rename_list(&classes, &|class| self.drops_class(class), &place, &mut changes);
            }
        }
        let mut out = Vec::with_capacity(line.len());
        cut::copy(line, &changes.merged(), &mut out);
        out
    }
}

/// Moves changes of a text to their places in a text around it.
fn shift(changes: &mut [Change], by: usize) {
    changes.iter_mut().for_each(|change| change.place = change.place.start + by..change.place.end + by);
}

/// A question that every item answers with yes: it looks only which names there are.
enum Named {
    Class,
    Tool,
}

impl AnnotationPredicate for Named {
    fn counts(&self, _: &Head<'_>) -> bool {
        false
    }

    fn name<'h>(&self, annotation: &'h Head<'_>) -> &'h str {
        match self {
            Self::Class => &annotation.class,
            Self::Tool => &annotation.tool,
        }
    }

    fn wanted(&self) -> RangeInclusive<u64> {
        0..=u64::MAX
    }
}
