#!/usr/bin/env bash
# Builds in release mode, times everything beside its baselines and writes the tables of docs/benchmarks.md.
# Arguments go to scripts/bench.py (--quick, --large, …). The baselines come from `scripts/setup.sh --bench`.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release --bins --example json-scan
# Where setup.sh puts jaq.
PATH=$PATH:$HOME/.cargo/bin
exec python3 scripts/bench.py --bin "${CARGO_TARGET_DIR:-target}/release" "$@"
