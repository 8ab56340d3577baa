//! What is at the destination and is not ours is never replaced; empty folders and mount points are destinations.

use crate::util::*;
use std::fs;
use std::process::Command;

fn put(p: &Place, path: &str, content: &str) {
    let path = p.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Each place holds something of somebody's: with and without `--overwrite`, also for a cut input or a dry run, it stays as it is,
/// what is there is named, and `--overwrite` is not advised.
#[test]
fn what_is_not_ours_is_named_and_stays() {
    for (there, args, dest, says) in [
        (&["out/1.jpg"][..], &[][..], "out", "out holds \"1.jpg\", and no dataset of syn-sink"),
        (&["out/1.jpg"], &[], "out/", "\"1.jpg\""),
        (&["out/.git/config"], &[], "out", "\".git/config\""),
        (&["out/d", "out/c", "out/b", "out/a", "out/e"], &[], "out", "\"a\", \"b\", \"c\" and 2 more"),
        (&["out/metadata/manifest.json"], &[], "out", "\"metadata/manifest.json\""),
        (&["out/metadata/export_summary.json"], &[], "out", "no dataset of syn-sink"),
        (&["out/deep/er/"], &[], "out", "\"deep/\""),
        (&["x.tar"], &[], "x.tar", "x.tar exists already, and is a file that is no archive of syn-sink"),
        (&["x.TAR.GZ"], &[], "x.TAR.GZ", "no archive of syn-sink"),
        (&["x.tar.zst"], &[], "x.tar.zst", "no archive of syn-sink"),
        (&["x.zip"], &[], "x.zip", "no archive of syn-sink"),
        (&["s/1.jpg"], &["--shard-size", "1MB"], "s.tar", "s holds \"1.jpg\""),
        (&["default/1"], &["-o", "default"], "", "\"1\""),
    ] {
        let p = place();
        for path in there {
            match path.strip_suffix('/') {
                Some(folder) => fs::create_dir_all(p.path(folder)).unwrap(),
                None => put(&p, path, "mine"),
            }
        }
        let before = tree(p.dir.path());
        for more in [&[][..], &["--overwrite"], &["--resume"], &["--dry-run"], &["--dry-run", "--overwrite"]] {
            if more == ["--resume"] && args.contains(&"--shard-size") {
                continue;
            }
            let all: Vec<_> = args.iter().chain(more).copied().chain(Some(dest).filter(|d| !d.is_empty())).collect();
            let ran = p.run(&all, framed(&[&text("a", "1")])).exits(6).one_line().says(says).says("another name");
            assert!(!ran.stderr.contains("--overwrite"), "{ran}");
            assert!(tree(p.dir.path()) == before, "{ran}");
        }
    }
}

#[test]
fn files_beside_a_dataset_of_ours_keep_it_from_being_replaced() {
    for (extra, says) in [
        ("labels.cached", "\"labels.cached\", which its manifest does not list"),
        ("a/mine", "\"a/mine\""),
        ("metadata/notes", "\"metadata/notes\""),
        (".DS_Stores", "\".DS_Stores\""),
        ("A", "\"A\""),
        ("b.txt~", "\"b.txt~\""),
        ("lost+found.txt", "\"lost+found.txt\""),
        (".out.partial", "\".out.partial\""),
    ] {
        let p = place();
        p.run(&["out"], framed(&[&text("a/1", "1"), &text("b.txt", "2")])).exits(0);
        put(&p, &format!("out/{extra}"), "mine");
        let before = tree(p.dir.path());
        for args in [&["--overwrite", "out"][..], &["out"], &["--dry-run", "--overwrite", "out"]] {
            p.run(args, framed(&[&text("new", "1")])).exits(6).one_line().says(says);
            assert!(tree(p.dir.path()) == before, "{extra}");
        }
        // What comes while the run is on its way counts, too.
        fs::remove_file(p.path(&format!("out/{extra}"))).unwrap();
        let mut child = p.command(&["--overwrite", "out"]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, format!("{BEGIN}\n{}\n", text("new", "1")).as_bytes()).unwrap();
        until("the run has begun", || fs::read_dir(p.dir.path()).unwrap().count() > 1);
        put(&p, &format!("out/{extra}"), "mine");
        std::io::Write::write_all(&mut stdin, format!("{END}\n").as_bytes()).unwrap();
        drop(stdin);
        p.wait(child).exits(6).says(says);
        assert!(tree(p.dir.path()) == before, "{extra}");
        fs::remove_file(p.path(&format!("out/{extra}"))).unwrap();
        p.run(&["--overwrite", "out"], framed(&[&text("new", "1")])).exits(0);
    }
}

#[test]
fn sources_that_lie_in_the_destination_are_refused() {
    let p = place();
    p.run(&["out"], framed(&[&text("a", "1"), &text("list", &framed(&[]))])).exits(0);
    p.run(&["x.tar"], framed(&[&text("a", "1")])).exits(0);
    put(&p, "list", &framed(&[&text("new", "1")]));
    std::os::unix::fs::symlink("out/list", p.path("link")).unwrap();
    std::os::unix::fs::symlink("out", p.path("folder")).unwrap();
    let before = tree(p.dir.path());
    for list in ["out/list", "./out/../out/list", "link", "folder/list", p.path("out/list").to_str().unwrap()] {
        p.run(&["--overwrite", "out", "list", list], "").exits(2).one_line().says("lies in out");
    }
    p.run(&["--overwrite", "x.tar", "x.tar"], "").exits(2).one_line().says("lies in x.tar");
    for (dest, file) in [("out", "out/a"), ("out", "folder/a"), ("out", "link"), ("x.tar", "x.tar")] {
        let line = serde_json::json!({"path": "b", "file": file}).to_string();
        let args = ["--overwrite", "--allow-file-refs", dest];
        p.run(&args, framed(&[&line])).exits(3).one_line().says("lies in the destination");
    }
    assert!(tree(p.dir.path()) == before);
    p.run(&["--overwrite", "out", "list"], "").exits(0);
}

#[test]
fn an_empty_folder_is_a_destination() {
    for (args, dest, made) in [
        (&[][..], "out", "out"),
        (&[], "out/", "out"),
        (&["--overwrite"], "out", "out"),
        (&["--resume"], "out", "out"),
        (&["--shard-size", "1MB"], "out.tar", "out"),
        (&["--auto-number"], "out", "out(1)"),
        (&[], "a.b/v1.2", "a.b/v1.2"),
    ] {
        let p = place();
        fs::create_dir_all(p.path(made.trim_end_matches("(1)"))).unwrap();
        let args: Vec<_> = args.iter().copied().chain([dest]).collect();
        p.run(&args, format!("{BEGIN}\n{}\n", text("a", "1"))).exits(3);
        assert!(names(&p.path(made.trim_end_matches("(1)"))).is_empty());
        p.run(&args, framed(&[&text("a", "1")])).exits(0);
        assert!(p.path(made).join("metadata/manifest.json").exists(), "{args:?}");
        p.run(&["--verify", made], "").exits(0);
        p.run(&[made], framed(&[])).exits(6).says("--overwrite");
    }
    // Its own place, of which another folder cannot take the place.
    let p = place();
    let here = p.dir.path().to_str().unwrap().to_owned();
    p.run(&[&here], framed(&[&text("a", "1")])).exits(0);
    assert_eq!(names(p.dir.path()), ["a", "metadata/export_summary.json", "metadata/manifest.json"]);
}

/// Runs a script with a file system mounted at `vol`; needs a kernel that lets a user have a mount namespace.
fn mounted(p: &Place, mount: &str, script: &str) -> Ran {
    fs::create_dir_all(p.path("vol")).unwrap();
    fs::create_dir_all(p.path("real")).unwrap();
    let script = format!("set -e; mount {mount} vol; sink='{}'; {script}", env!("CARGO_BIN_EXE_syn-sink"));
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "--", "/bin/bash", "-c", &script]).current_dir(p.dir.path());
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    p.run_command(command, "")
}

fn lists(p: &Place) {
    for (name, lines) in [
        ("one", &[text("a", "1"), text("d/1", "1"), text("d/2", "1")][..]),
        ("two", &[text("b", "2"), text("d/2", "2"), text("e/3", "2")]),
    ] {
        put(p, name, &framed(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    put(p, "cut", &format!("{BEGIN}\n{}\n", text("c", "3")));
}

const ONE: &str = "a d d/1 d/2 metadata metadata/export_summary.json metadata/manifest.json";
const TWO: &str = "b d d/2 e e/3 metadata metadata/export_summary.json metadata/manifest.json";

#[test]
fn a_mount_point_is_a_destination() {
    let show = "cd vol; echo $(find . -mindepth 1 -not -path './lost+found*' | sed 's:^./::' | LC_ALL=C sort)";
    for mount in ["-t tmpfs none", "--bind real"] {
        for (script, code, there) in [
            ("$sink vol one", 0, ONE),
            ("$sink vol/ one; $sink --verify vol", 0, ONE),
            ("$sink --overwrite vol one; $sink --overwrite vol two; $sink --verify vol", 0, TWO),
            ("mkdir vol/lost+found; $sink vol one; $sink --overwrite vol two; $sink --verify vol", 0, TWO),
            ("$sink vol one; $sink --resume vol one", 0, ONE),
            ("$sink --resume vol cut || $sink --resume vol one", 0, ONE),
            ("$sink vol one; $sink vol two || [ $? = 6 ]", 0, ONE),
            ("$sink vol cut || [ $? = 3 ]", 0, ""),
            ("$sink vol one; $sink --overwrite vol cut || [ $? = 3 ]", 0, ONE),
            ("echo mine >vol/x; $sink --overwrite vol one || [ $? = 6 ]", 0, "x"),
            ("$sink --shard-size 1GB vol.tar one", 0, ONE),
        ] {
            let p = place();
            lists(&p);
            let ran = mounted(&p, mount, &format!("{{ {script}; }} >&2; {show}")).exits(code);
            let said = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
            assert_eq!(said, there, "{mount}: {script}{ran}");
        }
    }
}

/// Killed at any moment, the volume holds the old dataset or the new one, or the next run makes it whole again.
#[test]
fn kills_on_a_mount_point_are_mended_by_the_next_run() {
    let p = place();
    lists(&p);
    let script = "for i in $(seq 40); do
        $sink --overwrite vol one 2>/dev/null
        $sink --overwrite vol two 2>/dev/null & pid=$!
        sleep 0.0$((i % 4))$((i * 7 % 10)); kill -9 $pid 2>/dev/null || true; wait $pid || true
        if $sink --verify vol 2>/dev/null; then echo whole; else echo torn; fi
        $sink vol cut 2>/dev/null || true
        ! test -d vol/metadata || $sink --verify vol || exit 9
    done; $sink --overwrite vol two; $sink --verify vol; ls -A vol | wc -l >&2";
    let ran = mounted(&p, "-t tmpfs none", script).exits(0);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(said.lines().filter(|line| ["whole", "torn"].contains(line)).count(), 40, "{ran}");
    assert!(ran.stderr.trim_end().ends_with("\n4"), "{ran}");
}

/// A container whose root cannot be written, with a volume.
#[test]
fn a_volume_in_a_read_only_file_system_is_a_destination() {
    let p = place();
    lists(&p);
    let script = "mkdir vol/out; mount -o remount,bind,ro vol; mount -t tmpfs none vol/out;
        $sink vol/out one; $sink --overwrite vol/out two; $sink --verify vol/out; ls vol/out";
    let ran = mounted(&p, "-t tmpfs none", script).exits(0);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(said.split_whitespace().collect::<Vec<_>>(), ["b", "d", "e", "metadata"], "{ran}");
}
