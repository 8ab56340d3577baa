#!/usr/bin/env python3
"""Exports the test data in every format, then loads the exports with the programs that will read them.

    check_consumers.py --bin target/debug

`syn-convert --check` must find nothing that is lost. pycocotools and supervision load COCO, Ultralytics' own label check reads YOLO, supervision and an XML parser read VOC.
The images come from the stand-in backend, which makes one of the right size for each row.
"""
import argparse
import contextlib
import json
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
    paths["holes"] = folder / "holes.ndjson"
    make_holes(paths["holes"])
    return paths


def make_holes(path):
    """Masks that are frames around one or two holes, one of them around another mask, in row-major indices."""
    with open(path, "w", encoding="utf-8") as out:
        for item in range(1, 13):
            width, height = 60 + item, 40 + item
            outer = [(x, y) for y in range(2, 30) for x in range(3, 40)]
            holes = [(8, 8, 14, 20), (20, 5 + item, 30, 10 + item)][: 1 + item % 2]
            inside = [(x, y) for x, y in outer if any(a <= x < c and b <= y < d for a, b, c, d in holes)]
            island = [(x, y) for y in range(11, 16) for x in range(10, 12)]
            masks = {"frame": [p for p in outer if p not in set(inside)], "island": island}
            heads, data = [], []
            for name, pixels in masks.items():
                heads.append({"id": name, "tool": "segmentation", "classification": {"class": name}})
                indices = sorted(y * width + x for x, y in pixels)
                mask = {"isCompressed": False, "compressionFormat": None}
                data.append({"id": name, "pixel_indices": indices, **mask})
            size = {"width": width, "height": height}
            payload = {"extra": {"image_1": size}, "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}}
            file = {"file_name_original": f"{item}.jpg", "url": f"/files/{item}.jpg", "is_primary": True, "meta": size}
            out.write(json.dumps({"id": item, "data": payload, "file": file}) + "\n")


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
    ("holes", "coco", "--to coco", ["coco", "--self-eval"]),
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
            subprocess.run([binaries / "syn-convert", "--check", out], check=True)
            subprocess.run([sys.executable, TOOLS / "consumers.py", kind, out, *more], check=True)
            if kind == "coco":
                print(supervision_coco(out), flush=True)
    print(f"{len(CHECKS)} exports read by their consumers")


if __name__ == "__main__":
    main()
