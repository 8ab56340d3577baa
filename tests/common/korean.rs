//! Whether a text is Korean, as far as a program can tell.

/// What a text lacks to be Korean: syllables, or that there are not three words in a row that are English, and stand neither in quotation
/// marks nor for values. `said`: English that is quoted as it came.
pub fn lacks(text: &str, said: &[&str]) -> Option<String> {
    if !text.chars().any(|c| ('가'..='힣').contains(&c)) {
        return Some("no Hangul".to_owned());
    }
    let text = said.iter().fold(text.to_owned(), |text, said| text.replace(said, ""));
    let unquoted = ['"', '`', '\''].into_iter().fold(text, |text, mark| text.split(mark).step_by(2).collect());
    let tokens: Vec<&str> = unquoted.split(' ').collect();
    let is_word = |token: &str| token.len() > 1 && token.bytes().all(|b| b.is_ascii_alphabetic());
    let begins = |token: &str| token.len() > 1 && token.bytes().take(2).all(|b| b.is_ascii_lowercase());
    let found = tokens.windows(3).find(|three| is_word(three[0]) && is_word(three[1]) && begins(three[2]));
    found.map(|three| three.join(" "))
}
