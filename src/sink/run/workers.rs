//! The worker threads that write files and download originals. Threads rather than tasks: most files are small and local, where
//! a blocking write is the fastest there is; what is awaited (a response, a chunk) is awaited on the runtime by each thread.

use super::parts::Gathered;
use crate::path::RelPath;
use crate::sink::dataset::digest::{Expected, Meter, Seen};
use crate::sink::destination::{Destination, LocalFiles};
use crate::sink::error::SinkError;
use crate::sink::originals::{Downloads, Failed, Source};
use crate::stream::{Place, StreamError};
use crossbeam_channel::{Receiver, Sender};
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// Where the content of one file comes from.
#[derive(Debug)]
pub enum Content {
    /// The line itself.
    Bytes(Vec<u8>),
    /// Several lines; size and hash are known.
    Gathered(Gathered, Seen),
    /// A local file that the line names.
    File(PathBuf, LocalFiles),
    /// A download.
    Original(Source),
}

/// One file to write.
#[derive(Debug)]
pub struct Job {
    /// Its number in input order.
    pub order: u64,
    /// Where it goes.
    pub path: RelPath,
    /// Where it comes from.
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
    /// What was written; or why the original could not be had.
    pub result: Result<Seen, Failed>,
}

/// Starts the workers. They stop when `jobs` is closed.
///
/// # Errors
/// When the system gives no more threads.
pub fn start(
    workers: usize,
    dest: &Arc<dyn Destination>,
    downloads: &Arc<Downloads>,
    jobs: &Receiver<Job>,
    done: &Sender<Done>,
) -> io::Result<Vec<JoinHandle<()>>> {
    (0..workers)
        .map(|n| {
            let (dest, downloads, jobs, done) = (dest.clone(), downloads.clone(), jobs.clone(), done.clone());
            thread::Builder::new().name(format!("sink-{n}")).spawn(move || {
                for job in jobs {
                    if done.send(work(&*dest, &downloads, job)).is_err() {
                        break;
                    }
                }
            })
        })
        .collect()
}

fn work(dest: &dyn Destination, downloads: &Downloads, job: Job) -> Done {
    // A panic must end the run, not leave it waiting for this job.
    let result = catch_unwind(AssertUnwindSafe(|| write(dest, downloads, &job)))
        .unwrap_or(Err(Failed::Run(SinkError::Internal("a worker thread panicked"))));
    let result = match result {
        Err(Failed::Original(reason)) => match dest.skip(job.order) {
            Ok(()) => Err(Failed::Original(reason)),
            Err(e) => Err(Failed::Run(e)),
        },
        other => other,
    };
    let original = match job.content {
        Content::Original(source) => Some(source.url),
        _ => None,
    };
    Done { order: job.order, path: job.path, original, result }
}

fn write(dest: &dyn Destination, downloads: &Downloads, job: &Job) -> Result<Seen, Failed> {
    // A link is made anew: what was written before is a file.
    let is_link = matches!(job.content, Content::File(_, how) if how != LocalFiles::Copy);
    let held = if is_link { None } else { dest.held(&job.path) };
    let seen = match held {
        Some(held) if same(job, &held)? => {
            check(job, &held)?;
            held
        }
        _ => bring(dest, downloads, job)?,
    };
    dest.record(&job.path, &seen)?;
    Ok(seen)
}

/// Whether what is there is what the job would bring. An original is not asked for again unless its line promises another one.
fn same(job: &Job, held: &Seen) -> Result<bool, SinkError> {
    Ok(match &job.content {
        Content::Bytes(bytes) => Meter::of(bytes) == *held,
        Content::Gathered(_, seen) => seen == held,
        Content::File(file, _) => measure(file)? == *held,
        Content::Original(_) => job.expected.check(held).is_ok(),
    })
}

fn bring(dest: &dyn Destination, downloads: &Downloads, job: &Job) -> Result<Seen, Failed> {
    match &job.content {
        Content::Bytes(bytes) => Ok(put(dest, job, bytes, Meter::of(bytes))?),
        Content::Gathered(Gathered::Bytes(bytes), seen) => Ok(put(dest, job, bytes, *seen)?),
        Content::Gathered(Gathered::Scratch(file), seen) => {
            check(job, seen)?;
            dest.adopt(job.order, &job.path, file)?;
            Ok(*seen)
        }
        Content::File(file, LocalFiles::Copy) => Ok(copy(dest, job, file)?),
        Content::File(file, how) => Ok(link(dest, job, file, *how)?),
        Content::Original(source) => {
            let mut out = dest.start(job.order, &job.path)?;
            let seen = downloads.fetch(source, &job.expected, &mut *out)?;
            out.finish()?;
            Ok(seen)
        }
    }
}

fn put(dest: &dyn Destination, job: &Job, bytes: &[u8], seen: Seen) -> Result<Seen, SinkError> {
    check(job, &seen)?;
    dest.put(job.order, &job.path, bytes)?;
    Ok(seen)
}

fn measure(file: &Path) -> Result<Seen, SinkError> {
    let fail = |source| SinkError::Read { path: file.display().to_string(), source };
    let mut meter = Meter::default();
    each_block(&mut File::open(file).map_err(fail)?, fail, |block| {
        meter.update(block);
        Ok(())
    })?;
    Ok(meter.finish())
}

fn copy(dest: &dyn Destination, job: &Job, from: &PathBuf) -> Result<Seen, SinkError> {
    let fail = |source| SinkError::Read { path: from.display().to_string(), source };
    let mut file = File::open(from).map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut out = dest.start(job.order, &job.path)?;
    let mut meter = Meter::default();
    each_block(&mut file, fail, |block| {
        meter.update(block);
        out.write(block)
    })?;
    let seen = meter.finish();
    check(job, &seen)?;
    out.finish()?;
    Ok(seen)
}

fn link(dest: &dyn Destination, job: &Job, from: &Path, how: LocalFiles) -> Result<Seen, SinkError> {
    let fail = |source| SinkError::Read { path: from.display().to_string(), source };
    let file = from.canonicalize().map_err(fail)?;
    if !file.metadata().map_err(fail)?.is_file() {
        return Err(fail(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut meter = Meter::default();
    io::copy(&mut File::open(&file).map_err(fail)?, &mut meter).map_err(fail)?;
    let seen = meter.finish();
    check(job, &seen)?;
    dest.link(job.order, &job.path, &file, how)?;
    Ok(seen)
}

fn each_block(
    file: &mut File,
    fail: impl Fn(io::Error) -> SinkError,
    mut each: impl FnMut(&[u8]) -> Result<(), SinkError>,
) -> Result<(), SinkError> {
    let mut block = vec![0; 256 * 1024];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(n) => each(&block[..n])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(fail(e)),
        }
    }
}

fn check(job: &Job, seen: &Seen) -> Result<(), SinkError> {
    job.expected.check(seen).map_err(|reason| {
        SinkError::Stream(StreamError::Line {
            place: job.place.to_string(),
            reason: format!("{:?} is not what its line says: {reason}", job.path.as_str()),
        })
    })
}
