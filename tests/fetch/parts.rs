//! Exports in parts, and the parts as one stream again: `--shard`, `--shard-bounds`, `--dump`.

use crate::common::fetch::{Ran, TOKEN, command, fetch, run};
use crate::common::stand_in::StandIn;
use crate::common::world::{World, dense, text, uneven};
use std::fs;
use std::path::Path;

/// The options of each target.
const TARGETS: [&[&str]; 3] = [&["--project", "42"], &["--project", "42", "--target", "task"], &["--gt-version", "15"]];

/// What `--shard-bounds` prints.
fn bounds(server: &StandIn, scope: &[&str], of: usize) -> String {
    let ran = fetch(server, &[scope, &["--shard-bounds", &of.to_string()]].concat()).ok();
    assert_eq!((ran.out.lines().count(), ran.out.ends_with('\n')), (1, true), "{}", ran.out);
    ran.out.trim_end().to_owned()
}

/// Fetches all parts into a folder, as `part-I.ndjson` and an ending; gives their bounds.
fn parts(server: &StandIn, scope: &[&str], of: usize, folder: &Path, ending: &str) -> String {
    let bounds = bounds(server, scope, of);
    for index in 1..=of {
        let file = folder.join(format!("part-{index}.ndjson{ending}"));
        let shard = format!("{index}/{of}@{bounds}");
        let attempt = || fetch(server, &[scope, &["--shard", &shard, "-o", text(&file)]].concat());
        // Rows that are added while they are read may be missed, which is told.
        let again = |ran: &Ran| ran.code == 5 && ran.err.contains("run again");
        (0..5).map(|_| attempt()).find(|ran| !again(ran)).unwrap_or_else(attempt).ok();
    }
    bounds
}

/// Joins dumps, in the order in which they are named.
fn join(folder: &Path, names: &[&str], options: &[&str]) -> Ran {
    let mut command = command(&[&["--dump"], names, options].concat());
    command.current_dir(folder);
    run(command)
}

/// Compares two streams byte for byte.
fn same(joined: &Ran, whole: &Ran, what: impl std::fmt::Debug) {
    let frames = |ran: &Ran| [ran.must("begin"), ran.must("end")];
    assert_eq!(frames(joined), frames(whole), "{what:?}");
    assert!(joined.out == whole.out, "{what:?}: the rows differ, or the order of keys in a frame");
}

#[test]
fn parts_in_any_order_are_the_undivided_run() {
    for (ids, args) in
        [(dense(), &[][..]), (uneven(), &[]), (uneven(), &["--no-cursor"]), (vec![7], &[]), (vec![], &[])]
    {
        let world = World::new(ids, 400, args);
        for scope in TARGETS {
            let whole = fetch(&world.server, scope).ok();
            for (of, ending) in [(1, ""), (2, ".gz"), (3, ".zst"), (8, "")] {
                let folder = tempfile::tempdir().expect("a folder");
                parts(&world.server, scope, of, folder.path(), ending);
                let name = |index: usize| format!("part-{index}.ndjson{ending}");
                let mut names: Vec<String> = (1..=of).map(name).collect();
                for turn in 0..2 {
                    names.rotate_left(turn);
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let joined = join(folder.path(), &names, &[]).ok();
                    same(&joined, &whole, (scope, of, args));
                }
                assert!(join(folder.path(), &["part-*"], &[]).ok().out == whole.out);
                assert!(join(folder.path(), &["."], &["--bare"]).ok().out.lines().eq(whole.items()));
            }
        }
    }
}

#[test]
fn selections_and_lists_of_ids_are_divided_too() {
    let world = World::new(uneven(), 400, &[]);
    let list = world.path("ids.txt");
    let listed: Vec<String> = uneven().iter().step_by(3).chain([&77_777_777]).map(i64::to_string).collect();
    fs::write(&list, listed.join("\n")).expect("a file");
    let long = world.path("long.txt");
    let many: Vec<String> = (1..3000).map(|n| (n * 7 % 3001).to_string()).collect();
    fs::write(&long, many.join("\n")).expect("a file");
    let inline = format!("ids={}", many.join(","));
    let (list, long) = (text(&list), text(&long));
    for scope in [
        &["--project", "42", "--ids-from", list][..],
        &["--project", "42", "--ids-from", long],
        &["--project", "42", "--target", "task", "--ids-from", list],
        &["--project", "42", "--filter", &inline],
        &["--project", "42", "--filter", "id__gte=900", "--filter", "id__lt=2000"],
        &["--project", "42", "--since", "2026-01-05"],
        &["--project", "42", "--sample", "0.3"],
        &["--project", "42", "--limit", "100"],
        &["--project", "42", "--limit", "5"],
        &["--gt-version", "15", "--limit", "100"],
        &["--gt-version", "15", "--verify"],
        &["--project", "42", "--verify"],
        &["--project", "42", "--ids-only"],
        &["--gt-version", "15", "--category", "train"],
        &["--gt-version", "15", "--ids-from", list],
    ] {
        let whole = fetch(&world.server, scope).ok();
        let folder = tempfile::tempdir().expect("a folder");
        parts(&world.server, scope, 4, folder.path(), ".zst");
        let joined = join(folder.path(), &["part-*"], &[]).ok();
        same(&joined, &whole, scope);
    }
    let scope = ["--gt-version", "15", "--ids-from", long, "--shard", "1/2"];
    assert!(fetch(&world.server, &scope).with_code(2).err.contains("leave out --shard"));
}

#[test]
fn what_is_not_all_parts_of_one_export_once_is_refused() {
    let (world, elsewhere) = (World::new(uneven(), 400, &[]), World::new(uneven(), 400, &[]));
    for scope in TARGETS {
        let whole = fetch(&world.server, scope).ok();
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let cut_at = parts(&world.server, scope, 3, folder.path(), "");
        let read = |name: &str| fs::read_to_string(at(name)).expect("a part");
        // An attempt that is the same, one that is not, and what is no part of this export.
        fs::copy(at("part-2.ndjson"), at("again.ndjson")).expect("a copy");
        let second = read("part-2.ndjson");
        fs::write(at("other.ndjson"), second.replacen("\"pad\":\"x", "\"pad\":\"y", 1)).expect("a file");
        let lines: Vec<&str> = second.lines().collect();
        fs::write(at("cut.ndjson"), lines[..lines.len() / 2].join("\n") + "\n").expect("a file");
        let torn = &second.as_bytes()[..second.len() * 2 / 3];
        fs::write(at("torn.ndjson"), torn).expect("a file");
        let lost: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != 3).map(|(_, line)| *line).collect();
        fs::write(at("lost.ndjson"), lost.join("\n") + "\n").expect("a file");
        fs::write(at("bare.ndjson"), lines[1..5].join("\n") + "\n").expect("a file");
        fs::write(at("empty.ndjson"), "").expect("a file");
        fs::write(at("text.ndjson"), "hello\n").expect("a file");
        fs::write(at("two.ndjson"), second.clone() + &read("part-3.ndjson")).expect("a file");
        fs::write(at("whole.ndjson"), &whole.out).expect("a file");
        let fetch_to = |server: &StandIn, more: &[&str], name: &str| {
            let file = at(name);
            fetch(server, &[scope, more, &["-o", text(&file)]].concat()).ok();
        };
        let shard = |part: &str| format!("{part}/3@{cut_at}");
        fetch_to(&world.server, &["--shard", &shard("2"), "--filter", "ids_ex=1"], "query.ndjson");
        fetch_to(&elsewhere.server, &["--shard", &shard("2")], "host.ndjson");
        fetch_to(&world.server, &["--shard", "2/4"], "of.ndjson");
        fetch_to(&world.server, &["--shard", "2/3@3,4"], "bounds.ndjson");
        fetch_to(&world.server, &["--shard", &shard("2"), "--limit", "3"], "limit.ndjson");
        let (one, two, three) = ("part-1.ndjson", "part-2.ndjson", "part-3.ndjson");
        for (names, code, said) in [
            (&[three, one, two][..], 0, ""),
            (&[one, two, three, "again.ndjson"], 0, "part-2.ndjson and again.ndjson are the same"),
            (&[one, two, three, two], 0, "are the same"),
            (&[one, three], 3, "1 of 3 parts is missing: 2/3"),
            (&[two], 3, "2 of 3 parts are missing: 1/3, 3/3"),
            (&[one, two, three, "other.ndjson"], 3, "part-2.ndjson and other.ndjson are not the same; leave out"),
            (&[one, two, three, "cut.ndjson"], 3, "are not the same (cut.ndjson was cut)"),
            (&["torn.ndjson", one, two, three], 3, "are not the same (torn.ndjson was cut)"),
            (&[one, "cut.ndjson", three], 3, "cut.ndjson was cut after"),
            (&[one, "torn.ndjson", three], 3, "torn.ndjson was cut after"),
            (&[one, "lost.ndjson", three], 3, "lost.ndjson: the end frame counts"),
            (&[one, "bare.ndjson", three], 3, "bare.ndjson has no begin frame"),
            (&[one, "empty.ndjson", three], 3, "empty.ndjson is empty"),
            (&[one, "text.ndjson", three], 3, "text.ndjson has no begin frame"),
            (&[one, "two.ndjson"], 3, "missing"),
            (&[one, three, "two.ndjson"], 3, "two.ndjson holds several streams"),
            (&[one, "query.ndjson", three], 3, "query.ndjson is no part of the export"),
            (&[one, "host.ndjson", three], 3, "its host is"),
            (&["host.ndjson", one, three], 3, "host.ndjson is no part of the export that part-1.ndjson"),
            (&[one, "of.ndjson", three], 3, "its shard is"),
            (&[one, "bounds.ndjson", three], 3, "bounds.ndjson is no part"),
            (&[one, "limit.ndjson", three], 3, "its limit is 3, and there null"),
            (&[one, two, three, "whole.ndjson"], 3, "whole.ndjson is no part"),
            (&["whole.ndjson"], 0, ""),
            (&["nothing.ndjson"], 3, "cannot read nothing.ndjson"),
            (&["nothing-*"], 3, "nothing is called nothing-*"),
            (&["-"], 2, "standard input can be read once"),
        ] {
            let joined = join(folder.path(), names, &[]).with_code(code);
            assert!(joined.err.contains(said), "{scope:?} {names:?}: {}", joined.err);
            match code {
                0 => assert!(joined.out == whole.out, "{scope:?} {names:?}"),
                _ => {
                    assert_eq!(joined.err.lines().count(), 1, "{}", joined.err);
                    assert_eq!(joined.must("error")["exit"], code, "{names:?}");
                    assert!(joined.frame("end").is_none(), "{names:?}");
                }
            }
        }
        let rows = |names: &[&str]| names.iter().map(|name| read(name).lines().count() - 2).sum::<usize>();
        for (names, items, said) in [
            (&[one, three][..], rows(&[one, three]), "warning: 1 of 3 parts is missing: 2/3"),
            (&[one, "cut.ndjson", three], rows(&[one, three]) + lines.len() / 2 - 1, "warning: cut.ndjson was cut"),
            (&[one, "lost.ndjson", three], rows(&[one, "lost.ndjson", three]), "lost.ndjson: the end frame counts"),
        ] {
            let joined = join(folder.path(), names, &["--allow-partial"]).ok();
            assert!(joined.err.contains(said), "{}", joined.err);
            assert_eq!((joined.items().len(), &joined.must("end")["count"]), (items, &items.into()));
        }
        join(folder.path(), &[one, "query.ndjson", three], &["--allow-partial"]).with_code(3);
        join(folder.path(), &[one, two, three, "other.ndjson"], &["--allow-partial"]).with_code(3);
    }
}

#[test]
fn what_has_no_effect_on_dumps_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for options in
        [&["--project", "42"][..], &["--status", "completed"], &["--limit", "5"], &["--shard", "1/2"], &["--resume"]]
    {
        let ran = join(folder.path(), &["x.ndjson"], options).with_code(2);
        assert!(ran.err.contains(options[0]) && ran.err.contains("--dump"), "{}", ran.err);
    }
    let ran = run(command(&["projects", "--dump", "x"])).with_code(2);
    assert!(ran.err.contains("--dump"), "{}", ran.err);
    let ran = run(command(&["--project", "42", "--allow-partial"])).with_code(2);
    assert!(ran.err.contains("--dump"), "{}", ran.err);
    for options in [["--shard", "1/2"], ["--dry-run", "-q"], ["--resume", "-q"]] {
        let ran = run(command(&[&["--project", "42", "--shard-bounds", "3"], &options[..]].concat())).with_code(2);
        assert!(ran.err.contains("--shard-bounds"), "{}", ran.err);
    }
}

#[test]
fn bounds_for_many_parts_cost_few_requests() {
    const LISTS: [&str; 2] = ["/requests/~1sdk~1assignments~1", "/requests/~1sdk~1ground_truth_events~1"];
    let world = World::new((0..12_000).map(|n| 1000 + n * 3 + n * n % 3), 300, &[]);
    for (scope, list, most) in [(TARGETS[0], LISTS[0], 60), (TARGETS[2], LISTS[1], 20)] {
        let before = world.server.count(list);
        let cut_at = bounds(&world.server, scope, 400);
        let requests = world.server.count(list) - before;
        assert!(requests <= most, "{requests} requests for 400 parts of 12,000 rows");
        assert_eq!(cut_at.split(',').count(), 399);
        // A part that is given its bounds asks for no more than its rows.
        let before = world.server.count(list);
        let part = fetch(&world.server, &[scope, &["--shard", &format!("200/400@{cut_at}")]].concat()).ok();
        let requests = world.server.count(list) - before;
        assert!(requests <= most && (20..40).contains(&part.items().len()), "{requests}, {}", part.items().len());
    }
}

#[test]
fn parts_stay_disjoint_when_rows_come_and_go() {
    for (mutate, scope) in ["insert", "delete", "both"].into_iter().flat_map(|m| TARGETS.map(|scope| (m, scope))) {
        let world = World::new(dense(), 400, &["--mutate", mutate, "--mutate-after", "12"]);
        let folder = tempfile::tempdir().expect("a folder");
        parts(&world.server, scope, 5, folder.path(), "");
        let joined = join(folder.path(), &["part-*"], &[]).ok();
        let key = if scope[0] == "--gt-version" { "pgh_id" } else { "id" };
        let keys = joined.numbers(key);
        assert!(keys.is_sorted_by(|a, b| a > b), "{mutate} {scope:?}");
        // What the server has now is there; nothing else that it never had.
        let now = fetch(&world.server, scope).ok().numbers(key);
        let missing = now.iter().filter(|id| !keys.contains(id)).count();
        assert!(mutate != "delete" || missing == 0, "{mutate} {scope:?}: {missing} are missing");
        assert!(keys.len() <= 1200);
    }
}

#[test]
fn a_scheduler_says_which_part() {
    let world = World::new(dense(), 400, &[]);
    let scope = ["--project", "42"];
    let cut_at = bounds(&world.server, &scope, 3);
    let second = fetch(&world.server, &["--project", "42", "--shard", &format!("2/3@{cut_at}")]).ok();
    let auto = |shard: &str, variables: &[(&str, &str)]| {
        let mut command = command(&["--project", "42", "--shard", shard]);
        command.env("SYNAPSE_HOST", &world.server.url).env("SYNAPSE_ACCESS_TOKEN", TOKEN);
        command.envs(variables.iter().copied());
        run(command)
    };
    let (slurm, counted) = (("SLURM_ARRAY_TASK_ID", "1"), ("SLURM_ARRAY_TASK_COUNT", "3"));
    let kubernetes = ("JOB_COMPLETION_INDEX", "1");
    for (shard, variables, name) in [
        (format!("auto@{cut_at}"), &[kubernetes][..], "part 2 of 3, by JOB_COMPLETION_INDEX (Kubernetes)"),
        ("auto/3".to_owned(), &[kubernetes], "Kubernetes"),
        ("auto".to_owned(), &[slurm, counted], "part 2 of 3, by SLURM_ARRAY_TASK_ID (Slurm)"),
        (format!("auto/3@{cut_at}"), &[slurm, counted], "Slurm"),
    ] {
        let ran = auto(&shard, variables).ok();
        assert!(ran.out == second.out && ran.err.contains(name), "{shard}: {}", ran.err);
        // The filter says and takes the same.
        if shard.contains('@') {
            let file = world.path("whole.ndjson");
            fetch(&world.server, &["--project", "42", "-o", text(&file)]).ok();
            let mut filter = std::process::Command::new(crate::common::exe("syn-filter"));
            filter.args(["--bare", "--shard", &shard, text(&file)]).envs(variables.iter().copied());
            let filtered = filter.output().expect("syn-filter");
            assert!(String::from_utf8_lossy(&filtered.stderr).contains(name));
            assert!(String::from_utf8_lossy(&filtered.stdout).lines().eq(second.items()));
        }
    }
    for (shard, variables, said) in [
        ("auto", &[][..], "no scheduler has numbered this process"),
        ("auto", &[kubernetes], "give --shard auto/N"),
        ("auto/4", &[slurm, counted], "says 3 parts, and the option says 4"),
        ("auto/1", &[kubernetes], "there is 1 part:"),
        ("auto/3", &[kubernetes, slurm, ("SLURM_ARRAY_TASK_MIN", "1")], "contradict"),
        ("auto", &[("SLURM_ARRAY_TASK_ID", "one")], "no number"),
        ("auto/3@5", &[kubernetes], "between 2 parts, and there are to be 3"),
        ("2/3@", &[], "are for 1 part"),
    ] {
        let ran = auto(shard, variables).with_code(2);
        assert!(ran.err.contains(said) && ran.err.lines().count() == 1, "{shard}: {}", ran.err);
    }
}
