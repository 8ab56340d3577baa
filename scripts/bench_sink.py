#!/usr/bin/env python3
"""Times syn-sink against what it replaces: many small files to a local folder, beside the equivalent Python script and `tar x`.

    bench_sink.py --bin target/dist [--files 20000] [--size 300] [--rounds 3]

Every program writes the same files to the same file system, by turns; the best of the rounds counts, since other work on the
machine can only add. Every one ends with the files on the disk: Python and tar are followed by `sync -f`, as syn-sink syncs the
file system before it publishes. `tar x` reads an archive that is in memory already, syn-sink parses, checks and hashes lines.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """
import json, os, sys
for line in sys.stdin:
    file = json.loads(line)
    if "path" not in file:
        continue
    path = os.path.join(sys.argv[1], file["path"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(file["text"])
"""


def write_lines(path, files, size):
    """A list of label files, as syn-convert writes it."""
    with path.open("w", encoding="utf-8") as out:
        out.write('{"@stream":"begin","kind":"files","version":1}\n')
        for i in range(files):
            text = (f"{i % 80} 0.512345 0.498765 0.123456 0.234567\n" * (size // 40 + 1))[:size]
            out.write(json.dumps({"path": f"labels/train/{i:08}.txt", "text": text, "item": i}) + "\n")
        out.write('{"@stream":"end"}\n')


def timed(command, stdin, place):
    """Seconds of wall time and of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with open(stdin, "rb") as source:
        subprocess.run(command, stdin=source, check=True, cwd=place)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=300, help="bytes a file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, help="where to write; default: the system's folder for temporary files")
    args = parser.parse_args()
    sink = str((args.bin / "syn-sink").resolve())
    with tempfile.TemporaryDirectory(dir=args.dir) as temp:
        temp = Path(temp)
        lines, archive = temp / "in.ndjson", temp / "in.tar"
        write_lines(lines, args.files, args.size)
        (temp / "script.py").write_text(SCRIPT, encoding="utf-8")
        subprocess.run([sink, "-q", "in.tar", str(lines)], check=True, cwd=temp)
        jobs = {
            "syn-sink, a folder": ([sink, "-q", "out"], lines),
            "Python": (["sh", "-c", f"{sys.executable} script.py out && sync -f out"], lines),
            "tar x": (["sh", "-c", "mkdir out && tar x -C out && sync -f out"], archive),
            "syn-sink, out.tar": ([sink, "-q", "out.tar"], lines),
            "syn-sink, out.tar.zst": ([sink, "-q", "out.tar.zst"], lines),
            "syn-sink, out.zip": ([sink, "-q", "out.zip"], lines),
        }
        best = {}
        for _ in range(args.rounds):
            for name, (command, stdin) in jobs.items():
                shutil.rmtree(temp / "out", ignore_errors=True)
                for old in temp.glob("out.*"):
                    old.unlink()
                os.sync()
                wall, cpu = timed(command, stdin, temp)
                best[name] = min(best.get(name, (wall, cpu)), (wall, cpu))
        peak = subprocess.run(
            [sys.executable, "-c",
             "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)",
             sink, "-q", "--overwrite", "out", str(lines)],
            check=True, cwd=temp, stdout=subprocess.PIPE, text=True,
        ).stdout.strip()
    print(f"{args.files} files of {args.size} bytes, best of {args.rounds}; peak of syn-sink to a folder: {peak} MiB\n")
    print("| job | s | files/s | processor s |\n|---|--:|--:|--:|")
    for name, (wall, cpu) in best.items():
        print(f"| {name} | {wall:.2f} | {args.files / wall:.0f} | {cpu:.2f} |")


if __name__ == "__main__":
    main()
