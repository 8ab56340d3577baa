//! Which files of a tree are of one dataset: a folder may hold several, and an image of one says nothing of another.

use super::{folder_of, leaf};

/// Folders that hold one kind of file of a dataset, in small letters.
const ROLES: [&str; 13] = [
    "annotations",
    "labels",
    "label",
    "images",
    "image",
    "imgs",
    "img",
    "data",
    "jpegimages",
    "imagesets",
    "obj_train_data",
    "obj_valid_data",
    "obj_test_data",
];

/// Folders that hold one part of a dataset, without the year that may stand behind.
const PARTS: [&str; 8] = ["train", "val", "valid", "validation", "dev", "test", "trainval", "default"];

/// The folder of the whole dataset that the files of a folder are of: `coco/` of `coco/annotations/` and of `coco/labels/a/b/`, `sets/` of
/// `sets/train/images/`.
pub fn home(folder: &str) -> &str {
    let role = |folder: &str| ROLES.contains(&leaf(folder).to_ascii_lowercase().as_str());
    let part = |folder: &str| {
        let name = leaf(folder).to_ascii_lowercase();
        PARTS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_'))
    };
    // Folders below one of a role are of the user's own making.
    let mut at = folder;
    while !at.is_empty() && !role(at) {
        at = above(at);
    }
    let mut home = if at.is_empty() { folder } else { at };
    while !home.is_empty() && (role(home) || part(home)) {
        home = above(home);
    }
    home
}

fn above(folder: &str) -> &str {
    folder_of(folder.trim_end_matches('/'))
}

/// The largest folder around a home that has no dataset of another home: all of the tree when there is one dataset.
pub fn around<'h>(home: &'h str, homes: &[String]) -> &'h str {
    let related = |other: &String| other.starts_with(home) || home.starts_with(other.as_str());
    let alone = |folder: &str| homes.iter().filter(|other| other.starts_with(folder)).all(related);
    let mut at = home;
    while !at.is_empty() && alone(above(at)) {
        at = above(at);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{around, home};

    #[test]
    fn a_home_is_the_folder_above_those_of_one_kind_or_part() {
        for (folder, expected) in [
            ("", ""),
            ("annotations/", ""),
            ("coco/annotations/", "coco/"),
            ("set/labels/train2017/", "set/"),
            ("set/train/labels/", "set/"),
            ("set/labels/of mine/more/", "set/"),
            ("VOC2012/JPEGImages/", "VOC2012/"),
            ("set/valid/", "set/"),
            ("trainings/", "trainings/"),
            ("a/b/", "a/b/"),
        ] {
            assert_eq!(home(folder), expected, "{folder}");
        }
    }

    #[test]
    fn what_is_around_a_home_has_no_other_dataset() {
        let homes = |list: &[&str]| list.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>();
        assert_eq!(around("a/b/", &homes(&["a/b/"])), "");
        assert_eq!(around("a/b/", &homes(&["a/b/", "a/b/c/", "a/"])), "");
        assert_eq!(around("a/b/", &homes(&["a/b/", "a/c/", "d/"])), "a/b/");
        assert_eq!(around("a/b/", &homes(&["a/b/", "d/"])), "a/");
    }
}
