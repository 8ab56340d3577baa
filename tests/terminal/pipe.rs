//! The stages of a pipe ask one after the other.

use crate::screen::{Screen, TITLE, tree};
use std::time::{Duration, Instant};

/// Answers what a pipe asks, up to the destination.
fn to_yolo(screen: &Screen) {
    screen.answer("What to fetch", &["Enter"]);
    screen.answer("Project", &["=신호", "Enter"]);
    screen.answer("Labelling status", &["Enter"]);
    screen.answer("Review status", &["Enter"]);
    screen.wait("24 rows to fetch");
    screen.answer("Fetch them?", &["Enter"]);
    screen.answer("Format", &["=yolo labels", "Enter"]);
    screen.answer("How", &["=segment", "Enter"]);
    screen.answer("Split", &["Down", "Enter"]);
}

#[test]
fn from_nothing_to_a_yolo_folder() {
    let Some(screen) = Screen::open(100, 40) else { return };
    screen.begin("syn-fetch | syn-convert | syn-sink");
    to_yolo(&screen);
    screen.answer("Where to", &["=my data", "Enter"]);
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains(&format!("> Project {TITLE}\n")), "{shown}");
    let said = shown.lines().rev().find_map(|line| line.strip_prefix("syn-sink: info: the same without questions: "));
    let line = "syn-fetch --project 42 | syn-convert --to yolo --task segment --split 0.8/0.1/0.1 | syn-sink 'my data'";
    assert_eq!(said.map(str::trim_end), Some(line), "{shown}");
    let asked = tree(&screen.folder().join("my data"));
    assert!(asked.iter().any(|path| path.starts_with("labels/train/")) && asked.contains(&"data.yaml".to_owned()));
    // What was printed does the same, and asks nothing.
    std::fs::rename(screen.folder().join("my data"), screen.folder().join("first")).unwrap();
    let (shown, code) = screen.run(line);
    assert!(code == 0 && !shown.contains("? "), "{shown}");
    assert_eq!(tree(&screen.folder().join("my data")), asked);
    assert!(screen.is_sane());
}

#[test]
fn from_nothing_to_a_yolo_folder_in_korean() {
    let Some(screen) = Screen::open(100, 40) else { return };
    screen.begin("export LC_ALL=ko_KR.UTF-8; syn-fetch | syn-convert | syn-sink");
    screen.answer("무엇을 가져올까요", &["Enter"]);
    screen.answer("프로젝트", &["=신호", "Enter"]);
    screen.answer("작업 상태", &["Enter"]);
    screen.answer("검수 상태", &["Enter"]);
    screen.wait("가져올 행: 24개");
    screen.answer("가져올까요?", &["Enter"]);
    screen.answer("형식", &["=yolo 라벨", "Enter"]);
    screen.answer("방식", &["=segment", "Enter"]);
    screen.answer("분할", &["Down", "Enter"]);
    screen.answer("저장할 곳", &["=데이터", "Enter"]);
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    let line = "질문 없이 같은 작업을 하는 명령: syn-fetch --project 42 | syn-convert --to yolo --task segment";
    assert!(shown.contains(line) && shown.contains("항목 24개"), "{shown}");
    assert!(tree(&screen.folder().join("데이터")).contains(&"data.yaml".to_owned()), "{shown}");
    eprintln!("{shown}");
}

#[test]
fn a_narrow_terminal_is_enough() {
    let Some(screen) = Screen::open(40, 16) else { return };
    screen.begin("syn-fetch > dump.ndjson");
    screen.answer("What to fetch", &["Enter"]);
    screen.wait("? Project");
    screen.types("봄 부산");
    let shown = screen.wait("? Project 봄 부산\n> 도로");
    assert!(!shown.contains("Empty project"), "{shown}");
    let row = screen.rows().into_iter().find(|row| row.starts_with("> 도로")).unwrap();
    assert!(row.contains('…') && row.contains("id 42"), "{row}");
    screen.key("Enter");
    screen.answer("Labelling status", &["Down", "Down", "Space", "Enter"]);
    screen.answer("Review status", &["Enter"]);
    screen.answer("Fetch them?", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("syn-fetch --project 42 --status completed"), "{shown}");
    assert!(screen.is_sane());
}

#[test]
fn lines_that_have_worked_ask_nothing() {
    let Some(screen) = Screen::open(120, 30) else { return };
    for line in [
        "syn-fetch --project 42 > dump.ndjson",
        "syn-convert --to coco dump.ndjson > files.ndjson",
        "syn-fetch --project 42 | syn-convert --to coco | syn-sink",
        "syn-fetch --project 42 | syn-filter --status completed | syn-convert --to yolo | syn-sink out",
        "SYNAPSE_PROJECT=42 syn-fetch | syn-convert --to csv --bare > table.csv",
        "syn-fetch projects > projects",
    ] {
        let (shown, code) = screen.run(line);
        assert!(matches!(code, 0 | 7), "{code} {shown}");
        assert!(!shown.contains("? ") && !shown.contains("without questions"), "{shown}");
    }
    assert!(screen.folder().join("export_output/annotations").is_dir());
}

#[test]
fn a_stage_asks_only_for_what_it_lacks() {
    let Some(screen) = Screen::open(120, 30) else { return };
    screen.begin("syn-fetch --target task --limit 3 | syn-convert --to csv | syn-sink out");
    screen.answer("Project", &["Enter"]);
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    let line = "syn-fetch --target task --limit 3 --project 42 | syn-convert --to csv | syn-sink out";
    assert!(shown.contains(&format!("syn-sink: info: the same without questions: {line}")), "{shown}");
    // Another program between: nobody knows the whole pipe.
    screen.begin("syn-fetch --project 42 | cat | syn-convert | cat | syn-sink other");
    screen.answer("Format", &["=csv", "Enter"]);
    screen.answer("Split", &["Enter"]);
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("syn-convert: info: the same without questions: syn-convert --to csv"), "{shown}");
    assert!(!shown.contains("syn-sink: info: the same"), "{shown}");
}

#[test]
fn a_dataset_of_ours_may_be_replaced_and_nothing_else() {
    let Some(screen) = Screen::open(120, 30) else { return };
    let line = "syn-fetch --project 42 --limit 2 | syn-convert --to csv --images omit | syn-sink out";
    assert_eq!(screen.run(line).1, 0);
    screen.begin(line);
    screen.answer("A dataset is there already", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("without questions: syn-sink out --overwrite"), "{shown}");
    screen.begin(line);
    screen.answer("A dataset is there already", &["Down", "Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && screen.files() == ["out", "out(1)"], "{shown}");
    std::fs::write(screen.folder().join("out/mine.txt"), "mine").unwrap();
    let (shown, code) = screen.run(line);
    assert!(code == 6 && shown.contains("mine.txt") && !shown.contains("? "), "{shown}");
}

#[test]
fn questions_do_not_need_standard_error() {
    let Some(screen) = Screen::open(100, 30) else { return };
    screen.begin("syn-fetch 2> fetch.log | syn-convert 2> convert.log | syn-sink 2> sink.log");
    to_yolo(&screen);
    screen.answer("Where to", &["Enter"]);
    let (shown, code) = screen.end();
    assert_eq!(code, 0, "{shown}");
    for (log, part) in [("fetch", "24 assignments"), ("convert", "24 items"), ("sink", "53 files")] {
        let text = std::fs::read_to_string(screen.folder().join(format!("{log}.log"))).unwrap();
        assert!(text.contains(part) && !text.contains('?') && !text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn the_time_of_answers_is_no_time_of_the_run() {
    let Some(screen) = Screen::open(120, 30) else { return };
    screen.begin("syn-fetch --target task --limit 3 | syn-filter | syn-convert --to csv | syn-sink out");
    screen.wait("? Project");
    // Somebody thinks it over.
    let thought = Duration::from_secs(5);
    std::thread::sleep(thought);
    let answered = Instant::now();
    screen.answer("Project", &["Enter"]);
    let (shown, code) = screen.end();
    let most = answered.elapsed().as_secs_f64();
    assert_eq!(code, 0, "{shown}");
    let times =
        shown.lines().filter_map(|line| line.trim_end().strip_suffix(" s")?.rsplit_once(" in ")?.1.parse().ok());
    let times: Vec<f64> = times.collect();
    assert!(times.len() == 4 && times.iter().all(|time| *time <= most + 0.1), "{most} {shown}");
}
