//! Runs that end early and go on: the result is the same bytes as of a run that nothing disturbed.

use crate::common::fetch::{TOKEN, command, fetch};
use crate::common::world::{World, dense, text, uneven};
use std::path::Path;
use std::process::{ExitStatus, Stdio};

#[test]
fn a_failed_run_is_resumed_to_the_same_bytes() {
    for (target, mode) in
        [("assignment", &[][..]), ("task", &["--no-cursor"]), ("ground_truth", &[]), ("ground_truth", &["--no-cursor"])]
    {
        let world = World::new(uneven(), 400, &[&["--die-at", "300"], mode].concat());
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let (dump, partial, state) =
            (world.path("dump.ndjson"), world.path(".dump.ndjson.partial"), world.path(".dump.ndjson.state"));
        let args = [scope, "--target", target, "--page-size", "20", "-o", text(&dump)];
        fetch(&world.server, &[&args[..], &["--retry-for", "0.1"]].concat()).with_code(5);
        assert!(!dump.exists() && state.exists() == (target == "ground_truth"));
        let before = std::fs::read_to_string(&partial).expect("the dump");
        assert!(!std::fs::read_to_string(&state).unwrap_or_default().contains(TOKEN));
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
        assert!(!partial.exists() && !state.exists(), "nothing is left beside it");
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
        // Six rounds have every list in both ways.
        let world = if round % 2 == 0 { &inline } else { &stored };
        let target = ["assignment", "task", "ground_truth"][round % 3];
        let scope = if target == "ground_truth" { "--gt-version=15" } else { "--project=42" };
        let whole = fetch(&world.server, &[scope, "--target", target]).ok().out;
        let (dump, partial) = (world.path(&format!("{round}.ndjson")), world.path(&format!(".{round}.ndjson.partial")));
        let args = vec![scope, "--target", target, "--page-size", "10", "-q", "-o", text(&dump), "--resume"];
        // Killed again and again, each time after a pseudo-random number of further bytes, until it ends by itself.
        loop {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let further = if done < kills { (dice >> 33) % (whole.len() as u64 / 3) } else { u64::MAX };
            match killed_after(world, &args, &partial, further) {
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
    let (dump, partial) = (world.path("dump.ndjson"), world.path(".dump.ndjson.partial"));
    let base = ["--page-size", "20", "-o", text(&dump), "--retry-for", "0.1"];
    world.fetch(&base).with_code(5);
    let kept = std::fs::read(&partial).expect("the dump");
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
        assert_eq!(std::fs::read(&partial).expect("the dump"), kept, "{extra:?} changed the dump");
    }
    let other = World::new(dense(), 400, &[]);
    let ran = other.fetch(&[&base[..], &["--resume"]].concat()).with_code(2);
    assert!(ran.err.contains("host was"), "{}", ran.err);
    assert!(world.fetch(&["--resume"]).with_code(2).err.contains("-o FILE"));
    for (name, told) in [("dump.ndjson.zst", "compressed"), ("DUMP.GZ", "compressed"), ("photo.jpg", "does not begin")]
    {
        let file = world.path(name);
        std::fs::write(&file, "something\n").expect("a file");
        let ran = world.fetch(&["--resume", "-o", text(&file)]).with_code(2);
        assert!(ran.err.contains(told) && ran.err.lines().count() == 1, "{}", ran.err);
        assert_eq!(std::fs::read(&file).expect("a file"), b"something\n");
    }
}

#[test]
fn a_bare_dump_is_resumed_from_its_state() {
    let world = World::new(dense(), 400, &["--die-at", "300"]);
    let (dump, state) = (world.path("dump.ndjson"), world.path(".dump.ndjson.state"));
    let args = ["--bare", "--page-size", "20", "-o", text(&dump)];
    world.fetch(&[&args[..], &["--retry-for", "0.1"]].concat()).with_code(5);
    let kept = std::fs::read(&state).expect("a state");
    std::fs::remove_file(&state).expect("a state");
    let bare = world.fetch(&["--bare", "--resume", "-o", text(&dump)]).with_code(2);
    assert!(bare.err.contains("does not begin as a dump"), "{}", bare.err);
    std::fs::write(&state, kept).expect("a state");
    world.server.heal();
    world.fetch(&[&args[..], &["--resume"]].concat()).ok();
    let whole = world.fetch(&["--bare"]).ok();
    assert!(std::fs::read_to_string(&dump).expect("the dump") == whole.out);
}
