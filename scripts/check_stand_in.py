#!/usr/bin/env python3
"""Walk the stand-in backend with the platform's own client, to see that it answers as the real one does.

    .venv/bin/python scripts/check_stand_in.py [--bin target/debug/examples/stand-in] [--dump tests/data/sample.ndjson]

Every list is walked to its end with BackendClient (both page modes) and with the export handlers of all three
targets, on servers of several kinds. Each row must arrive once, with the payload that the dump has.
"""
import argparse
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from synapse_sdk.clients.backend import BackendClient
from synapse_sdk.clients.backend_v2 import BackendClientV2
from synapse_sdk.exceptions import ClientError
from synapse_sdk.plugins.actions.export.gt_project import resolve_gt_project_id
from synapse_sdk.plugins.actions.export.handlers import TargetHandlerFactory

REPO = Path(__file__).resolve().parent.parent
TOKEN = "syn_check"
PROJECT, GT_VERSION, EXTRA_PROJECTS = 42, 15, 4
LISTERS = {"assignment": "list_assignments", "task": "list_tasks", "ground_truth": "list_ground_truth_events"}
# What the rows of a list are told apart by.
UNIQUE = {"assignment": "id", "task": "id", "ground_truth": "pgh_id"}
SCOPE = {
    "assignment": {"project": PROJECT},
    "task": {"project": PROJECT},
    "ground_truth": {"ground_truth_dataset_version": GT_VERSION},
}
SERVERS = {
    "plain": [],
    "old": ["--no-cursor"],
    "newer": ["--files-manifest", "--strict-rows"],
    "presigned": ["--presigned", "all", "--object-host", "localhost"],
    "mixed, expired": ["--presigned", "mixed", "--expire-first", "--gt-repeat", "0"],
    "flaky": ["--fail-rate", "0.2", "--fail-status", "503", "--cut-rate", "0.1", "--fault-limit", "1"],
}


@contextmanager
def server(binary, dump, options):
    """The URL of a running server; it is stopped by its own pid."""
    command = [binary, "--dump", dump, "--token", TOKEN, "--v2-next-url",
               "--extra-projects", str(EXTRA_PROJECTS), *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line.startswith("listening on "):
                raise SystemExit(f"{' '.join(command)}: did not start")
            yield line.split()[-1]
        finally:
            process.terminate()


def rows_of(dump):
    with open(dump, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return [row for row in rows if "@stream" not in row]


def expect(what, have, want):
    if have != want:
        raise SystemExit(f"FAILED {what}: have {str(have)[:300]}, want {str(want)[:300]}")


def check_lists(client, name, rows):
    """The list methods, page by page."""
    for target, lister in LISTERS.items():
        key = UNIQUE[target]
        scope = dict(SCOPE[target])
        if target == "ground_truth":
            scope = {"ground_truth_dataset_versions": GT_VERSION}
        for mode in ({}, {"pagination": "cursor", "ordering": f"-{key}"}):
            params = {**scope, "page_size": 5, "expand": ["data", "data_unit"], **mode}
            walk, count = getattr(client, lister)(params=params, list_all=True, url_conversion={}, page_retries=3,
                                                  page_retry_backoff=0)
            ids = [row[key] for row in walk]
            expect(f"{name}: {lister} {mode}: ids are unique", len(set(ids)), len(ids))
            expect(f"{name}: {lister} {mode}: rows", len(ids), len(rows))
            if target == "assignment":
                expect(f"{name}: {lister} {mode}: ids", sorted(ids), sorted(row["id"] for row in rows))
            if count:
                expect(f"{name}: {lister} {mode}: count", count, len(rows))


def check_handlers(client, name, rows):
    """The export handlers, as an export runs them."""
    for target in LISTERS:
        config = {"export_page_size": 5, "export_throttle_seconds": 0, "export_page_retry_backoff": 0}
        handler = TargetHandlerFactory.get_handler(target, config=config)
        filters = handler.validate_filter(dict(SCOPE[target]), client)
        results, count = handler.get_results(client, {**filters, "expand": "data"})
        expect(f"{name}: {target} handler: count", count, len(rows))
        seen = []

        def tap(walk):
            for row in walk:
                seen.append(row[UNIQUE[target]])
                yield row

        items = list(handler.get_export_item(tap(results)))
        expect(f"{name}: {target} handler: unique rows", len(set(seen)), len(rows))
        expect(f"{name}: {target} handler: items", len(items), len(rows))
        # The payload names its assignment, whichever list it came by.
        have = {item["data"]["assignmentId"]: item["data"] for item in items}
        expect(f"{name}: {target} handler: payloads", have, {row["id"]: row["data"] for row in rows})
        if not all(item["files"].get("file_name_original") for item in items):
            raise SystemExit(f"FAILED {name}: {target} handler: an item without a file name")


def check_images(client, name):
    """The made-up originals are images that a real decoder takes, of the size that the row says."""
    for row in client.list_assignments(params={"project": PROJECT}, url_conversion={})["results"]:
        file = row.get("file") or row["files_manifest"]["image_1"]
        for suffix, kind in (("", "JPEG"), (".png", "PNG")):
            with urlopen(file["url"] + suffix) as answer, Image.open(io.BytesIO(answer.read())) as image:
                image.load()
                expect(f"{name}: format of {file['url']}{suffix}", image.format, kind)
                if not suffix:
                    expect(f"{name}: size of {file['url']}", list(image.size), list(file["meta"].values()))


def check_catalog(client, name):
    """The single objects."""
    project = client.get_project(PROJECT)
    if not project["title"] or not project["configuration"]["classification"]:
        raise SystemExit(f"FAILED {name}: project {project}")
    version = client.get_ground_truth_version(GT_VERSION)
    versions = client.list_ground_truth_versions(params={"ground_truth_dataset": version["ground_truth_dataset"]})
    expect(f"{name}: versions", [entry["id"] for entry in versions["results"]], [GT_VERSION])
    if not client.get_storage(1).configuration or not client.get_data_collection(1)["file_specifications"]:
        raise SystemExit(f"FAILED {name}: storage or data collection")
    expect(f"{name}: data collections", [entry["id"] for entry in client.list_data_collections()["results"]], [1])
    units = client.list_data_units(params={"data_collection": 1}, url_conversion={})["results"]
    if not units or any(not unit["files"] or unit["data_collection"] != 1 for unit in units):
        raise SystemExit(f"FAILED {name}: data units")
    try:
        client.get_project(PROJECT - 1)
    except ClientError:
        return
    raise SystemExit(f"FAILED {name}: a project that is not there")


def check_v2(url, name):
    """The v2 client: the project of a ground-truth dataset, and a list of several pages."""
    with BackendClient(url, access_token=TOKEN) as client:
        v2 = BackendClientV2(url, access_token=TOKEN, allow_insecure=True)
        found = resolve_gt_project_id(client, v2, {"ground_truth_dataset_version": GT_VERSION})
        expect(f"{name}: project of the ground truth", found, PROJECT)
        projects = [project.id for project in v2.projects.list(per_page=2, list_all=True)]
        expect(f"{name}: projects", projects, list(range(PROJECT, PROJECT + EXTRA_PROJECTS + 1)))
        expect(f"{name}: datasets", len(list(v2.ground_truth_datasets.list(list_all=True))), 1)
        expect(f"{name}: tenants", [tenant.code for tenant in v2.tenants.list(list_all=True)], ["stand-in"])
        expect(f"{name}: collections", [entry.id for entry in v2.data_collections.list(list_all=True)], [1])


def check_login(binary, url):
    """What `syn-fetch login` writes is what the platform's own CLI reads, with and without a profile."""
    read = ("from synapse_sdk.utils.auth import load_credentials as load; it = load(); print(it.host, it.token)\n"
            "import json, pathlib; file = pathlib.Path.home() / '.synapse/config.json'\n"
            "it = json.loads(file.read_text())['environments']['night']; print(it['backend_url'], it['access_token'])")
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"}
        for profile in ([], ["--profile", "night"]):
            command = [binary, "login", "--quiet", "--host", url, "--token-stdin", *profile]
            subprocess.run(command, input=TOKEN, text=True, env=environment, check=True)
        told = subprocess.run([sys.executable, "-c", read], env=environment, check=True, capture_output=True, text=True)
    expect("login", told.stdout.splitlines(), [f"{url} {TOKEN}"] * 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(REPO / "target/debug/examples/stand-in"))
    parser.add_argument("--dump", default=str(REPO / "tests/data/sample.ndjson"))
    args = parser.parse_args()
    # A proxy of the surroundings must not see loopback requests; retries are expected and not worth a line each.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    logging.disable(logging.WARNING)
    rows = rows_of(args.dump)
    for name, options in SERVERS.items():
        with server(args.bin, args.dump, options) as url, BackendClient(url, access_token=TOKEN) as client:
            flaky = name == "flaky"
            if flaky:
                # The SDK's transport waits seconds before it repeats anything; the walks below bring their own retries.
                client._retry_config["total"] = 0
            check_lists(client, name, rows)
            if flaky:
                with urlopen(f"{url}/_stats") as answer:
                    faults = json.load(answer)["faults"]
                expect(f"{name}: faults given", sorted(faults), ["cut", "fail"])
            else:
                check_handlers(client, name, rows)
                check_catalog(client, name)
                check_images(client, name)
                check_v2(url, name)
            if name == "plain":
                check_login(Path(args.bin).parent.parent / "syn-fetch", url)
        print(f"{name}: {len(rows)} rows, every one once")
    print("the stand-in answers the platform's own client")


if __name__ == "__main__":
    sys.exit(main())
