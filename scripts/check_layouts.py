#!/usr/bin/env python3
"""What `syn-convert --check` reads of datasets in the layouts of other tools, beside what their readers read.

    check_layouts.py --bin target/debug             the layouts of tests/data/layouts.json
    check_layouts.py --bin target/debug FOLDER…     other datasets

Readers: Ultralytics for data.yaml, pycocotools for COCO, Datumaro for obj.data and the VOCdevkit, supervision for other XML files. A line
each: images and annotations of the reader, then ours. Fails when they differ, or when one of the layouts has a finding that is a loss.
"""
import argparse
import contextlib
import glob
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from check_rules import ENVIRONMENTS, ROOT, ULTRALYTICS, Image, verify


def made(files, folder):
    """Writes a layout."""
    for path, text in files.items():
        at = folder / path
        at.parent.mkdir(parents=True, exist_ok=True)
        if at.suffix.lower() in (".jpg", ".png") and not text:
            Image.new("RGB", (20, 16), (sum(at.name.encode()) % 256,) * 3).save(at, "PNG")
        else:
            at.write_text(text.replace("ROOT", str(folder)))


def of_ultralytics(path):
    import yaml

    load = lambda f, append_filename=False: {**yaml.safe_load(Path(f).read_text()), **({"yaml_file": str(f)} if append_filename else {})}
    ULTRALYTICS.YAML.load = staticmethod(load)
    # A relative `path` counts from where the reader is started.
    root = load(path).get("path") or "."
    os.chdir(next((at for at in (path.parent, path.parent.parent) if (at / root).exists()), path.parent))
    data = ULTRALYTICS.check_det_dataset(str(path), autodownload=False)
    images = rows = 0
    for part in ("train", "val", "test"):
        places = data.get(part) or []
        for place in map(Path, places if isinstance(places, list) else [places]):
            if place.is_dir():
                found = glob.glob(str(Path(glob.escape(place)) / "**" / "*.*"), recursive=True)
            else:
                lines = place.read_text().split() if place.is_file() else []
                found = [line.replace("./", f"{place.parent}/", 1) if line.startswith("./") else line for line in lines]
            for image in (i for i in found if i.rpartition(".")[-1].lower() in ULTRALYTICS.IMG_FORMATS):
                label = ULTRALYTICS.img2label_paths([image])[0]
                read = verify(image, label, "kpt_shape" in data, len(data["names"]), data.get("kpt_shape") or (0, 0))
                images += read[0] is not None
                rows += len(read[1]) if read[0] is not None else 0
    return images, rows


def of_pycocotools(paths):
    from pycocotools.coco import COCO

    images = annotations = 0
    for path in paths:
        document = json.loads(path.read_text())
        if any("segments_info" in a for a in document.get("annotations", [])):
            # Not for pycocotools: its own reader is a loop over these lists.
            images += len(document["images"])
            annotations += sum(len(a["segments_info"]) for a in document["annotations"])
            continue
        loaded = COCO(str(path))
        images, annotations = images + len(loaded.imgs), annotations + len(loaded.anns)
    return images, annotations


def of_supervision(paths):
    import supervision as sv

    images = boxes = 0
    for folder in sorted({path.parent for path in paths}):
        beside = [folder, *(folder.parent / name for name in ("images", "data", "JPEGImages"))]
        has_pictures = lambda p: p.is_dir() and any(i.suffix.lower() in (".jpg", ".png") for i in p.iterdir())
        pictures = next((p for p in reversed(beside) if has_pictures(p)), None)
        if pictures is None:
            raise ValueError("it reads images, and there are none")
        loaded = sv.DetectionDataset.from_pascal_voc(str(pictures), str(folder))
        images += len(loaded)
        boxes += sum(len(detections) for _, _, detections in loaded)
    return images, boxes


DATUMARO = """
import json, sys, logging
logging.disable(logging.CRITICAL)
from datumaro.components.dataset import Dataset
items = list(Dataset.import_from(sys.argv[2], sys.argv[1]))
boxes = {(i.id, a.id) for i in items for a in i.annotations if a.type.name == "bbox"}
number = len(boxes) if sys.argv[3] == "boxes" else sum(len(i.annotations) for i in items)
print(json.dumps([len({i.id for i in items}), number]))
"""


def of_datumaro(kind, folder, python, boxes=True):
    done = subprocess.run([python, "-c", DATUMARO, kind, folder, "boxes" if boxes else "all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    return tuple(json.loads(done.stdout))


def of_reader(folder, ours, python):
    """The reader of the first dataset that we found, and what it reads."""
    if ours.startswith("coco"):
        top = lambda p: p.read_text(errors="replace")[:100000]
        paths = [p for p in sorted(folder.rglob("*.json")) if '"images"' in top(p)]
        return "pycocotools", of_pycocotools(paths)
    if ours.startswith("voc"):
        if devkit := next(iter(sorted(folder.rglob("ImageSets"))), None):
            return "Datumaro", of_datumaro("voc", devkit.parent, python)
        return "supervision", of_supervision(sorted(folder.rglob("*.xml")))
    if described := next(iter(sorted(folder.rglob("*.data"))), None):
        return "Datumaro", of_datumaro("yolo", described.parent, python)
    if described := next((p for p in sorted(folder.rglob("*.y*ml")) if "train" in p.read_text()), None):
        return "Ultralytics", of_ultralytics(described)
    return None, None


def look(name, folder, convert, python):
    """Compares what we read of a folder; what differs."""
    done = subprocess.run([convert, "--check", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    said = next((line.split("checked ", 1)[1] for line in done.stderr.splitlines() if "checked " in line), "")
    counts = re.search(r"([0-9,]+) images?, ([0-9,]+) annotations?", said)
    own = tuple(int(n.replace(",", "")) for n in counts.groups()) if counts else None
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            reader, read = of_reader(folder, said, python) if own else (None, None)
    except Exception as e:  # whatever a reader raises is its verdict
        reader, read = "a reader", f"fails: {(str(e) or repr(e)).splitlines()[0][:80]}"
    theirs = "{} / {}".format(*read) if isinstance(read, tuple) else read or ""
    own_text = "{} / {}".format(*own) if own else "not read"
    print(f"{name:48} {reader or 'no reader here':14} {theirs:10} ours: {own_text}, exit {done.returncode}", flush=True)
    return own, read, done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--readers", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where Datumaro is")
    args = parser.parse_args()
    convert, python = args.bin.resolve() / "syn-convert", args.readers / "bin" / "python"
    for folder in args.folders:
        # Where Ultralytics looks for what `path: ../datasets/NAME` means.
        with tempfile.TemporaryDirectory() as place:
            named = Path(place).resolve() / "datasets" / folder.resolve().name
            named.parent.mkdir()
            named.symlink_to(folder.resolve())
            look(folder.name, named, convert, python)
    wrong = []
    for layout in [] if args.folders else json.loads((ROOT / "tests" / "data" / "layouts.json").read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder).resolve() / "datasets" / "mine"
            folder.mkdir(parents=True)
            made(layout["files"], folder)
            own, read, done = look(layout["name"], folder, convert, python)
            if done.returncode or (isinstance(read, tuple) and read != own):
                wrong.append(f"{layout['name']}: ours {own}, the reader's {read}; {done.stdout}")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
