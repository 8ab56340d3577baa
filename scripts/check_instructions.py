#!/usr/bin/env python3
"""Counts the instructions of the hot jobs with callgrind and compares them with the counts kept in tests/instructions.json.

    check_instructions.py             fails when a job needs 5 % more than the count kept, the start 25 %; says when it needs as much less
    check_instructions.py --update    keeps the counts of now
    check_instructions.py --built     does not build first

Instruction counts are the same from run to run where times are not. They depend on the compiler and on the vector instructions
that valgrind offers, so the counts kept name the compiler they were made with.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "instructions.json"
TOLERANCE = 0.05
# Every new option costs a little at the start.
TOLERANCE_OF_START = 0.25
ROWS = 600

CONVERT = ["syn-convert", "-q", "--threads", "1", "--images", "omit", "--to"]
JOBS = {
    "filter --status-review": ["syn-filter", "-q", "--threads", "1", "--status-review", "completed"],
    "convert yolo": [*CONVERT, "yolo"],
    "convert coco": [*CONVERT, "coco"],
    "convert csv": [*CONVERT, "csv"],
}
START_UP = "start of convert"


def count(command):
    """Instructions of one run."""
    # Not subprocess.DEVNULL, which is open for reading, too, and so looks like an output that was closed.
    with open(os.devnull, "wb") as nowhere:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)],
            stdout=nowhere, stderr=subprocess.PIPE, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"{command}: status {done.returncode}: {done.stderr[-1000:]}")
    return int(found[1])


def compiler():
    return subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "profiling")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--built", action="store_true")
    args = parser.parse_args()
    if not args.built:
        subprocess.run(["cargo", "build", "--quiet", "--profile", "profiling", "--no-default-features", "--bin", "syn-filter", "--bin", "syn-convert"],
                       cwd=ROOT, check=True)

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "ordinary.ndjson"
        with open(corpus, "wb") as out:
            subprocess.run([sys.executable, ROOT / "scripts" / "make_corpus.py", "ordinary", "--rows", str(ROWS)],
                           stdout=out, check=True)
        empty = Path(folder) / "empty.ndjson"
        empty.write_text('{"@stream":"begin","kind":"items"}\n{"@stream":"end","count":0}\n')
        counts = {name: count([args.bin / job[0], *job[1:], corpus]) for name, job in JOBS.items()}
        counts[START_UP] = count([args.bin / "syn-convert", *CONVERT[1:], "csv", empty])

    now = {"compiler": compiler(), "counts": counts}
    if args.update:
        KEPT.write_text(json.dumps(now, indent=2) + "\n")
        print(f"kept in {KEPT.relative_to(ROOT)}")
        return
    kept = json.loads(KEPT.read_text())
    failed = False
    for name, n in counts.items():
        before = kept["counts"].get(name)
        change = n / before - 1 if before else float("inf")
        tolerance = TOLERANCE_OF_START if name == START_UP else TOLERANCE
        failed |= change > tolerance
        # A gain that is not kept is one that may be lost again unseen.
        word = "MORE" if change > tolerance else "less" if change < -tolerance else "ok"
        print(f"{word:8} {name:24} {n:>14,} instructions, {change:+.1%}")
    if failed:
        if kept["compiler"] != now["compiler"]:
            print(f"the counts kept are those of {kept['compiler']}, this is {now['compiler']}")
        sys.exit("instruction counts grew by more than the tolerance: find out why (callgrind_annotate), and when the change is meant run "
                 "scripts/check_instructions.py --update")


if __name__ == "__main__":
    main()
