# What syn-convert says on the command line.

split-group-why = --split-group {$why}
split-group-shares = --split-group needs --split with shares, such as --split 0.8/0.2
class-map-twice = --class-map gives class {$old} two names, {$other} and {$to}: which one?
class-map-empty = --class-map: the new name is empty; to drop a class use `syn-filter`
class-map-which = --class-map ={$to}: which class? Write OLD=NEW
class-map-why = --class-map {$spec}: {$why}
class-map-unreadable = --class-map {$spec}: neither OLD=NEW nor a readable file: {$reason}
class-map-line = --class-map {$spec}:{$line}: {$why}
class-map-expected = expected OLD=NEW
class-map-signs = more than one `=`: write `\=` for one that belongs to a name
classes-why = --classes {$given}: {$why}
classes-none = has no class
classes-unreadable = {$reason} (a list of names has commas: car,bus)
classes-binary = it is binary, not a list of classes
classes-not-utf8 = it is not UTF-8 text
classes-name-empty = the name of class {$at} (from 0) is empty
classes-name-twice = {$name} stands there twice, so the numbers of classes are not clear
classes-markup = it is XML or HTML, not a list of classes
classes-braces = it is no list of names: it has braces (a label map of TensorFlow?)
classes-darknet = it is a data file of darknet: give the file of its names, {$names}
classes-one-line = it is one line with commas: write a name a line, or ["one, name"]
classes-json-without = JSON without {$keys}
classes-line = line {$line}: {$reason}
classes-line-no-name = line {$line}: no `name`, `code` or `class`
classes-id-twice = two classes have the id {$id}
classes-names-form = its list of names is neither a list nor a mapping
classes-key-no-number = the key {$key} among its names is no number
classes-keys-gap = the keys of its names do not count 0, 1, 2 …, so the numbers of classes are not clear
classes-name-no-text = one of its names is {$other}, not text: write it in quotes
classes-yaml-without = YAML without `names`
classes-no-column = a table without a column {$columns}
classes-no-table = not a table: {$reason}
say-format = say what to convert to: --to {$formats}
option-of-formats = --{$option} is read by --to {$readers}; --to {$to} has no use for it
option-unread-so = --to {$to}{$space}{$with} has no use for --{$option}: leave it out
option-read-with = --to {$to} {$with} has no use for --{$option}, which is read with {$ways}
check-converts-nothing = {$unread} is for converting, and --check converts nothing: leave it out (--to FORMAT checks one format only)
dry-run-needs-format = {$unread} is for converting, and --dry-run without --to compares all formats: leave it out, or give --to FORMAT
dry-run-formats = {$items ->
    [one] 1 item
   *[other] {$items} items
} compared with every format, {$read} read in {$time}; nothing was written
max-findings-number = it is neither a number nor `all`
max-findings-form = --max-findings is for text and JSON: SARIF has all findings, JUnit a number of each rule
readers-unknown = --readers knows no {$name}, only {$known}
check-no-rules = --check knows no rules of {$name}, only of {$known}
check-unframed = --unframed is for file lines on standard input (--check -)
check-no-stores = {$address}: this program was built without stores: copy the dataset to this machine first
check-objects-in = objects in {$place}:
check-more-classes = … and {$classes} more classes: --log-format json has all
check-part-lacks = {$part} has no object of {$classes}
check-no-part-has = no part has an object of {$classes}
check-class = class
check-gallery-sink = {$dest}: --gallery writes a folder; for stores and archives write --gallery - | `syn-sink --allow-file-refs {$dest}`
check-gallery-stdout = --gallery - writes the gallery to standard output: name a file for the findings with -o
check-gallery-foreign = {$place}: not replaced, {$other} is not of a gallery of a check: choose another folder
check-gallery-failed = {$place}: the gallery cannot be written: {$e}
check-gallery-no-pictures = {$n ->
    [one] 1 picture is
   *[other] {$n} pictures are
} not in the gallery: it has the objects and findings alone of a store, and of an archive with --gallery -
check-gallery-urls = {$n ->
    [one] 1 picture is
   *[other] {$n} pictures are
} at a URL, which the page does not load: --link url lets it
