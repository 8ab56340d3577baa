#!/usr/bin/env python3
"""Thirty nights of scripts/nightly.sh against the stand-in, each of which fails in one of ten ways.

    python3 scripts/nights.py --bin target/debug                 # a few seeds
    python3 scripts/nights.py --bin target/profiling --seeds 100 # the campaign of docs/nightly.md

Every day rows appear, are labelled again and are deleted; every night something goes wrong. After the last night, in which nothing
does, the dataset has to be the one that a whole export made at that moment gives, byte for byte. Days pass by libfaketime, for the
server and for the programs. A full disk is a small tmpfs in a mount namespace, so this needs root, or user namespaces.
"""

import argparse
import base64
import datetime
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DAY = 86400
CLASSES = ["car", "bus", "sign"]
STAGES = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"]


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


class World:
    """The rows of the platform."""

    def __init__(self, dice):
        self.dice, self.rows, self.next_id, self.touched = dice, {}, 1000, {}

    def appear(self, at):
        self.next_id += self.dice.randint(1, 3)
        number = self.next_id
        self.rows[number] = {
            "id": number, "created": moment(at), "status_label": "completed", "task": {"id": 7000 + number},
            "file": {"url": "x", "file_name_original": f"image_{number}.jpg"},
            "dimensions": {"width": 100, "height": 80},
        }
        self.label(number, at)

    def label(self, number, at):
        dice, row = self.dice, self.rows[number]
        # The dates of a row only grow.
        at = self.touched[number] = max(at, self.touched.get(number, at))
        boxes = [
            {"id": f"b{n}", "type": "bbox", "classification": dice.choice(CLASSES),
             "data": [dice.randint(0, 50), dice.randint(0, 40), dice.randint(5, 40), dice.randint(5, 30)]}
            for n in range(dice.randint(0, 3))
        ]
        row["data"] = {"annotations": {"image_1": boxes}}
        # Labelled, reviewed or sent back: whichever it was, it has a date.
        row[dice.choice(["last_labeled", "last_labeled", "last_reviewed", "reviewer_last_action_at"])] = moment(at)

    def day(self, last, now):
        """What happens between two nights; some of it in the second of the last one, or seen a little later."""
        dice = self.dice
        when = lambda: dice.choice([dice.uniform(last, now), dice.uniform(last, now), last, last - dice.uniform(0, 200), now])
        for _ in range(dice.randint(0, 4)):
            self.appear(when())
        known = sorted(self.rows)
        for number in dice.sample(known, min(len(known), dice.randint(0, 4))):
            self.label(number, when())
        if len(known) > 10:
            for number in dice.sample(known, dice.randint(0, 2)):
                self.rows.pop(number)

    def write(self, path):
        path.write_text("".join(json.dumps(row) + "\n" for row in self.rows.values()))


class Simulation:
    def __init__(self, args, seed, folder):
        self.args, self.dice, self.folder = args, random.Random(seed), folder
        self.world = World(self.dice)
        self.server, self.port = None, 0
        self.night, self.began = 0, time.time()
        self.state, self.dest, self.shims = folder / "state", folder / "datasets" / "roads", folder / "shims"
        for path in (self.state, self.dest.parent, self.shims):
            path.mkdir()
        (folder / "classes").write_text("".join(name + "\n" for name in CLASSES))
        self.late, self.store = None, None
        self.log = []
        if args.s3:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.store_port = free.getsockname()[1]
            self.dest = folder / "store/bucket/roads"
            self.dest.parent.mkdir(parents=True)

    def now(self):
        return time.time() + self.night * DAY

    def environment(self, skew=0):
        env = {
            "PATH": f"{self.args.bin}:{os.environ['PATH']}", "HOME": str(self.folder), "TMPDIR": str(self.folder),
            "SYNAPSE_HOST": f"http://127.0.0.1:{self.port}", "SYNAPSE_ACCESS_TOKEN": "syn_nights", "SYNAPSE_PROJECT": "42",
            "NIGHTLY_STATE": str(self.state), "NIGHTLY_DEST": str(self.dest), "NIGHTLY_FETCH": "--retry-for 2 --retry-pause 0.02",
            "NIGHTLY_CONVERT": f"--to yolo --split 0.7/0.2/0.1 --images omit --classes {self.folder}/classes",
        }
        if self.args.s3:
            env |= {"NIGHTLY_DEST": "s3://bucket/roads", "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.store_port}",
                    "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK", "AWS_REGION": "us-east-1",
                    "NIGHTLY_SINK": "--retry-for 2"}
        return env | {"NIGHTS_SHIFT": str(self.night * DAY + skew)}

    @staticmethod
    def shifted(env, command):
        """A command with another time, and its environment. (Without the wrapper, the first process to end takes the clock away.)"""
        env = env | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        return {"args": ["faketime", "-m", "-f", f"{int(env['NIGHTS_SHIFT']):+d}", *map(str, command)], "env": env}

    def serve(self, *faults):
        self.stop()
        self.world.write(self.folder / "rows.ndjson")
        command = [f"{self.args.stand_in}", "--dump", str(self.folder / "rows.ndjson"), "--token", "syn_nights", "--port",
                   str(self.port), "--classes", str(self.folder / "classes"), "--seed", str(self.night), *faults]
        if self.args.s3:
            self.serve_store()
        env, line = dict(os.environ) | {"NIGHTS_SHIFT": str(self.night * DAY)}, ""
        for _ in range(50):
            # The one before may still have the port.
            self.server = subprocess.Popen(**self.shifted(env, command), stdout=subprocess.PIPE, text=True, start_new_session=True)
            line = self.server.stdout.readline()
            if line:
                break
            self.stop()
            time.sleep(0.1)
        assert line.startswith("listening on"), f"the stand-in did not start: {line!r}"
        self.port = int(line.rsplit(":", 1)[1])

    def serve_store(self):
        """An S3 server over a folder, with the clock of this night."""
        program = shutil.which("s3s-fs") or str(Path.home() / ".cargo/bin/s3s-fs")
        command = [program, "--host", "127.0.0.1", "--port", str(self.store_port), "--access-key", "AK", "--secret-key", "SK",
                   self.dest.parent.parent]
        env = dict(os.environ) | {"NIGHTS_SHIFT": str(self.night * DAY)}
        self.store = subprocess.Popen(**self.shifted(env, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.store_port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the S3 server did not start")

    def stop(self):
        for process in filter(None, (self.server, self.store)):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.server = self.store = None

    def stop_store(self):
        if self.store:
            os.killpg(self.store.pid, signal.SIGKILL)
            self.store.wait()
            self.store = None
            self.remove_halves()

    def remove_halves(self):
        """s3s-fs writes an object and its metadata one after the other; a store for real has both, or neither."""
        encode = lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        bucket = self.dest.parent
        for file in [path for path in bucket.rglob("*") if path.is_file()]:
            metadata = f".bucket-{encode(bucket.name)}.object-{encode(str(file.relative_to(bucket)))}.metadata.json"
            if not (bucket.parent / metadata).exists():
                file.unlink()

    def start(self, env, prefix=()):
        return subprocess.Popen(**self.shifted(env, [*prefix, "bash", ROOT / "scripts/nightly.sh"]), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def run(self, env=None, prefix=()):
        process = self.start(env or self.environment(), prefix)
        said = process.communicate(timeout=300)[1]
        return process.returncode, said

    # The ten ways. Each returns what came of the night, for the log.

    def kill_a_stage(self):
        """A program is killed at a random moment, or the whole script."""
        process = self.start(self.environment())
        name = self.dice.choice([*STAGES, "all"])
        deadline, pause = time.time() + 10, self.dice.uniform(0, 0.12)
        while time.time() < deadline and process.poll() is None:
            if name == "all":
                time.sleep(pause)
                os.killpg(process.pid, signal.SIGKILL)
                break
            victims = [pid for pid in children(process.pid) if command_of(pid) == name[:15]]
            if victims:
                time.sleep(pause / 4)
                for pid in victims:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                break
            time.sleep(0.0005)
        process.communicate(timeout=300)
        return f"{name} killed, exit {process.returncode}"

    def store_down(self):
        """The place of the dataset is not there; a server dies at a random moment."""
        if self.args.s3:
            process = self.start(self.environment())
            time.sleep(self.dice.uniform(0, 0.8))
            self.stop_store()
            process.communicate(timeout=300)
            return f"exit {process.returncode}"
        away = self.folder / "away"
        self.dest.parent.rename(away)
        self.dest.parent.write_text("not a folder")
        code, _ = self.run()
        self.dest.parent.unlink()
        away.rename(self.dest.parent)
        return f"exit {code}"

    def full_disk(self):
        """The disk has room for a part only."""
        ballast = self.folder / "ballast"
        try:
            if self.args.mounted:
                free = shutil.disk_usage(self.folder).free
                with open(ballast, "wb") as file:
                    file.write(b"x" * max(0, free - 4096 * self.dice.randint(0, 40)))
                code, _ = self.run()
            else:
                blocks = self.dice.randint(1, 40)
                code, _ = self.run(prefix=("bash", "-c", f"ulimit -f {blocks}; exec \"$@\"", "bash"))
        except OSError:
            code = "no room for the ballast"
        finally:
            ballast.unlink(missing_ok=True)
        return f"exit {code}"

    def clock_off(self):
        code, _ = self.run(self.environment(skew=self.dice.choice([-3600, 3600])))
        return f"exit {code}"

    def run_twice(self):
        first = self.start(self.environment())
        time.sleep(self.dice.uniform(0, 0.1))
        second = self.start(self.environment())
        codes = [process.communicate(timeout=300) and process.returncode for process in (first, second)]
        return f"exit {codes}"

    def server_errors(self):
        faults = self.dice.choice([["--fail-rate", "0.4"], ["--cut-rate", "0.3"], ["--html-rate", "0.3"],
                                   ["--die-at", str(self.dice.randint(0, 30))], ["--reset-rate", "0.4"]])
        self.serve(*faults)
        code, _ = self.run()
        return f"{faults}, exit {code}"

    def cut_between(self):
        """Something between convert and sink ends early, and says that all is well."""
        shim = self.shims / "syn-convert"
        shim.write_text(f"#!/bin/sh\n{self.args.bin}/syn-convert \"$@\" | head -c {self.dice.randint(0, 6000)}\nexit 0\n")
        shim.chmod(0o755)
        env = self.environment()
        code, _ = self.run(env | {"PATH": f"{self.shims}:{env['PATH']}"})
        return f"exit {code}"

    def checkpoint_lost(self):
        (self.state / "checkpoint.json").unlink(missing_ok=True)
        code, _ = self.run()
        return f"exit {code}"

    def by_hand(self):
        """It is killed, and started again at once; twice."""
        told = [self.kill_a_stage() for _ in range(2)]
        code, _ = self.run()
        return f"{told}, then exit {code}"

    def shard_late(self):
        """Everything is fetched anew in two parts, and the second comes to the folder a day later."""
        env, checkpoint = self.environment(), self.state / "checkpoint.json"
        checkpoint.unlink(missing_ok=True)
        number = 1 + max((int(p.name[:6]) for p in (self.state / "dumps").glob("[0-9]*")), default=0)
        (self.state / "dumps").mkdir(exist_ok=True)
        files = [self.state / "dumps" / f"{number:06}.ndjson", self.folder / f"{number + 1:06}.ndjson"]
        for part, file in zip(("1/2", "2/2"), files):
            subprocess.run(**self.shifted(env, ["syn-fetch", "--checkpoint", checkpoint, "--shard", part, "-o", file, "-q"]), check=True)
        line = ('syn-filter --latest "$NIGHTLY_STATE"/dumps/[0-9]*.ndjson* | syn-convert $NIGHTLY_CONVERT | '
                'syn-sink --overwrite --checkpoint "$NIGHTLY_STATE/checkpoint.json" "$NIGHTLY_DEST"')
        done = subprocess.run(**self.shifted(env, ["bash", "-c", f"set -o pipefail; {line}"]), capture_output=True, text=True)
        assert done.returncode in (0, 3), done.stderr
        reached = json.loads(checkpoint.read_text())["position"] if checkpoint.exists() else ""
        assert reached < moment(self.now() - DAY / 2), f"the checkpoint moved without part 2: {done.stderr}"
        self.late = files[1]
        return "part 2 is late"

    def good(self):
        code, said = self.run()
        assert code == 0, said
        return "good"

    def one_night(self, way):
        last = self.now()
        self.night += 1
        if self.late:
            # What the late part has may be older than what came since.
            shutil.move(self.late, self.state / "dumps" / self.late.name)
            self.late = None
        self.world.day(last, self.now())
        self.stop()
        if self.args.mounted:
            # Clocks of processes that were killed; another process of the same number would trip over them.
            for name in Path("/dev/shm").glob("*faketime*"):
                name.unlink(missing_ok=True)
        self.serve()
        self.log.append(f"night {self.night}: {way.__name__}: {way()}")

    def whole(self):
        """The dataset that an export of everything gives now."""
        env, line = self.environment(), "syn-fetch -q -o \"$0\" && syn-convert $NIGHTLY_CONVERT \"$0\" | syn-sink \"$1\""
        dump, dest = self.folder / "whole.ndjson", self.folder / "whole"
        subprocess.run(**self.shifted(env, ["bash", "-c", f"set -eo pipefail; {line}", dump, dest]), check=True, capture_output=True)
        return tree(dest)

    def go(self):
        ways = [self.kill_a_stage, self.store_down, self.full_disk, self.clock_off, self.run_twice, self.server_errors,
                self.cut_between, self.checkpoint_lost, self.by_hand, self.shard_late]
        for _ in range(20):
            self.world.appear(self.now() - self.dice.uniform(0, DAY))
        try:
            for _ in range(self.args.nights - 1):
                self.one_night(self.dice.choice(ways))
            self.one_night(self.good)
            got, wanted = tree(self.dest), self.whole()
            differ = sorted(name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name))
            assert not differ, f"the dataset differs in {differ}"
            left = [str(p) for p in (self.state / "dumps").glob(".*")]
            assert not left, f"left behind: {left}"
            return len(wanted), len(self.world.rows)
        finally:
            self.stop()


def children(pid):
    """All processes below one."""
    found = []
    for line in subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True).stdout.splitlines():
        found.append(tuple(map(int, line.split())))
    below, more = {pid}, True
    while more:
        new = {child for child, parent in found if parent in below} - below
        below, more = below | new, bool(new)
    return below - {pid}


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def tree(root):
    """Every file by its path."""
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def mounted(folder):
    """A small disk of its own, where that is possible, and a place of its own for the clocks of faketime."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "none"]
    return all(subprocess.run([*mount, place], capture_output=True).returncode == 0 for place in (folder, "/dev/shm"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "target/debug", help="where the programs are")
    parser.add_argument("--stand-in", type=Path, help="the stand-in [default: in --bin/examples, else target/debug/examples]")
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("SYNPIPE_SEEDS", 3)), help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--nights", type=int, default=30, help="nights of a seed")
    parser.add_argument("--s3", action="store_true", help="publish to an S3 server (s3s-fs), which is what is down")
    parser.add_argument("--verbose", action="store_true", help="say what happened each night")
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    args.stand_in = args.stand_in or next(
        path for path in (args.bin / "examples/stand-in", ROOT / "target/debug/examples/stand-in") if path.exists())
    if not shutil.which("faketime"):
        sys.exit("faketime is not installed: run scripts/setup.sh")
    if os.environ.get("SYNPIPE_NAMESPACE") is None:
        # A namespace of its own for mounts: nothing of this is seen outside, and all goes with the process.
        probe = subprocess.run(["unshare", "-m", "true"], capture_output=True)
        if probe.returncode == 0:
            os.environ["SYNPIPE_NAMESPACE"] = "1"
            os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    failed, began, ways, files = [], time.time(), {}, 0
    for seed in range(args.first, args.first + args.seeds):
        with tempfile.TemporaryDirectory(prefix="nights-") as folder:
            args.mounted = mounted(folder)
            simulation = Simulation(args, seed, Path(folder))
            try:
                count, rows = simulation.go()
                files += count
                for line in simulation.log:
                    way = line.split(": ")[1]
                    ways[way] = ways.get(way, 0) + 1
                print(f"seed {seed}: {args.nights} nights, {rows} rows at the end, {count} files the same", flush=True)
            except Exception as error:
                failed.append(seed)
                print(f"seed {seed}: FAILED: {error}", *simulation.log, sep="\n  ", flush=True)
            if args.verbose:
                print(*simulation.log, sep="\n")
            if args.mounted:
                subprocess.run(["umount", "-l", folder, "/dev/shm"])
    counts = ", ".join(f"{name} {n}" for name, n in sorted(ways.items()))
    print(f"{args.seeds} seeds of {args.nights} nights in {time.time() - began:.0f} s: {files} files compared, {len(failed)} seeds "
          f"failed {failed or ''}; {counts}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
