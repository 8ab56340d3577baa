#!/usr/bin/env python3
"""Times syn-fetch against the stand-in beside the platform's own export handler and prints a table in Markdown.

    bench_fetch.py --bin target/dist [--rows 40000] [--latency-ms 300] [--skip-sdk]

The server waits before every answer, so these are numbers of waiting, not of computing: they hold on a busy machine as long as
its cores keep up with the bytes. Ends with 1 when a bound is not met. Corpora are made once below target/bench.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from bench import machine

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from measure import ENVIRONMENTS, FOLDER, ROOT, corpus  # noqa: E402

TOKEN = "syn_bench"
CONCURRENCY = 8

# What an export of the platform does before it converts: its handler walks the list and gives items.
PLATFORM = """
import sys
from synapse_sdk.clients.backend import BackendClient
from synapse_sdk.plugins.actions.export.handlers import TargetHandlerFactory
target, scope, value = sys.argv[2], sys.argv[3], int(sys.argv[4])
with BackendClient(sys.argv[1], access_token="syn_bench") as client:
    handler = TargetHandlerFactory.get_handler(target)
    filters = handler.validate_filter({scope: value}, client)
    results, _ = handler.get_results(client, {**filters, "expand": "data"})
    print(sum(1 for _ in handler.get_export_item(results)))
"""
SCOPES = {"assignment": ("project", 42), "task": ("project", 42), "ground_truth": ("ground_truth_dataset_version", 15)}


@contextmanager
def server(binary, dump, *options):
    command = [binary, "--dump", dump, "--token", TOKEN, "--classes", "none", *map(str, options)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line.startswith("listening on "):
                sys.exit(f"{command}: did not start")
            yield line.split()[-1]
        finally:
            process.terminate()


def pages(url):
    with urlopen(f"{url}/_stats") as answer:
        return sum(n for path, n in json.load(answer)["requests"].items() if path.startswith("/sdk/"))


def run(command, env, out=None):
    """Seconds, peak MiB and standard output of one run; of one whose output is `out`, standard error."""
    start = time.perf_counter()
    with subprocess.Popen([str(c) for c in command], env={**os.environ, **env}, stdout=out or subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        text = b"" if out else process.stdout.read()
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if status != 0:
        sys.exit(f"{command}: status {status}: {error.decode(errors='replace')[-500:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, error if out else text


class Bench:
    def __init__(self, args):
        self.fetch = args.bin / "syn-fetch"
        self.stand_in = args.bin / "examples" / "stand-in"
        self.python = args.venv / "bin" / "python"
        self.rounds = args.rounds
        self.failed = []

    def ours(self, url, target="assignment", *options, want):
        """Seconds, peak MiB and list requests of one run that writes to /dev/null and must bring `want` rows."""
        scope = ["--gt-version", "15"] if target == "ground_truth" else ["--project", "42", "--target", target]
        env = {"SYNAPSE_HOST": url, "SYNAPSE_ACCESS_TOKEN": TOKEN}
        command = [self.fetch, *scope, "--concurrency", CONCURRENCY, *options]
        runs = []
        for _ in range(self.rounds):
            before = pages(url)
            with open(os.devnull, "wb") as null:
                seconds, peak, said = run(command, env, null)
            rows = int(re.search(rb"info: ([\d,]+) ", said).group(1).replace(b",", b""))
            self.bound(f"{target}: rows", rows, want, rows == want)
            runs.append((seconds, peak, pages(url) - before))
        return min(runs)

    def platform(self, url, target, want):
        scope, value = SCOPES[target]
        before = pages(url)
        seconds, peak, out = run([self.python, "-c", PLATFORM, url, target, scope, value], {"NO_PROXY": "127.0.0.1"})
        self.bound(f"platform, {target}: rows", int(out), want, int(out) == want)
        return seconds, peak, pages(url) - before

    def bound(self, what, have, limit, holds):
        if not holds:
            self.failed.append(f"{what}: {have}, the bound is {limit}")


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "dist")
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--latency-ms", type=int, default=300)
    parser.add_argument("--venv", type=Path, default=ENVIRONMENTS / ".venv")
    parser.add_argument("--rounds", type=int, default=2, help="the shortest of so many runs counts: others only add to waiting")
    parser.add_argument("--skip-sdk", action="store_true", help="leave out the platform's handler, which takes minutes")
    args = parser.parse_args()
    bench = Bench(args)
    n = args.rows
    dump = corpus("large", rows=n)
    few_kb = corpus("tiny", rows=100_000)
    ordinary = corpus("ordinary", rows=100_000)
    latency = args.latency_ms / 1000
    print(f"Machine: {machine()}. {n} rows, {os.path.getsize(dump) / 1e6:.0f} MB; {args.latency_ms} ms an answer; "
          f"{CONCURRENCY} requests at once.\n")
    row("run", "s", "list requests", "requests x latency / at once, s", "ratio", "MB/s", "peak MiB")
    print("|---|--:|--:|--:|--:|--:|--:|")

    def show(name, got, size, ratio_bound=None, at_once=CONCURRENCY):
        seconds, peak, asked = got
        ideal = asked * latency / at_once
        row(name, f"{seconds:.1f}", asked, f"{ideal:.1f}", f"{seconds / ideal:.2f}", f"{size / seconds / 1e6:.0f}",
            f"{peak:.0f}")
        if ratio_bound:
            bench.bound(f"{name}: seconds / ideal", round(seconds / ideal, 2), ratio_bound, seconds / ideal <= ratio_bound)
        return seconds

    size = os.path.getsize(dump)
    flat = show_sdk = None
    with server(bench.stand_in, dump, "--latency-ms", args.latency_ms) as url:
        flat = show("syn-fetch, assignments", bench.ours(url, want=n), size, 1.25)
        small = show("syn-fetch, assignments, --page-size 100", bench.ours(url, "assignment", "--page-size", "100", want=n),
                     size, 1.25)
        show("syn-fetch, tasks", bench.ours(url, "task", want=n), size)
        bench.rounds = 1
        show("syn-fetch, ground truth (one cursor)", bench.ours(url, "ground_truth", want=n), size, at_once=1)
        if not args.skip_sdk:
            show_sdk = show("platform's handler, assignments", bench.platform(url, "assignment", n), size, at_once=1)
    bench.rounds = args.rounds
    for name, options in {"deep pages slow": [], "deep pages slow, no cursors": ["--no-cursor"]}.items():
        with server(bench.stand_in, dump, "--latency-ms", args.latency_ms, "--deep-ms-per-1000", 10, *options) as url:
            deep = show(f"syn-fetch, assignments, {name}", bench.ours(url, want=n), size, 1.25)
            bench.bound(f"{name}: seconds against {flat:.1f}", round(deep, 1), "the same within a tenth", deep <= flat * 1.1 + 0.5)
    # 64 objects at once, each after the latency.
    bench.rounds = 1
    with server(bench.stand_in, dump, "--latency-ms", args.latency_ms, "--presigned", "all") as url:
        seconds, peak, asked = bench.ours(url, want=n)
        ideal = n * latency / 64
        row("syn-fetch, assignments, every payload in an object of its own", f"{seconds:.1f}", asked, f"{ideal:.1f}",
            f"{seconds / ideal:.2f}", f"{size / seconds / 1e6:.0f}", f"{peak:.0f}")
    for name, path in {"100,000 rows of 1 KB": few_kb, "100,000 rows of 6.5 KB": ordinary}.items():
        with server(bench.stand_in, path, "--latency-ms", args.latency_ms) as url:
            got = bench.ours(url, want=100_000)
            show(f"syn-fetch, {name}", got, os.path.getsize(path))
            bench.bound(f"{name}: peak MiB", round(got[1]), 100, got[1] < 100)
    with_giant(bench, args.latency_ms)
    if show_sdk:
        print(f"\nAgainst the platform's handler: {show_sdk / flat:.1f} times as fast with pages sized by their bytes, "
              f"{show_sdk / small:.1f} times with pages of its own size.")
        bench.bound("times the platform's handler", round(show_sdk / flat, 1), 8, show_sdk / flat >= 8)
    for told in bench.failed:
        print(f"NOT MET: {told}", file=sys.stderr)
    return 1 if bench.failed else 0


def with_giant(bench, latency):
    """One row of 28 MB among 20,000 of 2 KB, each connection at 5 MB/s: how much longer than the giant alone?"""
    path = FOLDER / "giant.ndjson"
    if not path.exists():
        with open(path.with_suffix(".part"), "w", encoding="utf-8") as out:
            for n in range(20_001):
                pad = "x" * (28_000_000 if n == 15_000 else 1_800)
                data = {"assignmentId": n, "annotations": {}, "annotationsData": {}, "pad": pad}
                out.write(json.dumps({"id": 1_000_000 + n, "data": data, "file": {"url": "x"}, "task": {"id": n}}) + "\n")
        path.with_suffix(".part").rename(path)
    alone = 28e6 / 5e6
    with server(bench.stand_in, path, "--latency-ms", latency, "--bytes-per-sec", 5_000_000) as url:
        for name, options in {"": [], ", --order arrival": ["--order", "arrival"]}.items():
            seconds, peak, asked = bench.ours(url, "assignment", *options, want=20_001)
            row(f"syn-fetch, one row of 28 MB among 20,000 of 2 KB at 5 MB/s{name}", f"{seconds:.1f}", asked,
                f"{alone:.1f} for the giant alone", f"{seconds / alone:.2f}", "", f"{peak:.0f}")
            bench.bound(f"giant{name}: seconds", round(seconds, 1), round(alone * 1.6, 1), seconds <= alone * 1.6)


if __name__ == "__main__":
    sys.exit(main())
