#!/usr/bin/env python3
"""Compares exports of the test data, record by record, with what the platform's own converters make of the same rows.

    check_parity.py --bin target/debug

The options below restore the platform's behaviour where ours differs on purpose (docs/parity.md).
"""
import argparse
import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from check_consumers import DATA, ROOT, TOOLS, make_dumps

CHECKS = [
    # dump, options of syn-convert, options of the comparison
    ("coco", "--to coco --bounds keep", ["--coco"]),
    ("coco", "--to coco --bounds keep --segmentation semantic", ["--segmentation", "semantic", "--coco"]),
    ("coco", "--to coco --bounds keep --segmentation exclude", ["--segmentation", "exclude", "--coco"]),
    ("facade", "--to coco --bounds reject", ["--coco"]),
    ("facade_boxes", "--to coco --bounds keep", ["--coco"]),
    ("coco_boxes", "--to coco --bounds reject", ["--coco"]),
    ("coco_boxes", "--to yolo --bounds reject", ["--task", "detect", "--yolo"]),
    ("facade_boxes", "--to yolo --bounds reject", ["--task", "detect", "--yolo"]),
    ("coco", "--to yolo --task segment --bounds reject", ["--task", "segment", "--yolo"]),
    ("facade", "--to yolo --task segment --bounds reject", ["--task", "segment", "--yolo"]),
    ("coco", "--to yolo --task pose --bounds reject", ["--task", "pose", "--yolo"]),
    ("coco_boxes", "--to voc --bounds reject", ["--voc"]),
    ("facade_boxes", "--to voc --bounds reject", ["--voc"]),
    ("coco", "--to voc --bounds reject", ["--voc"]),
    ("facade", "--to voc --bounds reject", ["--voc"]),
    ("samples", "--to coco --bounds keep", ["--coco"]),
]


def samples(path):
    """The SDK's own sample payloads as rows; those whose image has no size get one, as the platform needs it too.

    Left out: masks without encoding metadata, which the platform refuses, and rotated boxes, whose rotation it ignores.
    """
    with open(path, "w", encoding="utf-8") as out:
        for i, source in enumerate(sorted((DATA / "dm-samples" / "v1").glob("image_*.json")), 1):
            data = json.loads(source.read_text(encoding="utf-8"))
            if source.stem == "image_segmentation":
                for entry in data["annotationsData"]["image_1"]:
                    entry.update(isCompressed=False, compressionFormat=None)
            if source.stem == "image_bounding_box":
                for entry in data["annotationsData"]["image_1"]:
                    del entry["coordinate"]["rotation"]
            data["extra"] = {"image_1": {"width": 1920, "height": 1500}}
            row = {"id": i, "data": data, "file": {"file_name_original": f"{source.stem}.jpg", "is_primary": True}}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def unpack(lines, folder):
    """Writes the file lines of syn-convert below a folder."""
    begun = set()
    for line in lines.splitlines():
        row = json.loads(line)
        if "@stream" in row or "url" in row:
            continue
        path = folder / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        data = row["text"].encode() if "text" in row else base64.b64decode(row["base64"])
        with open(path, "ab" if path in begun else "wb") as out:
            out.write(data)
        begun.add(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    convert = parser.parse_args().bin.resolve() / "syn-convert"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dumps = make_dumps(folder)
        dumps["samples"] = folder / "samples.ndjson"
        samples(dumps["samples"])
        for n, (dump, options, comparison) in enumerate(CHECKS):
            fixed = ["-q", "--report", "none", "--images", "omit"]
            # Outlines and keypoints know no rotation, and refuse the option.
            if "--task" not in options:
                fixed += ["--rotated", "skip"]
            done = subprocess.run([convert, *fixed, *options.split(), dumps[dump]], stdout=subprocess.PIPE, check=True)
            out = folder / str(n)
            unpack(done.stdout, out)
            print(f"{dump}: {options}", flush=True)
            command = [sys.executable, TOOLS / "sdk_parity.py", "--dump", dumps[dump], *comparison, out]
            subprocess.run(command, check=True)
    print(f"{len(CHECKS)} exports agree with the platform's")


if __name__ == "__main__":
    main()
