//! What `syn-fetch` says when it cannot: one line, the right exit code, no secret; and how long it goes on trying.

use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use std::net::TcpListener;

fn server(args: &[&str]) -> StandIn {
    StandIn::start(&[&["--dump", SAMPLE, "--token", TOKEN], args].concat())
}

/// One line on stderr that names the program and holds these words.
fn says(ran: &Ran, words: &[&str]) {
    let said = ran.final_words();
    assert_eq!(said.lines().count(), 1, "{}", ran.err);
    assert!(said.starts_with("syn-fetch: error: "), "{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "no {word:?} in {}", ran.err);
    }
}

#[test]
fn wrong_credentials() {
    let server = server(&[]);
    let with = |token: &str, args: &[&str]| {
        let mut command = command(args);
        command.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", token).env("SYNAPSE_PROJECT", "42");
        run(command)
    };
    let wrong = with("syn_wrong_1234", &[]).with_code(4);
    says(&wrong, &["401", "SYNAPSE_ACCESS_TOKEN", "/projects/42/"]);
    assert!(!wrong.err.contains("syn_wrong") && !wrong.out.contains("syn_wrong"));
    // The stages behind are told, and end with the same code.
    assert!(
        wrong.out.starts_with("{\"@stream\":\"error\",\"stage\":\"fetch\"")
            && wrong.out.contains("\"exit\":4,\"run\":"),
        "{}",
        wrong.out
    );
    says(&with("forbidden", &[]).with_code(4), &["403", "--tenant"]);
    says(&with("", &[]).with_code(2), &["no token", "SYNAPSE_ACCESS_TOKEN", "syn-fetch login"]);
    says(&with(TOKEN, &["--token-file", "/nonexistent/token"]).with_code(2), &["/nonexistent/token"]);
}

#[test]
fn every_way_to_give_a_token() {
    let server = server(&[]);
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).expect("a file");
    let ask = |args: &[&str]| {
        let mut command = command(&[&["--project", "42", "--limit", "1", "--host", &server.url], args].concat());
        command.env("SYNAPSE_ACCESS_TOKEN", "syn_wrong");
        command
    };
    run(ask(&["--token-file", file.to_str().expect("UTF-8")])).ok();
    run(ask(&["--auth-scheme", "authorization", "--token-file", file.to_str().expect("UTF-8")])).ok();
    let mut by_stdin = ask(&["--token-stdin"]);
    by_stdin.stdin(std::fs::File::open(&file).expect("a file"));
    run(by_stdin).ok();
    let mut user = ask(&["--tenant", "acme"]);
    user.env("SYNAPSE_PLUGIN_RUN_USER_TOKEN", TOKEN);
    run(user).ok();
    let home = dir.path().join(".synapse");
    std::fs::create_dir(&home).expect("a folder");
    let config = format!(r#"{{"host":"{}","access_token":"{TOKEN}"}}"#, server.url);
    std::fs::write(home.join("config.json"), config).expect("a file");
    let mut by_config = command(&["--project", "42", "--limit", "1"]);
    by_config.env("HOME", dir.path());
    run(by_config).ok();
}

#[test]
fn wrong_scope() {
    let server = server(&[]);
    says(&fetch(&server, &["--project", "41"]).with_code(4), &["404", "/projects/41/", "syn-fetch projects"]);
    says(&fetch(&server, &["--gt-version", "1"]).with_code(4), &["404", "syn-fetch gt-versions"]);
    says(
        &fetch(&server, &["--project", "../v2/users/me"]).with_code(2),
        &["no project is called so", "syn-fetch projects"],
    );
    says(&fetch(&server, &[]).with_code(2), &["--project", "SYNAPSE_PROJECT", "syn-fetch projects"]);
    says(&fetch(&server, &["--target", "ground_truth"]).with_code(2), &["--gt-version"]);
    says(&fetch(&server, &["gt-versions"]).with_code(2), &["--gt-dataset"]);
    says(&fetch(&server, &["classes"]).with_code(2), &["--project"]);
}

#[test]
fn filters_that_the_server_would_ignore_are_refused_before_any_request() {
    let server = server(&[]);
    for (args, words) in [
        (&["--project", "42", "--filter", "has_data=true"][..], &["unknown filter `has_data`"][..]),
        (&["--project", "42", "--filter", "status_lable=completed"], &["did you mean `status_label`?"]),
        (&["--project", "42", "--filter", "task=1"], &["did you mean `tasks`?"]),
        (&["--project", "42", "-t", "task", "--filter", "users=1"], &["did you mean `labelers`?"]),
        (&["--project", "42", "--status", "complete"], &["did you mean completed?"]),
        (&["--project", "42", "--since", "last week"], &["2026-01-31"]),
        (&["--gt-version", "15", "--status", "completed"], &["have nothing that --status"]),
        (&["--project", "42", "--filter", "oops"], &["KEY=VALUE"]),
        (&["--project", "42", "--ids-from", "/nonexistent"], &["/nonexistent"]),
    ] {
        let ran = fetch(&server, args);
        let code = if args.contains(&"/nonexistent") { 3 } else { 2 };
        says(&ran.with_code(code), words);
    }
    assert_eq!(server.count("/total"), 0, "{}", server.stats());
}

#[test]
fn hosts_that_cannot_be_reached() {
    // A port that nothing listens on: bound, noted, let go.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let ask = |host: &str| {
        let mut command = command(&["--project", "42", "--retry-for", "1", "--host", host]);
        command.env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        run(command)
    };
    says(&ask(&format!("http://127.0.0.1:{port}")).with_code(5), &["cannot reach", "--host", "refused"]);
    says(&ask("http://no-such-host.invalid").with_code_and_warning(5), &["cannot reach", "no-such-host.invalid"]);
    says(&ask("api.synapse.sh").with_code(2), &["--host", "https://"]);
}

impl Ran {
    /// The run without its first line on stderr, which warns that the token travels unencrypted.
    fn with_code_and_warning(mut self, code: i32) -> Self {
        let (warning, rest) = self.err.split_once('\n').expect("two lines");
        assert!(warning.contains("unencrypted"), "{warning}");
        self.err = rest.to_owned();
        self.with_code(code)
    }
}

#[test]
fn a_server_that_fails_now_and_then_costs_nothing() {
    for (args, extra) in [
        (&["--fail-rate", "0.3"][..], &[][..]),
        (&["--cut-rate", "0.3"], &[]),
        (&["--html-rate", "0.3"], &[]),
        (&["--reset-rate", "0.3"], &[]),
        (&["--hang-rate", "0.2", "--hang-ms", "60000", "--fault-limit", "1"], &["--timeout", "0.3"]),
        (&["--presigned", "all", "--fail-rate", "0.2", "--cut-rate", "0.2", "--fault-path", "/objects/"], &[]),
    ] {
        let server =
            server(&[args, &["--fault-limit", "2"][..if args.contains(&"--fault-limit") { 0 } else { 2 }]].concat());
        let ran = fetch(&server, &[&["--project", "42", "--page-size", "3"], extra].concat()).ok();
        let ids = ran.numbers("id");
        assert!(ids.len() == 24 && ids.is_sorted_by(|a, b| a > b), "{args:?}: {ids:?}");
        assert_ne!(server.stats()["faults"], serde_json::json!({}), "{args:?}: no fault was met");
        assert_eq!(server.count("/stale_retries"), 0, "{args:?}: a retry took the connection that had failed");
    }
}

#[test]
fn a_server_that_stays_broken_is_an_error_frame_and_exit_5() {
    let server = server(&["--die-at", "10"]);
    let ran = fetch(&server, &["--project", "42", "--page-size", "5", "--retry-for", "1"]).with_code(5);
    says(&ran, &["/sdk/assignments/", "failed", "500", "--retry-for"]);
    assert!((5..=10).contains(&ran.items().len()), "what came before stays: {} rows", ran.items().len());
    let told = ran.must("error");
    assert_eq!(told["code"], "remote");
    assert!(ran.frame("end").is_none() && ran.out.ends_with(&format!("{told}\n")));
    let bare = fetch(&server, &["--project", "42", "--page-size", "5", "--retry-for", "1", "--bare"]).with_code(5);
    assert!(bare.frame("error").is_none() && bare.items() == ran.items());
}

#[test]
fn a_list_that_leads_in_circles_is_an_error() {
    let server = server(&["--loop-cursor"]);
    let ran = fetch(&server, &["--gt-version", "15", "--page-size", "3"]).with_code(5);
    says(&ran, &["seen before"]);
}

#[test]
fn a_shortfall_is_never_a_success() {
    let server = server(&["--short", "2"]);
    let ran = fetch(&server, &["--project", "42"]).with_code(5);
    says(&ran, &["24 rows came", "counts 26", "2 are missing"]);
    assert!(ran.frame("end").is_none() && ran.frame("error").is_some());
}
