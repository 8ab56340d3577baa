#!/usr/bin/env bash
# Builds in release mode, times everything beside its baselines and writes the tables of docs/benchmarks.md.
# Arguments go to scripts/bench.py (--quick, --large, …). The baselines come from `scripts/setup.sh --bench`.
# `bench.sh fetch` prints the table of syn-fetch in docs/benchmarks.md instead; further arguments go to scripts/bench_fetch.py.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/release
if [ "${1-}" = fetch ]; then
    shift
    cargo build --quiet --release --bin syn-fetch --example stand-in
    exec python3 scripts/bench_fetch.py --bin "$bin" "$@"
fi
cargo build --quiet --release --bins --example json-scan
# Where setup.sh puts jaq.
PATH=$PATH:$HOME/.cargo/bin
exec python3 scripts/bench.py --bin "$bin" "$@"
