#!/usr/bin/env python3
"""How fast `syn-convert --check` reads: COCO documents, label files, XML files; beside pycocotools' load of the same document.

    cargo build --profile profiling --no-default-features --bins
    bench_check.py --bin target/profiling [--megabytes 400] [--files 60000]
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def png(grey):
    """A grey PNG of 64 x 48 pixels."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([grey % 256]) * 64 for _ in range(48))
    head = struct.pack(">IIBBBBB", 64, 48, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"n\0" + str(grey).encode()) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def polygon(rand, x, y, w, h, points):
    ring = []
    for i in range(points):
        side, along = divmod(4 * i / points, 1)
        px, py = [(along, 0), (1, along), (1 - along, 1), (0, 1 - along)][int(side)]
        ring += [round(x + w * px, 2), round(y + h * py, 2)]
    return ring


def coco(path, megabytes, seed=7):
    """A document like COCO's own: images first, a polygon of some forty points each, categories last."""
    rand = random.Random(seed)
    images = max(1, megabytes * 140)
    with path.open("w") as out:
        out.write('{"info": {}, "licenses": [], "images": [')
        for i in range(images):
            out.write((", " if i else "") + json.dumps({"license": 4, "file_name": f"{i:012}.jpg", "coco_url": f"http://images.example/{i:012}.jpg", "height": 480, "width": 640, "id": i + 1}))
        out.write('], "annotations": [')
        for i in range(images * 7):
            x, y, w, h = (round(v, 2) for v in (rand.uniform(0, 300), rand.uniform(0, 200), rand.uniform(10, 300), rand.uniform(10, 200)))
            ring = polygon(rand, x, y, w, h, rand.choice([24, 40, 56]))
            left, top = min(ring[::2]), min(ring[1::2])
            box = [left, top, round(max(ring[::2]) - left, 2), round(max(ring[1::2]) - top, 2)]
            one = {"segmentation": [ring], "area": round(box[2] * box[3], 4), "iscrowd": 0, "image_id": i % images + 1, "bbox": box, "category_id": i % 80 + 1, "id": i + 1}
            out.write((", " if i else "") + json.dumps(one))
        out.write('], "categories": ' + json.dumps([{"supercategory": "x", "id": i + 1, "name": f"class {i}"} for i in range(80)]) + "}")


def yolo(folder, files):
    rand = random.Random(7)
    (folder / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [" + ", ".join(f"c{i}" for i in range(10)) + "]\n")
    for i in range(files):
        part = "val" if i % 10 == 0 else "train"
        for kind in ("images", "labels"):
            (folder / kind / part).mkdir(parents=True, exist_ok=True)
        (folder / "images" / part / f"{i:06}.png").write_bytes(png(i))
        rows = [f"{rand.randrange(10)} {rand.uniform(.3, .7):.6f} {rand.uniform(.3, .7):.6f} {rand.uniform(.05, .5):.6f} {rand.uniform(.05, .5):.6f}" for _ in range(8)]
        (folder / "labels" / part / f"{i:06}.txt").write_text("\n".join(rows) + "\n")


def voc(folder, files):
    for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    one = "<object><name>car</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><bndbox><xmin>{0}</xmin><ymin>3</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object>"
    for i in range(files):
        text = f"<annotation><folder>x</folder><filename>{i:06}.jpg</filename><size><width>64</width><height>48</height><depth>3</depth></size>" + "".join(one.format(n + 1) for n in range(8)) + "</annotation>"
        (folder / "Annotations" / f"{i:06}.xml").write_text(text)
        (folder / "JPEGImages" / f"{i:06}.jpg").write_bytes(png(i))
    (folder / "ImageSets" / "Main" / "train.txt").write_text("".join(f"{i:06}\n" for i in range(files)))
    (folder / "labelmap.txt").write_text("background:0,0,0::\ncar:128,0,0::\n")


def measure(command, times=3):
    """The best of some runs: seconds, CPU seconds, and the largest memory in MiB."""
    best = None
    for _ in range(times):
        start = time.perf_counter()
        with open(os.devnull, "wb") as nothing:
            child = subprocess.Popen(command, stdout=nothing, stderr=subprocess.PIPE)
        said = child.stderr.read().decode().strip()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took = (time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
        best = min(best, took) if best else took
    return best, child.returncode, said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "profiling")
    parser.add_argument("--megabytes", type=int, default=400, help="size of the COCO document, about")
    parser.add_argument("--files", type=int, default=60000, help="label files, and XML files")
    parser.add_argument("--python", default=sys.executable, help="a Python with pycocotools")
    args = parser.parse_args()
    convert = args.bin / "syn-convert"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        document = folder / "instances_train.json"
        coco(document, args.megabytes)
        size = document.stat().st_size / 1e6
        load = [args.python, "-c", f"from pycocotools.coco import COCO; COCO({str(document)!r})"]
        for name, command in (("--check, one thread", [convert, "--threads", "1", "--check", document]), ("pycocotools", load)):
            (wall, cpu, memory), code, said = measure(command)
            print(f"COCO, {size:.0f} MB: {name}: {wall:.2f} s, CPU {cpu:.2f} s, {size / cpu:.0f} MB/s of CPU, {memory:.0f} MiB; exit {code}; {said.splitlines()[-1][:140] if said else ''}", flush=True)
        document.unlink()
        for name, make in (("YOLO", yolo), ("VOC", voc)):
            place = folder / name
            place.mkdir()
            make(place, args.files)
            for threads in (1, 2):
                (wall, cpu, memory), code, said = measure([convert, "--threads", str(threads), "--check", place])
                print(f"{name}, {args.files} files: {threads} threads: {wall:.2f} s, CPU {cpu:.2f} s, {args.files / wall:.0f} files/s, {memory:.0f} MiB; exit {code}; {said.splitlines()[-1][:140]}", flush=True)


if __name__ == "__main__":
    main()
