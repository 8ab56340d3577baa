#!/usr/bin/env bash
# Runs all tests, none left out: Rust, then those that need Python (the platform's SDK and the programs that read our exports).
# Everything they need is installed first (scripts/setup.sh, which also tells of SYNPIPE_TOOLS).
set -euo pipefail
cd "$(dirname "$0")/.."

export SYNPIPE_TOOLS=${SYNPIPE_TOOLS:-$PWD}
# A program that is missing is a failure, not a test left out.
export SYNPIPE_TEST_ALL=1
bin=${CARGO_TARGET_DIR:-target}/debug

# Downloads leave the processor idle, so the tests are compiled meanwhile.
./scripts/setup.sh &
setup=$!
trap 'kill "$setup" 2>/dev/null || true' EXIT
cargo test --quiet --no-run
wait "$setup"
cargo test --quiet

# Two at a time; what one of them writes is shown in one piece when it ends.
check() {
    local output status=0
    output=$("$SYNPIPE_TOOLS/.venv/bin/python" "scripts/$1.py" --bin "$2" 2>&1) || status=$?
    printf '%s\n' "$output"
    return "$status"
}
export -f check
xargs -P 2 -L 1 bash -c 'check "$@"' check <<LIST
check_ray $bin
check_consumers $bin
check_rules $bin
check_layouts $bin
check_stand_in $bin/examples/stand-in
check_samples $bin
check_parity $bin
check_rle $bin
check_archives $bin
check_metrics $bin
check_cookbook $bin
check_exif $bin
check_gallery $bin
check_driver $bin
check_parts $bin
check_docs $bin
LIST
# It builds with cargo, which the others' programs come from.
check check_packages "$bin"
echo "all tests passed"
