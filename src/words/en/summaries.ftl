# What a run has done.

filter-latest = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
}, {$ids ->
    [one] 1 id
   *[other] {$ids} ids
}
filter-older = , {$rows ->
    [one] 1 older row
   *[other] {$rows} older rows
} left out
filter-one-per = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
} of {$values ->
    [one] 1 value
   *[other] {$values} values
}
filter-left-out = , {$rows} left out
filter-without = , {$rows} without the field kept
filter-made = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
} made of {$items ->
    [one] 1 item
   *[other] {$items} items
}
filter-made-limit = {$rows ->
    [one] 1 row
   *[other] {$rows} rows
} made, stopped there (--limit)
filter-selected = {$selected} of {$items ->
    [one] 1 item
   *[other] {$items} items
} selected
filter-selected-limit = {$selected} selected, stopped there (--limit)
filter-bad-lines = ; {$lines ->
    [one] 1 bad line
   *[other] {$lines} bad lines
} skipped
filter-none-removed = , no annotations removed
filter-removed = , {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
} removed
filter-none-renamed = , no annotations renamed
filter-renamed = , {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
} renamed
filter-unmeasured = , {$masks ->
    [one] 1 mask
   *[other] {$masks} masks
} kept that --min-size cannot measure: the width of the image is not known
filter-by-class = {$n} by class
filter-by-tool = {$n} by tool
filter-by-size = {$n} by --min-size
filter-by-area = {$n} by --min-area
filter-by-end = {$n} with an end of theirs
in-brackets = {" "}({$what})
summary-no-annotation = no annotation could be written: the input has {$tools}
summary-no-item = nothing is written: no item has an annotation, and --background omit leaves such items out
summary-no-url = no URL in the input, so that the original is not part of the export: {$files ->
    [one] 1 file
   *[other] {$files} files
}
summary-not-images = no image extension (.jpg, .png, …), neither in the name nor in the URL or origin_file_extension: {$images ->
    [one] 1 image
   *[other] {$images} images
}; training programs look for images by it and will pass them over; mend the names in Synapse
summary-bad-lines = {$lines ->
    [one] 1 bad line
   *[other] {$lines} bad lines
}
summary-bad-items = {$items ->
    [one] 1 item
   *[other] {$items} items
} that could not be converted
summary-left-out = left out: {$left_out}; see the report
summary-convert = {$done}; {$read} read in {$time}
summary-items = {$items ->
    [one] 1 item
   *[other] {$items} items
}
summary-more = {$more} more
summary-no-annotations = , no annotations
summary-none-written = , {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
}: none written
summary-all-written = , {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
}: all written
summary-written = , {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
}: {$written} written
summary-skipped = , {$n} skipped ({$reasons})
summary-failed = , {$n} failed ({$reasons})
summary-lossy = , {$n} lossy ({$reasons})
summary-files = ; {$files ->
    [one] 1 file
   *[other] {$files} files
}
summary-renamed = , {$n} renamed
summary-became-background = {$images ->
    [one] 1 image has
   *[other] {$images} images have
} annotations, none of which was written, and became background: `--background unlabeled` leaves out such images, and keeps those that have no annotations in the input
summary-emptied = left out with all their annotations: {$images ->
    [one] 1 image
   *[other] {$images} images
}
summary-media-unheld = {$name} has no place for some media, which are left out: {$media} (--to {$holders} can hold them)
summary-nothing-held = nothing is written: {$format} has no place for anything in the input; what has: {$things}
loss = {$what}: {$meaning} ({$reason}); {$cure}
loss-masks = {$n ->
    [one] 1 mask
   *[other] {$n} masks
}
loss-items = {$n ->
    [one] 1 item
   *[other] {$n} items
}
loss-left-out = {$n ->
    [one] 1 annotation
   *[other] {$n} annotations
} left out
loss-changed = {$n ->
    [one] 1 annotation
   *[other] {$n} annotations
} changed
loss-no-place = {$what}: the format has no place for {$tools} ({$reason})
sink-files = {$files ->
    [one] 1 file
   *[other] {$files} files
}
sink-originals = {" "}({$n ->
    [one] 1 original
   *[other] {$n} originals
})
sink-size = , {$size}
sink-same = already there, the same: {$what} in {$name} in {$time}
sink-done = {$what} to {$name} in {$time}
sink-lost = ; {$n ->
    [one] 1 original
   *[other] {$n} originals
} could not be downloaded: see {$summary}
sink-dry-run = {$files ->
    [one] 1 file
   *[other] {$files} files
}, {$size} would go to {$dest}; nothing was written
sink-dry-run-without = {$files ->
    [one] 1 file
   *[other] {$files} files
}, {$size} without the originals whose size no line says would go to {$dest}; nothing was written
fetch-done = {$rows} in {$time}
fetch-done-bytes = {$rows}, {$size} in {$time}
check-rejected = {$n} rejected
check-dropped = {$n} dropped
check-misread = {$n} misread
check-advice = {$n} advice
check-nothing = nothing found
check-found = {$found} ({$counts})
check-done = checked {$datasets}: {$found}, in {$time}
filter-drawn = {$taken} of {$rows ->
    [one] 1 row
   *[other] {$rows} rows
} drawn;{" "}
filter-drawn-for = {$taken} of {$rows ->
    [one] 1 row
   *[other] {$rows} rows
} drawn for {$classes ->
    [one] 1 class
   *[other] {$classes} classes
};{" "}
filter-first = , the first {$first} of them written (--limit)
