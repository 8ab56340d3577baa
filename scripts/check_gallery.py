#!/usr/bin/env python3
"""Opens the gallery of a small dataset in headless Chromium, from its folder and from a server: no error in the console, shapes where
the rows say, hostile names as text. `--shots FOLDER` keeps pictures of the views.

    check_gallery.py --bin target/debug
"""
import argparse
import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import quote

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
import gallery_report as report  # noqa: E402
import gallery_sample as sample  # noqa: E402
import page_access as access  # noqa: E402
from chromium import Browser  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
READY = "document.documentElement.hasAttribute('data-ready')"
PICTURES = "[...document.images].every(i => i.complete)"
# A page that a script of a name has reached says so.
INTACT = "typeof window.hit === 'undefined' && document.querySelectorAll('main script, aside script, main iframe').length === 0"


def dataset(bin_, folder, *options):
    """A gallery of the sample, with its originals. Gives the item lines."""
    originals = folder / "originals"
    lines = sample.write(originals)
    place = folder / "gallery"
    converted = subprocess.run([bin_ / "syn-convert", "-q", "--to", "gallery", "--images", "omit", *options], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    subprocess.run([bin_ / "syn-sink", "-q", place], input=converted.stdout, check=True)
    originals.rename(place / "images")
    return [json.loads(line) for line in lines.splitlines()], place


def lint():
    """ESLint judges the scripts of the page; scripts/setup.sh installs it."""
    tools = Path(os.environ.get("SYNPIPE_TOOLS", ROOT))
    program = tools / ".node-lint/node_modules/.bin/eslint"
    if program.exists() or os.environ.get("SYNPIPE_TEST_ALL"):
        scripts = sorted((ROOT / "src/convert/formats/gallery/page").glob("*.js"))
        subprocess.run([program, "--config", ROOT / "scripts/tools/eslint.config.mjs", *scripts], check=True)


def serve(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/index.html"


class Pages:
    """The views of one gallery in one browser."""

    def __init__(self, browser, address, shots, folder=None):
        self.browser, self.address, self.shots, self.folder = browser, address, shots, folder

    def open(self, state="", shot=None):
        self.browser.open(f"{self.address}#{state}")
        self.browser.wait(READY)
        self.browser.wait(PICTURES)
        assert self.browser.eval(INTACT), state
        assert not self.browser.errors, f"{state}: {self.browser.errors}"
        self.shot(shot)

    def has(self, file):
        return self.folder.joinpath(file).is_file()

    def shot(self, name):
        if name and self.shots:
            self.browser.wait("new Promise(done => setTimeout(() => done(true), 250))")
            self.browser.screenshot(self.shots / f"{name}.png")


def views(page, items):
    """Every view opens, and says what it should."""
    b = page.browser
    page.open(shot="grid")
    b.wait("document.querySelectorAll('.card .frame').length >= 8")
    page.open("class=bus&split=", shot="filtered")
    wanted = sum(any(h["classification"]["class"] == "bus" for heads in i["data"]["annotations"].values() for h in heads) for i in items)
    assert f"{wanted} of {len(items)}" in b.eval("document.querySelector('#top .note').textContent"), wanted
    page.open("view=overview", shot="overview")
    assert b.eval("document.querySelectorAll('.chart').length") >= 8
    # The numbers of each chart are in a file.
    files = b.eval("[...document.querySelectorAll('.chart .file a')].map(a => a.getAttribute('href'))")
    assert len(files) >= 8 and all(page.has(file) for file in files), files
    page.open("item=street_03.jpg", shot="item")
    b.key("ArrowRight")
    b.wait("document.querySelector('.panel h2')?.textContent === 'street_04.jpg'")
    b.key("+")
    b.key("l")
    assert b.eval("document.querySelector('.stage').classList.contains('no-labels')")
    b.key("Escape")
    b.wait("document.querySelectorAll('.card').length > 0")
    assert b.eval("document.activeElement.getAttribute('aria-label')").startswith("street_04.jpg")
    page.open("lang=ko", shot="korean")
    assert "항목" in b.eval("document.querySelector('nav').textContent")
    page.open("lang=ko&view=overview", shot="korean-overview")
    page.open("theme=dark", shot="dark")
    page.open("theme=dark&item=street_06.jpg", shot="dark-item")
    b.dark(True)
    page.open("view=overview", shot="dark-overview")
    b.dark(False)
    for name, shot in [("drive.webm", "video"), ("speech.wav", "audio"), ("verdict.txt", "text"), ("scan.pcd", "pcd"), ("chat.json", "prompt"), ("current.csv", "series")]:
        page.open(f"item={name}", shot=shot)
        assert b.eval("document.querySelector('.panel h2').textContent") == name


def positions(page, items):
    """What is drawn lies where the rows say: corners, joints, and each pixel of a mask with a hole."""
    b = page.browser
    shapes = """[...document.querySelectorAll('.stage .shapes path[data-index]')].map(p => {
        const box = p.getBBox();
        return [Number(p.dataset.index), p.getAttribute('d'), [box.x, box.y, box.x + box.width, box.y + box.height]];
    })"""
    turned = [item for item in items if item["file"]["file_name_original"] == "turned.jpg"]
    for item in items[:6] + turned:
        page.open(f"item={item['file']['file_name_original']}")
        drawn = {index: (d, box) for index, d, box in b.eval(shapes)}
        heads, data = item["data"]["annotations"]["image_1"], item["data"]["annotationsData"]["image_1"]
        for index, (head, where) in enumerate(zip(heads, data)):
            if head["tool"] == "classification":
                assert index not in drawn
                continue
            d, box = drawn[index]
            place = where.get("coordinate")
            if head["tool"] == "bounding_box":
                points = sample.corners(place["x"], place["y"], place["width"], place["height"], place.get("rotation", 0))
            elif head["tool"] == "keypoint":
                points = [(place["x"], place["y"])]
            elif place:
                points = [(p["x"], p["y"]) for p in place]
            else:
                mask(b, index, where["pixel_indices"], item["data"]["extra"]["image_1"])
                continue
            wanted = [min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points)]
            assert np.allclose(box, wanted, atol=1e-3), (head, box, wanted)
        # The shapes lie on the picture, to the pixel of the screen.
        rects = b.eval("['.stage img', '.stage .shapes'].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })")
        assert np.allclose(*rects, atol=0.5), rects
        size = item["data"]["extra"]["image_1"]
        assert b.eval("(i => [i.naturalWidth, i.naturalHeight])(document.querySelector('.stage img'))") == [size["width"], size["height"]]
        assert b.eval("document.querySelector('.panel [role=alert]').hidden"), "the page warns of a picture that is right"


def mask(browser, index, runs, size):
    """The middle of each pixel is in the shape of a mask when it is in the mask."""
    w, h = size["width"], size["height"]
    drawn = browser.eval(f"""(() => {{
        const path = document.querySelector('.stage .shapes path[data-index="{index}"]');
        let bits = '';
        for (let y = 0; y < {h}; y += 3) for (let x = 0; x < {w}; x += 3) bits += path.isPointInFill(new DOMPoint(x + 0.5, y + 0.5)) ? 1 : 0;
        return bits;
    }})()""")
    wanted = np.zeros(w * h, bool)
    for start, length in runs:
        wanted[start : start + length] = True
    assert drawn == "".join("01"[int(v)] for v in wanted.reshape(h, w)[::3, ::3].ravel()), "a mask is drawn elsewhere"


def hostile(page, items):
    """Names of markup and of addresses are shown as they are."""
    name = items[-1]["file"]["file_name_original"]
    page.open(f"q={quote('#1')}", shot="hostile-grid")
    # The name in the dataset.
    stem = page.browser.eval("gallery.loaded.find(row => row[0].includes('#1'))[0]")
    page.open(f"item={quote(stem, safe='')}", shot="hostile")
    texts = page.browser.eval("[...document.querySelectorAll('.annotations .head strong')].map(e => e.textContent)")
    wanted = [h["classification"]["class"] for h in items[-1]["data"]["annotations"]["image_1"]]
    # A character that turns the direction of writing is shown by its number.
    shown = [text.replace(sample.CONTROL, "‹U+202E›") for text in wanted]
    assert texts == shown, (texts, shown, name)
    page.open("view=overview")
    page.open(f"class={quote(wanted[0], safe='')}")
    assert page.browser.eval("document.querySelectorAll('.card').length") == 1


def for_everybody(page, states):
    """Contrast in both forms, names of controls, the keyboard alone, no motion unasked."""
    least = 21
    for state in states:
        for theme in ["light", "dark"]:
            page.open(f"theme={theme}&{state}")
            least = min(least, access.contrast(page.browser, (theme, state)))
        access.names(page.browser, state)
        access.keyboard(page.browser, state)
        access.motion(page.browser, state)
    return least


def contents(page, items):
    """From a server the page shows what is in texts, series and point clouds; from a folder it says why not."""
    b = page.browser
    served = page.address.startswith("http")
    for name, inside in [("verdict.txt", ".body mark[data-index='1']"), ("scan.pcd", ".cloud canvas"), ("current.csv", "svg .values")]:
        page.open(f"item={name}", shot=None if served else f"{name}-from-folder")
        if served:
            b.wait(f"document.querySelector({json.dumps(inside)}) !== null")
            page.shot(f"{name}-served")
        told = "folder" in (b.eval("document.querySelector('.stage .note a')?.parentElement.textContent") or "")
        assert told != served, name
    if served:
        page.open("item=verdict.txt")
        b.wait("document.querySelectorAll('.body mark').length === 2")
        assert b.eval("[...document.querySelectorAll('.body mark')].map(m => m.firstChild.textContent)") == ["A", "징역 6월·집행유예"]
        page.open("item=scan.pcd")
        # Points lie where the boxes are: dots within the first car's.
        b.wait("document.querySelector('.cloud canvas').getContext('2d').getImageData(0, 0, 4000, 4000).data.some(n => n)")


def checked(page, to, expected):
    """Findings are at their pictures and objects, and the rules lead there."""
    b = page.browser
    page.open("view=findings", shot=f"{to}-findings")
    rules = b.eval("[...document.querySelectorAll('.rules tbody th a')].map(a => [a.textContent, a.getAttribute('href')])")
    assert rules, "no rule leads to its pictures"
    for code, address in rules:
        page.open(address[1:])
        assert b.eval("document.querySelectorAll('.card').length") > 0, code
    names = b.eval("gallery.loaded.map(row => row[0])")
    for stem, findings in expected.items():
        name = next(name for name in names if name.rsplit("/", 1)[-1].rsplit(".", 1)[0] == stem)
        page.open(f"item={quote(name, safe='')}", shot=f"{to}-item-{stem}")
        found = b.eval("[...document.querySelectorAll('.finding')].map(e => [e.querySelector('strong').textContent, e.dataset.about === undefined ? null : Number(e.dataset.about)])")
        assert findings <= {tuple(one) for one in found}, (to, stem, found)
        for _, index in findings:
            # What is no number has no shape.
            shapes = b.eval(f"[...document.querySelectorAll('.stage .shapes path[data-index=\"{index}\"]')].map(p => p.classList.contains('faulty'))")
            assert index is None or all(shapes), (to, stem, index, shapes)
        assert b.eval("document.querySelector('.panel [role=alert]').hidden"), (to, stem)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--shots", type=Path)
    args = parser.parse_args()
    if args.shots:
        args.shots.mkdir(parents=True, exist_ok=True)
    lint()
    with tempfile.TemporaryDirectory() as folder:
        bin_ = args.bin.resolve()
        lines, place = dataset(bin_, Path(folder))
        items = lines[1:-1]
        for address, shots in [(place.joinpath("index.html").as_uri(), args.shots), (serve(place), None)]:
            with Browser() as browser:
                page = Pages(browser, address, shots, place)
                views(page, items)
                positions(page, items)
                hostile(page, items)
                contents(page, items)
                least = for_everybody(page, ["", "view=overview", "lang=ko", "class=bus", *[f"item={i['file']['file_name_original']}" for i in items[2:3] + items[16:22]]])
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        for to, look, expected in report.galleries(bin_, text, place / "images", Path(folder)):
            with Browser() as browser:
                page = Pages(browser, look.joinpath("index.html").as_uri(), args.shots)
                checked(page, to, expected)
                least = min(least, for_everybody(page, ["view=findings", "reason=LABEL_EMPTY"]))
    print(f"gallery: every view opens without an error, shapes lie where the rows say, and contrast is {least:.1f} at least")


if __name__ == "__main__":
    main()
