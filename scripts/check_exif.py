#!/usr/bin/env python3
"""Which readers turn a JPEG as its EXIF orientation says, and whether `syn-convert --check` sees its size as they do.

    check_exif.py --bin target/debug
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import supervision as sv
from PIL import Image

from check_consumers import ROOT, TOOLS

sys.path.insert(0, str(TOOLS))
import consumers  # noqa: E402

ORIENTATION = 0x0112
STORED, TURNED = (60, 40), (40, 60)
# Where the upper left corner of the stored picture comes to lie.
CORNERS = {1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left", 5: "upper left", 6: "upper right", 7: "lower right", 8: "lower left"}


def make(path, orientation):
    """A dark picture with a light upper left corner."""
    pixels = np.zeros((STORED[1], STORED[0], 3), np.uint8)
    pixels[:16, :24] = 255
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(path, "JPEG", quality=95, exif=exif)


def look(pixels):
    """Size, and the corner that is light."""
    grey = np.asarray(pixels).astype(int).sum(axis=2)
    height, width = grey.shape
    below = grey[height // 2 :].sum() > grey[: height // 2].sum()
    right = grey[:, width // 2 :].sum() > grey[:, : width // 2].sum()
    return (width, height), f"{'lower' if below else 'upper'} {'right' if right else 'left'}"


def document(folder, sizes):
    """A COCO dataset of the pictures with these sizes."""
    images = [{"id": o, "file_name": f"{o}.jpg", "width": w, "height": h} for o, (w, h) in sizes.items()]
    box = {"bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0, "segmentation": [], "category_id": 1}
    annotations = [{"id": o, "image_id": o, **box} for o in sizes]
    path = folder / "annotations" / "instances.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"info": {}, "images": images, "annotations": annotations, "categories": [{"id": 1, "name": "a"}]}))
    return path


def check(convert, folder):
    done = subprocess.run([convert, "-q", "--check", folder, "--log-format", "json"], stdout=subprocess.PIPE, check=False)
    return sorted((f["code"], int(Path(f["path"]).stem)) for f in map(json.loads, done.stdout.splitlines()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "debug")
    convert = parser.parse_args().bin.resolve() / "syn-convert"
    ultralytics = consumers.ultralytics_utils()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "images").mkdir()
        for o, corner in CORNERS.items():
            path = folder / "images" / f"{o}.jpg"
            make(path, o)
            shown = TURNED if o >= 5 else STORED
            assert look(cv2.imread(str(path))) == (shown, corner), f"cv2.imread, {o}"
            with Image.open(path) as image:
                assert look(image) == (STORED, "upper left"), f"Pillow, {o}"
                assert ultralytics.exif_size(image) == shown, f"Ultralytics, {o}"
        shown = {o: TURNED if o >= 5 else STORED for o in CORNERS}
        loaded = sv.DetectionDataset.from_coco(str(folder / "images"), str(document(folder, shown)))
        for path, image, _ in loaded:
            o = int(Path(path).stem)
            assert look(image) == (shown[o], CORNERS[o]), f"supervision, {o}"
        turned = [("IMAGE_TURNED", o) for o in range(2, 9)]
        assert check(convert, folder) == turned, check(convert, folder)
        document(folder, dict.fromkeys(CORNERS, STORED))
        differ = [("IMAGE_SIZE_DIFFERS", o) for o in range(5, 9)]
        assert check(convert, folder) == differ + turned[:3], check(convert, folder)
    print("orientations 1 to 8: cv2.imread, Ultralytics and supervision turn a JPEG, Pillow does not; --check sees what is shown")


if __name__ == "__main__":
    main()
