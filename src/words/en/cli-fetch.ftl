# What syn-fetch says on the command line.

page-size = expected auto, or a number from 1 to 1000
ids-twice = ids are given by --ids-from and by the filter `ids`: put all of them into the file
ids-only-asks = --ids-only asks for nothing but ids, and {$options} is asked of each row: leave one of them out
resume-chosen = --resume continues what the server selects, and {$options} is asked of each row here: fetch without it, and give it to `syn-filter`
resume-order = --resume needs the descending order: a run with --order arrival cannot be continued
resume-no-file = --resume continues a file: give it by -o FILE
resume-compressed = --resume cannot continue a compressed dump: give -o a name without .gz or .zst, and compress it when it is complete
dump-exists = {$file} exists, and the rows in it would be lost
changed-one-part = what has changed is fetched in one part: leave out --shard
checkpoint-ground-truth = the server does not tell what has changed in ground truth: export the version whole, without --checkpoint
checkpoint-bare = --bare leaves out the frame that carries the position to `syn-sink --checkpoint`: leave out one of --bare and --checkpoint
position-limit = with --limit the position stays where it is
position-shards = the position stays where it is until `syn-sink --checkpoint` has got all shards
position-published = the position moves when `syn-sink --checkpoint` has published the rows
ids-from-empty = --ids-from {$path}: the file holds no id
dsn-unreadable = cannot read the DSN from {$path}: {$reason}
dsn-not-set = --dsn without a URL reads SYNAPSE_DSN, which is not set
dsn-password = a password on the command line can be read by every user of this machine: give it by PGPASSWORD or ~/.pgpass, or the whole DSN by --dsn-file or SYNAPSE_DSN (then --dsn without a URL)
dsn-api-option = --{$option} is for the API, and --dsn reads a database: leave one of them out
dsn-one-stream = --{$option}{$value} does not go with --dsn: rows come from one snapshot, in one stream
dsn-project = --dsn needs --project ID, or SYNAPSE_PROJECT
command-option = `syn-fetch {$name}` has no use for --{$option}: leave it out
option-of-command = --{$option} is for `syn-fetch {$readers}`, and an export has no use for it
command-no-database = subcommands ask the API, and --{$option} is a database, which holds rows only: leave one of them out
command-no-export = a subcommand exports nothing: leave out --{$option}
version-no-project = this ground-truth version belongs to no project, so it has no class list
token-and-ids-stdin = standard input cannot be both the token (--token-stdin) and the ids (--ids-from -)
debug-asks = asks {$host}, {$concurrency} requests at once at most
debug-rows-where = {$target} rows where {$filters}
debug-requests = requests: {$requests}; sent again: {$retries}; received: {$size}
dsn-by-id = --project {$name}: a database is asked by id; `syn-fetch projects` lists the ids (without --dsn)
names-not-listed = {$option} {$first}: this server does not list {$kind}s: give the id, or select with `syn-filter {$option}` after this stage
names-several = {$option} {$name}: several {$noun}s are called so, with the ids {$ids}: give one of them
names-without = {$option} {$name}: the server lists {$noun}s without names: give the id, or select with `syn-filter {$option}` after this stage
id-empty = --{$option} is empty: give an ID, or leave it out
two-exports = --project and --gt-version are two exports: give one of them (a version knows its project)
target-by-version = --target ground_truth is chosen by --gt-version, not by --project: give --gt-version ID (`syn-fetch gt-versions` lists them)
target-by-project = --target {$target} is chosen by --project, not by --gt-version: give one of --target and --gt-version
both-set = SYNAPSE_PROJECT ({$project}) and SYNAPSE_GT_VERSION ({$version}) are both set: say which by --project or --gt-version
category-unknown = --category {$word}: ground truth has no such category; did you mean {$near}?
task-is-row = a row of target task is the task itself: select it with --id
nothing-to-select-by = rows of target {$target} have nothing that --{$option} could select by: leave it out, or fetch assignments (--project ID)
names-unknown = {$option} {$name}: no {$noun} is called so; `syn-fetch {$by}` lists all of them
names-unknown-near = {$option} {$name}: no {$noun} is called so; did you mean {$near}? `syn-fetch {$by}` lists all of them
names-unknown-others = {$option} {$name}: no {$noun} is called so; there is {$others}; `syn-fetch {$by}` lists all of them

# Dumps that are joined (--dump).

dump-no-frame = {$name} has no begin frame: nobody can tell what it is a part of
dump-empty = {$name} is empty, without even a begin frame: what wrote it has failed
dump-foreign = {$name} is no part of the export that {$of} is a part of: its {$key} is {$is}, and there {$was}
dump-differ = part {$part} is there twice, and {$name} and {$other} are not the same
dump-differ-cut = part {$part} is there twice, and {$name} and {$other} are not the same ({$cut} was cut)
dump-missing = { $missing ->
    [one] 1 of {$of} parts is missing: {$parts}
   *[other] {$missing} of {$of} parts are missing: {$parts}
}
dump-uncut = {$name} does not say at which ids the export was cut: another release has fetched it
dump-cut = {$name} was cut after {$lines} items: it has no end frame
dump-several = {$name} holds several streams, one after the other
dump-changed = {$name} was replaced while it was read
dump-part = {$name}: {$error}
dump-twice-same = part {$part} is there twice: {$name} and {$other} are the same, and one of them is read
dump-missing-accepted = {$why}; those rows are not in the stream
dump-cut-accepted = {$why}; its other rows are not in the stream
dump-selected = {$name}: {$came} of the {$counted} items that its end frame counts were selected before it was saved
dump-option = --{$option} is for what is fetched from a server, and --dump reads what was fetched: leave it out, or pipe the rows through `syn-filter`
dump-command = --dump reads dumps, and `syn-fetch {$name}` asks the server: leave one of them out
dump-stdin = parts are put in order before they are read, and standard input can be read once: give --dump a file, or leave out `syn-fetch`
dump-no-file = {$place} is not a file: give --dump files, folders, or patterns of names
dump-nothing = nothing is called {$place}: give --dump the names of dumps
dump-no-dumps = {$place} has no dumps (.ndjson or .jsonl, with .gz or .zst after it or not)
dump-no-stores = this build reads no stores: copy {$place} to this machine
dump-pattern = {$place} is no pattern of names: {$why}
dump-passed-over = { $n ->
    [one] {$place}: 1 file is no dump by its name, and is not read
   *[other] {$place}: {$n} files are no dumps by their names, and are not read
}
dump-done = { $parts ->
    [one] {$rows} rows of 1 dump ({$size}) in {$time}
   *[other] {$rows} rows of {$parts} parts ({$size}) in {$time}
}
