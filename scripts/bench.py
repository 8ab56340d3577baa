#!/usr/bin/env python3
"""Times filter and convert beside their baselines in one run and prints a table in Markdown.

    bench.py --bin target/release [--mb 300] [--rounds 3] [--venv .venv]

Every job is run `rounds` times in turn with the others, so that a noisy machine disturbs all alike; medians are shown. Corpora
are made once below target/bench. Peak memory is that of the process itself (`wait4`).
"""
import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "bench"

# What the platform's converter does per row: parse, to its second schema, to the format. Reads a dump, writes nothing.
PLATFORM = """
import json, sys
from synapse_sdk.utils.converters.dm import convert_v1_to_v2
from synapse_sdk.utils.converters.dm.types import build_export_contract
from synapse_sdk.utils.converters.coco import FromDMToCOCOConverter
from synapse_sdk.utils.converters.yolo import FromDMToYOLOConverter
contract = build_export_contract("instance")
coco, yolo = FromDMToCOCOConverter(contract), FromDMToYOLOConverter(is_single_conversion=True, export_contract=contract)
for line in open(sys.argv[2], encoding="utf-8"):
    row = json.loads(line)
    if "@stream" in row:
        continue
    w, h = (row["data"]["extra"]["image_1"][k] for k in ("width", "height"))
    v2 = convert_v1_to_v2(row["data"])
    if sys.argv[1] == "coco":
        coco.convert_item(v2["annotation_data"], annotation_meta=v2["annotation_meta"], item_id=str(row["id"]),
                          file_name="images/x.jpg", width=w, height=h)
    else:
        yolo.convert_single_file(v2["annotation_data"], None, item_id=str(row["id"]), dimensions=(w, h))
"""


def corpus(kind, **size):
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / ("-".join([kind, *(f"{v}{k}" for k, v in size.items())]) + ".ndjson")
    if not path.exists():
        arguments = [x for k, v in size.items() for x in (f"--{k}", str(v))]
        part = path.with_suffix(".part")
        with open(part, "wb") as out:
            subprocess.run([sys.executable, ROOT / "scripts" / "make_corpus.py", kind, *arguments], stdout=out, check=True)
        part.rename(path)
    return path


def once(command):
    """Seconds and peak MiB of one run."""
    start = time.perf_counter()
    with open(os.devnull, "wb") as null:
        process = subprocess.Popen([str(c) for c in command], stdout=null, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command}: status {status}: {error.decode(errors='replace')[-500:]}")
    return seconds, usage.ru_maxrss / 1024


def measure(jobs, rounds):
    results = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, (command, _) in jobs.items():
            results[name].append(once(command))
    out = {}
    for name, runs in results.items():
        size = os.path.getsize(jobs[name][1]) / 1e6
        out[name] = (size / statistics.median(r[0] for r in runs), max(r[1] for r in runs), size)
    return out


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores, {model}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "release")
    parser.add_argument("--mb", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    args = parser.parse_args()
    rows = corpus("ordinary", mb=args.mb)
    few = corpus("ordinary", mb=10)
    masks = corpus("masks", mb=args.mb // 3)
    million = corpus("boxes", rows=142858)
    huge = corpus("huge", rows=3)
    convert, filter_ = args.bin / "syn-convert", args.bin / "syn-filter"
    quiet = ["-q", "--images", "omit"]

    jobs = {"wc -l": (["wc", "-l", rows], rows)}
    for threads in (1, 2):
        t = ["--threads", threads]
        jobs[f"syn-filter --status-review completed, {threads} threads"] = (
            [filter_, "-q", *t, "--status-review", "completed", rows], rows)
        for name, options in {
            "json": ["--to", "json"], "csv": ["--to", "csv"], "coco": ["--to", "coco"], "voc (box lists)": ["--to", "voc", "--polygons", "box"],
            "yolo segment": ["--to", "yolo", "--task", "segment"], "yolo detect": ["--to", "yolo"],
        }.items():
            jobs[f"syn-convert {name}, {threads} threads"] = ([convert, *quiet, *t, *options, rows], rows)
    jobs["syn-convert coco, masks"] = ([convert, *quiet, "--to", "coco", masks], masks)
    jobs["syn-convert coco, rows of 20 MB"] = ([convert, *quiet, "--to", "coco", huge], huge)
    jobs["syn-convert coco, 1M boxes"] = ([convert, *quiet, "--to", "coco", million], million)
    jobs["syn-convert yolo, 1M boxes"] = ([convert, *quiet, "--to", "yolo", million], million)
    if shutil.which("jq"):
        jobs["jq select"] = (["jq", "-c", 'select(.status_review=="completed")', few], few)
    if shutil.which("jaq"):
        jobs["jaq select"] = (["jaq", "-c", 'select(.status_review=="completed")', few], few)
    python = args.venv / "bin" / "python"
    if python.exists():
        for to in ("yolo", "coco"):
            jobs[f"platform's converter, {to}"] = ([python, "-c", PLATFORM, to, few], few)

    done = measure(jobs, args.rounds)
    print(f"Machine: {machine()}. Ordinary rows: {os.path.getsize(rows) / 1e6:.0f} MB. Medians of {args.rounds}.\n")
    print("| job | input MB | MB/s | peak MiB |\n|---|--:|--:|--:|")
    for name, (rate, peak, size) in done.items():
        print(f"| {name} | {size:.0f} | {rate:.1f} | {peak:.0f} |")
    scan = subprocess.run([args.bin / "examples" / "json-scan", rows, "3"], capture_output=True, text=True, check=True)
    print("\nThe same rows through JSON parsers, one core, MB/s:\n\n```text\n" + scan.stdout + "```")


if __name__ == "__main__":
    main()
