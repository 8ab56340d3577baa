#!/usr/bin/env python3
"""The driver for Ray (scripts/ray/export.py) without Ray: command lines, exit codes of pipes, programs that are ended.

    check_driver.py [--bin target/debug]
"""
import argparse
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent / name) for name in ("tools", "ray")]
import export  # noqa: E402
from servers import expect  # noqa: E402

LINES = ["syn-fetch: error: no answer", "syn-sink: error: no room", "syn-sink: error: cannot write"]
# Programs of the pipe, their exit codes, the code of the whole, whether it may succeed on another attempt, and why.
VERDICTS = [
    (["syn-fetch", "syn-sink"], [0, 0], None),
    (["syn-fetch", "syn-sink"], [7, 0], None),
    (["syn-fetch", "syn-sink"], [7, 7], None),
    (["syn-fetch", "syn-sink"], [5, 5], (5, True, "syn-fetch: error: no answer")),
    (["syn-fetch", "syn-sink"], [4, 4], (4, False, "syn-fetch: error: no answer")),
    (["syn-fetch", "syn-sink"], [0, 6], (6, True, "syn-sink: error: cannot write")),
    (["syn-fetch", "syn-sink"], [-signal.SIGPIPE, 6], (6, True, "syn-sink: error: cannot write")),
    (["syn-fetch", "syn-sink"], [-signal.SIGPIPE, 0], (141, True, "syn-fetch was ended by SIGPIPE")),
    (["syn-fetch", "syn-sink"], [-signal.SIGKILL, 3], (137, True, "syn-fetch was ended by SIGKILL")),
    (["syn-fetch", "syn-convert", "syn-sink"], [0, -signal.SIGSEGV, 3], (139, True, "syn-convert was ended by SIGSEGV")),
    (["syn-fetch", "syn-convert", "syn-sink"], [0, 2, 3], (2, False, "syn-convert ended with 2")),
    (["syn-fetch", "syn-convert", "syn-sink"], [0, 3, 3], (3, False, "syn-convert ended with 3")),
    (["syn-sink"], [1], (1, False, "syn-sink: error: cannot write")),
    (["syn-sink"], [143], (143, True, "syn-sink: error: cannot write")),
]


def check_verdicts():
    for names, codes, want in VERDICTS:
        failure = export.verdict(names, codes, LINES)
        have = failure and (failure.code, isinstance(failure, export.FailedForNow), failure.why)
        expect(f"verdict of {names} {codes}", have, want)


def check_lines():
    given = ["--parts", "2", "--run", "s3://b/run", "--dest", "s3://b/set", "--fetch", "--project 42", "--filter", "--limit", "--convert",
             "--to 'coco'", "--sink", "--strict", "--token-file", "/run/t"]
    it = export.asked(export.arguments(given))
    expect("a part", it.fetch_part(2, "7"), [
        ["syn-fetch", "--project", "42", "--token-file", "/run/t", "--shard", "2/2@7"], ["syn-sink", "s3://b/run/part-2.ndjson.zst"]])
    expect("bounds", it.find_bounds(), [["syn-fetch", "--project", "42", "--token-file", "/run/t", "--shard-bounds", "2"]])
    expect("convert", it.convert_all(), [
        ["syn-fetch", "--dump", "s3://b/run/part-1.ndjson.zst", "s3://b/run/part-2.ndjson.zst"], ["syn-filter", "--limit"],
        ["syn-convert", "--to", "coco"], ["syn-sink", "s3://b/run/list.ndjson.zst"]])
    expect("sink", it.sink_part(1), [["syn-sink", "--strict", "--part", "1/2", "s3://b/run/list.ndjson.zst", "s3://b/set"]])
    expect("join", it.join(), [["syn-sink", "--join", "2", "s3://b/run/list.ndjson.zst", "s3://b/set"]])
    for change in (["--parts", "0"], ["--parts", "two"], ["--fetch", "'"], ["--fetch", "--project 42 --limit=5"], ["--retries", "-1"], ["--cpus", "no"]):
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                export.arguments([*given, *change])
            except SystemExit as e:
                expect(f"exit code of {change}", e.code, 2)
            else:
                raise SystemExit(f"FAILED {change} is taken")


def check_pipes(folder):
    """Pipes of small programs in the working directory, whose mode is lost as by Ray 2.50."""
    for name, text in {"syn-fetch": 'echo "$1"; echo "syn-fetch: info: $1" >&2; exit "$2"', "syn-sink": "tr a-z A-Z",
                       "syn-filter": "exec sleep 60"}.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(0o644)
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        expect("output", export.run_pipe([["syn-fetch", "a b", "0"], ["syn-sink"]]).output, "A B")
        expect("exit code", export.run_pipe([["syn-fetch", "x", "7"], ["syn-sink"]]).code, 7)
        for pipe, want in [([["syn-fetch", "x", "5"], ["syn-sink"]], 5), ([["syn-nothing"]], 2)]:
            try:
                export.run_pipe(pipe)
            except export.Failed as e:
                expect(f"code of {pipe}", e.code, want)
            else:
                raise SystemExit(f"FAILED {pipe} succeeds")
    expect("what was said", said.getvalue(), "syn-fetch: info: a b\nsyn-fetch: info: x\nsyn-fetch: info: x\n")


def check_ends(folder):
    """Programs end with the process that runs them, whichever way it goes."""
    code = f"import sys; sys.path.insert(0, {str(Path(export.__file__).parent)!r}); import export; export.run_pipe([['syn-filter']])"
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        worker = subprocess.Popen([sys.executable, "-c", code], cwd=folder, stderr=subprocess.DEVNULL)
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
        child = wait(lambda: children.read_text().split(), "a child")[0]
        # By then it is the program, and no longer what puts it on the leash.
        wait(lambda: b"sleep" in Path(f"/proc/{child}/cmdline").read_bytes(), "the program")
        worker.send_signal(number)
        worker.wait()
        wait(lambda: not Path(f"/proc/{child}/cmdline").exists() or not Path(f"/proc/{child}/cmdline").read_bytes(), f"the end after {number!r}")


def wait(holds, what):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if found := holds():
            return found
        time.sleep(0.02)
    raise SystemExit(f"FAILED {what} does not come")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="taken, and not needed")
    parser.parse_args()
    check_verdicts()
    check_lines()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_pipes(Path(folder))
        check_ends(Path(folder))
        os.chdir("/")
    print(f"driver: {len(VERDICTS)} verdicts, command lines, pipes; programs end with their task")


if __name__ == "__main__":
    main()
