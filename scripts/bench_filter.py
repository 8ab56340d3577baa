#!/usr/bin/env python3
"""What the options of `syn-filter` cost that need more than a look at each row, beside the plain selection, in one run.

    cargo build --release --bin syn-filter
    bench_filter.py --bin target/release [--rows 1000000] [--kind tiny]    writes docs/benchmarks.md
    bench_filter.py --bin target/debug --quick                             few rows, prints: does it all still run?

Processor time is user and system of all threads, the median of the rounds; jobs take turns, so that a noisy machine disturbs all alike. "rate" is that
of the selection as a share: 0.5 takes twice as long. The dump is kept below target/bench.
"""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from measure import ROOT, corpus, put_section, rounds, table  # noqa: E402

DOCUMENT = ROOT / "docs" / "benchmarks.md"
# The selection that all are compared with: it answers for each row, and writes all of them.
PLAIN = ["--status", "completed"]
JOBS = {
    "`--count-by class`": ["--count-by", "class"],
    "`--count-by class,review,created:month`": ["--count-by", "class,review,created:month"],
    "`--keep-class truck,bicycle`": ["--keep-class", "truck,bicycle"],
    "`--rename truck=car`": ["--rename", "truck=car"],
    "`--min-size 32`": ["--min-size", "32"],
    "`--latest`": ["--latest"],
    "`--sample 10000`": ["--sample", "10000"],
    "`--per-class 1000`": ["--per-class", "1000"],
    "`--shuffle`": ["--shuffle"],
}
# MiB: what the memory of any of them stays below.
MOST = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kind", default="tiny", choices=["tiny", "boxes", "ordinary"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    rows = 3000 if args.quick else args.rows
    dump = corpus(args.kind, rows=rows)
    size = dump.stat().st_size
    filter_ = [args.bin.resolve() / "syn-filter", "-q", "--threads", args.threads]
    plain = "`--status completed`, all rows"
    jobs = {plain: [*filter_, *PLAIN, dump], **{name: [*filter_, *options, dump] for name, options in JOBS.items()}}
    took = rounds(jobs, 1 if args.quick else args.rounds)
    lines = [[name, f"{t.cpu:.2f}", f"{size / t.cpu / 1e6:,.0f}", f"{took[plain].cpu / t.cpu:.2f}", f"{t.peak:.0f}"] for name, t in took.items()]
    text = table(["option", "processor time, s", "MB/s", "rate", "peak memory, MiB"], lines)
    if args.quick:
        print(f"\n== syn-filter\n\n{text}")
    else:
        put_section(DOCUMENT, f"filter options, {args.kind}", text)
        print(text)
    large = [name for name, t in took.items() if t.peak > MOST]
    if large:
        sys.exit(f"more than {MOST} MiB: {', '.join(large)}")


if __name__ == "__main__":
    main()
