//! What is typed comes before the environment, and two that disagree are refused.

use crate::common::fetch::{TOKEN, command, run};
use crate::common::stand_in::{SAMPLE, StandIn};

#[test]
fn what_is_typed_beats_the_environment() {
    let server = StandIn::start(&["--dump", SAMPLE, "--token", TOKEN]);
    let (project, version) = (("SYNAPSE_PROJECT", "42"), ("SYNAPSE_GT_VERSION", "15"));
    // Variables, options, and the target exported or what the refusal says.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], Result<&'a str, &'a [&'a str]>);
    let cases: &[Case<'_>] = &[
        (&[project], &[], Ok("assignment")),
        (&[version], &[], Ok("ground_truth")),
        (&[project], &["--gt-version", "15"], Ok("ground_truth")),
        (&[version], &["--project", "42"], Ok("assignment")),
        (&[version], &["-p", "42", "-t", "task"], Ok("task")),
        (&[project, version], &["-p", "42"], Ok("assignment")),
        (&[project, version], &["--gt-version=15"], Ok("ground_truth")),
        (&[project, version], &["--target", "ground_truth"], Ok("ground_truth")),
        (&[project, version], &["--target", "task"], Ok("task")),
        (&[version], &["--filter", "project=42"], Ok("assignment")),
        (&[("SYNAPSE_PROJECT", "41"), version], &["--filter", r#"{"project": 42}"#], Ok("assignment")),
        (&[project], &["--filter", "ground_truth_dataset_version=15"], Ok("ground_truth")),
        (&[("SYNAPSE_PROJECT", "41")], &["--filter", "project=42"], Ok("assignment")),
        (&[("SYNAPSE_PROJECT", "41")], &["--project", "42"], Ok("assignment")),
        (&[("SYNAPSE_PROJECT", ""), version], &[], Ok("ground_truth")),
        (&[project, version], &[], Err(&["SYNAPSE_PROJECT", "42", "SYNAPSE_GT_VERSION", "15"])),
        (&[], &["-p", "42", "--gt-version", "15"], Err(&["--project", "--gt-version"])),
        (&[version], &["-p", "42", "--gt-version", "15"], Err(&["--project", "--gt-version"])),
        (&[], &["-p", "42", "-t", "ground_truth"], Err(&["--target ground_truth", "--project"])),
        (&[version], &["-p", "42", "-t", "ground_truth"], Err(&["--target ground_truth", "--project"])),
        (&[], &["--gt-version", "15", "-t", "task"], Err(&["--target task", "--gt-version"])),
        (&[project], &["--gt-version", "15", "-t", "assignment"], Err(&["--target assignment", "--gt-version"])),
        (&[], &["-p", "42", "--filter", "project=43"], Err(&["given twice", "42", "43"])),
        // The same number in the variable does not make the option one of the environment.
        (&[project], &["-p", "42", "--filter", "project=43"], Err(&["given twice", "42", "43"])),
        (&[], &["--gt-version", "15", "--filter", "ground_truth_dataset_version=16"], Err(&["given twice"])),
        (&[], &["--gt-version", "15", "--filter", "project=42"], Err(&["project"])),
        (&[], &["-p", "42", "-p", "43"], Err(&["--project", "multiple times"])),
        // A variable of the shell that is not set must not turn into another export.
        (&[version], &["--project", ""], Err(&["--project is empty"])),
        (&[project], &["--gt-version", " "], Err(&["--gt-version is empty"])),
        (&[project], &["--host", ""], Err(&["--host"])),
        (&[project], &["--tenant", ""], Err(&["--tenant"])),
        (&[project], &["-q", "-v"], Err(&["--quiet", "--verbose"])),
        (&[project, version], &["classes"], Err(&["SYNAPSE_PROJECT", "SYNAPSE_GT_VERSION"])),
        (&[], &["classes", "-p", "42", "--gt-version", "15"], Err(&["--project", "--gt-version"])),
    ];
    for (variables, args, expected) in cases {
        let mut command = command(args);
        command.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).envs(variables.iter().copied());
        let ran = run(command);
        match expected {
            Ok(target) => assert_eq!(ran.ok().must("begin")["target"], **target, "{variables:?} {args:?}"),
            Err(words) => {
                let ran = ran.with_code(2);
                assert!(ran.only_an_error_frame() && ran.err.lines().count() == 1, "{args:?}: {}{}", ran.out, ran.err);
                for word in *words {
                    assert!(ran.err.contains(word), "{variables:?} {args:?}: no {word:?} in {}", ran.err);
                }
            }
        }
    }
    // What is set and not asked for is no mistake.
    let mut listing = command(&["projects"]);
    listing.env("SYNAPSE_HOST", &server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN).envs([project, version]);
    run(listing).ok();
}

#[test]
#[cfg(feature = "postgres")]
fn a_database_takes_no_option_of_the_api() {
    for (option, value) in [
        ("--token-file", "t"),
        ("--tenant", "acme"),
        ("--auth-scheme", "authorization"),
        ("--timeout", "3"),
        ("--retry-for", "3"),
        ("--concurrency", "2"),
        ("--rps", "2"),
        ("--max-bytes-per-sec", "2"),
    ] {
        let ran = run(command(&["--dsn", "postgres://h/d", "-p", "1", option, value])).with_code(2);
        assert!(ran.err.contains(option) && ran.err.contains("--dsn"), "{}", ran.err);
    }
}
