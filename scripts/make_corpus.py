#!/usr/bin/env python3
"""Makes dumps for benchmarks: rows in the platform's schema, the same bytes for the same arguments.

    make_corpus.py ordinary --mb 300 > ordinary.ndjson     about 7 annotations a row, polygons of 6 to 40 points, 6.5 KB
    make_corpus.py large --rows 40000 > large.ndjson       the same with about 19 annotations, 20 KB
    make_corpus.py boxes --rows 142858 > boxes.ndjson      7 boxes a row
    make_corpus.py masks --mb 300 > masks.ndjson           one large mask a row
    make_corpus.py tiny --rows 1000000 > tiny.ndjson       rows of one box
    make_corpus.py huge --rows 5 > huge.ndjson             rows of 20 MB
"""
import argparse
import json
import random
import sys

CLASSES = ["자동차", "보행자", "신호등", "도로", "건물", "truck", "bicycle", "road sign", "나무", "하늘"]
# Distinct rows; beyond that only the ids change, so that making a corpus is quick.
DISTINCT = 2000
ID = "@@ID@@"


def number(rng, top):
    return round(rng.uniform(0, top), rng.choice([0, 1, 2, 2, 3]))


def row(rng, kind, width=1920, height=1080):
    heads, data = [], []

    def add(tool, geometry, **more):
        ident = "".join(rng.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", k=10))
        heads.append({"id": ident, "tool": tool, "isLocked": False, "isVisible": True, "isValid": True,
                      "isDrawCompleted": True, "classification": {"class": rng.choice(CLASSES), **more},
                      "label": [CLASSES[0]]})
        data.append({"id": ident, **geometry})

    def box():
        w, h = number(rng, width / 2) + 1, number(rng, height / 2) + 1
        add("bounding_box", {"coordinate": {"x": number(rng, width - w), "y": number(rng, height - h), "width": w, "height": h}})

    if kind in ("ordinary", "large"):
        for _ in range(rng.randint(5, 9) if kind == "ordinary" else rng.randint(14, 24)):
            if rng.random() < 0.3:
                box()
                continue
            points = [{"x": number(rng, width), "y": number(rng, height), "id": "".join(rng.choices("abcdef0123456789", k=10))}
                      for _ in range(rng.randint(6, 40))]
            add("polygon", {"coordinate": points})
    elif kind == "boxes":
        for _ in range(7):
            box()
    elif kind == "tiny":
        box()
    else:
        runs, at = [], 0
        end = width * height
        step = (end // 4000) if kind == "masks" else 1
        while at < end - 40:
            length = rng.randint(1, 20)
            runs.append([at, length])
            at += length + rng.randint(1, 2 * step if kind == "masks" else 3)
        add("segmentation", {"pixel_indices": runs, "isCompressed": True, "compressionFormat": "rle"})
    name = f"frame_{ID}.jpg"
    entry = {"url": f"https://files.example.invalid/{name}", "file_name_original": name, "is_primary": True,
             "meta": {"width": width, "height": height}}
    return json.dumps({
        "id": ID, "data": {"assignmentId": 1, "extra": {"image_1": {"width": width, "height": height}},
                           "annotations": {"image_1": heads}, "annotationsData": {"image_1": data},
                           "relations": {"image_1": []}, "annotationGroups": {"image_1": []}},
        "file": entry, "status_label": "completed", "status_review": rng.choice(["completed", "stand_by", "rejected"]),
        "tags": [], "task": {"id": ID, "tags": []},
        "data_unit": {"id": ID, "files": {"image_1": entry}, "meta": {"category": "1. 자연"}},
        "created": "2026-01-02T03:04:05+09:00"}, ensure_ascii=False).replace(f'"{ID}"', ID)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["ordinary", "large", "boxes", "masks", "tiny", "huge"])
    parser.add_argument("--mb", type=int)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    size = {"huge": (4660, 3540), "masks": (1920, 1080)}.get(args.kind, (1920, 1080))
    made, written, out = [], 0, sys.stdout.buffer
    n = 0
    begin = {"@stream": "begin", "kind": "items", "version": 1, "classes": CLASSES}
    out.write((json.dumps(begin, ensure_ascii=False) + "\n").encode())
    while (args.rows is None or n < args.rows) and (args.mb is None or written < args.mb * 1_000_000):
        if n < (5 if args.kind == "huge" else DISTINCT):
            made.append(row(rng, args.kind, *size).encode().split(ID.encode()))
        line = made[n % len(made)]
        text = str(1_000_000 + n).encode().join(line) + b"\n"
        out.write(text)
        written += len(text)
        n += 1
    out.write((json.dumps({"@stream": "end", "count": n}) + "\n").encode())


if __name__ == "__main__":
    main()
