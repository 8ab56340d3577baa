#!/usr/bin/env bash
# One night: what has changed in a project is dumped, and the dataset is made anew from all dumps. For cron; may be started again by
# hand at any moment, also while it runs and after any failure. docs/nightly.md says how it works.
#
#     15 2 * * *  SYNAPSE_PROJECT=42 NIGHTLY_STATE=/srv/roads NIGHTLY_DEST=/srv/datasets/roads /opt/synpipe/nightly.sh
#
# The token comes from where syn-fetch looks for it (SYNAPSE_ACCESS_TOKEN, ~/.synapse/config.json).
set -euo pipefail

project=${SYNAPSE_PROJECT:?the id of the project}
state=${NIGHTLY_STATE:?a folder for dumps, checkpoint and log}
dest=${NIGHTLY_DEST:?where the dataset goes, as for syn-sink}
select=(${NIGHTLY_SELECT:-})                         # options of syn-filter: which rows, of the newest ones
convert=(${NIGHTLY_CONVERT:---to yolo})              # options of syn-convert
fetch=(${NIGHTLY_FETCH:-})                           # options of syn-fetch that select nothing: --concurrency 4
sink=(${NIGHTLY_SINK:-})                             # options of syn-sink
alert=${NIGHTLY_ALERT:-}                             # a command that gets what went wrong as its argument

mkdir -p "$state/dumps"
checkpoint=$state/checkpoint.json
ids=$state/ids.ndjson
said=$state/messages.txt                             # what the programs of this night said
step=begin

# Everything that was said is in the file.
settle() {
    exec 2>&3
    wait "$tee" || true
}

log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >>"$state/nightly.log"; }

end() {
    local code=$?
    settle
    if [ "$code" -ne 0 ]; then
        local why
        why=$(grep -E ': (error|warning): ' "$said" 2>/dev/null | tail -n 1 || true)
        log "failed at $step, exit $code after $SECONDS s: $why" || true
        [ -z "$alert" ] || "$alert" "nightly export of project $project failed at $step (exit $code): $why" || true
    fi
}

# Two at once would do everything twice. The lock goes with the process, however it ends.
exec 9>"$state/lock"
if ! flock -n 9; then
    echo "another run has $state/lock" >&2
    exit 75
fi
trap end EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
: >"$said"
exec 3>&2 2> >(exec 9>&-; exec tee -a "$said" >&2)
tee=$!

# The dump gets the next number. It appears when it is whole, and then the checkpoint moves; what a killed run has left of a first,
# long dump is continued.
step=dump
last=$(find "$state/dumps" -name '[0-9]*.ndjson*' -printf '%f\n' | sort | tail -n 1)
last=${last%%.*}
[ -n "$last" ] || rm -f "$checkpoint"                 # without dumps everything is needed
dump=$state/dumps/$(printf '%06d' $((10#${last:-0} + 1))).ndjson
# What a killed run has left of a dump whose number another has had since is of no use.
shopt -s nullglob
for partial in "$state"/dumps/.[0-9]*.ndjson*.partial; do
    number=${partial##*/.}
    [ $((10#${number%%.*})) -gt $((10#${last:-0})) ] || rm -f "$partial"
done
fetched() { syn-fetch --project "$project" --checkpoint "$checkpoint" -o "$dump" "${fetch[@]}" "$@"; }
if [ -e "$checkpoint" ]; then
    dump=$dump.zst
    fetched
else
    code=0
    # In English, whatever the user reads: the reason is looked for below.
    fetched --resume --lang en 2>"$state/resume.txt" || code=$?
    cat "$state/resume.txt" >&2
    if [ "$code" -ne 0 ]; then
        # What was left is of no use when rows have come since that it should have: then all is fetched anew.
        grep -q 'without --resume' "$state/resume.txt" || exit "$code"
        fetched
    fi
fi

# What is still there: rows that were deleted since are in no increment.
step=ids
syn-fetch --project "$project" --ids-only -o "$ids" "${fetch[@]}"

# All dumps, so that nothing depends on whether earlier nights came to their end. The dataset is replaced as a whole, or not at all;
# with --checkpoint not when a dump is missing.
step=publish
dumps=("$state"/dumps/[0-9]*.ndjson*)
syn-filter --latest --order descending --ids-from "$ids" "${select[@]}" "${dumps[@]}" |
    syn-convert "${convert[@]}" |
    syn-sink --overwrite --checkpoint "$checkpoint" "${sink[@]}" "$dest"

step=log
settle
log "ok after $SECONDS s: ${#dumps[@]} dumps; $(grep -F 'syn-sink: info: ' "$said" | tail -n 1 | sed 's/.*info: //')"
