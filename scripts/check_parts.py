#!/usr/bin/env python3
"""Runs the recipes of docs/parts.md as a scheduler would, with its variables: into folders, and into a store.

    check_parts.py --bin target/debug

Each must make the dataset that one machine makes, byte for byte, and leave nothing but the parts and the list. What the page says was not
run is left out; scripts/check_ray.py runs the driver on Ray.
"""
import argparse
import hashlib
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from servers import Servers, expect, write_rows  # noqa: E402

PAGE = Path(__file__).resolve().parent.parent / "docs/parts.md"
PARTS = range(1, 5)
BLOCK = re.compile(r"(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)```", re.S)


def recipes():
    """What the page has: the recipe by hand, the arguments of the two Kubernetes jobs, and files by name."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    files = {name: text for name, _, text in blocks if name}
    by_hand = next(text for name, kind, text in blocks if kind == "sh" and not name and "# not run" not in text)
    fetch, bring = (yaml.safe_load(text) for _, kind, text in blocks if kind == "yaml")
    pod = fetch["spec"]["template"]["spec"]["containers"][0]
    expect("the command of the pod", pod["command"], ["bash", "-o", "pipefail", "-c"])
    return by_hand, pod["args"][0], bring["args"][0], files


def tree(place):
    return {str(p.relative_to(place)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(place.rglob("*")) if p.is_file()}


class Page:
    """The servers, and what stands for four machines."""

    def __init__(self, servers, base):
        self.servers, self.base = servers, base
        self.by_hand, self.pod, self.pod_brings, self.files = recipes()

    def shell(self, line, **variables):
        code, out, said = self.servers.shell(f"set -o pipefail\n{line}", **variables)
        expect(f"exit code of {line!r} ({said})", code, 0)
        return out.strip()

    def at_once(self, line, variables):
        """A line for each part, all at the same time."""
        with ThreadPoolExecutor(len(PARTS)) as pool:
            list(pool.map(lambda part: self.shell(line, **variables(part)), PARTS))

    def script(self, name, line="bash FILE"):
        """A line that runs a script of the page."""
        path = self.servers.folder / name
        path.write_text(self.files[name], encoding="utf-8")
        return line.replace("FILE", str(path))

    def run(self, how):
        """One recipe from its beginning to its end; the names of its places."""
        places = {"RUN": f"{self.base}run-{how}", "DEST": f"{self.base}{how}"}
        convert = next(line for line in self.by_hand.splitlines() if "--dump" in line)
        join = next(line for line in self.by_hand.splitlines() if "--join" in line)
        if how == "hand":
            # A second time, nothing changes.
            for _ in range(2):
                self.shell("set -e\n" + self.by_hand, **places)
            return
        places["BOUNDS"] = self.shell("syn-fetch --project 42 --shard-bounds 4")
        kubernetes = lambda part: {**places, "JOB_COMPLETION_INDEX": str(part - 1)}  # noqa: E731
        slurm = lambda part: {**places, "SLURM_ARRAY_TASK_ID": str(part), "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1",  # noqa: E731
                              "SLURM_ARRAY_TASK_MAX": "4", "SLURM_ARRAY_JOB_ID": "7", "SLURM_JOB_ID": str(6 + part)}
        spark = lambda part: {**places, "PART": str(part)}  # noqa: E731
        fetch, bring, variables = {
            "kubernetes": (self.pod, self.pod_brings, kubernetes),
            "slurm": (self.script("fetch.sh"), self.script("files.sh"), slurm),
            "spark": (self.script("part.sh", 'echo "$PART" | bash FILE'), self.script("files.sh"), lambda part: slurm(part) | spark(part)),
        }[how]
        fetch_variables = spark if how == "spark" else variables
        self.at_once(fetch, fetch_variables)
        self.shell(convert, **places)
        self.at_once(bring, variables)
        self.shell(join, **places)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    binaries = parser.parse_args().bin.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder).resolve()
        rows = folder / "rows.ndjson"
        write_rows(rows, 60)
        servers = Servers(folder, binaries, rows, "syn_check")
        # Originals of the server's own address; relative to the token, which the page has in the environment.
        servers.env["SYNAPSE_ACCESS_TOKEN"] = "syn_check"
        try:
            for kind, base in {"folders": f"{folder}/", "a store": "s3://bucket/"}.items():
                page = Page(servers, base)
                page.shell(f"syn-fetch --project 42 | syn-convert --to coco | syn-sink {base}alone")
                read = servers.dataset if kind == "a store" else lambda name: tree(folder / name)
                alone = read("alone")
                for how in ("hand", "kubernetes", "slurm", "spark"):
                    page.run(how)
                    expect(f"{how}, {kind}: the dataset", read(how), alone)
                    expect(f"{how}, {kind}: parts and list", sorted(read(f"run-{how}")),
                           ["list.ndjson.zst", *(f"part-{part}.ndjson.zst" for part in PARTS)])
            expect("uploads left", servers.uploads(), [])
            names = ["alone", "hand", "kubernetes", "slurm", "spark"]
            expect("prefixes of the bucket", {key.split("/", 1)[0] for key in servers.objects()}, {*names, *(f"run-{n}" for n in names[1:])})
        finally:
            servers.stop()
    print(f"parts: 4 recipes of {PAGE.name} into folders and a store, {len(alone)} files as by one machine")


if __name__ == "__main__":
    main()
