//! Other cases of faults that were met once: forms of files that readers take although they look odd, and what they do not take although it
//! looks sound. A row each.

use crate::sets::{ROW, ROWS, check, coco, codes, judged, tree, voc};
use std::fs;
use std::path::Path;

type Files<'f> = &'f [(&'f str, &'f str)];

const YAML: (&str, &str) = ("data.yaml", "train: images/train\nval: images/val\nnames: [car, road]\n");

/// A dataset of YOLO with these files in the place of its own, or beside them.
fn yolo<'f>(others: Files<'f>) -> Vec<(&'f str, &'f str)> {
    let own = [
        YAML,
        ("images/train/a.jpg", ""),
        ("labels/train/a.txt", ROWS),
        ("images/val/b.jpg", ""),
        ("labels/val/b.txt", ROW),
    ];
    own.into_iter()
        .filter(|(path, _)| !others.iter().any(|(other, _)| path == other))
        .chain(others.iter().copied())
        .collect()
}

#[test]
fn forms_of_yaml() {
    let yaml = |text| yolo(Vec::leak(vec![("data.yaml", text)]));
    judged(&[
        ("Windows line ends", yaml("train: images/train\r\nval: images/val\r\nnames: [car, road]\r\n"), &[], 0),
        ("a byte-order mark", yaml("\u{feff}train: images/train\nval: images/val\nnames: [car, road]\n"), &[], 0),
        ("a key twice", yaml("train: x\ntrain: images/train\nval: images/val\nnames: [car, road]\n"), &[], 0),
        ("an anchor", yaml("a: &a images/train\ntrain: *a\nval: images/val\nnames: [car, road]\n"), &[], 0),
        ("nc alone", yaml("train: images/train\nval: images/val\nnc: 2.0\n"), &[], 0),
        ("the whole folder", yaml("train: .\nval: images/val\nnames: [car, road]\n"), &["IMAGE_IN_TWO_PARTS"], 0),
        ("an empty text", yaml("train: ''\nval: images/val\nnames: [car, road]\n"), &["YOLO_SPLIT_KEY_MISSING"], 3),
        ("an empty list", yaml("train: images/train\nval: []\nnames: [car, road]\n"), &["YOLO_VAL_EMPTY"], 0),
        (
            "Windows separators",
            yaml("train: images\\train\nval: images/val\nnames: [car, road]\n"),
            &["YOLO_FOLDER_MISSING"],
            3,
        ),
        (
            "an item of no value",
            yaml("train: images/train\nval: images/val\nnames:\n- car\n-\n"),
            &["YOLO_NAME_NOT_QUOTED"],
            3,
        ),
        (
            "not a number",
            yaml("train: images/train\nval: images/val\nnames: [car, .nan]\n"),
            &["YOLO_NAME_NOT_QUOTED"],
            3,
        ),
        ("a date", yaml("train: images/train\nval: images/val\nnames: [car, 2020-01-01]\n"), &[], 0),
        (
            "settings of a training beside it",
            yolo(&[("args.yaml", "task: detect\ndata: data.yaml\nnames: null\n")]),
            &[],
            0,
        ),
    ]);
}

#[test]
fn forms_of_lists_and_labels() {
    let list = |text| {
        let yaml = ("data.yaml", "train: t.txt\nval: images/val\nnames: [car, road]\n");
        yolo(Vec::leak(vec![yaml, ("t.txt", text)]))
    };
    let label = |text| yolo(Vec::leak(vec![("labels/train/a.txt", text)]));
    judged(&[
        ("a list", list("./images/train/a.jpg\n"), &[], 0),
        ("a list with Windows line ends and a mark", list("\u{feff}./images/train/a.jpg\r\n\r\n"), &[], 0),
        ("blanks around a list", list("\n  ./images/train/a.jpg  \n\n"), &[], 0),
        ("an absolute path", list("ROOT/images/train/a.jpg\n"), &[], 0),
        (
            "blanks behind a line",
            list("./images/train/a.jpg \n./images/val/b.jpg\n"),
            &["IMAGE_IN_TWO_PARTS", "YOLO_IMAGE_TYPE"],
            3,
        ),
        ("an empty list", list("\n"), &["YOLO_TRAIN_EMPTY"], 3),
        ("tabs, blanks, empty lines", label("0\t0.5 0.5 0.4 0.2  \t\n\n 1 0.3 0.3 0.1 0.1\n  \n"), &[], 0),
        ("exponents", label("0 5e-1 5.0E-1 4e-1 .2\n1.0 0.3 0.3 1e-1 +.1\n"), &[], 0),
        ("old line ends", label("0 0.5 0.5 0.4 0.2\r1 0.3 0.3 0.1 0.1\r"), &[], 0),
        ("other ends of lines", label("0 0.5 0.5 0.4 0.2\u{b}1 0.3 0.3 0.1 0.1\u{2028}"), &[], 0),
        ("a name in the place of a number", label("car 0.5 0.5 0.4 0.2\n"), &["CLASS_UNUSED", "LABEL_NOT_A_NUMBER"], 3),
        ("a label in capitals", yolo(&[("labels/train/a.TXT", ROW), ("labels/train/a.txt", ROWS)]), &[], 0),
    ]);
}

#[test]
fn forms_of_coco() {
    let (document, name) = (coco!("a.jpg"), "annotations/instances_train.json");
    let with = |from: &str, to: &str| {
        assert!(document.contains(from), "{from}");
        vec![(name, &*String::leak(document.replace(from, to))), ("images/a.jpg", "")]
    };
    let id = "\"images\":[{\"id\":1,";
    let text = with(id, "\"images\":[{\"id\":\"a\",");
    let text = vec![(text[0].0, &*String::leak(text[0].1.replace("\"image_id\":1", "\"image_id\":\"a\""))), text[1]];
    let val = |file: &'static str| ("annotations/instances_val.json", &*String::leak(document.replace("a.jpg", file)));
    judged(&[
        ("ids that are texts", text, &["COCO_ID_TEXT"], 3),
        (
            "an image id that is a text, and its annotation's is not",
            with(id, "\"images\":[{\"id\":\"1\","),
            &["COCO_ID_TEXT", "COCO_IMAGE_UNKNOWN"],
            3,
        ),
        ("ids with a point", with(id, "\"images\":[{\"id\":1.0,"), &[], 0),
        ("NaN", with("\"area\":80", "\"area\":NaN"), &["COCO_AREA_INVALID", "COCO_NOT_FINITE"], 3),
        ("Infinity", with("[2,3,10,8]", "[2,3,-Infinity,8]"), &["COCO_BBOX_INVALID", "COCO_NOT_FINITE"], 3),
        ("NaN where nobody looks", with("{\"info\":{}", "{\"info\":{\"x\":[NaN, Infinity]}"), &["COCO_NOT_FINITE"], 3),
        ("a word that begins so", with("\"area\":80", "\"area\":NaNa"), &["COCO_INVALID_JSON"], 3),
        ("NaN in a text", with("\"name\":\"car\"", "\"name\":\"a, NaN\""), &[], 0),
        ("a byte-order mark", with("{\"info\":{}", "\u{feff}{\"info\":{}"), &["COCO_INVALID_JSON"], 3),
        ("no joints", with("\"area\":80", "\"area\":80,\"keypoints\":[],\"num_keypoints\":0"), &[], 0),
        (
            "no joints, and one is counted",
            with("\"area\":80", "\"area\":80,\"keypoints\":[],\"num_keypoints\":1"),
            &["COCO_KEYPOINTS_INVALID"],
            3,
        ),
        (
            "the same picture in two documents",
            vec![(name, document), val("a.jpg"), ("images/a.jpg", "")],
            &["IMAGE_IN_TWO_PARTS"],
            0,
        ),
        (
            "documents of two kinds of one part",
            vec![(name, document), ("annotations/person_keypoints_train.json", document), ("images/a.jpg", "")],
            &[],
            0,
        ),
    ]);
}

#[test]
fn forms_of_voc() {
    let own = voc!("a.jpg", "car");
    let with = |from: &str, to: &str| {
        assert!(own.contains(from), "{from}");
        let xml = String::leak(own.replace(from, to));
        vec![
            ("Annotations/a.xml", &*xml),
            ("JPEGImages/a.jpg", ""),
            ("ImageSets/Main/train.txt", "a\n"),
            ("labelmap.txt", "background:0,0,0::\ncar:1,2,3::\n"),
        ]
    };
    judged(&[
        ("a path of Windows for a name", with("a.jpg", "C:\\data\\a.jpg"), &["VOC_FILE_NAME_DIFFERS"], 3),
        ("a namespace", with("<annotation>", "<annotation xmlns=\"http://e.example\">"), &["VOC_INVALID_XML"], 3),
        ("an attribute", with("<annotation>", "<annotation verified=\"yes\">"), &[], 0),
        ("blanks around a number", with("<xmin>2.5<", "<xmin> 2.5\n<"), &[], 0),
        (
            "planes without a single XML file",
            vec![
                ("SegmentationClass/a.png", ""),
                ("JPEGImages/a.jpg", ""),
                ("ImageSets/Segmentation/train.txt", "a\n"),
                ("labelmap.txt", "background:0,0,0::\ncar:1,2,3::\n"),
            ],
            &["VOC_PLANE_COLOURS"],
            0,
        ),
    ]);
}

/// Pipes and links have names like any other file.
#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tree(&yolo(&[("annotations/x.json", coco!("c.jpg")), ("c.jpg", "")]));
    for name in
        ["images/train/p.jpg", "labels/train/p.txt", "labels/val/b.xml", "x.json", "y.yaml", "z.ndjson", "q.data"]
    {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap();
        assert!(made.success());
    }
    // One that a document and one that a list names.
    let list = folder.path().join("list.txt");
    fs::write(&list, "./images/train/p.jpg\n./images/train/a.jpg\n").unwrap();
    let yaml = "train: list.txt\nval: images/val\nnames: [car, road]\n";
    fs::write(folder.path().join("data.yaml"), yaml).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("images/loop")).unwrap();
    let ran = check(Path::new(folder.path()), &["--log-format", "json"]);
    assert!(ran.code() == 3 && codes(&ran).contains(&"IMAGE_MISSING".to_owned()), "{ran:?}");
}
