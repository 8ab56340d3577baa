//! `syn-fetch login` on a terminal, and what lacks a token.

use crate::screen::{Screen, TOKEN};
use std::os::unix::fs::PermissionsExt;

/// Types a token, which the screen must not show.
fn token(screen: &Screen, text: &str) {
    screen.wait("? Access token (not shown)");
    screen.types(text);
    screen.key("Enter");
}

#[test]
fn a_login_asks_checks_and_shows_no_token() {
    let Some(screen) = Screen::open(120, 30) else { return };
    screen.run("unset SYNAPSE_ACCESS_TOKEN");
    screen.begin("syn-fetch login");
    screen.answer("Synapse host", &["Enter"]);
    token(&screen, "");
    token(&screen, "syn_wrong");
    screen.wait("does not take this token");
    token(&screen, TOKEN);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("logged in to") && !shown.contains("syn_"), "{shown}");
    assert!(!shown.contains("used in place of this login"), "{shown}");
    let file = screen.folder().join(".synapse/config.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(screen.is_sane());
    // Who types a host as people write it is understood, and who types nonsense asked again.
    screen.begin("SYNAPSE_HOST= syn-fetch login --profile other");
    screen.wait("? Synapse host");
    screen.types("ftp://x");
    screen.key("Enter");
    screen.wait("must start with https://");
    screen.key("C-c");
    assert_eq!(screen.end().1, 130);
}

#[test]
fn stopping_a_login_leaves_nothing() {
    let Some(screen) = Screen::open(100, 30) else { return };
    screen.run("unset SYNAPSE_ACCESS_TOKEN");
    for (last, key) in [("host", "C-c"), ("host", "Escape"), ("token", "C-c"), ("token", "Escape")] {
        screen.begin("syn-fetch login");
        if last == "token" {
            screen.answer("Synapse host", &["Enter"]);
            screen.wait("? Access token");
            screen.types("syn_half");
        } else {
            screen.wait("? Synapse host");
        }
        screen.key(key);
        let (shown, code) = screen.end();
        assert!(code == 130 && !shown.contains("syn_half") && !shown.contains("error"), "{last} {key}: {shown}");
        assert!(screen.files().is_empty() && screen.is_sane(), "{last} {key}: {:?}", screen.files());
    }
    screen.begin("bash -c 'echo $$ > pid; exec syn-fetch login'");
    screen.answer("Synapse host", &["Enter"]);
    screen.wait("? Access token");
    let pid = std::fs::read_to_string(screen.folder().join("pid")).unwrap();
    assert!(std::process::Command::new("kill").args(["-TERM", pid.trim()]).status().unwrap().success());
    assert_eq!(screen.end().1, 143);
    assert!(screen.is_sane());
}

#[test]
fn who_has_no_token_logs_in_and_goes_on() {
    let Some(screen) = Screen::open(120, 30) else { return };
    screen.run("unset SYNAPSE_ACCESS_TOKEN");
    screen.begin("syn-fetch --project 42 --limit 2 | syn-convert --to csv --images omit | syn-sink out");
    screen.wait("there is no token yet");
    screen.answer("Synapse host", &["Enter"]);
    token(&screen, TOKEN);
    let (shown, code) = screen.end();
    assert!(code == 0 && screen.files().contains(&"out".to_owned()) && !shown.contains("syn_"), "{shown}");
    // Nobody to ask: a line.
    let (shown, code) = screen.run("rm -r .synapse; syn-fetch --no-input --project 42 > dump");
    assert!(code == 2 && shown.contains("syn-fetch login"), "{shown}");
}
