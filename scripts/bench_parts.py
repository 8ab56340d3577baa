#!/usr/bin/env python3
"""How an export in parts scales against servers that limit each connection, beside the platform's own handler.

    bench_parts.py --bin target/dist [--rows-mb 100] [--originals-mb 2000] [--parts 1,2,4,8] [--page-size 50] [--skip-sdk]

Rows come from the stand-in, originals from nginx, both with a limit for each connection (--row-rate, --original-rate); parts and files go to
s3s-fs. All parts of a step run at the same time, on this machine: it stands for as many machines as there are parts, as long as its cores
keep up. Prints tables for docs/benchmarks.md. The platform's handler walks the first tenth of the same rows, and its own download function
brings some of the same originals, one after the other, as its exporter does.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from measure import ENVIRONMENTS, table  # noqa: E402
from servers import Servers, expect, free_port, write_rows  # noqa: E402

TOKEN = "syn_bench"
ROW_BYTES, FILE_BYTES = 5_000, 500_000

HANDLER = """
import sys
from synapse_sdk.clients.backend import BackendClient
from synapse_sdk.plugins.actions.export.handlers import TargetHandlerFactory
with BackendClient(sys.argv[1], access_token=sys.argv[2]) as client:
    handler = TargetHandlerFactory.get_handler("assignment")
    filters = handler.validate_filter({"project": 42, "id__lt": int(sys.argv[3])}, client)
    results, _ = handler.get_results(client, {**filters, "expand": "data"})
    print(sum(1 for _ in handler.get_export_item(results)))
"""
DOWNLOAD = """
import pathlib, sys
import requests
from synapse_sdk.utils.file.retry import streaming_download
for n in range(int(sys.argv[2])):
    with requests.Session() as session:
        streaming_download(session, f"{sys.argv[1]}/{n:06}.jpg", pathlib.Path(sys.argv[3]) / f"{n:06}.jpg")
"""


@contextmanager
def originals(folder, count, rate):
    """The URL of nginx with so many files, each connection limited to `rate` bytes a second."""
    data = folder / "originals"
    data.mkdir()
    for n in range(count):
        (data / f"{n:06}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(FILE_BYTES - 6) + b"\xff\xd9")
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    temp = "".join(f"{k}_temp_path {folder}/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr; events {{}}\nhttp {{ access_log off; sendfile on; "
        f"{temp}\nserver {{ listen 127.0.0.1:{port}; root {data}; limit_rate {rate}; }} }}\n", encoding="utf-8")
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def at_once(servers, lines):
    """Seconds that lines of bash take, all at the same time."""
    env = {**os.environ, **servers.env, "PATH": f"{servers.binaries}:{os.environ['PATH']}"}
    start = time.monotonic()
    running = [subprocess.Popen(["bash", "-o", "pipefail", "-c", line], env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for line in lines]
    for process, line in zip(running, lines):
        _, said = process.communicate()
        expect(f"exit code of {line!r} ({said.decode()[-500:]})", process.returncode, 0)
    return time.monotonic() - start


def write_list(path, url, count):
    """A list of files: originals by URL, and a text."""
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"@stream":"begin","kind":"files","version":1}\n')
        out.write(json.dumps({"path": "classes.txt", "text": "car\n"}) + "\n")
        for n in range(count):
            out.write(json.dumps({"path": f"images/{n:06}.jpg", "url": f"{url}/{n:06}.jpg"}) + "\n")
        out.write(json.dumps({"@stream": "end", "count": count + 1}) + "\n")


def scaling(name, megabytes, seconds):
    """Rows of a table: seconds by number of parts, and what is left of a linear gain."""
    first_parts, first = next(iter(seconds.items()))
    return [[name, parts, f"{took:.1f}", f"{megabytes / took:.1f}", f"{first * first_parts / (took * parts):.2f}"]
            for parts, took in seconds.items()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--rows-mb", type=int, default=100)
    parser.add_argument("--originals-mb", type=int, default=2000)
    parser.add_argument("--row-rate", type=int, default=250_000, help="bytes a second of each connection to the backend")
    parser.add_argument("--original-rate", type=int, default=1_000_000, help="bytes a second of each connection to the originals")
    parser.add_argument("--page-size", default="auto", help="rows a page of syn-fetch")
    parser.add_argument("--parts", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2, 4, 8])
    parser.add_argument("--skip-sdk", action="store_true")
    args = parser.parse_args()
    rows, files = args.rows_mb * 1_000_000 // ROW_BYTES, args.originals_mb * 1_000_000 // FILE_BYTES
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dump = folder / "rows.ndjson"
        write_rows(dump, rows, ROW_BYTES - 480)
        megabytes = dump.stat().st_size / 1e6
        servers = Servers(folder, args.bin.resolve(), dump, TOKEN, "--latency-ms", 50, "--bytes-per-sec", args.row_rate)
        servers.env["SYNAPSE_ACCESS_TOKEN"] = TOKEN
        try:
            fetch, bring = {}, {}
            fetch_rows = f"syn-fetch --project 42 --page-size {args.page_size}"
            for parts in args.parts:
                code, bounds, said = servers.shell(f"syn-fetch --project 42 --shard-bounds {parts}")
                expect(f"exit code of --shard-bounds ({said})", code, 0)
                shards = [f"{n}/{parts}" + (f"@{bounds.strip()}" if bounds.strip() else "") for n in range(1, parts + 1)]
                fetch[parts] = at_once(servers, [f"{fetch_rows} --shard {shard} | syn-sink s3://bucket/run-{parts}/part-{n}.ndjson.zst"
                                                 for n, shard in enumerate(shards, 1)])
                print(f"fetch, {parts} parts: {fetch[parts]:.1f} s", file=sys.stderr, flush=True)
            lines += scaling("rows", megabytes, fetch)
            with originals(folder, files, args.original_rate) as url:
                list_ = folder / "list.ndjson"
                write_list(list_, url, files)
                for parts in args.parts:
                    dest = f"s3://bucket/dataset-{parts}/"
                    bring[parts] = at_once(servers, [f"syn-sink --allow-private-urls --part {n}/{parts} {list_} {dest}"
                                                     for n in range(1, parts + 1)])
                    at_once(servers, [f"syn-sink --join {parts} {list_} {dest}"])
                    print(f"originals, {parts} parts: {bring[parts]:.1f} s", file=sys.stderr, flush=True)
                    shutil.rmtree(servers.bucket / f"dataset-{parts}")
                lines += scaling("originals", files * FILE_BYTES / 1e6, bring)
                print(table(["step", "parts", "s", "MB/s", "of linear"], lines))
                if not args.skip_sdk:
                    platform(servers, folder, rows // 10, url, min(files, 20))
        finally:
            servers.stop()


def platform(servers, folder, rows, url, files):
    """The platform's handler over the first so many rows, and its download function over the first of the originals."""
    python = ENVIRONMENTS / ".venv/bin/python"
    start = time.monotonic()
    done = subprocess.run([python, "-c", HANDLER, servers.env["SYNAPSE_HOST"], TOKEN, str(1000 + rows)], env={**os.environ, **servers.env}, check=True,
                          capture_output=True, text=True)
    expect("rows of the platform's handler", int(done.stdout), rows)
    walked = time.monotonic() - start
    (folder / "downloaded").mkdir()
    start = time.monotonic()
    subprocess.run([python, "-c", DOWNLOAD, url, str(files), str(folder / "downloaded")], env={**os.environ, **servers.env}, check=True)
    downloaded = time.monotonic() - start
    print(f"\nThe platform's handler: {rows} rows in {walked:.1f} s ({rows * ROW_BYTES / 1e6 / walked:.2f} MB/s); its download function: {files} originals in {downloaded:.1f} s "
          f"({files * FILE_BYTES / 1e6 / downloaded:.2f} MB/s).")


if __name__ == "__main__":
    main()
