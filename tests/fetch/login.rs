//! `syn-fetch login`, and the profiles that it makes.

use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

fn server() -> StandIn {
    StandIn::start(&["--dump", SAMPLE, "--token", TOKEN])
}

/// A login with a token on standard input, started.
fn start(home: &Path, server: &StandIn, args: &[&str], token: &str) -> Child {
    let mut login = command(&["login", "--token-stdin", "--host", &server.url]);
    login.args(args).env("HOME", home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = login.spawn().expect("syn-fetch starts");
    // One that ends early reads nothing.
    let _ = child.stdin.take().expect("a pipe").write_all(token.as_bytes());
    child
}

/// A login, and its exit code and messages.
fn login(home: &Path, server: &StandIn, args: &[&str], token: &str) -> (i32, String) {
    let done = start(home, server, args, token).wait_with_output().expect("it ends");
    let said = String::from_utf8(done.stderr).expect("UTF-8");
    assert!(!said.contains(TOKEN) && done.stdout.is_empty(), "{said}");
    (done.status.code().expect("an exit code"), said)
}

fn config(home: &Path) -> PathBuf {
    home.join(".synapse/config.json")
}

fn read(home: &Path) -> Value {
    serde_json::from_slice(&fs::read(config(home)).expect("a file")).expect("JSON")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn fetch_of(home: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut fetch = command(args);
    fetch.env("HOME", home).envs(variables.iter().copied());
    run(fetch)
}

#[test]
fn a_login_is_checked_saved_and_used() {
    let (server, home) = (server(), tempfile::tempdir().expect("a folder"));
    let (code, said) = login(home.path(), &server, &[], &format!(" {TOKEN}\n"));
    assert!(code == 0 && said.contains("as Stand-in user <user@example.invalid>, tenant stand-in"), "{said}");
    assert_eq!((mode(&config(home.path())), mode(config(home.path()).parent().expect("a folder"))), (0o600, 0o700));
    assert_eq!(read(home.path())["host"], *server.url);
    assert_eq!(fetch_of(home.path(), &["projects"], &[]).ok().values()[0]["id"], 42);
    // A second one, into a profile, leaves the first.
    let (code, said) = login(home.path(), &server, &["--profile", "night", "--tenant", "stand-in"], TOKEN);
    assert!(code == 0 && said.contains("profile \"night\""), "{said}");
    let file = read(home.path());
    assert_eq!((&file["host"], &file["default_environment"]), (&(*server.url).into(), &"night".into()));
    assert_eq!(file["environments"]["night"]["tenant"], "stand-in");
    let nowhere = [("SYNAPSE_HOST", "http://127.0.0.1:9"), ("SYNAPSE_ACCESS_TOKEN", "wrong")];
    fetch_of(home.path(), &["projects", "--profile", "night"], &nowhere).ok();
    fetch_of(home.path(), &["projects"], &[("SYNPIPE_PROFILE", "night")]).ok();
    let variables = [("SYNPIPE_PROFILE", "night"), ("SYNAPSE_ACCESS_TOKEN", "wrong")];
    let ran = fetch_of(home.path(), &["projects"], &variables).with_code(4);
    assert!(ran.err.contains("gives way to SYNAPSE_ACCESS_TOKEN"), "{}", ran.err);
    let ran = fetch_of(home.path(), &["projects", "--profile", "nigth"], &[]).with_code(2);
    assert!(ran.err.contains("did you mean \"night\"") && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn nothing_is_written_when_anything_is_wrong() {
    let server = server();
    let cases: [(&[&str], &str, i32, &str); 6] = [
        (&[], "syn_other", 4, "401"),
        (&[], "forbidden", 4, "403"),
        (&[], " \n", 2, "holds no token"),
        (&["--tenant", "acme"], TOKEN, 2, "there is stand-in"),
        (&["-o", "x"], TOKEN, 2, "no use for --output"),
        (&["--limit", "3"], TOKEN, 2, "--limit"),
    ];
    for (args, token, code, says) in cases {
        let home = tempfile::tempdir().expect("a folder");
        let (ended, said) = login(home.path(), &server, args, token);
        assert!(ended == code && said.contains(says), "{args:?}: {ended}: {said}");
        assert!(!home.path().join(".synapse").exists(), "{args:?}");
    }
    let home = tempfile::tempdir().expect("a folder");
    let ran = fetch_of(home.path(), &["login", "--host", &server.url], &[]).with_code(2);
    assert!(ran.err.contains("--token-stdin") && ran.err.lines().count() == 1, "{}", ran.err);
    let ran = fetch_of(
        home.path(),
        &["login", "--host", "http://127.0.0.1:9", "--retry-for", "0", "--token-file", SAMPLE],
        &[],
    );
    assert!(ran.code != 0 && !home.path().join(".synapse").exists(), "{}", ran.err);
}

#[test]
fn what_is_in_the_place_of_the_file_is_not_destroyed() {
    let server = server();
    // What stands there, what is said, and whether the login goes well.
    type Case<'a> = (&'a dyn Fn(&Path), &'a str, i32);
    let cases: &[Case<'_>] = &[
        (&|file| fs::write(file, "{\"access_token\": ").expect("a file"), "not valid JSON", 2),
        (&|file| fs::create_dir(file).expect("a folder"), "config.json", 2),
        (&|file| symlink("/nonexistent/x", file).expect("a link"), "it is a link to nothing", 6),
        (&|file| symlink("/dev/null", file).expect("a link"), "it is a link to a device", 6),
        (
            &|file| {
                fs::write(file.with_extension("real"), "{\"mine\": 1}").expect("a file");
                symlink("config.real", file).expect("a link");
            },
            "is a link: the token is in",
            0,
        ),
        (
            &|file| {
                fs::write(file, "{\"user_token\": \"u\", \"tenant\": \"t\"}").expect("a file");
            },
            "held a user token",
            0,
        ),
    ];
    for (make, says, code) in cases {
        let home = tempfile::tempdir().expect("a folder");
        let file = config(home.path());
        fs::create_dir(file.parent().expect("a folder")).expect("a folder");
        make(&file);
        let before = fs::read(&file).ok();
        let (ended, said) = login(home.path(), &server, &[], TOKEN);
        assert!(ended == *code && said.contains(says), "{ended}: {said}");
        if *code == 0 {
            assert_eq!(mode(&file), 0o600);
            fetch_of(home.path(), &["projects"], &[]).ok();
        } else {
            assert_eq!(fs::read(&file).ok(), before, "{said}");
        }
        if says.contains("link: the token") {
            assert!(file.symlink_metadata().expect("a link").is_symlink() && read(home.path())["mine"] == 1);
        }
    }
}

#[test]
fn logins_at_once_keep_each_other() {
    let (server, home) = (server(), tempfile::tempdir().expect("a folder"));
    let names: Vec<String> = (0..8).map(|n| format!("p{n}")).collect();
    let all: Vec<Child> = names.iter().map(|name| start(home.path(), &server, &["--profile", name], TOKEN)).collect();
    for child in all {
        let done = child.wait_with_output().expect("it ends");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let file = read(home.path());
    let there = file["environments"].as_object().expect("profiles");
    assert!(names.iter().all(|name| there[name]["access_token"] == TOKEN), "{file}");
}

#[test]
fn a_killed_login_leaves_the_old_file_or_the_new_one() {
    let (server, home) = (server(), tempfile::tempdir().expect("a folder"));
    let file = config(home.path());
    fs::create_dir(file.parent().expect("a folder")).expect("a folder");
    let old = "{\"host\": \"http://old\", \"access_token\": \"old\"}";
    for round in 0..25 {
        fs::write(&file, old).expect("a file");
        let mut child = start(home.path(), &server, &[], TOKEN);
        // Between the start and the end of a login, which takes some 20 to 60 ms: each round a little later.
        std::thread::sleep(Duration::from_millis(round * 3));
        let _ = child.kill();
        child.wait().expect("it ends");
        let now = fs::read_to_string(&file).expect("a file");
        let new: Value = serde_json::from_str(&now).expect("JSON");
        assert!(now == old || new["access_token"] == TOKEN, "{now}");
        let left = file.with_file_name(".config.json.partial");
        assert!(!left.exists() || mode(&left) == 0o600);
    }
    assert_eq!(login(home.path(), &server, &[], TOKEN).0, 0);
    assert_eq!((read(home.path())["access_token"].clone(), mode(&file)), (TOKEN.into(), 0o600));
}
