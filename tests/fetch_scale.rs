//! The walk at scale: side by side, resumed, divided, over lists that change; every run gives exactly the rows of the source or
//! fails loudly.

#[path = "common/fetch.rs"]
mod fetch;
#[path = "common/stand_in.rs"]
mod stand_in;

use fetch::{Ran, TOKEN, command, fetch, run};
use serde_json::Value;
use stand_in::StandIn;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A folder with a dump of made-up rows, and a server for it.
struct World {
    folder: tempfile::TempDir,
    server: StandIn,
}

impl World {
    /// `ids` in any order, each row about `size` bytes.
    fn new(ids: impl IntoIterator<Item = i64>, size: usize, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dump = folder.path().join("source.ndjson");
        let mut text = String::new();
        for (n, id) in ids.into_iter().enumerate() {
            let pad = "x".repeat(size.saturating_sub(300) + n * 37 % 200);
            let task = 1_000_000 + id;
            let _ = writeln!(
                text,
                "{{\"id\":{id},\"data\":{{\"assignmentId\":{id},\"annotations\":{{}},\"pad\":\"{pad}\"}},\"file\":{{\"url\":\"x\",\"file_name_original\":\"{id}.jpg\"}},\"task\":{{\"id\":{task}}},\"created\":\"2026-01-0{}T00:00:00Z\",\"last_labeled\":\"2026-02-0{}T00:00:00Z\"}}",
                1 + n % 9,
                1 + n % 7
            );
        }
        std::fs::write(&dump, text).expect("the dump");
        let dump = dump.to_str().expect("UTF-8").to_owned();
        let server = StandIn::start(&[&["--dump", &dump, "--token", TOKEN], args].concat());
        Self { folder, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fetch(&self, args: &[&str]) -> Ran {
        fetch(&self.server, &[&["--project", "42"], args].concat())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn dense() -> Vec<i64> {
    (1000..2200).collect()
}

/// Dense, sparse and lonely places.
fn uneven() -> Vec<i64> {
    let far = (0..40).map(|n| 5_000_000 + n * n * 977);
    (1..400).chain((900..3000).step_by(7)).chain(far).chain([9_000_000_000]).collect()
}

fn descending(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids
}

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
        let began = std::time::Instant::now();
        let ran = world.fetch(&["--page-size", "20"]).ok();
        assert_eq!(ran.items().len(), 1200);
        assert!(began.elapsed().as_secs_f64() < 4.0, "{mode:?}: {:?}: 60 pages one by one take 6 s", began.elapsed());
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
fn a_failed_run_is_resumed_to_the_same_bytes() {
    for (target, mode) in
        [("assignment", &[][..]), ("task", &["--no-cursor"]), ("ground_truth", &[]), ("ground_truth", &["--no-cursor"])]
    {
        let world = World::new(uneven(), 400, &[&["--die-at", "300"], mode].concat());
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let (dump, mark) = (world.path("dump.ndjson"), world.path("mark.json"));
        let args = [scope, "--target", target, "--page-size", "20", "-o", text(&dump), "--checkpoint", text(&mark)];
        fetch(&world.server, &[&args[..], &["--retry-for", "0.1"]].concat()).with_code(5);
        let before = std::fs::read_to_string(&dump).expect("the dump");
        assert!(before.lines().count() > 200 && before.contains("\"@stream\":\"error\""), "{target}");
        world.server.heal();
        let rows = world.server.count("/rows");
        let resumed = fetch(&world.server, &[&args[..], &["--resume"]].concat()).ok();
        assert!(resumed.err.contains("739") || resumed.err.contains("rows") || !resumed.err.is_empty());
        if target != "ground_truth" || mode.is_empty() {
            let again = world.server.count("/rows") - rows;
            assert!(again < 600, "{target}: {again} rows were fetched to get the last 440");
        }
        let whole = fetch(&world.server, &[scope, "--target", target, "--page-size", "20"]).ok();
        assert!(std::fs::read_to_string(&dump).expect("the dump") == whole.out, "{target} {mode:?}");
        let mark_text = std::fs::read_to_string(&mark).expect("the checkpoint");
        let mark_json: Value = serde_json::from_str(&mark_text).expect("JSON");
        assert_eq!((&mark_json["complete"], &mark_json["bytes"]), (&true.into(), &whole.out.len().into()));
        assert!(!mark_text.contains(TOKEN));
        let again = fetch(&world.server, &[&args[..], &["--resume"]].concat()).ok();
        assert!(again.err.contains("complete already"), "{}", again.err);
        assert!(std::fs::read_to_string(&dump).expect("the dump") == whole.out);
    }
}

#[test]
fn runs_killed_at_random_moments_are_resumed_to_the_same_bytes() {
    // SYNPIPE_KILLS=200 for the full number.
    let kills: usize = std::env::var("SYNPIPE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let world = World::new(uneven(), 2000, &["--latency-ms", "5", "--presigned", "mixed"]);
    let mut done = 0;
    for round in 0.. {
        let target = ["assignment", "task", "ground_truth"][round % 3];
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let whole = fetch(&world.server, &[scope, "--target", target]).ok().out;
        let (dump, mark) = (world.path(&format!("{round}.ndjson")), world.path(&format!("{round}.json")));
        let mut args = vec![scope, "--target", target, "--page-size", "10", "-q", "-o", text(&dump)];
        if round % 2 == 0 {
            args.extend(["--checkpoint", text(&mark)]);
        }
        let mut first = true;
        // Each round: killed again and again, each time after a pseudo-random number of further bytes, until it ends by itself.
        loop {
            let mut command = command(&[&args[..], &["--resume"]].concat());
            command.env("SYNAPSE_HOST", &world.server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).stderr(Stdio::piped());
            let mut child = command.spawn().expect("syn-fetch starts");
            let size = || std::fs::metadata(&dump).map_or(0, |m| m.len());
            let goal = size() + (whole.len() as u64) * (7 + (done as u64 * 7919) % 31) / 100;
            let status = loop {
                if let Some(status) = child.try_wait().expect("a child") {
                    break Some(status);
                }
                if done < kills && size() >= goal {
                    child.kill().expect("a child");
                    child.wait().expect("a child");
                    break None;
                }
                std::thread::yield_now();
            };
            match status {
                Some(status) => {
                    assert!(status.success(), "round {round}: {status:?} (first run: {first})");
                    break;
                }
                None => done += 1,
            }
            first = false;
        }
        assert!(std::fs::read_to_string(&dump).expect("the dump") == whole, "round {round} {target}");
        if done >= kills {
            break;
        }
    }
}

#[test]
fn a_resume_of_something_else_is_refused() {
    let world = World::new(dense(), 400, &["--die-at", "300"]);
    let (dump, mark) = (world.path("dump.ndjson"), world.path("mark.json"));
    let base = ["--page-size", "20", "-o", text(&dump), "--checkpoint", text(&mark), "--retry-for", "0.1"];
    world.fetch(&base).with_code(5);
    let kept = std::fs::read(&dump).expect("the dump");
    world.server.heal();
    for (extra, words) in [
        (&["--target", "task"][..], "target was \"assignment\" and is \"task\""),
        (&["--filter", "is_discarded=false"], "query was"),
        (&["--limit", "5"], "limit was null and is 5"),
        (&["--shard", "1/2"], "shard was null"),
        (&["--order", "arrival"], "--order arrival"),
    ] {
        let ran = world.fetch(&[&base[..], &["--resume"], extra].concat()).with_code(2);
        assert!(ran.err.contains(words) && ran.err.lines().count() == 1, "{}", ran.err);
        assert_eq!(std::fs::read(&dump).expect("the dump"), kept, "{extra:?} changed the dump");
    }
    let other = World::new(dense(), 400, &[]);
    let ran = other.fetch(&[&base[..], &["--resume"]].concat()).with_code(2);
    assert!(ran.err.contains("host was"), "{}", ran.err);
    assert!(world.fetch(&["--resume"]).with_code(2).err.contains("-o FILE or --checkpoint"));
    let junk = world.path("junk.json");
    std::fs::write(&junk, "{}").expect("a file");
    assert!(world.fetch(&["--resume", "--checkpoint", text(&junk)]).with_code(2).err.contains("no checkpoint"));
}

#[test]
fn a_bare_dump_is_resumed_from_its_checkpoint() {
    let world = World::new(dense(), 400, &["--die-at", "300"]);
    let (dump, mark) = (world.path("dump.ndjson"), world.path("mark.json"));
    let args = ["--bare", "--page-size", "20", "-o", text(&dump), "--checkpoint", text(&mark)];
    world.fetch(&[&args[..], &["--retry-for", "0.1"]].concat()).with_code(5);
    let bare = world.fetch(&["--bare", "--resume", "-o", text(&dump)]).with_code(2);
    assert!(bare.err.contains("--checkpoint"), "{}", bare.err);
    world.server.heal();
    world.fetch(&[&args[..], &["--resume"]].concat()).ok();
    let whole = world.fetch(&["--bare"]).ok();
    assert!(std::fs::read_to_string(&dump).expect("the dump") == whole.out);
}

#[test]
fn a_stream_goes_on_after_its_checkpoint() {
    let world = World::new(dense(), 400, &["--die-at", "300"]);
    let mark = world.path("mark.json");
    let args = ["--page-size", "20", "--checkpoint", text(&mark)];
    let first = world.fetch(&[&args[..], &["--retry-for", "0.1"]].concat()).with_code(5);
    world.server.heal();
    let second = world.fetch(&[&args[..], &["--resume"]].concat()).ok();
    assert!(second.frame("begin").is_none(), "what follows is the rest of the stream");
    let whole = world.fetch(&[]).ok();
    assert_eq!([first.items(), second.items()].concat(), whole.items());
    assert_eq!(second.must("end"), whole.must("end"));
}

#[test]
fn since_a_checkpoint_only_what_is_new_or_labelled_again() {
    let world = World::new(1..500, 400, &[]);
    let mark = world.path("mark.json");
    let args = ["--since-checkpoint", "--checkpoint", text(&mark)];
    assert_eq!(world.fetch(&args).ok().items().len(), 499, "the first run takes everything");
    assert_eq!(world.fetch(&args).ok().items().len(), 0, "nothing has changed");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&mark).expect("a file")).expect("JSON");
    let mut since = |moment: &str| {
        state["started"] = moment.into();
        std::fs::write(&mark, state.to_string()).expect("a file");
        let ran = world.fetch(&args).ok();
        let ids: BTreeSet<i64> = ran.numbers("id").into_iter().collect();
        assert_eq!(ids.len(), ran.items().len(), "a row came twice");
        let expected = ran.must("end")["count"].as_u64();
        assert_eq!(expected, Some(ids.len() as u64));
        ids.len()
    };
    // Created on the 1st to the 9th of January; labelled again on the 1st to the 7th of February.
    assert_eq!(since("2026-02-05T12:00:00Z"), (0..499).filter(|n| n % 7 >= 5).count());
    assert_eq!(since("2026-01-08T12:00:00Z"), 499);
    state["complete"] = false.into();
    std::fs::write(&mark, state.to_string()).expect("a file");
    assert!(world.fetch(&args).with_code(2).err.contains("not complete"));
    let truth =
        fetch(&world.server, &["--gt-version", "15", "--since-checkpoint", "--checkpoint", text(&world.path("none"))]);
    assert_eq!(truth.ok().items().len(), 499);
}

#[test]
fn rows_that_come_and_go_are_reported_and_nothing_comes_twice() {
    for target in ["assignment", "task"] {
        for mutate in ["insert", "delete", "both"] {
            let args = ["--mutate", mutate, "--mutate-after", "20", "--latency-ms", "2"];
            let world = World::new(dense(), 400, &args);
            let ran = world.fetch(&["--target", target, "--page-size", "20"]);
            let ids = ran.numbers("id");
            assert!(ids.is_sorted_by(|a, b| a > b), "{target} {mutate}: not in order, or twice");
            match ran.code {
                0 => {
                    let end = ran.must("end");
                    let changed = end["added"].as_u64().max(end["vanished"].as_u64());
                    assert!(changed > Some(0) && ran.err.contains("warning"), "{target} {mutate}: {end} {}", ran.err);
                }
                5 => assert!(ran.err.contains("are missing"), "{}", ran.err),
                code => panic!("{target} {mutate}: exit {code}: {}", ran.err),
            }
            assert!(mutate == "both" || ran.code == 0, "{target} {mutate}: {}", ran.err);
        }
    }
}

#[test]
fn verify_names_what_is_missing_and_what_is_gone() {
    let world = World::new(dense(), 400, &[]);
    assert_eq!(world.fetch(&["--verify"]).ok().must("end")["verified"], true);
    assert_eq!(fetch(&world.server, &["--gt-version", "15", "--verify"]).ok().must("end")["verified"], true);
    assert_eq!(world.fetch(&["--verify", "--limit", "100"]).ok().must("end")["verified"], true);
    let late = World::new(dense(), 400, &["--mutate", "insert", "--mutate-after", "50"]);
    let ran = late.fetch(&["--verify", "--page-size", "20"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("rows are on the server and did not come: 1"), "{}", ran.err);
    let gone = World::new(dense(), 400, &["--mutate", "delete", "--mutate-after", "50"]);
    let ran = gone.fetch(&["--verify", "--page-size", "20"]).ok();
    assert!(ran.must("end")["vanished"].as_u64() > Some(0), "{}", ran.must("end"));
}

#[test]
fn a_shortfall_says_where() {
    let world = World::new(dense(), 400, &["--short", "2"]);
    let ran = world.fetch(&["--page-size", "100"]).with_code(5);
    assert!(ran.err.contains("2 are missing (2 with ids "), "{}", ran.err);
}

#[test]
fn faulty_servers_never_lead_to_a_short_success() {
    // SYNPIPE_SEEDS=100 for the full number.
    let seeds: u32 = std::env::var("SYNPIPE_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let faults = "--fail-rate 0.05 --cut-rate 0.03 --html-rate 0.01 --hang-rate 0.01 --hang-ms 60000 --reset-rate 0.02";
    for seed in 1..=seeds {
        let number = seed.to_string();
        let mut args: Vec<&str> = faults.split(' ').chain(["--seed", &number]).collect();
        match seed % 4 {
            0 => args.extend(["--presigned", "all", "--expire-first"]),
            1 => args.extend(["--presigned", "mixed", "--expire-after", "1"]),
            2 => args.push("--no-cursor"),
            _ => {}
        }
        let world = World::new(uneven(), 600, &args);
        let target = ["assignment", "task", "ground_truth"][seed as usize % 3];
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let options = [scope, "--target", target, "--page-size", "20", "--timeout", "0.5"];
        let ran = fetch(&world.server, &options);
        if ran.code == 0 {
            let key = if target == "ground_truth" { "pgh_id" } else { "id" };
            let ids = ran.numbers(key);
            assert!(ids.len() == uneven().len() && ids.is_sorted_by(|a, b| a > b), "seed {seed}: {}", ids.len());
            assert!(ran.items().iter().all(|l| l.contains("\"pad\":\"x")), "seed {seed}: a payload is missing");
        } else {
            assert!(ran.frame("end").is_none() && !ran.err.is_empty(), "seed {seed}");
            panic!("seed {seed}: these faults can all be outlived: {}", ran.err);
        }
        assert_eq!((world.server.count("/stale_retries"), world.server.count("/leaked_tokens")), (0, 0), "seed {seed}");
    }
}

#[test]
fn limits_are_kept() {
    let world = World::new(1..200, 400, &[]);
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
    assert!(last["bytes"].as_u64() > Some(10_000) && last["retries"] == 0 && last["concurrency"] == 8);
    assert!(world.fetch(&["--log-format", "json", "-q"]).ok().err.is_empty());
}
