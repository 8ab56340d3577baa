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
