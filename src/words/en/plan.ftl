# The plan of a fetch.

plan-host = host
plan-database = database
plan-target = target
plan-filters = sent filters
plan-project = project
plan-classes = classes
plan-rows = rows
plan-unknown = not known
plan-requests = requests
plan-about-requests = about {$n}, of {$rows} rows
plan-size = size
plan-about = about {$size}
plan-time = time
plan-time-range = {$least} to {$most}
plan-about-time = about {$time}, {$n ->
    [one] 1 request
   *[other] {$n} requests
} at once
plan-estimated = estimated by
plan-sample = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
}
plan-sample-each = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
}, {$size} each
plan-sample-tools = {"  "}tools
plan-sample-classes = {"  "}classes
