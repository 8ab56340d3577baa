# --describe: what is in a dump.

describe-label-rows = rows
describe-label-from = from
describe-label-created = created
describe-label-status = status
describe-label-review = review
describe-label-split = split
describe-label-people = people
describe-label-images = images
describe-label-tools = tools
describe-label-areas = areas
describe-label-missing = missing
describe-rows = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
}, {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
}
describe-without = , {$n} without any
describe-cut = ; the input broke off here
describe-more = and {$n} more
describe-and-more = , and {$n} more
describe-days = {$first} to {$last}
describe-none = none
describe-areas = small {$small}, medium {$medium}, large {$large} (limits 32², 96² px²)
describe-project-target = project {$project} ({$target})
describe-project = project {$project}
describe-no-origin = a stream that does not say
describe-no-payload = no payload {$n}
describe-payload-elsewhere = payload at a URL {$n}
describe-no-file = no file {$n}
describe-no-size = no image size {$n}
describe-no-date = no date {$n}
describe-nobody = nobody {$n}
describe-no-class = (no class)
