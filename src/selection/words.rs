//! The values that a status or a category can have.

use crate::exit::UsageError;
use crate::tr;

/// The values of `status_label`.
pub const LABELLING: &[&str] = &["stand_by", "in_progress", "completed", "skipped"];
/// The values of `status_review`.
pub const REVIEW: &[&str] = &["stand_by", "in_progress", "rejected", "completed", "skipped"];
/// The values of the `category` of a ground-truth row.
#[cfg(feature = "net")]
pub const CATEGORY: &[&str] = &["train", "validation", "test"];

/// Checks one word.
///
/// # Errors
/// The words there are, and the one that is probably meant.
pub fn check<'a>(word: &'a str, words: &[&str]) -> Result<&'a str, UsageError> {
    if words.contains(&word) {
        return Ok(word);
    }
    let hint = nearest(word, words.iter().copied()).map(|n| tr!("near-in-brackets", near = n)).unwrap_or_default();
    Err(UsageError::new(tr!("words-expects", words = words.join(", "), word = ?word, hint)))
}

/// The word that is most likely meant; `None` when all are unlike.
pub fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.82;
    let scored = words.map(|w| (strsim::jaro_winkler(word, w), w));
    scored.filter(|(score, _)| *score > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, w)| w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_or_refused() {
        assert_eq!(check("rejected", REVIEW), Ok("rejected"));
        let told = check("complted", LABELLING).unwrap_err().0;
        assert!(
            told.english().contains("stand_by, in_progress, completed, skipped")
                && told.english().contains("did you mean completed?")
        );
        assert!(!check("x", LABELLING).unwrap_err().0.english().contains("mean"));
    }
}
