#!/usr/bin/env python3
"""Exports the test data in every format, then loads the exports with the programs that will read them.

    check_consumers.py --bin target/debug

pycocotools and supervision load COCO, Ultralytics' own label check reads YOLO, supervision and an XML parser read VOC.
The images come from the stand-in backend, which makes one of the right size for each row.
"""
import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "scripts" / "tools"
DATA = ROOT / "tests" / "data"


def make_dumps(folder):
    """Dumps in the platform's schema: polygons with masks and keypoints, boxes only, facades."""
    coco = DATA / "coco-mini" / "instances_val2017.json"
    joints = DATA / "coco-mini" / "person_keypoints_val2017.json"
    facade = DATA / "facade" / "valid.coco.json"
    sets = {
        "coco": [coco, "--keypoints", joints],
        "coco_boxes": [coco, "--boxes"],
        "facade": [facade],
        "facade_boxes": [facade, "--boxes"],
    }
    paths = {}
    for name, arguments in sets.items():
        paths[name] = folder / f"{name}.ndjson"
        with open(paths[name], "wb") as out:
            subprocess.run([sys.executable, TOOLS / "coco_to_dm.py", *arguments], stdout=out, check=True)
    return paths


@contextlib.contextmanager
def stand_in(binaries, dump):
    """The address of a stand-in backend that serves a dump."""
    command = [binaries / "examples" / "stand-in", "--dump", dump, "--token", "syn_check", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        found = re.match(r"listening on (\S+)", server.stdout.readline())
        if not found:
            sys.exit("the stand-in did not start")
        yield found[1]
    finally:
        server.kill()
        server.wait()


def export(binaries, host, out, options):
    """Runs fetch | convert | sink; every stage must succeed."""
    env = dict(os.environ, SYNAPSE_HOST=host, SYNAPSE_ACCESS_TOKEN="syn_check", SYNAPSE_PROJECT="42")
    line = f'set -o pipefail; "$0"/syn-fetch -q | "$0"/syn-convert -q {options} | "$0"/syn-sink -q "$1"'
    subprocess.run(["bash", "-c", line, str(binaries), str(out)], env=env, check=True)


def supervision_coco(folder):
    import supervision as sv

    document = folder / "annotations" / "instances.json"
    loaded = sv.DetectionDataset.from_coco(str(folder / "images"), str(document))
    assert len(loaded) > 0, "supervision found no image"
    return f"supervision: {len(loaded)} images, {len(loaded.classes)} classes"


CHECKS = [
    # dump, name, options, consumer and its options
    ("coco", "coco", "--to coco", ["coco", "--self-eval"]),
    ("facade", "coco", "--to coco", ["coco", "--self-eval"]),
    ("coco_boxes", "coco", "--to coco", ["coco", "--self-eval"]),
    ("coco_boxes", "yolo", "--to yolo --split 0.8/0.2", ["yolo", "--task", "detect"]),
    ("facade_boxes", "yolo", "--to yolo", ["yolo", "--task", "detect"]),
    ("coco", "segment", "--to yolo --task segment", ["yolo", "--task", "segment"]),
    ("facade", "segment", "--to yolo --task segment", ["yolo", "--task", "segment"]),
    ("coco", "pose", "--to yolo --task pose", ["yolo", "--task", "pose"]),
    ("coco_boxes", "voc", "--to voc --split 0.8/0.2", ["voc"]),
    ("facade", "voc", "--to voc", ["voc"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    binaries = parser.parse_args().bin.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dumps = make_dumps(folder)
        for dump, name, options, (kind, *more) in CHECKS:
            out = folder / f"{dump}-{name}"
            with stand_in(binaries, dumps[dump]) as host:
                export(binaries, host, out, options)
            print(f"{dump}: {options}", flush=True)
            subprocess.run([sys.executable, TOOLS / "consumers.py", kind, out, *more], check=True)
            if kind == "coco":
                print(supervision_coco(out), flush=True)
    print(f"{len(CHECKS)} exports read by their consumers")


if __name__ == "__main__":
    main()
