//! Which language the process speaks.

use clap::ValueEnum;
use std::sync::OnceLock;

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    #[value(name = "en")]
    English,
    /// Korean.
    #[value(name = "ko")]
    Korean,
}

static SPOKEN: OnceLock<Language> = OnceLock::new();

/// Chooses the language of all messages, once, before the first of them.
pub fn speak(language: Language) {
    let _ = SPOKEN.set(language);
}

/// The language of the process: English until [`speak`] is called.
pub fn spoken() -> Language {
    SPOKEN.get().copied().unwrap_or_default()
}

impl Language {
    /// The language of the locale: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that says something, as POSIX has it. `variable` gives
    /// the value of one of the environment.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name).filter(|v| !v.is_empty()));
        locale.map_or(Self::English, |locale| Self::of_locale(&locale))
    }

    /// The language of a locale such as `ko_KR.UTF-8`. Messages are UTF-8: a locale of another encoding has the English ones, which are
    /// ASCII but for a few signs.
    fn of_locale(locale: &str) -> Self {
        let (locale, _modifier) = locale.split_once('@').unwrap_or((locale, ""));
        let (name, encoding) = locale.split_once('.').unwrap_or((locale, "UTF-8"));
        let is_utf8 = ["utf-8", "utf8"].iter().any(|utf8| encoding.eq_ignore_ascii_case(utf8));
        match name.split(['_', '-']).next() {
            Some("ko") if is_utf8 => Self::Korean,
            _ => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_locale() {
        for (locale, korean) in [
            ("ko_KR.UTF-8", true),
            ("ko_KR.utf8", true),
            ("ko_KR", true),
            ("ko", true),
            ("ko-KR", true),
            ("ko_KP.UTF-8@x", true),
            ("ko_KR.EUC-KR", false),
            ("ko_KR.eucKR", false),
            ("kok_IN.UTF-8", false),
            ("en_US.UTF-8", false),
            ("de_DE.UTF-8", false),
            ("C", false),
            ("C.UTF-8", false),
            ("POSIX", false),
            ("", false),
            (".", false),
        ] {
            assert_eq!(Language::of_locale(locale) == Language::Korean, korean, "{locale:?}");
        }
    }

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let of = |text: &str| {
            let variables: Vec<_> = text.split_whitespace().filter_map(|v| v.split_once('=')).collect();
            Language::of_environment(|name| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            })
        };
        for (variables, language) in [
            ("", Language::English),
            ("LANG=ko_KR.UTF-8", Language::Korean),
            ("LC_ALL= LC_MESSAGES= LANG=ko_KR.UTF-8", Language::Korean),
            ("LC_MESSAGES=en_US.UTF-8 LANG=ko_KR.UTF-8", Language::English),
            ("LC_MESSAGES=ko_KR.UTF-8 LANG=en_US.UTF-8", Language::Korean),
            ("LC_ALL=C LC_MESSAGES=ko_KR.UTF-8", Language::English),
        ] {
            assert_eq!(of(variables), language, "{variables}");
        }
    }
}
