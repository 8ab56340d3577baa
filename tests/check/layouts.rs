//! Datasets in the layouts of other tools: each is found, read to its last file, and nothing is said of it that its reader does not do.

use crate::sets::{NAMES, ROW, ROWS, check, coco, codes, tree, voc};

/// A layout: its name, its files, what is said to be read of it, the findings, the exit code.
pub type Layout<'l> = (&'l str, &'l [(&'l str, &'l str)], &'l str, &'l [&'l str], i32);

pub const LAYOUTS: &[Layout<'_>] = &[
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
        "yolo (1 image, 2 annotations)",
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
        "yolo (1 image, 2 annotations)",
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
        "yolo (1 image, 2 annotations)",
        &["YOLO_NOT_DESCRIBED"],
        0,
    ),
    (
        "Label Studio, COCO",
        &[("result.json", coco!("images/a.jpg")), ("images/a.jpg", "")],
        "coco (1 image, 1 annotation)",
        &[],
        0,
    ),
    (
        "Label Studio, VOC",
        &[("Annotations/a.xml", voc!("a", "car")), ("images/a.jpg", "")],
        "voc (1 image, 1 annotation)",
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
    ("FiftyOne, COCO", &[("labels.json", coco!("a.jpg")), ("data/a.jpg", "")], "coco (1 image, 1 annotation)", &[], 0),
    (
        "FiftyOne, VOC",
        &[("labels/a.xml", voc!("a.jpg", "car")), ("data/a.jpg", "")],
        "voc (1 image, 1 annotation)",
        &[],
        0,
    ),
    (
        "Datumaro, COCO",
        &[("annotations/instances_default.json", coco!("a.jpg")), ("images/default/a.jpg", "")],
        "coco (1 image, 1 annotation)",
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
        "voc (1 image, 1 annotation)",
        &[],
        0,
    ),
    (
        "supervision, YOLO",
        &[("data.yaml", NAMES), ("images/a.jpg", ""), ("labels/a.txt", ROWS)],
        "yolo (1 image, 2 annotations)",
        &["YOLO_NO_PARTS"],
        0,
    ),
    (
        "supervision, COCO",
        &[("annotations.json", coco!("a.jpg")), ("images/a.jpg", "")],
        "coco (1 image, 1 annotation)",
        &[],
        0,
    ),
    (
        "supervision, VOC",
        &[("annotations/a.xml", voc!("a.jpg", "car")), ("images/a.jpg", "")],
        "voc (1 image, 1 annotation)",
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
        "voc (1 image, 1 annotation)",
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
