//! `syn-sink --verify`.

use super::problem::Problem;
use crate::cli::common::Console;
use crate::exit::Exit;
use crate::sink::dataset::check;
use crate::sink::dataset::published::Published;

/// Checks a published dataset against its manifest, with this many files read at once. Exit 7 when there are extra files only.
///
/// # Errors
/// Exit 3 when files are missing or differ, or the manifest is missing.
pub(super) fn verify(dataset: &dyn Published, concurrency: usize, console: &Console) -> Result<Exit, Problem> {
    let verdict = check::check(dataset, concurrency, &|text| console.warn(text))?;
    let check::Verdict { good, bytes, bad, extra } = verdict;
    let name = dataset.name();
    match (bad, extra) {
        (0, 0) => {
            console.info(&format!("{good} files, {bytes} bytes verified in {name}"));
            Ok(Exit::Ok)
        }
        (0, extra) => {
            console.info(&format!(
                "{good} files, {bytes} bytes verified in {name}; {extra} more files are not in the manifest"
            ));
            Ok(Exit::Partial)
        }
        (bad, extra) => Err(Problem::new(
            Exit::Input,
            format!(
                "{name}: {bad} files are missing or wrong, {extra} are not in the manifest, {good} are as they should be"
            ),
        )),
    }
}
