#!/usr/bin/env python3
"""The packages of scripts/package.sh, made, installed and run as somebody who gets one of them does.

* install.sh: below a prefix and below DESTDIR, twice, then removed: nothing is left.
* The .deb: unpacked by dpkg into an empty root and run from there with nothing of this checkout on the PATH; its fields, its list of
  files, its checksums, what it depends on. dpkg's own scripts need a whole system, and the package has none.
* The wheel: installed by pip into a fresh environment without a network, and run from another folder; licences, pages, tags.
* Both twice: the same bytes.
"""
import argparse
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import venv
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["syn-fetch", "syn-filter", "syn-convert", "syn-sink", "syn-job"]
ROW = '{"id":1,"data":{"extra":{"image_1":{"width":4,"height":3}},"annotations":{"image_1":[]}},' \
    '"file":{"url":"https://h/a.jpg","file_name_original":"a.jpg"}}\n'
BEGIN = '{"@stream":"begin","kind":"items","version":1,"classes":["car"],"count":1}\n'
END = '{"@stream":"end","count":1}\n'


def run(*args, **more):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{args}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def works(folder, cwd):
    """The programs in a folder do their work, with nothing else of ours to be found."""
    env = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(cwd)}
    version = re.search(r'^version = "(.*)"', (HERE.parent / "Cargo.toml").read_text(), re.M)[1]
    for name in PROGRAMS:
        assert run(f"{folder}/{name}", "--version", env=env, cwd=cwd) == f"{name} {version}\n"
    line = "syn-filter --limit 1 | syn-convert --to coco --images omit --background include | syn-sink out/"
    run("bash", "-o", "pipefail", "-c", line, env=env, cwd=cwd, input=BEGIN + ROW + END)
    assert (cwd / "out/annotations").is_dir() or any((cwd / "out").rglob("*.json")), "no dataset"


def installed(root, zsh):
    """Pages and completions below a prefix."""
    for name in PROGRAMS:
        pages = [root / f"share/man/man1/{name}.1", root / f"share/man/man1/{name}.1.gz"]
        page = next(page for page in pages if page.exists())
        text = run("man", "--warnings", "-l", page, env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
        # Lines are filled with blanks.
        assert f"{name} - " in " ".join(text.split()) and "EXIT STATUS" in text
        for file in [f"bash-completion/completions/{name}", f"{zsh}/_{name}", f"fish/vendor_completions.d/{name}.fish"]:
            assert "_SYN_COMPLETE" in (root / "share" / file).read_text(), file


def check_install(binaries, work):
    for destdir in [None, work / "stage"]:
        prefix = work / "prefix with space"
        env = {**os.environ, **({"DESTDIR": str(destdir)} if destdir else {})}
        root = pathlib.Path(f"{destdir or ''}{prefix}")
        script = HERE / "install.sh"
        trees = []
        for _ in range(2):
            run(script, "--bin", binaries, prefix, env=env, cwd=work)
            trees.append(sorted(str(p) for p in root.rglob("*")))
        assert trees[0] == trees[1] and not any(".new" in path for path in trees[0])
        if not destdir:
            works(root / "bin", work)
        installed(root, "zsh/site-functions")
        run(script, "--uninstall", prefix, env=env, cwd=work)
        assert not [p for p in root.rglob("*") if p.is_file()], "something is left"


def check_deb(deb, work):
    root = work / "root"
    (root / "var/lib/dpkg").mkdir(parents=True)
    for name in ["status", "available"]:
        (root / "var/lib/dpkg" / name).touch()
    # Its dependencies are packages of the system outside of this root.
    run("dpkg", f"--root={root}", "--force-not-root", "--force-depends", "--force-bad-path", "--log=/dev/null", "-i", deb)
    assert "install ok installed" in (root / "var/lib/dpkg/status").read_text()
    works(root / "usr/bin", work)
    installed(root / "usr", "zsh/vendor-completions")
    fields = dict(line.split(": ", 1) for line in run("dpkg-deb", "-f", deb).splitlines() if ": " in line)
    assert fields["Package"] == "synpipe" and fields["Architecture"] == run("dpkg", "--print-architecture").strip()
    assert "libc6 (>= " in fields["Depends"] and int(fields["Installed-Size"]) > 1000, fields
    for line in run("dpkg-deb", "-c", deb).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root" and mode in ("drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"), line
    assert (root / "usr/share/doc/synpipe/copyright").is_file()


def check_wheel(wheel, work):
    tag = wheel.name.rsplit("-", 1)[1].removesuffix(".whl")
    assert re.fullmatch(r"manylinux_2_\d+_\w+", tag) and "-py3-none-" in wheel.name, wheel.name
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        needed = max((int(n) for n in re.findall(rb"GLIBC_2\.(\d+)", b"".join(packed.read(n) for n in names if "/scripts/" in n))))
    assert needed <= int(tag.split("_")[2]), f"{tag}, but the programs need glibc 2.{needed}"
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"]:
        assert any(name.endswith(f"licenses/{licence}") for name in names), names
    environment = work / "environment"
    venv.create(environment, with_pip=True)
    run(environment / "bin/pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel, cwd=work)
    works(environment / "bin", work)
    installed(environment, "zsh/site-functions")
    run(environment / "bin/pip", "uninstall", "--quiet", "--yes", "synpipe")
    assert not (environment / "bin/syn-fetch").exists()
    return tag


def digest(files):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the programs, as cargo has built them with --profile")
    parser.add_argument("--profile", default="dev")
    args = parser.parse_args()
    out = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")) / "package"
    sums = []
    for _ in range(2):
        run(HERE / "package.sh", "--profile", args.profile, cwd=HERE.parent)
        deb, wheel = next(out.glob("*.deb")), next(out.glob("*.whl"))
        sums.append(digest([deb, wheel]))
    assert sums[0] == sums[1], f"other bytes the second time: {sums}"
    checks = [(check_install, args.bin.resolve()), (check_deb, deb), (check_wheel, wheel)]
    told = []
    for check, what in checks:
        with tempfile.TemporaryDirectory() as work:
            told.append(check(what, pathlib.Path(work).resolve()))
    print(f"packages: install.sh, {deb.name} and {wheel.name} install, run and are the same bytes twice ({told[-1]})")


if __name__ == "__main__":
    sys.exit(main())
