//! When nobody is to be asked, a line says what is missing.

use crate::screen::Screen;

#[test]
fn what_is_not_for_a_person_asks_nothing() {
    let Some(screen) = Screen::open(200, 30) else { return };
    for line in [
        "syn-fetch --no-input",
        "SYNPIPE_NO_INPUT=1 syn-fetch",
        "syn-fetch --quiet",
        "CI=true syn-fetch",
        "TERM=dumb syn-fetch",
        "syn-fetch --log-format json",
        "setsid -w syn-fetch",
    ] {
        let (shown, code) = screen.run(line);
        assert_eq!(code, 2, "{shown}");
        assert!(shown.contains("which project? give --project ID") && !shown.contains("? What"), "{shown}");
    }
    for line in ["syn-convert --no-input < /dev/null", "CI=1 syn-convert < /dev/null"] {
        let (shown, code) = screen.run(line);
        assert!(code == 2 && shown.contains("say what to convert to: --to coco"), "{shown}");
    }
}

#[test]
fn a_job_in_the_background_is_not_stopped_by_a_question() {
    let Some(screen) = Screen::open(200, 30) else { return };
    let (shown, code) = screen.run("set +m; bash -mc 'syn-fetch & wait $!'");
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("which project?"), "{shown}");
}

#[test]
fn waiting_for_the_terminal_is_said() {
    let Some(screen) = Screen::open(120, 30) else { return };
    for line in [
        "syn-filter",
        "syn-convert --to coco",
        "syn-sink out",
        "syn-fetch --token-stdin projects",
        "syn-fetch --project 42 --ids-from -",
    ] {
        screen.begin(line);
        screen.wait("standard input is the terminal: type");
        screen.key("C-c");
        assert_eq!(screen.end().1, 130, "{line}");
    }
}
