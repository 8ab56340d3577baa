#!/usr/bin/env python3
"""Exports in parts on a real Ray cluster of two nodes (scripts/ray/export.py), while nodes are lost.

    check_ray.py --bin target/debug [--items 2000] [--parts 8] [--runs 1] [--seed 1]

A backend with originals (the stand-in), an S3 server (s3s-fs) and Ray, in namespaces of their own. What must hold:

* One node is killed in the middle, and a fetch and a sink of one part run twice at the same time: the dataset is the one that a single machine
  makes, byte for byte, with its manifest. Nothing else is in the bucket, no upload is left.
* The same again changes nothing.
* A job that is stopped leaves no program running and nothing published. A wrong command line, a refused token: the exit code of the program,
  its reason as the last line, no second attempt.
* The token is in no job record, log, package, command line or environment.

With --runs N the node is killed in N runs at random moments, and comes back.
"""
import argparse
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from io import BytesIO
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "tools"), str(HERE / "ray")]
import export  # noqa: E402
from ray_cluster import DASHBOARD, RAY, Cluster, enter_namespace, packed, wait_until  # noqa: E402
from servers import PROGRAMS, Servers, expect, write_rows  # noqa: E402

PAGE = HERE.parent / "docs/parts.md"
TOKEN = f"syn_{secrets.token_hex(20)}"
ENDS = ("SUCCEEDED", "FAILED", "STOPPED")
FETCH = ["--project", "42"]
CONVERT = ["--to", "yolo", "--split", "0.8/0.1/0.1"]
SINK = ["--allow-private-urls", "--concurrency", "4"]


class Leaks(threading.Thread):
    """Looks at the command lines and the environments of all processes again and again."""

    def __init__(self, but):
        super().__init__(daemon=True)
        self.but, self.found, self.seen, self.over = but, [], set(), threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                if int(process.name) in self.but:
                    continue
                for name in ("cmdline", "environ"):
                    try:
                        content = (process / name).read_bytes()
                    except OSError:
                        continue
                    if name == "cmdline":
                        self.seen.add(Path(content.split(b"\0", 1)[0].decode(errors="replace")).name)
                    if TOKEN.encode() in content:
                        self.found.append(f"{process}/{name}: {content[:200]!r}")


class World(Servers):
    """Servers, programs and one cluster."""

    def __init__(self, folder, binaries, items, parts):
        self.parts = parts
        self.filter = ["--limit", str(items - items // 20)]
        rows = folder / "rows.ndjson"
        write_rows(rows, items)
        super().__init__(folder, binaries, rows, TOKEN, "--latency-ms", 20)
        self.leaks = Leaks({process.pid for process in self.processes})
        self.leaks.start()
        self.token_file = folder / "token"
        self.token_file.touch(0o600)
        self.token_file.write_text(TOKEN)
        self.packing = folder / "package"
        self.packing.mkdir()
        for name in PROGRAMS:
            # Ray takes packages of 512 MiB at most, and debug builds are larger.
            subprocess.run(["strip", "-o", self.packing / name, binaries / name], check=True)
        shutil.copy(HERE / "ray/export.py", self.packing)
        # A job without the programs in its package finds them there.
        self.cluster = Cluster(folder, {**self.env, "PATH": f"{self.packing}:{os.environ['PATH']}"})
        self.package = packed(self.packing)

    def stop(self):
        self.leaks.over.set()
        self.cluster.stop()
        super().stop()

    def export(self, name):
        """The export into the dataset `name`."""
        return export.Export(self.parts, f"s3://bucket/run-{name}/", f"s3://bucket/{name}/", FETCH, CONVERT, self.filter, SINK,
                             str(self.token_file))

    def begin(self, name, **other):
        """Submits the export into the dataset `name`, with other arguments; the id of the job."""
        it = self.export(name)
        words = {"parts": it.parts, "run": it.run, "dest": it.dest, "fetch": it.fetch, "filter": it.filter, "convert": it.convert,
                 "sink": it.sink, "token-file": it.token_file} | other
        text = {key: " ".join(value) if isinstance(value, list) else value for key, value in words.items()}
        return self.cluster.submit("python export.py " + " ".join(f"--{key} '{value}'" for key, value in text.items()), self.package)

    def submit(self, name, **other):
        """The same by `syn-job submit`, which follows the job: its exit code, output and errors."""
        it = self.export(name)
        words = {"ray": f"http://127.0.0.1:{DASHBOARD}", "bin": self.packing, "parts": it.parts, "run": it.run, "dest": it.dest,
                 "fetch": it.fetch, "filter": it.filter, "convert": it.convert, "sink": it.sink, "node-token-file": it.token_file} | other
        text = [f"--{key}={' '.join(value) if isinstance(value, list) else value}" for key, value in words.items()]
        done = subprocess.run([self.binaries / "syn-job", "submit", *text], env={**os.environ, **self.env}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def run(self, pipe):
        """Runs a pipe on this machine: what it has written."""
        line = " | ".join(" ".join(f"'{word}'" for word in command) for command in pipe)
        code, out, said = self.shell(f"set -o pipefail; {line}")
        expect(f"exit code of {line} ({said})", code, 0)
        return out.strip()

    def alone(self, name):
        """The same dataset by one machine."""
        it = self.export(name)
        fetch = ["syn-fetch", *it.fetch, "--token-file", it.token_file]
        self.run([fetch, ["syn-filter", *it.filter], ["syn-convert", *it.convert], ["syn-sink", *it.sink, it.dest]])

    def until_there(self, job, key):
        """Waits until an object is there; the job must not end before."""
        def there():
            if (self.bucket / key).exists():
                return True
            if self.cluster.job(job)["status"] in ENDS:
                raise SystemExit(f"FAILED {job} ended before {key} was there\n{self.cluster.logs(job)}")
            return False
        wait_until(there, key, 300, 0.05)

    def forget(self, name):
        """Deletes a dataset and its parts."""
        for folder in (name, f"run-{name}"):
            shutil.rmtree(self.bucket / folder, ignore_errors=True)

    def expect_clean(self, names):
        """Nothing is in the bucket but these datasets, and the parts that they were made of."""
        keys = [key for key in self.objects() if key.split("/", 1)[0] not in names]
        want = []
        for name in set(names) - {"alone"}:
            it = self.export(name)
            want += [it.list_file(), *map(it.part_file, range(1, self.parts + 1))]
        expect("objects that are neither parts nor of a dataset", sorted(keys), sorted(key.removeprefix("s3://bucket/") for key in want))
        expect("uploads left", self.uploads(), [])

    def ended(self, job, status, code):
        record = self.cluster.wait_for(job)
        if (record["status"], record["driver_exit_code"]) != (status, code):
            raise SystemExit(f"FAILED {job}: {record['status']} with {record['driver_exit_code']}, want {status} with {code}\n"
                             f"{record['message']}\n{self.cluster.logs(job)}")
        return self.cluster.logs(job)


def same(world, name, alone):
    have = world.dataset(name)
    expect(f"{name}: files that differ", {key for key in have.keys() | alone.keys() if have.get(key) != alone.get(key)}, set())


def lost_node(world, alone):
    """A node is killed when the first part is there, and parts run twice; then the same again."""
    it = world.export("lost")
    bounds = world.run(it.find_bounds())
    job = world.begin("lost")
    world.until_there(job, "run-lost")
    world.cluster.kill_second()
    # The job may be at it as well.
    for _ in range(2):
        world.run(it.fetch_part(3, bounds))
    world.until_there(job, "run-lost/list.ndjson.zst")
    for _ in range(2):
        world.run(it.sink_part(3))
    world.ended(job, "SUCCEEDED", 0)
    same(world, "lost", alone)
    world.expect_clean(["alone", "lost"])
    world.cluster.start_second()
    world.cluster.wait_for_nodes(2)
    before = world.objects()
    code, out, said = world.submit("lost")
    if code != 0 or "is complete" not in out + said:
        raise SystemExit(f"FAILED syn-job submit: {code}\n{out}\n{said}")
    expect("the same again", world.objects(), before)


def stopped(world):
    """A job is stopped amid its parts."""
    job = world.begin("stopped")
    world.until_there(job, "stopped")
    world.cluster.stop_job(job)
    world.ended(job, "STOPPED", None)
    wait_until(lambda: not running(), "the end of all programs", 40)
    expect("stopped: manifest", [key for key in world.dataset("stopped") if key.startswith("metadata/manifest.json")], [])
    expect("stopped: uploads left", world.uploads(), [])


def by_the_platform(world, alone):
    """`synapse script submit` with the files of docs/parts.md; the platform's own CLI asks for packages, and there is no internet."""
    it = world.export("platform")
    folder = world.folder / "script"
    folder.mkdir()
    # Without the programs: Ray packs them as they are, and takes no body above 100 MiB, which debug builds are.
    shutil.copy(world.packing / "export.py", folder)
    blocks = re.findall(r"<!-- (\S+) -->\n```\w+\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    for name, text in blocks:
        if name in ("night.py", "requirements.txt"):
            for said, meant in {"s3://work/run-7/": it.run, "s3://datasets/roads/": it.dest, "/run/secrets/synapse": it.token_file, '"8"': f'"{it.parts}"',
                                '"--to yolo"': f'"{" ".join(it.convert)}", "--sink", "{" ".join(it.sink)}", "--filter", "{" ".join(it.filter)}"'}.items():
                text = text.replace(said, meant)
            (folder / name).write_text(text, encoding="utf-8")
    config = world.folder / ".synapse/config.json"
    config.parent.mkdir()
    # The token of whoever submits is in the record; that of the nodes is not.
    config.write_text(json.dumps({"host": world.env["SYNAPSE_HOST"], "access_token": "syn_of_somebody",
                                  "agent": {"id": 1, "name": "here", "url": "http://127.0.0.1:1", "token": "x"}}))
    submit = [str(RAY.with_name("synapse")), "script", "submit", "night.py"]
    env = {**world.cluster.env, "HOME": str(world.folder), "TERM": "dumb", "COLUMNS": "200"}
    done = subprocess.run(submit, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    job = re.search(r"raysubmit_\w+", done.stdout)
    if not job:
        raise SystemExit(f"FAILED {submit}: {done.stdout}{done.stderr}")
    world.ended(job[0], "SUCCEEDED", 0)
    same(world, "platform", alone)


def running():
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [word for word in process.read_bytes().split(b"\0")[:1] if Path(word.decode()).name in PROGRAMS]
        except OSError:
            continue
    return found


def refused(world):
    """What cannot succeed ends at once, with the reason of the program."""
    wrong = world.folder / "wrong-token"
    wrong.write_text("syn_wrong")
    for other, code, why in [({"convert": ["--to", "cooc"]}, 2, "cooc"), ({"token-file": str(wrong)}, 4, "syn-fetch: error:")]:
        logs = world.ended(world.begin("refused", **other), "FAILED", code)
        last = [line for line in logs.splitlines() if line.startswith("export: ")][-1]
        if not last.startswith("export: error: ") or why not in logs or "retried" in logs:
            raise SystemExit(f"FAILED refused {other}: {logs}")
    code, out, said = world.submit("refused", convert=["--to", "cooc"])
    if code != 2 or "cooc" not in out + said:
        raise SystemExit(f"FAILED syn-job submit of a wrong command line: {code}\n{out}\n{said}")


def random_kills(world, alone, runs, seed):
    """The second node is killed at random moments, and comes back."""
    if not runs:
        return
    choose = random.Random(seed)
    start = time.monotonic()
    for name in ("lost", "stopped"):
        world.forget(name)
    world.ended(world.begin("measured"), "SUCCEEDED", 0)
    whole = time.monotonic() - start
    world.forget("measured")
    for run in range(1, runs + 1):
        name = f"kill-{run}"
        start = time.monotonic()
        job = world.begin(name)
        at = choose.uniform(0, whole)
        time.sleep(at)
        world.cluster.kill_second()
        step = (world.cluster.logs(job).splitlines() or [""])[-1]
        time.sleep(choose.uniform(0, 5))
        world.cluster.start_second()
        world.ended(job, "SUCCEEDED", 0)
        same(world, name, alone)
        world.expect_clean(["alone", name])
        print(f"run {run}: killed after {at:.1f} s ({step[:60]}); {time.monotonic() - start:.1f} s in all; 0 differences", flush=True)
        world.cluster.wait_for_nodes(2)
        world.forget(name)


def no_leaks(world):
    """The token is nowhere but in its file."""
    expect("processes with the token", world.leaks.found[:3], [])
    expect("programs that were not seen running", {"syn-fetch", "syn-sink"} - world.leaks.seen, set())
    records = world.cluster.request("GET", "/api/jobs/")
    expect("token in the records of jobs", TOKEN.encode() in records, False)
    with zipfile.ZipFile(BytesIO(world.package)) as package:
        expect("token in the package", [name for name in package.namelist() if TOKEN.encode() in package.read(name)], [])
    found, read = [], 0
    for path in world.folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path != world.token_file and world.bucket not in path.parents:
            read += 1
            if TOKEN.encode() in path.read_bytes():
                found.append(str(path))
    expect("files with the token", found, [])
    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--runs", type=int, default=0, help="further runs, with kills at random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sdk", action="store_true", help="submit by the platform's own CLI, too (synapse-sdk and pip in .venv-ray)")
    args = parser.parse_args()
    enter_namespace()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        world = World(Path(folder), args.bin.resolve(), args.items, args.parts)
        try:
            world.alone("alone")
            alone = world.dataset("alone")
            lost_node(world, alone)
            stopped(world)
            refused(world)
            if args.sdk:
                by_the_platform(world, alone)
            random_kills(world, alone, args.runs, args.seed)
            read = no_leaks(world)
        finally:
            world.stop()
    print(f"ray: {args.items} items in {args.parts} parts on two nodes, one of them lost: {len(alone)} files as by one machine; "
          f"no token in {read} files; {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
