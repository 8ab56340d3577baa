//! The options that select rows mean the same in `syn-fetch` and `syn-filter`: `fetch` with one gives the rows that `fetch | filter`
//! with the same one gives.

use crate::common::exe;
use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::StandIn;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// Rows that differ in everything that can be selected by; created at noon in Seoul, one a day from 28 March.
fn dump() -> String {
    let label = ["stand_by", "in_progress", "completed", "skipped"];
    let review = ["stand_by", "rejected", "completed"];
    let category = ["train", "validation"];
    let class = ["car", "bus", "1. 자연"];
    let row = |n: i64| {
        let day = if n < 4 { format!("2026-03-{}", 28 + n) } else { format!("2026-04-{:02}", n - 3) };
        let class = class[n as usize % 3];
        json!({
            "id": 1000 + n,
            "data": {"annotations": {"image_1": [
                {"id": "a", "tool": (if n % 3 == 2 { "bounding_box" } else { "polygon" }), "classification": {"class": class}},
            ]}},
            "status_label": (label[n as usize % 4]),
            "status_review": (review[n as usize % 3]),
            "user": (user(n % 5)),
            "tags": [n % 2, 10 + n % 3, {"id": 30 + n % 2, "name": (["밤", "day"][n as usize % 2])}],
            "task": {"id": 5000 + n, "tags": [20 + n % 4, {"id": 40 + n % 3, "name": (format!("road {}", n % 3))}]},
            "data_unit": {"id": 7000 + n, "meta": {"category": (["1. 자연", "2. 도시"][n as usize % 2])}},
            "created": format!("{day}T12:00:00+09:00"),
            "category": (category[n as usize % 2]),
        })
    };
    (0..12).map(|n| format!("{}\n", row(n))).collect()
}

/// A person as rows have one: by id, or with a name and an address; the name is in the form that macOS writes.
fn user(n: i64) -> Value {
    match n {
        3 => json!({"id": 3, "name": "이영희", "email": "lee@x.invalid"}),
        4 => json!({"id": 4, "name": "Jose\u{301}", "email": "jose@x.invalid"}),
        other => json!(other),
    }
}

/// People and tags as the server lists them.
const USERS: &str = r#"[{"id":1,"name":"Kim","email":"kim@x.invalid"},{"id":3,"name":"이영희","email":"lee@x.invalid"},
    {"id":4,"name":"José","email":"jose@x.invalid"},{"id":8,"name":"Twin","email":"a@x.invalid"},
    {"id":9,"name":"Twin","email":"b@x.invalid"},{"id":10,"username":"2026"}]"#;
const TAGS: &str = r#"[{"id":30,"name":"밤"},{"id":31,"name":"day"},{"id":40,"name":"road 0"},{"id":41,"name":"road 1"},
    {"id":42,"name":"road 2"},{"id":50,"name":"a, b"}]"#;

fn server_with(dir: &std::path::Path, args: &[&str]) -> StandIn {
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (rows, users, tags) = (write("rows.ndjson", &dump()), write("users.json", USERS), write("tags.json", TAGS));
    let own = ["--dump", &rows, "--users", &users, "--tags", &tags, "--token", TOKEN, "--title", "Street scenes"];
    StandIn::start(&[&own, args].concat())
}

fn server(dir: &std::path::Path) -> StandIn {
    server_with(dir, &[])
}

/// What `syn-filter` with these options makes of a stream.
fn filter(stream: &str, args: &[&str]) -> String {
    let mut command = Command::new(exe("syn-filter"));
    command.args(args).env("TZ", "Asia/Seoul").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The item lines of a stream.
fn items(stream: &str) -> Vec<&str> {
    stream.lines().filter(|line| !line.starts_with("{\"@stream\"")).collect()
}

#[test]
fn fetch_with_an_option_is_fetch_and_filter_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    let list = dir.path().join("ids");
    std::fs::write(&list, "# chosen\n1003, 1001\n{\"id\":1007}\n").unwrap();
    let list = list.to_str().unwrap();
    // The scope, the options, and how many rows they select.
    let assignments = &["--project", "42"][..];
    let tasks = &["--project", "42", "--target", "task"][..];
    let truth = &["--gt-version", "15"][..];
    let cases: &[(&[&str], &[&str], usize)] = &[
        (assignments, &["--status", "completed"], 3),
        (assignments, &["--status", "completed,skipped"], 6),
        (assignments, &["--status-label", "completed", "--status", "skipped"], 6),
        (assignments, &["--review", "rejected"], 4),
        (assignments, &["--status-review", "rejected,completed"], 8),
        (assignments, &["--status", "completed", "--review", "rejected"], 1),
        (assignments, &["--user", "3"], 2),
        (assignments, &["--user", "3,4"], 4),
        (assignments, &["--user", "이영희"], 2),
        (assignments, &["--user", "\u{110b}\u{1175}\u{110b}\u{1167}\u{11bc}\u{1112}\u{1174}"], 2),
        (assignments, &["--user", "Jos\u{e9},lee@x.invalid"], 4),
        (assignments, &["--user", "1", "--user", "jose@x.invalid"], 5),
        (assignments, &["--tag", "밤"], 6),
        (assignments, &["--tag", "day,12"], 8),
        (assignments, &["--task-tag", "road 1"], 4),
        (assignments, &["--task-tag", "road 1,road 2", "--tag", "day"], 4),
        (assignments, &["--class", "car"], 4),
        (assignments, &["--where", ".status_label == \"completed\""], 3),
        (assignments, &["--where", "any(annotations; .class == \"car\")", "--status", "completed"], 1),
        (assignments, &["--class", "car,1. 자연", "--status", "completed"], 2),
        (assignments, &["--tool", "polygon"], 8),
        (assignments, &["--tool", "bbox"], 4),
        (assignments, &["--tool", "bounding_box,polygon"], 12),
        (assignments, &["--category", "train"], 6),
        (assignments, &["--has-annotations"], 12),
        (assignments, &["--has-annotations=false"], 0),
        (assignments, &["--min-annotations", "2"], 0),
        (assignments, &["--sample", "0.5", "--seed", "3"], 5),
        (assignments, &["--sample", "0.5", "--seed", "3", "--tool", "polygon", "--review", "rejected"], 1),
        (assignments, &["--class", "car", "--limit", "2"], 2),
        (assignments, &["--tool", "polygon", "--limit", "5"], 5),
        (assignments, &["--tool", "polygon", "--ids-from", list], 3),
        (assignments, &["--class", "bus", "--shard", "2/3@1004,1008"], 2),
        (assignments, &["--tag", "1"], 6),
        (assignments, &["--tag", "1,11"], 8),
        (assignments, &["--tag", "1", "--tag", "11"], 8),
        (assignments, &["--task-tag", "21"], 3),
        (assignments, &["--since", "2026-04-01"], 8),
        (assignments, &["--until", "2026-04-01"], 5),
        (assignments, &["--since", "2026-03", "--until", "2026-03"], 4),
        (assignments, &["--since", "2026-03-29T12:00", "--until", "2026-03-30T12:00"], 1),
        (assignments, &["--since", "2026-03-29T12:00+09:00", "--until", "2026-W14-3"], 4),
        (assignments, &["--until", "yesterday"], 12),
        (assignments, &["--since", "2d"], 0),
        (assignments, &["--id", "1003,1001", "--id", "1007"], 3),
        (assignments, &["--ids-from", list], 3),
        (assignments, &["--ids-from", list, "--id", "1009"], 4),
        (assignments, &["--ids-from", list, "--status", "skipped"], 2),
        (assignments, &["--shard", "1/3@1004,1008"], 4),
        (assignments, &["--shard", "2/3@1004,1008"], 4),
        (assignments, &["--shard", "3/3@1004,1008"], 4),
        (tasks, &["--status", "completed"], 3),
        (tasks, &["--review", "rejected"], 4),
        (tasks, &["--task-tag", "21"], 3),
        (tasks, &["--since", "2026-04-01"], 8),
        (tasks, &["--task-tag", "road 1"], 4),
        (tasks, &["--class", "bus"], 4),
        (tasks, &["--tool", "polygon", "--status", "completed"], 2),
        (tasks, &["--category", "2. 도시"], 6),
        (truth, &["--category", "train"], 6),
        (truth, &["--category", "train,validation"], 12),
        (truth, &["--class", "car"], 4),
        (truth, &["--class", "car,1. 자연"], 8),
        (truth, &["--class", "bus", "--category", "train"], 2),
        (truth, &["--since", "2026-04-01"], 8),
        (truth, &["--since", "2026-03-29", "--until", "2026-04"], 11),
        (truth, &["--tool", "bbox", "--category", "validation"], 2),
    ];
    let mut wrong = Vec::new();
    for (scope, options, count) in cases {
        let whole = fetch(&server, scope).ok();
        let asked = fetch(&server, &[*scope, options].concat()).ok();
        let filtered = filter(&whole.out, options);
        let (asked, filtered) = (items(&asked.out), items(&filtered));
        if (asked.len(), &asked) != (*count, &filtered) {
            wrong.push(format!(
                "{scope:?} {options:?}: {} rows, {count} expected, {} filtered",
                asked.len(),
                filtered.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(server.stats()["ignored_keys"], json!({}));
}

#[test]
fn names_that_nothing_has_are_told_with_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    // The exit code, the arguments, and what is said.
    let cases: &[(i32, &[&str], &[&str])] = &[
        (
            2,
            &["--user", "이영히"],
            &["--user 이영히: no user is called so", "did you mean \"이영희\"?", "`syn-fetch users`"],
        ),
        (2, &["--user", "KIM"], &["did you mean \"Kim\"?"]),
        (2, &["--user", "lee@x.invalit"], &["did you mean \"lee@x.invalid\"?"]),
        (2, &["--user", "1,nobody"], &["--user nobody: no user is called so"]),
        (2, &["--user", "Twin"], &["several users are called so, with the ids 8, 9: give one of them"]),
        (2, &["--reviewer", "Kmi"], &["--reviewer Kmi", "did you mean \"Kim\"?"]),
        (2, &["--tag", "dya"], &["--tag dya: no tag is called so", "did you mean \"day\"?", "`syn-fetch tags`"]),
        (2, &["--task-tag", "raod 1"], &["--task-tag raod 1", "did you mean \"road 1\"?"]),
        (
            2,
            &["-p", "Street scene"],
            &["--project Street scene: no project is called so; did you mean \"Street scenes\"?"],
        ),
        (3, &["--tool", "polygn"], &["the tool \"polygn\"; did you mean \"polygon\"?"]),
        (3, &["--class", "carr"], &["the class \"carr\"; did you mean \"car\"?"]),
        (3, &["--category", "trian"], &["the category \"trian\"; did you mean \"train\"?"]),
        (2, &["--status", "complted"], &["did you mean completed?"]),
        (2, &["--target", "assigment"], &["did you mean assignment?"]),
    ];
    for (code, args, words) in cases {
        let scope: &[&str] = if args.contains(&"-p") { &[] } else { &["--project", "42"] };
        let Ran { err, out, .. } = fetch(&server, &[scope, args].concat()).with_code(*code);
        assert!(err.lines().count() == 1 && words.iter().all(|word| err.contains(word)), "{args:?}: {err}");
        assert!(!out.contains("\"end\""), "{args:?}: {out}");
    }
    // Among rows that the server selected the name may be missing by chance.
    let some = fetch(&server, &["--project", "42", "--status", "completed", "--tool", "keypoint"]).ok();
    assert!(items(&some.out).is_empty() && some.err.contains("the tool \"keypoint\""), "{}", some.err);
}

#[test]
fn a_project_has_a_name_and_a_number_is_an_id() {
    let dir = tempfile::tempdir().unwrap();
    let server = server_with(dir.path(), &["--extra-projects", "3"]);
    let by_id = fetch(&server, &["--project", "42"]).ok().out;
    for name in ["Street scenes", " Street scenes "] {
        assert_eq!(fetch(&server, &["--project", name]).ok().out, by_id, "{name}");
    }
    let classes = fetch(&server, &["classes", "--project", "Street scenes"]).ok().out;
    assert_eq!(classes, fetch(&server, &["classes", "--project", "42"]).ok().out);
    // There is a user called 2026, but none with that id.
    let none = fetch(&server, &["--project", "42", "--user", "2026"]).ok();
    assert!(items(&none.out).is_empty());
}

#[test]
fn people_tags_and_storages_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let named = server(dir.path());
    let list = |server: &StandIn, args: &[&str]| fetch(server, args).ok().values();
    assert_eq!(list(&named, &["users"])[1], json!({"id": 3, "name": "이영희", "email": "lee@x.invalid"}));
    assert_eq!(list(&named, &["tags", "--project", "42"])[0], json!({"id": 30, "name": "밤"}));
    assert_eq!(list(&named, &["tags"]).len(), 6);
    let storages = fetch(&named, &["storages"]).ok();
    assert_eq!(storages.values()[0]["provider"], "amazon_s3");
    assert!(!storages.out.contains("SECRET") && !storages.out.contains("configuration"), "{}", storages.out);
    // Members have no names, and some servers list nobody.
    let members = server_with(dir.path(), &["--people", "members"]);
    assert_eq!(list(&members, &["users"])[1]["user_id"], 3);
    let told = fetch(&members, &["-p", "42", "--user", "Kim"]).with_code(2).err;
    assert!(told.contains("lists users without names: give the id") && told.contains("`syn-filter --user`"), "{told}");
    let nobody = server_with(dir.path(), &["--people", "none"]);
    let told = fetch(&nobody, &["-p", "42", "--user", "Kim"]).with_code(2).err;
    assert!(told.contains("does not list users: give the id"), "{told}");
    assert_eq!(items(&fetch(&nobody, &["-p", "42", "--user", "3"]).ok().out).len(), 2);
}

#[test]
fn what_is_asked_of_each_row_keeps_its_promises() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    let ran = fetch(&server, &["--project", "42", "--tool", "polygon", "--class", "car"]).ok();
    let (begin, end) = (ran.must("begin"), ran.must("end"));
    assert_eq!(begin["selection"], json!({"class": ["car"], "tool": [["polygon"]]}));
    assert_eq!((&end["count"], &end["vanished"], end.get("expected")), (&4.into(), &0.into(), None));
    let file = dir.path().join("out.ndjson");
    let resumed = ["--project", "42", "--tool", "polygon", "--resume", "-o", file.to_str().unwrap()];
    let told = fetch(&server, &resumed).with_code(2).err;
    assert!(told.contains("--tool is asked of each row here") && told.contains("`syn-filter`"), "{told}");
    let refused = |args: &[&str], words: &[&str]| {
        let Ran { err, .. } = fetch(&server, args).with_code(2);
        assert!(err.lines().count() == 1 && words.iter().all(|word| err.contains(word)), "{err}");
    };
    for option in ["--status", "--review", "--user", "--tag", "--task-tag", "--group"] {
        let value = if option == "--status" || option == "--review" { "completed" } else { "3" };
        refused(&["--gt-version", "15", option, value], &[option, "rows of target ground_truth have nothing"]);
    }
    refused(&["--project", "42", "--target", "task", "--task", "3"], &["select it with --id"]);
    refused(&["--gt-version", "15", "--category", "trian"], &["did you mean train?"]);
}

#[test]
fn a_subcommand_refuses_what_it_does_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let server = server(dir.path());
    for (args, word) in [
        (&["--dsn", "postgres://reader@127.0.0.1:1/db", "projects"][..], "--dsn"),
        (&["--dsn-file", "/nowhere", "classes"], "--dsn-file"),
        (&["--limit", "3", "doctor"], "--limit"),
        (&["--status", "completed", "doctor"], "--status"),
    ] {
        let Ran { err, .. } = fetch(&server, args).with_code(2);
        assert!(err.lines().count() == 1 && err.contains(word), "{err}");
    }
    assert_eq!(server.count("/total"), 0);
    fetch(&server, &["--project", "42", "classes"]).ok();
    let mut asked = command(&["projects", "--host", &server.url]);
    asked.env("SYNAPSE_ACCESS_TOKEN", TOKEN);
    run(asked).ok();
}
