//! Rows that are chosen or mixed: `--sample N`, `--per-class N`, `--shuffle`, and the order in which all options act.

use crate::common::{Ran, exe, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A stream of these rows: an id and the classes of its boxes.
fn stream(rows: &[(u64, &[&str])]) -> String {
    let mut text = r#"{"@stream":"begin","kind":"items","version":1,"classes":["car","bus","van"]}"#.to_owned();
    for (id, classes) in rows {
        let boxes = classes.iter().enumerate().map(|(i, class)| {
            let side = 10 * (i + 1);
            format!(r#"{{"id":"{i}","type":"bbox","data":[0,0,{side},{side}],"classification":"{class}"}}"#)
        });
        let boxes = boxes.collect::<Vec<_>>().join(",");
        write!(text, "\n{{\"id\":{id},\"task\":{},\"data\":{{\"annotations\":{{\"image_1\":[{boxes}]}}}}}}", id / 2)
            .unwrap();
    }
    write!(text, "\n{{\"@stream\":\"end\",\"count\":{} }}\n", rows.len()).unwrap();
    text
}

/// Rows 1 to `n`: every second has a car, every fifth a bus, every 50th a van.
fn many(n: u64) -> String {
    let classes = |id: u64| -> Vec<&str> {
        [(2, "car"), (5, "bus"), (50, "van")]
            .into_iter()
            .filter(|(by, _)| id.is_multiple_of(*by))
            .map(|(_, class)| class)
            .collect()
    };
    let rows: Vec<(u64, Vec<&str>)> = (1..=n).map(|id| (id, classes(id))).collect();
    stream(&rows.iter().map(|(id, classes)| (*id, classes.as_slice())).collect::<Vec<_>>())
}

fn filter(args: &[&str], input: &str) -> Ran {
    run("syn-filter", args, input.as_bytes())
}

fn rows(ran: &Ran) -> Vec<Value> {
    let lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    let rows = lines[1..lines.len() - 1].to_vec();
    assert_eq!((&first["@stream"], &last["@stream"]), (&"begin".into(), &"end".into()));
    assert_eq!(last["count"], rows.len());
    rows
}

fn ids(ran: &Ran) -> Vec<u64> {
    rows(ran).iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

fn chosen(args: &[&str], input: &str) -> Vec<u64> {
    let once = ids(&filter(args, input).exits(0));
    for threads in ["1", "3"] {
        assert_eq!(ids(&filter(&[args, &["--threads", threads]].concat(), input).exits(0)), once, "{args:?} {threads}");
    }
    once
}

fn sorted(mut ids: Vec<u64>) -> Vec<u64> {
    ids.sort_unstable();
    ids
}

#[test]
fn a_sample_has_its_number_and_every_row_its_chance() {
    let input = many(1000);
    let sample = chosen(&["--sample", "200"], &input);
    assert_eq!((sample.len(), sample.is_sorted()), (200, true));
    // Halves of the input have about half of it, another seed gives others, a smaller one is part of it.
    assert!((70..130).contains(&sample.iter().filter(|id| **id > 500).count()));
    assert_ne!(sample, chosen(&["--sample", "200", "--seed", "1"], &input));
    assert!(chosen(&["--sample", "50"], &input).iter().all(|id| sample.contains(id)));
    assert!(chosen(&["--sample", "10%"], &input).iter().all(|id| sample.contains(id)));
    let rest = chosen(&["--sample", "200", "--not"], &input);
    assert_eq!(sorted([sample, rest].concat()), (1..=1000).collect::<Vec<_>>());
    assert_eq!(chosen(&["--class", "van", "--sample", "20"], &input).len(), 20);
    assert_eq!(chosen(&["--class", "van", "--sample", "1"], &input).len(), 1);
    filter(&["--class", "van", "--sample", "200"], &input)
        .exits(0)
        .says("warning: --sample 200: there are only 20 rows to draw from, and all of them are taken")
        .says("20 of 20 rows drawn; 20 of 1,000 items selected");
    assert_eq!(chosen(&["--sample", "0"], &input), [0; 0]);
}

/// How many rows have each class.
fn of_classes(ran: &Ran) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows(ran) {
        for one in row["data"]["annotations"]["image_1"].as_array().unwrap() {
            *counts.entry(one["classification"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn a_balanced_sample_has_each_class_as_often_as_it_can() {
    let input = many(1000);
    let ran = filter(&["--per-class", "40"], &input).exits(0);
    let ran = ran.says("warning: --per-class 40: fewer rows have van 20; all of them are taken");
    let counts = of_classes(&ran);
    assert_eq!((counts["van"], counts["bus"]), (20, 40), "{counts:?}");
    // Rows of the rarer classes count: every van is on a row with a car and a bus.
    assert_eq!(counts["car"], 40, "{counts:?}");
    let taken = chosen(&["--per-class", "40"], &input);
    assert!(taken.is_sorted() && taken.len() < 80, "{}", taken.len());
    assert_ne!(taken, chosen(&["--per-class", "40", "--seed", "5"], &input));
    let rest = chosen(&["--per-class", "40", "--not"], &input);
    assert_eq!(sorted([taken, rest].concat()), (1..=1000).collect::<Vec<_>>());
    // Classes are those that the edits leave.
    let ran = filter(&["--keep-class", "car", "--per-class", "40"], &input).exits(0);
    assert_eq!(of_classes(&ran), BTreeMap::from([("car".to_owned(), 40)]));
    let ran = filter(&["--rename", "van=car,bus=car", "--per-class", "40"], &input)
        .exits(0)
        .says("40 of 1,000 rows drawn for 1 class;");
    assert_eq!(rows(&ran).len(), 40);
    let ran = filter(&["--min-size", "15", "--per-class", "3"], &input).exits(0).says("drawn for 2 classes");
    // Cars come first in their rows, and are too small everywhere.
    assert_eq!(of_classes(&ran), BTreeMap::from([("bus".to_owned(), 3), ("van".to_owned(), 3)]));
    filter(&["--id", "1", "--per-class", "3"], &input)
        .exits(0)
        .says("no row that is selected has an annotation with a class");
    filter(&["--drop-class", "car", "--per-class", "40", "-c"], &input).exits(0).writes("40\n");
}

#[test]
fn rows_come_in_an_order_of_chance() {
    let input = many(3000);
    let mixed = chosen(&["--shuffle"], &input);
    assert_eq!(sorted(mixed.clone()), (1..=3000).collect::<Vec<_>>());
    let kept = mixed.iter().zip(1..).filter(|(id, place)| **id == *place).count();
    let rising = mixed.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!(kept < 20 && (1350..1650).contains(&rising), "{kept} {rising}");
    assert_ne!(mixed, chosen(&["--shuffle", "--seed", "1"], &input));
    assert_eq!(chosen(&["--shuffle", "--limit", "50"], &input), mixed[..50]);
    filter(&["--shuffle", "--limit", "50"], &input)
        .exits(0)
        .says("3,000 of 3,000 items selected, the first 50 of them written (--limit)");
    // Several streams become one, and only of one project.
    let two = format!("{}{}", many(3), many(2));
    assert_eq!(sorted(chosen(&["--shuffle"], &two)), [1, 1, 2, 2, 3]);
    let of =
        |project: u64| many(2).replacen("\"version\"", &format!("\"project\":{{\"id\":{project}}},\"version\""), 1);
    filter(&["--shuffle"], &format!("{}{}", of(1), of(2))).exits(3).says("--shuffle is for rows of one project");
    // An input that was cut gives nothing.
    let ran = filter(&["--shuffle"], &input[..input.len() - 30]).exits(3);
    assert!(!ran.text().contains("\"id\""), "{ran:?}");
    let ran = filter(&["--shuffle", "--bare", "--limit", "2"], &input).exits(0);
    assert_eq!(ran.text().lines().count(), 2);
}

/// What each pair of options gives of rows 1 to 12, of which 2, 4, 6, 8 and 10 have a car and 5 and 10 a bus.
#[test]
fn options_act_in_their_order_in_pairs() {
    let input = {
        let classes = |id: u64| -> &[&str] {
            match id {
                10 => &["bus", "car"],
                5 => &["bus"],
                2 | 4 | 6 | 8 => &["car"],
                _ => &[],
            }
        };
        // Row 4 comes a second time, without a car.
        let mut rows: Vec<(u64, &[&str])> = (1..=12).map(|id| (id, classes(id))).collect();
        rows.push((4, &["bus"]));
        stream(&rows)
    };
    let base: Vec<u64> = (1..=12).chain([4]).collect();
    let run = |args: &[&str]| chosen(args, &input);
    assert_eq!(run(&[]), base);
    // One option after the other in two filters gives what both give in one, when they act in this order.
    let chain: &[&[&str]] = &[
        &["--latest"],
        &["--class", "car"],
        &["--one-per", "task"],
        &["--sample", "4"],
        &["--per-class", "2"],
        &["--drop-class", "bus"],
        &["--min-size", "15"],
        &["--rename", "car=auto"],
        &["--shuffle"],
        &["--order", "descending"],
        &["--limit", "3"],
    ];
    for (i, first) in chain.iter().enumerate() {
        for second in &chain[i + 1..] {
            let both = filter(&[*first, *second].concat(), &input);
            if first == &["--shuffle"] && second[0] == "--order" {
                both.exits(2).says("two orders");
                continue;
            }
            let one = filter(first, &input).exits(0);
            // Edits are seen by --per-class, whichever comes first.
            let edit = |option: &[&str]| ["--drop-class", "--min-size", "--rename"].contains(&option[0]);
            let (one, second) = match (first[0], edit(second)) {
                ("--per-class", true) => (filter(second, &input).exits(0), first),
                _ => (one, second),
            };
            let two = filter(second, one.text()).exits(0);
            assert_eq!(both.exits(0).text(), two.text(), "{first:?} {second:?}");
        }
    }
    // --not: the rows that the selection, or the choice, leaves.
    for (args, expected) in [
        (&["--class", "car", "--not"][..], vec![1, 3, 5, 7, 9, 11, 12, 4]),
        (&["--latest", "--class", "car", "--not"], vec![1, 3, 5, 7, 9, 11, 12, 4]),
        (&["--class", "car", "--not", "--limit", "2"], vec![1, 3]),
        (&["--class", "car", "--not", "--drop-class", "car"], vec![1, 3, 5, 7, 9, 11, 12, 4]),
    ] {
        assert_eq!(run(args), expected, "{args:?}");
    }
    for choice in [["--sample", "4"], ["--per-class", "2"]] {
        for before in [&[][..], &["--latest"], &["--class", "car"], &["--sample", "6"]] {
            if before.first() == Some(&"--sample") && choice[0] == "--sample" {
                continue;
            }
            let taken = run(&[before, &choice].concat());
            let rest = run(&[before, &choice, &["--not"]].concat());
            let all = if before == ["--latest"] { run(before) } else { base.clone() };
            assert_eq!(sorted([taken, rest].concat()), sorted(all), "{before:?} {choice:?}");
        }
    }
    // Counts are of what would come out.
    let table =
        |args: &[&str]| filter(&[args, &["--count-by", "class"]].concat(), &input).exits(0).text().replace('\n', "|");
    assert_eq!(table(&["--rename", "bus=car", "--class", "bus"]), "class,items,objects|car,3,4|total,3,4|");
    assert_eq!(table(&["--drop-class", "bus", "--limit", "5"]), "class,items,objects|car,2,2|,3,0|total,5,2|");
    assert_eq!(table(&["--keep-class", "bus", "--per-class", "2"]), "class,items,objects|bus,2,2|total,2,2|");
    for args in
        [&["--latest"][..], &["--sample", "4"], &["--per-class", "2"], &["--limit", "3"], &["--sample", "4", "--not"]]
    {
        let n = run(args).len();
        filter(&[args, &["-c"]].concat(), &input).exits(0).writes(format!("{n}\n"));
    }
}

#[test]
fn what_cannot_be_together_says_why() {
    let input = many(10);
    for (args, words) in [
        (&["--shuffle", "--order", "descending"][..], "two orders; give one"),
        (&["--shuffle", "--count"], "it prints a number, no rows"),
        (&["--shuffle", "--count-by", "class"], "its lines are in the order of their keys"),
        (&["--seed", "3"], "--seed changes nothing without --sample, --per-class or --shuffle"),
        (&["--per-class", "0"], "--per-class"),
        (&["--per-class", "0.1"], "--per-class"),
        (&["--sample", "1.5"], "a whole number of rows, such as 200"),
        (&["--one-per", "task", "--sample", "3", "--not"], "could mean two things"),
        (&["--one-per", "task", "--per-class", "3", "--not"], "could mean two things"),
    ] {
        filter(args, &input).exits(2).says(words);
    }
}

#[test]
fn bad_rows_are_never_chosen_in_silence() {
    let input = many(40);
    let bad = input.replacen("{\"id\":7,", "{\"id\":7,,", 1);
    let away = input.replacen(
        "\"id\":7,\"task\":3,\"data\":{",
        "\"id\":7,\"task\":3,\"data\":{\"presigned_url\":\"u\",\"a\":{},",
        1,
    );
    assert!(bad != input && away != input);
    for choice in
        [&["--sample", "3"][..], &["--per-class", "2"], &["--sample", "3", "--not"], &["--per-class", "2", "--not"]]
    {
        filter(choice, &bad).exits(3).says("(item 7)");
        let ran = filter(&[choice, &["--on-error", "skip"]].concat(), &bad).exits(7).says("1 bad line skipped");
        assert!(!ran.text().contains("\"id\":7"), "{ran:?}");
        if choice[0] == "--per-class" {
            filter(choice, &away).exits(3).says("at a URL");
            let ran = filter(&[choice, &["--on-error", "skip"]].concat(), &away).exits(7);
            assert!(!ran.text().contains("\"id\":7,"), "{ran:?}");
        } else {
            filter(choice, &away).exits(0);
            filter(&[choice, &["--class", "car"]].concat(), &away).exits(3).says("at a URL");
        }
    }
}

#[test]
fn a_run_that_is_killed_leaves_no_temporary_files() {
    let folder = tempfile::tempdir().unwrap();
    for args in
        [&["--latest"][..], &["--sample", "3"], &["--per-class", "3"], &["--shuffle"], &["--order", "descending"]]
    {
        let mut command = Command::new(exe("syn-filter"));
        command
            .args(args)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // More than a pipe holds: that it was taken means that the run has begun.
        let _ = stdin.write_all(many(20_000).as_bytes());
        child.kill().unwrap();
        child.wait().unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{args:?} {left:?}");
    }
}
