//! `--naming TEMPLATE`: output stems from a Jinja template such as `{{ split }}_{{ stem }}_{{ id }}`.

use super::naming::{MAX_STEM, component, safe};
use super::row_value::row_value;
use super::split::FieldPath;
use crate::tr;
use crate::words::Message;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};
use std::sync::Arc;

const NAME: &str = "--naming";

/// A compiled naming template.
#[derive(Clone, Debug)]
pub struct NamingTemplate {
    env: Arc<Environment<'static>>,
    uses_row: bool,
    /// The fields of the row that it names.
    fields: Vec<FieldPath>,
}

/// What the template sees, besides `item`.
pub struct Facts<'f> {
    /// Stem of the original name, or what stands for it.
    pub stem: &'f str,
    /// Extension of the original, with its dot.
    pub ext: &'f str,
    /// The item's id.
    pub id: &'f str,
    /// Its split; empty without.
    pub split: &'f str,
    /// Key of the media.
    pub media: &'f str,
    /// The row.
    pub line: &'f [u8],
}

impl NamingTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    /// One line about its syntax, or that it says nothing about the item.
    pub fn new(source: &str) -> Result<Self, Message> {
        if !source.contains("{{") {
            return Err(tr!("naming-choose", source));
        }
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_debug(true);
        env.add_template_owned(NAME, source.to_owned()).map_err(|e| e.to_string())?;
        let template = env.get_template(NAME).map_err(|e| e.to_string())?;
        let uses_row = template.undeclared_variables(false).contains("item");
        let mut fields: Vec<String> = template.undeclared_variables(true).into_iter().collect();
        fields.sort();
        let fields = fields.iter().filter_map(|name| FieldPath::new(name.strip_prefix("item.")?).ok()).collect();
        Ok(Self { env: Arc::new(env), uses_row, fields })
    }

    /// The stem of a unit, safe as one component of a path; `None` when it is empty.
    ///
    /// # Errors
    /// One line: what is undefined.
    pub fn stem(&self, facts: &Facts<'_>) -> Result<Option<String>, Message> {
        let item = if self.uses_row { row_value(&String::from_utf8_lossy(facts.line)) } else { Value::UNDEFINED };
        let context = minijinja::context! {
            stem => facts.stem, ext => facts.ext, id => facts.id, split => facts.split, media => facts.media, item
        };
        let rendered = self.env.get_template(NAME).and_then(|t| t.render(context));
        let stem = rendered.map_err(|e| match self.lacking(facts.line) {
            Some(unknown) if e.kind() == ErrorKind::UndefinedError => format!("{NAME}: {unknown}"),
            _ => e.to_string(),
        })?;
        let stem = stem.trim();
        if stem.is_empty() {
            return Ok(None);
        }
        let stem = component(stem);
        Ok(Some(if stem.len() <= MAX_STEM { stem } else { safe(&stem) }))
    }

    /// The first field of the template that the row lacks.
    fn lacking(&self, line: &[u8]) -> Option<Message> {
        self.fields.iter().find_map(|field| {
            let (depth, keys) = field.reach(line);
            let near = field.unknown(depth, &keys.into_iter().collect()).near;
            (!field.ends_at(depth)).then(|| match near {
                Some(near) => tr!("template-no-field-near", field, near),
                None => tr!("template-no-field", field),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_safe_whatever_the_row_says() {
        let facts = Facts {
            stem: "그림 1",
            ext: ".jpg",
            id: "7",
            split: "train",
            media: "image_1",
            line: br#"{"id":7,"c":"../x","n":null,"e":" "}"#,
        };
        let stem = |template: &str| NamingTemplate::new(template).unwrap().stem(&facts);
        assert_eq!(stem("{{ split }}_{{ stem }}_{{ id }}").unwrap().unwrap(), "train_그림 1_7");
        assert_eq!(stem("{{ item.c }}").unwrap().unwrap(), ".._x");
        assert_eq!(stem("{{ item.e }}").unwrap(), None);
        assert!(stem("{{ 'x' * 300 }}").unwrap().unwrap().starts_with("id_"));
        assert!(stem("{{ item.none }}").is_err());
        for bad in ["{{ stem", "stm", "x"] {
            assert!(NamingTemplate::new(bad).is_err(), "{bad}");
        }
    }
}
