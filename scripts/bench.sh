#!/usr/bin/env bash
# Builds in release mode and prints the tables of docs/benchmarks.md. Arguments go to scripts/bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release --bins --examples
exec python3 scripts/bench.py --bin "${CARGO_TARGET_DIR:-target}/release" "$@"
