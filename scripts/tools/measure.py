"""Runs commands and says what they took; makes corpora; puts tables into a document."""
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# Not subprocess.DEVNULL, which is open for reading, too, and so looks like an output that was closed.
NOWHERE = open(os.devnull, "wb")

ROOT = Path(__file__).resolve().parent.parent.parent
# Where scripts/setup.sh puts the environments.
ENVIRONMENTS = Path(os.environ.get("SYNPIPE_TOOLS", ROOT))
FOLDER = ROOT / "target" / "bench"
# Says the largest resident set, KiB, as the last word on standard error.
TIMER = ["/usr/bin/time", "-f", "%M"]
GENERATOR = ROOT / "scripts" / "make_corpus.py"


@dataclass
class Took:
    """One run, or the medians of several."""
    seconds: float
    cpu: float
    """User and system time of all its threads, seconds."""
    peak: float
    """Largest resident set of one of its processes, MiB."""


def generate(kind, **size):
    """The command that writes a corpus to its standard output."""
    return [sys.executable, str(GENERATOR), kind, *(x for k, v in size.items() for x in (f"--{k}", str(v)))]


def corpus(kind, **size):
    """The path of a corpus, made when it is not there yet."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / ("-".join([kind, *(f"{v}{k}" for k, v in size.items())]) + ".ndjson")
    # A changed generator makes other rows.
    if not path.exists() or path.stat().st_mtime < GENERATOR.stat().st_mtime:
        part = path.with_suffix(".part")
        with open(part, "wb") as out:
            subprocess.run(generate(kind, **size), stdout=out, check=True)
        part.rename(path)
    return path


def once(command, stdin=None, timer=TIMER):
    """Runs a command (a list, or a line for bash) to its end; its output goes nowhere.

    The peak comes from GNU time: a process that we start ourselves counts our own memory as its own until it has become another
    program. Without it (`timer=[]`) the times are those of the command alone.
    """
    words = ["bash", "-c", "set -o pipefail; " + command] if isinstance(command, str) else [str(c) for c in command]
    start = time.perf_counter()
    process = subprocess.Popen([*timer, *words], stdin=stdin, stdout=NOWHERE, stderr=subprocess.PIPE, text=True,
                               errors="replace")
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{words}: exit code {process.returncode}: {error[-800:]}")
    peak = int(error.split()[-1]) / 1024 if timer else 0.0
    return Took(seconds, usage.ru_utime + usage.ru_stime, peak)


def streamed(command, kind, **size):
    """Runs a command that reads a corpus from a pipe, while it is made."""
    maker = subprocess.Popen(generate(kind, **size), stdout=subprocess.PIPE)
    took = once(command, stdin=maker.stdout)
    maker.stdout.close()
    if maker.wait() != 0:
        sys.exit(f"{maker.args}: exit code {maker.returncode}")
    return took


def rounds(jobs, count, timer=TIMER):
    """Runs all jobs in turn, `count` times, so that a noisy machine disturbs all alike. Medians by name; the peak is the largest."""
    runs = {name: [] for name in jobs}
    for _ in range(count):
        for name, command in jobs.items():
            runs[name].append(once(command, timer=timer))
    return {name: Took(statistics.median(r.seconds for r in list_), statistics.median(r.cpu for r in list_),
                       max(r.peak for r in list_)) for name, list_ in runs.items()}


def table(header, lines):
    """A table in Markdown; all columns but the first are numbers."""
    rule = "|---|" + "--:|" * (len(header) - 1)
    return "\n".join(["| " + " | ".join(header) + " |", rule, *("| " + " | ".join(map(str, l)) + " |" for l in lines)])


def put_section(path, name, text):
    """Replaces what stands between the marks of a section; what people wrote around it stays."""
    begin, end = f"<!-- bench.sh writes: {name} -->", "<!-- end -->"
    document = path.read_text(encoding="utf-8")
    body = f"{begin}\n{text.strip()}\n{end}"
    if begin in document:
        before, rest = document.split(begin, 1)
        document = before + body + rest.split(end, 1)[1]
    else:
        document = document.rstrip("\n") + "\n\n" + body + "\n"
    path.write_text(document, encoding="utf-8")
