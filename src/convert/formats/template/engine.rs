//! The templates, compiled: rendering a path and a text, and what goes wrong in them.

use super::args::{Output, Scope};
use super::filters;
use super::values::{Names, Values};
use crate::convert::engine::naming::component;
use crate::convert::engine::split::UNASSIGNED;
use crate::path::RelPath;
use crate::tr;
use crate::words::Message;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, Template, UndefinedBehavior, Value, escape_formatter};
use std::io;

/// All templates of a run.
pub struct Engine {
    /// What one output is about.
    pub scope: Scope,
    /// The same templates for each way of escaping, which is compiled in.
    texts: [(AutoEscape, Environment<'static>); 3],
    paths: Environment<'static>,
    /// Name of each output's text and path.
    outputs: Vec<(String, String)>,
}

/// A rendered output of one unit.
pub struct Made {
    /// Its path, checked.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Place of the annotation among those shown; 0 when it is about the item.
    pub annotation: usize,
    /// What tells it apart when its path is taken: the id of the annotation; empty: that of the item.
    pub id: String,
}

impl Engine {
    /// Compiles the templates.
    ///
    /// # Errors
    /// One line for the first that cannot be: file, line, reason.
    pub fn new(scope: Scope, given: &[Output]) -> Result<Self, Message> {
        if given.is_empty() {
            return Err(tr!("template-needs"));
        }
        let mut outputs: Vec<(String, String)> = Vec::new();
        for (i, output) in given.iter().enumerate() {
            check_path(&output.path, scope)?;
            let mut name = output.file.clone();
            if outputs.iter().any(|(other, _)| *other == name) {
                name = format!("{name} (output {})", i + 1);
            }
            outputs.push((name, format!("path template {}", output.path)));
        }
        let mut paths = environment(AutoEscape::None)?;
        // A value stays inside one component of a path, whatever it contains.
        paths.set_formatter(|out, state, value| match value.as_str() {
            Some("") => Ok(()),
            Some(text) if !value.is_safe() => out.write_str(&component(text)).map_err(Error::from),
            _ => escape_formatter(out, state, value),
        });
        for ((_, path_name), output) in outputs.iter().zip(given) {
            paths.add_template_owned(path_name.clone(), output.path.clone()).map_err(|e| describe(&e))?;
        }
        let texts = |escape: AutoEscape| -> Result<_, Message> {
            let mut env = environment(escape.clone())?;
            for ((name, _), output) in outputs.iter().zip(given) {
                env.add_template_owned(name.clone(), output.source.clone()).map_err(|e| describe(&e))?;
            }
            Ok((escape, env))
        };
        let texts = [texts(AutoEscape::None)?, texts(AutoEscape::Json)?, texts(AutoEscape::Html)?];
        Ok(Self { scope, texts, paths, outputs })
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// All outputs about one unit; those with an empty path are left out.
    ///
    /// # Errors
    /// File, line and reason of what failed.
    pub fn render(&self, bytes: &[u8], names: &Names<'_>) -> Result<Vec<Made>, Message> {
        let values = Values::read(bytes, names, None)?;
        let mut out = Vec::new();
        if self.scope == Scope::Annotation {
            for (place, annotation) in values.annotations.iter().enumerate() {
                let id = annotation.get_attr("id").map(|id| id.to_string()).unwrap_or_default();
                self.one(values.about(annotation, place), place, &id, &mut out)?;
            }
        } else {
            self.one(Value::from_pairs(values.unit), 0, "", &mut out)?;
        }
        Ok(out)
    }

    fn one(&self, context: Value, annotation: usize, id: &str, out: &mut Vec<Made>) -> Result<(), Message> {
        for output in 0..self.outputs.len() {
            let Some(path) = self.path(output, &context)? else { continue };
            let template = self.text(output, &path)?;
            let text = template.render(&context).map_err(|e| describe(&e))?;
            out.push(Made { path, text, annotation, id: id.to_owned() });
        }
        Ok(())
    }

    /// The path of an output; `None` when it is empty.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub fn path(&self, output: usize, context: &Value) -> Result<Option<String>, Message> {
        let template = self.paths.get_template(&self.outputs[output].1).map_err(|e| describe(&e))?;
        let path = template.render(context).map_err(|e| describe(&e))?;
        let path = path.trim();
        if path.is_empty() {
            return Ok(None);
        }
        let parts: Vec<&str> = path.split('/').map(|p| if p.trim().is_empty() { UNASSIGNED } else { p }).collect();
        RelPath::new(&parts.join("/")).map(|p| Some(p.as_str().to_owned())).map_err(|e| Message::from(e.to_string()))
    }

    /// Writes the text of an output that is about many units.
    ///
    /// # Errors
    /// As [`Engine::render`]; also when `to` fails.
    pub fn write(&self, output: usize, path: &str, context: Value, to: impl io::Write) -> Result<(), Message> {
        self.text(output, path)?.render_captured_to(context, to).map(drop).map_err(|e| describe(&e))
    }

    /// The template of an output's text, escaping as the extension of its path asks for.
    fn text(&self, output: usize, path: &str) -> Result<Template<'_, '_>, Message> {
        let escape = escape_of(path);
        let (_, env) = self.texts.iter().find(|(e, _)| *e == escape).unwrap_or(&self.texts[0]);
        env.get_template(&self.outputs[output].0).map_err(|e| describe(&e))
    }
}

fn environment(escape: AutoEscape) -> Result<Environment<'static>, Message> {
    // No loader is set: `include` and `import` find nothing, no template reads a file.
    let mut env = Environment::new();
    let html = escape == AutoEscape::Html;
    env.set_auto_escape_callback(move |_| escape.clone());
    if html {
        env.set_formatter(|out, state, value| match value.as_str() {
            Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
                out.write_str(&crate::convert::output::xml::text(text)).map_err(Error::from)
            }
            _ => escape_formatter(out, state, value),
        });
    }
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_debug(true);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    env.set_syntax(syntax.map_err(|e| Message::from(e.to_string()))?);
    filters::add(&mut env);
    Ok(env)
}

/// Escaping by the extension of the path.
fn escape_of(path: &str) -> AutoEscape {
    match path.rsplit_once('.').map(|(_, ext)| ext.to_ascii_lowercase()).as_deref() {
        Some("json" | "jsonl" | "ndjson" | "geojson" | "yaml" | "yml") => AutoEscape::Json,
        Some("xml" | "html" | "htm" | "svg" | "kml") => AutoEscape::Html,
        _ => AutoEscape::None,
    }
}

fn check_path(path: &str, scope: Scope) -> Result<(), Message> {
    if path.trim().is_empty() || path.starts_with('/') {
        return Err(tr!("template-not-relative", ?path));
    }
    if !scope.is_wide() && !path.contains("{{") && !path.contains("{%") {
        return Err(tr!("template-same-path", ?path));
    }
    Ok(())
}

/// File, line and reason of an error, on one line.
fn describe(e: &Error) -> Message {
    let mut text = e.detail().map_or_else(|| e.kind().to_string(), |detail| format!("{}: {detail}", e.kind()));
    let mut cause = std::error::Error::source(e);
    while let Some(c) = cause {
        text = format!("{text}: {c}");
        cause = c.source();
    }
    match (e.name(), e.line()) {
        (Some(name), Some(line)) => format!("{name}:{line}: {text}"),
        (Some(name), None) => format!("{name}: {text}"),
        _ => text,
    }
    .into()
}
