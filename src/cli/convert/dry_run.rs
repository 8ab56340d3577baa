//! `--dry-run`: the tree that would be written, or, without a format, what each format would lose of the input.

use super::Args;
use crate::cli::common::Console;
use crate::cli::losses;
use crate::cli::unframed::show_input;
use crate::convert::engine::run::Summary;
use crate::convert::options::OnError;
use crate::exit::{Exit, Failure};
use crate::file_line::{Content, FileLine};
use crate::filter::{self, Description, Input, OutputForm, Passes, Selection};
use crate::stream::{Kind, json};
use crate::table::Table;
use crate::text::{bytes, number};
use crate::tr;
use crate::words::{Many, Size};
use serde_json::{Map, Value, json as object};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

/// Folders that are told one by one; the others are counted together.
const MOST: usize = 1000;

/// Files of one folder.
#[derive(Debug, Default)]
struct Folder {
    files: u64,
    /// Of the files that are written, without originals.
    bytes: u64,
    /// Files that are downloaded.
    originals: u64,
    /// The name of the first file.
    example: String,
}

/// The files that would be written, by folder. It takes the place of the output.
#[derive(Clone, Debug, Default)]
pub struct Tree(Arc<Mutex<Folders>>);

#[derive(Debug, Default)]
struct Folders {
    by_path: BTreeMap<String, Folder>,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
}

impl Write for Tree {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut folders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            folders.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut folders.line);
                folders.add(&line)?;
                folders.line = line;
                folders.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Folders {
    /// Counts a file line; frames are none.
    fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if line.starts_with(b"{\"@stream\"") {
            return Ok(());
        }
        let line: FileLine<'_> = json::parse(line).map_err(io::Error::other)?;
        let (folder, name) = line.path.rsplit_once('/').unwrap_or(("", &line.path));
        let folder = if self.by_path.contains_key(folder) || self.by_path.len() < MOST { folder } else { "…" };
        let folder = self.by_path.entry(folder.to_owned()).or_default();
        if folder.example.is_empty() {
            name.clone_into(&mut folder.example);
        }
        match line.content() {
            Ok(Content::Text(text)) => folder.bytes += text.len() as u64,
            // Four signs are three bytes; `=` stands for none.
            Ok(Content::Base64(text)) => folder.bytes += (text.trim_end_matches('=').len() * 3 / 4) as u64,
            _ => folder.originals += 1,
        }
        folder.files += u64::from(!line.more);
        Ok(())
    }
}

impl Tree {
    /// The plan: as a table on a terminal, else as one JSON object.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&self, name: &str, summary: &Summary, args: &Args) -> Result<(), Failure> {
        let folders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = args.common.writer()?;
        if at_terminal(args) {
            let mut table = Table::new(&["folder", "files", "size", "originals", "first file"]);
            for (path, folder) in &folders.by_path {
                let originals = if folder.originals > 0 { number(folder.originals) } else { String::new() };
                let size = if folder.files > folder.originals { bytes(folder.bytes) } else { String::new() };
                let path = format!("{path}/");
                table.row(vec![path, number(folder.files), size, originals, folder.example.clone()]);
            }
            writer.put(table.render().as_bytes())?;
        } else {
            let folders: Vec<Value> = folders
                .by_path
                .iter()
                .map(|(path, folder)| {
                    object!({"path": path, "files": folder.files, "bytes": folder.bytes, "originals": folder.originals, "first": folder.example})
                })
                .collect();
            let mut plan = object!({"to": name, "folders": folders});
            if let (Value::Object(plan), Value::Object(numbers)) = (&mut plan, super::report::numbers(summary)) {
                plan.extend(numbers);
            }
            writer.line(plan.to_string().as_bytes())?;
        }
        Ok(writer.finish()?)
    }
}

/// Reads the input and writes what each format would lose of it.
///
/// # Errors
/// Those of the input and the output.
pub fn formats(args: &Args, console: &Console) -> Result<Exit, Failure> {
    args.common.refuse_overwriting(&args.read())?;
    let reader = args.unframed.reader(&args.files, Kind::Items, &args.common, console)?;
    let shown = show_input(&args.files, &reader, console);
    let read = reader.bytes_read();
    let options = filter::Options {
        output: OutputForm::Count,
        describe: Some(if at_terminal(args) { in_words } else { as_json }),
        allow_partial: args.allow_partial,
        skip_bad: args.on_error == OnError::Skip,
        threads: args.common.threads(),
        selection: Selection::default(),
        passes: Passes::default(),
        edits: None,
        rewrite: None,
        order: None,
        limit: None,
        count_by: None,
        pass_on: |_| None,
    };
    let summary = filter::run(Input::Reader(reader), args.common.writer()?, options, &mut |note| console.warn(note))?;
    drop(shown);
    args.unframed.tell(&summary.came, Kind::Items, console);
    let rows = summary.lines.unwrap_or(summary.selected);
    let (read, time) = (read.load(Relaxed), console.time());
    let told = tr!("dry-run-formats", items = Many(rows), read = Size(read), time);
    console.summary(told, object!({"items": rows, "bad_lines": summary.bad}));
    Ok(if summary.bad > 0 { Exit::Partial } else { Exit::Ok })
}

fn at_terminal(args: &Args) -> bool {
    args.common.writes_stdout() && io::stdout().is_terminal()
}

/// Tools with their annotations.
fn tools(found: &Description) -> Value {
    let tools = found.tools.ranked().into_iter().map(|(tool, tally)| (tool.to_owned(), tally.objects.into()));
    Value::Object(tools.collect::<Map<_, _>>())
}

fn in_words(found: &Description, _: bool) -> Vec<u8> {
    losses::table(&losses::all(&tools(found)), &tr!("losses-of-input")).into_bytes()
}

fn as_json(found: &Description, cut: bool) -> Vec<u8> {
    let (items, annotations, tools) = (found.total.items, found.total.objects, tools(found));
    let plan = object!({"items": items, "annotations": annotations, "whole": !cut, "formats": losses::all(&tools), "tools": tools});
    format!("{plan}\n").into_bytes()
}
