# Rows of the server, and what changed while they were read.

row-no-json = its `data` is a text that is not JSON: it was cut short, or is no annotation payload
row-truncated = the server sent its payload truncated and without a URL: nothing to export; ask the operator of the server
row-damaged = its payload is damaged in the object store: {$reason}
row-inline = its payload came inline on the second asking; run again
row-vanished = it vanished while its payload was being fetched; run again
retry-failing = {$server}: {$reason}; trying again ({$which}, next in {$pause} s)
bad-lines-in-all = {$bad} bad lines were skipped in all; the first {$named} are named above
line-skipped = {$error}; skipped
database-unencrypted = the connection to the database is not encrypted: add ?sslmode=verify-full to the DSN
complete-already = it was complete already
ids-not-among = {$n} of the {$wanted} ids in the list are not among the rows that were asked for
clock-off = the clock of this machine is {$seconds} s {$word} the server's: the checkpoint follows the earlier of the two
clock-unknown = the server does not say what time it is, so the checkpoint follows the clock of this machine
dates-unselected = the server does not select by {$list}: rows that changed in that way alone are not among these
dates-tasks = the server tells new tasks only, not those that changed: fetch assignments, or all tasks from time to time
dates-passing = a row that ceases to fit {$passing} is not told of, and its older version stays: fetch all rows, and select behind `syn-filter --latest`
dimensions-failed = {$failed} of {$all} images without a size could not be measured, and their rows have none ({$reasons})
short-verified = {$n} rows are on the server and did not come: {$missing}; run again
short-told = {$sent} rows came and the server counts {$now}: {$n ->
    [one] 1 is
   *[other] {$n} are
} missing
short-told-again = {$sent} rows came and the server counts {$now} (it listed {$again} more than once): {$n ->
    [one] 1 is
   *[other] {$n} are
} missing
short-among = {$told}, among them {$missing}; run again
short-unlisted = {$told}{$places}, and the server lists no others: tell its operator
walk-added = {$n} rows were more than the server counted at first: they were added during the walk and are included
walk-vanished = {$n} rows were removed from the server during the walk
walk-twice = {$n} rows were met twice, because the list changed, and are included once
fetched = {$rows ->
    [one] 1 {$noun} of {$scope}
   *[other] {$rows} {$noun}s of {$scope}
}
row-unreadable = its `data` is a text that cannot be read
password-file-open = the password file {$shown} can be read by others and is not used: chmod 600 {$shown}
database-no-task = the database has no task of project {$project}
urls-counted = {$urls ->
    [one] 1 presigned URL
   *[other] {$urls} presigned URLs
} counted without query
short-range = {$missing} with ids {$low} to {$high}
short-ranges = {" "}({$ranges})
