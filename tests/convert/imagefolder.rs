//! `syn-convert --to imagefolder`.

use crate::common::convert::{convert, texts};
use crate::rows::{item, one_box};
use serde_json::{Value, json};

fn classified(id: u64, name: &str, classes: &[&str]) -> String {
    let heads: Vec<Value> = classes
        .iter()
        .enumerate()
        .map(|(i, class)| json!({"id": i.to_string(), "tool": "classification", "classification": {"class": class}}))
        .collect();
    item(id, name, heads.into(), json!([]))
}

#[test]
fn images_go_into_the_folder_of_their_one_class() {
    let input = [
        classified(1, "a.jpg", &["고양이"]),
        classified(2, "a.jpg", &["고양이", "고양이"]),
        classified(3, "c.jpg", &["고양이", "dog"]),
        classified(4, "d.jpg", &[]),
        classified(5, "e.jpg", &["../../x"]),
        one_box(6, "f.jpg", json!("car")),
    ]
    .concat();
    let out = texts(&["--to", "imagefolder", "--report", "summary"], &input);
    let hostile: Vec<&String> = out.keys().filter(|p| p.starts_with("train/.") || p.ends_with("e.jpg")).collect();
    assert_eq!(hostile.len(), 1, "{hostile:?}");
    for (path, id) in [
        ("train/고양이/a.jpg", 1),
        ("train/고양이/a__2.jpg", 2),
        ("unassigned/c.jpg", 3),
        ("unassigned/d.jpg", 4),
        (hostile[0], 5),
        ("unassigned/f.jpg", 6),
    ] {
        assert_eq!(out.get(path).map(String::as_str), Some(&*format!("-> https://h/{id}\n")), "{path} in {out:?}");
    }
    let summary: Value = serde_json::from_str(&out["metadata/export_summary.json"]).unwrap();
    assert_eq!(summary["skipped"], json!({"UNSUPPORTED_ANNOTATION_TYPE": 1, "CLASS_AMBIGUOUS": 2}));
    assert_eq!(summary["annotations"]["written"], 4);

    let out = texts(&["--to", "imagefolder", "--split", "id", "--background", "omit"], &input);
    assert!(out.contains_key("1/고양이/a.jpg") && !out.contains_key("unassigned/4/d.jpg"), "{out:?}");
    convert(&["--to", "imagefolder", "--images", "omit"], &input).exits(2);
}

/// torchvision numbers the folders of one split; a class that val lacks shifts the others there.
#[test]
fn a_class_that_a_split_lacks_is_told_and_the_order_is_a_file() {
    let rows = |classes: &[(&str, u64)]| -> String {
        classes.iter().map(|(class, id)| classified(*id, &format!("{id}.jpg"), &[class])).collect()
    };
    let told = "has no image in";
    for (split, classes, file, gap) in [
        ("none", vec![("b", 1), ("a", 2)], "a\nb\n", None),
        ("id", vec![("a", 1), ("a", 2)], "a\n", None),
        ("id", vec![("a", 1), ("b", 2)], "a\nb\n", Some(r#"the class "a" has no image in 2, and 1 more"#)),
        ("id", vec![("a", 1), ("Z", 1), ("a", 2)], "Z\na\n", Some(r#"the class "Z" has no image in 2:"#)),
        ("none", vec![("나무", 1), ("개", 2), ("dog", 3)], "dog\n개\n나무\n", None),
        ("none", vec![], "", None),
        ("0.5/0.5", vec![("rare", 1)], "rare\n", None),
        ("id", vec![("x", 1), ("x", 2), ("y", 2), ("y", 1)], "x\ny\n", None),
    ] {
        let args = ["--to", "imagefolder", "--report", "none", "--allow-partial", "--split", split];
        let args = if split == "none" { &args[..5] } else { &args[..] };
        assert_eq!(texts(args, &rows(&classes))["classes.txt"], file, "{classes:?}");
        let stderr = convert(args, &rows(&classes)).exits(0).stderr;
        assert_eq!(stderr.contains(told), gap.is_some(), "{classes:?} {stderr}");
        assert!(stderr.contains(gap.unwrap_or_default()), "{stderr}");
    }
}

/// Where file systems have no case, `Cat` and `cat` are one folder.
#[test]
fn classes_that_differ_by_case_only_have_folders_of_their_own_and_are_told() {
    let input: String =
        [(1, "Cat"), (2, "cat"), (3, "dog"), (4, "Cat")].map(|(id, class)| classified(id, "a.jpg", &[class])).concat();
    let told =
        "the classes \"Cat\" and \"cat\" differ by case only: if they are one, --class-map Cat=cat makes them one";
    let args = ["--to", "imagefolder", "--report", "none"];
    let out = texts(&args, &input);
    let mut folders: Vec<&str> = out.keys().filter_map(|path| path.strip_prefix("train/")?.split('/').next()).collect();
    folders.dedup();
    assert!(folders.len() == 3 && folders[0] == "Cat" && folders[1].starts_with("cat_id_"), "{folders:?}");
    assert_eq!(out["classes.txt"].lines().collect::<Vec<_>>(), folders);
    convert(&args, &input).exits(0).says(told);
    let one = convert(&[&args[..], &["--class-map", "Cat=cat"]].concat(), &input).exits(0);
    assert!(!one.stderr.contains("case only"), "{}", one.stderr);
    let boxes = [one_box(1, "a.jpg", json!("Cat")), one_box(2, "b.jpg", json!("cat"))].concat();
    for to in ["coco", "yolo", "voc", "csv", "json", "createml"] {
        convert(&["--to", to], &boxes).exits(0).says(told);
    }
}

#[test]
fn folders_of_a_field_and_splits_that_differ_by_case_only_do_not_meet() {
    let input = [one_box(1, "a.jpg", json!("car")), one_box(2, "b.jpg", json!("car"))].concat();
    let input =
        input.replace("\"id\":1,", "\"id\":1,\"scene\":\"Rain\",").replace("\"id\":2,", "\"id\":2,\"scene\":\"rain\",");
    let out = texts(&["--to", "json", "--by", "scene", "--report", "none"], &input);
    let folders: Vec<&str> =
        out.keys().filter_map(|path| path.strip_prefix("annotations/")?.split('/').next()).collect();
    assert!(folders.len() == 2 && folders[0] == "Rain" && folders[1].starts_with("rain_id_"), "{out:?}");
    convert(&["--to", "json", "--split", "scene"], &input).exits(3).says("\"rain\"").says("\"Rain\"");
}
