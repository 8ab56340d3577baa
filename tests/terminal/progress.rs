//! One line of progress a pipe, drawn by the stage that the pipe waits for; it tears no message.

use crate::screen::Screen;

/// A server that needs some seconds for the rows, and more for the files.
const SLOW: [&str; 6] = ["--latency-ms", "400", "--page-size", "5", "--max-page-size", "5"];
const FETCH: &str = "syn-fetch --project 42 --concurrency 1";
const REST: &str = "syn-convert --to yolo --task segment | syn-sink --concurrency 2 --allow-private-urls";

/// Lines of progress on the screen.
fn drawn(shown: &str) -> Vec<&str> {
    shown.lines().filter(|line| line.contains("/s,") || line.contains(" rows, ") || line.contains(" files, ")).collect()
}

/// What the screen shows when a pipe has ended: messages, each from the beginning of a line to its end, and no progress.
#[track_caller]
fn is_clean(shown: &str) {
    for stage in ["syn-fetch: ", "syn-convert: ", "syn-sink: "] {
        for (at, _) in shown.match_indices(&format!("{stage}info")) {
            assert!(shown[..at].ends_with('\n'), "{shown}");
        }
    }
    let lines = shown.lines().filter(|line| !line.starts_with("syn-"));
    assert!(lines.clone().all(|line| drawn(line).is_empty()), "{shown}");
}

#[test]
fn the_stage_that_the_pipe_waits_for_draws() {
    let Some(screen) = Screen::open_with(120, 30, &SLOW) else { return };
    screen.begin(&format!("{FETCH} | {REST} out"));
    let shown = screen.wait(" of 24 rows, ");
    assert_eq!(drawn(&shown).len(), 1, "{shown}");
    let shown = screen.wait(" of about 48 files, ");
    assert!(drawn(&shown).len() == 1 && shown.contains(" left, "), "{shown}");
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    is_clean(&shown);
    assert!(screen.is_sane());
}

#[test]
fn a_stage_that_says_nothing_does_not_keep_others_from_it() {
    let Some(screen) = Screen::open_with(120, 30, &SLOW) else { return };
    for (fetch, rest, draws) in [
        (format!("{FETCH} 2> log"), format!("| {REST} a"), " of about 48 files, "),
        (format!("{FETCH} -q"), format!("| {REST} b"), " of about 48 files, "),
        // What the row says is not known any more.
        (
            format!("{FETCH} --progress never"),
            format!("| syn-filter --status completed,in_progress,stand_by | {REST} c"),
            " or more files, ",
        ),
        (format!("NO_COLOR=1 {FETCH}"), "| syn-convert --to coco -o files.ndjson".to_owned(), " of 24 rows, "),
        (FETCH.to_owned(), "| tee rows | wc -l".to_owned(), " of 24 rows, "),
        (FETCH.to_owned(), "| syn-filter --count-by class".to_owned(), " of 24 rows, "),
    ] {
        screen.begin(&format!("{fetch} {rest}"));
        let shown = screen.wait(draws);
        assert_eq!(drawn(&shown).len(), 1, "{fetch} {rest}: {shown}");
        let (shown, code) = screen.end();
        assert!(matches!(code, 0 | 7), "{fetch} {rest}: {shown}");
        is_clean(&shown);
    }
}

#[test]
fn nothing_is_drawn_into_what_is_printed_or_where_it_cannot_be() {
    let Some(screen) = Screen::open_with(120, 30, &SLOW) else { return };
    for line in [
        format!("{FETCH} | cat > rows"),
        format!("{FETCH} | cut -c 1-20"),
        format!("{FETCH} | cat | cut -c 1-20"),
        format!("{FETCH} | syn-filter --bare | cut -c 1-20"),
        format!("TERM=dumb {FETCH} > rows"),
        format!("{FETCH} --progress never > rows"),
        format!("{FETCH} --log-format json 2>&1 > rows | cut -c 1-20"),
    ] {
        let drawn_at_all = line.ends_with("cat > rows");
        screen.begin(&line);
        loop {
            let shown = screen.shown();
            let is_drawn = shown.contains(" of 24 rows");
            assert!(!is_drawn || drawn_at_all, "{line}: {shown}");
            if shown.trim_end().ends_with(" ready>") && !shown.trim().ends_with(&line) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let (shown, code) = screen.end();
        assert_eq!(code, 0, "{line}: {shown}");
    }
}

#[test]
fn a_stage_that_is_killed_leaves_the_line_to_the_others() {
    let Some(screen) = Screen::open_with(120, 30, &SLOW) else { return };
    screen.begin(&format!("sh -c 'echo $$ > pid; exec {FETCH}' | {REST} out"));
    screen.wait(" of 24 rows, ");
    screen_kill(&screen);
    let (shown, code) = screen.end();
    assert!(code == 3 && shown.contains("\nsyn-convert: error: the input was cut"), "{shown}");
    is_clean(&shown);
    // A job that was stopped keeps nothing of the next one.
    screen.begin(&format!("{FETCH} | {REST} out"));
    screen.wait(" of 24 rows, ");
    screen.key("C-z");
    screen.wait("Stopped");
    screen.begin(&format!("{FETCH} | {REST} other"));
    screen.wait(" of 24 rows, ");
    screen.wait(" of about 48 files, ");
    screen.key("C-c");
    let (shown, code) = screen.end();
    assert!(code == 130 && shown.contains("\nsyn-sink: error: stopped by a signal"), "{shown}");
    screen.begin("fg");
    screen.wait(" of about 48 files, ");
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    is_clean(&shown);
}

/// Kills the process of the file `pid`.
fn screen_kill(screen: &Screen) {
    let pid = std::fs::read_to_string(screen.folder().join("pid")).unwrap();
    let killed = std::process::Command::new("kill").args(["-9", pid.trim()]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn two_pipes_of_a_script_have_one_line_and_a_narrow_terminal_has_room_for_it() {
    let Some(screen) = Screen::open_with(100, 30, &SLOW) else { return };
    let script = format!("{FETCH} | {REST} a &\n{FETCH} | {REST} b &\nwait\n");
    std::fs::write(screen.folder().join("two.sh"), script).unwrap();
    screen.begin("bash two.sh");
    screen.wait(" of 24 rows, ");
    screen.resize(40, 30);
    screen.wait(" of about 48 files, ");
    let rows = screen.rows();
    let lines: Vec<_> = rows.iter().filter(|row| row.contains(" of about 48 files")).collect();
    assert!(lines.len() == 1 && lines[0].trim_end().len() < 40, "{rows:?}");
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    let summaries = shown.matches("\nsyn-sink: info: ").count();
    assert_eq!(summaries, 2, "{shown}");
}
