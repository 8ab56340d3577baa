//! What has arrived of an original.

use super::ending::Ending;
use super::etag::Announced;
use super::reason::Reason;
use super::sniff;
use super::sniff::{Found, Kind};
use crate::sink::dataset::digest::{Expected, Meter};
use crate::sink::destination::Output;
use crate::sink::error::SinkError;
use crate::tr;
use crate::words::Worded;
use reqwest::header::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering};

/// What has arrived so far, kept between tries.
pub(super) struct Arrived<'a> {
    pub(super) out: &'a mut dyn Output,
    pub(super) total: &'a AtomicU64,
    pub(super) arriving: &'a AtomicU64,
    pub(super) meter: Meter,
    pub(super) md5: Option<Announced>,
    /// ETag or date under which the rest may be asked for.
    pub(super) validator: Option<HeaderValue>,
    pub(super) kind: Kind,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// Where the server announced no length.
    pub(super) ending: Option<Ending>,
}

impl Arrived<'_> {
    pub(super) fn restart(&mut self) -> Result<(), SinkError> {
        if self.meter.bytes() > 0 {
            self.out.restart()?;
        }
        self.forget();
        self.md5 = None;
        self.validator = None;
        Ok(())
    }

    pub(super) fn forget(&mut self) {
        self.total.fetch_sub(self.meter.bytes(), Ordering::Relaxed);
        self.arriving.fetch_sub(self.meter.bytes(), Ordering::Relaxed);
        self.meter = Meter::default();
        self.head.clear();
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        self.out.write(bytes)?;
        self.meter.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(ending) = &mut self.ending {
            ending.update(bytes);
        }
        let missing = sniff::HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        Ok(())
    }

    /// What is wrong with the body. What came instead of the file says more than its size does.
    pub(super) fn problem(&self, expected: &Expected) -> Option<Reason> {
        let found = sniff::instead_of(self.kind, &self.head);
        let found = found.filter(|f| *f != Found::Nothing || expected.bytes != Some(0));
        if let Some(found) = found {
            return Some(Reason::NotTheFile { kind: self.kind, found });
        }
        if let Err(mismatch) = expected.check(&self.meter.clone().finish()) {
            return Some(Reason::Other(mismatch.words()));
        }
        if let Some(Err(_)) = self.md5.as_ref().map(Announced::check) {
            return Some(Reason::Other(tr!("original-md5")));
        }
        // A size or a hash that fits proves that all is there.
        let proved = expected.bytes.is_some() || expected.sha256.is_some() || self.md5.is_some();
        let cut = !proved && self.kind == Kind::Image && self.ending.as_ref().is_some_and(Ending::is_cut);
        cut.then_some(Reason::Cut)
    }
}
