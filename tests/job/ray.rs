//! Jobs on Ray, as the stand-in has it: entrypoints that run, packages, logs over a websocket.

use super::{TOKEN, command, job, server};
use crate::common::{end, spawn};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// A folder with programs of these names; `python3` in front of the path runs the driver's place instead.
fn programs(folder: &Path, script: &str) {
    for name in ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "python3"] {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// `syn-job submit` of these programs, with what it needs.
fn submit(url: &str, folder: &Path, more: &[&str]) -> std::process::Command {
    let bin = folder.to_str().unwrap();
    let path = format!("PATH={bin}:/usr/bin:/bin");
    let always = ["submit", "--ray", url, "--bin", bin, "--env", &path, "--run", "s3://w/r/", "--dest", "s3://d/x/"];
    let always = [&always[..], &["--fetch", "--project 42", "--convert", "--to coco"], more].concat();
    command(url, &always)
}

fn submitted(url: &str, folder: &Path, more: &[&str]) -> super::Ran {
    super::finish(&mut submit(url, folder, more), b"")
}

#[test]
fn a_submission_ends_as_its_program_does() {
    let (server, folder) = (server(&[]), TempDir::new().unwrap());
    for (script, code, log) in [
        ("echo out; echo err >&2; exit 0", 0, "out\nerr\n"),
        ("echo 도로; exit 7", 7, "도로\n"),
        ("exit 42", 42, ""),
        ("kill -9 $$", 137, ""),
        ("printf 'no end'", 0, "no end"),
        // The programs are there, and can be run.
        (
            "./syn-fetch 2>/dev/null | head -c0; test -x syn-sink && echo \"$@\"",
            0,
            "export.py --parts 2 --run s3://w/r/ --dest s3://d/x/ --fetch --project 42 --convert --to coco --token-file /run/token\n",
        ),
    ] {
        // Not a program that runs itself.
        programs(folder.path(), script);
        fs::write(folder.path().join("syn-fetch"), "#!/bin/sh\n").unwrap();
        let ran = submitted(&server.url, folder.path(), &["--parts", "2", "--node-token-file", "/run/token"]);
        ran.exits(code).writes(log);
    }
}

#[test]
fn the_same_package_is_sent_once_and_no_secret_is_told() {
    let (server, folder) = (server(&[]), TempDir::new().unwrap());
    programs(folder.path(), "echo done");
    for _ in 0..2 {
        submitted(&server.url, folder.path(), &["--node-token-file", "/run/token"]).exits(0);
    }
    let calls = server.calls();
    let sent = calls.as_array().unwrap().iter().filter(|call| call["bytes"].is_number()).count();
    assert_eq!(sent, 1);
    assert!(!calls.to_string().contains(TOKEN) && !calls.to_string().contains("\"pip\""), "{calls}");
    assert_eq!(server.count("/leaked_tokens"), 0);
    for more in [
        &["--env", "SYNAPSE_ACCESS_TOKEN=x"][..],
        &["--env", "AWS_SECRET_ACCESS_KEY=x"],
        &["--sink", "--token-file x"],
        &["--filter", "syn_x"],
        &["--sink", "s3://me:pw@h/b"],
    ] {
        submitted(&server.url, folder.path(), more).exits(2).fails_with_one_line("syn-job");
    }
}

#[test]
fn a_log_is_whole_however_often_its_connection_is_cut() {
    for cut in ["0", "1", "3", "7"] {
        let (server, folder) = (server(&["--log-cut", cut]), TempDir::new().unwrap());
        programs(folder.path(), "for i in 1 2 3 4 5 6 7 8; do echo \"line $i\"; sleep 0.05; done");
        let expected: String = (1..=8).map(|n| format!("line {n}\n")).collect();
        submitted(&server.url, folder.path(), &[]).exits(0).writes(&expected);
        let id = "raysubmit_000000000000ABC0";
        job(&server.url, &["logs", id, "--ray", &server.url]).exits(0).writes(&expected);
        job(&server.url, &["logs", "-f", id, "--ray", &server.url]).exits(0).writes(&expected);
    }
}

#[test]
fn jobs_are_listed_read_and_stopped() {
    let (server, folder) = (server(&[]), TempDir::new().unwrap());
    programs(folder.path(), "trap 'echo got TERM; exit 1' TERM; echo up; while :; do sleep 0.05; done");
    let ran = submitted(&server.url, folder.path(), &["--detach"]).exits(0);
    let id: Value = serde_json::from_str(ran.text()).unwrap();
    let id = id["id"].as_str().unwrap();
    let ray = ["--ray", &server.url];
    let of = |args: &[&str]| job(&server.url, &[args, &ray].concat());
    let there = |args: &[&str]| serde_json::from_str::<Value>(of(args).exits(0).text()).unwrap();
    assert_eq!(there(&["get", id])["status"], "RUNNING");
    while !of(&["logs", id]).text().contains("up") {}
    of(&["stop", id]).exits(0).says("is stopped");
    of(&["stop", id]).exits(0).says("had ended before: STOPPED");
    let log = of(&["logs", "-f", id]).exits(143);
    assert!(log.text().starts_with("up\n") && log.text().ends_with("got TERM\n"), "{log:?}");
    assert_eq!(there(&["list", "--status", "stopped"])["submission_id"], json!(id));
    assert_eq!(of(&["list", "--status", "running"]).exits(0).text(), "");
    of(&["stop", "raysubmit_none"]).exits(4).says("there is no job");
}

#[test]
fn a_submission_is_stopped_with_its_follower_if_that_is_wanted() {
    use std::io::Read;
    for (more, status) in [(&["--stop-on-interrupt"][..], "STOPPED"), (&[], "RUNNING")] {
        let (server, folder) = (server(&[]), TempDir::new().unwrap());
        programs(folder.path(), "echo up; while :; do sleep 0.05; done");
        let mut child = spawn(&mut submit(&server.url, folder.path(), more));
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 2]).unwrap();
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert_eq!(end(child).status.code(), Some(130));
        let ray = ["--ray", &server.url];
        let said = job(&server.url, &[&["get", "raysubmit_000000000000ABC0"], &ray[..]].concat()).exits(0);
        assert!(said.text().contains(&format!("\"status\":\"{status}\"")), "{said:?}");
        job(&server.url, &[&["stop", "raysubmit_000000000000ABC0"], &ray[..]].concat()).exits(0);
    }
}

#[test]
fn tokens_that_other_tools_put_into_a_record_are_masked() {
    let server = server(&[]);
    let body = json!({"entrypoint": "true", "runtime_env": {"env_vars": {"SYNAPSE_ACCESS_TOKEN": "syn_other", "SYNAPSE_HOST": "h"}}});
    let curl = ["-s", "-d", &body.to_string(), &format!("{}/api/jobs/", server.url)];
    super::finish(std::process::Command::new("curl").args(curl), b"").exits(0);
    for args in [&["get", "raysubmit_000000000000ABC0"][..], &["list"]] {
        let ran = job(&server.url, &[args, &["--ray", &server.url]].concat()).exits(0);
        assert!(ran.text().contains("***") && !ran.text().contains("syn_other"), "{ran:?}");
    }
}
