//! Edits inside rows: annotations that go. Every other byte of a row stays as it was.
//!
//! * [`payload`]: what of a payload goes with an annotation; [`cut`]: a text without some of its parts

mod cut;
mod payload;

use super::any_of::AnyOf;
use super::predicates::AnnotationPredicate;
use super::predicates::class::Class;
use super::predicates::tool::Tool;
use super::selection::{CLASS, Selection};
use crate::dm::heads::Head;
use crate::item;
use crate::item::KeepRaw;
use crate::item::Pairs;
use crate::path::nfc;
use crate::selection::List;
use crate::selection::sought::Sought;
use crate::stream::json::{Raw, Str};
use std::ops::RangeInclusive;

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
}

/// Which annotations go.
#[derive(Debug, Default)]
pub struct Edits {
    keep_class: Option<AnyOf>,
    drop_class: Option<AnyOf>,
    keep_tool: Option<Tool>,
}

impl Args {
    /// The edits; `None` when no option is given.
    pub fn edits(&self) -> Option<Edits> {
        let class = |names: &[List]| Some(Class::new(&List::all(names)).into_names()).filter(|names| !names.is_empty());
        let tool = Some(List::all(&self.keep_tool)).filter(|names| !names.is_empty());
        let edits = Edits {
            keep_class: class(&self.keep_class),
            drop_class: class(&self.drop_class),
            keep_tool: tool.map(|names| Tool::new(&names)),
        };
        let none = edits.keep_class.is_none() && edits.drop_class.is_none() && edits.keep_tool.is_none();
        (!none).then_some(edits)
    }
}

impl Edits {
    /// A selection of the same rows that also looks for the names of the edits in the input.
    pub fn seek(&self, mut selection: Selection) -> Selection {
        for class in [&self.keep_class, &self.drop_class].into_iter().flatten() {
            selection = selection.with_annotation_names(Named::Class, Sought::new(CLASS, class.values().to_vec()));
        }
        if let Some(tool) = &self.keep_tool {
            selection = selection.with_annotation_names(Named::Tool, Sought::new("the tool", tool.wanted()));
        }
        selection
    }

    /// Whether annotations of this head go.
    fn drops(&self, head: &Head<'_>) -> bool {
        self.drops_class(&head.class) || self.keep_tool.as_ref().is_some_and(|tool| !tool.counts(head))
    }

    /// Whether annotations of this class go, as far as the class decides.
    pub fn drops_class(&self, class: &str) -> bool {
        let class = &*nfc(class.trim());
        self.keep_class.as_ref().is_some_and(|keep| !keep.has(class))
            || self.drop_class.as_ref().is_some_and(|drop| drop.has(class))
    }

    /// Appends a line without the annotations that go. `line` is the row within `whole`, which may have white space around it. Gives the
    /// number of annotations that went.
    ///
    /// # Errors
    /// One line of text: the payload has a shape that edits do not know. Nothing is appended.
    pub fn row(&self, line: &[u8], whole: &[u8], out: &mut Vec<u8>) -> Result<u64, String> {
        let done = self.cuts(line).map_err(|reason| match item::id_of_bad(line) {
            Some(id) => format!("{reason} (item {id})"),
            None => reason,
        });
        let (mut cuts, gone) = done?;
        let before = line.as_ptr() as usize - whole.as_ptr() as usize;
        cuts.iter_mut().for_each(|cut| *cut = cut.start + before..cut.end + before);
        cut::copy(whole, &cuts, out);
        Ok(gone)
    }

    /// The places of a line that go.
    fn cuts(&self, line: &[u8]) -> Result<payload::Found, String> {
        let row = item::parse(line, KeepRaw)?;
        let Some(data) = row.data else { return Ok((Vec::new(), 0)) };
        let drops = |head: &Head<'_>| self.drops(head);
        let (mut cuts, gone) = if data.text().starts_with('"') {
            let text = data.read::<Str<'_>>().ok_or("the text in `data` cannot be read")?;
            let (mut cuts, gone) = payload::cuts(&text, &drops)?;
            cut::to_literal(data.text().as_bytes(), &mut cuts);
            (cuts, gone)
        } else {
            payload::cuts(data.text(), &drops)?
        };
        let before = data.text().as_ptr() as usize - line.as_ptr() as usize;
        cuts.iter_mut().for_each(|cut| *cut = cut.start + before..cut.end + before);
        Ok((cuts, gone))
    }

    /// A begin frame whose class list has no class that goes.
    pub fn begin(&self, line: &[u8]) -> Vec<u8> {
        let mut cuts = cut::Cuts::default();
        if let Ok(Pairs(entries)) = crate::stream::json::parse::<Pairs<'_>>(line) {
            for (_, list) in entries.iter().filter(|(key, _)| &**key == "classes") {
                let classes = list.read_borrowed::<Vec<Raw<'_>>>().unwrap_or_default();
                cuts.list(classes.iter().map(|raw| {
                    let start = raw.text().as_ptr() as usize - line.as_ptr() as usize;
                    let goes = raw.read::<Str<'_>>().is_some_and(|class| self.drops_class(&class));
                    (start..start + raw.text().len(), goes)
                }));
            }
        }
        let mut out = Vec::with_capacity(line.len());
        cut::copy(line, &cuts.merged(), &mut out);
        out
    }
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
