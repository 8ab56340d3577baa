//! The project's class schema, gathered from the dump: classes in order of appearance, per tool.

use std::path::Path;

use crate::json::{Fields, Object, elements};

/// Tools in order of appearance, each with its classes in order of appearance.
#[derive(Debug, Default)]
pub struct Schema(Vec<(String, Vec<String>)>);

impl Schema {
    /// A schema from a file of names, one per line, all under `bounding_box`.
    pub fn from_file(path: &Path) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let names = text.lines().map(str::trim).filter(|name| !name.is_empty());
        Ok(Schema(vec![("bounding_box".into(), names.map(Into::into).collect())]))
    }

    /// Adds what one row uses.
    pub fn see(&mut self, tool: &str, class: &str) {
        let classes = match self.0.iter().position(|(name, _)| name == tool) {
            Some(at) => &mut self.0[at].1,
            None => {
                self.0.push((tool.into(), Vec::new()));
                &mut self.0.last_mut().expect("pushed above").1
            }
        };
        if !classes.iter().any(|name| name == class) {
            classes.push(class.into());
        }
    }

    /// `{"classification": {tool: {"classification_schema": [{"code": …}]}}}`
    pub fn configuration(&self) -> String {
        let tools = self.0.iter().fold(Object::new(), |out, (tool, classes)| {
            let codes: Vec<_> =
                classes.iter().map(|name| Object::new().text("code", name).text("name", name).end()).collect();
            let list = format!("[{}]", codes.join(","));
            out.raw(tool, Object::new().raw("classification_schema", list).end())
        });
        Object::new().raw("classification", tools.end()).end()
    }
}

/// Calls `see(tool, class)` for every annotation of a payload, in any of the three dialects.
pub fn walk(payload: &str, see: &mut dyn FnMut(&str, &str)) {
    let unwrapped: Option<String> = payload.starts_with('"').then(|| serde_json::from_str(payload).ok()).flatten();
    let fields = Fields::of(unwrapped.as_deref().unwrap_or(payload));
    if let Some(inner) = fields.get("annotation_data") {
        return walk(inner, see);
    }
    if let Some(table) = fields.get("classification") {
        for (tool, classes) in Fields::of(table).0 {
            for class in elements(classes) {
                if let Ok(name) = serde_json::from_str::<String>(class) {
                    see(&tool, &name);
                }
            }
        }
    }
    for (_, list) in Fields::of(fields.get("annotations").unwrap_or("{}")).0 {
        for annotation in elements(list) {
            let head = Fields::of(annotation);
            let Some(tool) = head.text("tool").or_else(|| head.text("type")) else { continue };
            let tool = if tool == "bbox" { "bounding_box".into() } else { tool };
            let class = head.text("classification").or_else(|| {
                let attributes = Fields::of(head.get("classification")?);
                attributes.text("class")
            });
            if let Some(class) = class {
                see(&tool, class.trim());
            }
        }
    }
}
