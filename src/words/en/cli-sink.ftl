# What syn-sink says on the command line.

sink-two-destinations = DEST and --output both name the destination: give one of them, and lists of files after DEST
sink-checkpoint-stdout = --checkpoint is for a dataset that is published, and a tar on standard output may still be lost: name a destination
sink-host-no-url = SYNAPSE_HOST is not a URL: give it as https://HOST
sink-verify-list = --verify reads no list of files: leave {$list} out
sink-no-signals = cannot watch for signals: {$reason}
sink-caches = {$caches} in {$destination}: caches of other programs, replaced with the dataset
sink-writes-to = writes to {$destination}; {$concurrency} files at once; failing requests are sent again for {$seconds} s
sink-position-stays = the position in {$file} stays: {$why}
sink-position-originals = some originals could not be downloaded; their rows come again next time
sink-published-anyway = the dataset is published, and its rows will come again next time
sink-position-note = {$file}: {$why}
system-no-thread = the system gives no thread: {$reason}
sink-list-in-dest = {$list} lies in {$dest}, which would be replaced: move it, or choose another DEST
sink-no-stores = --storage: this build has no stores
sink-no-such-storage = --storage {$id}: 404, there is no such storage on {$host}{$request}
sink-storage-forbidden = --storage {$id}: 403, this account may not use the storage{$request}
system-no-runtime = the system gives no runtime: {$reason}
sink-local-file = {$reason}: give --allow-file-refs if you trust where the lines come from
sink-in-destination = {$reason}: it would be replaced; move it, or choose another DEST
sink-relative-url = {$reason}: give the server with --base-url or SYNAPSE_HOST
sink-exists = {$reason}: choose another name, or give --overwrite to replace it as a whole
sink-differs = {$reason}: give --overwrite to replace it, or choose another name
sink-unfinished = {$reason}: if you know that it is gone, --resume continues with what it left, and --overwrite starts over
sink-overtaken = {$reason}; let one run at a time write to a destination
sink-store-temporary = {$reason}; --retry-for waits longer, --resume keeps what has arrived
sink-original-strict = {$path}: {$reason} ({$url}); without --strict it would be skipped and listed in the summary
sink-too-much = the originals have more than --max-total-bytes {$limit}: nothing was published
foreign-move-rest = only what a manifest lists is ever replaced: move the rest, or choose another name
foreign-other-name = choose another name
foreign-lists-after = choose another name; lists of files go after DEST
foreign-holds = {$dest} holds {$foreign}: {$advice}; nothing was touched
foreign-not-folder = {$dest} exists already, and is not a folder: {$advice}
foreign-not-file = {$dest} exists already, and is not a file: {$advice}
foreign-is = {$dest} exists already, and is {$foreign}: {$advice}
unsupported-keep-archive = {$dest}: an archive always starts over: --keep-staging is for folders, stores and servers
unsupported-keep-shards = --resume and --keep-staging are not for shards
unsupported-read-stdout = --verify and --resume are not for standard output: name a file
unsupported-keep-stdout = --overwrite and --keep-staging are not for standard output: name a file, or leave them out
unsupported-local-prefix = --staging-prefix is for stores and servers: leave it out
unsupported-numbers = --auto-number is for folders and archives of this machine
unsupported-remote-shards = --shard-size is for a folder of this machine, named in UTF-8
unsupported-zip-shards = --shard-size makes tars: a zip cannot be read as a stream
unsupported-nameless-shards = --shard-size needs a folder with a name
unsupported-link = {$path} cannot be a link in {$dest}: links are for folders of this machine; use --local-files copy
unsupported-non-folder = {$dest} is not a folder: --overwrite replaces folders only
unsupported-non-file = {$dest} is not a file: --overwrite replaces an archive by an archive only
original-failed = {$path}: {$reason} ({$url})
original-too-large = it is larger than --max-file-bytes {$limit}
original-private = {$reason}; give --allow-private-urls if that is right
original-url = {$reason}; the URL must be changed in Synapse
original-broken = {$reason}; if it is so in Synapse, too, the file must be uploaded there again
verified = {$files ->
    [one] 1 file
   *[other] {$files} files
}, {$size} verified in {$name} in {$time}
verified-extra = {$verified}; not in the manifest: {$files ->
    [one] 1 file
   *[other] {$files} files
}
verify-wrong = {$name}: missing or wrong: {$bad ->
    [one] 1 file
   *[other] {$bad} files
}; not in the manifest: {$extra ->
    [one] 1 file
   *[other] {$extra} files
}; as it should be: {$good ->
    [one] 1 file
   *[other] {$good} files
}
part-told = part {$part}/{$of}: {$told}
part-there = part {$part}/{$of} is there already: {$files ->
    [one] 1 file
   *[other] {$files} files
} in {$name}
part-lost = {$n ->
    [one] 1 original
   *[other] {$n} originals
} could not be downloaded
parts-arguments = a part, and the join, take a list of files and a destination: syn-sink --part I/N LIST DEST, syn-sink --join N LIST DEST
parts-list-saved = every part reads the list: save it first, and name it (`syn-convert … | syn-sink list.ndjson.zst`)
parts-list-first = with --part and --join the list comes first: syn-sink --part I/N {$dest} {$list}
join-missing = not there yet: {$missing} of {$of} parts; run `{$command}`, then the join again
part-again = {$reason}: remove {$manifest}, run `{$command}`, then the join again
part-again-or-first = {$reason}: remove {$manifest} (or the same of part 1, if it is no original), run `{$command}`, then the join again
parts-other = {$reason}: bring and join those first, or choose another DEST
parts-leftover = {$reason}: let it end, replace it with an undivided `syn-sink --overwrite`, or choose another DEST
lines-option = {$dest} is one file of the lines as they come, and {$option} says nothing about it: leave it out
lines-from-dest = {$list} would be read and replaced by itself: choose another DEST
lines-done = {$lines ->
    [one] 1 line
   *[other] {$lines} lines
}, {$size} to {$name} in {$time}
lines-same = already there, the same: {$lines ->
    [one] 1 line
   *[other] {$lines} lines
}, {$size} in {$name} in {$time}
lines-dry-run = {$lines ->
    [one] 1 line
   *[other] {$lines} lines
} would go to {$dest}; nothing was written
sink-profile-unread = {$option} asks the platform nothing without --storage: leave out --profile
