# What syn-convert says of items, classes and splits.

split-case-differs = item {$id} is in split {$split}, and others are in {$other}: one folder where file systems have no case; give them one name, or choose another --split
by-too-many = --by gives more than {$most} folders, or folders and splits; choose a field with fewer values, or select rows with `syn-filter`
split-too-many = --split gives more than {$most} different values; choose a field with fewer
strict-repeats = {$told}, with --strict; `syn-filter --latest FILE…` before this stage keeps the newest row of each id
split-unknown = item {$id} is in split {$split}: {$name} has no other splits than {$known}; choose another --split, or select rows with `syn-filter`
strict-spoilt = {$first}, with --strict; run without it to be warned only
csv-too-many-columns = --flatten-attributes would need more than {$most} columns; leave it out, or pick some: --columns item_id,attr.NAME
voc-too-many-classes = VOC_CLASS_LIMIT_EXCEEDED: a class plane holds {$most} classes and masks have more: put those to keep first with --classes, unite some with --class-map, or write no planes (--polygons box --segmentation exclude)
template-over-original = item {$id}: a template has written {$path}, where its original goes: choose another path for the template's files, or leave the originals out with --images omit
format-near = did you mean {$near}?{" "}
format-unknown = unknown format {$name}: {$hint}choose one of {$formats}
bare-many-files = --bare is for formats of one document ({$formats}); {$name} writes many files: pipe it into `syn-sink`
bare-split = --bare writes one document, and one of {$name} does not say which split an item is in: leave --bare or --split out
by-no-effect = --by has no effect on --to {$name}: {$why}
bare-by = --bare writes one document, and --by one for each folder: leave one of them out
split-neither = neither shares nor a field path
split-share-each = give a share for each part
split-no-part = {$name} is no part
split-name-all = name every part or none
split-numbers = shares are numbers
split-part-twice = {$part} is given twice
split-two-or-three = give two shares (train/val) or three (train/val/test)
split-sum = the shares must add up to 1 or to 100
naming-choose = --naming {$source}: choose stem, id, or a template such as {"{"}{"{"} split {"}"}{"}"}_{"{"}{"{"} stem {"}"}{"}"}_{"{"}{"{"} id {"}"}{"}"}
strict-item = {$reason} with --strict; run without it to leave out what cannot be written and count it
strict-no-value = no value at the field of {$option}, with --strict; run without it to have such items counted
category-ids-none = has no category
category-ids-unreadable = {$reason} (pairs are car=1,bus=3)
category-name-empty = the name of category {$number} is empty
category-name-twice = {$name} stands there twice
category-number-twice = {$other} and {$name} have the same number, {$number}
category-number-range = the number of {$name} is not 0 to {$most}
category-ids-form = neither pairs NAME=NUMBER nor a list of categories
category-incomplete = a category without a name and an id: {$value}
category-number-is = the number of {$name} is {$value}, not 0 to {$most}
category-no-number = the class {$class} has no number in --category-ids: add it, or rename it with --class-map
delimiter-why = {$text} {$why}: give one character that stands between cells, such as , or ; or | or tab
columns-attribute-name = --columns: {$prefix} needs the name of an attribute behind it
columns-of-items = --columns {$name}: a row of --rows items has no attributes; leave --rows items out
columns-near = --columns: no column {$name}: did you mean {$near}?
flatten-items = --flatten-attributes needs rows of annotations: leave --rows items out
columns-flattened = --columns {$name}: --flatten-attributes writes every {$prefix} column already
imagefolder-images = imagefolder is made of the images alone: leave --images omit out
no-planes = --polygons mask: {$format} has no planes to paint them into; leave it out, or give --polygons box
template-unreadable = cannot read template {$file}: {$reason}
template-needs = --to template needs --template FILE with --path TEMPLATE, or --emit PATH=FILE
template-not-relative = --path {$path} is not a relative path
template-same-path = --path {$path} is the same for every item; put {"{"}{"{"} stem {"}"}{"}"} into it, or write one file with --per dataset
ultralytics-one-task = --task all: a file of ultralytics-ndjson has one task; choose detect, segment, pose or obb
keypoints-needs = needs a category and at least one keypoint
keypoints-twice = a keypoint is named twice
keypoints-skeleton = skeleton: joints are numbered 1 to {$n}
keypoints-flip = flip_idx: must name each of 0 to {$most} once
split-why = --split {$text}: {$why}; write shares as 0.8/0.1/0.1, 80/10/10, 8:1:1 or train=0.8,val=0.2 (parts: train, val, test), or give `category` or a field path such as data_unit.meta.weather
delimiter-marks-text = marks text
delimiter-of-words = is a part of numbers and words
delimiter-blank = is blank or cannot be seen
delimiter-not-ascii = is not one character of ASCII
columns-of-annotations = --columns: rows of items have no column {$other}: leave it out, or choose among {$known}
columns-of-rows-items = --columns: rows of annotations have no column {$other}: add --rows items, or choose among {$known}
columns-unknown = --columns: no column {$name}: choose among {$known}, {$prefix}NAME, or a field of the row such as data_unit.meta.video
columns-unknown-items = --columns: no column {$name}: choose among {$known}, or a field of the row such as data_unit.meta.video
category-ids-why = --category-ids {$given}: {$why}
columns-twice = --columns has {$name} twice
convert-item = item {$id}: {$reason}
