#!/usr/bin/env python3
"""A gallery of many images: how long its conversion takes and how much memory, and how fast the page is in headless Chromium.

    bench_gallery.py --bin target/release [--items 100000]
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))
from chromium import Browser  # noqa: E402

CLASSES = ["car", "bus", "truck", "person", "자동차", "bicycle", "sign"]


def write(path, items):
    """Item lines of images with one to nine boxes each."""
    rng = random.Random(7)
    with path.open("w") as out:
        line = lambda value: out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
        line({"@stream": "begin", "kind": "items", "version": 1, "source": {"host": "https://synapse.invalid"}, "classes": CLASSES})
        for i in range(1, items + 1):
            heads, data = [], []
            for j in range(rng.randint(1, 9)):
                name = f"a{i}-{j}"
                heads.append({"id": name, "tool": "bounding_box", "classification": {"class": rng.choice(CLASSES), "occluded": False}})
                place = {"x": round(rng.random() * 1500, 2), "y": round(rng.random() * 900, 2), "width": round(10 + rng.random() * 200, 2), "height": round(10 + rng.random() * 150, 2)}
                data.append({"id": name, "coordinate": place})
            payload = {"extra": {"image_1": {"width": 1920, "height": 1080}}, "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}}
            row = {"id": i, "labeler": f"u{i % 12}@example.com", "status_label": "completed", "status_review": "completed", "created": f"2026-03-{1 + i % 28:02}T09:00:00Z"}
            line({**row, "file": {"file_name_original": f"img_{i:06}.jpg", "url": f"/media/{i}.jpg"}, "data": payload})
        line({"@stream": "end", "count": items})


def convert(program, source, threads):
    """Seconds of the clock and of the processor, and MiB at most."""
    begun = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([program, "-q", "--threads", str(threads), "--to", "gallery", "--images", "omit", "--split", "0.8/0.1/0.1", source], stdout=nowhere)
        _, status, used = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def page(place):
    """Seconds until something is seen or done, and MB of JavaScript."""
    with Browser() as browser:
        address = place.joinpath("index.html").as_uri()

        def until(condition, act=None):
            begun = time.monotonic()
            if act:
                browser.eval(act)
            browser.wait(condition, 120)
            return time.monotonic() - begun

        begun = time.monotonic()
        browser.call("Page.navigate", url=address)
        browser.wait("document.querySelectorAll('.card .frame').length > 0", 120)
        yield "first cards", time.monotonic() - begun
        browser.wait("document.documentElement.hasAttribute('data-ready')", 120)
        yield "all of the index", time.monotonic() - begun
        yield "a filter", until("/^[1-9]/.test(document.querySelector('#top .note').textContent) && location.hash.includes('bus')", "location.hash = '#class=bus'")
        yield "the end of the list", until("document.querySelectorAll('.card .frame').length > 0", "document.querySelector('.scroller').scrollTop = 1e9")
        yield "the overview", until("document.querySelectorAll('.chart').length > 0", "location.hash = '#view=overview'")
        yield "MB of JavaScript", browser.eval("performance.memory.usedJSHeapSize") / 1e6
        yield "errors", len([e for e in browser.errors if "ERR_FILE_NOT_FOUND" not in e])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--sink", type=Path, help="folder of syn-sink, when it is another one")
    parser.add_argument("--items", type=int, default=100_000)
    args = parser.parse_args()
    program = args.bin.resolve() / "syn-convert"
    with tempfile.TemporaryDirectory() as folder:
        source, place = Path(folder) / "in.ndjson", Path(folder) / "gallery"
        write(source, args.items)
        size = source.stat().st_size / 1e6
        for threads in [1, os.cpu_count() or 1]:
            clock, processor, memory = min(convert(program, source, threads) for _ in range(3))
            print(f"{threads} threads: {size:.0f} MB in {clock:.2f} s, {size / clock:.0f} MB/s; processor {processor:.2f} s, {size / processor:.0f} MB/s; {memory:.0f} MiB at most")
        converted = subprocess.Popen([program, "-q", "--to", "gallery", "--images", "omit", "--split", "0.8/0.1/0.1", source], stdout=subprocess.PIPE)
        subprocess.run([(args.sink or args.bin).resolve() / "syn-sink", "-q", place], stdin=converted.stdout, check=True)
        files = [path for path in place.rglob("*") if path.is_file()]
        print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 2**20:.0f} MiB")
        for what, value in page(place):
            print(f"{what}: {value:.2f}")


if __name__ == "__main__":
    main()
