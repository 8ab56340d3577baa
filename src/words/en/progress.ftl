# How far a run has come.

progress-left = , {$time} left
progress-input = {$read} of {$total} read, {$rate}/s
progress-files = {$done} of {$known} files, {$bytes}, {$rate}/s
progress-files-so-far = {$done} of {$known} or more files, {$bytes}, {$rate}/s
progress-failed = , {$n} failed
progress-rows = {$rows} rows, {$rate}/s, {$bytes}, {$at_once} at once
progress-rows-of = {$rows} of {$expected} rows, {$rate}/s, {$bytes}, {$at_once} at once
progress-retries = , {$n ->
    [one] 1 retry
   *[other] {$n} retries
}
