//! What a command cannot do without is asked for, whichever command it is; and so is what becomes of a dataset that is there.

use crate::common::s3::S3;
use crate::screen::{Screen, TITLE};

#[test]
fn every_command_asks_for_what_it_lacks() {
    let Some(screen) = Screen::open(120, 40) else { return };
    for (line, question, typed, says) in [
        ("syn-fetch project", "Project", "=신호", "data collection  1"),
        ("syn-fetch classes > classes", "Project", "=신호", "syn-fetch classes --project 42"),
        ("syn-fetch gt-versions", "Ground-truth dataset", "=stand", "syn-fetch gt-versions --gt-dataset 7"),
        ("syn-fetch data-units", "Data collection", "=stand coll", "syn-fetch data-units --data-collection 1"),
        ("syn-fetch --target task > tasks", "Project", "=신호", "syn-fetch --target task --project 42"),
    ] {
        screen.begin(line);
        screen.answer(question, &[typed, "Enter"]);
        let (shown, code) = screen.end();
        assert!(code == 0 && shown.contains(says), "{line}: {shown}");
    }
    let pipe = "syn-fetch --project 42 --limit 2 | syn-convert --to csv --images omit |";
    screen.begin(&format!("{pipe} syn-sink --storage 5"));
    screen.wait("? Path in the storage");
    screen.types("../up");
    screen.key("Enter");
    screen.wait("without ..");
    screen.answer("Path in the storage", &["=roads/a", "Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("syn-sink --storage 5 --path roads/a"), "{shown}");
    assert!(screen.folder().join("nas/roads/a/metadata").is_dir());
    screen.begin(&format!("{pipe} syn-sink --path roads/b"));
    screen.answer("Storage", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("syn-sink --path roads/b --storage 5"), "{shown}");
    screen.begin("syn-sink --path roads/b --verify");
    screen.answer("Storage", &["Enter"]);
    assert_eq!(screen.end().1, 0);
    assert!(screen.is_sane());
}

#[test]
fn a_dataset_of_ours_at_any_destination_may_be_replaced() {
    let (Some(screen), Some(s3)) = (Screen::open(160, 40), S3::start(None)) else { return };
    screen.run(&format!("export AWS_ENDPOINT_URL={} AWS_REGION=us-east-1 AWS_NO_SIGN_REQUEST=true", s3.url));
    // A destination, and whether the new dataset can get a number.
    for (dest, numbered) in [
        ("out", true),
        ("out.zip", true),
        ("out.tar.gz", true),
        ("out.tar.zst", true),
        ("--shard-size 1MB shards.tar", true),
        ("--storage 5 --path roads", true),
        ("s3://bucket/roads", false),
    ] {
        let line = |limit| {
            format!("syn-fetch --project 42 --limit {limit} | syn-convert --to csv --images omit | syn-sink {dest}")
        };
        let (shown, code) = screen.run(&line(2));
        assert!(code == 0 && !shown.contains("? "), "{dest}: {shown}");
        screen.begin(&line(3));
        let shown = screen.wait("Ctrl-C stops]");
        assert_eq!(shown.contains("NAME(1)"), numbered, "{dest}: {shown}");
        screen.answer("A dataset is there already", &["Enter"]);
        let (shown, code) = screen.end();
        assert!(code == 0 && shown.contains(&format!("syn-sink {dest} --overwrite")), "{dest}: {shown}");
        if numbered {
            screen.begin(&line(2));
            screen.answer("A dataset is there already", &["Down", "Enter"]);
            let (shown, code) = screen.end();
            assert!(code == 0 && shown.contains(&format!("syn-sink {dest} --auto-number")), "{dest}: {shown}");
        }
    }
    let shown = screen.run("ls").0;
    assert!(shown.contains("out(1).zip") && shown.contains("out(1).tar.gz"), "{shown}");
}

#[test]
fn thousands_of_projects_are_searched() {
    let options = ["--extra-projects", "3000", "--title", TITLE];
    let Some(many) = Screen::open_with(100, 30, &options) else { return };
    many.begin("syn-fetch --target task > dump");
    many.answer("Project", &["=서울 부산", "Enter"]);
    let (shown, code) = many.end();
    assert!(code == 0 && shown.contains("--project 42"), "{shown}");
}
