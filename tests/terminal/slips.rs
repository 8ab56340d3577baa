//! Slips of the pen at a question, and on a command line: nothing is lost by them, and one line says what to do.

use crate::screen::{Screen, TITLE};

#[test]
fn slips_at_a_question_cost_nothing() {
    let Some(screen) = Screen::open(80, 24) else { return };
    screen.begin("syn-fetch --target task > dump");
    screen.wait("? Project");
    // What nothing has finds nothing, and Enter takes nothing.
    screen.types("없는 프로젝트 99999");
    screen.key("Enter");
    screen.wait("? Project 없는 프로젝트 99999");
    for _ in 0.."없는 프로젝트 99999".chars().count() {
        screen.key("BSpace");
    }
    // The terminal becomes smaller, and wide again.
    screen.resize(40, 10);
    screen.types("표지판");
    screen.resize(100, 30);
    screen.wait("표지판");
    screen.key("Enter");
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("--project 42"), "{shown}");
    assert!(screen.is_sane());
    // An empty answer is the one that is offered; a share that is none, and a place that is taken, are asked for again.
    std::fs::write(screen.folder().join("taken"), "mine").unwrap();
    screen.begin("syn-fetch --project 42 | syn-convert | syn-sink");
    screen.answer("Format", &["=csv", "Enter"]);
    screen.answer("Split", &["=other", "Enter"]);
    screen.wait("? Shares");
    screen.types("0.8");
    screen.key("Enter");
    screen.wait("write shares as");
    screen.answer("Shares", &["=80/20", "Enter"]);
    screen.wait("? Where to");
    screen.types("taken");
    screen.key("Enter");
    screen.wait("is not a folder");
    screen.answer("Where to", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 0 && shown.contains("--split 80/20 | syn-sink export_output"), "{shown}");
    assert_eq!(std::fs::read_to_string(screen.folder().join("taken")).unwrap(), "mine");
}

#[test]
fn of_a_project_without_rows_another_is_offered_first() {
    let Some(screen) = Screen::open(100, 40) else { return };
    screen.begin("syn-fetch > dump");
    screen.answer("What to fetch", &["Enter"]);
    screen.answer("Project", &["=empty project 3", "Enter"]);
    screen.answer("Labelling status", &["Enter"]);
    screen.answer("Review status", &["Enter"]);
    screen.wait("0 rows to fetch");
    screen.wait("> no ");
    screen.key("Enter");
    screen.wait("> assignments");
    screen.answer("What to fetch", &["Enter"]);
    screen.key("C-c");
    assert_eq!(screen.end().1, 130);
}

#[test]
fn titles_of_any_length_fit_a_small_terminal() {
    let title = format!("{TITLE} ").repeat(12);
    let Some(screen) = Screen::open_with(50, 14, &["--title", &title, "--extra-projects", "40"]) else { return };
    screen.begin("syn-fetch --target task > dump");
    screen.wait("? Project");
    assert!(screen.rows().iter().filter(|row| row.contains("도로")).count() == 1, "{:?}", screen.rows());
    screen.key("Enter");
    assert_eq!(screen.end().1, 0);
    assert!(screen.is_sane());
}

#[test]
fn a_slip_on_the_command_line_is_one_line_that_says_what_was_meant() {
    let Some(screen) = Screen::open(200, 40) else { return };
    let folder = screen.folder();
    screen.run(
        "syn-fetch --project 42 --limit 3 > rows.ndjson; syn-convert --to csv --images omit rows.ndjson > files.ndjson",
    );
    std::fs::create_dir(folder.join("my data")).unwrap();
    std::fs::copy(folder.join("rows.ndjson"), folder.join("my data/my rows.ndjson")).unwrap();
    std::fs::write(folder.join("taken"), "mine").unwrap();
    screen.run("syn-fetch --project 42 --limit 3 --bare --ids-only | sed 's/$/\\r/' > ids.txt");
    for (line, code, says) in [
        ("syn-fetch --project 42 | syn-sink out", 3, "put `syn-convert --to FORMAT` between"),
        ("syn-convert --to csv rows.ndjson | syn-filter --class person | syn-sink out", 3, "give it to `syn-sink`"),
        ("syn-sink out rows.ndjson", 3, "put `syn-convert --to FORMAT` between"),
        ("syn-fetch rows.ndjson", 2, "give rows.ndjson to syn-filter or syn-convert"),
        ("syn-fetch 42", 2, "did you mean --project 42?"),
        ("syn-fetch -project 42", 2, "did you mean --project?"),
        ("syn-fetch —project 42", 2, "did you mean --project?"),
        ("syn-convert –to coco rows.ndjson", 2, "did you mean --to?"),
        ("syn-fetch --project 42 --to coco", 2, "--to is an option of syn-convert"),
        ("syn-convert --to coco --overwrite rows.ndjson", 2, "--overwrite is an option of syn-sink"),
        ("syn-convert --to COCO rows.ndjson", 2, "did you mean coco?"),
        ("syn-convert rows.ndjson coco --to csv", 2, "did you mean --to coco?"),
        ("syn-convert --to csv rows.ndjson out/", 2, "| syn-sink out/"),
        ("syn-convert --to csv my data/my rows.ndjson", 2, "did you mean 'my data/my rows.ndjson'?"),
        ("syn-convert --to csv '~/rows.ndjson'", 2, "the shell has not replaced the ~"),
        ("syn-fetch --project 42 -o '~/rows.ndjson'", 6, "the shell has not replaced the ~"),
        ("syn-sink '~/out' files.ndjson", 2, "the shell has not replaced the ~"),
        ("syn-filter class=person rows.ndjson", 2, "did you mean --class person?"),
        ("syn-filter --class Person rows.ndjson > x", 3, "did you mean \"person\"?"),
        ("syn-sink taken files.ndjson", 6, "is not a folder"),
        ("syn-convert --to csv --split 0.8 rows.ndjson", 2, "write shares as"),
        ("syn-sink s3:/bucket/x files.ndjson", 2, "did you mean s3://bucket/x?"),
    ] {
        let (shown, ended) = screen.run(&format!("{line} | cat > /dev/null"));
        assert_eq!(ended, code, "{line}: {shown}");
        let errors: Vec<_> = shown.lines().filter(|line| line.contains(": error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(says), "{line}: {shown}");
    }
    for line in [
        "syn-convert --to csv --split 80/10/10 rows.ndjson > x",
        "syn-convert --to csv 'my data/my rows.ndjson' > x",
        "syn-filter --ids-from ids.txt rows.ndjson > x",
        "syn-fetch --project 42 --ids-from ids.txt > x",
    ] {
        let (shown, ended) = screen.run(line);
        assert!(ended == 0 && !shown.contains(": error: "), "{line}: {shown}");
    }
}

#[test]
fn a_token_that_expires_ends_all_questions() {
    // It is good for the list of projects, and no longer for the rows.
    let expires = ["--fail-rate", "1", "--fail-status", "401", "--fault-path", "/sdk/"];
    let Some(screen) = Screen::open_with(160, 30, &expires) else { return };
    screen.begin("syn-fetch | syn-convert | syn-sink");
    screen.answer("What to fetch", &["Enter"]);
    screen.answer("Project", &["Enter"]);
    screen.answer("Labelling status", &["Enter"]);
    screen.answer("Review status", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 4 && shown.contains("run `syn-fetch login`"), "{shown}");
    assert!(!shown.contains("? Format") && screen.files().is_empty() && screen.is_sane(), "{shown}");
    screen.begin("SYNAPSE_ACCESS_TOKEN=syn_old syn-fetch | syn-convert | syn-sink");
    screen.answer("What to fetch", &["Enter"]);
    let (shown, code) = screen.end();
    assert!(code == 4 && shown.contains("run `syn-fetch login`"), "{shown}");
    assert!(!shown.contains("? Format") && screen.files().is_empty() && screen.is_sane(), "{shown}");
}
