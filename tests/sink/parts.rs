//! `--part` and `--join` on the command line, and what a folder shows meanwhile. That the dataset is the same as from one run is shown in
//! `tests/destinations/parts.rs`.

use crate::server::{self, Server};
use crate::util::*;
use std::fs;

fn list(server: &Server) -> String {
    let url = |target: &str| format!("{{\"path\":\"images{target}\",\"url\":\"{}\"}}", server.url(target));
    let mut lines = vec![text("a/b.txt", "1"), text("c.txt", "2")];
    lines.extend((0..12).map(|i| url(&format!("/{i}.bin"))));
    framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn arguments_that_are_no_part_are_told() {
    for (args, says) in [
        (&["--part", "2/3"][..], "syn-sink --part I/N LIST DEST"),
        (&["--part", "2/3", "list.ndjson"], "syn-sink --part I/N LIST DEST"),
        (&["--join", "3", "list.ndjson"], "syn-sink --join N LIST DEST"),
        (&["--part", "2/3", "list.ndjson", "out", "more"], "syn-sink --part I/N LIST DEST"),
        (&["--part", "2/3", "-", "out"], "save it first"),
        (&["--part", "2/3", "out", "list.ndjson"], "the list comes first: syn-sink --part I/N list.ndjson out"),
        (&["--part", "4/3", "list.ndjson", "out"], "from 1/N to N/N"),
        (&["--part", "0/3", "list.ndjson", "out"], "from 1/N to N/N"),
        (&["--part", "1/501", "list.ndjson", "out"], "at most 500"),
        (&["--join", "0", "list.ndjson", "out"], "0 is not in 1..=500"),
        (&["--part", "1/2", "--join", "2", "list.ndjson", "out"], "cannot be used with"),
        (&["--part", "1/2", "list.ndjson", "x.tar"], "parts go to a folder"),
        (&["--part", "1/2", "list.ndjson", "sftp://h/x"], "parts go to a folder"),
        (&["--part", "1/2", "list.ndjson", "."], "cannot be a destination"),
        (&["--part", "1/2", "list.ndjson", "s3:/b/x"], "did you mean s3://b/x?"),
    ] {
        let p = place();
        fs::write(p.path("list.ndjson"), framed(&[&text("a", "1")])).unwrap();
        p.run_command(p.command(args), "").exits(2).one_line().says(says);
        assert_eq!(names(p.dir.path()), ["list.ndjson"], "{args:?}");
    }
    for option in [
        &["--overwrite"][..],
        &["--auto-number"],
        &["--resume"],
        &["--keep-staging"],
        &["--shard-size", "1MB"],
        &["--staging-prefix", "x"],
        &["--verify"],
        &["--allow-partial"],
        &["--max-total-bytes", "1MB"],
    ] {
        for part in [["--part", "1/2"], ["--join", "2"]] {
            let p = place();
            let args: Vec<_> = part.iter().chain(option).copied().chain(["list.ndjson", "out"]).collect();
            p.run_command(p.command(&args), "").exits(2).one_line().says("cannot be used with");
        }
    }
    for option in [&["--checkpoint", "x"][..], &["--join", "2"]] {
        let args: Vec<_> = ["--part", "1/2"].iter().chain(option).copied().chain(["list.ndjson", "out"]).collect();
        let p = place();
        p.run_command(p.command(&args), "").exits(2).one_line().says("cannot be used with");
    }
    for option in [&["--strict"][..], &["--concurrency", "2"], &["--max-file-bytes", "1MB"], &["--dry-run"]] {
        let args: Vec<_> = ["--join", "2"].iter().chain(option).copied().chain(["list.ndjson", "out"]).collect();
        let p = place();
        p.run_command(p.command(&args), "").exits(2).one_line().says("cannot be used with");
    }
}

#[test]
fn a_folder_is_not_there_before_the_join_and_nothing_is_left_after_it() {
    let server = Server::start(|r| server::ok(r.target.as_bytes()));
    let p = place();
    fs::write(p.path("list.ndjson"), list(&server)).unwrap();
    let part =
        |part: &str| p.run_command(p.command(&["--allow-private-urls", "--part", part, "list.ndjson", "out"]), "");
    p.run_command(p.command(&["--dry-run", "--part", "1/2", "list.ndjson", "out"]), "")
        .exits(0)
        .says("would go to out");
    let planned = |args: &[&str]| {
        let ran = p.run_command(p.command(&[&["--dry-run"], args].concat()), "").exits(0);
        String::from_utf8(ran.stdout).unwrap().lines().count()
    };
    let parts = ["1/2", "2/2"].map(|part| planned(&["--part", part, "list.ndjson", "out"]));
    assert_eq!((parts.iter().sum(), parts.contains(&0)), (planned(&["out", "list.ndjson"]), false));
    assert_eq!(names(p.dir.path()), ["list.ndjson"]);
    part("1/2").exits(0).says("part 1/2: ");
    assert!(!p.path("out").exists());
    // A damaged manifest of a part, and a file that is gone.
    part("2/2").exits(0);
    let join = || p.run_command(p.command(&["--join", "2", "list.ndjson", "out"]), "");
    let manifest = p.path(".out.parts/2/metadata/manifest.part-2.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    for damaged in [&whole[..whole.len() / 2], "{}", &whole.replace("\"part\":2", "\"part\":1")] {
        fs::write(&manifest, damaged).unwrap();
        join()
            .exits(3)
            .one_line()
            .says("the manifest of part 2 at out cannot be used")
            .says("remove .out.parts/2, run `syn-sink --allow-private-urls --part 2/2");
        assert!(!p.path("out").exists());
    }
    let other = whole.replacen("images/", "images_", 1);
    fs::write(&manifest, other).unwrap();
    join().exits(3).one_line().says("in part 2 is not what the list asks for");
    fs::remove_dir_all(p.path(".out.parts/2")).unwrap();
    join()
        .exits(3)
        .one_line()
        .says("not there yet: 2 of 2 parts; run `syn-sink --allow-private-urls --part 2/2 list.ndjson out`");
    part("2/2").exits(0);
    fs::remove_file(p.path(".out.parts/1/c.txt")).unwrap();
    join().exits(3).one_line().says("\"c.txt\" is not at out any more");
    fs::remove_dir_all(p.path(".out.parts/1")).unwrap();
    part("1/2").exits(0);
    join().exits(0).one_line().says("14 files").says("to out");
    assert_eq!(names(p.dir.path()).iter().filter(|name| !name.starts_with("out/")).count(), 1);
    p.run(&["--verify", "out"], "").exits(0);
    // The same as from one run.
    p.run_command(p.command(&["--allow-private-urls", "whole", "list.ndjson"]), "").exits(0);
    assert!(tree(&p.path("out")) == tree(&p.path("whole")));
    // What is in the way stays.
    fs::create_dir(p.path("mine")).unwrap();
    fs::write(p.path("mine/notes.txt"), "x").unwrap();
    p.run_command(p.command(&["--part", "1/2", "list.ndjson", "mine"]), "").exits(6).one_line().says("notes.txt");
    p.run_command(p.command(&["--join", "2", "list.ndjson", "mine"]), "").exits(6).one_line().says("notes.txt");
}

#[test]
fn a_strict_part_that_fails_is_missing_at_the_join() {
    let server = Server::start(|r| if r.target == "/3.bin" { server::status(404) } else { server::ok(b"x") });
    let p = place();
    fs::write(p.path("list.ndjson"), list(&server)).unwrap();
    let mut failed = 0;
    for part in ["1/2", "2/2"] {
        let ran =
            p.run_command(p.command(&["--allow-private-urls", "--strict", "--part", part, "list.ndjson", "out"]), "");
        failed += i32::from(ran.code == Some(5));
    }
    assert_eq!(failed, 1);
    p.run_command(p.command(&["--join", "2", "list.ndjson", "out"]), "").exits(3).one_line().says("not there yet");
}
