//! A checkpoint in a pipe: it moves when the dataset is published, and not otherwise.

use crate::common::exe;
use crate::place::{Place, place};
use serde_json::Value;

fn position(p: &Place) -> Option<String> {
    let json: Value = serde_json::from_slice(&std::fs::read(p.path("c.json")).ok()?).unwrap();
    Some(json["position"].as_str().unwrap().to_owned())
}

#[test]
fn it_moves_when_the_dataset_is_published() {
    let p = place(&[]);
    let whole = "syn-fetch --checkpoint c.json | syn-convert --to json --images omit | syn-sink --checkpoint c.json";
    let ran = p.line(&format!("{whole} first")).exits(0);
    let first = position(&p).expect("it moved");
    assert!(ran.stderr.contains("syn-sink --checkpoint") && p.path("first").exists());
    // Nothing has changed since: an empty dataset, and the next position.
    p.line(&format!("{whole} second")).exits(0);
    assert!(position(&p).unwrap() >= first);
    // With a filter between, a comma list of dumps, and dumps in pieces.
    for (line, moves) in [
        (
            "syn-fetch --checkpoint c.json | syn-filter --class person | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            true,
        ),
        (
            "syn-fetch --checkpoint c.json > a && syn-filter --latest --order descending a | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            true,
        ),
        (
            "syn-fetch --checkpoint c.json | zstd -q | syn-convert --to json --images omit > f && syn-sink --checkpoint c.json out f",
            true,
        ),
        (
            "syn-fetch --checkpoint c.json --shard 1/2 > a; syn-fetch --checkpoint c.json --shard 2/2 > b; syn-convert --to json --images omit a b | syn-sink --checkpoint c.json out",
            true,
        ),
        (
            "syn-fetch --checkpoint c.json --shard 1/2 > a; syn-fetch --checkpoint c.json --shard 2/2 > b; syn-fetch --dump a b | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            true,
        ),
        (
            "syn-fetch --checkpoint c.json --shard 1/2 > a; syn-convert --to json --images omit a | syn-sink --checkpoint c.json out",
            false,
        ),
        (
            "syn-fetch --checkpoint c.json --limit 3 | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            false,
        ),
        (
            "syn-fetch --checkpoint c.json | syn-filter --limit 3 | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            false,
        ),
        (
            "(syn-fetch --checkpoint c.json | sed '5s/{/{{/') | syn-filter --on-error skip | syn-convert --to json --images omit | syn-sink --checkpoint c.json out",
            false,
        ),
        (
            "(syn-fetch --checkpoint c.json | sed '5s/{/{{/') | syn-convert --on-error skip --to json --images omit | syn-sink --checkpoint c.json out",
            false,
        ),
    ] {
        let p = place(&[]);
        let (codes, ran) = p.pipe(line);
        assert!(p.path("out").exists(), "{line}: {codes:?} {ran:?}");
        assert_eq!(position(&p).is_some(), moves, "{line}: {ran:?}");
        assert_eq!(ran.stderr.contains("the position in c.json stays"), !moves, "{ran:?}");
    }
}

#[test]
fn it_stays_when_nothing_is_published() {
    let end = "syn-convert --to json --images omit | syn-sink --checkpoint c.json";
    for (line, code) in [
        (format!("syn-fetch --checkpoint c.json | head -5 | {end} out"), 3),
        (format!("syn-fetch --checkpoint c.json | {end} out.rar"), 2),
        (format!("touch taken; syn-fetch --checkpoint c.json | {end} taken"), 6),
        (format!("syn-fetch --checkpoint c.json | {end} -"), 2),
        (format!("syn-fetch | {end} out"), 3),
        (format!("syn-fetch --checkpoint c.json --project 43 | {end} out"), 4),
        (format!("(syn-fetch --checkpoint c.json; syn-fetch --checkpoint d.json --target task) | {end} out"), 3),
        ("syn-fetch --checkpoint c.json | syn-convert --to json --images omit | syn-sink --checkpoint folder/c.json out".to_owned(), 6),
        ("echo '{}' > j.json; syn-fetch --checkpoint c.json | syn-convert --to json --images omit | syn-sink --checkpoint j.json out".to_owned(), 2),
    ] {
        let p = place(&[]);
        let ran = p.line(&line).exits(code);
        assert!(position(&p).is_none() && !p.path("out").exists(), "{line}: {ran:?}");
    }
}

#[test]
fn originals_that_fail_keep_it_where_it_is() {
    let p = place(&["--fault-path", "/files/", "--fail-rate", "1", "--fail-status", "404"]);
    let line = "syn-fetch --checkpoint c.json | syn-convert --to json | syn-sink --checkpoint c.json out";
    let ran = p.line(line).exits(7);
    assert!(position(&p).is_none() && p.path("out").exists() && ran.stderr.contains("come again"), "{ran:?}");
}

#[test]
fn the_script_for_cron_brings_a_night() {
    let p = place(&[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/nightly.sh");
    let night = |more: &str| {
        let settings = "NIGHTLY_STATE=state NIGHTLY_DEST=data NIGHTLY_CONVERT='--to json --images omit' NIGHTLY_ALERT='touch alarm'";
        p.line(&format!("cat > alert.sh <<< 'echo \"$1\" > alarm'; chmod +x alert.sh; env {settings} NIGHTLY_ALERT=./alert.sh {more} bash {script}"))
    };
    night("").exits(0);
    let first = p.path("data/metadata/manifest.json");
    assert!(first.exists() && !p.path("alarm").exists());
    night("").exits(0);
    let dumps = std::fs::read_dir(p.path("state/dumps")).unwrap().count();
    let log = std::fs::read_to_string(p.path("state/nightly.log")).unwrap();
    assert_eq!((dumps, log.lines().count()), (2, 2), "{log}");
    assert!(log.lines().all(|line| line.contains(" ok after ")), "{log}");
    night("SYNAPSE_ACCESS_TOKEN=wrong").exits(4);
    let alarm = std::fs::read_to_string(p.path("alarm")).unwrap();
    assert!(alarm.contains("failed at dump (exit 4)") && alarm.contains("401"), "{alarm}");
    let dumps = std::fs::read_dir(p.path("state/dumps")).unwrap().count();
    assert_eq!((dumps, first.exists()), (2, true));
    // A run that holds the lock is not disturbed.
    p.line(&format!("exec 9>state/lock; flock 9; env NIGHTLY_STATE=state NIGHTLY_DEST=data bash {script} 9>&-"))
        .exits(75);
}

/// A few nights of a few seeds; `SYNPIPE_SEEDS=100` runs the campaign.
#[test]
fn nights_that_fail_are_made_up_for() {
    if crate::common::programs::find("faketime").is_none() {
        return;
    }
    let seeds = std::env::var("SYNPIPE_SEEDS").unwrap_or_else(|_| "2".to_owned());
    let nights = if seeds == "2" { "8" } else { "30" };
    let folder = std::path::Path::new(exe("syn-fetch")).parent().unwrap();
    let mut command = std::process::Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/nights.py"));
    command.args(["--bin".as_ref(), folder.as_os_str()]).args(["--seeds", &seeds, "--nights", nights]);
    crate::common::finish(&mut command, b"").exits(0);
}
