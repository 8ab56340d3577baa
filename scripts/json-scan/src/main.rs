//! How fast JSON parsers go over a dump, on one core: the yardstick of docs/benchmarks.md and docs/decisions.md.
//!
//! ```text
//! json-scan DUMP [ROUNDS]     one line a contender: name, median MB/s
//! json-scan --scan DUMP       reads past every value of every line, as a program of its own that reads its input as ours do
//! ```

use serde::de::IgnoredAny;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::time::Duration;
use synpipe::dm::Arena;
use synpipe::dm::Seed;
use synpipe::item;
use synpipe::stream::parse_json;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let usage = "usage: json-scan DUMP [ROUNDS] or json-scan --scan DUMP";
    if args.get(1).is_some_and(|word| word == "--scan") {
        scan(args.get(2).expect(usage));
        return;
    }
    let path = args.get(1).expect(usage);
    run(path, args.get(2).map_or(5, |n| n.parse().expect("ROUNDS is a number")));
}

fn scan(path: &str) {
    let mut input = BufReader::with_capacity(256 * 1024, File::open(path).expect("the dump can be read"));
    let (mut line, mut rows) = (Vec::new(), 0);
    while input.read_until(b'\n', &mut line).expect("the dump can be read") > 0 {
        sonic_rs::from_slice::<IgnoredAny>(&line).expect("the dump is JSON");
        rows += 1;
        line.clear();
    }
    println!("{rows} lines");
}

/// The processor time of this thread: other programs on the machine take none of it.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse().ok()).expect("three numbers");
    Duration::from_nanos(nanoseconds)
}

fn run(path: &str, rounds: usize) {
    let bytes = std::fs::read(path).expect("the dump can be read");
    let lines: Vec<&[u8]> =
        bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty() && !l.starts_with(b"{\"@stream\"")).collect();
    let whole = lines.iter().map(|l| l.len()).sum::<usize>();
    println!("{} rows, {} MB", lines.len(), whole / 1_000_000);
    let rate = |name: &str, size: usize, each: &mut dyn FnMut()| {
        let mut times: Vec<f64> = (0..rounds)
            .map(|_| {
                let start = busy();
                each();
                (busy() - start).as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{name:<44} {:>8.0}", size as f64 / 1e6 / times[rounds / 2]);
    };

    rate("count newlines", bytes.len(), &mut || {
        black_box(memchr::memchr_iter(b'\n', &bytes).count());
    });
    rate("serde_json, skip every value", whole, &mut || {
        for l in &lines {
            black_box(serde_json::from_slice::<IgnoredAny>(l).is_ok());
        }
    });
    rate("sonic-rs, skip every value", whole, &mut || {
        for l in &lines {
            black_box(sonic_rs::from_slice::<IgnoredAny>(l).is_ok());
        }
    });
    rate("serde_json, into Value", whole, &mut || {
        for l in &lines {
            black_box(serde_json::from_slice::<serde_json::Value>(l).is_ok());
        }
    });
    rate("sonic-rs, into Value", whole, &mut || {
        for l in &lines {
            black_box(sonic_rs::from_slice::<sonic_rs::Value>(l).is_ok());
        }
    });
    let mut buffer = Vec::new();
    rate("simd-json, tape (copying the line first)", whole, &mut || {
        for l in &lines {
            buffer.clear();
            buffer.extend_from_slice(l);
            black_box(simd_json::to_tape(&mut buffer).is_ok());
        }
    });
    rate("ours, skip every value", whole, &mut || {
        for l in &lines {
            black_box(parse_json::<IgnoredAny>(l).is_ok());
        }
    });
    let mut arena = Arena::default();
    rate("ours, row and payload as convert reads them", whole, &mut || {
        for l in &lines {
            black_box(item::parse(l, Seed { arena: &mut arena }).is_ok());
        }
    });
}
