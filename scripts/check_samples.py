#!/usr/bin/env python3
"""Compares what becomes of every sample payload of the platform's SDK, in every form it can come in, with what the SDK makes of it.

    check_samples.py --bin target/debug

Forms: v1 and v2 as shipped (v2 is wrapped: `annotation_data` beside `annotation_meta`), v2 without its wrapper, v1 made by the SDK from v2,
and the flat dialect of the export guide. Targets: how the annotations are read (against the SDK's own v1 to v2 converter), COCO in each role
and segmentation mode, YOLO in each task, VOC with its planes, ImageFolder. A record that differs must be explained by a row of docs/parity.md;
a row that explains nothing is an error too.
"""
import argparse
import collections
import copy
import io
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import yaml
from PIL import Image
from synapse_sdk.utils.annotation_models.dm import DMVersion
from synapse_sdk.utils.converters.coco import FromDMToCOCOConverter
from synapse_sdk.utils.converters.dm import convert_v1_to_v2, convert_v2_to_v1
from synapse_sdk.utils.converters.dm.types import build_export_contract
from synapse_sdk.utils.converters.imagefolder import FromDMToImageFolderConverter
from synapse_sdk.utils.converters.pascal import FromDMToPascalConverter, collect_pascal_class_names
from synapse_sdk.utils.converters.yolo import FromDMToYOLOConverter

from check_consumers import DATA, ROOT, TOOLS
from check_parity import unpack

sys.path.insert(0, str(TOOLS))
from sdk_parity import boxes, near, record  # noqa: E402

SIZE = WIDTH, HEIGHT = 1920, 1500
SIZES = {"image_1": {"width": WIDTH, "height": HEIGHT}}
ROLES = ("instances", "person_keypoints", "stuff")
TASKS = ("detect", "segment", "pose")

# --- forms


def flat(v1):
    """The flat dialect: geometry in `data` of the head. None for what it has no type for."""
    types = {"bounding_box": "bbox", "polygon": "polygon", "polyline": "polyline", "keypoint": "keypoint", "classification": "classification"}
    data = copy.deepcopy(v1)
    for key, heads in data["annotations"].items():
        for head, geometry in zip(heads, data["annotationsData"][key], strict=True):
            if head["tool"] not in types:
                return None
            place = geometry.get("coordinate")
            if head["tool"] == "bounding_box":
                place = [place["x"], place["y"], place["width"], place["height"]]
            elif head["tool"] == "keypoint":
                place = [[place["x"], place["y"]]]
            elif place is not None:
                place = [[p["x"], p["y"]] for p in place]
            tool = types[head.pop("tool")]
            head.update(type=tool, **({} if place is None else {"data": place}))
            geometry.clear()
            geometry.update(id=head["id"], type=tool)
    return data


def forms():
    """{form: {sample: payload}}; masks also with the metadata that the platform asks for."""
    out = {"v1": {}, "v2": {}, "v2 without wrapper": {}, "v1 from v2": {}, "flat": {}}
    for path in sorted((DATA / "dm-samples" / "v1").glob("*.json")):
        v1, v2 = json.loads(path.read_text(encoding="utf-8")), json.loads((path.parent.parent / "v2" / path.name).read_text(encoding="utf-8"))
        name = path.stem
        variants = [(name, v1, v2)]
        if name == "image_segmentation":
            told = copy.deepcopy((v1, v2))
            told[0]["annotationsData"]["image_1"][0].update(isCompressed=False, compressionFormat=None)
            told[1]["annotation_data"]["images"][0]["segmentation"][0].update(encoding="raw_indices", isCompressed=False, compressionFormat=None)
            told[0]["extra"] = SIZES  # the platform takes the size of a mask from nowhere else
            variants.append((name + " with metadata", *told))
        if name == "image_bounding_box":
            upright = copy.deepcopy((v1, v2))
            del upright[0]["annotationsData"]["image_1"][0]["coordinate"]["rotation"]
            attrs = upright[1]["annotation_data"]["images"][0]["bounding_box"][0]["attrs"]
            attrs[:] = [a for a in attrs if a["name"] != "rotation"]
            variants.append((name + " upright", *upright))
        for sample, one, two in variants:
            out["v1"][sample] = one
            out["v2"][sample] = two
            out["v2 without wrapper"][sample] = two["annotation_data"]
            if sample != "image_segmentation":  # the SDK converts no mask without metadata
                out["v1 from v2"][sample] = platform_v1(two["annotation_data"])
            guide = flat(one)
            if guide:
                out["flat"][sample] = guide
    return out


# --- the platform


def platform_v1(annotation_data):
    return convert_v2_to_v1({"annotation_data": annotation_data}) | {"extra": SIZES}


def platform_v2(payload):
    """The payload as the platform's exporters take it, or the reason why it cannot be."""
    if "annotation_data" in payload:
        return payload
    return convert_v1_to_v2(payload if "annotations" in payload else platform_v1(payload))


def platform_read(v2):
    out = []
    for container, medias in v2["annotation_data"].items():
        if container != "classification":
            for media in medias:
                out += [[tool, *described(tool, one)] for tool, annotations in media.items() for one in annotations]
    return out


def described(tool, one):
    """id, class, attributes and geometry of an annotation of v2."""
    attributes = {a["name"]: a["value"] for a in one.get("attrs", [])}
    data = one["data"]
    if tool == "keypoint":
        attributes["visibility"] = visibility(one.get("visibility", attributes.get("visibility")))
    if tool == "bounding_box":
        data = [*data, attributes.pop("rotation", 0)]
    if tool == "classification" and not data:
        data = None
    return one["id"], one["classification"], attributes, data


def visibility(value):
    return {"visible": 2, "occluded": 1, None: 0}.get(value, value)


def platform_coco(v2, mode):
    done = FromDMToCOCOConverter(build_export_contract(mode)).convert_item(
        v2["annotation_data"], annotation_meta=v2["annotation_meta"], item_id="1", file_name="images/x.jpg", width=WIDTH, height=HEIGHT
    )
    out = {}
    for role, dataset in done.datasets.items():
        d = dataset.model_dump()
        names = {c["id"]: c["name"] for c in d["categories"]}
        out[f"coco {role} {mode}"] = [record(a, names) for a in d["annotations"]]
    return out


def platform_yolo(v2, mode):
    converter = FromDMToYOLOConverter(is_single_conversion=True, export_contract=build_export_contract(mode))
    done = converter.convert_single_file(v2["annotation_data"], None, item_id="1", dimensions=SIZE)
    out = {}
    for task in TASKS:
        names = done.class_names[task]
        lines = converter.serialize_task(task, done, {n: i for i, n in enumerate(names)})
        out[f"yolo {task}"] = [row(line, dict(enumerate(names))) for line in lines]
    return out


def row(line, names):
    number, *values = line.split()
    return [names[int(number)], *map(float, values)]


def platform_voc(v2, mode):
    contract = build_export_contract(mode)
    names = sorted(collect_pascal_class_names(v2, contract))
    done = FromDMToPascalConverter(is_single_conversion=True).convert_single_file(
        v2_result=v2, export_contract=contract, original_file=None, dimensions=SIZE, file_name="x.jpg",
        class_to_index={n: i for i, n in enumerate(names, 1)}, item_id="1",
    )  # fmt: skip
    found = boxes(ET.fromstring(done["xml_content"].split("?>", 1)[1]))
    planes = [done["class_plane"], done["object_plane"]]
    return {f"voc {mode}": [found, *[None if p is None else int((np.asarray(p) > 0).sum()) for p in planes], names if planes[0] is not None else []]}


def platform_imagefolder(payload, v1):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("json/x.json", json.dumps(payload)), ("original_files/x.jpg", "")):
            path = Path(folder) / name
            path.parent.mkdir()
            path.write_text(content, encoding="utf-8")
        converter = FromDMToImageFolderConverter(root_dir=folder, dm_version=DMVersion.V1 if v1 else DMVersion.V2)
        with redirect_stdout(io.StringIO()):
            return {"imagefolder": [e["classification"] for e in converter.convert()]}


def platform(payload):
    """{target: records}, or {target: an exception} where the platform refuses the item."""
    v1 = "annotations" in payload
    bare = payload.get("annotation_data", payload)
    makers = {
        "read": lambda v2: {"read": platform_read(v2)},
        "voc instance": lambda v2: platform_voc(v2, "instance"),
        "voc semantic": lambda v2: platform_voc(v2, "semantic"),
        **{f"coco {m}": lambda v2, m=m: platform_coco(v2, m) for m in ("instance", "semantic", "exclude")},
        "yolo": lambda v2: platform_yolo(v2, "instance"),
    }
    out = {}
    for name, make in makers.items():
        try:
            out |= make(platform_v2(payload))
        except (ValueError, KeyError, TypeError, AttributeError) as refusal:
            out[name] = refusal
    if not v1 or any(key.startswith("image") for key in payload["annotations"]):
        out |= platform_imagefolder(payload if v1 else bare, v1)
    return out


# --- ours

TEMPLATE = """[{% for a in annotations %}{% if not loop.first %},{% endif %}
{"tool": {{ a.tool }}, "id": {{ a.id }}, "class": {{ a.class }}, "attributes": {{ a.attributes }}, "bbox": {{ a.bbox }}, "rotation": {{ a.rotation }},
 "points": {{ a.points }}, "runs": {{ a.runs }}, "raw": {{ a.raw }}}{% endfor %}]
"""


def ours_read(folder, n):
    paths = sorted((folder / "read").glob(f"{n}_*.json"))
    return [seen(a) for path in paths for a in json.loads(path.read_text(encoding="utf-8"))]


def seen(a):
    """As `described`. What v1 keeps in several keys is one value in v2."""
    tool, attributes, raw = a["tool"], a["attributes"], a["raw"] or {}
    if tool == "keypoint":
        attributes["visibility"] = visibility(attributes.get("visibility"))
    geometry = {
        "bounding_box": lambda: [*a["bbox"], a["rotation"]],
        "polygon": lambda: a["points"],
        "polyline": lambda: a["points"],
        "keypoint": lambda: a["points"][0],
        "relation": lambda: raw.get("data") or [raw["annotationId"], raw["targetAnnotationId"]],
    }.get(tool, lambda: next((raw[k] for k in ("data", "section", "psr") if k in raw), raw) or None)
    if a["runs"] is not None:
        geometry = lambda: [i for start, length in a["runs"] for i in range(start, start + length)]  # noqa: E731
    return [tool, a["id"], a["class"], attributes, geometry()]


def ours_coco(folder, n):
    out = {}
    for mode in ("instance", "semantic", "exclude"):
        for role in ROLES:
            path = folder / f"coco-{mode}" / "annotations" / f"{role}.json"
            d = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"annotations": []}
            names = {c["id"]: c["name"] for c in d.get("categories", [])}
            out[f"coco {role} {mode}"] = [record(a, names) for a in d["annotations"] if a["image_id"] == n]
    return out


def ours_yolo(folder, n):
    out = {}
    for task in TASKS:
        base = folder / f"yolo-{task}"
        # Without the file nothing had a place in the task.
        data = base / "data.yaml"
        names = yaml.safe_load(data.read_text(encoding="utf-8"))["names"] if data.exists() else {}
        path = next(base.glob(f"labels/**/s{n}.txt"), None)
        out[f"yolo {task}"] = [row(line, names) for line in path.read_text().splitlines()] if path else []
    return out


def ours_voc(folder, n, mode):
    base = folder / f"voc-{mode}"
    path = base / "Annotations" / f"s{n}.xml"
    planes = [base / name / f"s{n}.png" for name in ("SegmentationClass", "SegmentationObject")]
    labelmap = (base / "labelmap.txt").read_text(encoding="utf-8").splitlines()
    classes = [line.split(":")[0] for line in labelmap if not line.startswith("#")]
    pixels = [np.asarray(Image.open(p)) if p.exists() else None for p in planes]
    used = [] if pixels[0] is None else [classes[i] for i in np.unique(pixels[0]) if i]
    found = boxes(ET.parse(path).getroot()) if path.exists() else []
    return {f"voc {mode}": [found, *[None if p is None else int((p > 0).sum()) for p in pixels], used]}


def ours(convert, payloads, folder):
    """{sample: {target: records}} of one form."""
    rows = folder / "rows.ndjson"
    with open(rows, "w", encoding="utf-8") as out:
        for n, payload in enumerate(payloads.values(), 1):
            file = {"file_name_original": f"s{n}.jpg", "url": f"/files/s{n}.jpg", "is_primary": True}
            size = {"width": WIDTH, "height": HEIGHT}
            out.write(json.dumps({"id": n, "data": payload, "file": file, "dimensions": size}, ensure_ascii=False) + "\n")
    template = folder / "read.json.j2"
    template.write_text(TEMPLATE, encoding="utf-8")
    same = "--rotated skip --bounds reject --images omit"
    # Outlines and keypoints know no rotation, and refuse the option.
    without = same.removeprefix("--rotated skip ")
    runs = {
        "read": f"--to template --template {template} --path {{{{id}}}}_{{{{media}}}}.json --images omit",
        **{f"coco-{m}": f"--to coco {same} --segmentation {m} --roles all" for m in ("instance", "semantic", "exclude")},
        **{f"yolo-{t}": f"--to yolo --task {t} {without if t in ('segment', 'pose') else same}" for t in TASKS},
        **{f"voc-{m}": f"--to voc {same} --segmentation {m}" for m in ("instance", "semantic")},
    }
    for name, options in runs.items():
        done = subprocess.run([convert, "-q", "--report", "none", *options.split(), rows], stdout=subprocess.PIPE)
        # 7: nothing of the sample has a place in the format.
        assert done.returncode in (0, 7), done
        unpack(done.stdout, folder / name)
    done = subprocess.run([convert, "-q", "--report", "none", "--to", "imagefolder", rows], stdout=subprocess.PIPE, check=True)
    images = {json.loads(line)["item"]: json.loads(line)["path"] for line in done.stdout.splitlines() if b'"url"' in line}
    out = {}
    for n, sample in enumerate(payloads, 1):
        top, name, *_ = images.get(n, "unassigned/-").split("/")
        out[sample] = {
            "read": ours_read(folder, n),
            **ours_coco(folder, n),
            **ours_yolo(folder, n),
            **ours_voc(folder, n, "instance"),
            **ours_voc(folder, n, "semantic"),
            "imagefolder": [] if top == "unassigned" else [name],
        }
    return out


# --- the comparison

# Row of docs/parity.md: form, sample and target whose differences it explains.
KNOWN = {
    "rotated box": (r"(?!flat).*", r"image_bounding_box", r"coco instances .*|yolo detect"),
    "mask without `isCompressed` and `compressionFormat` (older rows)": (r"v.*", r"image_segmentation", r"read|coco.*|yolo.*|voc.*"),
    "flat dialect of the export guide (`type`, `data`)": (r"flat", r".*", r"read|coco.*|yolo.*|voc.*"),
    "ImageFolder, item without `classification` annotation": (r"v1.*|flat", r"image_(?!classification).*", r"imagefolder"),
}


def explanation(*difference):
    """The row that explains a difference, if any."""
    fits = [row for row, patterns in KNOWN.items() if all(re.fullmatch(p, d) for p, d in zip(patterns, difference, strict=True))]
    return fits[0] if fits else None


def documented():
    """First cells of the table in docs/parity.md."""
    lines = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").splitlines()
    return {line.split("|")[1].strip() for line in lines if line.startswith("|")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what differs and which row explains it")
    args = parser.parse_args()
    convert = args.bin.resolve() / "syn-convert"
    agree, records, used, wrong = 0, 0, collections.Counter(), []
    for form, payloads in forms().items():
        with tempfile.TemporaryDirectory() as folder:
            mine = ours(convert, payloads, Path(folder))
        for sample, payload in payloads.items():
            for target, want in platform(payload).items():
                got = mine[sample].get(target)
                if near(want, got, 1.5e-6):
                    agree += 1
                    records += len(want[0] if target.startswith("voc") else want)
                    continue
                row = explanation(form, sample, target)
                used[row] += 1
                line = f"{form} {sample}, {target}: platform {want!r:.200}, here {got!r:.200}"
                if row is None:
                    wrong.append(line)
                elif args.verbose:
                    print(f"{line} ({row})")
    wrong += [f"no difference is explained by: {row}" for row in KNOWN if not used[row]]
    wrong += [f"not in docs/parity.md: {row}" for row in KNOWN.keys() - documented()]
    for line in wrong:
        print(line)
    print(f"{agree} results of sample payloads ({records} records) agree, {used.total() - used[None]} differ as docs/parity.md says, {len(wrong)} wrong")
    sys.exit(1 if wrong or not records else 0)


if __name__ == "__main__":
    main()
