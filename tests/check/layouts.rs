//! Datasets in the layouts of other tools: each is found, read to its last file, and nothing is said of it that its reader does not do.

use crate::common::{Ran, run};
use crate::problems::png;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Writes files. Those that are images by their name are: of one name equal, of others not. `ROOT` stands for the folder.
pub fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    for (path, text) in files {
        let at = folder.path().join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let name = path.rsplit('/').next().unwrap();
        let is_image = [".jpg", ".JPG", ".png"].iter().any(|ext| name.ends_with(ext)) && text.is_empty();
        let grey = name.bytes().fold(0, u8::wrapping_add);
        let bytes =
            if is_image { png(20, 16, grey, None) } else { text.replace("ROOT", root.to_str().unwrap()).into_bytes() };
        fs::write(at, bytes).unwrap();
    }
    folder
}

pub fn check(folder: &Path, more: &[&str]) -> Ran {
    run("syn-convert", &[&["--check", folder.to_str().unwrap()], more].concat(), b"")
}

/// The codes of the findings, each once, in the order of the alphabet.
fn codes(ran: &Ran) -> Vec<String> {
    let code =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().to_owned();
    let mut codes: Vec<String> = ran.text().lines().map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

const ROW: &str = "0 0.5 0.5 0.4 0.2\n";
const ROWS: &str = "0 0.5 0.5 0.4 0.2\n1 0.3 0.4 0.1 0.1\n";
const NAMES: &str = "nc: 2\nnames: ['car', 'road']\n";

macro_rules! voc {
    ($name:literal, $class:literal) => {
        concat!(
            "<annotation><filename>",
            $name,
            "</filename><size><width>20</width><height>16</height></size><object><name>",
            $class,
            "</name><bndbox><xmin>2.5</xmin><ymin>3</ymin><xmax>12</xmax><ymax>11</ymax></bndbox></object></annotation>"
        )
    };
}

/// A document of one image and one box.
macro_rules! coco {
    ($name:literal) => {
        concat!(
            r#"{"info":{},"images":[{"id":1,"file_name":""#,
            $name,
            r#"","width":20,"height":16}],"#,
            r#""annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[2,3,10,8],"area":80,"iscrowd":0}],"#,
            r#""categories":[{"id":1,"name":"car"}]}"#
        )
    };
}

/// A layout: its name, its files, what is said to be read of it, the findings, the exit code.
type Layout<'l> = (&'l str, &'l [(&'l str, &'l str)], &'l str, &'l [&'l str], i32);

const LAYOUTS: &[Layout<'_>] = &[
    (
        "Ultralytics",
        &[
            ("data.yaml", "train: images/train\nval: images/val\nnames:\n  0: car\n  1: road\n"),
            ("images/train/a.jpg", ""),
            ("labels/train/a.txt", ROWS),
            ("images/val/deep/b.jpg", ""),
            ("labels/val/deep/b.txt", ROW),
        ],
        "yolo (2 images, 3 annotations)",
        &[],
        0,
    ),
    (
        "Ultralytics, another name and an absolute path",
        &[
            ("my set.yml", "path: ROOT\ntrain: images/train\nval: images/val\nnames: [car, road]\n"),
            ("images/train/a.jpg", ""),
            ("labels/train/a.txt", ROWS),
            ("images/val/b.jpg", ""),
            ("labels/val/b.txt", ROW),
        ],
        "yolo (2 images, 3 annotations)",
        &[],
        0,
    ),
    (
        "Ultralytics, a path to a folder beside that of the file",
        &[
            ("configs/coco.yaml", "path: ../pictures\ntrain: images/train\nval: images/val\nnames: [car, road]\n"),
            ("pictures/images/train/a.jpg", ""),
            ("pictures/labels/train/a.txt", ROWS),
            ("pictures/images/val/b.jpg", ""),
            ("pictures/labels/val/b.txt", ROW),
        ],
        "yolo (2 images, 3 annotations)",
        &["YOLO_PATH_KEY"],
        0,
    ),
    (
        "Ultralytics, lists of images",
        &[
            ("data.yaml", "train: train.txt\nval: val.txt\nnames: [car, road]\n"),
            ("train.txt", "./images/a.jpg\n./images/b.jpg\n"),
            ("val.txt", "ROOT/images/c.jpg\n"),
            ("images/a.jpg", ""),
            ("labels/a.txt", ROWS),
            ("images/b.jpg", ""),
            ("labels/b.txt", ""),
            ("images/c.jpg", ""),
            ("labels/c.txt", ROW),
        ],
        "yolo (3 images, 3 annotations)",
        &[],
        0,
    ),
    (
        "Ultralytics, a list of folders",
        &[
            ("data.yaml", "train: [one/images, two/images]\nval: one/images\nnames: [car, road]\n"),
            ("one/images/a.jpg", ""),
            ("one/labels/a.txt", ROWS),
            ("two/images/b.jpg", ""),
            ("two/labels/b.txt", ROW),
        ],
        "yolo (3 images, 5 annotations)",
        &["IMAGE_IN_TWO_PARTS"],
        0,
    ),
    (
        "Roboflow, YOLO",
        &[
            (
                "data.yaml",
                "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnc: 2\nnames: ['car', 'road']\n",
            ),
            ("README.roboflow.txt", "0 1 2 3 4 5\n"),
            ("train/images/a.jpg", ""),
            ("train/labels/a.txt", ROWS),
            ("valid/images/b.jpg", ""),
            ("valid/labels/b.txt", ROW),
            ("test/images/c.jpg", ""),
            ("test/labels/c.txt", ROW),
        ],
        "yolo (3 images, 4 annotations)",
        &[],
        0,
    ),
    (
        "Roboflow, COCO",
        &[
            ("train/_annotations.coco.json", coco!("a.jpg")),
            ("train/a.jpg", ""),
            ("valid/_annotations.coco.json", coco!("b.jpg")),
            ("valid/b.jpg", ""),
        ],
        "coco (2 datasets, 2 images, 2 annotations)",
        &[],
        0,
    ),
    (
        "Roboflow, VOC",
        &[
            ("train/a.xml", voc!("a.jpg", "bus stop")),
            ("train/a.jpg", ""),
            ("valid/b.xml", voc!("b.jpg", "bus stop")),
            ("valid/b.jpg", ""),
        ],
        "voc (2 datasets, 2 images, 2 annotations)",
        &[],
        0,
    ),
    (
        "CVAT, YOLO 1.1",
        &[
            ("obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n"),
            ("obj.names", "car\nroad\n"),
            ("train.txt", "data/obj_train_data/a.jpg\n"),
            ("obj_train_data/a.jpg", ""),
            ("obj_train_data/a.txt", ROWS),
        ],
        "yolo (1 images, 2 annotations)",
        &[],
        0,
    ),
    (
        "CVAT, YOLO 1.1 without images",
        &[
            ("obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n"),
            ("obj.names", "car\nroad\n"),
            ("train.txt", "data/obj_train_data/a.jpg\n"),
            ("obj_train_data/a.txt", ROWS),
        ],
        "yolo (1 images, 2 annotations)",
        &["IMAGES_ABSENT"],
        0,
    ),
    (
        "darknet",
        &[
            ("data/obj.data", "classes=2\ntrain=data/train.txt\nvalid=data/test.txt\nnames=data/obj.names\n"),
            ("data/obj.names", "car\nroad\n"),
            ("data/train.txt", "data/obj/a.jpg\n"),
            ("data/test.txt", "data/obj/b.jpg\n"),
            ("data/obj/a.jpg", ""),
            ("data/obj/a.txt", ROWS),
            ("data/obj/b.jpg", ""),
            ("data/obj/b.txt", ROW),
        ],
        "yolo (2 images, 3 annotations)",
        &[],
        0,
    ),
    (
        "Label Studio, YOLO",
        &[
            ("classes.txt", "car\nroad\n"),
            ("notes.json", r#"{"categories":[{"id":0,"name":"car"}],"info":{"contributor":"Label Studio"}}"#),
            ("images/1a-a.jpg", ""),
            ("labels/1a-a.txt", ROWS),
        ],
        "yolo (1 images, 2 annotations)",
        &["YOLO_NOT_DESCRIBED"],
        0,
    ),
    (
        "Label Studio, COCO",
        &[("result.json", coco!("images/a.jpg")), ("images/a.jpg", "")],
        "coco (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "Label Studio, VOC",
        &[("Annotations/a.xml", voc!("a", "car")), ("images/a.jpg", "")],
        "voc (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "LabelImg, YOLO",
        &[("a.jpg", ""), ("a.txt", ROWS), ("b.JPG", ""), ("b.txt", ROW), ("classes.txt", "car\nroad\n")],
        "yolo (2 images, 3 annotations)",
        &["YOLO_NOT_DESCRIBED"],
        0,
    ),
    (
        "LabelImg, VOC",
        &[
            ("shots/a.jpg", ""),
            ("shots/a.xml", voc!("a.jpg", "bus stop")),
            ("shots/b.png", ""),
            ("shots/b.xml", voc!("b.png", "car")),
        ],
        "voc (2 images, 2 annotations)",
        &[],
        0,
    ),
    (
        "labelme2yolo",
        &[
            (
                "dataset.yaml",
                "path: ../datasets/mine\ntrain: images/train\nval: images/val\ntest:\n\nnames:\n  0: car\n",
            ),
            ("images/train/a.jpg", ""),
            ("labels/train/a.txt", ROW),
            ("images/val/b.jpg", ""),
            ("labels/val/b.txt", ROW),
        ],
        "yolo (2 images, 2 annotations)",
        &["YOLO_PATH_KEY"],
        0,
    ),
    (
        "FiftyOne, YOLO",
        &[
            ("dataset.yaml", "names:\n  0: car\n  1: road\npath: ROOT\ntrain: ./images/train/\nval: ./images/val/\n"),
            ("images/train/a.jpg", ""),
            ("labels/train/a.txt", ROWS),
            ("images/val/b.jpg", ""),
            ("labels/val/b.txt", ROW),
        ],
        "yolo (2 images, 3 annotations)",
        &[],
        0,
    ),
    (
        "FiftyOne, COCO",
        &[("labels.json", coco!("a.jpg")), ("data/a.jpg", "")],
        "coco (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "FiftyOne, VOC",
        &[("labels/a.xml", voc!("a.jpg", "car")), ("data/a.jpg", "")],
        "voc (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "Datumaro, COCO",
        &[("annotations/instances_default.json", coco!("a.jpg")), ("images/default/a.jpg", "")],
        "coco (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "Datumaro, VOC",
        &[
            ("Annotations/a.xml", voc!("a.jpg", "sign")),
            ("JPEGImages/a.jpg", ""),
            ("ImageSets/Main/default.txt", "a\n"),
            ("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\nsign:128,0,0::\n"),
        ],
        "voc (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "supervision, YOLO",
        &[("data.yaml", NAMES), ("images/a.jpg", ""), ("labels/a.txt", ROWS)],
        "yolo (1 images, 2 annotations)",
        &["YOLO_NO_PARTS"],
        0,
    ),
    (
        "supervision, COCO",
        &[("annotations.json", coco!("a.jpg")), ("images/a.jpg", "")],
        "coco (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "supervision, VOC",
        &[("annotations/a.xml", voc!("a.jpg", "car")), ("images/a.jpg", "")],
        "voc (1 images, 1 annotations)",
        &[],
        0,
    ),
    (
        "COCO 2017",
        &[
            ("annotations/instances_train2017.json", coco!("000001.jpg")),
            ("annotations/instances_val2017.json", coco!("000002.jpg")),
            (
                "annotations/captions_train2017.json",
                r#"{"info":{},"images":[{"id":1,"file_name":"000001.jpg","width":20,"height":16}],"licenses":[],"annotations":[{"image_id":1,"id":7,"caption":"A car."}]}"#,
            ),
            (
                "annotations/panoptic_val2017.json",
                r#"{"info":{},"images":[{"id":2,"file_name":"000002.jpg","width":20,"height":16}],"annotations":[{"segments_info":[{"id":5,"category_id":1,"area":8,"bbox":[1,1,4,2],"iscrowd":0}],"file_name":"000002.png","image_id":2}],"categories":[{"id":1,"name":"car","isthing":1}]}"#,
            ),
            ("annotations/panoptic_val2017/000002.png", ""),
            (
                "annotations/image_info_test2017.json",
                r#"{"info":{},"images":[{"id":3,"file_name":"000003.jpg","width":20,"height":16}],"licenses":[],"categories":[{"id":1,"name":"car"}]}"#,
            ),
            ("train2017/000001.jpg", ""),
            ("val2017/000002.jpg", ""),
            ("test2017/000003.jpg", ""),
        ],
        "coco (5 datasets, 5 images, 4 annotations)",
        &[],
        0,
    ),
    (
        "VOC 2012",
        &[
            ("VOCdevkit/VOC2012/Annotations/2007_000001.xml", voc!("2007_000001.jpg", "person")),
            ("VOCdevkit/VOC2012/JPEGImages/2007_000001.jpg", ""),
            ("VOCdevkit/VOC2012/ImageSets/Main/train.txt", "2007_000001\n"),
            ("VOCdevkit/VOC2012/ImageSets/Main/trainval.txt", "2007_000001\n"),
            ("VOCdevkit/VOC2012/ImageSets/Main/person_train.txt", "2007_000001  1\n"),
        ],
        "voc (1 images, 1 annotations)",
        &[],
        0,
    ),
];

#[test]
fn every_layout_is_read_whole_and_nothing_is_made_up() {
    let mut wrong = Vec::new();
    for (name, files, read, expected, exit) in LAYOUTS {
        let folder = tree(files);
        let ran = check(folder.path(), &["--log-format", "json"]);
        let said = &ran.stderr;
        if codes(&ran) != *expected || ran.code() != *exit || !said.contains(&format!("checked {read}:")) {
            wrong.push(format!("{name}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// File lines as a whole stream.
#[cfg(feature = "net")]
fn framed(lines: &[String]) -> String {
    let (begin, end) = ("{\"@stream\":\"begin\",\"kind\":\"files\",\"version\":1}", lines.len());
    format!("{begin}\n{}\n{{\"@stream\":\"end\",\"count\":{end}}}\n", lines.join("\n"))
}

#[cfg(feature = "net")]
#[test]
fn every_layout_is_read_from_an_archive_too() {
    // One kind of archive each, in turn.
    let here =
        |files: &[(&str, &str)]| files.iter().all(|(_, text)| !text.contains("ROOT") && !text.contains("../datasets"));
    let suffixes = ["zip", "tar", "tar.gz", "tar.zst"].iter().cycle();
    for ((name, files, read, _, _), suffix) in LAYOUTS.iter().filter(|layout| here(layout.1)).zip(suffixes) {
        let folder = tree(files);
        let lines: Vec<String> = files
            .iter()
            .map(|(path, _)| serde_json::json!({"path": path, "file": folder.path().join(path)}).to_string())
            .collect();
        let archive = folder.path().join(format!("set.{suffix}"));
        run("syn-sink", &["--allow-file-refs", archive.to_str().unwrap()], framed(&lines).as_bytes()).exits(0);
        let ran = check(&archive, &[]);
        assert!(ran.stderr.contains(&format!("checked {read}:")), "{name} in {suffix}: {ran:?}");
    }
}

/// What must not pass: nothing of it was read, or not all.
#[test]
fn what_was_not_read_is_no_pass() {
    let cases: &[(&str, &[(&str, &str)], &str)] = &[
        ("nothing", &[], "no dataset was found"),
        ("images alone", &[("a.jpg", ""), ("b.jpg", "")], "no dataset was found"),
        ("settings of a training", &[("args.yaml", "task: detect\nepochs: 3\n")], "no dataset was found"),
        ("an archive", &[("set.zip", "PK")], "set.zip was not read"),
        (
            "Label Studio's own",
            &[("tasks.json", r#"[{"id":1,"annotations":[{"result":[]}],"data":{"image":"a.jpg"}}]"#)],
            "Label Studio",
        ),
        (
            "LabelMe's JSON",
            &[("a.json", r#"{"version":"5.0","flags":{},"shapes":[],"imagePath":"a.jpg"}"#), ("a.jpg", "")],
            "LabelMe",
        ),
        (
            "LabelMe's XML",
            &[(
                "a.xml",
                "<annotation><filename>a.jpg</filename><object><polygon><pt><x>1</x></pt></polygon></object></annotation>",
            )],
            "LabelMe",
        ),
        (
            "CVAT's XML",
            &[("annotations.xml", "<annotations><version>1.1</version><meta></meta></annotations>")],
            "CVAT",
        ),
        (
            "Datumaro's own",
            &[("annotations/train.json", r#"{"info":{},"categories":{"label":{}},"items":[]}"#)],
            "Datumaro",
        ),
        ("KITTI", &[("training/label_2/1.txt", "Car 0.0 0 -1.8 1 2 3 4 1 2 3 4 5 6 7\n")], "KITTI"),
        ("FiftyOne's own", &[("samples.json", r#"{"samples":[]}"#), ("data/a.jpg", "")], "FiftyOne"),
        (
            "a document of nothing",
            &[("instances.json", r#"{"info":{},"images":[],"annotations":[],"categories":[]}"#)],
            "no image and no annotation",
        ),
        (
            "another format beside one that is sound",
            &[
                ("annotations.xml", "<annotations><meta></meta></annotations>"),
                ("result.json", coco!("a.jpg")),
                ("a.jpg", ""),
            ],
            "CVAT",
        ),
    ];
    for (name, files, says) in cases {
        let folder = tree(files);
        let ran = check(folder.path(), &[]);
        assert!(ran.code() == 3 && ran.stderr.contains(says), "{name}: {ran:?}");
    }
}

/// One picture that is there makes the others missing; none at all is an export without pictures.
#[test]
fn images_are_missing_where_others_are_not() {
    let yaml = ("data.yaml", "train: images/train\nval: images/val\nnames: [car, road]\n");
    let labels = [("labels/train/a.txt", ROWS), ("labels/val/b.txt", ROW)];
    let [a, b] = [("images/train/a.jpg", ""), ("images/val/b.jpg", "")];
    let document = ("annotations/instances.json", coco!("a.jpg"));
    let cases: &[(&str, &[(&str, &str)], &[&str], i32)] = &[
        ("yolo, all", &[yaml, labels[0], labels[1], a, b], &[], 0),
        ("yolo, none", &[yaml, labels[0], labels[1]], &["IMAGES_ABSENT"], 0),
        ("yolo, those of val are gone", &[yaml, labels[0], labels[1], a], &["YOLO_PART_EMPTY"], 3),
        ("yolo, those of train are gone", &[yaml, labels[0], labels[1], b], &["YOLO_PART_EMPTY"], 3),
        (
            "yolo, of a list",
            &[
                ("data.yaml", "train: t.txt\nval: t.txt\nnames: [car, road]\n"),
                ("t.txt", "./images/a.jpg\n./images/b.jpg\n"),
                ("images/b.jpg", ""),
                ("labels/a.txt", ROWS),
                ("labels/b.txt", ROW),
            ],
            &["IMAGE_IN_TWO_PARTS", "IMAGE_MISSING"],
            3,
        ),
        ("coco, none", &[document], &["IMAGES_ABSENT"], 0),
        ("coco, all names are wrong", &[document, ("images/A.jpg", "")], &["IMAGE_MISSING"], 3),
        (
            "coco, images of another part",
            &[("annotations/instances_train2017.json", coco!("a.jpg")), ("val2017/b.jpg", "")],
            &["IMAGE_MISSING"],
            3,
        ),
        ("voc, none", &[("Annotations/a.xml", voc!("a.jpg", "car"))], &["IMAGES_ABSENT"], 0),
        (
            "voc, another is there",
            &[
                ("Annotations/a.xml", voc!("a.jpg", "car")),
                ("Annotations/b.xml", voc!("b.jpg", "car")),
                ("JPEGImages/b.jpg", ""),
            ],
            &["IMAGE_MISSING"],
            3,
        ),
        (
            "voc, planes are no pictures",
            &[("Annotations/a.xml", voc!("a.jpg", "car")), ("SegmentationObject/a.png", "")],
            &["IMAGES_ABSENT"],
            0,
        ),
    ];
    let mut wrong = Vec::new();
    for (name, files, expected, exit) in cases {
        let folder = tree(files);
        let ran = check(folder.path(), &["--log-format", "json"]);
        if codes(&ran) != *expected || ran.code() != *exit {
            wrong.push(format!("{name}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[cfg(feature = "net")]
#[test]
fn a_path_does_not_leave_an_archive() {
    let folder = tree(&[("data.yaml", "path: /\ntrain: etc\nval: ../../etc\nnames: [car]\n")]);
    let line = serde_json::json!({"path": "data.yaml", "file": folder.path().join("data.yaml")}).to_string();
    let archive = folder.path().join("x.tar");
    run("syn-sink", &["--allow-file-refs", archive.to_str().unwrap()], framed(&[line]).as_bytes()).exits(0);
    let ran = check(&archive, &[]);
    assert!(ran.code() == 3 && !ran.text().contains("/etc/"), "{ran:?}");
}
