# Values of options: what is selected, whom to trust, where to ask.

key-and-checkpoint = `{$key}` and --checkpoint both say since when: leave one of them out
filter-unknown = unknown filter `{$key}` for target {$target}: the server would ignore it and send everything; {$hint}
filter-keys = the keys are {$keys}
filter-near = did you mean `{$near}`?
filter-why = filter `{$key}` {$why}
filter-twice = filter `{$key}` is given twice, as {$old} and {$value}: which one?
filter-no-json = the filter is not a valid JSON object: {$reason}
filter-form = the filter {$text} must be KEY=VALUE or a JSON object such as {"{"}"status_label":"completed"{"}"}
ids-why = the list of ids {$why}
filter-value = filter `{$key}` must be a text, a number, true, false or a list of them
needs-value = needs a value
expects-number = expects a whole number, not {$value}
expects-boolean = expects true or false, not {$value}
expects-ids = expects ids, not {$text}
query-too-long = the query would be {$length} bytes long and the server takes {$most}: use fewer values, id__gte and id__lt, or several runs
query-no-room = the other filters leave no room for ids in a query: use fewer values
ids-no-resume = a list of ids this long cannot be resumed for ground truth: start over
ids-no-verify = in a list of ids this long all ids cannot be compared when the number of rows is limited: leave one of the two out
list-undivided = this list cannot be divided: its ids have to be whole numbers, and its server has to count its rows
ids-no-shard = a list of ids this long is read in one part for ground truth: leave out --shard
count-key-twice = has {$name} twice; give each key once
count-key-name = cannot have {$path}, which is the name of a count
count-key-no-date = {$name}: {$path} is no date and no number; give {$path} alone
near-in-brackets = {" "}(did you mean {$near}?)
count-key-span = {$name}: a date is counted by {$spans}, an area by size, not by {$span}{$near}
prefer-expects = expects newest, oldest or FIELD=VALUE such as review=completed{$hint}
prefer-too-many = that many --prefer cannot be compared: give newest or oldest once, and eight others at most
no-field-path = {$path} is not a field path such as data_unit.meta.category
shard-expects = expected I/N, with I from 1 to N (1/4 … 4/4), or I/N@B1,B2,… with N-1 ascending ids; or auto for I or I/N, which takes the part from a scheduler
time-expects = expects a date or time such as 2026-01-31, 2026-01, 2026-01-31T18:00, 2026-01-31T18:00:00+09:00, yesterday or 2d, not {$text}
words-expects = expects one of {$words}, not {$word}{$hint}
proxy-no-address = {$variable} is not the address of a proxy: give it as http://HOST:PORT, or unset it
proxy-kind = {$variable} names a proxy of the kind {$other}: known are http, https, socks4, socks4a, socks5 and socks5h
trust-why = {$what} {$file}: {$why}
trust-unreadable = it cannot be read: {$reason}
trust-no-pem = it is not PEM: {$reason}
trust-damaged = one of its certificates is damaged: {$reason}
trust-none = it holds no certificate in PEM
trust-empty = SSL_CERT_FILE is empty: name a file, or unset it
trust-folder = SSL_CERT_DIR {$folder}: {$why}
trust-folder-none = SSL_CERT_DIR {$first}: it holds no certificate in PEM
trust-no-authorities = this machine has no certificates of authorities: install ca-certificates, or name them with --ca-file or SSL_CERT_FILE
tls-setup = cannot set up TLS: {$reason}
credentials-not-sendable = the token or the tenant holds characters that cannot be sent: is it the right file?
count-key-created-size = {$name}: created is a date, which has no size; give created:day
shard-bounds-number = { $parts ->
    [one] no ids after @ are for 1 part, and there are to be {$of}: for N parts there are N-1 ids
   *[other] the ids after @ are those between {$parts} parts, and there are to be {$of}: for N parts there are N-1 ids
}
scheduler-none = no scheduler has numbered this process: --shard auto reads {$variables}; give --shard I/N
scheduler-two = {$one} and {$other} contradict each other: say which part this is by --shard I/N
scheduler-no-number = {$name}: {$variable} is {$value}, which is no number: say which part this is by --shard I/N
scheduler-gaps = {$name}: {$variable} is {$number}, and the parts are numbered from {$first} on, in even steps: submit them with `{$submit}`, or say which part this is by --shard I/N
scheduler-holes = {$name}: the array has {$count} tasks, and its numbers would be for {$spanned}: submit it without gaps (`{$submit}`), or say which part this is by --shard I/N
scheduler-contradicts = {$name} says {$says} parts, and the option says {$given}: give the same number to both, and to a single task --shard I/N
scheduler-beyond = { $of ->
    [one] {$name}: {$variable} is {$number}, and there is 1 part: submit as many tasks as there are parts (`{$submit}`)
   *[other] {$name}: {$variable} is {$number}, and there are {$of} parts: submit as many tasks as there are parts (`{$submit}`)
}
scheduler-count-missing = {$name} should tell how many parts there are, and {$variable} is not set: give --shard auto/N
scheduler-count-never = {$name} does not tell how many parts there are: give --shard auto/N, or auto@B1,B2,… with the ids between them
scheduler-many = a scheduler has numbered {$n} parts, and {$most} are the most
scheduler-found = part {$index} of {$of}, by {$variable} ({$scheduler})
