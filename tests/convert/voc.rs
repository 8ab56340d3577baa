//! `syn-convert --to voc`: planes, their order and limits, image sets.

use crate::common::Ran;
use crate::common::convert::{Files, convert, files, summary};
use serde_json::{Value, json};
use std::io::{Cursor, Write};

/// Runs the format on these items.
fn voc(options: &[&str], items: &[Value]) -> Ran {
    let input: String = items.iter().map(|item| format!("{item}\n")).collect();
    convert(&[&["--to", "voc", "--report", "summary"], options].concat(), &input)
}

/// Readers open `JPEGImages/<id>.jpg`, spelled so.
#[test]
fn jpegs_have_the_extension_that_readers_open() {
    for (name, image) in [
        ("a.jpg", "a.jpg"),
        ("a.JPG", "a.jpg"),
        ("a.Jpeg", "a.jpg"),
        ("a.JFIF", "a.jpg"),
        ("a.jpe", "a.jpg"),
        ("a.PNG", "a.PNG"),
        ("a.bmp", "a.bmp"),
        ("a.b.JPG", "a.b.jpg"),
        ("jpg", "jpg"),
    ] {
        let mut one = item(1, json!([bbox("a", "car")]));
        one["file"] = json!({"file_name_original": name, "url": "https://h/1"});
        let files = export(&[], &[one]);
        assert!(files.contains_key(&format!("JPEGImages/{image}")), "{name}: {:?}", files.keys());
        let stem =
            image.strip_suffix(".jpg").or(image.strip_suffix(".PNG")).or(image.strip_suffix(".bmp")).unwrap_or(image);
        let xml = String::from_utf8(files[&format!("Annotations/{stem}.xml")].clone()).unwrap();
        assert!(xml.contains(&format!("<filename>{image}</filename>")), "{xml}");
    }
}

/// The files of an export by path.
fn export(options: &[&str], items: &[Value]) -> Files {
    files(&voc(options, items).finishes().stdout)
}

/// A file with a class list; the path is for `--classes`.
fn class_list(names: &[impl AsRef<str>]) -> tempfile::TempPath {
    let mut file = tempfile::Builder::new().suffix(".txt").tempfile().unwrap();
    names.iter().for_each(|name| writeln!(file, "{}", name.as_ref()).unwrap());
    file.into_temp_path()
}

/// An item with an image of 4 × 3 pixels.
fn item(id: u32, annotations: Value) -> Value {
    sized_item(id, annotations, 4, 3)
}

fn sized_item(id: u32, annotations: Value, width: u32, height: u32) -> Value {
    json!({
        "id": id,
        "file": {"file_name_original": format!("{id}.jpg")},
        "data": {"extra": {"image_1": {"width": width, "height": height}}, "annotations": {"image_1": annotations}},
    })
}

fn polygon(id: &str, class: &str, points: Value) -> Value {
    json!({"id": id, "type": "polygon", "classification": class, "data": points})
}

fn bbox(id: &str, class: &str) -> Value {
    json!({"id": id, "type": "bbox", "classification": class, "data": [1, 0, 2, 2]})
}

/// A mask of one run, in dialect S.
fn mask_item(id: u32, masks: &[(&str, &str, u32, u32)]) -> Value {
    let heads: Vec<_> = masks
        .iter()
        .map(|(id, class, ..)| json!({"id": id, "tool": "segmentation", "classification": {"class": class}}))
        .collect();
    let geometry: Vec<_> = masks
        .iter()
        .map(|(id, _, start, length)| {
            json!({"id": id, "pixel_indices": [[start, length]], "isCompressed": true, "compressionFormat": "rle"})
        })
        .collect();
    let mut item = item(id, heads.into());
    item["data"]["annotationsData"] = json!({"image_1": geometry});
    item
}

/// The indices of a plane, a row a string.
fn plane(files: &Files, path: &str) -> Vec<String> {
    let bytes = files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()));
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Indexed, png::BitDepth::Eight));
    let digit = |n: &u8| char::from_digit((*n).into(), 36).unwrap();
    pixels.chunks(info.width as usize).map(|row| row.iter().map(digit).collect()).collect()
}

fn text<'f>(files: &'f Files, path: &str) -> &'f str {
    std::str::from_utf8(files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()))).unwrap()
}

fn left() -> Value {
    json!([[0, 0], [1, 0], [1, 2], [0, 2]])
}

fn top() -> Value {
    json!([[0, 0], [3, 0], [3, 1], [0, 1]])
}

#[test]
fn instances_are_painted_and_numbered_in_order_of_ids() {
    let files = export(&[], &[item(1, json!([polygon("b", "car", top()), polygon("a", "road", left())]))]);
    assert_eq!(plane(&files, "SegmentationClass/1.png"), ["1111", "1111", "2200"]);
    assert_eq!(plane(&files, "SegmentationObject/1.png"), ["2222", "2222", "1100"]);
    assert!(text(&files, "Annotations/1.xml").contains("<segmented>1</segmented>"));
    assert!(!text(&files, "Annotations/1.xml").contains("<object>"));
    assert_eq!(text(&files, "ImageSets/Segmentation/trainval.txt"), "1\n");
    assert!(text(&files, "labelmap.txt").ends_with("background:0,0,0::\ncar:128,0,0::\nroad:0,128,0::\n"));
}

#[test]
fn semantic_masks_lie_lowest_and_are_no_objects() {
    let mut both = mask_item(1, &[("z", "sky", 0, 8)]);
    both["data"]["annotations"]["image_1"].as_array_mut().unwrap().push(polygon("a", "car", left()));
    let items = [both, mask_item(2, &[("b", "sky", 0, 2), ("a", "car", 1, 2)])];
    let semantic = ["--segmentation", "semantic"];
    let files = export(&semantic, &items);
    assert_eq!(plane(&files, "SegmentationClass/1.png"), ["1122", "1122", "1100"]);
    assert_eq!(plane(&files, "SegmentationObject/1.png"), ["1100", "1100", "1100"]);
    assert_eq!(plane(&files, "SegmentationClass/2.png"), ["2210", "0000", "0000"]);
    assert!(!files.contains_key("SegmentationObject/2.png"));

    let files = export(&[], &items);
    assert_eq!(plane(&files, "SegmentationClass/1.png"), ["2222", "2222", "1100"]);
    assert_eq!(plane(&files, "SegmentationObject/1.png"), ["2222", "2222", "1100"]);
    assert_eq!(plane(&files, "SegmentationObject/2.png"), ["2210", "0000", "0000"]);

    let exclude = ["--segmentation", "exclude"];
    let files = export(&exclude, &items);
    assert!(!files.contains_key("SegmentationClass/2.png"));
    assert_eq!(summary(&files)["skipped"], json!({"SEGMENTATION_EXCLUDED": 3}));
}

#[test]
fn an_object_plane_holds_254_instances() {
    let crowd = |n: u32| (0..n).map(|i| polygon(&format!("{i:03}"), "car", left())).collect::<Vec<_>>();
    let files = export(&[], &[item(1, crowd(254).into()), item(2, crowd(255).into())]);
    assert!(files.contains_key("SegmentationObject/1.png"));
    assert!(!files.contains_key("SegmentationObject/2.png"));
    assert_eq!(plane(&files, "SegmentationClass/2.png"), ["1100", "1100", "1100"]);
    let summary = summary(&files);
    // All of an image lie on the same pixels, so the last hides the others.
    assert_eq!(summary["item_reasons"], json!({"MASK_COVERED": 253 + 254, "VOC_INSTANCE_LIMIT_EXCEEDED": 1}));
    assert_eq!(summary["annotations"]["written"], 509);
}

#[test]
fn a_class_plane_holds_254_classes() {
    let names: Vec<String> = (0..255).map(|i| format!("c{i:03}")).collect();
    let list = class_list(&names);
    let listed = ["--classes", list.to_str().unwrap()];
    let annotations = json!([polygon("a", "c253", left()), polygon("b", "c254", top()), bbox("c", "c254")]);
    let files = export(&listed, &[item(1, annotations)]);
    let summary = summary(&files);
    assert_eq!(summary["failed"], json!({"VOC_CLASS_LIMIT_EXCEEDED": 1}));
    assert!(text(&files, "Annotations/1.xml").contains("<name>c254</name>"));
    assert!(text(&files, "labelmap.txt").ends_with("c254:::\n"));

    let each = names.iter().enumerate().map(|(i, name)| item(i as u32, json!([polygon("a", name, left())])));
    let items: Vec<_> = each.collect();
    voc(&[], &items[1..]).exits(0);
    voc(&[], &items).exits(3).says("VOC_CLASS_LIMIT_EXCEEDED").says("--classes");
}

#[test]
fn planes_wait_for_the_numbers_of_unlisted_classes() {
    let items: Vec<_> = (0..40)
        .map(|i| {
            let class = ["zebra", "ant", "mule"][i as usize % 3];
            item(i, json!([polygon("a", class, left()), polygon("b", "bee", top())]))
        })
        .collect();
    let seen = export(&[], &items);
    let list = class_list(&["ant", "bee", "mule", "zebra"]);
    let listed = ["--classes", list.to_str().unwrap()];
    let given = export(&listed, &items);
    assert_eq!(plane(&seen, "SegmentationClass/0.png"), ["2222", "2222", "4400"]);
    for i in 0..40 {
        for folder in ["SegmentationClass", "SegmentationObject"] {
            let path = format!("{folder}/{i}.png");
            assert_eq!(seen[&path], given[&path]);
        }
    }
    for options in [&[][..], &listed] {
        let one = voc(&[options, &["--threads", "1"]].concat(), &items).exits(0);
        voc(&[options, &["--threads", "4"]].concat(), &items).exits(0).writes(&one.stdout);
    }
}

#[test]
fn without_anything_to_paint_there_are_no_planes() {
    let files = export(&[], &[item(1, json!([bbox("a", "car")]))]);
    assert!(files.keys().all(|path| !path.contains("Segmentation")), "{:?}", files.keys());
    assert!(text(&files, "Annotations/1.xml").contains("<segmented>0</segmented>"));
    assert!(text(&files, "Annotations/1.xml").contains("<depth>3</depth>"));
}

#[test]
fn polygons_become_boxes_if_wanted() {
    let boxes = ["--polygons", "box"];
    let files = export(&boxes, &[item(1, json!([polygon("a", "car", json!([[1, 0], [3, 1], [2, 3]]))]))]);
    let xml = text(&files, "Annotations/1.xml");
    let bndbox: String = xml[xml.find("<bndbox>").unwrap()..].split_whitespace().take(5).collect();
    assert_eq!(bndbox, "<bndbox><xmin>1</xmin><ymin>0</ymin><xmax>3</xmax><ymax>3</ymax>");
    assert!(!files.contains_key("SegmentationClass/1.png"));
}

#[test]
fn polygons_outside_follow_the_bounds_option() {
    let partly = polygon("a", "car", json!([[-2, 0], [1, 0], [1, 2], [-2, 2]]));
    let wholly = polygon("b", "car", json!([[9, 0], [12, 0], [12, 2]]));
    let items = [item(1, json!([partly, wholly]))];
    let with = |bounds| export(&["--bounds", bounds], &items);
    for (bounds, lossy) in [("clip", json!({"CLIPPED_TO_IMAGE": 1})), ("keep", json!({}))] {
        let files = with(bounds);
        assert_eq!(plane(&files, "SegmentationObject/1.png"), ["1100", "1100", "1100"]);
        assert_eq!(summary(&files)["lossy"], lossy);
        assert_eq!(summary(&files)["failed"], json!({"INVALID_GEOMETRY": 1}));
    }
    assert_eq!(summary(&with("reject"))["failed"], json!({"INVALID_GEOMETRY": 2}));
}

#[test]
fn absurd_sizes_cost_the_masks_and_no_memory() {
    let annotations = || json!([polygon("a", "car", left()), bbox("b", "car")]);
    let items = [sized_item(1, annotations(), 70_000, 70_000), sized_item(2, annotations(), 4_000_000_000, 1)];
    let files = export(&[], &items);
    assert!(files.keys().all(|path| !path.contains("Segmentation")), "{:?}", files.keys());
    let summary = summary(&files);
    assert_eq!(summary["item_reasons"], json!({"SOURCE_IMAGE_INVALID": 2}));
    assert_eq!(summary["annotations"]["written"], 2, "boxes are written all the same");
}

#[test]
fn image_sets_are_sorted_and_exist_for_every_split() {
    let split = ["--split", "category"];
    let row = |id, split: &str, annotations| {
        let mut item = item(id, annotations);
        item["category"] = split.into();
        item
    };
    let painted = || json!([polygon("a", "car", left())]);
    let items = [
        row(3, "train", painted()),
        row(20, "train", painted()),
        row(1, "train", json!([])),
        row(7, "test", json!([])),
    ];
    let files = export(&split, &items);
    assert_eq!(text(&files, "ImageSets/Main/train.txt"), "1\n20\n3\n");
    assert_eq!(text(&files, "ImageSets/Segmentation/train.txt"), "20\n3\n");
    assert_eq!(text(&files, "ImageSets/Segmentation/test.txt"), "");
}

#[test]
fn what_xml_cannot_hold_is_the_same_in_the_label_map() {
    let row = |id: &str, class: &str| {
        let payload = json!({
            "extra": {"image_1": {"width": 20, "height": 20}},
            "annotations": {"image_1": [{"id": "a", "tool": "bounding_box", "classification": {"class": class}}]},
            "annotationsData": {"image_1": [{"id": "a", "coordinate": {"x": 1, "y": 1, "width": 5, "height": 5}}]},
        });
        json!({"id": id, "data": payload, "file": {"file_name_original": "a.jpg", "url": "http://x/a.jpg"}}).to_string()
    };
    // The second name is taken, and its id has white space, at which readers cut image sets.
    let input = format!("{}\n{}\n", row("1", "a\u{1}b"), row("x y", "car"));
    let lines = convert(&["--to", "voc"], &input).exits(0);
    let text = lines.text();
    assert!(text.contains("a\u{fffd}b:") && text.contains("Annotations/a__x_y.xml"), "{text}");
    convert(&["--check", "-"], text).exits(0);
}

#[test]
fn class_names_that_a_label_map_cannot_hold_stand_in_datumaros_own_list() {
    let item = |class: &str| sized_item(1, json!([bbox("a", class)]), 20, 20);
    let files = export(&[], &[item("a:b"), item("#1")]);
    let meta: Value = serde_json::from_str(text(&files, "dataset_meta.json")).unwrap();
    assert_eq!(meta["labels"], json!(["background", "#1", "a:b"]));
    assert_eq!(meta["label_map"], json!({"0": "background", "1": "#1", "2": "a:b"}));
    assert_eq!(meta["segmentation_colors"], json!([[0, 0, 0], [128, 0, 0], [0, 128, 0]]));
    let files = export(&[], &[item("a b")]);
    assert!(!files.contains_key("dataset_meta.json"));
}

#[test]
fn masks_that_others_hide_are_told() {
    // Both cover the left half; the second lies on top.
    let files = export(&[], &[item(1, json!([polygon("a", "car", left()), polygon("b", "road", left())]))]);
    let told = summary(&files);
    assert_eq!(told["item_reasons"], json!({"MASK_COVERED": 1}));
    assert_eq!(told["annotations"]["written"], 2);
    let files = export(&[], &[item(1, json!([polygon("a", "car", left()), polygon("b", "road", top())]))]);
    assert_eq!(summary(&files)["item_reasons"], json!({}));
}

/// The elements of the one object of an image with these attributes, and the losses.
fn flags(attributes: &Value, options: &[&str]) -> (Vec<String>, Value) {
    let mut classification = json!({"class": "car"});
    classification.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    let mut one = bbox("a", "car");
    one["classification"] = classification;
    let files = export(options, &[item(1, json!([one]))]);
    let xml = String::from_utf8(files["Annotations/1.xml"].clone()).unwrap();
    let names = ["pose", "truncated", "occluded", "difficult"];
    let element = |line: &str| names.iter().any(|name| line.trim().starts_with(&format!("<{name}>")));
    let elements = xml.lines().filter(|line| element(line));
    let content = elements.map(|line| line.trim().split_once('>').unwrap().1.split_once('<').unwrap().0.to_owned());
    (content.collect(), summary(&files)["lossy"].get("CUSTOM_ATTRIBUTES_DROPPED").cloned().unwrap_or_default())
}

#[test]
fn attributes_that_xml_has_places_for_are_written_and_not_counted_as_lost() {
    for yes in
        [json!(true), json!("true"), json!("True"), json!(" YES "), json!(1), json!("1"), json!(1.0), json!("on")]
    {
        let (of, lost) = flags(&json!({"truncated": yes, "Difficult": yes, "occluded": yes, "pose": "left"}), &[]);
        assert_eq!((of, lost), (vec!["Left".into(), "1".into(), "1".into(), "1".into()], Value::Null), "{yes}");
    }
    for no in [json!(false), json!("False"), json!("no"), json!(0), json!("0")] {
        let (of, lost) = flags(&json!({"truncated": no, "difficult": no, "occluded": no, "pose": "Unspecified"}), &[]);
        assert_eq!((of, lost), (vec!["Unspecified".into(), "0".into(), "0".into(), "0".into()], Value::Null), "{no}");
    }
    // Without a value an attribute says nothing; nothing says whether the object is occluded.
    let plain = vec!["Unspecified".to_owned(), "0".into(), "0".into()];
    for nothing in [json!({}), json!({"truncated": null, "pose": " ", "occluded": ""})] {
        assert_eq!(flags(&nothing, &[]), (plain.clone(), Value::Null), "{nothing}");
    }
    for lost in [
        json!({"truncated": "maybe"}),
        json!({"difficult": 0.3}),
        json!({"occluded": [true]}),
        json!({"occluded": {"a": 1}}),
        json!({"pose": "Frontal-Left"}),
        json!({"pose": 1}),
        json!({"pose": "<Left>"}),
        json!({"colour": "red"}),
        json!({"truncated": 2}),
    ] {
        assert_eq!(flags(&lost, &[]), (plain.clone(), json!(1)), "{lost}");
    }
    // Two spellings that say the same are one; of two that differ the first stands.
    let (of, lost) = flags(&json!({"Pose": "Rear", "pose": "rear"}), &[]);
    assert_eq!((&*of[0], lost), ("Rear", Value::Null));
    assert_eq!(flags(&json!({"Occluded": true, "occluded": false}), &[]).1, json!(1));
}

#[test]
fn attributes_of_what_is_painted_are_lost_and_those_of_its_box_are_not() {
    let outline = json!([{"x": 0, "y": 0}, {"x": 3, "y": 0}, {"x": 3, "y": 3}]);
    let mut one =
        item(1, json!([{"id": "p", "tool": "polygon", "classification": {"class": "car", "truncated": true}}]));
    one["data"]["annotationsData"] = json!({"image_1": [{"id": "p", "coordinate": outline}]});
    let lossy = |options: &[&str]| summary(&export(options, std::slice::from_ref(&one)))["lossy"].clone();
    assert_eq!(lossy(&[])["CUSTOM_ATTRIBUTES_DROPPED"], 1);
    assert_eq!(lossy(&["--polygons", "box"]), json!({"OUTLINE_DROPPED": 1}));
}
