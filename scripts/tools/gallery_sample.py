"""A small dataset for the gallery: painted pictures with every tool, and one item of each other medium. Nothing is random."""
import json
import math
import struct
import wave

import cv2
import numpy as np
from PIL import Image

W, H = 480, 320
COLOURS = {"car": (60, 90, 200), "자동차": (60, 150, 220), "bus": (40, 170, 250), "person": (90, 180, 90), "lake": (190, 140, 60), "road": (110, 110, 110)}
PEOPLE = ["kim@example.com", "lee@example.com", "박지민"]
JOINTS = {"nose": (0, -44), "left_shoulder": (14, -30), "right_shoulder": (-14, -30), "left_hip": (10, 4), "right_hip": (-10, 4), "left_knee": (12, 24), "right_knee": (-12, 24), "left_ankle": (13, 44), "right_ankle": (-13, 44)}
CONTROL = "‮"


def corners(x, y, w, h, angle):
    cx, cy, c, s = x + w / 2, y + h / 2, math.cos(angle), math.sin(angle)
    return [(cx + a * c - b * s, cy + a * s + b * c) for a, b in [(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)]]


def runs_of(mask):
    """Row-major `[start, length]` of a mask."""
    flat = np.concatenate([[0], mask.astype(np.int8).ravel(), [0]])
    edges = np.flatnonzero(np.diff(flat))
    return [[int(a), int(b - a)] for a, b in zip(edges[::2], edges[1::2])]


class Scene:
    """A picture, painted as it is annotated."""

    def __init__(self, number, w=W, h=H):
        self.size, self.heads, self.data, self.groups = (w, h), [], [], []
        top, bottom = np.array((235, 220, 200)), np.array((170, 190, 180))
        rows = np.linspace(0, 1, h)[:, None, None]
        self.pixels = np.ascontiguousarray(np.broadcast_to((top * (1 - rows) + bottom * rows), (h, w, 3)).astype(np.uint8))
        cv2.circle(self.pixels, (60 + 29 * number % 360, 46), 22, (150, 225, 250), -1, cv2.LINE_AA)

    def add(self, tool, name, where, **attributes):
        one = f"a{len(self.heads)}"
        self.heads.append({"id": one, "tool": tool, "classification": {"class": name, **attributes}})
        self.data.append({"id": one, **where})
        return one

    def box(self, name, x, y, w, h, angle=0.0, **attributes):
        points = np.array(corners(x, y, w, h, angle))
        cv2.fillPoly(self.pixels, [np.round(points).astype(np.int32)], COLOURS.get(name, (150, 80, 150)), cv2.LINE_AA)
        window = np.array(corners(x + w * 0.15, y + h * 0.15, w * 0.7, h * 0.3, 0)) if not angle else points[:2].tolist() + [points[:2].mean(0).tolist()]
        cv2.fillPoly(self.pixels, [np.round(np.array(window)).astype(np.int32)], (235, 235, 225), cv2.LINE_AA)
        place = {"x": x, "y": y, "width": w, "height": h, **({"rotation": angle} if angle else {})}
        return self.add("bounding_box", name, {"coordinate": place}, **attributes)

    def ring(self, name, points, tool="polygon", **attributes):
        if tool == "polygon":
            cv2.fillPoly(self.pixels, [np.round(np.array(points)).astype(np.int32)], COLOURS.get(name, (120, 120, 160)), cv2.LINE_AA)
        else:
            cv2.polylines(self.pixels, [np.round(np.array(points)).astype(np.int32)], False, (245, 245, 245), 3, cv2.LINE_AA)
        return self.add(tool, name, {"coordinate": [{"x": x, "y": y} for x, y in points]}, **attributes)

    def mask(self, name, cx, cy, outer, inner):
        y, x = np.mgrid[: self.size[1], : self.size[0]]
        far = ((x - cx) / 1.6) ** 2 + (y - cy) ** 2
        mask = (far <= outer**2) & (far >= inner**2)
        self.pixels[mask] = COLOURS.get(name, (160, 120, 60))
        self.add("segmentation", name, {"pixel_indices": runs_of(mask), "isCompressed": True, "compressionFormat": "rle"})
        return mask

    def body(self, cx, cy):
        places = {name: (cx + dx, cy + dy) for name, (dx, dy) in JOINTS.items()}
        cv2.ellipse(self.pixels, (cx, cy - 8), (16, 30), 0, 0, 360, COLOURS["person"], -1, cv2.LINE_AA)
        cv2.circle(self.pixels, (cx, cy - 46), 11, (150, 190, 235), -1, cv2.LINE_AA)
        for side in ["left", "right"]:
            cv2.line(self.pixels, places[f"{side}_hip"], places[f"{side}_ankle"], (70, 70, 90), 6, cv2.LINE_AA)
        ids = [self.add("keypoint", name, {"coordinate": {"x": x, "y": y}}, visibility="occluded" if name == "left_knee" else "visible") for name, (x, y) in places.items()]
        ids.append(self.add("bounding_box", "person", {"coordinate": {"x": cx - 22, "y": cy - 60, "width": 44, "height": 110}}))
        self.groups.append({"id": f"g{len(self.groups)}", "annotationIds": ids})

    def row(self, number, name):
        key = "image_1"
        payload = {"extra": {key: {"width": self.size[0], "height": self.size[1]}}, "annotations": {key: self.heads}, "annotationsData": {key: self.data}, "annotationGroups": {key: self.groups}}
        return row(number, name, payload)


def row(number, name, payload):
    return {
        "id": number, "labeler": PEOPLE[number % 3], "status_label": ["completed", "completed", "stand_by"][number % 3], "status_review": ["completed", "rejected"][number % 2],
        "created": f"2026-03-{1 + number % 9:02}T09:00:00Z", "file": {"file_name_original": name, "url": f"/media/{name}"}, "data": payload,
    }


def scene(number):
    s = Scene(number)
    s.ring("road", [(0, 250), (480, 222), (480, 300), (0, 318)])
    s.ring("lane", [(0, 284), (160, 274), (320, 264), (480, 258)], tool="polyline")
    s.mask("lake", 360 - 17 * (number % 7), 170, 36, 13)
    s.box("car", 40 + 20 * (number % 5), 214, 86, 40, color="red", doors=4)
    s.box("자동차", 210 + 12 * (number % 4), 208, 74, 36, 0.12 * (number % 3 - 1), 색="파랑")
    if number % 3 == 0:
        s.box("bus", 400, 180, 120, 66, sure=False)
    if number % 2:
        s.body(130 + 22 * number % 200, 160)
    s.add("classification", "sunny" if number % 2 else "흐림", {}, sure=True)
    return s


def hostile(number):
    s = Scene(number)
    for i, name in enumerate(["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "a b c", CONTROL + "gpj.exe", "&lt;b&gt;\"'`${x}", "__proto__", "javascript:alert(1)", "x" * 300]):
        s.add("bounding_box", name, {"coordinate": {"x": 10 + 55 * i, "y": 40 + 20 * i, "width": 50, "height": 60}}, **{name: name, "constructor": "a\"><svg onload=alert(1)>"})
    return s


def film(path):
    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"VP80"), 10, (320, 180))
    for n in range(60):
        frame = np.full((180, 320, 3), 60, np.uint8)
        cv2.rectangle(frame, (10 + 4 * n, 70), (60 + 4 * n, 110), (60, 150, 220), -1)
        out.write(frame)
    out.release()


def scan(path, boxes):
    """A point cloud: rings on the ground, and the sides of boxes."""
    rng = np.random.default_rng(1)
    turn, far = rng.uniform(0, 2 * np.pi, 6000), np.repeat(np.arange(3, 23), 300) + rng.normal(0, 0.05, 6000)
    clouds = [np.stack([far * np.cos(turn), far * np.sin(turn), np.full(6000, -0.8)], axis=1)]
    for name, x, y, yaw in boxes:
        w, h = (4.2, 1.9) if name == "car" else (0.8, 0.8)
        edge, side = rng.uniform(-0.5, 0.5, 600), rng.integers(0, 4, 600)
        dx = np.where(side < 2, edge * w, np.where(side == 2, w / 2, -w / 2))
        dy = np.where(side < 2, np.where(side == 0, h / 2, -h / 2), edge * h)
        clouds.append(np.stack([x + dx * np.cos(yaw) - dy * np.sin(yaw), y + dx * np.sin(yaw) + dy * np.cos(yaw), rng.uniform(-0.7, 0.8, 600)], axis=1))
    points = np.concatenate(clouds).astype("<f4")
    head = f"VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH {len(points)}\nHEIGHT 1\nPOINTS {len(points)}\nDATA binary\n"
    path.write_bytes(head.encode() + points.tobytes())


def others(first, folder):
    """One item of each other medium: rows, their files written to a folder."""
    film(folder / "drive.webm")
    frames = {str(n): {"x": 10 + 4 * n, "y": 70, "width": 50, "height": 40} for n in range(0, 60, 12)}
    video = {"extra": {"video_1": {"width": 320, "height": 180}}, "annotations": {"video_1": [
        {"id": "s", "tool": "segmentation", "classification": {"class": "driving", "description_kr": "차가 지나간다"}},
        {"id": "t", "tool": "segmentation", "classification": {"class": "정지"}},
        {"id": "b", "tool": "bounding_box", "classification": {"class": "car"}}]},
        "annotationsData": {"video_1": [{"id": "s", "section": {"startFrame": 0, "endFrame": 40}}, {"id": "t", "section": {"startFrame": 42, "endFrame": 59}}, {"id": "b", "coordinates": frames}]}}
    with wave.open(str(folder / "speech.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", int(6000 * math.sin(n / (8 + n // 8000)))) for n in range(40000)))
    audio = {"annotations": {"audio_1": [{"id": "a", "tool": "segmentation", "classification": {"class": "speech", "speaker": "A", "transcript": "안녕하세요"}}, {"id": "b", "tool": "segmentation", "classification": {"class": "noise"}}]},
             "annotationsData": {"audio_1": [{"id": "a", "section": {"start": 0.4, "end": 2.6}}, {"id": "b", "section": {"start": 2.5, "end": 4.7}}]}}
    (folder / "verdict.txt").write_text("피고인 A, 징역 6월·집행유예 2년")
    text = {"annotations": {"text_1": [{"id": "n", "tool": "named_entity", "classification": {"class": "피고인"}}, {"id": "m", "tool": "named_entity", "classification": {"class": "형량"}}, {"id": "r", "tool": "relation", "classification": {"class": "선고"}}]},
            "annotationsData": {"text_1": [{"id": "n", "ranges": [{"start": "/p[1]", "end": "/p[1]", "startOffset": 4, "endOffset": 5}], "content": "A"}, {"id": "m", "ranges": [{"start": "/p[1]", "end": "/p[1]", "startOffset": 7, "endOffset": 18}], "content": "징역 6월·집행유예"}, {"id": "r", "annotationId": "n", "targetAnnotationId": "m"}]}}
    boxes = [("car", 12, 3, 0.3), ("car", -8, -4, 1.2), ("person", 5, -6, 0)]
    scan(folder / "scan.pcd", boxes)
    cloud = {"annotations": {"pcd_1": [{"id": f"p{i}", "tool": "3d_bounding_box", "classification": {"class": c}} for i, (c, *_) in enumerate(boxes)]},
             "annotationsData": {"pcd_1": [{"id": f"p{i}", "psr": {"position": {"x": x, "y": y, "z": 0}, "scale": {"x": 4.2 if c == "car" else 0.8, "y": 1.9 if c == "car" else 0.8, "z": 1.6}, "rotation": {"x": 0, "y": 0, "z": yaw}}} for i, (c, x, y, yaw) in enumerate(boxes)]}}
    (folder / "chat.json").write_text("{}")
    answers = [("b", "gpt", "대한민국의 수도는 서울입니다."), ("c", "human", "서울이에요. <b>not bold</b>")]
    chat = {"annotations": {"prompt_1": [{"id": "a", "tool": "prompt", "classification": {"class": "question"}}] + [{"id": i, "tool": "answer", "classification": {"class": "answer", "rank": n}} for n, (i, *_) in enumerate(answers)]},
            "annotationsData": {"prompt_1": [{"id": "a", "input": [{"type": "text", "value": "대한민국의 수도는 어디인가요?"}]}] + [{"id": i, "output": [{"type": "text", "value": t}], "model": m, "promptAnnotationId": "a"} for i, m, t in answers]}}
    (folder / "current.csv").write_text("t,current,voltage\n" + "".join(f"{t},{math.exp(-((t - 42) / 12) ** 2) + 0.05 * math.sin(t):.4f},{5 - 0.02 * t:.3f}\n" for t in range(101)))
    series = {"annotations": {"data_1": [{"id": "x", "tool": "time_range", "classification": {"class": "peak"}}]}, "annotationsData": {"data_1": [{"id": "x", "section": {"start": 20, "end": 65}}]}}
    made = [row(first + i, name, payload) for i, (name, payload) in enumerate([("drive.webm", video), ("speech.wav", audio), ("verdict.txt", text), ("scan.pcd", cloud), ("chat.json", chat), ("current.csv", series)])]
    made[0]["data_unit"] = {"id": first, "meta": {"fps": 10}}
    return made


def write(folder, scenes=16):
    """Writes the originals into a folder, and gives the item lines."""
    folder.mkdir(parents=True)
    rows = []
    for n in range(1, scenes + 1):
        s = scene(n)
        cv2.imwrite(str(folder / f"street_{n:02}.jpg"), s.pixels, [cv2.IMWRITE_JPEG_QUALITY, 88])
        rows.append(s.row(n, f"street_{n:02}.jpg"))
    rows += others(scenes + 1, folder)
    # A camera held upright: the pixels lie on their side, and EXIF says how to turn them. The row has the size as it is seen.
    turned = Scene(len(rows) + 1, 300, 400)
    turned.box("car", 60, 250, 130, 70)
    turned.mask("lake", 150, 120, 40, 18)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(turned.pixels)[:, :, ::-1].copy()).save(folder / "turned.jpg", quality=88, exif=exif)
    rows.append(turned.row(len(rows) + 1, "turned.jpg"))
    bad = hostile(len(rows) + 1)
    name = "<b>#1 100% a&b?.png"
    cv2.imwrite(str(folder / "hostile.png"), bad.pixels)
    (folder / "hostile.png").rename(folder / name)
    rows.append(bad.row(len(rows) + 1, name))
    begin = {"@stream": "begin", "kind": "items", "version": 1, "source": {"host": "https://synapse.invalid"}, "classes": ["car", "자동차", "bus", "truck", "person", "lake", "road"]}
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [begin, *rows, {"@stream": "end", "count": len(rows)}])
