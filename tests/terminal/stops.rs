//! Who stops at a question finds everything as it was.

use crate::screen::Screen;

/// The questions of a pipe, in their order, with the keys that answer them.
const QUESTIONS: [(&str, &[&str]); 9] = [
    ("What to fetch", &["Enter"]),
    ("Project", &["Enter"]),
    ("Labelling status", &["Enter"]),
    ("Review status", &["Enter"]),
    ("Fetch them?", &["Enter"]),
    ("Format", &["=yolo labels", "Enter"]),
    ("How", &["=segment", "Enter"]),
    ("Split", &["Enter"]),
    ("Where to", &["Enter"]),
];

#[test]
fn stopping_at_any_question_leaves_nothing() {
    let Some(screen) = Screen::open(100, 40) else { return };
    for (n, (last, _)) in QUESTIONS.iter().enumerate() {
        for key in if n % 2 == 0 { &["C-c"][..] } else { &["C-c", "Escape"] } {
            screen.begin("syn-fetch | syn-convert | syn-sink");
            for (question, keys) in &QUESTIONS[..n] {
                screen.answer(question, keys);
            }
            screen.wait(&format!("? {last}"));
            screen.key(key);
            let (shown, code) = screen.end();
            assert_eq!(code, 130, "{last} {key}: {shown}");
            // Not a word after the question, from any stage.
            let after = shown.rsplit(last).next().unwrap();
            assert!(!after.contains("syn-"), "{last} {key}: {shown}");
            assert!(screen.files().is_empty(), "{last} {key}: {:?}", screen.files());
            assert!(screen.is_sane(), "{last} {key}");
        }
    }
}

#[test]
fn a_file_that_was_asked_for_does_not_appear() {
    let Some(screen) = Screen::open(100, 30) else { return };
    screen.begin("syn-fetch -o dump.ndjson");
    screen.wait("? What to fetch");
    screen.key("C-c");
    assert_eq!(screen.end().1, 130);
    screen.begin("syn-fetch --project 42 | syn-convert -o files.ndjson");
    screen.wait("? Format");
    screen.key("C-c");
    assert_eq!(screen.end().1, 130);
    assert!(screen.files().is_empty(), "{:?}", screen.files());
}

#[test]
fn a_question_that_is_killed_leaves_the_terminal_as_it_was() {
    let Some(screen) = Screen::open(100, 30) else { return };
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        screen.begin("bash -c 'echo $$ > pid; exec syn-fetch > dump.ndjson'");
        screen.wait("? What to fetch");
        let pid = std::fs::read_to_string(screen.folder().join("pid")).unwrap();
        assert!(
            std::process::Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status().unwrap().success()
        );
        let (shown, ended) = screen.end();
        assert_eq!(ended, code, "{shown}");
        assert!(screen.is_sane(), "{signal}");
    }
}

#[test]
fn a_stage_that_fails_leaves_nothing_to_ask() {
    let Some(screen) = Screen::open(120, 30) else { return };
    for (line, code) in [
        ("syn-fetch --project 99 | syn-convert | syn-sink", 4),
        ("syn-fetch --nonsense | syn-convert --bare > x", 3),
        ("syn-fetch --project 42 | syn-filter --class nothing-has-it | syn-convert | syn-sink", 3),
        ("cat /dev/null | syn-convert | syn-sink", 3),
    ] {
        let (shown, ended) = screen.run(line);
        assert_eq!(ended, code, "{shown}");
        assert!(!shown.contains("? Format") && !shown.contains("? Where"), "{shown}");
    }
    assert!(!screen.folder().join("export_output").exists());
}
