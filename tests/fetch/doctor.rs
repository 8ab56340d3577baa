//! `syn-fetch doctor`: every check, each failure with its cure, and none that hides another.

use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::Value;

const NAMES: [&str; 10] = ["config", "host", "proxy", "tls", "clock", "token", "tenant", "project", "storage", "disk"];

fn doctor(args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = command(&[&["doctor"], args].concat());
    command.envs(variables.iter().copied());
    run(command)
}

/// `config:ok host:fail …`, but for checks that are ok.
fn troubles(ran: &Ran) -> String {
    let checks = ran.values();
    assert_eq!(
        checks.iter().map(|check| check["check"].as_str().expect("a name")).collect::<Vec<_>>(),
        NAMES,
        "{}",
        ran.out
    );
    for check in &checks {
        let (status, cure) = (check["status"].as_str().expect("a status"), check.get("cure"));
        // A mistake of the configuration says what to do in the same breath.
        let is_told = cure.is_some() || check["detail"].to_string().contains("`syn-fetch ");
        assert!(is_told || !["warn", "fail"].contains(&status), "no cure: {check}");
        assert!(!check["detail"].as_str().expect("a detail").is_empty(), "{check}");
    }
    let not_ok = checks.iter().filter(|check| check["status"] != "ok");
    not_ok
        .map(|c| format!("{}:{}", c["check"].as_str().unwrap_or(""), c["status"].as_str().unwrap_or("")))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn each_failure_is_found_and_hides_no_other_check() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let ahead = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN, "--clock-ahead", "-7200"]);
    let slow = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN, "--clock-ahead", "100"]);
    let old = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN, "--people", "none"]);
    let failing = StandIn::start(&[
        "--dump",
        SAMPLE,
        "--token",
        TOKEN,
        "--fail-rate",
        "1",
        "--fail-status",
        "503",
        "--fault-path",
        "/v2/tenants/",
    ]);
    let refused = "http://127.0.0.1:9";
    let token = ("SYNAPSE_ACCESS_TOKEN", TOKEN);
    let at = |server: &StandIn| server.url.clone();
    const ACCOUNT: &str = "tenant:skipped project:skipped storage:skipped";
    // Host, options, further variables; exit code, what is not ok, what is said.
    type Case<'a> = (String, &'a [&'a str], &'a [(&'a str, &'a str)], i32, String, &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        (
            at(&server),
            &[],
            &[token],
            0,
            String::new(),
            &["Stand-in user <user@example.invalid>", "1 project can be read", "1 Stand-in storage"],
        ),
        (at(&server), &["--project", "42"], &[token], 0, String::new(), &["42 \\\"Stand-in project\\\""]),
        (at(&server), &["--project", "Stand-in project"], &[token], 0, String::new(), &["42 \\\"Stand-in project\\\""]),
        (
            at(&server),
            &["--project", "41", "--storage", "1"],
            &[token],
            4,
            "project:fail".into(),
            &["404", "syn-fetch projects"],
        ),
        (at(&server), &["--project", "no such"], &[token], 4, "project:fail".into(), &["no project is called so"]),
        (
            at(&server),
            &["--storage", "7"],
            &[token, ("SYNAPSE_PROJECT", "41")],
            4,
            "project:fail storage:fail".into(),
            &["syn-fetch storages"],
        ),
        (
            at(&server),
            &[],
            &[("SYNAPSE_ACCESS_TOKEN", "syn_wrong")],
            4,
            format!("token:fail {ACCOUNT}"),
            &["401", "syn-fetch login"],
        ),
        (at(&server), &[], &[], 4, format!("token:fail {ACCOUNT}"), &["there is no token", "syn-fetch login"]),
        (at(&server), &["--tenant", "acme"], &[token], 4, "tenant:fail".into(), &["stand-in"]),
        (at(&old), &["--project", "42"], &[token], 0, String::new(), &["does not say whose it is"]),
        (at(&failing), &["--project", "42", "--retry-for", "0"], &[token], 5, "tenant:fail".into(), &["503"]),
        (at(&ahead), &[], &[token], 5, "clock:fail".into(), &["ahead of the host", "set the clock"]),
        (at(&slow), &[], &[token], 0, "clock:warn".into(), &["behind the host"]),
        (
            refused.into(),
            &[],
            &[token],
            5,
            format!("host:fail clock:skipped token:skipped {ACCOUNT}"),
            &["refused", "--host"],
        ),
        (
            "http://no-such-host.invalid".into(),
            &[],
            &[token],
            5,
            format!("host:fail tls:warn clock:skipped token:skipped {ACCOUNT}"),
            &["the name is not found"],
        ),
        (
            at(&server),
            &[],
            &[token, ("HTTP_PROXY", "http://127.0.0.1:9")],
            5,
            format!("host:skipped proxy:fail clock:skipped token:skipped {ACCOUNT}"),
            &["HTTP_PROXY"],
        ),
        (
            at(&server),
            &[],
            &[token, ("HTTP_PROXY", "ftp://x")],
            5,
            format!("host:skipped proxy:fail tls:skipped clock:skipped token:skipped {ACCOUNT}"),
            &["HTTP_PROXY"],
        ),
        (at(&server), &[], &[token, ("TMPDIR", "/nonexistent/x")], 6, "disk:fail".into(), &["TMPDIR"]),
        (
            "nonsense".into(),
            &[],
            &[token],
            4,
            format!("config:fail host:skipped proxy:skipped tls:skipped clock:skipped token:skipped {ACCOUNT}"),
            &["https://"],
        ),
        (
            at(&server),
            &[],
            &[token, ("SYNPIPE_PROFILE", "nobody")],
            4,
            format!("config:fail host:skipped proxy:skipped tls:skipped clock:skipped token:skipped {ACCOUNT}"),
            &["no profile"],
        ),
    ];
    for (host, args, variables, code, expected, says) in cases {
        let ran = doctor(args, &[&[("SYNAPSE_HOST", &**host)], *variables].concat());
        assert_eq!((ran.code, troubles(&ran)), (*code, expected.clone()), "{host} {args:?}: {}{}", ran.out, ran.err);
        for text in *says {
            assert!(ran.out.contains(text), "{args:?}: no {text:?} in {}", ran.out);
        }
    }
    // What is typed and cannot be is a mistake on the command line.
    for args in
        [&["--host", "nonsense"][..], &["--profile", "nobody"], &["--token-file", "/nonexistent"], &["--limit", "3"]]
    {
        let ran = doctor(args, &[("SYNAPSE_HOST", &server.url)]).with_code(2);
        assert!(ran.out.is_empty() && ran.err.lines().count() == 1, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_configuration_that_others_can_read_or_nobody_is_told() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join(".synapse/config.json");
    std::fs::create_dir(file.parent().expect("a folder")).expect("a folder");
    let good = format!(r#"{{"host": "{}", "access_token": "{TOKEN}"}}"#, server.url);
    for (text, code, status, says) in
        [(&*good, 0, "warn", "chmod 600"), ("{", 4, "fail", "not valid JSON"), ("[]", 4, "fail", "not a JSON object")]
    {
        std::fs::write(&file, text).expect("a file");
        let home = home.path().to_str().expect("UTF-8");
        let mut variables = vec![("HOME", home)];
        if code != 0 {
            // The environment has all that the file lacks.
            variables.extend([("SYNAPSE_HOST", &*server.url), ("SYNAPSE_ACCESS_TOKEN", TOKEN)]);
        }
        let ran = doctor(&[], &variables).with_code(code);
        let config: Value = ran.values()[0].clone();
        assert!(config["status"] == status && config.to_string().contains(says), "{config}");
        assert!(troubles(&ran).starts_with("config:") && !troubles(&ran).contains(' '), "{}", ran.out);
    }
}
