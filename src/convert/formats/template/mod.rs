//! `template`: files of any text format, written by Jinja templates (docs/cookbook.md).
//!
//! A template sees one media of an item (`values`), and is rendered on the worker threads. What it asked for and cannot be
//! known yet (numbers of classes that are not listed, a name that another item has) makes it wait: the unit is spooled as
//! `wire` bytes and rendered again when it is known. Templates over a whole dataset or a class get an iterator over such a
//! spool (`shelf`).

pub mod args;
mod collect;
mod engine;
mod filters;
mod items;
mod shelf;
mod values;
mod wire;

use crate::convert::declaration::{Attributes, By, Declaration, Splits, Tools, UnitKind};
use crate::convert::format::{Collector, Format, RenderContext, Unit};
use crate::convert::options::{Images, Options};
use crate::convert::output::layout::image_path;
use crate::convert::report::tally::Fate;
use crate::dm::{Annotation, Reason};
use crate::tr;
use crate::words::Message;
use args::Scope;
use engine::Engine;
use std::sync::Arc;
use values::{Classes, Names};
use wire::Seen;

/// Any text format.
pub static TEMPLATE: Declaration = Declaration {
    name: "template",
    aliases: &["jinja", "jinja2", "minijinja", "custom"],
    summary: "any text format, by Jinja templates",
    writes: "any text format, by Jinja templates ([docs/cookbook.md](docs/cookbook.md)); `images/`",
    unit: UnitKind::Media,
    size: false,
    raw: false,
    tools: Tools::Any,
    attributes: Attributes::All,
    splits: Splits::Any,
    by: By::Refused(|field| tr!("template-by", field)),
    document: None,
    options: &["template", "path", "emit", "per", "closed-classes"],
    unread: &[],
    build: |o| Ok(Arc::new(Template::build(o)?)),
};

/// Files written by templates.
pub struct Template {
    engine: Arc<Engine>,
    images: bool,
}

impl Template {
    /// The format.
    ///
    /// # Errors
    /// One line: no template, a path that all outputs would share, or a syntax error with its file and line.
    pub fn build(o: &Options) -> Result<Self, Message> {
        let given = &o.formats.template;
        let engine = Engine::new(given.per, &given.outputs()?)?;
        Ok(Self { engine: Arc::new(engine), images: o.images == Images::Fetch })
    }

    /// Renders a unit that is not part of a wider scope. `Ok(false)`: all of its paths are empty, so it has no file.
    fn write(
        &self,
        unit: &Unit<'_, '_>,
        cx: &mut RenderContext<'_>,
        bytes: &[u8],
        sound: &[bool],
    ) -> Result<Vec<bool>, Message> {
        let classes = Classes::so_far(cx.classes);
        let names = Names { stem: &unit.name.stem, classes: &classes };
        let made = self.engine.render(bytes, &names)?;
        let mut kept = vec![self.engine.scope == Scope::Item && !made.is_empty(); sound.len()];
        if self.engine.scope == Scope::Annotation {
            let mut places = sound.iter().enumerate().filter(|(_, s)| **s).map(|(i, _)| i);
            let places: Vec<usize> = places.by_ref().collect();
            for one in &made {
                if let Some(&place) = places.get(one.annotation) {
                    kept[place] = true;
                }
            }
        }
        collect::push(cx.parts, classes.asked(), &made);
        Ok(kept)
    }
}

impl Format for Template {
    fn declaration(&self) -> &'static Declaration {
        &TEMPLATE
    }

    fn render(&self, unit: &Unit<'_, '_>, cx: &mut RenderContext<'_>) {
        let annotations = unit.media.map_or(&[][..], |m| &m.annotations);
        let seen: Vec<Result<Seen, Reason>> = annotations.iter().map(|a| wire::see(unit, a, cx)).collect();
        let sound: Vec<bool> = seen.iter().map(Result::is_ok).collect();
        let bytes = wire::bytes(unit, annotations, &seen, cx.classes);
        cx.parts.push_bytes(&bytes);
        let rendered =
            if self.engine.scope.is_wide() { Ok(sound.clone()) } else { self.write(unit, cx, &bytes, &sound) };
        let kept = rendered.unwrap_or_else(|reason| {
            cx.failed = Some(reason);
            Vec::new()
        });
        for (i, (a, seen)) in annotations.iter().zip(&seen).enumerate() {
            cx.count(unit, a, fate(a, seen, kept.get(i).copied()));
        }
    }

    fn image_path(&self, split: &str, stem: &str, ext: &str) -> Option<String> {
        self.images.then(|| image_path(split, stem, ext))
    }

    fn collector(&self) -> Box<dyn Collector> {
        Box::new(collect::Outputs::new(self.engine.clone()))
    }
}

/// `kept`: whether a file shows it; `None` when the template failed.
fn fate<'s>(a: &Annotation<'_>, seen: &'s Result<Seen, Reason>, kept: Option<bool>) -> Fate<'s> {
    match (seen, kept) {
        (Err(reason), _) => Fate::Lost(*reason),
        (Ok(_), None) => Fate::Lost(a.problem.unwrap_or(Reason::ItemConversionFailed)),
        (Ok(_), Some(false)) => Fate::Lost(Reason::UnsupportedAnnotationType),
        (Ok(seen), Some(true)) => Fate::Written(seen.losses()),
    }
}
