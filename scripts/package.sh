#!/usr/bin/env bash
# Makes the packages in target/package/: synpipe_VERSION_ARCH.deb and a Python wheel, each with all programs, their man pages,
# completions and licences.
#
#   package.sh                   builds what is handed out (profile dist), which takes some minutes
#   package.sh --profile NAME    another profile of Cargo.toml: dev is quick, for tests
#   package.sh --deb, --wheel    only one of them
#
# The same commit, toolchain and machine give the same bytes: times are those of the commit, or of SOURCE_DATE_EPOCH.
# MAINTAINER='NAME <ADDRESS>' says who stands in the .deb. SYNPIPE_TOOLS: see scripts/setup.sh, which installs maturin.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
umask 022

profile=dist kinds=()
while [[ $# -gt 0 ]]; do
    case $1 in
    --profile) profile=${2:?package: --profile needs a name}; shift ;;
    --deb | --wheel) kinds+=("${1#--}") ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
    shift
done
[[ ${#kinds[@]} -gt 0 ]] || kinds=(deb wheel)

say() { printf 'package: %s\n' "$*" >&2; }

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
# What cargo calls dev lies in debug/.
bin=$target/${profile/#dev/debug}
out=$target/package
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
mkdir -p "$out/path"
# cargo goes without it, also when maturin calls it: crates with C in them are compiled again whenever it changes.
printf '#!/bin/sh\nunset SOURCE_DATE_EPOCH\nexec "%s" "$@"\n' "$(command -v cargo)" >"$out/path/cargo"
chmod +x "$out/path/cargo"
PATH=$out/path:$PATH
# What is not handed out is packed quickly.
level=9 strip=()
# The profiles that are handed out leave symbols away themselves; to ask for it again would link everything again.
[[ $profile == dist || $profile == release ]] || level=1 strip=(--strip)

say "building with profile $profile"
cargo build --quiet --locked --profile "$profile" --bins

# Everything below $1 gets the time of the commit.
settle() { find "$1" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +; }

make_deb() {
    local root=$out/deb doc arch depends
    rm -rf "$root" "$out"/synpipe_*.deb
    DESTDIR=$root ./scripts/install.sh --bin "$bin" /usr 2>/dev/null
    doc=$root/usr/share/doc/synpipe
    # Debian's own places and forms.
    mkdir -p "$root/usr/share/zsh/vendor-completions" "$root/DEBIAN"
    mv "$root"/usr/share/zsh/site-functions/* "$root/usr/share/zsh/vendor-completions/"
    rmdir "$root/usr/share/zsh/site-functions"
    strip --strip-unneeded "$root"/usr/bin/*
    gzip -9n "$root"/usr/share/man/man1/*.1
    mv "$doc/CHANGELOG.md" "$doc/changelog"
    gzip -9n "$doc/changelog"
    scripts/package/copyright.sh >"$doc/copyright"
    rm "$doc/LICENSE-APACHE" "$doc/LICENSE-MIT"
    arch=$(dpkg --print-architecture)
    depends=$(shared_libraries "$root")
    cat >"$root/DEBIAN/control" <<CONTROL
Package: synpipe
Version: $version
Section: science
Priority: optional
Architecture: $arch
Maintainer: ${MAINTAINER:-synpipe developers <synpipe@localhost>}
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: $depends, ca-certificates
Suggests: jq, zstd
Description: annotations of the Synapse platform as training sets
 Four filters on a pipe: syn-fetch reads the annotations of a project as
 NDJSON, syn-filter selects and edits rows, syn-convert writes COCO, YOLO,
 Pascal VOC, CSV and more, and syn-sink puts the files into a folder, an
 archive or a store. syn-job runs exports as jobs of the platform or of its
 Ray cluster.
CONTROL
    (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    settle "$root"
    dpkg-deb --root-owner-group -Zxz "-z$level" --build "$root" "$out/synpipe_${version}_$arch.deb" >/dev/null
    say "made $out/synpipe_${version}_$arch.deb"
}

# The packages that the programs' shared libraries are in, with the versions that they need.
shared_libraries() {
    local work
    work=$(mktemp -d)
    mkdir "$work/debian"
    printf 'Source: synpipe\n\nPackage: synpipe\nArchitecture: any\n' >"$work/debian/control"
    (cd "$work" && dpkg-shlibdeps -O "$1"/usr/bin/* 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
    rm -r "$work"
}

make_wheel() {
    local root=$out/wheel maturin=${SYNPIPE_TOOLS:-$PWD}/.venv-package/bin/maturin
    [[ -x $maturin ]] || maturin=maturin
    rm -rf "$root" "$out"/synpipe-*.whl
    mkdir -p "$root"
    DESTDIR=$root/data ./scripts/install.sh --bin "$bin" / 2>/dev/null
    # The data scheme puts share/ below the environment's prefix; the programs are maturin's part.
    mkdir "$root/data/data"
    mv "$root/data/share" "$root/data/data/share"
    rm -r "$root/data/bin" "$root/data/data/share/doc"
    cp LICENSE-APACHE LICENSE-MIT README.md "$root/"
    sed "s|MANIFEST|$PWD/Cargo.toml|" scripts/package/pyproject.toml >"$root/pyproject.toml"
    settle "$root"
    (cd "$root" && "$maturin" build --quiet --locked "${strip[@]}" --compression-level "$level" --profile "$profile" --target-dir "$target" --out "$out")
    say "made $(echo "$out"/synpipe-*.whl)"
}

for kind in "${kinds[@]}"; do
    "make_$kind"
done
