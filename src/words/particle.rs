//! Korean particles have two forms, after a vowel and after a consonant. In the catalogue: `{ JOSA($path, "을/를") }`.

use fluent_bundle::{FluentArgs, FluentValue};

/// The function `JOSA` of Fluent: its first argument, followed by the form of the second that fits: `을/를` gives `을` after a consonant
/// and `를` after a vowel. What is not read in one certain way, such as a Latin word, has both, in the way in which people write it: `을(를)`.
pub(super) fn josa<'a>(positional: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    match positional {
        [FluentValue::String(word), FluentValue::String(forms)] => with(word, forms).into(),
        [FluentValue::Number(n), FluentValue::String(forms)] => with(&n.value.to_string(), forms).into(),
        _ => FluentValue::Error,
    }
}

/// A word with the form of a particle that fits.
fn with(word: &str, forms: &str) -> String {
    let Some((after_consonant, after_vowel)) = forms.split_once('/') else { return format!("{word}{forms}") };
    // A closing sign is not read.
    let last = word.chars().rev().find(|c| c.is_alphanumeric());
    match last.and_then(sound) {
        Some(Sound::Consonant) => format!("{word}{after_consonant}"),
        Some(Sound::Rieul) if after_consonant == "으로" => format!("{word}{after_vowel}"),
        Some(Sound::Rieul) => format!("{word}{after_consonant}"),
        Some(Sound::Vowel) => format!("{word}{after_vowel}"),
        None if after_consonant == "으로" => format!("{word}(으)로"),
        None => format!("{word}{after_consonant}({after_vowel})"),
    }
}

/// How the last syllable of a word ends.
enum Sound {
    Vowel,
    Consonant,
    /// ㄹ, which is a vowel for `로`.
    Rieul,
}

fn sound(last: char) -> Option<Sound> {
    match last {
        // 28 endings for each pair of a first sound and a vowel, the first of them none, the ninth ㄹ.
        '가'..='힣' => Some(match (u32::from(last) - u32::from('가')) % 28 {
            0 => Sound::Vowel,
            8 => Sound::Rieul,
            _ => Sound::Consonant,
        }),
        // 영, 삼, 육; 일, 칠, 팔; 이, 사, 오, 구.
        '0' | '3' | '6' => Some(Sound::Consonant),
        '1' | '7' | '8' => Some(Sound::Rieul),
        '2' | '4' | '5' | '9' => Some(Sound::Vowel),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sound_chooses_the_form() {
        for (word, forms, text) in [
            ("파일", "을/를", "파일을"),
            ("폴더", "을/를", "폴더를"),
            ("\"폴더\"", "을/를", "\"폴더\"를"),
            ("파일", "으로/로", "파일로"),
            ("집", "으로/로", "집으로"),
            ("42", "이/가", "42가"),
            ("43", "이/가", "43이"),
            ("8", "으로/로", "8로"),
            ("a.json", "을/를", "a.json을(를)"),
            ("a.json", "으로/로", "a.json(으)로"),
            ("", "이/가", "이(가)"),
        ] {
            assert_eq!(with(word, forms), text);
        }
    }
}
