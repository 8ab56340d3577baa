#!/usr/bin/env python3
"""Lets the readers themselves judge the rules of `syn-convert --check`.

    check_rules.py --bin target/debug

Each case of tests/data/broken.json is a dataset that breaks one rule. `syn-convert --check` must find it, and pycocotools, Ultralytics'
own code, supervision, Datumaro or torchvision must show what the rule says: fail (rejected), lose something (dropped), or take it for
something else (misread). A rule that names Datumaro or torchvision must be shown by them in one case at least. The sound datasets must
show nothing. A case whose `judge` is a text says why no reader can show it here.
"""
import argparse
import ast
import asyncio
import base64
import contextlib
import copy
import glob
import importlib.util
import io
import json
import os
import multiprocessing
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
# Where scripts/setup.sh puts the environments.
ENVIRONMENTS = Path(os.environ.get("SYNPIPE_TOOLS", ROOT))
sys.path.insert(0, str(ROOT / "scripts" / "tools"))
import consumers  # noqa: E402


# --- datasets


def voc_colour(index):
    """The colour of an index in VOC's palette: its bits, dealt to red, green and blue from the highest down."""
    return [sum((index >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(3)) for channel in range(3)]


PALETTE = [value for index in range(256) for value in voc_colour(index)]


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, str):
        path.write_bytes(value.encode())
    elif "base64" in value:
        path.write_bytes(base64.b64decode(value["base64"]))
    elif "image" in value:
        # Images of one name are equal, others are not.
        grey = sum(path.name.encode()) % 256
        Image.new("RGB", value["image"], (grey,) * 3).save(path, "PNG")
    else:
        width, height, indices = value["palette"]
        plane = Image.fromarray(np.resize(np.array(indices, dtype=np.uint8), (height, width)), "P")
        plane.putpalette(PALETTE)
        plane.save(path, "PNG")


def dataset(folder, base, changes):
    for path, value in base.items():
        write(folder / path, value)
    for path, value in changes.items():
        if value is None:
            (folder / path).unlink()
        elif isinstance(value, list):
            write(folder / path, base[path].replace(*value))
        else:
            write(folder / path, value)


# --- readers: each gives what it shows, of {"rejected", "dropped", "misread"}, with the reason


class Shown(dict):
    def add(self, kind, reason):
        self.setdefault(kind, []).append(str(reason).splitlines()[0][:100] if str(reason) else "")

    @contextlib.contextmanager
    def must_work(self, what):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        except Exception as e:  # whatever a reader raises is its verdict
            self.add("rejected", f"{what}: {type(e).__name__} {e}")


def judge_coco(folder):
    import supervision as sv
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    shown = Shown()
    path = folder / "annotations" / "instances.json"
    coco = None
    with shown.must_work("load"):
        coco = COCO(str(path))
    if coco is None:
        return shown
    anns = []
    with shown.must_work("annotations"):
        anns = coco.loadAnns(coco.getAnnIds())
        coco.getAnnIds(areaRng=[0, 1e10], iscrowd=False)
    data = coco.dataset
    for kind, kept in (("annotations", coco.anns), ("images", coco.imgs)):
        if len(kept) != len(data.get(kind, [])):
            shown.add("dropped", f"{len(data[kind])} {kind}, {len(kept)} kept")
    if len(coco.cats) != len(data.get("categories", [])):
        shown.add("misread", f"{len(coco.cats)} categories kept")
    evaluable = [a for a in anns if a["image_id"] in coco.imgs and a["category_id"] in coco.cats]
    if len(evaluable) != len(anns):
        shown.add("dropped", "an annotation belongs to no image or category: no evaluation sees it")
    for a in evaluable:
        look_at(coco, a, shown)
    for kind in ("segm", "bbox", "keypoints"):
        wanted = [a for a in evaluable if (a.get("segmentation") if kind == "segm" else kind in a)]
        if wanted and len(wanted) == len(evaluable) and kind in ("bbox", "segm"):
            with shown.must_work(f"{kind} evaluation"):
                evaluate(COCOeval, copy.deepcopy(data), kind, shown)
        elif wanted and kind == "keypoints":
            with shown.must_work("keypoints evaluation"):
                evaluate(COCOeval, copy.deepcopy(data), kind, shown)
    with shown.must_work("joints"):
        for a in evaluable:
            if a.get("keypoints"):
                joints = len(coco.cats[a["category_id"]]["keypoints"])
                np.array(a["keypoints"]).reshape(joints, 3)
                pairs = np.array(coco.cats[a["category_id"]]["skeleton"]) - 1  # as showAnns does
                if pairs.size and (pairs.min() < 0 or pairs.max() >= joints):
                    shown.add("misread", f"joint {pairs.min()} of the skeleton")
    with shown.must_work("supervision"):
        loaded = sv.DetectionDataset.from_coco(str(folder / "images"), str(path))
        for name, image, detections in loaded:
            for a, box in zip([x for x in anns if coco.imgs[x["image_id"]]["file_name"] == Path(name).name], detections.xyxy):
                width, height = box[2:] - box[:2]
                if width <= 0 or height <= 0:
                    shown.add("dropped", "a box without area")
            recorded = next(i for i in data["images"] if i["file_name"] == Path(name).name)
            if (recorded["height"], recorded["width"]) != image.shape[:2]:
                shown.add("misread", "the size is not that of the image")
    return shown


def look_at(coco, a, shown):
    """What one annotation becomes in pycocotools."""
    from pycocotools import mask

    if not a.get("segmentation"):
        return
    with shown.must_work("mask"):
        image = coco.imgs[a["image_id"]]
        bitmap = coco.annToMask(a)
        if bitmap.shape != (image["height"], image["width"]):
            shown.add("misread", f"a mask of {bitmap.shape}")
        if not bitmap.any():
            shown.add("dropped", "a mask without a pixel")
        x, y, w, h = mask.toBbox(mask.encode(np.asfortranarray(bitmap)))
        if bitmap.any() and max(abs(np.array([x, y, w, h]) - a["bbox"])) > 2:
            shown.add("misread", f"bbox {a['bbox']}, mask {[x, y, w, h]}")
        rings = a["segmentation"]
        if isinstance(rings, list) and len(rings) > 1:
            def inside(ring):
                one = coco.annToMask({**a, "segmentation": [ring]})
                return all(one[bitmap_pixels].all() for bitmap_pixels in [one.astype(bool)]) and one.sum() < bitmap.sum()

            if all(bitmap[coco.annToMask({**a, "segmentation": [r]}).astype(bool)].all() for r in rings) and inside(rings[-1]):
                shown.add("misread", "the inner ring is filled")
        if isinstance(rings, list) and any(len(r) == 4 for r in rings):
            shown.add("rejected", f"four numbers became {int(bitmap.sum())} pixels")


def evaluate(judge, data, kind, shown):
    from pycocotools.coco import COCO

    coco = COCO()
    coco.dataset = data
    coco.createIndex()
    anns = data["annotations"]
    results = []
    for a in anns:
        result = {"image_id": a["image_id"], "category_id": a["category_id"], "score": 1.0, "bbox": a["bbox"]}
        if kind == "segm":
            result["segmentation"] = coco.annToRLE(a)
        if kind == "keypoints":
            result["keypoints"] = a["keypoints"]
        results.append(result)
    found = coco.loadRes(results)
    run = judge(coco, found, kind)
    if kind == "keypoints":
        run.params.kpt_oks_sigmas = np.full(len(anns[0]["keypoints"]) // 3, 0.05)
    run.params.maxDets = [20] if kind == "keypoints" else [1, 10, 100]
    run.evaluate()
    run.accumulate()
    precision = run.eval["precision"][..., 0, -1]
    known = precision[precision > -1]
    if not known.size:
        shown.add("dropped", f"the {kind} evaluation sees no object")
        shown.add("misread", f"the {kind} evaluation sees no object")
    elif known.mean() < 0.999:
        shown.add("misread", f"{kind}: average precision against itself {known.mean():.2f}")


ULTRALYTICS = consumers.ultralytics_utils()
PACKAGE = Path(importlib.util.find_spec("cv2").submodule_search_locations[0]).parent / "ultralytics"


def class_names():
    """Ultralytics' check of class names, taken out of a module that needs torch."""
    tree = ast.parse((PACKAGE / "nn" / "autobackend.py").read_text())
    wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "check_class_names"]
    space = {}
    exec(compile(ast.Module(wanted, []), "autobackend.py", "exec"), space)
    return space["check_class_names"]


ULTRALYTICS.check_class_names = class_names()


def verify(image, label, pose, names, shape):
    nk, nd = shape
    return ULTRALYTICS.verify_image_label((str(image), str(label), "", pose, names, nk, nd, False))


def judge_yolo(folder):
    import yaml

    shown = Shown()
    data = None
    ULTRALYTICS.YAML.load = staticmethod(
        lambda f, append_filename=False: {
            **yaml.safe_load(Path(f).read_text(encoding="utf-8", errors="ignore")),
            **({"yaml_file": str(f)} if append_filename else {}),
        }
    )
    with shown.must_work("data.yaml"):
        raw = (folder / "data.yaml").read_text(encoding="utf-8", errors="replace")
        data = ULTRALYTICS.check_det_dataset(str(folder / "data.yaml"), autodownload=False)
    if data is None:
        return shown
    names = data["names"]
    for name in names.values():
        if name not in raw:
            shown.add("misread", f"a class is called {name}")
    shape = data.get("kpt_shape") or (0, 0)
    pose = "kpt_shape" in data
    with shown.must_work("kpt_shape"):
        nk, nd = shape  # as YOLODataset reads it
        if pose and (nk <= 0 or nd not in {2, 3}):
            raise ValueError("'kpt_shape' in data.yaml missing or incorrect")
        if data.get("flip_idx") and len(data["flip_idx"]) != nk:
            raise ValueError("flip_idx")
    if "rejected" in shown:
        return shown
    boxes = polygons = 0
    used = []
    for split in ("train", "val"):
        if not data[split]:
            shown.add("rejected", f"{split} is {data[split]}")
            continue
        place = Path(data[split])
        if not place.is_dir():
            shown.add("rejected", f"{place} does not exist")
            continue
        # As BaseDataset.get_img_files looks for them.
        images = glob.glob(str(Path(glob.escape(place)) / "**" / "*.*"), recursive=True)
        images = [Path(i) for i in images if Path(i).suffix[1:].lower() in ULTRALYTICS.IMG_FORMATS]
        if hidden := [i.name for i in place.rglob(".*") if i.suffix[1:].lower() in ULTRALYTICS.IMG_FORMATS]:
            shown.add("dropped", f"{hidden} are passed over")
        if not images and split == "train":
            shown.add("rejected", "No images found")  # the assertion of BaseDataset.get_img_files
        for image in sorted(place.rglob("*.*")):
            if image.suffix[1:].lower() not in ULTRALYTICS.IMG_FORMATS:
                if image.suffix != ".txt":
                    shown.add("dropped", f"{image.name} is passed over")
                continue
            label = ULTRALYTICS.img2label_paths([str(image)])[0]
            if label in used:
                shown.add("misread", f"{label} belongs to two images")
            used.append(label)
            result = verify(image, label, pose, len(names), shape)
            if result[0] is None:
                shown.add("dropped", result[-1])
                continue
            rows = result[1]
            boxes += len(rows)
            polygons += len(result[3])
            if "duplicate" in result[-1]:
                shown.add("dropped", result[-1])
            if len(rows) and (rows[:, 3:5] <= 0).any():
                shown.add("dropped", "an object without area is no candidate in training")
            for points in result[3]:
                if points.max() > 1 or points.min() < 0:
                    shown.add("misread", f"a point at {points.max()} is taken")
            if pose and len(rows) and rows[:, 1:5].max() > 1.01:
                shown.add("misread", f"a box at {rows[:, 1:5].max()} is taken")
            if pose and nd == 3 and len(rows) and not np.isin(result[4][..., 2], (0, 1, 2)).all():
                shown.add("misread", "a visibility is taken as it is")
    if polygons and boxes != polygons:
        shown.add("dropped", "as many boxes as polygons are wanted, all polygons are removed")
    for label in (folder / "labels").rglob("*.txt"):
        if str(label.resolve()) not in [str(Path(u).resolve()) for u in used]:
            shown.add("dropped", f"{label.name} is never read")
    return shown


def converter():
    """The real ultralytics/data/converter.py; what it imports and does not need here is left out."""
    utils = sys.modules["ultralytics.utils"]
    utils.PLATFORM_URL = "https://platform.ultralytics.com"
    utils.TQDM = type("Bar", (), {"__init__": lambda s, *a, **k: None, "update": lambda s, n: None, "close": lambda s: None})
    utils.YAML.save = staticmethod(lambda path, data: Path(path).write_text(json.dumps(data, default=str)))
    sys.modules["ultralytics.data.utils"].get_split_fraction = lambda fraction, split: 1.0
    for name in ("ultralytics.utils.downloads", "ultralytics.utils.files", "ultralytics.utils.checks", "ultralytics.utils.ops"):
        module = sys.modules[name]
        module.__getattr__ = lambda _name: None
    utils.__getattr__ = lambda name: None if name.isupper() or name.islower() else types.SimpleNamespace
    source = importlib.util.spec_from_file_location("ultralytics.data.converter", PACKAGE / "data" / "converter.py")
    module = importlib.util.module_from_spec(source)
    sys.modules[source.name] = module
    source.loader.exec_module(module)
    module.check_requirements = lambda *a: None
    module.clean_url = lambda url: str(url).split("?")[0]
    return module


CONVERTER = None


def judge_ndjson(folder):
    global CONVERTER
    CONVERTER = CONVERTER or converter()
    shown = Shown()
    source = folder / "dataset.ndjson"
    made = None
    with shown.must_work("conversion"):
        made = asyncio.run(CONVERTER._convert_ndjson_to_yolo(source, folder / "made", True, 1.0))
    if made is None:
        return shown
    data = json.loads(Path(made).read_text())
    names = {int(k): v for k, v in data.get("names", {}).items()}
    header, *lines = [json.loads(line) for line in source.read_text().splitlines()]
    given = header.get("class_names", {})
    with shown.must_work("data.yaml"):
        if not names and "nc" not in data:
            raise SyntaxError("either 'names' or 'nc' are required")
    for number, name in names.items():
        if str(number) not in given:
            shown.add("misread", f"class {number} is called {name}")
    task = header.get("task", "detect")
    pose = task == "pose"
    with shown.must_work("kpt_shape"):
        nk, nd = data.get("kpt_shape") or (0, 0)
    if "rejected" in shown:
        return shown
    for image in sorted((Path(made).parent / "images").rglob("*.*")):
        label = str(image).replace("/images/", "/labels/").rsplit(".", 1)[0] + ".txt"
        result = verify(image, label, pose, len(names) or data.get("nc", 0), (nk, nd))
        if result[0] is None:
            shown.add("dropped", result[-1])
    wanted = {"detect": "boxes", "segment": "segments", "pose": "pose", "obb": "obb"}.get(task)
    for line in lines:
        first, *others = line["annotations"].items()
        if any(rows for _, rows in others):
            shown.add("dropped", f"{first[0]} only was read")
        if wanted and first[0] != wanted:
            shown.add("misread", f"{first[0]} was read as {wanted}")
    return shown


def judge_voc(folder):
    import supervision as sv

    shown = Shown()
    with shown.must_work("supervision"):
        loaded = sv.DetectionDataset.from_pascal_voc(str(folder / "JPEGImages"), str(folder / "Annotations"))
        for name in loaded.classes:
            if name != name.strip():
                shown.add("misread", f"a class is called {name!r}")
        for name, image, detections in loaded:
            height, width = image.shape[:2]
            if len(detections) and (detections.xyxy.max(axis=0)[2:] > (width, height)).any():
                shown.add("misread", "a box beyond the image is taken")
            text = (folder / "Annotations" / f"{Path(name).stem}.xml").read_text()
            if "<xmin>2</xmin>" in text and "<xmax>1</xmax>" in text:
                shown.add("misread", f"the corners are put in order: {detections.xyxy.tolist()}")
    return shown


class Elsewhere:
    """Datumaro and torchvision, which need an environment of their own."""

    NAMES = {"Datumaro": "datumaro", "torchvision": "torchvision"}

    def __init__(self, python):
        command = [python, ROOT / "scripts" / "tools" / "readers.py"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, name, base, folder):
        """What a reader shows."""
        question = {"reader": self.NAMES[name], "format": base, "folder": str(folder)}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["shown"]

    def named_by(self, rule, base):
        """Those of them that a finding names. `all` stands for all."""
        named = rule["reader"].split(", ")
        can = {"coco": self.NAMES, "voc": self.NAMES}.get(base, {})
        return [name for name in can if name in named or named == ["all"]]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


JUDGES = {"coco": judge_coco, "yolo": judge_yolo, "pose": judge_yolo, "ultralytics-ndjson": judge_ndjson, "voc": judge_voc}


def apart(judge, folder):
    """Judges in a process of its own: some of what is judged here corrupts the reader's memory."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=lambda: theirs.send(dict(judge(folder))))
    child.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        # Whatever the rule says of it: the reader did not survive.
        return {kind: ["the reader crashed"] for kind in ("rejected", "dropped", "misread")}
    finally:
        child.join()


def check(convert, folder, base):
    """The findings of syn-convert --check, by code."""
    command = [convert, "-q", "--check", folder, "--log-format", "json", "--to", "yolo" if base == "pose" else base]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    return {finding["code"]: finding for finding in map(json.loads, done.stdout.splitlines())}


class Court:
    """Judges case after case."""

    def __init__(self, convert, broken, elsewhere, verbose):
        self.convert, self.bases, self.elsewhere, self.verbose = convert, broken["bases"], elsewhere, verbose
        self.wrong, self.shown, self.named, self.confirmed = [], 0, set(), set()

    def judge(self, case):
        code, base, reason = case["code"], case["base"], case.get("judge", True)
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder).resolve() / "set"
            dataset(folder, self.bases[base], case["files"])
            found = check(self.convert, folder, base)
            if code and code not in found:
                self.wrong.append(f"{code}: syn-convert does not find it")
                return
            readers = self.elsewhere.named_by(found[code] if code else {"reader": "all"}, base)
            verdicts = {name: self.elsewhere.ask(name, base, folder) for name in readers}
            if reason is True or reason == "advice":
                verdicts["here"] = apart(JUDGES[base], folder)
        if self.verbose:
            print(code or f"sound {base}", found.get(code, {}).get("severity"), verdicts, flush=True)
        if code is None:
            self.wrong += [f"sound {base}: {verdicts} {found}"] if found or any(verdicts.values()) else []
            return
        severity = found[code]["severity"]
        self.named |= {(code, name) for name in readers if found[code]["reader"] != "all"}
        self.confirmed |= {(code, name) for name in readers if (severity in verdicts[name] or severity == "advice" and verdicts[name])}
        if reason == "advice":
            self.wrong += [f"{code} is advice, but the reader shows {verdicts['here']}"] if verdicts["here"] else []
        elif reason is True and not any(severity in verdict for verdict in verdicts.values()):
            self.wrong.append(f"{code} is said to be {severity}, the readers show {verdicts}: {case['files']}")
        elif reason is True:
            self.shown += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("--readers", type=Path, default=ENVIRONMENTS / ".venv-readers", help="where Datumaro and torchvision are")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what the readers say")
    args = parser.parse_args()
    broken = json.loads((ROOT / "tests" / "data" / "broken.json").read_text(encoding="utf-8"))
    elsewhere = Elsewhere(args.readers / "bin" / "python")
    court = Court(args.bin.resolve() / "syn-convert", broken, elsewhere, args.verbose)
    for case in [{"base": base, "code": None, "files": {}} for base in broken["bases"]] + broken["cases"]:
        court.judge(case)
    elsewhere.close()
    wrong = court.wrong + [f"{code} names {name}, which shows nothing of it" for code, name in sorted(court.named - court.confirmed)]
    for line in wrong:
        print(line)
    untold = sum(case.get("judge", True) not in (True, "advice") for case in broken["cases"])
    print(
        f"{court.shown} rule breaks shown by their readers, {untold} cannot be shown here; "
        f"{len(court.confirmed)} rules shown by Datumaro or torchvision; {len(wrong)} disagree"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
