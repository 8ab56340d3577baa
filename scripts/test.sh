#!/usr/bin/env bash
# Runs all tests: Rust, then those that need Python (the platform's SDK and the programs that read our exports).
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/setup.sh
cargo build --quiet --bins --examples
cargo test --quiet --all-targets
cargo test --quiet --doc

bin=${CARGO_TARGET_DIR:-target}/debug
.venv/bin/python scripts/check_stand_in.py --bin "$bin/examples/stand-in"
.venv/bin/python scripts/check_consumers.py --bin "$bin"
.venv/bin/python scripts/check_rules.py --bin "$bin"
.venv/bin/python scripts/check_exif.py --bin "$bin"
.venv/bin/python scripts/check_parity.py --bin "$bin"
.venv/bin/python scripts/check_samples.py --bin "$bin"
.venv/bin/python scripts/check_rle.py --bin "$bin"
.venv/bin/python scripts/check_archives.py --bin "$bin"
.venv/bin/python scripts/check_docs.py --bin "$bin"
echo "all tests passed"
