#!/usr/bin/env python3
"""Writes one dataset as every kind of archive with syn-sink and opens them with the programs that people use: GNU tar, bsdtar,
Python's tarfile and zipfile, and webdataset. Every reader must find the names and bytes that a folder has.

    check_archives.py --bin target/debug
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ARCHIVES = ["x.tar", "x.tar.gz", "x.tgz", "x.tar.zst", "x.zip"]
ITEMS = 300


def lines():
    """File lines with what is hard in an archive: long, Korean and odd names, empty, binary and large files, many of them."""
    yield {"@stream": "begin", "kind": "files", "version": 1}
    odd = ["자연/그림 1.json", "d/" * 120 + "deep.txt", "n" * 250, "n" * 100, "n" * 101, "caf\u00e9", "%2e%2e/x", "-rf", "CON", " "]
    for name in odd:
        yield {"path": f"odd/{name}", "text": name}
    yield {"path": "empty", "text": ""}
    yield {"path": "large.bin", "base64": base64.b64encode(os.urandom(5_000_000)).decode()}
    for i in range(ITEMS):
        yield {"path": f"labels/train/그림 {i:04}.txt", "text": f"0 0.5 0.5 {i}\n" * (i % 5 + 1), "item": i}
        yield {"path": f"images/train/그림 {i:04}.jpg", "base64": base64.b64encode(os.urandom(2000 + i)).decode(), "item": i}
    yield {"@stream": "end"}


def tree(folder):
    """Every file below a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def extracted(command, archive, place):
    """The tree that a program makes of an archive."""
    if not shutil.which(command[0]):
        sys.exit(f"check_archives: {command[0]} is not installed: run scripts/setup.sh")
    place.mkdir()
    subprocess.run([*command, str(archive), "-C", str(place)], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return tree(place)


def by_python(archive):
    """The tree as Python's own modules see it; names in the order of the archive."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as z:
            assert z.testzip() is None, archive
            return {name: z.read(name) for name in z.namelist()}
    if archive.suffix == ".zst":
        plain = archive.with_suffix("")
        with plain.open("wb") as out:
            subprocess.run(["zstd", "-dcq", str(archive)], check=True, stdout=out)
        archive = plain
    with tarfile.open(archive) as t:
        assert all(m.isfile() and m.mode == 0o644 and m.uid == m.gid == 0 for m in t.getmembers()), archive
        return {m.name: t.extractfile(m).read() for m in t.getmembers()}


def by_webdataset(folder, whole):
    """Streams the shards as a training script does; label and image of an item must come as one sample."""
    import webdataset

    shards = sorted(str(p) for p in folder.glob("*.tar"))
    assert len(shards) > 3, shards
    data = webdataset.WebDataset(shards, rename_files=os.path.basename, shardshuffle=False, empty_check=False)
    count = 0
    for sample in data:
        key = sample["__key__"]
        assert sample["txt"] == whole[f"labels/train/{key}.txt"], key
        assert sample["jpg"] == whole[f"images/train/{key}.jpg"], key
        count += 1
    assert count == ITEMS, f"{count} samples of {ITEMS}"
    return len(shards)


def main():
    """Runs all checks; any failure is an exception."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    sink = (parser.parse_args().bin / "syn-sink").resolve()
    with tempfile.TemporaryDirectory() as temp:
        temp = Path(temp)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines())
        (temp / "in.ndjson").write_text(text, encoding="utf-8")

        def run(*args):
            return subprocess.run([str(sink), "-q", *args, "in.ndjson"], cwd=temp, check=True, stdout=subprocess.PIPE).stdout

        run("whole")
        whole = tree(temp / "whole")
        for n, name in enumerate(ARCHIVES):
            run(name)
            archive = temp / name
            assert by_python(archive) == whole, f"Python reads {name} otherwise"
            if not name.endswith(".zip"):
                assert extracted(["tar", "-xf"], archive, temp / f"gnu{n}") == whole, f"GNU tar reads {name} otherwise"
            assert extracted(["bsdtar", "-xf"], archive, temp / f"bsd{n}") == whole, f"bsdtar reads {name} otherwise"
        assert run("-") == (temp / "x.tar").read_bytes()
        run("--shard-size", "100kB", "train.tar")
        shards = by_webdataset(temp / "train", whole)
    print(f"check_archives: {len(ARCHIVES)} archives and {shards} shards are read by tar, bsdtar, Python and webdataset")


if __name__ == "__main__":
    main()
