#!/usr/bin/env python3
"""Sends random masks through syn-convert and compares every compressed RLE with the one of pycocotools' encoder, bit by bit.

    check_rle.py --bin target/debug [--masks 10000] [--seed 1]

Masks come in all sizes from 1×1 to 64×64 and a few large ones: noise of any density, full, single pixels, rings with holes,
empty rows. Half of them are written as row-major indices, half as runs. Both encodings are in the same dump.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from pycocotools import mask as reference

ROOT = Path(__file__).resolve().parent.parent
PER_IMAGE = 50
LARGE = [(1, 5000), (5000, 1), (1080, 1920), (777, 1333)]


def draw(kind, height, width, random):
    """A mask of at least one pixel."""
    mask = np.zeros((height, width), np.uint8)
    if kind == "full":
        mask[:] = 1
    elif kind == "pixel":
        pass
    elif kind == "ring":
        top, left = random.integers(height), random.integers(width)
        mask[top:, left:] = 1
        mask[top + 1 : -1, left + 1 : -1] = 0
    else:
        mask[:] = random.random((height, width)) < random.random() ** 2
        if kind == "rows":
            mask[random.random(height) < 0.5] = 0
        elif kind == "columns":
            mask[:, random.random(width) < 0.5] = 0
    if not mask.any():
        mask[random.integers(height), random.integers(width)] = 1
    return mask


def encodings(mask, as_runs):
    """The geometry of an annotation in the platform's schema."""
    flat = mask.ravel().astype(np.int8)
    if not as_runs:
        indices = np.flatnonzero(flat).tolist()
        return {"pixel_indices": indices, "isCompressed": False, "compressionFormat": None}
    edges = np.diff(flat, prepend=0, append=0)
    starts = np.flatnonzero(edges == 1)
    runs = np.stack([starts, np.flatnonzero(edges == -1) - starts], axis=1).tolist()
    return {"pixel_indices": runs, "isCompressed": True, "compressionFormat": "rle"}


def write_dump(path, count, random):
    """Writes the dump; returns what pycocotools makes of each mask, by the class name that marks it."""
    kinds = ["noise", "noise", "rows", "columns", "ring", "full", "pixel"]
    expected = {}
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"@stream":"begin","kind":"items","version":1}\n')
        rows = 0
        while len(expected) < count:
            rows += 1
            height, width = LARGE[rows - 1] if rows <= len(LARGE) else random.integers(1, 65, 2).tolist()
            heads, data = [], []
            for i in range(min(PER_IMAGE if rows > len(LARGE) else 3, count - len(expected))):
                name = f"m{len(expected)}"
                mask = draw(kinds[random.integers(len(kinds))], height, width, random)
                heads.append({"id": name, "tool": "segmentation", "classification": {"class": name}})
                data.append({"id": name, **encodings(mask, i % 2)})
                expected[name] = reference.encode(np.asfortranarray(mask))
            payload = {
                "extra": {"image_1": {"width": width, "height": height}},
                "annotations": {"image_1": heads},
                "annotationsData": {"image_1": data},
            }
            file = {"file_name_original": f"{rows}.jpg"}
            out.write(json.dumps({"id": rows, "data": payload, "file": file}) + "\n")
        out.write(json.dumps({"@stream": "end", "count": rows}) + "\n")
    return expected


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--masks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "masks.ndjson"
        expected = write_dump(dump, args.masks, np.random.default_rng(args.seed))
        command = [args.bin / "syn-convert", "-q", "--to", "coco", "--bare", dump]
        document = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    names = {c["id"]: c["name"] for c in document["categories"]}
    differ = 0
    for record in document["annotations"]:
        want = expected.pop(names[record["category_id"]])
        got = record["segmentation"]
        same = got["size"] == list(want["size"]) and got["counts"].encode() == want["counts"]
        same = same and record["area"] == reference.area(want) and record["bbox"] == reference.toBbox(want).tolist()
        if not same:
            differ += 1
            print(f"{names[record['category_id']]}: {got}, pycocotools: {want}", file=sys.stderr)
    if differ or expected:
        sys.exit(f"{differ} masks differ, {len(expected)} are missing")
    print(f"{len(document['annotations'])} masks agree with pycocotools bit by bit")


if __name__ == "__main__":
    main()
