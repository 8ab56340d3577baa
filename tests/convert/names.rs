//! Fields and classes that nothing in the input has, and shares however they are written.

use crate::common::convert::{convert, texts};
use crate::rows::verbatim;
use std::fmt::Write as _;

/// Six rows with metadata; the last has no `video`.
fn input() -> String {
    let mut out =
        "{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"car\",\"wagon\"]}\n".to_owned();
    for id in 1..=6 {
        let video = if id < 6 { format!(r#","video":"v{}""#, id % 3) } else { String::new() };
        let more = format!(r#","category":"train","data_unit":{{"id":{id},"meta":{{"weather":"sunny"{video}}}}}"#);
        let data = r#"{"annotations":{"image_1":[{"id":"a","tool":"classification","classification":{"class":"car","colour":"red"}}]}}"#;
        out += &verbatim(id, &format!("{id}.jpg"), data, &more);
    }
    let _ = writeln!(out, "{{\"@stream\":\"end\",\"count\":6 }}");
    out
}

#[test]
fn a_name_that_nothing_has_ends_the_run() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--split", "0.8/0.2", "--split-group", "data_unit.meta.vidoe"], &["did you mean \"data_unit.meta.video\"?"]),
        (&["--split", "0.8/0.2", "--split-group", "data_unit.mta.video"], &["did you mean \"data_unit.meta\"?"]),
        (&["--split", "0.8/0.2", "--split-group", "dataunit.meta.video"], &["did you mean \"data_unit\"?"]),
        (
            &["--split", "0.8/0.2", "--split-group", "data_unit.meta"],
            &["data_unit.meta.video", "data_unit.meta.weather"],
        ),
        (&["--split", "0.8/0.2", "--split-group", "id.x"], &["the field \"id.x\", or any other"]),
        (&["--split", "data_unit.meta.wether"], &["did you mean \"data_unit.meta.weather\"?"]),
        (&["--split", "categori"], &["did you mean \"category\"?"]),
        (&["--split", "trian"], &["the field \"trian\"", "there is \"category\""]),
        (&["--to", "json", "--by", "data_unit.meta.Weather"], &["did you mean \"data_unit.meta.weather\"?"]),
        (&["--class-map", "carr=automobile"], &["the class \"carr\"", "did you mean \"car\"?"]),
        (&["--class-map", "car=auto", "--class-map", "wagno=x"], &["did you mean \"wagon\"?"]),
        (&["--to", "csv", "--columns", "class,attr.color"], &["the attribute \"color\"", "did you mean \"colour\"?"]),
        (&["--to", "csv", "--columns", "attr.size,attr.colour"], &["the attribute \"size\"; there is \"colour\""]),
        (&["--naming", "{{ item.data_unit.meta.vidoe }}"], &["did you mean item.data_unit.meta.video?"]),
    ];
    for (args, words) in cases {
        for threads in ["1", "4"] {
            let json = ["--to", "json"];
            let to = if args.contains(&"--to") { &[][..] } else { &json };
            let ran = convert(&[to, args, &["--threads", threads]].concat(), &input()).exits(3);
            let ran = words.iter().fold(ran.fails_with_one_line("syn-convert"), |ran, word| ran.says(word));
            let last = ran.text().lines().last().unwrap();
            assert!(last.starts_with("{\"@stream\":\"error\"") && !ran.text().contains("\"end\""), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn what_some_rows_lack_is_counted_and_strict_refuses_it() {
    for (args, words) in [
        (&["--split", "0.8/0.2", "--split-group", "data_unit.meta.video"][..], "split as without --split-group"),
        (&["--split", "data_unit.meta.video"], "in the split `unassigned`"),
        (&["--by", "data_unit.meta.video"], "in the folder `unassigned`"),
    ] {
        let args = [&["--to", "json"], args].concat();
        convert(&args, &input()).exits(0).says("1 of 6 items without a value at data_unit.meta.video").says(words);
        convert(&[&args[..], &["--strict"]].concat(), &input()).exits(3).says("stdin:7").says("--strict");
    }
    // What every row has says nothing; a class that the frame lists exists.
    let quiet = convert(&["--to", "json", "--split", "category", "--class-map", "wagon=w"], &input()).exits(0);
    assert!(!quiet.stderr.contains("no value") && !quiet.stderr.contains("class-map"), "{}", quiet.stderr);
    // An input without items has no names to compare with.
    convert(
        &["--to", "json", "--split", "a.b", "--class-map", "x=y"],
        "{\"@stream\":\"begin\"}\n{\"@stream\":\"end\"}\n",
    )
    .exits(0);
}

#[test]
fn a_file_of_new_names_may_have_more_than_the_input() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("names");
    let map = |text: &str| {
        std::fs::write(&file, text).unwrap();
        convert(&["--to", "json", "--class-map", file.to_str().unwrap()], &input())
    };
    map("car=auto\nship=boat\n").exits(0).says("1 of 2 classes of --class-map are not in the input, \"ship\" is one");
    map("ship=boat\ncarr=auto\n").exits(3).says("the class \"carr\"");
    map("car=auto\ncar=automobile\n").exits(2).says("two names");
}

#[test]
fn shares_are_understood_and_slips_are_not_fields() {
    let args = |split| ["--to", "json", "--images", "omit", "--split", split];
    let expected = texts(&args("0.8/0.1/0.1"), &input());
    for same in
        ["80/10/10", "8:1:1", "0.8,0.1,0.1", "80%/10%/10%", "train=0.8,val=0.1,test=0.1", "test=10,val=10,train=80"]
    {
        assert_eq!(texts(&args(same), &input()), expected, "{same}");
    }
    for bad in
        ["0.8,0.1", "80", "8/1/1", "0.8 0.2", "0.8;0.2", "train=0.8", "train:0.8,val:0.2", "a,b", "a..b", "train/val"]
    {
        convert(&args(bad), &input()).exits(2).fails_with_one_line("syn-convert").says("0.8/0.1/0.1");
    }
    for bad in ["0.8/0.2", "80,20", "id,task", "", "x=y"] {
        let group = ["--to", "json", "--split", "0.8/0.2", "--split-group", bad];
        convert(&group, &input()).exits(2).fails_with_one_line("syn-convert").says("--split-group");
    }
}
