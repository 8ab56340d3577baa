#!/usr/bin/env bash
# Installs the programs, their man pages and the completions of bash, zsh and fish below PREFIX:
#
#   install.sh PREFIX               builds what is handed out (profile dist) and installs it, e.g. install.sh ~/.local
#   install.sh --bin DIR PREFIX     installs the programs that are in DIR
#   install.sh --uninstall PREFIX   removes what the lines above have installed
#
# DESTDIR=FOLDER puts everything below FOLDER, as packagers need it. Safe to run again.
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "$0")/.." && pwd)
programs=(syn-fetch syn-filter syn-convert syn-sink syn-job)

say() { printf 'install: %s\n' "$*" >&2; }
usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2; }

bin='' uninstall='' prefix=''
while [[ $# -gt 0 ]]; do
    case $1 in
    --bin) [[ $# -ge 2 ]] || usage; bin=$2; shift ;;
    --uninstall) uninstall=1 ;;
    -*) usage ;;
    *) [[ -z $prefix ]] || usage; prefix=$1 ;;
    esac
    shift
done
[[ -n $prefix ]] || usage
[[ $prefix == /* ]] || prefix=$PWD/$prefix
prefix=${prefix%/}
root=${DESTDIR:-}$prefix

# Where a program's files go: the places where man and the shells look below a prefix.
files_of() {
    printf '%s\n' "$root/bin/$1" "$root/share/man/man1/$1.1" "$root/share/bash-completion/completions/$1" \
        "$root/share/zsh/site-functions/_$1" "$root/share/fish/vendor_completions.d/$1.fish"
}

if [[ -n $uninstall ]]; then
    for program in "${programs[@]}"; do
        files_of "$program" | while IFS= read -r file; do rm -f -- "$file"; done
    done
    rm -rf -- "$root/share/doc/synpipe"
    say "removed from $root"
    exit
fi

if [[ -z $bin ]]; then
    say "building, which takes some minutes"
    (cd "$here" && cargo build --quiet --locked --profile dist --bins)
    bin=${CARGO_TARGET_DIR:-$here/target}/dist
fi
for program in "${programs[@]}"; do
    [[ -x $bin/$program ]] || { say "$bin/$program is missing: give --bin the folder of all programs"; exit 1; }
done

# Writes standard input to a file, whole or not at all.
put() {
    mkdir -p "$(dirname "$1")"
    cat >"$1.new"
    chmod "${2:-644}" "$1.new"
    mv -f "$1.new" "$1"
}

for program in "${programs[@]}"; do
    mapfile -t files < <(files_of "$program")
    # Another file in its place: a program that runs keeps the one it has.
    put "${files[0]}" 755 <"$bin/$program"
    "$bin/$program" --man | put "${files[1]}"
    "$bin/$program" --completions bash | put "${files[2]}"
    "$bin/$program" --completions zsh | put "${files[3]}"
    "$bin/$program" --completions fish | put "${files[4]}"
done
for text in LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md; do
    put "$root/share/doc/synpipe/$text" <"$here/$text"
done
say "installed in $root; to remove it again: ${DESTDIR:+DESTDIR=$(printf %q "$DESTDIR") }$0 --uninstall $(printf %q "$prefix")"
if [[ -z ${DESTDIR:-} && :$PATH: != *":$prefix/bin:"* ]]; then
    say "$prefix/bin is not on the PATH: add it there"
fi
