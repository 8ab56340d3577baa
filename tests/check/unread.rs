//! What must not pass: what was not read, images that are missing, archives that lead out of themselves.

#[cfg(feature = "net")]
use crate::common::{exe, run};
#[cfg(feature = "net")]
use crate::layouts::{Layout, layouts};
use crate::sets::{ROW, ROWS, check, coco, judged, tree, voc};

/// Paths and texts.
type Files<'f> = &'f [(&'f str, &'f str)];

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
    let all = layouts();
    let leaves =
        |layout: &Layout| layout.files.values().any(|text| text.contains("ROOT") || text.contains("../datasets"));
    let suffixes = ["zip", "tar", "tar.gz", "tar.zst"].iter().cycle();
    for (layout, suffix) in all.iter().filter(|layout| !leaves(layout)).zip(suffixes) {
        let folder = tree(&layout.files());
        let line = |path: &String| serde_json::json!({"path": path, "file": folder.path().join(path)}).to_string();
        let lines: Vec<String> = layout.files.keys().map(line).collect();
        let archive = folder.path().join(format!("set.{suffix}"));
        run("syn-sink", &["--allow-file-refs", archive.to_str().unwrap()], framed(&lines).as_bytes()).exits(0);
        let ran = check(&archive, &[]);
        let read = ran.stderr.contains(&format!("checked {}:", layout.read));
        assert!(read, "{} in {suffix}: {ran:?}", layout.name);
    }
}

/// What must not pass: nothing of it was read, or not all.
#[test]
fn what_was_not_read_is_no_pass() {
    let cases: &[(&str, Files<'_>, &str)] = &[
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
        (
            "KITTI beside a note",
            &[("label/0.txt", "of mine\n"), ("label/1.txt", "Car 0.0 0 -1.8 1 2 3 4 1 2 3 4 5 6 7\n")],
            "KITTI",
        ),
        ("KITTI's results", &[("1.txt", "Car 0.0 0 -1.8 1 2 3 4 1 2 3 4 5 6 7 0.9\n")], "KITTI"),
        ("DOTA", &[("labelTxt/1.txt", "imagesource:GoogleEarth\ngsd:0.1\n1 2 3 4 5 6 7 8 small-vehicle 0\n")], "DOTA"),
        ("MOT", &[("gt/gt.txt", "1,1,912,484,97,109,0,7,1\n")], "MOT"),
        (
            "Label Studio's, short",
            &[("a.json", r#"[{"image":"a.jpg","id":1,"annotator":1,"annotation_id":2}]"#)],
            "Label Studio",
        ),
        (
            "VIA, regions alone",
            &[("via.json", r#"{"a.jpg1":{"filename":"a.jpg","regions":[{"shape_attributes":{}}]}}"#)],
            "VIA",
        ),
        (
            "Create ML",
            &[("_annotations.createml.json", r#"[{"image":"a.jpg","annotations":[{"label":"car"}]}]"#)],
            "Create ML",
        ),
        ("Cityscapes", &[("a_polygons.json", r#"{"imgHeight":1,"imgWidth":2,"objects":[]}"#)], "Cityscapes"),
        ("Supervisely", &[("ann/a.jpg.json", r#"{"size":{"height":1,"width":2},"objects":[]}"#)], "Supervisely"),
        ("V7", &[("a.json", r#"{"version":"2.0","item":{"name":"a.jpg"},"annotations":[]}"#)], "V7"),
        ("BDD100K", &[("det.json", r#"[{"name":"a.jpg","labels":[{"category":"car"}]}]"#)], "BDD100K"),
        (
            "the second of two documents",
            &[("a.json", "{}"), ("b.json", r#"{"shapes":[],"imagePath":"a.jpg"}"#)],
            "b.json was not read",
        ),
        ("a table", &[("_annotations.csv", "filename,width,height,class,xmin,ymin,xmax,ymax\n")], "a table of boxes"),
        ("folders by class", &[("cat/a.jpg", ""), ("dog/b.jpg", "")], "folders by class"),
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
    let cases: &[(&str, Files<'_>, &[&str], i32)] = &[
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
    judged(cases);
}

/// A folder of several datasets: images of one do not make those of another missing, nor are their labels one dataset.
#[test]
fn datasets_side_by_side_are_judged_each_by_itself() {
    let yaml = "train: images/train\nval: images/val\nnames: [car]\n";
    let with = [
        ("x/data.yaml", yaml),
        ("x/images/train/a.jpg", ""),
        ("x/images/val/b.jpg", ""),
        ("x/labels/train/a.txt", ROW),
        ("x/labels/val/b.txt", ROW),
    ];
    let pose = "0 0.5 0.5 0.2 0.2 0.1 0.2 2 0.3 0.4 2 0.5 0.6 2\n";
    let cases: &[(&str, Files<'_>, &[&str], i32)] = &[
        ("coco", &[("y/annotations/instances_val.json", coco!("b.jpg"))], &["IMAGES_ABSENT"], 0),
        ("coco, deep", &[("y/z/instances_val.json", coco!("b.jpg"))], &["IMAGES_ABSENT"], 0),
        (
            "yolo",
            &[("y/data.yaml", yaml), ("y/labels/train/b.txt", ROW), ("y/labels/val/c.txt", ROW)],
            &["IMAGES_ABSENT"],
            0,
        ),
        ("voc", &[("y/Annotations/b.xml", voc!("b.jpg", "car"))], &["IMAGES_ABSENT"], 0),
        ("labels", &[("y/labels/b.txt", ROW)], &["IMAGES_ABSENT", "YOLO_NOT_DESCRIBED"], 0),
        (
            "labels of two datasets",
            &[("y/labels/train/b.txt", ROW), ("z/labels/c.txt", "0 0.1 0.1 0.5 0.1 0.5 0.5\n")],
            &["IMAGES_ABSENT", "YOLO_NOT_DESCRIBED"],
            0,
        ),
        ("labels with joints", &[("y/labels/b.txt", pose)], &["IMAGES_ABSENT", "YOLO_NOT_DESCRIBED"], 0),
        (
            "two parts of one dataset, as Roboflow has them",
            &[
                ("y/train/_annotations.coco.json", coco!("c.jpg")),
                ("y/train/c.jpg", ""),
                ("y/valid/_annotations.coco.json", coco!("b.jpg")),
            ],
            &["IMAGE_MISSING"],
            3,
        ),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(name, files, expected, exit)| (*name, [&with[..], files].concat(), *expected, *exit))
        .collect();
    judged(&cases);
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

/// What was unpacked or copied would stay in the folder for temporary files.
#[cfg(feature = "net")]
#[test]
fn a_check_that_is_stopped_leaves_nothing() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let mut check = Command::new(exe("syn-convert"));
        check.args(["--check", "-"]).env("TMPDIR", folder.path()).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = check.spawn().unwrap();
        let lines = framed(&[r#"{"path":"images/a.txt","text":""}"#.to_owned()]);
        let (begun, _) = lines.rsplit_once("{\"@stream").unwrap();
        let start = Instant::now();
        // Kept: `wait` would close it, and a stream that ends early is an end of its own.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(begun.as_bytes()).unwrap();
        while std::fs::read_dir(folder.path()).unwrap().next().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "nothing is unpacked");
            std::thread::yield_now();
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let ended = child.wait().unwrap();
        drop(stdin);
        assert_eq!(ended.code(), Some(code), "{signal}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{signal}");
    }
}
