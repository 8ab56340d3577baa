#!/usr/bin/env python3
"""Originals from a local HTTP server (nginx) to a local S3 server (s3s-fs): syn-sink beside `rclone copy`, the same concurrency.

    scripts/bench_store.py --bin target/dist [--count 2000] [--bytes 200000] [--concurrency 8]

Needs nginx, s3s-fs (scripts/setup.sh) and rclone (apt-get install rclone). Prints a table for docs/benchmarks.md: seconds, processor
time and peak memory of the program itself, not of the servers.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listening(process, port):
    while True:
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} ended with {process.returncode}")
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return process


def nginx(folder, data):
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    temp = "".join(f"{k}_temp_path {folder}/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}\nhttp {{ access_log off; {temp}\n"
        f"server {{ listen 127.0.0.1:{port}; root {data}; autoindex on; }} }}\n"
    )
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "conf")]
    return listening(subprocess.Popen(command, stderr=subprocess.DEVNULL), port), port


def s3(folder):
    port = free_port()
    (folder / "bucket").mkdir(parents=True)
    program = shutil.which("s3s-fs") or str(pathlib.Path.home() / ".cargo/bin/s3s-fs")
    command = [program, "--host", "127.0.0.1", "--port", str(port), "--access-key", "AK", "--secret-key", "SK", str(folder)]
    return listening(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port), port


def measured(command, env, stdin=None):
    start = time.monotonic()
    process = subprocess.Popen(command, env=env, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}: {said}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--bytes", type=int, default=200_000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    rows = {"syn-sink": [], "rclone copy": []}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data, store, web = folder / "data", folder / "store", folder / "web"
        data.mkdir(), web.mkdir()
        for i in range(args.count):
            (data / f"{i:06}.jpg").write_bytes(os.urandom(args.bytes))
        servers = []
        try:
            server, http = nginx(web, data)
            servers.append(server)
            server, port = s3(store)
            servers.append(server)
            lines = folder / "lines.ndjson"
            with lines.open("w") as out:
                out.write('{"@stream":"begin","kind":"files","version":1}\n')
                for i in range(args.count):
                    url = f"http://127.0.0.1:{http}/{i:06}.jpg"
                    out.write(json.dumps({"path": f"images/{i:06}.jpg", "url": url}) + "\n")
                out.write(json.dumps({"@stream": "end", "count": args.count}) + "\n")
            env = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AK",
                   "AWS_SECRET_ACCESS_KEY": "SK", "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"}
            remote = f":s3,provider=Other,env_auth=true,force_path_style=true,endpoint='http://127.0.0.1:{port}':bucket"
            n = str(args.concurrency)
            for round in range(args.rounds):
                rows["syn-sink"].append(measured(
                    [str(args.bin / "syn-sink"), "--allow-private-urls", "--concurrency", n, f"s3://bucket/a{round}", str(lines)], env))
                rows["rclone copy"].append(measured(
                    ["rclone", "--config", "/dev/null", "copy", "--transfers", n, "--checkers", n, "--http-url",
                     f"http://127.0.0.1:{http}/", ":http:", f"{remote}/b{round}"], env))
                for name in ("a", "b"):
                    there = sum(1 for _ in (store / "bucket" / f"{name}{round}").rglob("*.jpg"))
                    if there != args.count:
                        sys.exit(f"{name}{round} has {there} of {args.count} images")
                    shutil.rmtree(store / "bucket" / f"{name}{round}")
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    print(f"{args.count} originals of {args.bytes} bytes, {n} at once, medians of {args.rounds}:\n")
    print("| | s | MB/s | processor s | peak MiB |\n|---|--:|--:|--:|--:|")
    for name, runs in rows.items():
        wall, cpu, peak = (sorted(column)[len(runs) // 2] for column in zip(*runs))
        print(f"| {name} | {wall:.1f} | {args.count * args.bytes / wall / 1e6:.0f} | {cpu:.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
