//! Kills, signals, full disks: nothing of the dataset is ever seen.

use crate::local::limit;
use crate::server::{Answer, Server};
use crate::util::*;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Command, Stdio};

/// A run that has written `labels/1` and waits for more.
fn under_way(p: &Place, args: &[&str]) -> Child {
    let mut child = p.command(args).spawn().unwrap();
    let stdin = child.stdin.as_mut().unwrap();
    write!(stdin, "{BEGIN}\n{}\n", text("labels/1", "x")).unwrap();
    until("the first file is written", || names(p.dir.path()).iter().any(|n| n.ends_with("tree/labels/1")));
    child
}

fn kill(child: &Child, signal: &str) {
    assert!(Command::new("/bin/kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_killed_producer_leaves_nothing() {
    let p = place();
    let mut child = under_way(&p, &["out"]);
    drop(child.stdin.take());
    p.wait(child).exits(3).one_line();
    p.assert_empty();
}

/// The same command without the right of root to write anywhere.
fn without_privileges(command: &Command) -> Command {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let less = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];
    let words =
        less.iter().filter(|_| is_root).map(OsStr::new).chain([command.get_program()]).chain(command.get_args());
    let words: Vec<_> = words.collect();
    let mut same = Command::new(words[0]);
    same.args(&words[1..]).current_dir(command.get_current_dir().unwrap());
    same.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    same
}

#[test]
fn a_folder_that_is_closed_to_us_is_named() {
    let p = place();
    let closed = p.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o555)).unwrap();
    for dest in ["closed/out", "closed/out.tar"] {
        let ran = p.run_command(without_privileges(&p.command(&[dest])), framed(&[&text("a", "1")]));
        ran.exits(6).one_line().says("closed").says("Permission denied");
    }
    fs::set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
    assert!(names(&closed).is_empty());
    // The same run where it may.
    p.run_command(without_privileges(&p.command(&["closed/out"])), framed(&[&text("a", "1")])).exits(0);
}

#[test]
fn signals_remove_the_staging_folder_and_give_their_exit_code() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let p = place();
        let mut child = under_way(&p, &["out"]);
        let _producer = child.stdin.take();
        kill(&child, signal);
        p.wait(child).exits(code).one_line().says("nothing was published");
        p.assert_empty();
    }
}

#[test]
fn a_signal_ends_a_download_that_stalls() {
    let server = Server::start(|_| Answer::Stall(b"some".to_vec()));
    let p = place();
    let mut child = p.command(&["--allow-private-urls", "out"]).spawn().unwrap();
    write!(child.stdin.as_mut().unwrap(), "{BEGIN}\n{{\"path\":\"a\",\"url\":\"{}\"}}\n", server.url("/a")).unwrap();
    until("the download began", || !server.seen().is_empty());
    let _producer = child.stdin.take();
    kill(&child, "-TERM");
    p.wait(child).exits(143);
    p.assert_empty();
}

#[test]
fn leftovers_of_a_kill_are_hidden_and_removed_by_the_next_run() {
    let p = place();
    let mut killed = under_way(&p, &["out"]);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!p.path("out").exists());
    assert!(names(p.dir.path()).iter().all(|n| n.starts_with(".out.partial-")));
    // Another run that is alive keeps its folder, and so does another destination.
    let alive = under_way(&p, &["out"]);
    fs::create_dir_all(p.path(".other.partial-x/tree")).unwrap();
    p.run(&["out"], framed(&[&text("a", "1")])).exits(0);
    let left: Vec<_> = names(p.dir.path()).into_iter().filter(|n| n.starts_with(".out")).collect();
    assert!(
        !left.is_empty()
            && left.iter().all(|n| {
                // The live run may not have begun its first file yet.
                ["/ledger", "/tree/", "/tree/labels/", "tree/labels/1"].iter().any(|end| n.ends_with(end))
                    || n.contains("/scratch/")
            }),
        "{left:?}"
    );
    assert!(p.path(".other.partial-x").exists());
    // It comes second, and must not replace what the first has published.
    let mut alive = alive;
    writeln!(alive.stdin.as_mut().unwrap(), "{END}").unwrap();
    drop(alive.stdin.take());
    p.wait(alive).exits(6).says("exists already");
    fs::remove_dir_all(p.path(".other.partial-x")).unwrap();
    assert_eq!(names(p.dir.path()), ["out/a", "out/metadata/export_summary.json", "out/metadata/manifest.json"]);
}

#[test]
fn an_old_dataset_that_a_killed_run_had_moved_away_comes_back() {
    let p = place();
    fs::create_dir_all(p.path(".out.partial-dead/old")).unwrap();
    fs::write(p.path(".out.partial-dead/old/precious"), "1").unwrap();
    p.run(&["out"], format!("{BEGIN}\n")).exits(3);
    assert_eq!(names(p.dir.path()), ["out/precious"]);
}

#[test]
fn sigkill_at_many_moments_never_shows_a_part() {
    let lines: Vec<_> = (0..400).map(|i| text(&format!("d{}/{i}", i % 5), &"y".repeat(200))).collect();
    let input = framed(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let whole = place();
    whole.run(&["out"], &input).exits(0);
    let whole = tree(&whole.path("out"));
    let p = place();
    for round in 0..30usize {
        let mut child = p.command(&["--overwrite", "out"]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let upto = input.len() * round / 29;
        let _ = stdin.write_all(&input.as_bytes()[..upto]);
        if round % 3 == 0 {
            // Also while it is publishing.
            drop(stdin);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if p.path("out").exists() {
            assert!(tree(&p.path("out")) == whole, "round {round}");
        }
    }
    p.run(&["--overwrite", "out"], &input).exits(0);
    assert!(tree(&p.path("out")) == whole);
    assert_eq!(fs::read_dir(p.dir.path()).unwrap().count(), 1);
}

#[test]
fn a_file_too_large_for_the_system_is_exit_6_with_its_path() {
    let p = place();
    let mut command = p.command(&["out"]);
    limit(&mut command, "-f 8");
    let lines = [text("small", "1"), text("big/file.bin", &"x".repeat(100_000))];
    p.run_command(command, framed(&[&lines[0], &lines[1]])).exits(6).one_line().says("out/big/file.bin");
    p.assert_empty();
}

/// Runs the sink in a file system of its own, which needs a kernel that lets a user have a mount namespace.
fn in_own_file_system(p: &Place, options: &str, dest: &str, args: &str) -> Ran {
    let disk = p.path("disk");
    fs::create_dir_all(&disk).unwrap();
    let script = format!(
        "mount -t tmpfs -o {options} none '{0}' && '{1}' {args} '{0}/{dest}'; code=$?; ls -A '{0}' | wc -l; exit $code",
        disk.display(),
        env!("CARGO_BIN_EXE_syn-sink")
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "--", "/bin/bash", "-c", &script]);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    // What deflate cannot make small.
    let noise = |i: u64| {
        (0..5000).fold((String::new(), i + 1), |(mut s, x), _| {
            let x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            s.push_str(&format!("{:02x}", x >> 56));
            (s, x)
        })
    };
    let lines: Vec<_> = (0..100)
        .map(|i| serde_json::json!({"path": format!("f{i}"), "text": noise(i).0, "item": i}).to_string())
        .collect();
    p.run_command(command, framed(&lines.iter().map(String::as_str).collect::<Vec<_>>()))
}

#[test]
fn a_full_disk_is_exit_6_and_leaves_nothing() {
    let p = place();
    for (dest, args) in
        [("out", ""), ("x.tar", ""), ("x.tar.gz", ""), ("x.tar.zst", ""), ("x.zip", ""), ("s.tar", "--shard-size 50kB")]
    {
        let ran = in_own_file_system(&p, "size=256k", dest, args).exits(6).one_line().says("No space left");
        assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "0", "{dest}{ran}");
    }
}

#[test]
fn a_read_only_file_system_is_exit_6_at_once() {
    let p = place();
    for dest in ["out", "x.tar"] {
        in_own_file_system(&p, "ro", dest, "").exits(6).one_line().says("Read-only file system");
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_exit_6() {
    let p = place();
    p.run(&["/proc/nowhere/out"], framed(&[])).exits(6).one_line().says("/proc/nowhere");
}
