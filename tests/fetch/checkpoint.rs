//! `--checkpoint`: what has changed since the last time, and when the position moves.

use crate::common::fetch::{Ran, command, fetch, run};
use crate::common::world::{World, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;

fn position(file: &Path) -> Option<String> {
    let json: Value = serde_json::from_slice(&std::fs::read(file).ok()?).expect("JSON");
    Some(json["position"].as_str().expect("a position").to_owned())
}

fn set_position(file: &Path, moment: &str) {
    let mut json: Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    json["position"] = moment.into();
    std::fs::write(file, json.to_string()).expect("a file");
}

/// An increment to a file of its own.
fn increment(world: &World, name: &str, more: &[&str]) -> Ran {
    let (mark, dump) = (world.path("mark.json"), world.path(name));
    world.fetch(&[&["--checkpoint", text(&mark), "-o", text(&dump)], more].concat())
}

#[test]
fn each_run_brings_what_has_changed_since_the_one_before() {
    let world = World::new(1..500, 400, &[]);
    let mark = world.path("mark.json");
    let rows = |name: &str| {
        let text = std::fs::read_to_string(world.path(name)).expect("a dump");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let ids: BTreeSet<i64> = lines.iter().filter_map(|line| line["id"].as_i64()).collect();
        assert_eq!(ids.len(), lines.len() - 2, "a row came twice");
        let end = lines.last().expect("an end frame");
        assert_eq!((&end["count"], &end["expected"]), (&json!(ids.len()), &json!(ids.len())));
        ids.len()
    };
    increment(&world, "1", &[]).ok();
    assert_eq!(rows("1"), 499, "the first run takes everything");
    increment(&world, "2", &[]).ok();
    assert_eq!(rows("2"), 0, "nothing has changed");
    // Created on the 1st to the 9th of January; labelled again on the 1st to the 7th of February.
    for (n, (moment, expected)) in
        [("2026-02-05T12:00:00Z", (0..499).filter(|n| n % 7 >= 5).count()), ("2026-01-08T12:00:00Z", 499)]
            .iter()
            .enumerate()
    {
        set_position(&mark, moment);
        let name = format!("again-{n}");
        increment(&world, &name, &[]).ok();
        assert_eq!(rows(&name), *expected, "{moment}");
    }
}

#[test]
fn the_position_moves_only_when_its_rows_are_safe() {
    let world = World::new(1..400, 400, &["--die-at", "300"]);
    let mark = world.path("mark.json");
    let fast = ["--page-size", "20", "--retry-for", "0.1"];
    let pipe = |more: &[&str]| world.fetch(&[&["--checkpoint", text(&mark)], more].concat());
    increment(&world, "1", &fast).with_code(5);
    assert_eq!((position(&mark), world.path("1").exists()), (None, false));
    world.server.heal();
    let told = pipe(&[]).ok();
    assert!(told.err.contains("syn-sink --checkpoint") && position(&mark).is_none(), "{}", told.err);
    assert_eq!(told.must("begin")["checkpoint"], told.must("end")["checkpoint"]);
    assert!(told.must("end")["checkpoint"][0]["to"].is_string());
    let limited = pipe(&["--limit", "5"]).ok();
    assert!(limited.err.contains("--limit") && limited.must("end").get("checkpoint").is_none());
    increment(&world, "limited", &["--limit", "5"]).ok();
    increment(&world, "shard", &["--shard", "1/2"]).ok();
    assert_eq!(position(&mark), None);
    // A pipe and a device take the rows and keep nothing.
    world.fetch(&["--checkpoint", text(&mark), "-o", "/dev/null"]).ok();
    assert_eq!(position(&mark), None);
    increment(&world, "2", &[]).ok();
    let first = position(&mark).expect("it moved");
    let again = increment(&world, "2", &[]).with_code(6);
    assert!(again.err.contains("exists") && again.err.contains("syn-filter --latest"), "{}", again.err);
    assert_eq!(position(&mark), Some(first.clone()));
    increment(&world, "full", &["-o", "/dev/full"]).with_code(2);
    world.fetch(&["--checkpoint", text(&mark), "-o", "/dev/full"]).with_code(6);
    assert_eq!(position(&mark), Some(first));
    let old = "2026-01-01T00:00:00Z";
    set_position(&mark, old);
    let zst = increment(&world, "3.ndjson.ZST", &[]).ok();
    assert!(position(&mark).as_deref() > Some(old), "{}", zst.err);
    let shard = increment(&world, "4", &["--shard", "1/2"]).with_code(2);
    assert!(shard.err.contains("one part"), "{}", shard.err);
    let magic = std::fs::read(world.path("3.ndjson.ZST")).expect("a dump")[..4].to_vec();
    assert_eq!(magic, [0x28, 0xb5, 0x2f, 0xfd]);
}

#[test]
fn a_dump_that_was_cut_is_continued_to_the_same_position() {
    let world = World::new(1..400, 400, &["--die-at", "300"]);
    let mark = world.path("mark.json");
    let fast = ["--page-size", "20", "--retry-for", "0.1"];
    increment(&world, "1", &fast).with_code(5);
    let begin = std::fs::read_to_string(world.path(".1.partial")).expect("what it wrote");
    let begin: Value = serde_json::from_str(begin.lines().next().expect("a begin frame")).expect("JSON");
    world.server.heal();
    std::thread::sleep(std::time::Duration::from_millis(20));
    increment(&world, "1", &["--resume"]).ok();
    assert_eq!(position(&mark).as_deref(), begin["checkpoint"][0]["to"].as_str(), "the time when it began");
    // Killed between the dump and the checkpoint.
    std::fs::remove_file(&mark).expect("a checkpoint");
    let told = increment(&world, "1", &["--resume"]).ok();
    assert!(told.err.contains("complete already") && position(&mark).is_some());
    // A part of an increment is fetched anew, and then all of it is there.
    set_position(&mark, "2026-01-08T12:00:00Z");
    std::fs::write(world.path(".2.partial"), format!("{begin}\n{{\"id\":7}}\n")).expect("a file");
    increment(&world, "2", &["--resume"]).ok();
    assert_eq!(std::fs::read_to_string(world.path("2")).expect("a dump").lines().count(), 401);
}

#[test]
fn only_a_checkpoint_of_this_export_is_used_or_replaced() {
    let world = World::new(1..40, 400, &[]);
    let mark = world.path("mark.json");
    increment(&world, "1", &[]).ok();
    let ours = std::fs::read(&mark).expect("a checkpoint");
    for (extra, told) in [
        (&["--target", "task"][..], "target was \"assignment\" and is \"task\""),
        (&["--filter", "is_discarded=false"], "query was"),
        (&["--dimensions"], "dimensions was"),
    ] {
        let ran = increment(&world, "other", extra).with_code(2);
        assert!(
            ran.err.contains(told) && ran.err.contains("another export") && ran.err.lines().count() == 1,
            "{}",
            ran.err
        );
        assert_eq!(std::fs::read(&mark).expect("a checkpoint"), ours);
    }
    let (fifo, folder, link, dead) = (world.path("fifo"), world.path("folder"), world.path("link"), world.path("dead"));
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    std::fs::create_dir(&folder).expect("a folder");
    symlink("/dev/null", &link).expect("a link");
    symlink("nowhere", &dead).expect("a link");
    let files = [("junk.json", "{}"), ("other.json", "{\"kind\":\"x\"}"), ("text", "notes\n"), ("empty", "")];
    for (name, content) in files {
        std::fs::write(world.path(name), content).expect("a file");
    }
    for (place, code) in [
        (world.path("junk.json"), 2),
        (world.path("other.json"), 2),
        (world.path("text"), 2),
        (world.path("empty"), 2),
        (fifo.clone(), 6),
        (folder, 6),
        (link.clone(), 6),
        (dead, 6),
        ("/dev/null".into(), 6),
        (world.path("no/such/folder.json"), 6),
    ] {
        let out = world.path("never");
        let ran = world.fetch(&["--checkpoint", text(&place), "-o", text(&out)]).with_code(code);
        assert!(ran.err.contains(text(&place)) && ran.err.lines().count() == 1, "{}", ran.err);
        assert!(!out.exists());
    }
    assert!(fifo.symlink_metadata().expect("it").file_type().is_fifo() && link.is_symlink());
    for (name, content) in files {
        assert_eq!(std::fs::read_to_string(world.path(name)).expect("a file"), content);
    }
    let same = world.path("same");
    let ran = world.fetch(&["--checkpoint", text(&same), "-o", text(&same)]).with_code(2);
    assert!(ran.err.contains("both input and output") && !same.exists(), "{}", ran.err);
    // A link to a checkpoint is followed, and stays a link. Positions are whole seconds, so this one is set back.
    let mut earlier: serde_json::Value = serde_json::from_slice(&ours).expect("JSON");
    earlier["position"] = "2026-01-01T00:00:00Z".into();
    let earlier = earlier.to_string().into_bytes();
    std::fs::write(&mark, &earlier).expect("a checkpoint");
    let alias = world.path("alias.json");
    symlink(&mark, &alias).expect("a link");
    world.fetch(&["--checkpoint", text(&alias), "-o", text(&world.path("2"))]).ok();
    assert!(alias.is_symlink() && std::fs::read(&mark).expect("a checkpoint") != earlier);
}

#[test]
fn the_earlier_of_two_clocks_counts() {
    let world = World::new(1..40, 400, &[]);
    for (shift, told) in [("+1h", "ahead of"), ("-1h", "behind"), ("+30s", "")] {
        let (mark, dump) = (world.path(&format!("{shift}.json")), world.path(shift));
        let mut fake = command(&["--project", "42", "--checkpoint", text(&mark), "-o", text(&dump)]);
        fake.env("SYNAPSE_HOST", &world.server.url).env("SYNAPSE_ACCESS_TOKEN", crate::common::fetch::TOKEN);
        let Some(library) = crate::common::programs::find("faketime") else { return };
        let fetch = fake.get_program().to_owned();
        let mut shifted = std::process::Command::new(library);
        shifted.args(["-f", shift]).arg(fetch).args(fake.get_args());
        shifted.env("SYNAPSE_HOST", &world.server.url).env("SYNAPSE_ACCESS_TOKEN", crate::common::fetch::TOKEN);
        let ran = run(shifted).ok();
        assert!(ran.err.contains(told) && ran.err.contains("clock") != told.is_empty(), "{}", ran.err);
        let at: jiff::Timestamp = position(&mark).expect("it moved").parse().expect("a time");
        let late = at.duration_since(jiff::Timestamp::now()).as_secs();
        let expected = if shift == "-1h" { -3605..=-3595 } else { -5..=1 };
        assert!(expected.contains(&late), "{shift}: {late}");
    }
}

#[test]
fn a_server_that_does_not_select_by_date_is_noticed() {
    for (key, code) in [("created", 4), ("last_labeled", 4), ("last_reviewed", 0)] {
        let world = World::new(1..40, 400, &["--ignore-filter", &format!("{key}__gte")]);
        increment(&world, "1", &[]).ok();
        let ran = increment(&world, "2", &[]).with_code(code);
        assert!(ran.err.contains(&format!("does not select by {key}")), "{}", ran.err);
    }
    let world = World::new(1..40, 400, &[]);
    let truth = ["--gt-version", "15", "--checkpoint", text(&world.path("none"))].map(str::to_owned);
    let truth = fetch(&world.server, &truth.each_ref().map(String::as_str)).with_code(2);
    assert!(truth.err.contains("ground truth"), "{}", truth.err);
}
