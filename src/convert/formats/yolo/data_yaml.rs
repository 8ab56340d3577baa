//! `data.yaml`: where the images are and what the numbers mean, as Ultralytics reads it.
//!
//! Folders are relative to the file itself and there is no `path` key: every value of it (`.`, `./`, a bare name) is resolved
//! against another directory by some release. `train` and `val` are required, `test` is not; other splits have no key of their
//! own and are named in comments, because their names could be those of other keys (`names`, `path`, `download`).

use super::{Task, folder};
use crate::convert::declaration::TRAIN_VAL_TEST;
use crate::convert::engine::split::role;
use crate::convert::format::RunEnd;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The text of `data.yaml`.
///
/// `filled`: the folders that have a file.
pub fn data_yaml(task: Task, end: &RunEnd<'_>, filled: &HashSet<String>) -> String {
    let mut text = String::new();
    let splits = || end.splits.iter().map(|split| folder(split)).filter(|split| filled.contains(*split));
    for key in TRAIN_VAL_TEST {
        let of_key = splits().filter(|split| role(split) == *key);
        let parts: Vec<_> = of_key.map(|split| format!("images/{split}")).collect();
        let _ = match &parts[..] {
            [] if *key == "test" => Ok(()),
            [] => writeln!(text, "{key}: images/{key}"),
            [one] => writeln!(text, "{key}: {one}"),
            several => writeln!(text, "{key}: [{}]", several.join(", ")),
        };
    }
    for other in splits().filter(|split| !TRAIN_VAL_TEST.contains(&role(split))) {
        let _ = writeln!(text, "# another split: images/{other}");
    }
    let names = &end.classes.names;
    let _ = writeln!(text, "nc: {}", names.len());
    if task == Task::Pose {
        let profile = &end.options.keypoints;
        let _ = writeln!(text, "kpt_shape: [{}, 3]", profile.keypoints.len());
        if let Some(flip) = &profile.flip_idx {
            let _ = writeln!(text, "flip_idx: {flip:?}");
        }
    }
    text.push_str(if names.is_empty() { "names: {}\n" } else { "names:\n" });
    for (i, name) in names.iter().enumerate() {
        let _ = writeln!(text, "  {i}: {}", quoted(name));
    }
    text
}

/// A double-quoted YAML string: that of JSON, with everything escaped that YAML takes for a line end or refuses.
fn quoted(name: &str) -> String {
    let mut text = String::from('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => text.push(c),
            '\u{10000}'.. => text.push(c),
            _ => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_read_back() {
        for name in ["car", "no", "1: x", "a\"b\\c", "줄\n바꿈", "\u{85}\u{2028}\u{2029}\u{feff}\u{7f}\u{ffff}", "🚗"]
        {
            let text = quoted(name);
            assert_eq!(serde_saphyr::from_str::<String>(&text).unwrap(), name, "{text}");
            assert!(!text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')));
        }
    }
}
