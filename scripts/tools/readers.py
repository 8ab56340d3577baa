#!/usr/bin/env python3
"""What Datumaro and torchvision make of a dataset. Runs in .venv-readers, which other scripts start and ask over a pipe.

    readers.py    reads lines {"reader": "datumaro"|"torchvision", "format": "coco"|"yolo"|"voc"|"imagefolder", "folder": …}

and answers each with a line {"shown": {"rejected"|"dropped"|"misread": [reasons]}, "items": N, "boxes"|"polygons"|…: {class: N}}.
Of torchvision only the dataset classes are loaded, which do without torch.
"""
import collections
import contextlib
import io
import json
import logging
import sys
import tempfile
import types
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image


class Answer:
    def __init__(self):
        self.shown, self.items, self.objects = {}, 0, collections.defaultdict(collections.Counter)

    def add(self, kind, reason):
        self.shown.setdefault(kind, []).append(str(reason).splitlines()[0][:100] if str(reason) else "")

    @contextlib.contextmanager
    def must_work(self, what):
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                yield
        except Exception as e:  # whatever a reader raises is its verdict
            self.add("rejected", f"{what}: {type(e).__name__} {e.__cause__ or e}")


# --- Datumaro


def datumaro_sources(kind, folder):
    """Format and path of each part; COCO documents without a split in their name must be named to be found."""
    if kind == "coco":
        for path in sorted(folder.glob("annotations/*.json")):
            role = next(r for r in ("instances", "person_keypoints", "stuff") if path.name.startswith(r))
            yield f"coco_{role}", path
    elif kind == "imagefolder":
        yield from (("imagenet", path) for path in sorted(folder.iterdir()) if path.name in ("train", "val", "test"))
    else:
        yield kind, folder


def datumaro(kind, folder):
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    answer, names = Answer(), collections.Counter()
    for name, path in datumaro_sources(kind, folder):
        with answer.must_work(name):
            dataset = Dataset.import_from(str(path), name)
            labels = dataset.categories()[AnnotationType.label]
            for item in dataset:
                answer.items += 1
                names[item.id] += 1
                # A record of COCO becomes a box and a shape for each ring, with the id of the record.
                records = {one.id if kind == "coco" else n: one for n, one in enumerate(item.annotations)}
                for one in records.values():
                    if one.label is None:
                        answer.add("misread", f"{item.id}: an annotation without a class")
                        continue
                    answer.objects[name if kind == "coco" else one.type.name][labels[one.label].name] += 1
                if kind == "voc":
                    datumaro_voc(answer, folder, item, labels)
    if kind == "voc" and "rejected" not in answer.shown:
        for path in sorted((folder / "Annotations").glob("*.xml")):
            if path.stem not in names:
                answer.add("dropped", f"{path.name} is passed over")
        for name in (name for name, times in names.items() if times > 1):
            answer.add("misread", f"{name} is in two subsets")
    return answer


def datumaro_voc(answer, folder, item, labels):
    """What became of the boxes and planes of one image."""
    boxes = [a for a in item.annotations if a.type.name == "bbox"]
    path = folder / "Annotations" / f"{item.id}.xml"
    root = ET.parse(path).getroot() if path.exists() else ET.Element("annotation")
    if len(boxes) != len(root.findall("object")):
        answer.add("dropped", f"{item.id}: {len(boxes)} boxes")
    size = [int(root.findtext(f"size/{side}") or 1 << 30) for side in ("width", "height")]
    if any(b.x + b.w > size[0] or b.y + b.h > size[1] for b in boxes):
        answer.add("misread", f"{item.id}: a box beyond the image is taken")
    plane = folder / "SegmentationClass" / f"{item.id}.png"
    if plane.exists():
        pixels = np.asarray(Image.open(plane))
        found = collections.Counter()
        for a in item.annotations:
            if a.type.name == "mask":
                found[a.label] += int(np.asarray(a.image).sum())
        wanted = {i: int((pixels == i).sum()) for i in np.unique(pixels) if i}
        if {i: n for i, n in found.items() if i} != wanted:
            answer.add("misread", f"{item.id}: pixels of classes {dict(found)}, in the plane {wanted}")


# --- torchvision


# Of no use here: nothing is downloaded.
DOWNLOADS = ("_download_file_from_remote_location", "_is_remote_location_available")


def torchvision_datasets():
    """Its dataset classes, with empty modules in the place of torch."""
    dataset = type("Dataset", (), {"__class_getitem__": classmethod(lambda cls, _: cls)})
    made = {
        "torch": {"Tensor": object},
        "torch.utils": {},
        "torch.utils.data": {"Dataset": dataset},
        "torch.utils.model_zoo": {"tqdm": None},
        "torchvision._internally_replaced_utils": dict.fromkeys(DOWNLOADS),
        "torchvision.utils": {"_log_api_usage_once": lambda _: None},
    }
    for name, content in made.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)
    for name, below in (("torchvision", ""), ("torchvision.datasets", "datasets")):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(PLACE / below)]
    from torchvision.datasets import coco, voc

    return coco.CocoDetection, voc.VOCDetection, voc.VOCSegmentation


PLACE = Path(find_spec("torchvision").submodule_search_locations[0])
CocoDetection, VOCDetection, VOCSegmentation = torchvision_datasets()
# Its models need torch to run; what they refuse stands in their source.
REFUSES_EMPTY_BOXES = "All bounding boxes should have positive height and width" in (
    PLACE / "models" / "detection" / "generalized_rcnn.py"
).read_text(encoding="utf-8")


def torchvision(kind, folder):
    return {"coco": torchvision_coco, "voc": torchvision_voc}[kind](folder)


def torchvision_coco(folder):
    answer = Answer()
    for path in sorted(folder.glob("annotations/instances*.json")):
        with answer.must_work("load"):
            loaded = CocoDetection(folder / "images", str(path))
            names = {c["id"]: c["name"] for c in loaded.coco.dataset["categories"]}
            for i in range(len(loaded)):
                image, target = loaded[i]
                answer.items += 1
                recorded = loaded.coco.imgs[loaded.ids[i]]
                if image.size != (recorded["width"], recorded["height"]):
                    answer.add("misread", f"{recorded['file_name']} is loaded with {image.size}")
                answer.objects["coco_instances"].update(names[a["category_id"]] for a in target)
                if REFUSES_EMPTY_BOXES and any(min(a["bbox"][2:]) <= 0 for a in target):
                    answer.add("rejected", f"{recorded['file_name']}: a box without area")
    return answer


def torchvision_voc(folder):
    answer, images = Answer(), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as root:
        place = Path(root) / "VOCdevkit" / "VOC2012"
        place.parent.mkdir()
        place.symlink_to(folder)
        for name in ("train", "trainval", "val"):
            if (folder / "ImageSets" / "Main" / f"{name}.txt").exists():
                with answer.must_work("detection"):
                    loaded = VOCDetection(root, image_set=name)
                    images[name] = [Path(i).stem for i in loaded.images]
                    for i in range(len(loaded)):
                        torchvision_image(answer, Path(loaded.images[i]).name, *loaded[i])
            if (folder / "ImageSets" / "Segmentation" / f"{name}.txt").exists():
                with answer.must_work("segmentation"):
                    loaded = VOCSegmentation(root, image_set=name)
                    for i in range(len(loaded)):
                        image, target = loaded[i]
                        if target.mode != "P":
                            answer.add("misread", f"the plane of {loaded.images[i]} is read as {target.mode}")
    everywhere = [i for name in images for i in images[name]]
    if len(everywhere) > len(set(everywhere)):
        answer.add("misread", "an image is there twice")
    for path in sorted((folder / "Annotations").glob("*.xml")):
        if path.stem not in everywhere:
            answer.add("dropped", f"{path.name} is passed over")
    return answer


def torchvision_image(answer, opened, image, target):
    annotation = target["annotation"]
    answer.items += 1
    answer.objects["bbox"].update(o["name"] for o in annotation["object"] if "name" in o)
    if annotation.get("filename", opened) != opened:
        answer.add("misread", f"{opened} is opened, filename says {annotation['filename']}")
    size = tuple(int(annotation.get("size", {}).get(side, actual)) for side, actual in zip(("width", "height"), image.size))
    if size != image.size:
        answer.add("misread", f"{opened} is loaded with {image.size}")
    for o in annotation["object"]:
        box = {k: float(v) for k, v in o.get("bndbox", {}).items() if v.replace(".", "").isdigit()}
        if REFUSES_EMPTY_BOXES and len(box) == 4 and (box["xmax"] == box["xmin"] or box["ymax"] == box["ymin"]):
            answer.add("rejected", f"{opened}: a box without area")
        if box.get("xmax", 0) > image.width or box.get("ymax", 0) > image.height:
            answer.add("misread", f"{opened}: a box beyond the image is taken")


READERS = {"datumaro": datumaro, "torchvision": torchvision}


def main():
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = READERS[asked["reader"]](asked["format"], Path(asked["folder"]))
        print(json.dumps({"shown": answer.shown, "items": answer.items, **answer.objects}), flush=True)


if __name__ == "__main__":
    main()
