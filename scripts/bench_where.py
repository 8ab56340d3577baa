#!/usr/bin/env python3
"""Measures `syn-filter --where` beside jq on the same programs and rows: processor time on one thread, and the time of all threads.

bench_where.py [--mb N] [--program-folder FOLDER] [--update]    --update writes the table into docs/benchmarks.md
"""
import argparse
import subprocess
import sys
from pathlib import Path

from tools.measure import ROOT, corpus, put_section, rounds, table

PROGRAMS = [
    '.status_review == "completed"',
    ".id % 3 == 0",
    '(.data.annotations.image_1 // []) | length > 5',
    'any(.data.annotations[]?[]?; .tool == "polygon")',
    '[.data.annotations[]?[]?.classification.class] | unique | length > 2',
    "to_entries | length > 3",
]
# Times as fast as jq, for programs whose text tells which parts of a row they look at.
TARGET = 3
# They take the row as a whole: all of it has to become values, as in jq.
WHOLE = ["to_entries | length > 3"]

ABOUT = """## `--where` beside jq

    cargo build --release --bin syn-filter
    scripts/bench_where.py --update

{megabytes:.0f} MB of the same rows, megabytes a second of processor time on one thread, and how many times as fast as jq. What a program
looks at is read, the rest of a row is passed over; a program that takes the row as a whole (`to_entries`) is the slowest.

"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=20, help="size of the dump, MB")
    parser.add_argument("--program-folder", type=Path, default=ROOT / "target" / "release")
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    path, ours = corpus("ordinary", mb=args.mb), args.program_folder / "syn-filter"
    megabytes = path.stat().st_size / 1e6
    lines, slow = [], []
    for program in PROGRAMS:
        theirs = ["jq", "-c", f'select(has("@stream") or ({program}))', path]
        same_rows(theirs, [ours, "-q", "--where", program, path])
        took = rounds({
            "jq": theirs,
            "one": [ours, "-q", "--threads", "1", "--where", program, path],
            "all": [ours, "-q", "--where", program, path],
        }, 3)
        times = took["jq"].cpu / took["one"].cpu
        lines.append([f"`{program}`".replace("|", "\\|"), f"{megabytes / took['jq'].cpu:.3g}", f"{megabytes / took['one'].cpu:.3g}",
                      f"{times:.1f}", f"{took['jq'].seconds / took['all'].seconds:.1f}", f"{took['all'].peak:.0f}"])
        slow += [program] if times < TARGET and program not in WHOLE else []
    text = table(["program", "jq, MB/s", "--where, MB/s", "times, processor", "times, all threads", "peak MiB"], lines)
    print(text)
    if args.update:
        put_section(ROOT / "docs" / "benchmarks.md", "where", ABOUT.format(megabytes=megabytes) + text)
    if slow:
        sys.exit(f"less than {TARGET} times as fast as jq: {', '.join(slow)}")


def same_rows(theirs, ours):
    """Fails unless both select the same rows."""
    ids = [subprocess.run(f"{line} | grep -v @stream | grep -o '\"id\": *[0-9]*' | head -1000 | tr -d ' '", shell=True,
                          capture_output=True, check=True, text=True).stdout for line in (shell(theirs), shell(ours))]
    if ids[0] != ids[1]:
        sys.exit(f"{ours}: other rows than {theirs}")


def shell(words):
    return " ".join("'" + str(word).replace("'", "'\\''") + "'" for word in words)


if __name__ == "__main__":
    main()
