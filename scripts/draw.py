#!/usr/bin/env python3
"""Draws what an export says over an image of the same size: the pictures of docs/img.

    draw.py --bin target/debug [--out docs/img]

Each picture shows one image of the test data as a training program would see it: coco (polygons, masks, boxes), yolo (detect,
segment, pose, obb of boxes that were turned by 0.3 radians), ultralytics-ndjson and both planes of voc. The image is made up: a grey
gradient.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pycocotools import mask as rle

from check_consumers import ROOT, make_dumps
from check_parity import unpack

COLOURS = [(230, 25, 75), (60, 180, 75), (0, 130, 200), (245, 130, 48), (145, 30, 180), (70, 240, 240), (240, 50, 230)]


def canvas(width, height):
    shade = np.add.outer(np.linspace(60, 120, height), np.linspace(0, 60, width))
    return Image.fromarray(np.repeat(shade[..., None], 3, axis=2).astype(np.uint8))


def paint(image, mask, colour):
    """Mixes a colour into the pixels of a mask."""
    pixels = np.asarray(image).copy()
    pixels[mask > 0] = pixels[mask > 0] // 2 + np.array(colour, np.uint8) // 2
    return Image.fromarray(pixels)


def coco(out):
    document = json.loads((out / "annotations" / "instances.json").read_text(encoding="utf-8"))
    def of(image):
        return [a for a in document["annotations"] if a["image_id"] == image["id"]]

    # One with masks, if there is one.
    record = max(document["images"], key=lambda i: (any(isinstance(a["segmentation"], dict) for a in of(i)), len(of(i))))
    image = canvas(record["width"], record["height"])
    for a in of(record):
        colour = COLOURS[a["category_id"] % len(COLOURS)]
        if isinstance(a["segmentation"], dict):
            image = paint(image, rle.decode(a["segmentation"]), colour)
        x, y, w, h = a["bbox"]
        draw = ImageDraw.Draw(image)
        for ring in a["segmentation"] if isinstance(a["segmentation"], list) else []:
            draw.line([*ring, *ring[:2]], fill=colour, width=2)
        draw.rectangle([x, y, x + w, y + h], outline=colour)
    return record["file_name"], image


def rows(out):
    """The label file with most rows: its stem and rows of numbers."""
    labels = sorted((out / "labels").rglob("*.txt"))
    best = max(labels, key=lambda p: len(p.read_text().splitlines()))
    return best.stem, [[float(n) for n in line.split()] for line in best.read_text().splitlines()]


def box(draw, centre, width, height, colour):
    """A box as YOLO has it: normalised centre and size."""
    x, y, w, h = centre[0] * width, centre[1] * height, centre[2] * width, centre[3] * height
    draw.rectangle([x - w / 2, y - h / 2, x + w / 2, y + h / 2], outline=colour, width=2)


def ring(draw, numbers, width, height, colour):
    draw.polygon([n * (height if k % 2 else width) for k, n in enumerate(numbers)], outline=colour, width=2)


def yolo(out, sizes, task):
    stem, labels = rows(out)
    width, height = sizes[stem]
    image = canvas(width, height)
    draw = ImageDraw.Draw(image)
    for i, (kind, *numbers) in enumerate(labels):
        colour = COLOURS[(i if task == "pose" else int(kind)) % len(COLOURS)]
        if task in ("segment", "obb"):
            ring(draw, numbers, width, height, colour)
            continue
        box(draw, numbers[:4], width, height, colour)
        for x, y, v in zip(numbers[4::3], numbers[5::3], numbers[6::3]):
            if v > 0:
                fill = colour if v == 2 else None
                draw.ellipse([x * width - 3, y * height - 3, x * width + 3, y * height + 3], fill=fill, outline=colour)
    return stem, image


def ultralytics(out):
    lines = next(out.rglob("*.ndjson")).read_text(encoding="utf-8").splitlines()
    images = [json.loads(line) for line in lines[1:]]
    best = max(images, key=lambda i: len(i.get("annotations", {}).get("segments", [])))
    image = canvas(best["width"], best["height"])
    draw = ImageDraw.Draw(image)
    for kind, *numbers in best["annotations"]["segments"]:
        ring(draw, numbers, best["width"], best["height"], COLOURS[int(kind) % len(COLOURS)])
    return best["file"], image


def turned(dump, path):
    """The same boxes, turned by 0.3 radians."""
    with open(path, "w", encoding="utf-8") as out:
        for line in dump.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for data in row.get("data", {}).get("annotationsData", {}).get("image_1", []):
                data["coordinate"]["rotation"] = 0.3
            out.write(json.dumps(row) + "\n")
    return path


def voc(out, folder):
    planes = sorted((out / folder).glob("*.png"))
    best = max(planes, key=lambda p: len(np.unique(np.asarray(Image.open(p)))))
    plane = Image.open(best)
    return best.stem, Image.blend(canvas(*plane.size), plane.convert("RGB"), 0.6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        dumps = make_dumps(folder)
        dump, boxes = dumps["coco"], dumps["coco_boxes"]
        sizes = {}
        for line in dump.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "@stream" not in row:
                size = row["data"]["extra"]["image_1"]
                file = row.get("file") or next(iter(row["data_unit"]["files"].values()))
                sizes[Path(file["file_name_original"]).stem] = size["width"], size["height"]
        def task(name):
            return ["--to", "yolo", "--task", name], lambda out: yolo(out, sizes, name)

        pictures = {
            "coco": (dump, ["--to", "coco"], coco),
            "yolo-detect": (boxes, *task("detect")),
            "yolo-segment": (dump, *task("segment")),
            "yolo-pose": (dump, *task("pose")),
            "yolo-obb": (turned(boxes, folder / "turned.ndjson"), *task("obb")),
            "ultralytics-ndjson": (dump, ["--to", "ultralytics-ndjson", "--task", "segment"], ultralytics),
            "voc-class-plane": (dump, ["--to", "voc"], lambda out: voc(out, "SegmentationClass")),
            "voc-object-plane": (dump, ["--to", "voc"], lambda out: voc(out, "SegmentationObject")),
        }
        for name, (source, options, draw) in pictures.items():
            command = [args.bin / "syn-convert", "-q", "--images", "omit", *options, source]
            out = folder / name
            unpack(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, out)
            shown, image = draw(out)
            image.quantize(64, dither=Image.Dither.NONE).save(args.out / f"{name}.png", optimize=True)
            print(f"{name}.png: {shown}, {(args.out / f'{name}.png').stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
