//! The parts of a split: items of one picture stay together, and what each part holds is said.

use crate::common::convert::{convert, texts};
use std::collections::BTreeMap;

/// A row with these keys beside its payload.
fn row(id: &str, more: &str) -> String {
    let data = r#"{"annotations":{"image_1":[{"id":"a","tool":"classification","classification":{"class":"car"}}]}}"#;
    format!(r#"{{"id":{id},"file":{{"file_name_original":"{}.jpg"}},"data":{data}{more}}}"#, id.trim_matches('"'))
        + "\n"
}

/// Forty rows; the keys of each are made of its number from 0.
fn rows(more: impl Fn(u32) -> String) -> String {
    (0..40).map(|n| row(&(n + 1).to_string(), &more(n))).collect()
}

/// The part of each item, by its id.
fn parts(args: &[&str], input: &str) -> BTreeMap<String, String> {
    let args = [&["--to", "json", "--images", "omit", "--report", "none"], args].concat();
    let files = texts(&args, input);
    let place = |path: &String| {
        let (part, name) = path.strip_prefix("annotations/")?.split_once('/')?;
        Some((name.trim_end_matches(".json").to_owned(), part.to_owned()))
    };
    files.keys().filter_map(place).collect()
}

/// Whether the two rows of each pair are in one part.
fn pairs_stay_together(parts: &BTreeMap<String, String>) -> bool {
    (0..20).all(|n| parts[&(2 * n + 1).to_string()] == parts[&(2 * n + 2).to_string()])
}

#[test]
fn rows_of_one_picture_are_in_one_part_whatever_names_it() {
    let alone = parts(&["--split", "0.5/0.5"], &rows(|_| String::new()));
    assert!(!pairs_stay_together(&alone), "the test needs rows that a hash of their ids divides");
    let pair = |n: u32| 100 + n / 2;
    let cases: [(&str, &dyn Fn(u32) -> String); 12] = [
        ("a task", &|n| format!(r#","task":{{"id":{}}}"#, pair(n))),
        ("the id of a task", &|n| format!(r#","task":{}"#, pair(n))),
        ("a task with words as id", &|n| format!(r#","task":{{"tags":[1],"id":"t-{}"}}"#, pair(n))),
        ("a data unit", &|n| format!(r#","data_unit":{{"id":{},"meta":{{}}}}"#, pair(n))),
        ("a data unit, its id last", &|n| format!(r#","data_unit":{{"meta":{{"id":{n}}},"id":"{}"}}"#, pair(n))),
        ("the id of a data unit", &|n| format!(r#","data_unit":{}"#, pair(n))),
        ("a data unit of several tasks", &|n| format!(r#","task":{{"id":{n}}},"data_unit":{{"id":{}}}"#, pair(n))),
        ("the data unit of the task", &|n| format!(r#","task":{{"id":{n},"data_unit":{{"id":{}}}}}"#, pair(n))),
        ("its id", &|n| format!(r#","task":{{"data_unit":{},"id":{n}}}"#, pair(n))),
        ("a data unit without id", &|n| format!(r#","task":{{"id":{}}},"data_unit":{{"meta":{{}}}}"#, pair(n))),
        ("a data unit that is null", &|n| format!(r#","data_unit":null,"task":{{"id":{}}}"#, pair(n))),
        ("a data unit in a row of ground truth", &|n| {
            format!(r#","target":"ground_truth","pgh_id":{n},"task":{n},"data_unit":{{"id":{}}}"#, pair(n))
        }),
    ];
    for (name, more) in cases {
        let input = rows(more);
        for split in ["0.5/0.5", "0.4/0.3/0.3", "501:499"] {
            assert!(pairs_stay_together(&parts(&["--split", split], &input)), "{name}, {split}");
        }
        // The row's own id on request: what rows have without data unit and task, and what the platform takes.
        assert_eq!(parts(&["--split", "0.5/0.5", "--split-group", "id"], &input), alone, "{name}");
    }
    // Rows that lack the field of a group are divided as without it.
    let half = rows(|n| format!(r#","task":{{"id":{}}}{}"#, pair(n), if n == 0 { r#","video":"a""# } else { "" }));
    let grouped = parts(&["--split", "0.5/0.5", "--split-group", "video"], &half);
    assert!((1..20).all(|n| grouped[&(2 * n + 1).to_string()] == grouped[&(2 * n + 2).to_string()]));
}

#[test]
fn what_each_part_holds_is_said_and_empty_ones_are_warned_of() {
    let few = |n: usize| (1..=n).map(|id| row(&id.to_string(), "")).collect::<String>();
    let categories = |n: u32| format!(r#","category":"{}""#, ["train", "validation", "dev"][n as usize % 3]);
    let groups = rows(|_| r#","video":"a""#.to_owned());
    let cases: &[(&[&str], &str, &str, &str)] = &[
        (&["0.8/0.1/0.1"], &rows(|_| String::new()), "(train 36, val 3, test 1)", ""),
        (&["category"], &rows(categories), "(train 14, val 13, dev 13)", ""),
        (
            &["data_unit.meta.x"],
            &(few(2) + &row("7", r#","data_unit":{"id":7,"meta":{"x":"a b"}}"#)),
            "unassigned 2, a b 1",
            "",
        ),
        (
            &["0.8/0.2"],
            &few(2),
            "(train 2, val 0)",
            "the part val of the split is empty: 2 items are too few for a share of 20 %",
        ),
        (
            &["98/1/1"],
            &few(3),
            "train 3, val 0, test 0",
            "the part val of the split is empty: 3 items are too few for a share of 1 %",
        ),
        (&["98/1/1"], &few(3), "train 3, val 0, test 0", "the part test of the split is empty"),
        (&["0.999/0.0005/0.0005"], &few(1), "train 1, val 0", "too few for a share of 0.05 %"),
        (&["0.001/0.999"], &few(1), "train 0, val 1)", "the part train of the split is empty: 1 item is too few"),
        (&["0.8/0.2/0"], &few(12), "(train 11, val 1)", ""),
        (&["1/0/0"], &few(2), "(train 2)", ""),
        (&["train=0.8,val=0,test=0.2"], &few(12), "(train 11, test 1)", ""),
        (
            &["0.5/0.5", "--split-group", "video"],
            &groups,
            "train 0, val 40",
            "40 items with too few values of video for a share of 50 %",
        ),
    ];
    for (split, input, numbers, warning) in cases {
        let args = [&["--to", "json", "--images", "omit", "--split"], *split].concat();
        let ran = convert(&args, input);
        assert!(ran.stderr.contains(numbers), "{split:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("is empty"), !warning.is_empty(), "{split:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(warning), "{split:?}: {}", ran.stderr);
        let strict = convert(&[&args[..], &["--strict"]].concat(), input);
        if warning.is_empty() && !numbers.contains("unassigned") {
            strict.exits(0);
        } else {
            strict.exits(3).fails_with_one_line("syn-convert").says("--strict");
        }
    }
    let unsplit = convert(&["--to", "json"], &few(2)).exits(0);
    assert!(!unsplit.stderr.contains("split"), "{}", unsplit.stderr);
}

#[test]
fn items_that_share_a_picture_are_counted_and_never_leak_in_silence() {
    let pair = |n: u32| n / 2;
    let tasks = rows(|n| format!(r#","task":{{"id":{}}}"#, pair(n)));
    let units = rows(|n| format!(r#","data_unit":{{"id":{}}}"#, pair(n)));
    let names = rows(|n| format!(r#","data_unit":{{"id":"u{}"}}"#, pair(n)));
    let triple = (1..=3).map(|id| row(&id.to_string(), r#","task":{"id":7}"#)).collect::<String>();
    let mixed = row("1", r#","task":{"id":7}"#) + &row("2", r#","data_unit":{"id":7}"#);
    let parts =
        |n: u32| format!(r#","task":{{"id":{}}},"category":"{}""#, pair(n), if n < 3 { "train" } else { "validation" });
    let leaks = rows(parts);
    let cases: &[(&[&str], &str, &[&str])] = &[
        (&[], &tasks, &["40 items share a task with another"]),
        (&["--split", "0.8/0.2"], &tasks, &["40 items share a task with another"]),
        (&[], &units, &["40 items share a data unit with another"]),
        (&["--split", "0.8/0.2"], &names, &["40 items share a data unit with another"]),
        (&["--naming-pass", "two"], &tasks, &["40 items share a task with another"]),
        (&[], &triple, &["3 items share a task with another"]),
        (&[], &mixed, &[]),
        (
            &["--split", "category"],
            &leaks,
            &[
                "40 items share a task",
                "1 tasks are in several parts of the split, as that of item 4: in val and in train",
            ],
        ),
        (
            &["--split", "id"],
            &triple,
            &["3 items share a task", "1 tasks are in several parts of the split, as that of item 2"],
        ),
        (&["--split", "0.5/0.5", "--split-group", "id"], &tasks, &["tasks are in several parts of the split"]),
        (&[], &rows(|n| format!(r#","task":{{"id":{n}}}"#)), &[]),
        (&["--split", "0.8/0.2"], &rows(|_| String::new()), &[]),
    ];
    for (args, input, words) in cases {
        let args = [&["--to", "json", "--images", "omit"], *args].concat();
        let ran = convert(&args, input).exits(0);
        assert!(words.iter().all(|word| ran.stderr.contains(word)), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("share a"), !words.is_empty(), "{args:?}: {}", ran.stderr);
        let leak = words.iter().any(|word| word.contains("several parts"));
        assert_eq!(ran.stderr.contains("several parts"), leak, "{args:?}: {}", ran.stderr);
        let strict = convert(&[&args[..], &["--strict"]].concat(), input).exits(if leak { 3 } else { 0 });
        if leak {
            strict.fails_with_one_line("syn-convert").says("several parts of the split").says("--strict");
        }
    }
}

/// Parts by other names for train, val and test are found by readers of fixed names.
#[test]
fn parts_by_other_names_are_where_readers_look() {
    let one = r#"{"annotations":{"image_1":[{"id":"a","type":"bbox","classification":"car","data":[1,1,9,9]}]},"extra":{"image_1":{"width":40,"height":30}}}"#;
    let rows = |parts: &[&str]| -> String {
        let row = |(part, id): (&&str, u32)| {
            format!(r#"{{"id":{id},"file":{{"file_name_original":"{id}.jpg"}},"data":{one},"part":"{part}"}}"#) + "\n"
        };
        parts.iter().zip(1..).map(row).collect()
    };
    for (parts, keys, sets, ndjson) in [
        (
            &["train", "valid"][..],
            "train: images/train\nval: images/valid\n",
            &["train", "val"][..],
            &["train", "val"][..],
        ),
        (
            &["Training", "dev", "testing"],
            "train: images/Training\nval: images/dev\ntest: images/testing\n",
            &["test", "train", "val"],
            &["train", "val", "test"],
        ),
        (
            &["valid", "dev", "validation"],
            "train: images/train\nval: [images/valid, images/dev, images/validation]\n",
            &["val"],
            &["val", "val", "val"],
        ),
        (&["test"], "train: images/train\nval: images/val\ntest: images/test\n", &["test"], &["test"]),
    ] {
        let input = rows(parts);
        let args = |format| ["--to", format, "--split", "part", "--report", "none", "--images", "omit"];
        let files = texts(&args("yolo"), &input);
        assert!(files["data.yaml"].starts_with(&format!("{keys}nc:")), "{}", files["data.yaml"]);
        for (part, id) in parts.iter().zip(1..) {
            assert!(files.contains_key(&format!("labels/{part}/{id}.txt")));
        }
        let made_up = ["train", "val"].iter().filter(|part| files.contains_key(&format!("images/{part}/.keep")));
        assert_eq!(
            made_up.count(),
            ["images/train\n", "images/val\n"].iter().filter(|key| keys.contains(**key)).count()
                - usize::from(parts.contains(&"train"))
        );
        let files = texts(&args("voc"), &input);
        let found: Vec<_> = files.keys().filter_map(|path| path.strip_prefix("ImageSets/Main/")).collect();
        assert_eq!(found, sets.iter().map(|set| format!("{set}.txt")).collect::<Vec<_>>());
        let files = texts(&args("ultralytics-ndjson"), &input);
        let lines = files["dataset.ndjson"]
            .lines()
            .skip(1)
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        assert_eq!(lines.map(|line| line["split"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), ndjson);
        let told = convert(&args("coco"), &input).exits(0).stderr.contains("all mean val: programs");
        assert_eq!(told, parts.len() == 3 && parts[0] == "valid");
    }
}
