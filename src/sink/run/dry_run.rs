//! `--dry-run`: reads all lines as a run would, with the same checks of frames, names, sizes and hashes, and lists what it would
//! write, one line for each file. Nothing is downloaded and nothing is written.
//!
//! ```json
//! {"path":"labels/1.txt","bytes":20,"from":"text"}
//! {"path":"images/1.jpg","bytes":null,"from":"url","url":"https://host/1.jpg"}
//! ```

use super::content::Content;
use super::input;
use super::input::Input;
use super::line_error::LineError;
use super::names::{NameError, Names};
use super::summary;
use super::totals::Totals;
use super::{Options, Report};
use crate::path::RelPath;
use crate::sink::dataset::digest::{Expected, Meter};
use crate::sink::dataset::manifest;
use crate::sink::divided::share::Share;
use crate::sink::error::SinkError;
use crate::sink::originals::origin::Origin;
use crate::sink::originals::shown;
use crate::stream::{Batch, Frame, Kind, Progress, Reader, StreamError, Writer};
use crate::tr;
use std::collections::HashMap;
use std::fs;

/// Reads all lines and writes to `out` what a run would write: as a table, or as one JSON object a line. Originals that would be
/// tried count as `ok`.
///
/// # Errors
/// [`SinkError`], as the run itself would fail on these lines.
pub fn dry_run(mut reader: Reader, options: &Options, out: &mut Writer, table: bool) -> Result<Report, SinkError> {
    let server = options.base_url.clone().or_else(|| options.default_base.clone());
    let mut plan = DryRun {
        options,
        out,
        table,
        origin: Origin { server, ..Origin::default() },
        progress: Progress::new(Kind::Files),
        names: Names::default(),
        share: Share::of(options.part.as_ref().map(|(part, _)| *part)),
        parts: HashMap::new(),
        totals: Totals::default(),
    };
    while let Some(batch) = reader.next_batch()? {
        plan.batch(&batch)?;
    }
    plan.progress.finish(options.allow_partial)?;
    plan.progress.require_some(options.allow_partial)?;
    if let (Some(path), false) = (plan.parts.keys().min(), options.allow_partial) {
        let reason = tr!("part-unfinished", path = ?path.as_str());
        return Err(StreamError::Cut(reason).into());
    }
    Ok(Report { totals: plan.totals, came: plan.progress.came(), ..Report::default() })
}

struct DryRun<'a> {
    options: &'a Options,
    out: &'a mut Writer,
    table: bool,
    origin: Origin,
    progress: Progress,
    names: Names,
    share: Share,
    parts: HashMap<RelPath, (Meter, Expected)>,
    totals: Totals,
}

impl DryRun<'_> {
    fn batch(&mut self, batch: &Batch) -> Result<(), SinkError> {
        for line in batch.lines() {
            let bad = |e: LineError| SinkError::line(batch, &line, e);
            if batch.is_frame {
                let frame = Frame::parse(line.bytes).map_err(|e| bad(e.into()))?;
                self.progress.frame(&frame)?;
                if let Frame::Begin(begin) = &frame {
                    let Options { base_url, default_base, .. } = self.options;
                    self.origin =
                        Origin::of(begin, base_url.as_ref(), default_base.as_ref()).map_err(|e| bad(e.into()))?;
                }
                continue;
            }
            self.progress.data(1);
            let input = input::read(line.bytes, &self.origin, self.options.allow_file_refs).map_err(bad)?;
            if !self.parts.contains_key(&input.path) && !self.share.goes_on_elsewhere(&input.path) {
                self.names.claim(&input.path).map_err(|e| bad(e.into()))?;
            }
            if input.path.as_str() == manifest::PATH {
                return Err(bad(NameError::Manifest(input.path.into()).into()));
            }
            if self.share.takes(&input) {
                self.take(input)?.map_err(bad)?;
            }
        }
        Ok(())
    }

    /// The inner result is about the content of the line.
    fn take(&mut self, input: Input) -> Result<Result<(), LineError>, SinkError> {
        let Input { path, content, expected, more, .. } = input;
        if self.parts.contains_key(&path) && !matches!(content, Content::Bytes(_)) {
            return Ok(Err(LineError::MixedParts { path: path.into() }));
        }
        match content {
            Content::Bytes(bytes) => {
                let (mut meter, mut all) = self.parts.remove(&path).unwrap_or_default();
                meter.update(&bytes);
                all.merge(expected);
                if more {
                    self.parts.insert(path, (meter, all));
                    return Ok(Ok(()));
                }
                let digest = meter.finish();
                if let Err(mismatch) = all.check(&digest) {
                    return Ok(Err(LineError::Mismatch { path: path.into(), mismatch }));
                }
                self.write_line(&path, Some(digest.bytes), "text", None)?;
            }
            Content::File(file) => {
                let fail = |source| SinkError::Read { path: file.display().to_string(), source };
                let bytes = fs::metadata(&file).map_err(fail)?.len();
                self.write_line(&path, Some(bytes), "file", None)?;
            }
            Content::Original(source) => {
                self.totals.originals.ok += 1;
                self.write_line(&path, expected.bytes, "url", Some(shown(&source.url)))?;
            }
            Content::Unfetchable(url, _) => {
                self.totals.originals.failed += 1;
                self.write_line(&path, None, "nowhere", Some(shown(&url)))?;
            }
            Content::Scratch(..) => return Err(SinkError::Internal("a line gives content in a scratch file")),
        }
        Ok(Ok(()))
    }

    fn write_line(
        &mut self,
        path: &RelPath,
        bytes: Option<u64>,
        from: &str,
        url: Option<String>,
    ) -> Result<(), SinkError> {
        if from != "nowhere" {
            self.totals.files += 1;
        }
        // The sink completes the summary: its size is not known yet.
        let bytes = bytes.filter(|_| path.as_str() != summary::PATH);
        self.totals.bytes += bytes.unwrap_or(0);
        let line = if self.table {
            let size = bytes.map_or_else(|| "?".to_owned(), |n| n.to_string());
            format!("{size:>14}  {from:<4}  {path}")
        } else {
            let mut line = serde_json::json!({"path": path.as_str(), "bytes": bytes, "from": from});
            if let (Some(url), Some(object)) = (url, line.as_object_mut()) {
                object.insert("url".into(), url.into());
            }
            line.to_string()
        };
        self.out.line(line.as_bytes()).map_err(Into::into)
    }
}
