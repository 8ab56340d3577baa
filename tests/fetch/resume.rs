//! Runs that end early and go on: the result is the same bytes as of a run that nothing disturbed.

use crate::common::fetch::{TOKEN, command, fetch};
use crate::common::world::{World, dense, text, uneven};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

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
    let kills: usize = std::env::var("SYNPIPE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(18);
    let inline = World::new(uneven(), 2000, &["--latency-ms", "5"]);
    let stored = World::new(uneven(), 2000, &["--latency-ms", "5", "--presigned", "mixed", "--expire-first"]);
    let (mut done, mut dice) = (0, 7u64);
    for round in 0.. {
        // Six rounds have every list in both ways; each with a checkpoint and without.
        let world = if round % 2 == 0 { &inline } else { &stored };
        let target = ["assignment", "task", "ground_truth"][round % 3];
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let whole = fetch(&world.server, &[scope, "--target", target]).ok().out;
        let (dump, mark) = (world.path(&format!("{round}.ndjson")), world.path(&format!("{round}.json")));
        let mut args = vec![scope, "--target", target, "--page-size", "10", "-q", "-o", text(&dump), "--resume"];
        if (round / 6) % 2 == 0 {
            args.extend(["--checkpoint", text(&mark)]);
        }
        // Killed again and again, each time after a pseudo-random number of further bytes, until it ends by itself.
        loop {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let further = if done < kills { (dice >> 33) % (whole.len() as u64 / 3) } else { u64::MAX };
            match killed_after(world, &args, &dump, further) {
                None => done += 1,
                Some(status) => break assert!(status.success(), "round {round}: {status:?}"),
            }
        }
        assert!(std::fs::read_to_string(&dump).expect("the dump") == whole, "round {round} {target}");
        if done >= kills {
            break;
        }
    }
}

/// Runs `syn-fetch` and kills it when the dump has grown by so many bytes; how it ended, if it came to its end before.
fn killed_after(world: &World, args: &[&str], dump: &Path, further: u64) -> Option<ExitStatus> {
    let size = || std::fs::metadata(dump).map_or(0, |m| m.len());
    let goal = size().saturating_add(further);
    let mut command = command(args);
    command.env("SYNAPSE_HOST", &world.server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).stderr(Stdio::null());
    let mut child = command.spawn().expect("syn-fetch starts");
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        if size() >= goal {
            child.kill().expect("a child");
            child.wait().expect("a child");
            return None;
        }
        std::thread::yield_now();
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
