#!/usr/bin/env python3
"""Checks the documents of the repository. Needs Python alone; with --bin also jq, to run the examples.

* Every document that a comment or another document names is there, and so is every heading that it names (`docs/NAME.md §N`, links).
* Every file that a document names (`src/…`) is there, and so is every function that a table or a sentence names after its file
  (`src/path.rs` `leaf`).
* With --bin: the examples of docs/payload.md and docs/filter.md print what the documents say.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(.*)$")
HEADING = re.compile(r"^(#+)\s+(.*?)\s*$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# `docs/NAME.md §3`, `NAME.md §3, §4`, `NAME.md`.
CITED = re.compile(r"(?<![\w/.-])((?:docs/)?[A-Za-z][\w-]*\.md)((?:[ ,]+(?:and )?§[\d.]*\d)*)")
NOT_OURS = {"got.md", "self.md", "docs/self.md"}  # names of files that tests write


def blocks(text):
    """Fenced blocks: (words after the fence, first line, text)."""
    found, start = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if fence and start is None:
            start, words, body = number + 1, fence[1].split(), []
        elif fence:
            found.append((words, start, "".join(f"{line}\n" for line in body)))
            start = None
        elif start is not None:
            body.append(line)
    return found


def outside_blocks(text):
    open_ = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            open_ = not open_
        elif not open_:
            yield number, line


def anchors(path):
    """What a link may name after `#`, as forges make it of headings."""
    found = set()
    for _, line in outside_blocks(path.read_text()):
        if heading := HEADING.match(line):
            text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading[2]).lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


def sections(path):
    """Numbers that headings begin with: `## 3. Title` is §3."""
    headings = (HEADING.match(line) for _, line in outside_blocks(path.read_text()))
    return {found[1] for heading in headings if heading and (found := re.match(r"([\d.]*\d)\.?\s", heading[2]))}


def document(name, beside):
    """The document that a comment, or a document in the folder `beside`, means."""
    places = [ROOT / name, ROOT / "docs" / name, beside / name]
    return next((place for place in places if place.is_file()), None)


def check_citations(path, wrong):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        for name, numbers in CITED.findall(line):
            if name in NOT_OURS:
                continue
            where = f"{path.relative_to(ROOT)}:{number}"
            found = document(name, path.parent)
            if found is None:
                wrong.append(f"{where}: there is no {name}")
                continue
            for section in re.findall(r"§([\d.]*\d)", numbers):
                if section not in sections(found):
                    wrong.append(f"{where}: {found.relative_to(ROOT)} has no heading with the number {section}")


def check_links(path, wrong):
    for number, line in outside_blocks(path.read_text()):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            to = (path.parent / name).resolve() if name else path
            if not to.exists():
                wrong.append(f"{path.relative_to(ROOT)}:{number}: there is no {target}")
            elif anchor and anchor not in anchors(to):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {name or path.name} has no heading #{anchor}")


# `src/a/b.rs`, perhaps followed by names in backticks: "`src/a.rs` | `run` | …", "`src/a.rs`: `this` and `that`".
NAMED = re.compile(r"`((?:src|tests|scripts|examples|docs|\.ci)/[\w./-]*)`((?:[\s|:,]*(?:and )?`\w+`)*)")


def check_places(path, wrong):
    for number, line in outside_blocks(path.read_text()):
        for name, functions in NAMED.findall(line):
            where = f"{path.relative_to(ROOT)}:{number}"
            file = ROOT / name
            if "NAME" in name:
                continue
            if not file.exists():
                wrong.append(f"{where}: there is no {name}")
                continue
            for function in re.findall(r"`(\w+)`", functions):
                if file.is_file() and not re.search(rf"\b(fn|struct|enum|trait|const|static|mod|macro_rules!) {function}\b", file.read_text()):
                    wrong.append(f"{where}: {name} has no {function}")


def run_examples(path, bin_dir, wrong):
    """Runs each `$ ` line of the `sh` blocks and compares what follows it. Blocks `json NAME` are files."""
    env = dict(os.environ, PATH=f"{bin_dir}{os.pathsep}{os.environ['PATH']}", LC_ALL="C.UTF-8")
    ran = 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scripts").symlink_to(ROOT / "scripts")
        for words, first, text in blocks(path.read_text()):
            if len(words) == 2:
                (Path(folder) / words[1]).write_text(text)
            if not words or words[0] != "sh":
                continue
            for example in re.split(r"(?m)^\$ ", text)[1:]:
                command, _, promised = example.partition("\n")
                done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=env, capture_output=True, text=True)
                ran += 1
                if done.returncode or done.stdout != promised:
                    wrong.append(f"{path.relative_to(ROOT)}, block of line {first}: {command}\n--- promised\n{promised}--- got\n{done.stdout}{done.stderr}")
    if not ran:
        wrong.append(f"{path.relative_to(ROOT)} has no example that runs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, help="folder of the binaries; without it, examples are not run")
    args = parser.parse_args()
    documents = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    kinds = {".rs", ".py", ".sh", ".toml", ".jq"}
    cited_in = [path for top in ("src", "examples", "tests", "scripts") for path in sorted((ROOT / top).rglob("*")) if path.suffix in kinds]
    cited_in = [path for path in cited_in if not {"cases", "data"} & set(path.relative_to(ROOT).parts) and path != Path(__file__).resolve()]
    wrong = []
    for path in [*cited_in, *documents]:
        check_citations(path, wrong)
    for path in documents:
        check_links(path, wrong)
        if path.name != "CHANGELOG.md":
            check_places(path, wrong)
    if args.bin:
        for name in ("payload.md", "filter.md"):
            run_examples(ROOT / "docs" / name, args.bin.resolve(), wrong)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(f"documents: {len(documents)}, cited from {len(cited_in)} files, all found")


if __name__ == "__main__":
    main()
