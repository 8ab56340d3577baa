"""A backend with rows and originals (the stand-in), an S3 server (s3s-fs), and our programs beside them."""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink"]
S3 = {"AWS_ACCESS_KEY_ID": "AKTEST", "AWS_SECRET_ACCESS_KEY": "SKTEST", "AWS_REGION": "us-east-1"}


def expect(what, have, want):
    """Ends the check when two things differ."""
    if have != want:
        raise SystemExit(f"FAILED {what}: have {str(have)[:600]}, want {str(want)[:600]}")


def write_rows(path, count, padding=0):
    """Assignments of one or two boxes, with an image of 64 x 48 each, and so many bytes more."""
    with open(path, "w", encoding="utf-8") as out:
        for n in range(count):
            ids = [f"a{n}", f"b{n}"][: 1 + n % 2]
            heads = [{"id": i, "tool": "bounding_box", "classification": {"class": ["car", "bus"][n % 3 == 0]}} for i in ids]
            boxes = [{"id": i, "coordinate": {"x": n % 50 + 0.5, "y": k * 20 + 2, "width": 10, "height": 8}} for k, i in enumerate(ids)]
            data = {"assignmentId": 1000 + n, "extra": {"image_1": {"width": 64, "height": 48}}, "annotations": {"image_1": heads},
                    "annotationsData": {"image_1": boxes}}
            if padding:
                data["padding"] = "x" * padding
            out.write(json.dumps({"id": 1000 + n, "data": data, "file": {"url": "x", "file_name_original": f"{n:06}.jpg"},
                                  "status_review": ["approved", "rejected"][n % 5 == 0], "task": {"id": 5000 + n}}) + "\n")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Servers:
    """Both servers, which run until `stop`. `bucket` is the folder in which the S3 server keeps its one bucket."""

    def __init__(self, folder, binaries, rows, token, *options):
        self.folder, self.binaries = folder, binaries
        self.data = folder / "s3"
        self.bucket = self.data / "bucket"
        self.bucket.mkdir(parents=True)
        backend, s3 = free_port(), free_port()
        self.env = {**S3, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{s3}", "SYNAPSE_HOST": f"http://127.0.0.1:{backend}", "HOME": str(folder),
                    "NO_PROXY": "127.0.0.1"}
        s3s = shutil.which("s3s-fs") or Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "bin/s3s-fs"
        keys = ["--access-key", S3["AWS_ACCESS_KEY_ID"], "--secret-key", S3["AWS_SECRET_ACCESS_KEY"]]
        self.processes = []
        self._start("backend", backend, [binaries / "examples/stand-in", "--dump", rows, "--token", token, "--port", backend, *options])
        self._start("s3", s3, [s3s, "--host", "127.0.0.1", "--port", s3, *keys, self.data])

    def _start(self, name, port, command):
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if process.poll() is not None:
                sys.exit(f"{name} ended with {process.returncode}: {(self.folder / f'{name}.log').read_text()}")
            time.sleep(0.05)

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait()

    def shell(self, line, **variables):
        """Runs a line of bash with our programs on the PATH; exit code, output and errors."""
        path = f"{self.binaries}:{os.environ['PATH']}"
        done = subprocess.run(["bash", "-c", line], env={**os.environ, **self.env, "PATH": path, **variables}, cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def objects(self):
        """All objects of the bucket by key, as their hashes and times."""
        return {str(p.relative_to(self.bucket)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
                for p in self.bucket.rglob("*") if p.is_file()}

    def dataset(self, name):
        """Hashes of the objects below a prefix."""
        return {key.split("/", 1)[1]: found for key, (found, _) in self.objects().items() if key.startswith(f"{name}/")}

    def uploads(self):
        """Unfinished uploads, which the server keeps beside the bucket."""
        return [p.name for p in self.data.iterdir() if p.name.startswith(".upload")]
