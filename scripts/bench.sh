#!/usr/bin/env bash
# Builds as it is handed out (profile dist), times everything beside its baselines and writes the tables of docs/benchmarks.md.
# Arguments go to scripts/bench.py (--quick, --large, …). The baselines come from `scripts/setup.sh --bench`.
# `bench.sh fetch` prints the table of syn-fetch in docs/benchmarks.md instead; further arguments go to scripts/bench_fetch.py.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
bin=$target/dist
if [ "${1-}" = fetch ]; then
    shift
    cargo build --quiet --profile dist --bin syn-fetch --example stand-in
    exec python3 scripts/bench_fetch.py --bin "$bin" "$@"
fi
cargo build --quiet --profile dist --bins
cargo build --quiet --release --manifest-path scripts/json-scan/Cargo.toml --target-dir "$target/json-scan"
# Where setup.sh puts jaq.
PATH=$PATH:$HOME/.cargo/bin
exec python3 scripts/bench.py --bin "$bin" --json-scan "$target/json-scan/release/json-scan" "$@"
