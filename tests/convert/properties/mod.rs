//! What holds for any input, in every format: everything seen is accounted for, nothing panics, what is written can be read, lies
//! in the image, and does not depend on the number of threads.

mod checks;
mod exports;
mod mutations;
mod payloads;

use crate::common::convert::{files, summary};
use clap::Parser;
use mutations::mutated;
use payloads::{payload, text};
use proptest::prelude::*;
use proptest::sample::select;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use synpipe::cli::convert::Args;
use synpipe::convert as registry;
use synpipe::convert::FORMATS;
use synpipe::convert::{Summary, run};
use synpipe::stream::{Reader, Writer};

/// Output shared with the run.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    /// What was written so far.
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives a few bytes at a time, so that a short input is many batches.
struct Drip(io::Cursor<Vec<u8>>);

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = into.len().min(700);
        self.0.read(&mut into[..n])
    }
}

/// The bytes of the output, or the error.
fn convert(options: &[&str], input: &str, threads: usize) -> Result<Vec<u8>, String> {
    exported(options, input, threads).map(|(bytes, _)| bytes)
}

/// The bytes of the output and what the run says of it, or the error.
fn exported(options: &[&str], input: &str, threads: usize) -> Result<(Vec<u8>, Summary), String> {
    let args = Args::try_parse_from([&["syn-convert", "--to"], options].concat()).map_err(|e| e.to_string())?;
    let options = args.options().map_err(|e| e.to_string())?;
    let (name, format) = registry::build(args.to.as_deref().unwrap_or_default(), &options)?;
    let input = io::Cursor::new(input.as_bytes().to_vec());
    let reader = Reader::from_read("input", Drip(input), 1 << 20).map_err(|e| e.to_string())?;
    let sink = Sink::default();
    let done = run(name, format, options, reader, Writer::to(Box::new(sink.clone())), threads);
    let told = done.map_err(|e| e.to_string())?;
    let bytes = sink.0.lock().map_err(|e| e.to_string())?.clone();
    Ok((bytes, told))
}

/// A row. What is around the payload is odd now and then too.
fn row(id: usize, name: &str, payload: &str) -> String {
    let id = if id % 5 == 4 { format!("\"x {id}\\\"\"") } else { id.to_string() };
    let file = format!("{{\"file_name_original\":{name},\"url\":\"/f/1.jpg?q\"}}");
    format!("{{\"id\":{id},\"file\":{file},\"data\":{payload},\"category\":\"train\"}}\n")
}

fn dump() -> impl Strategy<Value = (Vec<String>, String)> {
    let name =
        prop_oneof![2 => select(&["\"a.jpg\"", "\"A.png\"", "\"b c.jpg\""][..]).prop_map(str::to_owned), 1 => text()];
    let data = prop_oneof![10 => payload(), 10 => mutated(), 1 => select(&["null", "[]", "5", "\"x\"", "{}", "{\"annotations\":5}"][..]).prop_map(str::to_owned)];
    prop::collection::vec((name, data), 1..9).prop_map(|items| {
        let rows = items
            .iter()
            .enumerate()
            .map(|(i, (name, data))| row(i + 1, if name.starts_with('"') { name } else { "\"n.jpg\"" }, data));
        let mut text =
            "{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"b\",\"자동차\"]}\n".to_owned();
        text.extend(rows);
        text.push_str(&format!("{{\"@stream\":\"end\",\"count\":{} }}\n", items.len()));
        (items.into_iter().map(|(_, data)| data).collect(), text)
    })
}

/// Options of a run. Every format of the registry occurs.
fn variants() -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&str>> =
        FORMATS.iter().map(|f| f.name).filter(|name| *name != "template").map(|name| vec![name]).collect();
    all.extend([
        vec!["coco", "--roles", "all", "--segmentation", "semantic", "--split", "0.5/0.5"],
        vec!["coco", "--rotated", "hull", "--background", "omit", "--class-map", "자동차=b"],
        vec!["yolo", "--task", "segment"],
        vec!["yolo", "--task", "pose"],
        vec!["yolo", "--task", "obb", "--split", "0.5/0.5"],
        vec!["ultralytics-ndjson", "--task", "obb"],
        vec!["ultralytics-ndjson", "--task", "pose"],
        vec!["ultralytics-ndjson", "--task", "segment"],
        vec!["voc", "--voc-base", "1", "--polygons", "box"],
        vec!["voc", "--segmentation", "semantic"],
        vec!["csv", "--naming", "id"],
        vec!["csv", "--flatten-attributes"],
        vec!["json", "--pretty", "--per-class"],
        vec!["template", "--template", "examples/templates/labelme.json.j2", "--path", "{{ stem }}.json"],
        vec![
            "template",
            "--per",
            "annotation",
            "--template",
            "examples/templates/caption.json.j2",
            "--path",
            "{{ split }}/{{ class }}/{{ id }}.json",
        ],
        vec!["template", "--per", "dataset", "--template", "examples/templates/cvat.xml.j2", "--path", "all.xml"],
    ]);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_payload_in_every_format((payloads, input) in dump(), options in select(variants())) {
        let (one, four) = (convert(&options, &input, 1), convert(&options, &input, 4));
        prop_assert!(one == four, "the output depends on the number of threads");
        let one = match one {
            // A dataset of which a format holds nothing is not written.
            Err(nothing) if nothing.starts_with("nothing is written: ") => return Ok(()),
            one => one.map_err(TestCaseError::fail)?,
        };
        let files = files(&one);
        let summary = summary(&files);
        let count = |key: &str| summary["annotations"][key].as_u64().expect("a count");
        prop_assert_eq!(count("seen"), count("written") + count("skipped") + count("failed"));
        prop_assert!(count("lossy") <= count("written"));
        prop_assert_eq!(summary["items"].as_u64(), Some(payloads.len() as u64));
        checks::report(&files, &summary);
        let task = options.iter().position(|o| *o == "--task").map_or("detect", |i| options[i + 1]);
        let as_is = options.len() == 1;
        let read = checks::reader(options[0]);
        read(&checks::Export { files: &files, task, payloads: &payloads, as_is, written: count("written") });
    }
}
