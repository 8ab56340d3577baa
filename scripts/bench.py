#!/usr/bin/env python3
"""Times filter and convert beside their baselines in one run and writes the tables of docs/benchmarks.md.

    bench.py                  everything but the 10 GB run; writes docs/benchmarks.md
    bench.py --large          with the 10 GB run
    bench.py --quick          small corpora, one round, prints instead of writing: does it all still run?

Jobs are run in turn with their baselines, so that a noisy machine disturbs all alike. "x scan" is the rate of a job on one core
against that of a program which only reads past every value of the same lines with sonic-rs, on the same core.
Corpora are kept below target/bench; those of the memory table are made while they are read.
"""
import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from measure import ENVIRONMENTS, FOLDER, ROOT, corpus, once, put_section, rounds, streamed, table  # noqa: E402

DOCUMENT = ROOT / "docs" / "benchmarks.md"
SELECT = 'select(.status_review=="completed")'
FORMATS = {
    "csv": ["--to", "csv"], "json": ["--to", "json"], "jsonl": ["--to", "jsonl"], "coco": ["--to", "coco"],
    "yolo": ["--to", "yolo"], "yolo --task segment": ["--to", "yolo", "--task", "segment"],
    "voc --polygons box": ["--to", "voc", "--polygons", "box"],
}
# Bytes of an ordinary row, about.
ROW = 6500


def number(n):
    return f"{n:,.0f}" if n >= 100 else f"{n:.1f}" if n >= 10 else f"{n:.2f}"


class Bench:
    def __init__(self, args):
        self.args = args
        self.notes = []
        self.filter, self.convert, self.sink = (args.bin / f"syn-{s}" for s in ("filter", "convert", "sink"))
        self.rounds = 1 if args.quick else args.rounds
        self.mb = 5 if args.quick else args.mb

    def filter_job(self, dump, threads):
        return [self.filter, "-q", "--threads", threads, "--status-review", "completed", dump]

    def convert_job(self, options, dump, threads=None):
        own = [] if threads is None else ["--threads", threads]
        return [self.convert, "-q", "--images", "omit", *own, *options, *([dump] if dump else [])]

    def section(self, name, text):
        if self.args.quick:
            print(f"\n== {name}\n\n{text}")
        else:
            put_section(DOCUMENT, name, text)
            print(f"written: {name}", flush=True)

    def parsers(self, dump):
        """The yardstick: the same rows through JSON parsers, one core."""
        scan = subprocess.run([self.args.json_scan, dump, str(self.rounds)],
                              capture_output=True, text=True, check=True).stdout
        self.section("parsers", "## The parsers\n\nMB/s on one core, from memory, lines cut beforehand "
                     f"(`json-scan DUMP`).\n\n```text\n{scan}```")

    def rates(self, dump):
        size, count = os.path.getsize(dump) / 1e6, sum(1 for _ in open(dump, "rb")) - 2
        own = {"syn-filter --status-review": lambda t: self.filter_job(dump, t)}
        for name, options in FORMATS.items():
            own[f"syn-convert --to {name}"] = lambda t, o=options: self.convert_job(o, dump, t)
        core = ["taskset", "-c", "0"]
        jobs = {"wc -l": [*core, "wc", "-l", dump], "scan": [*core, self.args.json_scan, "--scan", dump]}
        for name, job in own.items():
            # One core is all that the first form is given; else its reader and writer threads would use the second.
            jobs[f"{name} 1"] = [*core, *job(1)]
            jobs[f"{name} 2"] = job(2)
        took = rounds(jobs, self.rounds)
        scan = took["scan"].seconds
        lines = [[name, number(size / took[name].seconds), "", "", f"{scan / took[name].seconds:.2f}", "", "", number(took[name].peak)]
                 for name in ("wc -l", "scan")]
        for name in own:
            one, two = took[f"{name} 1"], took[f"{name} 2"]
            lines.append([name, number(size / one.seconds), number(size / two.seconds), f"{one.seconds / two.seconds:.2f}",
                          f"{scan / one.seconds:.2f}", number(count / two.seconds), number(size / two.cpu), number(max(one.peak, two.peak))])
        header = ["job", "MB/s, one core", "MB/s, two cores", "times", "x scan", "rows/s", "MB per s of CPU", "peak MiB"]
        self.section("rates", f"""## Rates

{size:.0f} MB of ordinary rows ({count:,} rows, about 7 annotations each), from the page cache to `/dev/null`, medians of {self.rounds}
rounds. One core: `taskset -c 0 … --threads 1`; two: `--threads 2`. `scan` is `json-scan --scan`: sonic-rs reads past every value.

{table(header, lines)}""")
        return {name: (size / took[f"{name} 1"].seconds, size / took[f"{name} 2"].seconds) for name in own}

    def baselines(self, ours):
        """Slow programs get fewer rows; rates are compared."""
        few = corpus("ordinary", mb=2 if self.args.quick else 10)
        size = os.path.getsize(few) / 1e6
        jobs, python = {}, self.args.venv / "bin" / "python"
        for tool in ("jq", "jaq"):
            if shutil.which(tool):
                jobs[f"{tool} '{SELECT}'"] = [tool, "-c", SELECT, few]
            else:
                self.missing(tool)
        if python.exists():
            for to in ("yolo", "coco"):
                jobs[f"platform's converter, {to}"] = [python, ROOT / "scripts/tools/baselines.py", f"platform-{to}", few]
        else:
            self.missing("the platform's converter")
        against = {"jq": "syn-filter --status-review", "jaq": "syn-filter --status-review", "yolo": "syn-convert --to yolo",
                   "coco": "syn-convert --to coco"}
        lines = []
        for name, took in rounds(jobs, self.rounds).items():
            rate = size / took.seconds
            own = next(job for key, job in against.items() if name.startswith(key + " ") or name.endswith(key))
            lines.append([name, number(rate), number(took.peak), own, *(f"{number(r / rate)}" for r in ours[own])])
        header = ["baseline", "MB/s", "peak MiB", "ours", "times, one core", "times, two cores"]
        self.section("baselines", f"## Beside what users have\n\n{size:.0f} MB of the same rows. `times`: our rate against "
                     f"theirs.\n\n{table(header, lines)}{self.told()}")

    def boxes(self):
        """A million boxes, also as COCO to the programs that read that."""
        rows = 2000 if self.args.quick else 142_858
        dump = corpus("boxes", rows=rows)
        folder = FOLDER / f"coco-{rows}"
        document = folder / "annotations" / "instances_train.json"
        document.parent.mkdir(parents=True, exist_ok=True)
        (folder / "images").mkdir(exist_ok=True)
        with open(document, "wb") as out:
            subprocess.run([str(c) for c in self.convert_job(["--to", "coco", "--bare"], dump)], stdout=out, check=True)
        took = rounds({f"syn-convert --to {to}": self.convert_job(["--to", to], dump) for to in ("yolo", "coco")}, self.rounds)
        bench = self.args.bench_venv / "bin" / "python"
        out = FOLDER / "out"
        for name, source in (("globox", document), ("datumaro", folder)):
            shutil.rmtree(out, ignore_errors=True)
            if bench.exists():
                took[f"{name}, COCO to YOLO"] = once([bench, ROOT / "scripts/tools/baselines.py", f"{name}-yolo", source, out])
            else:
                self.missing(name)
        shutil.rmtree(out, ignore_errors=True)
        lines = [[name, f"{t.seconds:.2f}", number(t.peak)] for name, t in took.items()]
        self.section("boxes", f"## {rows * 7:,} boxes\n\nOurs from the dump ({os.path.getsize(dump) / 1e6:.0f} MB), the others "
                     f"from the COCO file that we make of it ({os.path.getsize(document) / 1e6:.0f} MB), once each.\n\n"
                     f"{table(['job', 'seconds', 'peak MiB'], lines)}{self.told()}")

    def pipe(self, dump):
        target = Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp") / f"synpipe-bench-{os.getpid()}"
        size, took = os.path.getsize(dump) / 1e6, []
        for _ in range(self.rounds):
            took.append(once(f"'{self.filter}' -q --status-review completed '{dump}' | '{self.convert}' -q --to yolo --images omit"
                             f" | '{self.sink}' -q '{target}'"))
            files = sum(1 for p in target.rglob("*") if p.is_file())
            shutil.rmtree(target)
        seconds = sorted(t.seconds for t in took)[len(took) // 2]
        self.section("pipe", f"## The whole pipe\n\n`syn-filter --status-review completed | syn-convert --to yolo --images omit | "
                     f"syn-sink` to {target.parent}: {size:.0f} MB in {seconds:.2f} s, {number(size / seconds)} MB/s, "
                     f"{files:,} files; peak of the largest stage {number(max(t.peak for t in took))} MiB.")

    def shapes(self):
        """Rows of other shapes, and whether time grows with the rows."""
        quick, lines = self.args.quick, []
        dumps = {"one large mask a row": corpus("masks", mb=self.mb // 3), "one box a row": corpus("tiny", rows=1000 if quick else 100_000),
                 "rows of 20 MB": corpus("huge", rows=1 if quick else 3)}
        for name, dump in dumps.items():
            jobs = {to: self.convert_job(["--to", to], dump) for to in ("coco", "csv")}
            jobs["filter"] = self.filter_job(dump, 2)
            size = os.path.getsize(dump) / 1e6
            for job, took in rounds(jobs, self.rounds).items():
                lines.append([f"{name}: {job}", f"{size:.0f}", number(size / took.seconds), number(took.peak)])
        growth = []
        for rows in (1000, 2000) if quick else (10_000, 100_000, 1_000_000):
            dump = corpus("tiny", rows=rows)
            took = rounds({to: self.convert_job(["--to", to], dump) for to in ("yolo", "coco")}, self.rounds)
            growth.append([f"{rows:,}", *(number(rows / t.seconds) for t in took.values())])
        self.section("shapes", f"## Rows of other shapes\n\n{table(['job', 'MB', 'MB/s', 'peak MiB'], lines)}\n\n"
                     f"Growth, rows of one box, rows/s:\n\n{table(['rows', 'yolo', 'coco'], growth)}")

    def start_up(self):
        with open(FOLDER / "empty.ndjson", "w") as out:
            out.write('{"@stream":"begin","kind":"items"}\n{"@stream":"end","count":0}\n')
        empty = FOLDER / "empty.ndjson"
        jobs = {f"syn-{s} --version": [self.args.bin / f"syn-{s}", "--version"] for s in ("fetch", "filter", "convert", "sink")}
        jobs["syn-filter, no row"] = self.filter_job(empty, 2)
        jobs["syn-convert --to yolo, no row"] = self.convert_job(["--to", "yolo"], empty)
        took = rounds(jobs, 3 if self.args.quick else 41, timer=[])
        lines = [[name, f"{t.seconds * 1e3:.1f}", f"{t.cpu * 1e3:.1f}"] for name, t in took.items()]
        self.section("start-up", f"## Start-up\n\n{table(['command', 'ms', 'ms of CPU'], lines)}")

    def memory(self):
        sizes = [5, 20] if self.args.quick else [100, 1000]
        if self.args.large:
            sizes.append(10_000)
        jobs = {"syn-filter --status-review": [self.filter, "-q", "--status-review", "completed"]}
        jobs |= {f"syn-convert --to {name}": self.convert_job(options, None) for name, options in FORMATS.items()}
        lines = [[name, *(number(streamed(job, "ordinary", mb=mb).peak) for mb in sizes)] for name, job in jobs.items()]
        self.section("memory", "## Peak memory by size of the input\n\nMiB, ordinary rows read from a pipe while they are made.\n\n"
                     + table(["job", *(f"{mb / 1000:g} GB" for mb in sizes)], lines))

    def missing(self, what):
        self.notes.append(f"{what} is not installed here: `scripts/setup.sh --bench` installs it")

    def told(self):
        notes, self.notes = self.notes, []
        return "".join(f"\n\nMissing: {note}." for note in notes)


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, {compiler}, dist profile"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "dist")
    parser.add_argument("--json-scan", type=Path, default=ROOT / "target" / "json-scan" / "release" / "json-scan")
    parser.add_argument("--mb", type=int, default=300, help="size of the corpus of ordinary rows")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--venv", type=Path, default=ENVIRONMENTS / ".venv", help="where the platform's SDK is")
    parser.add_argument("--bench-venv", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where globox and Datumaro are")
    parser.add_argument("--large", action="store_true", help="the memory table also at 10 GB")
    parser.add_argument("--quick", action="store_true", help="small corpora, one round, nothing written")
    args = parser.parse_args()
    bench = Bench(args)
    rows = corpus("ordinary", mb=bench.mb)
    words = ["./scripts/bench.sh", *(a for a in sys.argv[1:] if not a.startswith("--bin") and a != str(args.bin))]
    bench.section("machine", f"Written by `{' '.join(words)}` on {machine()}; load when it began: {os.getloadavg()[0]:.1f}.")
    bench.parsers(rows)
    bench.start_up()
    ours = bench.rates(rows)
    bench.baselines(ours)
    bench.boxes()
    bench.pipe(rows)
    bench.shapes()
    bench.memory()


if __name__ == "__main__":
    main()
