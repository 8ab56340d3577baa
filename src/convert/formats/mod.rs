//! All formats, by name.

pub mod args;
pub mod coco;
pub mod createml;
pub mod csv;
pub mod gallery;
pub mod imagefolder;
pub mod json;
pub mod shapes;
pub mod template;
pub mod ultralytics_ndjson;
pub mod voc;
pub mod yolo;

use super::declaration::{By, Declaration};
use super::format::Format;
use super::options::Options;
use crate::tr;
use crate::words::Message;
use std::sync::Arc;

/// All formats, in the order they are listed to users.
pub const FORMATS: &[&Declaration] = &[
    &coco::COCO,
    &yolo::YOLO,
    &ultralytics_ndjson::ULTRALYTICS_NDJSON,
    &voc::VOC,
    &csv::CSV,
    &createml::CREATEML,
    &imagefolder::IMAGEFOLDER,
    &gallery::GALLERY,
    &template::TEMPLATE,
    &json::JSON,
    &json::JSONL,
];

/// The formats of which something holds, by name: `coco, yolo`.
pub fn names(of: impl Fn(&Declaration) -> bool) -> String {
    FORMATS.iter().filter(|f| of(f)).map(|f| f.name).collect::<Vec<_>>().join(", ")
}

/// The format of this name.
///
/// # Errors
/// One line: the name is unknown; with the one that is probably meant.
pub fn find(name: &str) -> Result<&'static Declaration, Message> {
    FORMATS.iter().find(|f| f.name == name).copied().ok_or_else(|| {
        let hint = near(name).map_or_else(Message::default, |f| tr!("format-near", near = f.name));
        tr!("format-unknown", name = ?name, hint, formats = names(|_| true))
    })
}

/// The format that is probably meant by a name that none has: one of other case or of another name, else the most similar one.
fn near(name: &str) -> Option<&'static Declaration> {
    let name = name.to_lowercase().replace([' ', '_'], "-");
    let same = FORMATS.iter().find(|f| f.name == name || f.aliases.contains(&&*name));
    let likeness = |f: &Declaration| strsim::jaro(f.name, &name);
    same.or_else(|| {
        let nearest = FORMATS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        nearest.filter(|f| likeness(f) > 0.7)
    })
    .copied()
}

/// The format of this name, ready for a run.
///
/// # Errors
/// One line: an unknown name with the nearest one, or options that the format cannot follow.
pub fn build(name: &str, options: &Options) -> Result<(&'static str, Arc<dyn Format>), Message> {
    let declaration = find(name)?;
    let name = declaration.name;
    if options.bare {
        let Some(document) = declaration.document else {
            return Err(tr!("bare-many-files", formats = names(|f| f.document.is_some()), name));
        };
        if options.split.is_some() && !document.splits {
            return Err(tr!("bare-split", name));
        }
    }
    if let Some(field) = &options.by {
        if let By::Refused(instead) = declaration.by {
            return Err(tr!("by-no-effect", name, why = instead(&field.to_string())));
        }
        if options.bare {
            return Err(tr!("bare-by"));
        }
    }
    Ok((name, (declaration.build)(options)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_other_names_lead_to_the_format() {
        let cases = [
            ("YOLO", "yolo"),
            ("yolov8", "yolo"),
            ("pascal-voc", "voc"),
            ("PascalVOC", "voc"),
            ("xlsx", "csv"),
            ("Excel", "csv"),
            ("coco-json", "coco"),
            ("ndjson", "jsonl"),
            ("ultralytics", "ultralytics-ndjson"),
            ("image_folder", "imagefolder"),
            ("jinja", "template"),
            ("coc", "coco"),
        ];
        for (name, meant) in cases {
            let message = find(name).err().unwrap();
            assert!(message.english().contains(&format!("did you mean {meant}?")), "{message}");
            assert!(message.english().ends_with("json, jsonl"), "{message}");
        }
        assert!(!find("qqq").err().unwrap().english().contains("did you mean"));
    }

    #[test]
    fn no_two_formats_share_a_name() {
        let names = || FORMATS.iter().flat_map(|f| f.aliases.iter().chain([&f.name]));
        for name in names() {
            assert_eq!(names().filter(|other| *other == name).count(), 1, "{name}");
            assert_eq!(*name, name.to_lowercase());
        }
    }

    /// The table of formats in README.md, as the formats declare themselves. Blessing writes it (tests/README.md).
    #[test]
    fn readme_lists_the_formats() {
        const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        const HEAD: &str = "| `syn-convert --to` | what comes out |\n|---|---|\n";
        let rows: String = FORMATS.iter().map(|f| format!("| `{}` | {} |\n", f.name, f.writes)).collect();
        let readme = std::fs::read_to_string(README).unwrap();
        let (before, rest) = readme.split_once(HEAD).unwrap();
        let (table, after) = rest.split_once("\n\n").unwrap();
        if std::env::var_os("SYNPIPE_BLESS").is_some() {
            std::fs::write(README, format!("{before}{HEAD}{rows}\n{after}")).unwrap();
        } else {
            assert_eq!(format!("{table}\n"), rows, "the table of formats in README.md is not what the formats declare");
        }
    }
}
