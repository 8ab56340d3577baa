"""Datasets of the sample in each format that `syn-convert --check` reads, broken here and there, and the galleries of their checks."""
import base64
import json
import shutil
import subprocess


def dataset(bin_, lines, originals, root, to):
    """Writes the sample as a dataset of a format, with its pictures."""
    ran = subprocess.run([bin_ / "syn-convert", "-q", "--to", to, "--split", "0.6/0.4"], input=lines.encode(), stdout=subprocess.PIPE)
    for line in map(json.loads, ran.stdout.splitlines()):
        if "@stream" in line:
            continue
        path = root / line["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if "text" in line:
            with path.open("a") as file:
                file.write(line["text"])
        elif "base64" in line:
            path.write_bytes(base64.b64decode(line["base64"]))
        else:
            shutil.copy(originals / line["url"].split("/media/")[1], path)
    return root


def broken_yolo(root):
    labels = {path.stem: path for path in (root / "labels").rglob("street_*.txt")}
    with labels["street_03"].open("a") as file:
        file.write("0 0.95 0.5 0.2 0.2\n77 0.3 0.2 0.2 0.2\n")
    with labels["street_05"].open("a") as file:
        file.write("0 0.5 0.5 0 0.1\n")
    labels["street_04"].write_text("0 abc 0.5 0.2 0.2\n1 0.3 0.3 0.1 0.2\n")
    labels["street_06"].unlink()
    labels["street_07"].with_name("orphan.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    # Of each picture the rules and the numbers of the objects that are meant.
    last = len(labels["street_03"].read_text().splitlines()) - 1
    return {"street_03": {("LABEL_BOX_OVER_EDGE", last - 1), ("LABEL_CLASS_UNKNOWN", last)}, "street_04": {("LABEL_NOT_A_NUMBER", 0)}, "street_06": {("YOLO_LABEL_MISSING", None)}}


def broken_coco(root):
    path = next(p for p in sorted((root / "annotations").glob("instances_*.json")) if len(json.loads(p.read_text())["annotations"]) > 12)
    document = json.loads(path.read_text())
    one, two, three = document["annotations"][:3]
    one["bbox"][2] += 30
    two["category_id"] = 999
    three["image_id"] = 12345
    path.write_text(json.dumps(document))
    name = next(i["file_name"] for i in document["images"] if i["id"] == one["image_id"])
    return {name.rsplit("/", 1)[-1].rsplit(".", 1)[0]: {("COCO_BBOX_DIFFERS", 0)}}


def broken_voc(root):
    path = root / "Annotations" / "street_03.xml"
    path.write_text(path.read_text().replace("<xmin>", "<xmin>9", 1))
    return {"street_03": {("VOC_BOX_REVERSED", 0)}}


BROKEN = {"yolo": broken_yolo, "coco": broken_coco, "voc": broken_voc}


def galleries(bin_, lines, originals, folder):
    """For each format its gallery, and what its pictures must show."""
    for to, broken in BROKEN.items():
        root = dataset(bin_, lines, originals, folder / to, to)
        expected = broken(root)
        look = folder / f"look-{to}"
        ran = subprocess.run([bin_ / "syn-convert", "--check", root, "--gallery", look], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert ran.returncode == 3, ran
        yield to, look, expected
