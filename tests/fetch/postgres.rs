//! `syn-fetch --dsn` against a real PostgreSQL: the same lines as from the API, who is let in and trusted, what is refused.

use crate::common;
use crate::common::fetch::{Ran, TOKEN, command, run};
use crate::common::postgres::{PASSWORD, Postgres};
use crate::common::stand_in::{SAMPLE, StandIn};
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

/// A row of an installation.
struct Row {
    id: i64,
    task: i64,
    unit: i64,
    label: &'static str,
    review: &'static str,
    meta: String,
    files: String,
    data: String,
}

impl Row {
    /// The statements that put it into the database.
    fn sql(&self, project: i64) -> String {
        let Self { id, task, unit, label, review, meta, files, data, .. } = self;
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let (meta, files, data) = (quoted(meta), quoted(files), quoted(data));
        format!(
            "INSERT INTO data_collection_dataunit VALUES ({unit}, 1, {meta}, {files});
             INSERT INTO annotation_task VALUES ({task}, {project}, {unit}, {project}, {data});
             INSERT INTO hitl_assignment VALUES ({id}, {task}, '{label}', '{review}', {data});\n"
        )
    }

    /// The same row in the dump that the stand-in serves; the documented table of tasks holds no states.
    fn line(&self, states: bool) -> String {
        let Self { id, task, unit, label, review, meta, files, data } = self;
        let states =
            if states { format!(r#""status_label":"{label}","status_review":"{review}","#) } else { String::new() };
        format!(
            r#"{{"id":{id},"task":{{"id":{task}}},{states}"data_unit":{{"id":{unit},"meta":{meta},"files":{files}}},"data":{data}}}"#
        )
    }
}

/// JSON as `jsonb` has it: keys by length, then by bytes; nothing between the tokens.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            Value::Object(pairs.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Real payloads, and rows made to be difficult; ids from `first`.
fn rows(first: i64) -> Vec<Row> {
    let labels = ["completed", "in_progress", "stand_by"];
    let reviews = ["completed", "rejected"];
    let sample = std::fs::read_to_string(SAMPLE).expect("the sample");
    let mut out: Vec<Row> = Vec::new();
    for line in sample.lines().map(|line| serde_json::from_str::<Value>(line).expect("a row")) {
        let n = out.len();
        let name = line["file"]["file_name_original"].as_str().expect("a name");
        let file = json!({"url": format!("/media/{n}/{name}"), "meta": {"width": 640, "height": 480}, "is_primary": true, "file_name_original": name});
        out.push(Row {
            id: first + 7 * n as i64,
            task: first + 1000 + n as i64,
            unit: first + 2000 + n as i64,
            label: labels[n % 3],
            review: reviews[n % 2],
            meta: sorted(&line["data_unit"]["meta"]).to_string(),
            files: json!({"image_1": sorted(&file)}).to_string(),
            data: sorted(&line["data"]).to_string(),
        });
    }
    let hard = [
        r#"{"a":1.10,"n":12345678901234567890123,"s":"a, b: \"c\" \\","한글":["자, 동: 차",-0.5,null,true,{}]}"#,
        r#"{"e":100,"f":0.000000000000000000012345,"q":"it's","x":[1,[2,[3]]]}"#,
        "null",
        "[]",
    ];
    for data in hard {
        let n = out.len() as i64;
        let (files, data) = ("{}".to_owned(), data.to_owned());
        let (label, review) = ("skipped", "stand_by");
        out.push(Row {
            id: first + 7 * n,
            task: first + 1000 + n,
            unit: first + 2000 + n,
            label,
            review,
            meta: "{}".into(),
            files,
            data,
        });
    }
    out
}

/// Runs `syn-fetch` on the database; no output of ours may ever hold the password.
fn read(env: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = command(args);
    command.envs(env.iter().copied());
    let ran = run(command);
    for secret in [PASSWORD, "p%3Aw", "p\\:w", "secret"] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "a password is shown: {}", ran.err);
    }
    ran
}

fn from_database(server: &Postgres, project: i64, args: &[&str]) -> Ran {
    let (dsn, project) = (server.dsn("?sslmode=disable"), project.to_string());
    read(&[("PGPASSWORD", PASSWORD)], &[&["--dsn", &dsn, "--project", &project], args].concat())
}

/// Puts rows into a project.
fn insert(server: &Postgres, project: i64, rows: &[Row]) {
    server.sql(&rows.iter().map(|row| row.sql(project)).collect::<String>());
}

/// Serves the same rows by the API.
fn api(server: &Postgres, project: i64, rows: &[Row], states: bool) -> StandIn {
    let dump = server.folder().join(format!("dump-{states}.ndjson"));
    std::fs::write(&dump, rows.iter().map(|row| row.line(states) + "\n").collect::<String>()).expect("write");
    let (dump, project) = (dump.to_str().expect("UTF-8"), project.to_string());
    StandIn::start(&["--dump", dump, "--token", TOKEN, "--project", &project, "--relative-urls"])
}

#[test]
fn lines_are_byte_for_byte_those_of_the_api() {
    let Some(server) = Postgres::start() else { return };
    let rows = rows(10_000);
    insert(&server, 1, &rows);
    let (assignments, tasks) = (api(&server, 1, &rows, true), api(&server, 1, &rows, false));
    for (target, args) in [
        ("assignment", &[][..]),
        ("task", &[]),
        ("assignment", &["--limit", "5"]),
        ("assignment", &["--status", "completed", "--status", "stand_by", "--review", "rejected"]),
        ("assignment", &["--filter", "id__gte=10050", "--filter", "id__lt=10100"]),
        ("assignment", &["--filter", "ids=10000,10007,10021", "--filter", "ids_ex=10007"]),
        ("assignment", &["--filter", "tasks=11003,11004"]),
        ("task", &["--filter", "ids=11000,11002,99", "--limit", "1"]),
        ("task", &["--filter", "id__lte=11002"]),
        ("assignment", &["--filter", "id__gt=99999999"]),
    ] {
        let args = [&["--bare", "--target", target], args].concat();
        let api = if target == "task" { &tasks } else { &assignments };
        let expected = common::fetch::fetch(api, &[&["--project", "1"], &args[..]].concat()).ok();
        let came = from_database(&server, 1, &args).ok();
        assert_eq!(came.out, expected.out, "{args:?}");
    }
    let all = from_database(&server, 1, &["--bare"]).ok();
    assert_eq!(all.items().len(), rows.len());
    assert!(all.out.contains(r#""a":1.10,"n":12345678901234567890123,"#), "numbers stay as they are");
}

#[test]
fn parts_are_snapshots_of_their_own_and_together_the_undivided_run() {
    let Some(server) = Postgres::start() else { return };
    let rows = rows(30_000);
    insert(&server, 1, &rows);
    let list = server.folder().join("ids");
    let ids: Vec<String> = rows.iter().step_by(2).map(|row| row.id.to_string()).chain(["5".into()]).collect();
    std::fs::write(&list, ids.join("\n")).expect("write");
    let list = list.to_str().expect("UTF-8");
    let folder = tempfile::tempdir().expect("a folder");
    let part =
        |index: usize| folder.path().join(format!("part-{index}.ndjson.zst")).to_str().expect("UTF-8").to_owned();
    let join = |of: usize| {
        let parts: Vec<String> = (1..=of).map(part).collect();
        run(command(&[&["--dump"], &*parts.iter().map(String::as_str).collect::<Vec<_>>()].concat()))
    };
    for args in [
        &[][..],
        &["--target", "task"],
        &["--status", "completed"],
        &["--ids-from", list],
        &["--limit", "7"],
        &["--filter", "id__gt=99999999"],
    ] {
        let whole = from_database(&server, 1, args).ok();
        for of in [1, 3, 40] {
            let cut_at = from_database(&server, 1, &[args, &["--shard-bounds", &of.to_string()]].concat()).ok().out;
            for index in 1..=of {
                // Without the ids every machine finds the same.
                let shard = match index % 2 {
                    0 => format!("{index}/{of}@{}", cut_at.trim()),
                    _ => format!("{index}/{of}"),
                };
                from_database(&server, 1, &[args, &["--shard", &shard, "-o", &part(index)]].concat()).ok();
            }
            let joined = join(of).ok();
            assert!(joined.out == whole.out, "{args:?} {of}\n{}\n{}", whole.must("begin"), joined.must("begin"));
        }
    }
    // Rows that are added between two parts are in one of them, or in none.
    let cut_at = from_database(&server, 1, &["--shard-bounds", "2"]).ok().out;
    let fetch_part = |index: usize| {
        let shard = format!("{index}/2@{}", cut_at.trim());
        from_database(&server, 1, &["--shard", &shard, "-o", &part(index)]).ok();
    };
    fetch_part(2);
    let mut more = self::rows(29_000);
    more.truncate(3);
    insert(&server, 1, &more);
    fetch_part(1);
    let joined = join(2).ok();
    assert_eq!(joined.items().len(), rows.len() + more.len());
    assert_eq!(joined.items(), from_database(&server, 1, &[]).ok().items());
    let refused = from_database(&server, 2, &["--shard", "1/2", "--target", "ground_truth"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
}

#[test]
fn frames_say_what_is_exported_and_what_came() {
    let Some(server) = Postgres::start() else { return };
    let rows = rows(20_000);
    insert(&server, 2, &rows);
    let env = [("PGPASSWORD", PASSWORD), ("SYNAPSE_HOST", "https://synapse.internal/")];
    let dsn = server.dsn("");
    let ran = read(&env, &["--dsn", &dsn, "--project", "2", "--limit", "3"]).ok();
    let (begin, end) = (ran.must("begin"), ran.must("end"));
    assert_eq!(
        (&begin["count"], &begin["target"], &begin["project"]["id"]),
        (&3.into(), &"assignment".into(), &2.into())
    );
    assert_eq!(begin["source"]["host"], "https://synapse.internal");
    assert_eq!(begin["source"]["postgres"], format!("127.0.0.1:{}/synapse", server.port));
    assert!(begin["classes"].is_null(), "the tables hold no class order: none is made up");
    assert_eq!((&end["count"], &end["expected"]), (&3.into(), &3.into()));
    assert!(ran.err.contains("3 assignments of project 2, "), "{}", ran.err);
    let plan = read(&env, &["--dsn", &dsn, "--project", "2", "--dry-run"]).ok();
    let plan: Value = serde_json::from_str(&plan.out).expect("JSON");
    assert_eq!((&plan["count"], &plan["sample"]["rows"]), (&(rows.len() as u64).into(), &10.into()));
    assert!(plan["sample"]["tools"]["polygon"].as_u64().is_some_and(|n| n > 0), "{plan}");
    let none = read(&env, &["--dsn", &dsn, "--project", "987"]).ok();
    assert!(none.err.contains("no task of project 987") && none.must("end")["count"] == 0, "{}", none.err);
    let list = server.folder().join("ids");
    std::fs::write(&list, "20000\n20007\n5\n").expect("write");
    let some = read(&env, &["--dsn", &dsn, "--project", "2", "--ids-from", list.to_str().expect("UTF-8")]).ok();
    assert_eq!(some.numbers("id"), [20_007, 20_000]);
    assert!(some.err.contains("1 of the 3 ids"), "{}", some.err);
}

#[test]
fn the_password_comes_from_the_usual_places_and_never_from_the_command_line() {
    let Some(server) = Postgres::start() else { return };
    let dsn = server.dsn("");
    let (project, folder) = (["--project", "3"], server.folder());
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("write");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
        path.to_str().expect("UTF-8").to_owned()
    };
    let port = server.port;
    let pass = file("pass", &format!("other:1:synapse:reader:no\n127.0.0.1:{port}:*:reader:p\\:w\\\\d 31337\n"));
    let whole = format!("postgres://reader:p%3Aw%5Cd%2031337@127.0.0.1:{port}/synapse");
    let whole_file = file("dsn", &format!("{whole}\n"));
    for (env, args) in [
        (vec![("PGPASSWORD", PASSWORD)], vec!["--dsn", &dsn]),
        (vec![("PGPASSFILE", pass.as_str())], vec!["--dsn", &dsn]),
        (vec![], vec!["--dsn-file", &whole_file]),
        (vec![("SYNAPSE_DSN", whole.as_str())], vec!["--dsn"]),
    ] {
        read(&env, &[&args[..], &project].concat()).ok();
    }
    let refused = |env: &[(&str, &str)], args: &[&str], code: i32, said: &str| {
        let ran = read(env, &[args, &project].concat()).with_code(code);
        assert!(ran.err.contains(said) && ran.only_an_error_frame(), "{args:?}: {}", ran.err);
    };
    refused(&[], &["--dsn", "postgres://reader:secret@127.0.0.1/x"], 2, "PGPASSWORD or ~/.pgpass");
    refused(&[], &["--dsn", "postgres://reader@127.0.0.1/x?password=secret"], 2, "PGPASSWORD or ~/.pgpass");
    refused(&[], &["--dsn"], 2, "SYNAPSE_DSN");
    refused(&[], &["--dsn", &dsn], 4, "wants a password: set PGPASSWORD");
    refused(&[("PGPASSWORD", "secret")], &["--dsn", &dsn], 4, "does not let us in");
    std::fs::set_permissions(&pass, PermissionsExt::from_mode(0o644)).expect("chmod");
    refused(&[("PGPASSFILE", &pass)], &["--dsn", &dsn], 4, "wants a password");
    refused(&[("PGPASSWORD", "x")], &["--dsn", "postgres://reader@127.0.0.1:1/x"], 5, "cannot reach 127.0.0.1:1/x");
    refused(&[("PGPASSWORD", "x")], &["--dsn", "mysql://h/x"], 2, "does not begin with postgres://");
}

#[test]
fn whom_to_trust() {
    let Some(server) = Postgres::start() else { return };
    let ca = server.authority();
    let ca = ca.to_str().expect("UTF-8");
    let as_name = server.dsn("").replace("127.0.0.1", "localhost");
    let ip = server.dsn("");
    for (dsn, code) in [
        (format!("{ip}?sslmode=require"), 0),
        (format!("{ip}?sslmode=verify-full&sslrootcert={ca}"), 0),
        // The system does not know this authority.
        (format!("{ip}?sslmode=verify-full"), 4),
        (format!("{ip}?sslrootcert=system"), 4),
        // The certificate is for 127.0.0.1 alone.
        (format!("{as_name}?sslmode=verify-full&sslrootcert={ca}"), 4),
        (format!("{as_name}?sslmode=verify-ca&sslrootcert={ca}"), 0),
        (format!("{as_name}?sslmode=require&sslrootcert={ca}"), 0),
        (format!("{ip}?sslmode=verify-full&sslrootcert=/nonexistent"), 2),
        (format!("{ip}?sslmode=verify-some"), 2),
    ] {
        let ran = read(&[("PGPASSWORD", PASSWORD)], &["--dsn", &dsn, "--project", "4"]).with_code(code);
        assert!(code != 4 || ran.err.contains("not trusted"), "{dsn}: {}", ran.err);
    }
}

#[test]
fn what_an_installation_lacks_is_named() {
    let Some(server) = Postgres::start() else { return };
    let rows = rows(1);
    insert(&server, 5, &rows);
    let refused = |args: &[&str], code: i32, said: &str| {
        let ran = from_database(&server, 5, args).with_code(code);
        assert!(ran.err.contains(said) && ran.only_an_error_frame(), "{args:?}: {}", ran.err);
    };
    refused(&["--since", "2026-01-01"], 2, "no column created");
    refused(&["--target", "task", "--status", "completed"], 2, "annotation_task has no column status_label");
    refused(&["--user", "1"], 2, "cannot select by `users`");
    let version = read(&[("PGPASSWORD", PASSWORD)], &["--dsn", &server.dsn("?sslmode=disable"), "--gt-version", "1"]);
    let version = version.with_code(2);
    assert!(version.err.contains("ground truth") && version.only_an_error_frame(), "{}", version.err);
    refused(&["--order", "arrival"], 2, "--order arrival does not go with --dsn");
    refused(&["--filter", "ids=a-b"], 2, "whole numbers");
    // An installation that keeps more.
    server.sql(
        "ALTER TABLE hitl_assignment ADD created timestamptz NOT NULL DEFAULT '2026-01-02T03:04:05.5+09';
                UPDATE hitl_assignment SET created = '2026-03-01' WHERE id = 8",
    );
    let ran = from_database(&server, 5, &["--since", "2026-02-01", "--bare"]).ok();
    assert_eq!(ran.numbers("id"), [8]);
    let all = from_database(&server, 5, &[]).ok();
    assert!(all.out.contains(r#""status_review":"completed","created":"2026-01-01T18:04:05.500000Z","data_unit":{"#));
    server.sql("REVOKE SELECT ON data_collection_dataunit FROM reader");
    refused(&[], 4, "GRANT SELECT ON annotation_task, hitl_assignment, data_collection_dataunit TO reader");
    server
        .sql("GRANT SELECT ON data_collection_dataunit TO reader; ALTER TABLE hitl_assignment RENAME data TO payload");
    refused(&[], 4, "hitl_assignment has no column data");
    server.sql("ALTER TABLE hitl_assignment RENAME payload TO data; ALTER TABLE hitl_assignment ALTER data TYPE text");
    let text = from_database(&server, 5, &["--bare"]).ok();
    assert_eq!(text.items().len(), rows.len(), "JSON in a text column is as good");
    server.sql("UPDATE hitl_assignment SET data = '{\"a\":' WHERE id = 1");
    let bad = from_database(&server, 5, &[]).with_code(3);
    assert!(
        bad.err.contains("row 1:") && bad.frame("end").is_none() && bad.must("error")["code"] == "input",
        "{}",
        bad.err
    );
    server.sql("DROP TABLE hitl_assignment");
    refused(&[], 4, "there is no table hitl_assignment");
}

/// Rows of about 6 KB that need no sending.
fn many(project: i64, count: u32) -> String {
    format!(
        "INSERT INTO data_collection_dataunit SELECT {project}000000 + n, 1, '{{}}', '{{}}' FROM generate_series(1, {count}) n;
         INSERT INTO annotation_task SELECT {project}000000 + n, {project}, {project}000000 + n, 1, '{{}}' FROM generate_series(1, {count}) n;
         INSERT INTO hitl_assignment SELECT {project}000000 + n, {project}000000 + n, 'completed', 'completed',
             jsonb_build_object('n', n, 'text', (SELECT string_agg(md5((n * 200 + k)::text), ' ') FROM generate_series(1, 180) k))
             FROM generate_series(1, {count}) n; ANALYZE;"
    )
}

#[test]
fn what_comes_is_one_moment_whatever_happens_meanwhile() {
    let Some(server) = Postgres::start() else { return };
    server.sql(&many(6, 3000));
    let before = from_database(&server, 6, &[]).ok();
    let mut command = command(&["--dsn", &server.dsn("?sslmode=require"), "--project", "6"]);
    let mut child = command.env("PGPASSWORD", PASSWORD).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut first = String::new();
    out.read_line(&mut first).expect("the begin frame");
    // Most rows are still to be read: their bytes fit in no buffer on the way.
    server.sql(&format!(
        "DELETE FROM hitl_assignment WHERE id % 2 = 0; UPDATE hitl_assignment SET data = '{{}}'; {}",
        many(7, 10)
    ));
    server.sql("UPDATE annotation_task SET project_id = 6");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("UTF-8");
    assert!(child.wait().expect("it ends").success());
    assert!(first + &rest == before.out, "the rows are not those of the moment it began");
    let begin = before.must("begin");
    assert_eq!(begin["count"], 3000);
}

#[test]
fn a_killed_run_goes_on_where_it_ended() {
    let Some(server) = Postgres::start() else { return };
    server.sql(&many(8, 2000));
    let whole = from_database(&server, 8, &[]).ok().out;
    let dump = server.folder().join("dump.ndjson");
    let dump = dump.to_str().expect("UTF-8");
    for cut in [0, 1, 200, 5_000, 1_000_000, whole.len() - 40, whole.len()] {
        std::fs::write(dump, &whole[..cut]).expect("write");
        from_database(&server, 8, &["-o", dump, "--resume"]).ok();
        assert!(std::fs::read_to_string(dump).expect("the dump") == whole, "cut at {cut}");
    }
    std::fs::write(dump, &whole[..1_000_000]).expect("write");
    let other = from_database(&server, 8, &["-o", dump, "--resume", "--status", "completed"]).with_code(2);
    assert!(other.err.contains("cannot resume: query was"), "{}", other.err);
}

#[test]
fn a_database_that_goes_away_is_no_success() {
    let Some(server) = Postgres::start() else { return };
    server.sql(&many(9, 4000));
    let mut command = command(&["--dsn", &server.dsn("?sslmode=require"), "--project", "9"]);
    command.env("PGPASSWORD", PASSWORD).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut text = String::new();
    out.read_line(&mut text).expect("the begin frame");
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'synpipe'");
    out.read_to_string(&mut text).expect("UTF-8");
    let mut said = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(5), "{said}");
    // Whether the server gets to say why depends on what it was about to send.
    assert!(said.contains("--resume") && !said.contains("https:"), "{said}");
    let last = text.lines().last().expect("a line");
    assert!(last.starts_with("{\"@stream\":\"error\",\"stage\":\"fetch\",\"code\":\"remote\""), "{last}");
}

#[test]
fn what_has_changed_comes_by_the_clock_of_the_database() {
    let Some(server) = Postgres::start() else { return };
    server.sql(&many(5, 40));
    let mark = server.folder().join("mark.json");
    let run = |name: &str| {
        let dump = server.folder().join(name);
        let args = ["--checkpoint", mark.to_str().expect("UTF-8"), "-o", dump.to_str().expect("UTF-8")];
        (from_database(&server, 5, &args), dump)
    };
    let rows = |dump: &std::path::Path| std::fs::read_to_string(dump).expect("a dump").lines().count() - 2;
    let (first, dump) = run("first");
    assert_eq!((first.ok().code, rows(&dump)), (0, 40), "the first export needs no dates");
    let (undated, _) = run("undated");
    assert!(undated.with_code(2).err.contains("when rows were created"));
    server.sql("ALTER TABLE hitl_assignment ADD created timestamptz NOT NULL DEFAULT '2026-01-02', ADD last_labeled timestamptz, ADD last_reviewed timestamptz");
    let (second, dump) = run("second");
    assert_eq!((second.ok().code, rows(&dump)), (0, 0));
    server.sql(
        "UPDATE hitl_assignment SET last_labeled = now() WHERE id = 5000007;
         UPDATE hitl_assignment SET last_reviewed = now() WHERE id IN (5000007, 5000009);
         UPDATE hitl_assignment SET created = now() WHERE id = 5000011",
    );
    let (third, dump) = run("third");
    assert_eq!((third.ok().code, rows(&dump)), (0, 3));
    let text = std::fs::read_to_string(&dump).expect("a dump");
    assert!(text.contains("\"last_labeled\":\"20") && text.contains("\"checkpoint\":["), "{text}");
}
