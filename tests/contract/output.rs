//! `-o FILE`: the old file stays until the new one is whole, and nothing but files is replaced.

use crate::common::{Ran, exe, finish, run, shell};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const ROWS: &str = "{\"@stream\":\"begin\",\"kind\":\"items\",\"classes\":[]}\n{\"id\":1,\"data\":{\"annotations\":{\"image_1\":[]}},\"file\":{\"file_name_original\":\"a.jpg\"},\"dimensions\":{\"width\":9,\"height\":9}}\n{\"@stream\":\"end\",\"count\":1 }\n";
/// The stages that write to a file of this name, with arguments that make something of `ROWS`.
const STAGES: [(&str, &[&str]); 2] = [("syn-filter", &[]), ("syn-convert", &["--to", "json"])];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Hidden files beside the output.
fn left_over(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.')).collect()
}

fn wrote(stage: &(&str, &[&str]), out: &Path, rows: &str) -> Ran {
    run(stage.0, &[stage.1, &["-o", text(out)]].concat(), rows.as_bytes())
}

#[test]
fn a_run_that_fails_leaves_the_old_file() {
    let cut = &ROWS[..ROWS.len() - 29];
    let bad = ROWS.replace("\"data\"", "\"data");
    let error = format!("{cut}\n{{\"@stream\":\"error\",\"stage\":\"fetch\",\"code\":\"remote\",\"exit\":5}}\n");
    for stage in &STAGES {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        for (rows, code) in [(cut, 3), (bad.as_str(), 3), (error.as_str(), 5)] {
            wrote(stage, &out, rows).exits(code);
            assert!(!out.exists(), "{}: no file where there was none", stage.0);
        }
        fs::write(&out, "old").unwrap();
        fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
        for (rows, code) in [(cut, 3), (bad.as_str(), 3), (error.as_str(), 5)] {
            wrote(stage, &out, rows).exits(code);
            assert_eq!(fs::read_to_string(&out).unwrap(), "old", "{}", stage.0);
        }
        wrote(stage, &out, ROWS).exits(0);
        assert_ne!(fs::read_to_string(&out).unwrap(), "old");
        assert_eq!(out.metadata().unwrap().mode() & 0o777, 0o640, "permissions stay");
        assert_eq!(left_over(dir.path()), [""; 0]);
    }
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let many = format!("{}\n", "{\"id\":1,\"pad\":\"".to_owned() + &"x".repeat(90_000) + "\"}").repeat(30);
    let dir = tempfile::tempdir().unwrap();
    let (disk, input) = (dir.path().join("disk"), dir.path().join("in"));
    fs::create_dir(&disk).unwrap();
    fs::write(&input, many).unwrap();
    let line = "mount -t tmpfs -o size=1m none \"$1\" && echo old >\"$1/out\" && \"$2\" \"$3\" -o \"$1/out\"; code=$?; cat \"$1/out\"; ls -A \"$1\"; exit $code";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", line, "sh", text(&disk), exe("syn-filter"), text(&input)]);
    let ran = finish(&mut command, b"");
    if ran.code() == 1 && !ran.text().contains("old") {
        // No rights to mount.
        assert!(std::env::var_os("SYNPIPE_TEST_ALL").is_none(), "{ran:?}");
        return;
    }
    ran.exits(6).says("No space left on device").writes("old\nout\n");
}

#[test]
fn a_killed_run_leaves_the_old_file_and_the_next_one_cleans_up() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    fs::write(&out, "old").unwrap();
    let mut child = Command::new(exe("syn-filter")).args(["-o", text(&out)]).stdin(Stdio::piped()).spawn().unwrap();
    use std::io::Write;
    child.stdin.as_mut().unwrap().write_all(ROWS.as_bytes()).unwrap();
    let partial = dir.path().join(".out.partial");
    while partial.metadata().map_or(0, |m| m.len()) == 0 {
        std::thread::sleep(Duration::from_millis(2));
    }
    // Two runs do not write one file.
    wrote(&STAGES[0], &out, ROWS).exits(6).says("another run is writing it");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((fs::read_to_string(&out).unwrap().as_str(), partial.exists()), ("old", true));
    wrote(&STAGES[0], &out, ROWS).exits(0);
    assert_eq!(fs::read_to_string(&out).unwrap(), ROWS);
    assert_eq!(left_over(dir.path()), [""; 0]);
}

#[test]
fn nothing_but_files_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    for (link, to) in [("to-null", "/dev/null"), ("to-folder", "folder"), ("to-nothing", "nowhere"), ("loop", "loop")] {
        symlink(to, path(link)).unwrap();
    }
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    for stage in &STAGES {
        for (name, code, told) in [
            ("folder", 6, "it is a folder"),
            ("to-folder", 6, "a link to a folder"),
            ("to-null", 6, "a link to a device"),
            ("to-nothing", 6, "a link to nothing"),
            ("loop", 6, "a link to nothing"),
            ("socket", 6, "a socket"),
            ("new/", 6, "it is a folder"),
            ("no/folder/out", 6, "there is no folder"),
            ("out.bz2", 2, ".gz or .zst"),
            ("out.XZ", 2, ".gz or .zst"),
            ("out.zip", 2, ".gz or .zst"),
        ] {
            let ran = wrote(stage, &path(name), ROWS).exits(code).says(told);
            ran.fails_with_one_line(stage.0).says(name);
        }
    }
    assert!(path("to-null").is_symlink() && path("socket").symlink_metadata().unwrap().file_type().is_socket());
    // A link to a file is followed, and stays.
    fs::write(path("real"), "old").unwrap();
    symlink("real", path("link")).unwrap();
    wrote(&STAGES[0], &path("link"), ROWS).exits(0);
    assert_eq!((path("link").is_symlink(), fs::read_to_string(path("real")).unwrap().as_str()), (true, ROWS));
}

#[test]
fn pipes_and_devices_are_written_into() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let ran = shell("cat \"$2\" & \"$1\" -o \"$2\"; wait", &[exe("syn-filter"), text(&fifo)], ROWS.as_bytes());
    assert!(
        ran.exits(0).writes(ROWS).says("1 of 1").text().len() > 1
            && fifo.symlink_metadata().unwrap().file_type().is_fifo()
    );
    shell("\"$1\" -o /dev/stdout | cat", &[exe("syn-filter")], ROWS.as_bytes()).exits(0).writes(ROWS);
    let out = dir.path().join("by-shell");
    shell("\"$1\" -o /dev/stdout > \"$2\"", &[exe("syn-filter"), text(&out)], ROWS.as_bytes()).exits(0);
    assert_eq!(fs::read_to_string(&out).unwrap(), ROWS);
    shell("\"$1\" -o /dev/null", &[exe("syn-filter")], ROWS.as_bytes()).exits(0);
    shell("\"$1\" -o /dev/full", &[exe("syn-filter")], ROWS.as_bytes()).exits(6).says("/dev/full");
    assert_eq!(left_over(Path::new("/dev")), [""; 0]);
}

#[test]
fn the_name_says_how_a_file_is_compressed() {
    let dir = tempfile::tempdir().unwrap();
    for (name, magic) in [
        ("a.ndjson.zst", &[0x28, 0xb5, 0x2f, 0xfd][..]),
        ("A.ZST", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("a.zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
        ("a.gz", &[0x1f, 0x8b]),
        ("a.ndjson.Gz", &[0x1f, 0x8b]),
        ("gz", b"{"),
        ("zst.ndjson", b"{"),
        (".gz", b"{"),
    ] {
        let out = dir.path().join(name);
        wrote(&STAGES[0], &out, ROWS).exits(0);
        assert!(fs::read(&out).unwrap().starts_with(magic), "{name}");
        run("syn-filter", &[text(&out)], b"").exits(0).writes(ROWS);
        let cut = &ROWS[..ROWS.len() - 29];
        wrote(&STAGES[0], &out, cut).exits(3);
        run("syn-filter", &[text(&out)], b"").exits(0).writes(ROWS);
    }
}

#[test]
fn an_input_is_no_output() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { dir.path().join(name) };
    fs::write(path("in"), ROWS).unwrap();
    fs::write(path("names"), "car\n").unwrap();
    fs::hard_link(path("in"), path("hard")).unwrap();
    symlink("in", path("soft")).unwrap();
    for (tool, args, out) in [
        ("syn-filter", &["in"][..], "in"),
        ("syn-filter", &["in"], "soft"),
        ("syn-filter", &["in"], "hard"),
        ("syn-filter", &["in"], "./in"),
        ("syn-filter", &["names", "in"], "in"),
        ("syn-filter", &["--ids-from", "names", "in"], "names"),
        ("syn-convert", &["--to", "json", "in"], "in"),
        ("syn-convert", &["--to", "json", "--classes", "names", "in"], "names"),
        ("syn-convert", &["--to", "json", "--class-map", "names", "in"], "names"),
    ] {
        let mut command = Command::new(exe(tool));
        command.args(args).args(["-o", out]).current_dir(dir.path());
        finish(&mut command, b"").exits(2).says("both input and output");
    }
    shell("cd \"$2\" && \"$1\" -o in < in", &[exe("syn-filter"), text(dir.path())], b"").exits(2);
    assert_eq!(fs::read_to_string(path("in")).unwrap(), ROWS);
    assert_eq!(fs::read_to_string(path("names")).unwrap(), "car\n");
}

#[test]
fn a_stage_without_room_for_temporary_files_tells_the_stages_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    let (input, dest) = (dir.path().join("in"), dir.path().join("dest"));
    fs::write(&input, ROWS).unwrap();
    for (tool, args) in [
        ("syn-convert", "--to coco"),
        ("syn-filter", "--order descending"),
        ("syn-filter", "--shuffle"),
        ("syn-filter", "--per-class 1"),
        ("syn-filter", "--latest"),
    ] {
        let next = if tool == "syn-convert" { "" } else { "| \"$2\" --to json" };
        let from = if args == "--latest" { "cat \"$4\" |" } else { "" };
        let file = if from.is_empty() { "\"$4\"" } else { "" };
        let line = format!("set -o pipefail; {from} TMPDIR=/no/folder \"$1\" {args} {file} {next} | \"$3\" \"$5\"");
        let args = ["-c", &line, "bash", exe(tool), exe("syn-convert"), exe("syn-sink"), text(&input), text(&dest)];
        let ran = finish(Command::new("bash").args(args), b"").exits(6).says("/no/folder");
        ran.fails_with_one_line(tool);
        assert!(!dest.exists());
    }
}
