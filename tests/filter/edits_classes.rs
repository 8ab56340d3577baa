//! Classes under another name, and annotations that are too small.

use crate::common::{Ran, exe, finish};
use crate::edits::{BEGIN, FLAT, SPLIT, TWO, as_text, edited, filter, wrapped};
use std::process::Command;

#[test]
fn a_class_is_renamed_wherever_its_annotation_has_it() {
    let labelled = r#"{"id":9,"n":1.10,"data":{"annotations":{"image_1":[{"id":"a","tool":"bounding_box","classification":{"color":"car","class": " car "},"label":["car","x"]},{"id":"b","tool":"polygon","classification":"bus","label":"car"}]},"annotationsData":{"image_1":[{"id":"a","classification":"car","coordinate":{"x":1.0}},{"id":"b","coordinate":[]}]}}}"#;
    let summary = r#"{"id":9,"data":{"classification":{"bounding_box":["car", "bus", "van"],"polygon":["car"],"x":7},"images":[{"bounding_box":[{"id":"a","classification":"car","data":[5,6,7,8]}]}]}}"#;
    let new = "a \"b\" \\ 차";
    let escaped = r#"a \"b\" \\ 차"#;
    for (row, rename, expected) in [
        (SPLIT, format!("car={new}"), SPLIT.replace(r#""class":"car""#, &format!(r#""class":"{escaped}""#))),
        (
            SPLIT,
            "road=street".to_owned(),
            SPLIT.replace(r#"" road ""#, r#""street""#).replace(r#""road""#, r#""street""#),
        ),
        (SPLIT, "on=under".to_owned(), SPLIT.replace(r#""on""#, r#""under""#)),
        (
            FLAT,
            "car=bus,bus=car".to_owned(),
            FLAT.replace("\"car\"", "~").replace("\"bus\"", "\"car\"").replace("~", "\"bus\""),
        ),
        (TWO, "car=x".to_owned(), TWO.replace("\"car\"", "\"x\"")),
        (&wrapped(), "car=x".to_owned(), wrapped().replace("\"car\"", "\"x\"")),
        (
            &as_text(),
            format!("car={new}"),
            as_text().replace("\\\"car\\\"", &format!("\\\"{}\\\"", r#"a \\\"b\\\" \\\\ 차"#)),
        ),
        (
            labelled,
            "car=x".to_owned(),
            labelled
                .replace("\" car \"", "\"x\"")
                .replace("[\"car\",", "[\"x\",")
                .replace(r#"tion":"car""#, r#"tion":"x""#),
        ),
        (
            summary,
            "car=x,bus=x".to_owned(),
            summary.replace(r#"["car", "bus", "van"]"#, r#"["x", "van"]"#).replace("\"car\"", "\"x\""),
        ),
    ] {
        assert_eq!(edited(&["--rename", &rename], row), expected, "{rename} {row}");
    }
}

#[test]
fn the_class_list_follows_new_names() {
    let list = |args: &[&str]| {
        let ran = filter(args, &[SPLIT, FLAT]).exits(0);
        let begin: serde_json::Value = serde_json::from_str(ran.text().lines().next().unwrap()).unwrap();
        begin["classes"].to_string()
    };
    for (args, expected) in [
        (&["--rename", "car=van"][..], r#"["van","bus","road"]"#),
        (&["--rename", "car=road"], r#"["road","bus"]"#),
        (&["--rename", "road=car"], r#"["car","bus"]"#),
        (&["--rename", "road=car", "--rename", "bus=car"], r#"["car"]"#),
        (&["--rename", "car=bus,bus=car"], r#"["bus","car","road"]"#),
        (&["--rename", "bus=car", "--drop-class", "car"], r#"["car","road"]"#),
        (&["--rename", "bus=car", "--keep-class", "bus,road"], r#"["car","road"]"#),
        (&["--rename", "road=\u{e9}"], r#"["car","bus","é"]"#),
    ] {
        assert_eq!(list(args), expected, "{args:?}");
        assert_eq!(list(&[args, &["--order", "descending"]].concat()), expected, "{args:?}");
    }
    // Nothing else in the frame moves.
    let ran = filter(&["--rename", "car=van"], &[SPLIT]).exits(0).says("1 annotation renamed");
    assert_eq!(ran.text().lines().next().unwrap(), BEGIN.replace("\"car\"", "\"van\""));
}

const SIZES: &str = r#"{"id":1,"data":{"annotations":{"image_1":[{"id":"wide","type":"bbox","data":[0,0,40,5],"classification":"car"},{"id":"big","type":"bbox","data":[0,0,40,50],"classification":"bus"},{"id":"tri","type":"polygon","data":[[0,0],[10,0],[0,10]],"classification":"road"},{"id":"mask","type":"segmentation","data":[0,1,2],"classification":"road"},{"id":"line","type":"polyline","data":[[0,0],[1,1]],"classification":"lane"},{"id":"dot","type":"keypoint","data":[1,1],"classification":"nose"},{"id":"all","type":"classification","classification":"day"},{"id":"bad","type":"bbox","data":[1,2],"classification":"car"},{"id":"rel","type":"relation","data":["wide","big"],"classification":"on"}]}}}"#;

#[test]
fn small_annotations_go_and_what_has_no_area_stays() {
    let sized = SIZES.replace(r#""id":1,"#, r#""id":1,"dimensions":{"image_1":{"width":2,"height":9}},"#);
    let other = sized.replace("image_1\":{\"w", "image_2\":{\"w");
    let plain = sized.replace(r#"{"image_1":{"width":2,"height":9}}"#, r#"{"width":2,"height":9}"#);
    for (row, args, expected, told) in [
        (
            SIZES,
            &["--min-size", "8"][..],
            "big tri mask line dot all bad",
            "2 annotations removed (1 by --min-size, 1 with an end of theirs), 1 mask kept",
        ),
        (&sized, &["--min-size", "8"], "big tri line dot all bad", "3 annotations removed (2 by --min-size, 1 with"),
        (&other, &["--min-size", "8"], "big tri mask line dot all bad", "1 mask kept"),
        (&plain, &["--min-size", "2"], "wide big tri mask line dot all bad rel", "no annotations removed (--min"),
        (SIZES, &["--min-size", "8x1"], "wide big tri mask line dot all bad rel", "no annotations removed"),
        (SIZES, &["--min-size", "11x1"], "wide big mask line dot all bad rel", "1 annotation removed"),
        (SIZES, &["--min-area", "50"], "wide big tri line dot all bad rel", "1 annotation removed"),
        (SIZES, &["--min-area", "50.5"], "wide big line dot all bad rel", "2 annotations removed"),
        (
            SIZES,
            &["--min-area", "201", "--drop-class", "bus"],
            "line dot all bad",
            "5 annotations removed (1 by class, 3 by --min-area, 1 with an end of theirs)",
        ),
        (
            SIZES,
            &["--keep-tool", "bbox", "--min-size", "1x10"],
            "big bad",
            "7 annotations removed (6 by tool, 1 by --min-size)",
        ),
    ] {
        let ran = filter(args, &[row]).exits(0);
        let ids: Vec<&str> = ["wide", "big", "tri", "mask", "line", "dot", "all", "bad", "rel"]
            .into_iter()
            .filter(|id| ran.text().contains(&format!("\"id\":\"{id}\"")))
            .collect();
        assert_eq!(ids.join(" "), expected, "{args:?} {row}");
        ran.says(told.trim_end_matches(" (--min"));
    }
}

#[test]
fn a_size_is_found_in_every_dialect() {
    for row in [
        r#"{"id":1,"data":{"annotations":{"image_1":[{"id":"a","tool":"bounding_box","classification":{"class":"car"}},{"id":"b","tool":"bounding_box","classification":{"class":"car"}}]},"annotationsData":{"image_1":[{"id":"b","coordinate":{"x":1,"y":1,"width":30,"height":30}},{"id":"a","coordinate":{"x":1,"y":1,"width":3,"height":30}}]}}}"#,
        r#"{"id":1,"data":{"annotations":{"image_1":[{"id":"a","type":"bbox","classification":"car","data":[1,1,3,30]},{"id":"b","type":"bbox","classification":"car","data":[1,1,30,30]}]}}}"#,
        r#"{"id":1,"data":{"images":[{"bounding_box":[{"id":"a","classification":"car","data":[1,1,3,30]},{"id":"b","classification":"car","data":[1,1,30,30]}]}]}}"#,
        r#"{"id":1,"data":{"annotation_meta":{"annotations":{"image_7":[{"id":"a","tool":"bounding_box"},{"id":"b","tool":"bounding_box"}]}},"annotation_data":{"images":[{"bounding_box":[{"id":"a","classification":"car","data":[1,1,3,30]},{"id":"b","classification":"car","data":[1,1,30,30]}]}]}}}"#,
        r#"{"id":1,"data":"{\"annotations\":{\"image_1\":[{\"id\":\"a\",\"type\":\"bbox\",\"classification\":\"car\",\"data\":[1,1,3,30]},{\"id\":\"b\",\"type\":\"bbox\",\"classification\":\"car\",\"data\":[1,1,30,30]}]}}"}"#,
        r#"{"id":1,"data":{"annotations":{"video_1":[{"id":"a","tool":"bounding_box","classification":"car"},{"id":"b","tool":"bounding_box","classification":"car"}]},"annotationsData":{"video_1":[{"id":"a","coordinates":{"0":{"x":1,"y":1,"width":3,"height":30},"1":{"x":1,"y":1,"width":30,"height":3}}},{"id":"b","coordinates":{"0":{"x":1,"y":1,"width":3,"height":3},"1":{"x":1,"y":1,"width":30,"height":30}}}]}}}"#,
    ] {
        let out = edited(&["--min-size", "10"], row);
        let has =
            |id: &str| out.contains(&format!("\"id\":\"{id}\"")) || out.contains(&format!("\\\"id\\\":\\\"{id}\\\""));
        assert!(!has("a") && has("b"), "{row}\n{out}");
        assert_eq!(edited(&["--min-area", "1000"], row).matches("car").count(), 0, "{row}");
        assert_eq!(edited(&["--min-area", "90"], row), row);
    }
}

#[test]
fn mistakes_are_said_with_their_cure() {
    for (args, code, words) in [
        (&["--rename", "carr=x"][..], 3, "did you mean \"car\"?"),
        (&["--rename", "car"], 2, "expected OLD=NEW, such as van=car"),
        (&["--rename", "car=a=b"], 2, r"write \= for one within a name"),
        (&["--rename", "car=car"], 2, "changes nothing"),
        (&["--rename", "car=a,car=b"], 2, "two names for car, a and b"),
        (&["--rename", "car=x", "--keep-class", "bus"], 2, "add car to --keep-class"),
        (&["--rename", "car=x", "--drop-class", "car"], 2, "leave car out of --drop-class"),
        (&["--rename", "car=x", "-c"], 2, "--count counts rows"),
        (&["--min-size", "0"], 2, "expected pixels more than 0"),
        (&["--min-size", "3%"], 2, "as N for both sides or as WxH"),
        (&["--min-area", "1%"], 2, "square pixels"),
    ] {
        filter(args, &[FLAT]).exits(code).says(words);
    }
    let log = finish(
        Command::new(exe("syn-filter")).args([
            "--log-format",
            "json",
            "--unframed",
            "--min-area",
            "50",
            "--rename",
            "bus=x",
        ]),
        SIZES.as_bytes(),
    );
    let Ran { .. } = &log;
    log.exits(0).says(r#""annotations_removed":1"#);
}
