#!/usr/bin/env python3
"""Reads what the recipes of docs/cookbook.md write of attributes of any kind, with the programs that read those formats.

    check_cookbook.py --bin target/debug

The commands are those of the page, over tests/data/attributes.ndjson, with an image of its size for each item. CVAT and KITTI are read by
Datumaro and labelformat, in .venv-readers, which this script starts; LabelMe and Open Images by a test in Rust (tests/convert/cookbook.rs).
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = Path(os.environ.get("SYNPIPE_TOOLS", ROOT))
INPUT = ROOT / "tests/data/attributes.ndjson"


def export(convert, recipe, folder):
    """Runs the command of a recipe and writes its files, with images."""
    book = (ROOT / "docs/cookbook.md").read_text()
    command = next(line for line in book.splitlines() if line.startswith("syn-convert ") and recipe in line)
    ran = subprocess.run([convert, *shlex.split(command)[1:-1], str(INPUT)], cwd=ROOT, capture_output=True, text=True, check=True)
    for line in ran.stdout.splitlines():
        row = json.loads(line)
        if "path" in row and not row["path"].startswith("metadata/"):
            path = folder / row["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if "text" in row:
                with open(path, "a", newline="") as out:
                    out.write(row["text"])
            else:
                picture(row["item"], path)


def picture(item, path):
    from PIL import Image

    rows = (json.loads(line) for line in INPUT.read_text().splitlines())
    size = next(row["data"]["extra"]["image_1"] for row in rows if row.get("id") == item)
    Image.new("RGB", (size["width"], size["height"])).save(path)


def expected():
    """Boxes by item: class and `occluded` as the row has it; only those inside the image."""
    items = {}
    for line in INPUT.read_text().splitlines():
        row = json.loads(line)
        if "data" in row:
            heads = row["data"]["annotations"]["image_1"]
            boxes = [head["classification"] for head in heads if head["tool"] == "bounding_box"]
            items[Path(row["file"]["file_name_original"]).stem] = boxes
    return items


def is_yes(flag):
    return str(flag).lower() in ("true", "yes", "1")


def read_datumaro(kind, folder, wrong):
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    dataset = Dataset.import_from(str(folder), kind)
    labels = dataset.categories()[AnnotationType.label]
    items = {item.id: item for item in dataset}
    rows = expected()
    if set(items) != set(rows):
        wrong.append(f"Datumaro {kind}: items {sorted(items)}")
    boxes = (AnnotationType.bbox, AnnotationType.rotated_bbox)
    for name, item in items.items():
        got = [a for a in item.annotations if a.type in boxes]
        want = [one for one in rows.get(name, ()) if kind == "cvat" or one["class"] != "outside"]
        if len(got) != len(want):
            wrong.append(f"Datumaro {kind}: {name} has {len(got)} boxes, not {len(want)}")
        for a, row in zip(got, want):
            if a.label is None:
                wrong.append(f"Datumaro {kind}: {name}: {row['class']!r} has no label")
            # KITTI's 2 and 3 are neither yes nor no, and Datumaro takes both for yes.
            clear = kind == "cvat" or str(row.get("occluded")).lower() in ("true", "false", "yes", "no", "0", "1")
            if clear and bool(a.attributes["occluded"]) != is_yes(row.get("occluded")):
                wrong.append(f"Datumaro {kind}: {name}: occluded {row.get('occluded')!r} is {a.attributes['occluded']}")
            undeclared = set(a.attributes) - labels[a.label].attributes - labels.attributes if a.label is not None and kind == "cvat" else ()
            if undeclared:
                wrong.append(f"Datumaro {kind}: {name}: attributes {undeclared} of {row['class']!r} are not declared")
            if kind == "cvat" and any(value in ("True", "None") for key, value in a.attributes.items() if row.get(key) != value):
                wrong.append(f"Datumaro {kind}: {name}: {a.attributes}")
    print(f"Datumaro {kind}: {len(items)} items, {sum(len(item.annotations) for item in items.values())} annotations")


def read_labelformat(kind, folder, wrong):
    from labelformat.formats.cvat import CVATObjectDetectionInput
    from labelformat.formats.kitti import KittiObjectDetectionInput

    rows = expected()
    if kind == "cvat":
        reader = CVATObjectDetectionInput(input_file=folder / "annotations.xml")
    else:
        names = {"_".join(one["class"].split()) for boxes in rows.values() for one in boxes}
        reader = KittiObjectDetectionInput(folder / "label_2", ",".join(sorted(names)), "../images")
    labels = list(reader.get_labels())
    got = sum(len(label.objects) for label in labels)
    want = sum(kind == "cvat" or one["class"] != "outside" for boxes in rows.values() for one in boxes)
    if (len(labels), got) != (len(rows), want):
        wrong.append(f"labelformat {kind}: {len(labels)} images and {got} boxes, not {len(rows)} and {want}")
    print(f"labelformat {kind}: {len(labels)} images, {got} boxes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--readers", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where Datumaro and labelformat are")
    args = parser.parse_args()
    if Path(sys.prefix).resolve() != args.readers.resolve():
        python = args.readers / "bin/python"
        sys.exit(subprocess.run([python, __file__, "--bin", args.bin.resolve(), "--readers", args.readers.resolve()]).returncode)
    wrong = []
    for kind, recipe in [("cvat", "cvat.xml.j2"), ("kitti_detection", "kitti.txt.j2")]:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            export(args.bin / "syn-convert", recipe, folder)
            read_labelformat(kind.split("_")[0], folder, wrong)
            if kind != "cvat":
                (folder / "images").rename(folder / "image_2")
            read_datumaro(kind, folder, wrong)
    for line in wrong:
        print("WRONG:", line)
    print("cookbook:", "as written" if not wrong else f"{len(wrong)} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
