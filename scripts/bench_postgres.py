#!/usr/bin/env python3
"""Time and peak memory of `syn-fetch --dsn`, beside psql's COPY of the same rows from the same server.

Starts a PostgreSQL of its own with 134,000 assignments of about 6 KB (about 1.1 GB on disk) and removes it afterwards.
Usage: scripts/bench_postgres.py [--bin target/dist] [--rows 134000] [--runs 3]
"""

import argparse
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

TABLES = """
CREATE TABLE annotation_task (id bigint PRIMARY KEY, project_id bigint, data_unit_id bigint, workshop_id bigint, data jsonb);
CREATE TABLE hitl_assignment (id bigint PRIMARY KEY, task_id bigint, status_label text, status_review text, data jsonb);
CREATE TABLE data_collection_dataunit (id bigint PRIMARY KEY, data_collection_id bigint, meta jsonb, files jsonb);
CREATE INDEX ON annotation_task (project_id);
CREATE INDEX ON hitl_assignment (task_id);
"""

# 27 boxes, in both halves of the payload: about 6 KB as text. Coordinates differ, so that compression is that of real rows.
ROWS = """
INSERT INTO data_collection_dataunit SELECT n, 1, jsonb_build_object('width', 1920, 'height', 1080, 'filename', n || '.jpg'),
    jsonb_build_object('image_1', jsonb_build_object('url', '/media/' || n || '.jpg', 'is_primary', true,
        'file_name_original', n || '.jpg')) FROM generate_series(1, {rows}) n;
INSERT INTO annotation_task SELECT n, 42, n, 1, NULL FROM generate_series(1, {rows}) n;
INSERT INTO hitl_assignment SELECT n, n, 'completed', 'completed', jsonb_build_object(
    'extra', '{{"image_1": {{"width": 1920, "height": 1080}}}}'::jsonb,
    'annotations', jsonb_build_object('image_1', (SELECT jsonb_agg(jsonb_build_object('id', 'a' || n || '_' || k,
        'tool', 'bounding_box', 'isVisible', true, 'classification', jsonb_build_object('class', 'class ' || k))) FROM generate_series(1, 27) k)),
    'annotationsData', jsonb_build_object('image_1', (SELECT jsonb_agg(jsonb_build_object('id', 'a' || n || '_' || k,
        'coordinate', jsonb_build_object('x', round((random() * 1800)::numeric, 3), 'y', round((random() * 1000)::numeric, 3),
        'width', round((random() * 90)::numeric, 3), 'height', round((random() * 70)::numeric, 3)))) FROM generate_series(1, 27) k)))
    FROM generate_series(1, {rows}) n;
ANALYZE;
"""

COPY = """COPY (SELECT a.id, t.id, a.status_label, a.status_review, u.id, u.meta, u.files, a.data FROM hitl_assignment a
JOIN annotation_task t ON t.id = a.task_id LEFT JOIN data_collection_dataunit u ON u.id = t.data_unit_id
WHERE t.project_id = 42 ORDER BY a.id DESC) TO STDOUT"""


def once(command, env):
    """Seconds, CPU seconds, peak MiB and bytes written of one run."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    total = 0
    while chunk := child.stdout.read1(1 << 20):
        total += len(chunk)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} failed with {child.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="target/dist")
    parser.add_argument("--rows", type=int, default=134_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not binaries:
        raise SystemExit("no PostgreSQL server: run scripts/setup.sh")
    pg = binaries[-1]
    root = os.getuid() == 0
    owner = pwd.getpwnam("postgres") if root else pwd.getpwuid(os.getuid())
    prefix = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"] if root else []
    folder = tempfile.mkdtemp()
    server = None
    try:
        os.chmod(folder, 0o755)
        data = os.path.join(folder, "data")
        os.mkdir(data)
        if root:
            os.chown(data, owner.pw_uid, owner.pw_gid)
        quiet = {"stdout": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run([*prefix, f"{pg}/initdb", "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync", data], check=True, **quiet)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [*prefix, f"{pg}/postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off",
             "-c", "full_page_writes=off", "-c", "max_wal_size=4GB", "-c", "shared_buffers=256MB"],
            stderr=subprocess.PIPE, text=True, **quiet)
        for line in server.stderr:
            if "ready to accept connections" in line:
                break
        else:
            raise SystemExit("PostgreSQL did not start")
        psql = [f"{pg}/psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "owner", "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
        subprocess.run([*psql, "-c", TABLES], check=True)
        subprocess.run(psql, input=ROWS.format(rows=options.rows), text=True, check=True)
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        jobs = {
            "psql COPY, text": [*psql, "-c", COPY],
            "syn-fetch --dsn": [f"{options.bin}/syn-fetch", "-q", "--dsn", f"postgres://owner@127.0.0.1:{port}/postgres", "--project", "42"],
        }
        print(f"{options.rows} rows, best of {options.runs}\n")
        print("| job | s | MB/s | own CPU s | peak MiB |\n|---|--:|--:|--:|--:|")
        for name, command in jobs.items():
            seconds, cpu, peak, total = min(once(command, env) for _ in range(options.runs))
            print(f"| {name} | {seconds:.1f} | {total / seconds / 1e6:.0f} | {cpu:.1f} | {peak:.0f} |", flush=True)
            if name.startswith("syn"):
                print(f"\n{total / options.rows / 1000:.1f} KB a line")
    finally:
        if server:
            server.send_signal(3)
            server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
