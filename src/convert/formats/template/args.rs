//! The options of templates.

use crate::tr;
use crate::words::Message;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// The options of `template`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Jinja template of the output's text (docs/cookbook.md); with --path
    #[arg(long, value_name = "FILE", requires = "path", hide_short_help = true, help_heading = "Formats")]
    pub template: Option<PathBuf>,
    /// Jinja template of the output's path; an empty path writes no file
    #[arg(long, value_name = "TEMPLATE", requires = "template", hide_short_help = true, help_heading = "Formats")]
    pub path: Option<String>,
    /// Another output, its path and its template (repeatable)
    #[arg(long, value_name = "PATH=FILE", hide_short_help = true, help_heading = "Formats")]
    pub emit: Vec<String>,
    /// What one output file is about
    #[arg(long, value_name = "WHAT", default_value = "item", hide_short_help = true, help_heading = "Formats")]
    pub per: Scope,
}

/// What one output file is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// Each media of an item.
    #[default]
    Item,
    /// Each annotation.
    Annotation,
    /// Each class, in each split.
    Class,
    /// The dataset, in each split.
    Dataset,
}

impl Scope {
    /// Whether it is about more than one item.
    pub fn is_wide(self) -> bool {
        matches!(self, Self::Class | Self::Dataset)
    }
}

/// An output of the templates, as given.
#[derive(Clone, Debug)]
pub struct Output {
    /// The template's file, for messages.
    pub file: String,
    /// Its text.
    pub source: String,
    /// Template of the output's path.
    pub path: String,
}

impl Args {
    /// The outputs, with the text of their files.
    ///
    /// # Errors
    /// One line: a file cannot be read, or `--emit` is no pair.
    pub fn outputs(&self) -> Result<Vec<Output>, Message> {
        let read = |path: &str, file: &Path| {
            let source = std::fs::read_to_string(file)
                .map_err(|e| tr!("template-unreadable", file = file.display(), reason = e))?;
            Ok::<_, Message>(Output { file: file.display().to_string(), source, path: path.to_owned() })
        };
        let mut outputs = Vec::new();
        if let (Some(file), Some(path)) = (&self.template, &self.path) {
            outputs.push(read(path, file)?);
        }
        for spec in &self.emit {
            let (path, file) = spec.rsplit_once('=').ok_or_else(|| tr!("emit-expects", spec))?;
            outputs.push(read(path, Path::new(file))?);
        }
        Ok(outputs)
    }
}
