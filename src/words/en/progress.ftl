# How far a run has come: parts of a line, with commas between them.

progress-left = {$time} left
progress-input = {$read} of {$total} read
progress-files = {$done} of {$known} files
progress-files-about = {$done} of about {$known} files
progress-files-so-far = {$done} of {$known} or more files
progress-failed = {$n} failed
progress-rows = {$rows} rows
progress-rows-of = {$rows} of {$expected} rows
progress-rate = {$rate}/s
progress-speed = {$speed}/s
progress-size = {$size}
progress-at-once = {$at_once} at once
progress-retries = {$n ->
    [one] 1 retry
   *[other] {$n} retries
}
