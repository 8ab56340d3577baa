//! The worker threads that write files and download originals. Threads rather than tasks: most files are small and local, where
//! a blocking write is the fastest there is; what is awaited (a response, a chunk) is awaited on the runtime by each thread.

use super::content::Content;
use super::line_error::LineError;
use crate::path::RelPath;
use crate::sink::dataset::digest::{Digest, Expected, Meter};
use crate::sink::destination::{Destination, LocalFiles};
use crate::sink::error::SinkError;
use crate::sink::originals::sniff::{self, Kind};
use crate::sink::originals::{Downloads, Failed};
use crate::stream::Place;
use crate::tr;
use crossbeam_channel::{Receiver, Sender};
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// One file to write.
#[derive(Debug)]
pub struct Job {
    /// Its number in input order.
    pub order: u64,
    /// Path in the dataset.
    pub path: RelPath,
    /// Where its content is.
    pub content: Content,
    /// What its line promises.
    pub expected: Expected,
    /// The line, for messages.
    pub place: Place,
}

/// How a job ended.
#[derive(Debug)]
pub struct Done {
    /// The job's number.
    pub order: u64,
    /// The job's path.
    pub path: RelPath,
    /// The URL of an original.
    pub original: Option<url::Url>,
    /// Size and hash of what was written; or why the original could not be downloaded.
    pub result: Result<Digest, Failed>,
}

/// What all workers share.
#[derive(Clone)]
pub struct Worker {
    /// Where files are written.
    pub dest: Arc<dyn Destination>,
    /// How originals are downloaded.
    pub downloads: Arc<Downloads>,
    /// How local files get into the dataset.
    pub local_files: LocalFiles,
}

/// Starts this many workers. They stop when `jobs` is closed.
///
/// # Errors
/// When the system gives no more threads.
pub fn start(
    workers: usize,
    worker: &Worker,
    jobs: &Receiver<Job>,
    done: &Sender<Done>,
) -> io::Result<Vec<JoinHandle<()>>> {
    (0..workers)
        .map(|n| {
            let (worker, jobs, done) = (worker.clone(), jobs.clone(), done.clone());
            thread::Builder::new().name(format!("sink-{n}")).spawn(move || {
                for job in jobs {
                    if done.send(work(&worker, job)).is_err() {
                        break;
                    }
                }
            })
        })
        .collect()
}

fn work(worker: &Worker, job: Job) -> Done {
    // A panic must end the run, not leave it waiting for this job.
    let result = catch_unwind(AssertUnwindSafe(|| write(worker, &job)))
        .unwrap_or(Err(Failed::Run(SinkError::Internal("a worker thread panicked"))));
    let result = match result {
        Err(Failed::Original(reason)) => match worker.dest.skip(job.order) {
            Ok(()) => Err(Failed::Original(reason)),
            Err(e) => Err(Failed::Run(e)),
        },
        other => other,
    };
    let original = job.content.url().cloned();
    Done { order: job.order, path: job.path, original, result }
}

fn write(worker: &Worker, job: &Job) -> Result<Digest, Failed> {
    let dest = &*worker.dest;
    if let Content::Unfetchable(_, reason) = &job.content {
        return Err(Failed::Original(reason.clone()));
    }
    if let Content::File(file) = &job.content
        && dest.replaces(file)
    {
        let problem = LineError::InDestination { path: job.path.as_str().to_owned(), file: file.clone() };
        return Err(Failed::Run(SinkError::line_at(&job.place, problem)));
    }
    // What an earlier run has written is a file, which cannot become a link.
    let is_link = matches!(job.content, Content::File(_)) && worker.local_files != LocalFiles::Copy;
    let held = if is_link { None } else { dest.held(&job.path) };
    let digest = match held {
        Some(held) if same(dest, job, &held)? => {
            check(job, &held)?;
            held
        }
        _ => match (bring(worker, job)?, dest.instead(&job.path)) {
            (_, Some(theirs)) if job.content.url().is_some() => {
                check(job, &theirs)?;
                theirs
            }
            (_, Some(_)) => {
                let (dest, path) = (dest.name(), job.path.as_str().to_owned());
                return Err(Failed::Run(SinkError::Differs { dest, path }));
            }
            (ours, None) => ours,
        },
    };
    dest.record(&job.path, &digest)?;
    Ok(digest)
}

/// Whether what is there is what the job would bring. An original is not asked for again unless its line promises another one, or
/// what is there begins like something else.
fn same(dest: &dyn Destination, job: &Job, held: &Digest) -> Result<bool, SinkError> {
    Ok(match &job.content {
        Content::Bytes(bytes) => Meter::of(bytes) == *held,
        Content::Scratch(_, digest) => digest == held,
        Content::File(file) => measure(file)? == *held,
        Content::Original(_) => job.expected.check(held).is_ok() && begins_well(dest, job, held),
        Content::Unfetchable(..) => false,
    })
}

/// Whether an original of an earlier run can be the file.
fn begins_well(dest: &dyn Destination, job: &Job, held: &Digest) -> bool {
    if held.bytes == 0 {
        return job.expected.bytes == Some(0);
    }
    dest.beginning(&job.path).is_none_or(|head| sniff::instead_of(Kind::of(job.path.as_str()), &head).is_none())
}

/// Writes the content of a job, wherever it is.
fn bring(worker: &Worker, job: &Job) -> Result<Digest, Failed> {
    let dest = &*worker.dest;
    match &job.content {
        Content::Bytes(bytes) => {
            let digest = Meter::of(bytes);
            check(job, &digest)?;
            dest.put(job.order, &job.path, bytes)?;
            Ok(digest)
        }
        Content::Scratch(file, digest) => {
            check(job, digest)?;
            dest.adopt(job.order, &job.path, file)?;
            Ok(*digest)
        }
        Content::File(file) => match worker.local_files {
            LocalFiles::Copy => Ok(copy(dest, job, file)?),
            link_kind => Ok(link(dest, job, file, link_kind)?),
        },
        Content::Unfetchable(_, reason) => Err(Failed::Original(reason.clone())),
        Content::Original(source) => {
            let mut out = dest.start(job.order, &job.path)?;
            let digest = worker.downloads.fetch(source, Kind::of(job.path.as_str()), &job.expected, &mut *out)?;
            out.finish()?;
            Ok(digest)
        }
    }
}

fn measure(file: &Path) -> Result<Digest, SinkError> {
    let fail = |source| SinkError::Read { path: file.display().to_string(), source };
    Meter::read(&mut File::open(file).map_err(fail)?).map_err(fail)
}

fn copy(dest: &dyn Destination, job: &Job, from: &PathBuf) -> Result<Digest, SinkError> {
    let fail = |source| SinkError::Read { path: from.display().to_string(), source };
    let mut file = File::open(from).map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, tr!("file-not-regular"))));
    }
    let mut out = dest.start(job.order, &job.path)?;
    let mut meter = Meter::default();
    let mut block = vec![0; 256 * 1024];
    loop {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(n) => {
                meter.update(&block[..n]);
                out.write(&block[..n])?;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(fail(e)),
        }
    }
    let digest = meter.finish();
    check(job, &digest)?;
    out.finish()?;
    Ok(digest)
}

fn link(dest: &dyn Destination, job: &Job, from: &Path, how: LocalFiles) -> Result<Digest, SinkError> {
    let fail = |source| SinkError::Read { path: from.display().to_string(), source };
    let file = from.canonicalize().map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, tr!("file-not-regular"))));
    }
    let digest = Meter::read(&mut File::open(&file).map_err(fail)?).map_err(fail)?;
    check(job, &digest)?;
    dest.link(job.order, &job.path, &file, how)?;
    Ok(digest)
}

fn check(job: &Job, digest: &Digest) -> Result<(), SinkError> {
    job.expected.check(digest).map_err(|mismatch| {
        let path = job.path.as_str().to_owned();
        SinkError::line_at(&job.place, LineError::Mismatch { path, mismatch })
    })
}
