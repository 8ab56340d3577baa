//! The walk at scale: side by side, divided, from long lists of ids; the bytes are those of a walk page after page.

use crate::common::fetch::{TOKEN, command, fetch, run};
use crate::common::stand_in::StandIn;
use crate::common::world::{World, dense, descending, text, uneven};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn a_parallel_walk_gives_the_bytes_of_a_serial_one() {
    for (ids, args) in [
        (dense(), &[][..]),
        (uneven(), &[]),
        (uneven(), &["--no-cursor"]),
        (dense(), &["--max-page-size", "13"]),
        (vec![7], &[]),
        (vec![], &[]),
    ] {
        let world = World::new(ids.clone(), 400, args);
        let serial = world.fetch(&["--concurrency", "1", "--page-size", "100"]).ok();
        assert_eq!(serial.numbers("id"), descending(ids), "{args:?}");
        for options in [&[][..], &["--page-size", "7"], &["--concurrency", "3", "--page-size", "1000"]] {
            let parallel = world.fetch(options).ok();
            assert!(parallel.out == serial.out, "{args:?} {options:?}");
        }
        let mut arrival = world.fetch(&["--order", "arrival", "--page-size", "11"]).ok().numbers("id");
        arrival.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(arrival, serial.numbers("id"));
        let tasks = world.fetch(&["--target", "task", "--page-size", "31"]).ok().numbers("id");
        assert_eq!(tasks, serial.numbers("id").iter().map(|id| id + 1_000_000).collect::<Vec<_>>());
    }
}

#[test]
fn requests_go_out_side_by_side_and_never_deep() {
    // 1,200 rows at 20 a page: 60 pages of 100 ms each. A numbered page beyond the first of a range would take far longer.
    for mode in [&[][..], &["--no-cursor", "--deep-ms-per-1000", "1000000", "--edge-timeout-ms", "60000"]] {
        let world = World::new(dense(), 400, &[&["--latency-ms", "100"], mode].concat());
        let ran = world.fetch(&["--page-size", "20"]).ok();
        assert_eq!(ran.items().len(), 1200);
        let at_once = world.server.count("/max_concurrent");
        assert!(at_once >= 4, "{mode:?}: no more than {at_once} requests at once");
        let requests = world.server.count("/requests/~1sdk~1assignments~1");
        assert!(requests <= 65, "{mode:?}: {requests} requests for 60 pages");
    }
}

#[test]
fn pages_shrink_for_heavy_rows_and_grow_for_light_ones() {
    let world = World::new(1..1500, 500, &[]);
    world.fetch(&[]).ok();
    let requests = world.server.count("/requests/~1sdk~1assignments~1");
    assert!(requests < 14, "{requests} requests for 1,500 light rows");
    let heavy = World::new(1..80, 1_000_000, &["--latency-ms", "20"]);
    let ran = heavy.fetch(&["--limit", "60"]).ok();
    assert_eq!(ran.items().len(), 60);
}

#[test]
fn ids_from_a_long_list_are_asked_for_in_several_requests() {
    let world = World::new(dense().into_iter().map(|id| id + 1_000_000_000), 400, &[]);
    let list = world.path("ids.txt");
    let mut ids: Vec<i64> = (0..1200).filter(|n| n % 3 != 0).map(|n| 1_000_001_000 + n).collect();
    ids.extend(2_000_000_000..2_000_001_000);
    let lines: Vec<String> = ids.iter().map(i64::to_string).collect();
    std::fs::write(&list, lines.join("\n")).expect("a file");
    let ran = world.fetch(&["--ids-from", text(&list)]).ok();
    assert_eq!(ran.numbers("id"), descending(ids[..800].to_vec()));
    assert_eq!((&ran.must("begin")["count"], &ran.must("end")["expected"]), (&800.into(), &800.into()));
    assert!(ran.err.contains("1000 of the 1800 ids"), "{}", ran.err);
}

#[test]
fn fifty_thousand_ids_are_asked_for_and_come_once() {
    let (folder, server) = many_small_rows(60_000);
    let list = folder.path().join("ids.ndjson");
    // Every row but each sixth, in no order, some twice.
    let wanted: Vec<i64> = (0..60_000).map(|n| 1_000_000 + n * 7_919 % 60_000).filter(|id| id % 6 != 0).collect();
    let lines = wanted.iter().chain(&wanted[..100]).map(|id| format!("{{\"id\":{id}}}\n")).collect::<String>();
    std::fs::write(&list, lines).expect("a file");
    let ran = fetch(&server, &["--project", "42", "--ids-from", text(&list), "--bare"]).ok();
    assert_eq!(ran.numbers("id"), descending(wanted));
    assert_eq!(server.count("/status/414"), 0);
}

/// A folder with a dump of rows with the ids from 1,000,000 on, and a server for it.
fn many_small_rows(rows: i64) -> (tempfile::TempDir, StandIn) {
    let folder = tempfile::tempdir().expect("a folder");
    let dump = folder.path().join("small.ndjson");
    let lines = (1_000_000..1_000_000 + rows).map(|id| format!("{{\"id\":{id},\"data\":{{}}}}\n")).collect::<String>();
    std::fs::write(&dump, lines).expect("the dump");
    let server = StandIn::start(&["--dump", text(&dump), "--token", TOKEN]);
    (folder, server)
}

#[test]
fn shards_are_disjoint_and_together_the_whole() {
    for (ids, target) in
        [(dense(), "assignment"), (uneven(), "assignment"), (uneven(), "task"), (dense(), "ground_truth")]
    {
        let world = World::new(ids, 400, &[]);
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let run = |extra: &[&str]| fetch(&world.server, &[&[scope, "--target", target], extra].concat()).ok();
        let whole = run(&[]);
        for of in [1, 3, 8] {
            let mut parts: Vec<String> = Vec::new();
            for index in 1..=of {
                let part = run(&["--shard", &format!("{index}/{of}")]);
                assert_eq!(part.must("begin")["shard"]["of"], of);
                let share = whole.items().len() as f64 / f64::from(of);
                let off = (part.items().len() as f64 - share).abs();
                assert!(off <= share * 0.07 + 2.0, "{target} {index}/{of}: {} rows", part.items().len());
                parts.extend(part.items().iter().map(|l| (*l).to_owned()));
            }
            let distinct: BTreeSet<&str> = parts.iter().map(String::as_str).collect();
            assert_eq!(distinct.len(), parts.len(), "{target} {of}: shards overlap");
            assert_eq!(distinct, whole.items().into_iter().collect(), "{target} {of}");
        }
    }
}

#[test]
fn many_shards_of_few_rows_cost_few_requests() {
    const LIST: &str = "/requests/~1sdk~1assignments~1";
    for ids in [(1000..1300).collect::<Vec<i64>>(), (0..300).map(|n| 1000 + n * n * 7).collect(), vec![7]] {
        let world = World::new(ids.iter().copied(), 400, &[]);
        let run = |shard: &str| world.fetch(&["--shard", shard]).ok();
        let before = world.server.count(LIST);
        let first = run("1/1000");
        let requests = world.server.count(LIST) - before;
        assert!(requests < 40, "{requests} requests for 1/1000 of {} rows", ids.len());
        assert_eq!(first.must("begin")["shard"]["bounds"].as_array().expect("bounds").len(), 999);
        let mut seen: Vec<String> = Vec::new();
        let mut bounds = BTreeSet::new();
        for index in 1..=20 {
            let part = run(&format!("{index}/20"));
            bounds.insert(part.must("begin")["shard"]["bounds"].to_string());
            seen.extend(part.items().iter().map(|line| (*line).to_owned()));
        }
        let distinct: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        let whole = world.fetch(&[]).ok();
        assert_eq!((bounds.len(), distinct.len()), (1, seen.len()), "{} rows", ids.len());
        assert_eq!(distinct, whole.items().into_iter().collect());
    }
}

#[test]
fn limits_are_kept() {
    let world = World::new(1..200, 400, &[]);
    // A slow machine takes longer, never shorter.
    let began = std::time::Instant::now();
    world.fetch(&["--page-size", "10", "--rps", "20"]).ok();
    assert!(began.elapsed().as_secs_f64() > 0.9, "{:?}: 20 pages and 3 more at 20 a second", began.elapsed());
    let began = std::time::Instant::now();
    world.fetch(&["--max-bytes-per-sec", "100000"]).ok();
    assert!(began.elapsed().as_secs_f64() > 0.5, "{:?}: 80 KB at 100 KB a second", began.elapsed());
    world.fetch(&["--concurrency", "3", "--page-size", "2"]).ok();
    let mut bad = command(&["--project", "42", "--rps", "0"]);
    bad.env("SYNAPSE_ACCESS_TOKEN", TOKEN);
    assert_eq!(run(bad).code, 2);
}

#[test]
fn progress_is_json_when_asked_for() {
    let world = World::new(1..200, 400, &[]);
    let ran = world.fetch(&["--log-format", "json"]).ok();
    let lines: Vec<Value> = ran.err.lines().map(|l| serde_json::from_str(l).expect("JSON on stderr")).collect();
    let last = lines.iter().rfind(|l| l["level"] == "progress").expect("a progress line");
    assert_eq!((&last["rows"], &last["expected"], &last["tool"]), (&199.into(), &199.into(), &"syn-fetch".into()));
    assert!(last["bytes_received"].as_u64() > Some(10_000) && last["retries"] == 0 && last["concurrency"] == 8);
    assert!(world.fetch(&["--log-format", "json", "-q"]).ok().err.is_empty());
}
