#!/usr/bin/env python3
"""Exports the test data in every format, then loads the exports with the programs that will read them.

    check_consumers.py --bin target/debug

`syn-convert --check` must find nothing that is lost. pycocotools, supervision, torchvision and Datumaro load COCO, Ultralytics' own label
check and Datumaro read YOLO, supervision, torchvision, Datumaro and an XML parser read VOC, Datumaro reads image folders. torchvision and
Datumaro must see every object, class by class; so must Ultralytics' own converter of its NDJSON, which downloads the images. The images come from the stand-in backend, which makes one of the right size for each row.
"""
import argparse
import asyncio
import collections
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
# Where scripts/setup.sh puts the environments.
ENVIRONMENTS = Path(os.environ.get("SYNPIPE_TOOLS", ROOT))
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
    paths["names"] = folder / "names.ndjson"
    make_names(paths["names"])
    return paths


# What class names must survive: separators of label maps, comments, YAML's other values, quotes, markup, other scripts.
NAMES = ["a:b", "#1", "no", "x, y", "it's \"it\"", "<b> & c", "1. 자연", "two  spaces"]


def make_names(path):
    """A box and a classification of each of these classes, an image a class."""
    with open(path, "w", encoding="utf-8") as out:
        for item, name in enumerate(NAMES, 1):
            size = {"width": 60, "height": 40}
            tools = {"box": "bounding_box", "whole": "classification"}
            heads = [{"id": i, "tool": tool, "classification": {"class": name}} for i, tool in tools.items()]
            data = [{"id": "box", "coordinate": {"x": 2, "y": 3, "width": 20 + item, "height": 10}}, {"id": "whole"}]
            payload = {"extra": {"image_1": size}, "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}}
            file = {"file_name_original": f"{item}.jpg", "url": f"/files/{item}.jpg", "is_primary": True, "meta": size}
            out.write(json.dumps({"id": item, "data": payload, "file": file}) + "\n")


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


class Readers:
    """Datumaro and torchvision, which need an environment of their own."""

    # What they call the objects of which tools, by format.
    SHAPES = ["bounding_box", "polygon", "segmentation"]
    OBJECTS = {
        ("datumaro", "coco"): {"coco_instances": SHAPES, "coco_person_keypoints": ["keypoint"]},
        ("torchvision", "coco"): {"coco_instances": SHAPES},
        ("datumaro", "yolo"): {"bbox": ["bounding_box"]},
        ("datumaro", "voc"): {"bbox": ["bounding_box"]},
        ("torchvision", "voc"): {"bbox": ["bounding_box"]},
        ("datumaro", "imagefolder"): {"label": ["classification"]},
    }

    def __init__(self, python):
        command = [python, TOOLS / "readers.py"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seen = 0

    def ask(self, reader, kind, folder):
        question = {"reader": reader, "format": kind, "folder": str(folder)}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def compare(self, kind, folder, dump):
        """Every reader of a format must see what is in the dump, class by class."""
        told = objects(dump)
        for (reader, of), wanted in self.OBJECTS.items():
            if of != kind:
                continue
            answer = self.ask(reader, kind, folder)
            if answer["shown"]:
                sys.exit(f"{reader}: {answer['shown']}")
            got = sum((collections.Counter(answer.get(name, {})) for name in wanted), collections.Counter())
            want = sum((told[tool] for tools in wanted.values() for tool in tools), collections.Counter())
            if kind == "imagefolder":  # a folder cannot have every name
                got, want = sorted(got.values()), sorted(want.values())
            if got != want:
                sys.exit(f"{reader}, {kind}: {got} objects, in the dump {want}")
            masks = sum(answer.get("mask", {}).values())
            if (reader, kind) == ("datumaro", "voc") and masks != instances(folder):
                sys.exit(f"{reader}: {masks} masks, in the object planes {instances(folder)}")
            seen = sum(sum(classes.values()) for classes in answer.values() if isinstance(classes, dict))
            self.seen += seen
            print(f"{reader}: {answer['items']} images, {seen} objects", flush=True)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def instances(folder):
    """How many instances are to be seen in the object planes of VOC; one that others cover is in none."""
    planes = [np.asarray(Image.open(path)) for path in folder.glob("SegmentationObject/*.png")]
    return sum(len(np.unique(plane[plane > 0])) for plane in planes)


def objects(dump):
    """{tool: Counter of classes} of a dump; joints count once a group, as a person. One joint alone has no box, so it is none."""
    found = collections.defaultdict(collections.Counter)
    for line in dump.read_text(encoding="utf-8").splitlines():
        payload = json.loads(line).get("data", {})
        for key, heads in payload.get("annotations", {}).items():
            joints = {head["id"] for head in heads if head["tool"] == "keypoint"}
            for head in heads:
                if head["id"] not in joints:
                    found[head["tool"]][head["classification"]["class"]] += 1
            groups = payload.get("annotationGroups", {}).get(key, [])
            found["keypoint"]["person"] += sum(joints.issuperset(g["annotationIds"]) and len(g["annotationIds"]) > 1 for g in groups)
    return found


def ultralytics_ndjson(binaries, host, folder, dump, task):
    """Ultralytics' converter makes a YOLO dataset of our document, with an image for each item and a row for each object."""
    import check_rules

    out = folder / f"ultralytics-{task}"
    export(binaries, host, out, f"--to ultralytics-ndjson --task {task} --split 0.8/0.2")
    subprocess.run([binaries / "syn-convert", "--check", out], check=True)
    convert = check_rules.converter().convert_ndjson_to_yolo
    with contextlib.redirect_stdout(io.StringIO()):
        made = Path(asyncio.run(convert(str(out / "dataset.ndjson"), str(out / "made"))))
    names = json.loads(made.read_text(encoding="utf-8"))["names"]
    labels = sorted(made.parent.rglob("labels/**/*.txt"))
    rows = [line.split()[0] for path in labels for line in path.read_text(encoding="utf-8").splitlines()]
    got = collections.Counter(names[number] for number in rows)
    told, tools = objects(dump), {"detect": ["bounding_box"], "segment": ["polygon"], "pose": ["keypoint"]}[task]
    want = sum((told[tool] for tool in tools), collections.Counter())
    images, items = len(list(made.parent.rglob("images/**/*.jpg"))), sum("data" in json.loads(line) for line in dump.open())
    if (got, images) != (want, items):
        sys.exit(f"Ultralytics, {task}: {images} of {items} images, {got} objects, in the dump {want}")
    print(f"ultralytics, {task}: {images} images, {got.total()} objects", flush=True)


def relative_urls(binaries, folder, dump):
    """Ultralytics' converter refuses URLs without a server, as the note of syn-convert says."""
    import check_rules

    document = folder / "relative.ndjson"
    with document.open("wb") as out:
        command = [binaries / "syn-convert", "--to", "ultralytics-ndjson", "--task", "segment", "--bare", dump]
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, check=True)
    assert b"relative URLs" in done.stderr, done.stderr
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            asyncio.run(check_rules.converter().convert_ndjson_to_yolo(str(document), str(folder / "relative")))
    except RuntimeError as refusal:
        print(f"ultralytics, relative URLs: {refusal}", flush=True)
    else:
        sys.exit("Ultralytics takes relative URLs: the note of syn-convert is wrong")


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
    ("names", "coco", "--to coco", ["coco", "--self-eval"]),
    ("names", "yolo", "--to yolo", ["yolo", "--task", "detect"]),
    ("names", "voc", "--to voc", ["voc"]),
    ("names", "imagefolder", "--to imagefolder --split 0.5/0.5", ["imagefolder"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--readers", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where Datumaro and torchvision are")
    args = parser.parse_args()
    binaries, readers = args.bin.resolve(), Readers(args.readers / "bin" / "python")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dumps = make_dumps(folder)
        for dump, name, options, (kind, *more) in CHECKS:
            out = folder / f"{dump}-{name}"
            with stand_in(binaries, dumps[dump]) as host:
                export(binaries, host, out, options)
            print(f"{dump}: {options}", flush=True)
            if kind != "imagefolder":
                subprocess.run([binaries / "syn-convert", "--check", out], check=True)
                subprocess.run([sys.executable, TOOLS / "consumers.py", kind, out, *more], check=True)
            if kind == "coco":
                print(supervision_coco(out), flush=True)
            if kind != "yolo" or "detect" in more:  # Datumaro reads boxes only
                readers.compare(kind, out, dumps[dump])
        for dump, task in (("coco_boxes", "detect"), ("facade", "segment"), ("coco", "pose")):
            with stand_in(binaries, dumps[dump]) as host:
                ultralytics_ndjson(binaries, host, folder, dumps[dump], task)
        relative_urls(binaries, folder, dumps["holes"])
    readers.close()
    assert readers.seen, "Datumaro and torchvision saw nothing"
    print(f"{len(CHECKS)} exports read by their consumers; Datumaro and torchvision saw {readers.seen} objects")


if __name__ == "__main__":
    main()
