#!/usr/bin/env python3
"""Datasets that other projects have among their tests, read by `syn-convert --check` and by the readers that they were made for.

    check_peers.py --bin target/debug FOLDER

FOLDER holds test data of Datumaro, of CVAT's Datumaro, of labelformat and of Label Studio's SDK, below the names of their repositories. A
row each: items and annotations of the reader, ours, findings that are no advice, the exit code. Many have their images left out: readers
that open images get a copy with grey ones of the size that the annotations say, and so do we.

Fails when counts differ, when a format that we do not read is passed or taken for another, or when a copy with images has other counts.
`--label-studio PYTHON` is an interpreter that has label-studio-sdk; without it its rows have no reader.
"""
import argparse
import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from check_layouts import of_datumaro, of_pycocotools, of_supervision, of_ultralytics
from check_rules import ENVIRONMENTS, ROOT, Image

OPEN, CVAT = "open-edge-platform-datumaro/tests/assets", "cvat-ai-datumaro/tests/assets"
LIGHTLY, STUDIO = "lightly-ai-labelformat/tests/fixtures", "HumanSignal-label-studio-sdk/tests/custom/converter/data"

# Where it is, what reads it, and the tool by whose name we refuse it.
DATASETS = [
    (f"{OPEN}/coco_dataset/coco", "pycocotools", None),
    (f"{OPEN}/voc_dataset/voc_dataset1", "Datumaro voc", None),
    (f"{OPEN}/voc_dataset/voc_dataset2", "Datumaro voc", None),
    (f"{OPEN}/roboflow_dataset/voc", "supervision", None),
    (f"{OPEN}/yolo_dataset/strict", "Datumaro yolo", None),
    (f"{OPEN}/kitti_dataset/kitti_detection", "Datumaro kitti", "KITTI"),
    (f"{OPEN}/labelme_dataset", "Datumaro label_me", "LabelMe"),
    (f"{OPEN}/cvat_dataset/for_images/export_project", "Datumaro cvat", "CVAT"),
    (f"{OPEN}/cvat_dataset/for_video", "Datumaro cvat", "CVAT"),
    (f"{OPEN}/datumaro_dataset/legacy", "Datumaro datumaro", "Datumaro"),
    (f"{CVAT}/yolo_dataset/yolov8_oriented_boxes", "Ultralytics", None),
    (f"{CVAT}/yolo_dataset/yolov8_pose", "Ultralytics", None),
    (f"{CVAT}/yolo_dataset/yolov8_segmentation", "Ultralytics", None),
    (f"{CVAT}/cvat_dataset/for_images", "Datumaro cvat", "CVAT"),
    (f"{CVAT}/datumaro_dataset/diverse", "Datumaro datumaro", "Datumaro"),
    (f"{CVAT}/datumaro_dataset/with_skeleton", "Datumaro datumaro", "Datumaro"),
    (f"{LIGHTLY}/instance_segmentation/COCO", "labelformat coco", None),
    (f"{LIGHTLY}/object_detection/PascalVOC", "labelformat pascalvoc", None),
    (f"{LIGHTLY}/object_detection/YOLOv8", "labelformat yolov8", None),
    (f"{STUDIO}/test_import_coco", "label-studio-sdk coco", None),
    (f"{STUDIO}/test_export_coco", "label-studio-sdk tasks", "Label Studio"),
    (f"{STUDIO}/test_export_yolo", "label-studio-sdk tasks", "Label Studio"),
]

LABELFORMAT = """
import sys
from pathlib import Path
from labelformat import formats
kind, folder = sys.argv[1], Path(sys.argv[2])
one = lambda pattern: next(iter(sorted(folder.rglob(pattern))))
names = lambda: ",".join(sorted({e.text for p in folder.rglob("*.xml") for e in __import__("xml.etree.ElementTree").etree.ElementTree.parse(p).iter("name")}))
read = {
    "coco": lambda: formats.COCOInstanceSegmentationInput(input_file=one("*.json")),
    "pascalvoc": lambda: formats.PascalVOCObjectDetectionInput(input_folder=one("*.xml").parent, category_names=names()),
    "yolov8": lambda: formats.YOLOv8ObjectDetectionInput(input_file=one("data.yaml"), input_split="train"),
}[kind]()
labels = list(read.get_labels())
print(len(labels), sum(len(label.objects) for label in labels))
"""

LABEL_STUDIO = """
import contextlib, io, json, os, sys, tempfile
from pathlib import Path
from label_studio_sdk.converter.imports.coco import convert_coco_to_ls
items = annotations = 0
for path in sorted(Path(sys.argv[2]).glob("*.json")):
    if sys.argv[1] == "coco":
        out = os.path.join(tempfile.mkdtemp(), "tasks.json")
        with contextlib.redirect_stdout(io.StringIO()):
            convert_coco_to_ls(str(path), out)
        # A box and a polygon of one object are two regions.
        tasks = [[{(r["id"]) for r in a["result"]} for a in t.get("annotations", []) + t.get("predictions", [])] for t in json.load(open(out))]
        annotations = len(json.load(open(path))["annotations"])
        items += len(tasks)
    else:
        tasks = json.load(open(path))
        items += len(tasks)
        annotations += sum(len(a["result"]) for t in tasks for a in t["annotations"])
print(items, annotations)
"""


def grey(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (sum(path.name.encode()) % 256,) * 3).save(path)


def complete(folder):
    """Adds the images and lists that were left out of a dataset, in the layout that its reader wants. In how many parts each image is then."""
    for path in sorted(folder.rglob("*.xml")):
        root = ET.parse(path).getroot()
        for image in root.iter("image"):
            if image.get("width"):  # CVAT's
                grey(path.parent / "images" / image.get("name"), (int(image.get("width")), int(image.get("height"))))
        for mask in root.iter("mask"):  # LabelMe's
            grey(folder / "Masks" / path.parent.name / mask.text.strip(), (20, 20))
        if root.find("object/bndbox") is None:
            continue
        size = tuple(int(root.findtext(f"size/{side}", "20")) for side in ("width", "height"))
        if path.parent.name == "Annotations":
            name = Path(root.findtext("filename")).with_suffix(".jpg").name
            grey(path.parent.parent / "JPEGImages" / name, size)
            main = path.parent.parent / "ImageSets" / "Main"
            main.mkdir(parents=True, exist_ok=True)
            (main / "train.txt").write_text(f"{path.stem}\n")
        else:
            grey(path.parent / root.findtext("filename"), size)
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text())
        for image in document.get("images", []) if isinstance(document, dict) else []:
            if not list(folder.rglob(Path(image["file_name"]).name)):
                grey(path.parent / image["file_name"], (image["width"], image["height"]))
    rows = re.compile(r"\d+( -?[0-9.]+){4,}")
    labels = [p for p in sorted(folder.rglob("*.txt")) if rows.match(p.read_text())]
    for path in labels:
        image = Path(str(path.with_suffix(".jpg")).replace("/labels/", "/images/"))
        grey(image, (100, 100))
    if labels and not list(folder.rglob("*.data")):
        described = folder / "data.yaml"
        parts = "train: images\nval: images\n"
        if described.exists():
            text = re.sub(r"(?m)^(path|train|val):.*\n", "", described.read_text())
            described.write_text(parts + text)
        else:
            described.write_text(f"{parts}names: {[f'class {i}' for i in range(20)]}\n")
        return 2
    return 1


def theirs(reader, folder, foreign, args):
    """What the reader reads of a folder: items and annotations, or why not."""
    name, _, kind = reader.partition(" ")
    python = args.readers / "bin" / "python"
    if name == "label-studio-sdk" and not args.label_studio:
        return "not asked"
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if name == "pycocotools":
                return of_pycocotools(sorted(folder.rglob("*.json")))
            if name == "supervision":
                return of_supervision(sorted(folder.rglob("*.xml")))
            if name == "Ultralytics":
                with contextlib.chdir(folder):
                    return of_ultralytics(folder / "data.yaml")
            if name == "Datumaro":
                return of_datumaro(kind, folder, python, boxes=not foreign)
        code = LABELFORMAT if name == "labelformat" else LABEL_STUDIO
        python = python if name == "labelformat" else args.label_studio
        done = subprocess.run([python, "-c", code, kind, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(done.stderr.strip().splitlines()[-1])
        return tuple(int(n) for n in done.stdout.split()[-2:])
    except Exception as e:  # whatever a reader raises is its verdict
        print(f"{reader} on {folder}: {e}", file=sys.stderr)
        return "fails"


def ours(folder, convert):
    """What we read: items and annotations or nothing, the codes that are no advice, the exit code, what was said."""
    done = subprocess.run([convert, "--check", folder, "--log-format", "json"], capture_output=True, text=True, check=False)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    counts = next(((line["images"], line["annotations"]) for line in said if "annotations" in line), None)
    codes = sorted({f["code"] for f in findings if f["severity"] != "advice"})
    return counts, codes, done.returncode, done.stderr


def text(read):
    return f"{read[0]} / {read[1]}" if isinstance(read, tuple) else read or "not read"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--readers", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where Datumaro and labelformat are")
    parser.add_argument("--label-studio", type=Path, metavar="PYTHON", help="an interpreter that has label-studio-sdk")
    args = parser.parse_args()
    convert, wrong = args.bin.resolve() / "syn-convert", []
    print("| dataset | reader | it reads | ours | findings | exit |\n|---|---|---|---|---|---|")
    for path, reader, foreign in DATASETS:
        folder = args.folder.resolve() / path
        own, codes, exit_code, said = ours(folder, convert)
        with tempfile.TemporaryDirectory() as copy:
            copy = Path(copy).resolve() / "set"
            shutil.copytree(folder, copy, copy_function=shutil.copyfile)
            for inner in [copy, *(p for p in copy.rglob("*") if p.is_dir())]:
                inner.chmod(0o755)
            parts = complete(copy)
            read = theirs(reader, copy, foreign, args)
            whole, *_ = ours(copy, convert)
            whole = tuple(n // parts for n in whole) if whole else whole
            if reader == "Ultralytics" and isinstance(read, tuple):
                read = tuple(n // parts for n in read)
        shown = f"not read: {foreign}" if foreign else text(own)
        short = path.replace("/tests/assets", "").replace("/tests/fixtures", "").replace("/tests/custom/converter/data", "")
        print(f"| {short} | {reader.split()[0]} | {text(read)} | {shown} | {', '.join(codes) or 'none'} | {exit_code} |", flush=True)
        if foreign:
            if exit_code != 3 or own or f"annotations of {foreign}" not in said:
                wrong.append(f"{path}: it should be refused as {foreign}'s: {said}")
        elif own != whole or (isinstance(read, tuple) and read != own):
            wrong.append(f"{path}: ours {own}, with images {whole}, the reader's {read}")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
