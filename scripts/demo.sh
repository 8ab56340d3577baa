#!/usr/bin/env bash
# Builds synpipe and runs it end to end on the sample in tests/data against a stand-in of the Synapse backend:
# fetch | filter | convert | sink, once to COCO and once to YOLO, into demo-out/.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=${DEMO_PROFILE:-release}
flags=()
# A release without object stores and the database, which the demo does not use: half of all crates are theirs.
[[ $profile == release ]] && flags=(--release --no-default-features --features net)
echo "== building ($profile)"
cargo build --quiet "${flags[@]}" --bins --example stand-in
bin=${CARGO_TARGET_DIR:-target}/$profile
PATH="$(cd "$bin" && pwd):$PATH"

out=demo-out
rm -rf "$out"
mkdir "$out"
export SYNAPSE_ACCESS_TOKEN=syn_demo
"$bin/examples/stand-in" --dump tests/data/sample.ndjson --token "$SYNAPSE_ACCESS_TOKEN" --presigned mixed \
    --title "Street scenes" --port 0 >"$out/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until grep -q '^listening on ' "$out/server.log"; do
    kill -0 "$server" 2>/dev/null || { cat "$out/server.log" >&2; exit 1; }
    sleep 0.05
done
SYNAPSE_HOST=$(sed -n 's/^listening on //p' "$out/server.log")
export SYNAPSE_HOST
echo "== a stand-in backend listens on $SYNAPSE_HOST"

run() {
    echo
    echo "\$ $*"
    bash -o pipefail -c "$*"
}

run "syn-fetch projects | head -3"
run "syn-fetch --project 42 | syn-filter --status-review completed | syn-convert --to coco --split 0.8/0.1/0.1 | syn-sink $out/coco"
run "syn-fetch --project 42 | syn-convert --to yolo --task segment --split 0.8/0.2 | syn-sink $out/yolo"

echo
echo "== what came out"
(cd "$out" && find coco yolo -type f | sort | awk -F/ '{ n[$1 "/" $2]++; if (n[$1 "/" $2] <= 4) print "  " $0 } END { for (d in n) if (n[d] > 4) print "  " d "/… " n[d] " files" }' | sort)
echo
echo "== $out/coco/metadata/export_summary.json (first lines)"
head -24 "$out/coco/metadata/export_summary.json"
label=$(find "$out/yolo/labels" -name '*.txt' -size +0 | sort | head -1)
echo
echo "== $label (first three objects: class, then x y of each corner)"
head -3 "$label" | cut -c1-120
echo
echo "done: the datasets are in $out/coco and $out/yolo"
