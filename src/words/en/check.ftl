# What a check finds, in any format.

severity-advice = advice
severity-misread = misread
severity-dropped = dropped
severity-rejected = rejected
check-more-findings = … and {$more} more of {$severity}: {$code}: --max-findings all writes them
check-path-twice = the same path twice
coco-long-element = an element is too long
coco-not-utf8 = it is not UTF-8
coco-breaks-off = the document breaks off
coco-no-object = the document is not an object
coco-no-list = {$key} is not a list
coco-more-after = more after the document
check-place-outside = {$file}: `{$key}: {$place}` was not read: it is outside of what was given
check-line-outside = {$list}:{$number}: {$line} was not read: it is outside of what was given
check-name-twice = {$name} stands twice
check-no-object = it is no object
check-no-list = {$name} is no list
check-stands-above = {$name} stands above
check-no-key = there is no {$key}
check-not-here = it is not here
check-folders = {$folder} was not read: images in folders and no annotation, as folders by class are, which --check does not read
check-unread = {$path} was not read
check-unread-files = {$files} files in {$folder} were not read
check-unread-some = {$n} files in {$folder} were not read
check-other-tool = {$place}: annotations of {$tool}, which --check does not read: export them as coco, yolo or voc
check-archive = {$path} was not read: check the archive itself, or unpack it in {$folder}
check-no-image = it is no image: {$reason}
check-two-parts = the same picture is in {$other}, this is {$part}
check-images-absent = none of its images is here: they were not checked
check-image-cut = it breaks off: its end is not there
check-image-small = {$width} x {$height} pixels: images under 10 pixels are dropped
check-image-turned = its EXIF orientation is {$orientation}: Pillow and torchvision load it as it is stored
check-empty-dataset = {$place}: no image and no annotation was found in it
check-archive-file = {$name} of the archive was not read: {$e}
check-archive-link = {$name} of the archive was not read: it is a link or a device
check-stored-file = {$path} was not read: {$e}
check-file-folder = a file has the name of its folder
check-not-here-of = it is not here (of {$n} missing images)
check-unused = {$n} of {$of} classes have no object: {$names}
check-unused-more = {$n} of {$of} classes have no object: {$names} and {$more} more
check-size = the image is {$width} x {$height}, its annotations are for {$w} x {$h}
check-size-turned = the image is {$width} x {$height} when turned as its EXIF says, its annotations are for {$w} x {$h}
check-no-dataset = no dataset was found of a format that has rules ({$formats}): say which it is meant to be with --to
check-boxes-table = a table of boxes
check-parquet = a table (Parquet)
check-unpacks-large = it unpacks to more than is sensible
check-no-archives = this program was built without archives: unpack it first
check-not-regular = it is no regular file
check-name-not-utf8 = its name is not UTF-8
check-nothing-there = nothing is there under this name
check-reader-says = {$reason}
check-of = {$format} ({$images ->
    [one] 1 image
   *[other] {$images} images
}, {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
})
check-of-several = {$format} ({$n} datasets, {$images ->
    [one] 1 image
   *[other] {$images} images
}, {$annotations ->
    [one] 1 annotation
   *[other] {$annotations} annotations
})
