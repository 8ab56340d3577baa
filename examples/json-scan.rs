//! How fast JSON parsers go over a dump, on one core: the yardstick of docs/benchmarks.md and docs/decisions.md.
//!
//! ```text
//! json-scan DUMP [ROUNDS]     one line a contender: name, median MB/s
//! ```

use serde::de::{DeserializeSeed, IgnoredAny};
use std::hint::black_box;
use std::time::Instant;
use synpipe::dm::payload::Seed;
use synpipe::dm::{Arena, Payload};
use synpipe::item::{self, KeepRaw};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = args.get(1).expect("usage: json-scan DUMP [ROUNDS]");
    let rounds = args.get(2).map_or(5, |n| n.parse().expect("ROUNDS is a number"));
    // Deep nesting costs stack; see stream::json.
    let path = path.clone();
    let thread = std::thread::Builder::new().stack_size(synpipe::stream::json::PARSER_STACK);
    thread.spawn(move || run(&path, rounds)).expect("a thread").join().expect("no panic");
}

fn run(path: &str, rounds: usize) {
    let bytes = std::fs::read(path).expect("the dump can be read");
    let lines: Vec<&[u8]> =
        bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty() && !l.starts_with(b"{\"@stream\"")).collect();
    let payloads: Vec<&str> = lines
        .iter()
        .filter_map(|l| match item::parse(l, KeepRaw).ok()?.data?.0 {
            std::borrow::Cow::Borrowed(text) => Some(text),
            std::borrow::Cow::Owned(_) => None,
        })
        .collect();

    let whole = lines.iter().map(|l| l.len()).sum::<usize>();
    let inner = payloads.iter().map(|p| p.len()).sum::<usize>();
    println!("{} rows, {} MB, payloads {} MB", lines.len(), whole / 1_000_000, inner / 1_000_000);
    let rate = |name: &str, size: usize, each: &mut dyn FnMut()| {
        let mut times: Vec<f64> = (0..rounds)
            .map(|_| {
                let start = Instant::now();
                each();
                start.elapsed().as_secs_f64()
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
    let mut arena = Arena::default();
    let mut failed = 0usize;
    rate("sonic-rs, our payload model", inner, &mut || {
        for p in &payloads {
            let mut parser = sonic_rs::Deserializer::from_str(p);
            failed += usize::from(model(&mut arena, &mut parser).is_none());
        }
    });
    rate("sonic-rs, row and payload as convert reads them", whole, &mut || {
        for l in &lines {
            black_box(item::parse(l, Seed { arena: &mut arena }).is_ok());
        }
    });
    if failed > 0 {
        println!("{failed} payloads were not parsed");
    }
}

/// Parses a payload with any parser; its number of media, so that nothing is optimised away.
fn model<'de, D: serde::Deserializer<'de>>(arena: &mut Arena, parser: D) -> Option<usize> {
    let payload: Payload<'de> = Seed { arena }.deserialize(parser).ok()?;
    Some(black_box(payload.media.len()))
}
