//! `syn-sink --verify`.

use super::problem::Problem;
use crate::cli::common::Console;
use crate::exit::Exit;
use crate::sink::dataset::check;
use crate::sink::dataset::published::Published;
use crate::tr;
use crate::words::{Many, Size};
use serde_json::json;

/// Checks a published dataset against its manifest, with this many files read at once. Exit 7 when there are extra files only.
///
/// # Errors
/// Exit 3 when files are missing or differ, or the manifest is missing.
pub(super) fn verify(dataset: &dyn Published, concurrency: usize, console: &Console) -> Result<Exit, Problem> {
    let verdict = check::check(dataset, concurrency, &|text| console.warn(text))?;
    let check::Verdict { good, bytes, bad, extra } = verdict;
    let name = dataset.name();
    let verified = tr!("verified", files = Many(good), size = Size(bytes), name, time = console.time());
    let numbers = json!({"verified": good, "bytes": bytes, "bad": bad, "extra": extra});
    match (bad, extra) {
        (0, 0) => {
            console.summary(&verified, numbers);
            Ok(Exit::Ok)
        }
        (0, extra) => {
            console.summary(tr!("verified-extra", verified, files = Many(extra)), numbers);
            Ok(Exit::Partial)
        }
        (bad, extra) => Err(Problem::new(
            Exit::Input,
            tr!("verify-wrong", name, bad = Many(bad), extra = Many(extra), good = Many(good)),
        )),
    }
}
