//! `syn-job` as a user meets it: against the stand-in's platform and Ray, with faults; and the platform's own CLI against the same.

// A test that cannot go on fails by a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod logs;
mod platform;
mod ray;
mod sdk;

use common::stand_in::{SAMPLE, StandIn};
use common::{Ran, exe, finish};
use std::process::Command;

/// The token of the stand-in.
const TOKEN: &str = "syn_of_this_test";

/// A stand-in with these options.
fn server(options: &[&str]) -> StandIn {
    StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN], options].concat())
}

/// `syn-job` with these arguments, of somebody who has a token for this host and nothing else.
fn command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(exe("syn-job"));
    command
        .args(args)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("SYNAPSE_HOST", url)
        .env("SYNAPSE_ACCESS_TOKEN", TOKEN);
    command.env("LC_ALL", "C.UTF-8");
    command
}

fn job(url: &str, args: &[&str]) -> Ran {
    finish(&mut command(url, args), b"")
}

/// What a run of the plugin `yolo-export` needs.
const RUN: [&str; 10] =
    ["run", "yolo-export", "--filter", "project=42", "--agent", "3", "--storage", "1", "--path", "exports/x"];

/// A started run; its id.
fn started(url: &str) -> String {
    let ran = job(url, &RUN).exits(0);
    let line: serde_json::Value = serde_json::from_str(ran.text()).unwrap();
    line["id"].as_str().unwrap().to_owned()
}

/// The lines of a job of the stand-in.
fn lines(n: usize) -> String {
    (1..=n).map(|n| format!("line {n} of the job\n")).collect()
}
