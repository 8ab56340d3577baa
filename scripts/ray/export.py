#!/usr/bin/env python3
"""Exports in parts on a Ray cluster: tasks that run our programs. Ray places them, retries them, and survives nodes that are lost.

    python export.py --parts 8 --run s3://bucket/run-1/ --dest s3://bucket/dataset/ \\
        --fetch '--project 42' --convert '--to coco'

1. `syn-fetch --shard-bounds N` finds where to cut.
2. N tasks fetch a part each:      syn-fetch --shard I/N@BOUNDS | syn-sink RUN/part-I.ndjson.zst
3. One task converts all parts:    syn-fetch --dump RUN/part-… | [syn-filter …] | syn-convert … | syn-sink RUN/list.ndjson.zst
4. N tasks bring the files:        syn-sink --part I/N RUN/list.ndjson.zst DEST
5. One task publishes the dataset: syn-sink --join N RUN/list.ndjson.zst DEST

The programs are in the working directory of the job, or on the PATH of each node. Credentials are those of the nodes: a token in a file
(--token-file) or in their environment, never an argument. The dataset is the one that a single machine makes, byte for byte, so the filter
acts where all rows come together. The exit code is that of the program that failed; 7: finished, some items or originals were left out.
"""

from __future__ import annotations

import argparse
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

USAGE, TEMPORARY, OUTPUT, PARTIAL = 2, 5, 6, 7
# How a run may end that succeeds on another attempt: the network, a destination that does not answer, a full disk of one node.
AGAIN = (TEMPORARY, OUTPUT)
# Seconds a program has to clean up after SIGTERM before it is killed.
PATIENCE = 30

Command = list[str]
Pipe = list[Command]


@dataclass(frozen=True)
class Export:
    """What is asked for. Each method gives the pipe of a task, as a list of commands."""

    parts: int
    run: str
    """Prefix of the parts and of the list of files; ends with a slash."""
    dest: str
    fetch: Command
    convert: Command
    filter: Command | None = None
    sink: Command | None = None
    token_file: str | None = None

    def checks(self) -> list[Command]:
        """Commands whose arguments are looked at before anything is fetched."""
        edit = [["syn-filter", *self.filter]] if self.filter else []
        return [*edit, ["syn-convert", *self.convert], ["syn-sink", *(self.sink or []), "--show-config"]]

    def find_bounds(self) -> Pipe:
        """Prints the bounds between the parts."""
        return [["syn-fetch", *self.fetch, *self._token(), "--shard-bounds", str(self.parts)]]

    def fetch_part(self, part: int, bounds: str) -> Pipe:
        """Part `part` (from 1) of the rows to a file of its own."""
        shard = f"{part}/{self.parts}" + (f"@{bounds}" if bounds else "")
        return [["syn-fetch", *self.fetch, *self._token(), "--shard", shard], ["syn-sink", self.part_file(part)]]

    def convert_all(self) -> Pipe:
        """All rows to the list of files."""
        read = ["syn-fetch", "--dump", *map(self.part_file, range(1, self.parts + 1))]
        edit = [["syn-filter", *self.filter]] if self.filter else []
        return [read, *edit, ["syn-convert", *self.convert], ["syn-sink", self.list_file()]]

    def sink_part(self, part: int) -> Pipe:
        """Part `part` (from 1) of the files to the destination."""
        return [["syn-sink", *(self.sink or []), "--part", f"{part}/{self.parts}", self.list_file(), self.dest]]

    def join(self) -> Pipe:
        """Publishes the dataset when all parts of it are there."""
        return [["syn-sink", "--join", str(self.parts), self.list_file(), self.dest]]

    def part_file(self, part: int) -> str:
        return f"{self.run}part-{part}.ndjson.zst"

    def list_file(self) -> str:
        return f"{self.run}list.ndjson.zst"

    def _token(self) -> Command:
        return ["--token-file", self.token_file] if self.token_file else []


@dataclass(frozen=True)
class Done:
    """A task that has ended well."""

    output: str
    code: int
    """0, or 7 when something was left out."""
    node: str
    seconds: float


class Failed(Exception):
    """A pipe that has failed, and would fail again."""

    def __init__(self, code: int, why: str):
        super().__init__(code, why)
        self.code, self.why = code, why


class FailedForNow(Failed):
    """A pipe that may succeed on another attempt."""


def verdict(names: list[str], codes: list[int], last: list[str]) -> Failed | None:
    """What a pipe has come to, by the exit codes of its programs, in order; a signal is a negative number, or more than 128 when the program
    has cleaned up after it. `last` are the last lines that they wrote.

    The program that failed first tells the next ones, which end as it did and say nothing. One whose reader went away ends with 0 or SIGPIPE.
    So the cause is the first that ended badly, SIGPIPE only when nothing else did.
    """
    bad = [(name, code) for name, code in zip(names, codes) if code not in (0, PARTIAL)]
    bad.sort(key=lambda it: it[1] == -signal.SIGPIPE)
    if not bad:
        return None
    name, code = bad[0]
    if code < 0:
        return FailedForNow(128 - code, f"{name} was ended by {signal.Signals(-code).name}")
    said = [line for line in last if line.startswith(f"{name}: error: ")]
    why = said[-1] if said else f"{name} ended with {code}"
    return FailedForNow(code, why) if code in AGAIN or code > 128 else Failed(code, why)


def program(name: str) -> str:
    """The path of one of our programs: in the working directory, else on the PATH."""
    here = Path.cwd() / name
    if here.is_file() and not os.access(here, os.X_OK):
        # Ray 2.50 unpacks a working directory without the mode of its files.
        here.chmod(0o755)
    found = str(here) if here.is_file() else shutil.which(name)
    if not found:
        raise Failed(USAGE, f"{name} is neither in the working directory of the job nor on the PATH of {socket.gethostname()}")
    return found


def check(commands: list[Command]) -> Done:
    """Runs commands on an empty stream of rows. Raises [`Failed`] for a wrong command line; all else is not known before there are rows."""
    start = time.monotonic()
    empty = b'{"@stream":"begin","kind":"items","version":1}\n{"@stream":"end","count":0}\n'
    for name, *arguments in commands:
        done = subprocess.run([program(name), *arguments], input=empty, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode == USAGE:
            raise Failed(USAGE, done.stderr.decode(errors="replace").strip())
    return Done("", 0, socket.gethostname(), time.monotonic() - start)


def run_pipe(pipe: Pipe) -> Done:
    """Runs a pipe to its end. What its programs say goes to the log, where Ray puts the name of the task before it; standard output of the
    last one is returned.

    Raises [`Failed`]. When the task is cancelled, or its process ends in any way, the programs get SIGTERM and clean up.
    """
    start = time.monotonic()
    # Also when this process is killed and cannot pass it on.
    leash = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    commands = [[*leash, program(name), *arguments] for name, *arguments in pipe]
    names = [name for name, *_ in pipe]
    error, error_in = os.pipe()
    output, output_in = os.pipe()
    children: list[subprocess.Popen] = []
    said, out, last = bytearray(), bytearray(), deque(maxlen=50)
    try:
        source = subprocess.DEVNULL
        for number, command in enumerate(commands, 1):
            sink = output_in if number == len(commands) else subprocess.PIPE
            child = subprocess.Popen(command, stdin=source, stdout=sink, stderr=error_in)
            if children:
                children[-1].stdout.close()
            children.append(child)
            source = child.stdout
        os.close(error_in)
        os.close(output_in)
        error_in = output_in = -1
        open_ = {error: said, output: out}
        # Not a single blocking read: a task is cancelled between two steps of Python.
        while open_:
            for end in select.select(list(open_), [], [], 0.2)[0]:
                if chunk := os.read(end, 65536):
                    open_[end] += chunk
                else:
                    del open_[end]
            *lines, rest = said.split(b"\n")
            said[:] = rest
            for line in lines:
                last.append(line.decode(errors="replace"))
                print(last[-1], file=sys.stderr, flush=True)
        codes = [child.wait() for child in children]
    finally:
        end_all(children)
        for end in (error, output, error_in, output_in):
            if end >= 0:
                os.close(end)
    if failure := verdict(names, codes, list(last)):
        raise failure
    return Done(out.decode().strip(), max(codes), socket.gethostname(), time.monotonic() - start)


def end_all(children: list[subprocess.Popen]) -> None:
    """Asks programs that still run to end, and waits for them."""
    running = [child for child in children if child.poll() is None]
    for child in running:
        child.terminate()
    until = time.monotonic() + PATIENCE
    for child in running:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def say(level: str, text: str) -> None:
    print(f"export: {level}: {text}", file=sys.stderr, flush=True)


class Stopped(Exception):
    """The job was asked to stop, by this signal."""


class Driver:
    """Tasks on the cluster."""

    def __init__(self, ray, retries: int, cpus: float):
        self.ray = ray
        self.code = 0
        """0, or 7 when something was left out so far."""
        self.signal = 0
        self.remote = ray.remote(max_retries=retries, retry_exceptions=[FailedForNow], scheduling_strategy="SPREAD", num_cpus=cpus)

    def stop(self, number: int, _frame) -> None:
        """Handles a signal. It is looked at between two calls of Ray, which exceptions in the middle confuse."""
        self.signal = number

    def run(self, what: str, inputs: list, function: Callable = run_pipe) -> list[Done]:
        """Runs a function for each input at the same time, and waits for all. When one fails, the others are cancelled, and its error is
        raised."""
        start = time.monotonic()
        labels = [f"{what} {n}/{len(inputs)}" if len(inputs) > 1 else what for n in range(1, len(inputs) + 1)]
        task = self.remote(function)
        tasks = {task.options(name=label).remote(given): label for given, label in zip(inputs, labels)}
        done: dict[str, Done] = {}
        left = list(tasks)
        try:
            while left:
                ready, left = self.ray.wait(left, timeout=0.3)
                if self.signal:
                    raise Stopped(self.signal)
                for label, ref in ((tasks[ref], ref) for ref in ready):
                    done[label] = it = self._result(ref, label)
                    say("info", f"{label}: done on {it.node} in {it.seconds:.1f} s; {len(done)} of {len(tasks)} after "
                                f"{time.monotonic() - start:.1f} s")
        except BaseException:
            self._cancel(left)
            raise
        self.code = max(self.code, *(it.code for it in done.values()))
        return [done[label] for label in labels]

    def _result(self, ref, label: str) -> Done:
        try:
            return self.ray.get(ref)
        except self.ray.exceptions.RayError as e:
            cause = getattr(e, "cause", None)
            if isinstance(cause, Failed):
                raise Failed(cause.code, f"{label}: {cause.why}") from None
            # A node that was lost too often, a working directory that did not arrive.
            raise Failed(TEMPORARY, f"{label}: {str(e).splitlines()[0]}") from None

    def _cancel(self, left: list) -> None:
        for ref in left:
            self.ray.cancel(ref)
        # The programs clean up. Whoever stops the job waits for three seconds.
        if left:
            self.ray.wait(left, num_returns=len(left), timeout=2)


def export(it: Export, driver: Driver) -> int:
    """All steps; the exit code."""
    parts = range(1, it.parts + 1)
    driver.run("check", [it.checks()], check)
    bounds = driver.run("bounds", [it.find_bounds()])[0].output if it.parts > 1 else ""
    driver.run("fetch", [it.fetch_part(part, bounds) for part in parts])
    driver.run("convert", [it.convert_all()])
    driver.run("sink", [it.sink_part(part) for part in parts])
    driver.run("join", [it.join()])
    return driver.code


def words(text: str) -> Command:
    try:
        return shlex.split(text)
    except ValueError as e:
        raise argparse.ArgumentTypeError(f"{text!r}: {e}") from None


def count(text: str, least: int = 1) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {least}")
    return int(text)


def arguments(given: Command | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="export.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=count, required=True, metavar="N", help="tasks that fetch, and tasks that bring files")
    parser.add_argument("--run", required=True, metavar="PREFIX",
                        help="where the parts and the list of files go: a prefix in a store, or a folder that all nodes share")
    parser.add_argument("--dest", required=True, help="where the dataset goes, as for syn-sink")
    parser.add_argument("--fetch", type=words, required=True, metavar="ARGS", help="arguments of syn-fetch, as a shell would split them")
    parser.add_argument("--filter", type=words, metavar="ARGS", help="arguments of syn-filter, which edits all rows before they are converted")
    parser.add_argument("--convert", type=words, required=True, metavar="ARGS", help="arguments of syn-convert")
    parser.add_argument("--sink", type=words, metavar="ARGS", help="arguments of syn-sink for the files of the dataset")
    parser.add_argument("--token-file", metavar="FILE", help="a file with the access token, on every node")
    parser.add_argument("--retries", type=lambda text: count(text, 0), default=3, metavar="N", help="how often a task is repeated [default: 3]")
    parser.add_argument("--cpus", type=float, default=1, metavar="N", help="processors that a task takes of its node [default: 1]")
    args = parser.parse_args(list(with_values(sys.argv[1:] if given is None else given)))
    if any(word.split("=")[0] == "--limit" for word in args.fetch):
        parser.error("--limit in --fetch would count the rows of each part: give it to --filter, which counts all rows")
    return args


def asked(args: argparse.Namespace) -> Export:
    return Export(args.parts, args.run.rstrip("/") + "/", args.dest, args.fetch, args.convert, args.filter, args.sink, args.token_file)


def with_values(given: Command) -> Iterator[str]:
    """The arguments with those of the programs as `--sink=ARGS`: alone, argparse takes what begins with a dash for an option."""
    words_ = iter(given)
    for word in words_:
        value = next(words_, None) if word in ("--fetch", "--filter", "--convert", "--sink") else None
        yield word if value is None else f"{word}={value}"


def main(given: Command | None = None) -> int:
    """Runs the export on the cluster that this machine belongs to, with arguments other than those of the command line if `given`."""
    args = arguments(given)
    it = asked(args)
    # Before Ray is imported: equal lines of two tasks are two lines, without colours, and no advice about accelerators.
    for name in ("RAY_DEDUP_LOGS", "RAY_COLOR_PREFIX", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"):
        os.environ.setdefault(name, "0")
    import ray

    # Not a cluster of its own, which Ray would start without an address.
    ray.init(address="auto", logging_level="warning")
    driver = Driver(ray, args.retries, args.cpus)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, driver.stop)
    try:
        code = export(it, driver)
        say("info", f"{it.dest} is complete" + (", with items or originals left out" if code else ""))
        return code
    except Failed as e:
        say("error", e.why)
        return e.code
    except Stopped as e:
        say("error", f"stopped by {signal.Signals(e.args[0]).name}; nothing was published")
        return 128 + e.args[0]
    finally:
        ray.shutdown()


if __name__ == "__main__":
    sys.exit(main())
