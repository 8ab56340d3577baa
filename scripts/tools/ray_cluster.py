"""A Ray cluster of two nodes on this machine, and its Jobs API.

Everything is in a network, a process and a mount namespace of its own, which end with the program: nothing is left, and ports of Ray that are
fixed cannot be taken. Each node has a process namespace of its own in there, so that all of it can be killed at once, as a machine that
loses its power.
"""
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from measure import ENVIRONMENTS

RAY = ENVIRONMENTS / ".venv-ray" / "bin" / "ray"
INSIDE = "SYNPIPE_INSIDE_NAMESPACE"
GCS, DASHBOARD = 6379, 8265
# Bytes; Ray takes no less.
STORE_MEMORY = 80_000_000


def enter_namespace():
    """Runs this program again inside of namespaces of its own, and ends with its exit code; returns when it is there."""
    if os.environ.pop(INSIDE, None):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable, *sys.argv]
    sys.exit(subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode)


def wait_until(holds, what, seconds=60.0, step=0.1):
    """Waits for a condition, and returns what it returned."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if found := holds():
                return found
        except (OSError, ValueError):
            # A server that is not ready.
            pass
        time.sleep(step)
    raise SystemExit(f"FAILED: {what}: not within {seconds:.0f} s")


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def packed(folder):
    """The files of a folder as a package, with their mode."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return package.getvalue()


class Cluster:
    """A head, and a second node that can be killed and started again."""

    def __init__(self, folder, env, cpus=2):
        self.folder, self.cpus = Path(folder), cpus
        self.session = self.folder / "ray"
        self.session.mkdir()
        self.env = {**os.environ, **env, "RAY_USAGE_STATS_ENABLED": "0", "NO_PROXY": "127.0.0.1,127.0.0.2"}
        # A node that is gone is given up after seconds, not after a minute; one that is only slow, on a busy machine, is not.
        self.env |= {"RAY_health_check_period_ms": "1000", "RAY_health_check_timeout_ms": "60000", "RAY_health_check_failure_threshold": "5",
                     "RAY_raylet_rpc_server_reconnect_timeout_s": "5", "RAY_core_worker_rpc_server_reconnect_timeout_s": "5",
                     "RAY_gcs_rpc_server_request_timeout_seconds": "300"}
        # The dashboard gives up when a process of it has not begun after 30 s, which a busy machine needs.
        self.env["RAY_DASHBOARD_SUBPROCESS_MODULE_WAIT_READY_TIMEOUT"] = "300"
        # Ray compiles what it imports again and again otherwise, in thirty processes.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        # What a job calls `python` is Ray's.
        self.env["PATH"] = f"{RAY.parent}:{self.env['PATH']}"
        self.nodes = 0
        self.head = self._start(["--head", "--node-ip-address=127.0.0.1", f"--port={GCS}", f"--dashboard-port={DASHBOARD}",
                                 "--dashboard-host=127.0.0.1", f"--temp-dir={self.session}"], "head")
        wait_until(lambda: listens(GCS), "the head of the cluster")
        self.second = None
        self.start_second()
        wait_until(lambda: listens(DASHBOARD), "the Jobs API", 300)
        self.wait_for_nodes(2)
        wait_until(lambda: self.get("/api/version") and self.get("/api/jobs/") == [], "the list of jobs")

    def _start(self, arguments, name, prepare="", *more):
        log = open(self.folder / f"{name}.log", "ab")
        command = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", f'{prepare}exec "$@"', "sh", *more,
                   str(RAY), "start", *arguments, f"--num-cpus={self.cpus}", f"--object-store-memory={STORE_MEMORY}", "--block"]
        return subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start_second(self):
        """Starts the second node. It sees a disk of its own where the head has its session folder."""
        self.nodes += 1
        disk = self.folder / f"node-{self.nodes}"
        disk.mkdir()
        base = 52000 + 10 * self.nodes
        ports = [f"--{name}={base + n}" for n, name in enumerate(
            ["dashboard-agent-listen-port", "metrics-export-port", "runtime-env-agent-port", "dashboard-agent-grpc-port"])]
        workers = 20000 + 1000 * self.nodes
        self.second = self._start([f"--address=127.0.0.1:{GCS}", "--node-ip-address=127.0.0.2", *ports, f"--min-worker-port={workers}",
                                   f"--max-worker-port={workers + 999}"], f"node-{self.nodes}",
                                  'mount --bind "$1" "$2" && shift 2 && ', str(disk), str(self.session))

    def kill_second(self):
        """The second node is gone at once, with all its processes."""
        self.second.kill()
        self.second.wait()

    def wait_for_nodes(self, count):
        wait_until(lambda: len(self.alive()) == count, f"{count} nodes that are alive", 120, 0.3)

    def alive(self):
        """Addresses of the nodes that Ray takes for alive."""
        try:
            found = self.get("/api/v0/nodes?limit=100")["data"]["result"]["result"]
        except (OSError, KeyError, TypeError):
            return []
        return [node["node_ip"] for node in found if node["state"] == "ALIVE"]

    def stop(self):
        """Ends both nodes."""
        for node in (self.second, self.head):
            node.kill()
            node.wait()

    # ---- Jobs API

    def request(self, method, path, body=None, kind="application/json"):
        request = urllib.request.Request(f"http://127.0.0.1:{DASHBOARD}{path}", body, {"Content-Type": kind}, method=method)
        if self.head.poll() is not None:
            raise SystemExit(f"FAILED: the head of the cluster has ended: {(self.folder / 'head.log').read_text()[-1000:]}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def get(self, path):
        return json.loads(self.request("GET", path))

    def submit(self, entrypoint, package, **variables):
        """Submits a job with a package (bytes of a zip file) as its working directory; its id."""
        # Ray deletes a package when no job is left that needs it, so each has its own.
        name = f"_ray_pkg_{secrets.token_hex(8)}.zip"
        self.request("PUT", f"/api/packages/gcs/{name}", package, "application/octet-stream")
        runtime = {"working_dir": f"gcs://{name}", "env_vars": variables}
        body = {"entrypoint": entrypoint, "runtime_env": runtime}
        return json.loads(self.request("POST", "/api/jobs/", json.dumps(body).encode()))["submission_id"]

    def job(self, job):
        return self.get(f"/api/jobs/{job}")

    def logs(self, job):
        return self.get(f"/api/jobs/{job}/logs")["logs"]

    def stop_job(self, job):
        return json.loads(self.request("POST", f"/api/jobs/{job}/stop"))["stopped"]

    def wait_for(self, job, seconds=600.0):
        """The record of a job that has ended."""
        def ended():
            record = self.job(job)
            return record if record["status"] in ("SUCCEEDED", "FAILED", "STOPPED") else None
        return wait_until(ended, f"the end of {job}", seconds, 0.3)
