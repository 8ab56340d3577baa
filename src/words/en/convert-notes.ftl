# What syn-convert notes at its end.

by-folders-lack = {$n} of {$of} folders of --by have no item in the split {$split}, {$first} is one of them: a reader that wants it there refuses such a folder
unassigned-folder = they are in the folder `unassigned`
cells-empty = their cells are empty
unassigned-split = they are in the split `unassigned`
split-ungrouped = they are split as without --split-group
items-without = {$without} of {$all} items without a value at {$field}: {$instead}
classes-lexical = CLASS_SCHEMA_UNAVAILABLE: {$lost}, so classes are numbered in lexical order of what was seen; to keep the project's order give --classes FILE (`syn-fetch classes --project N > FILE`)
no-classes-in-begin = the begin frame has no classes
no-begin-frame = there is no begin frame
rows-repeat = {$again ->
    [one] 1 row repeats an id that came before, so its image is in the dataset more than once
   *[other] {$again} rows repeat an id that came before, so their image is in the dataset more than once
}
rows-repeat-latest = {$told}, older labels beside newer: `syn-filter --latest FILE… | syn-convert …` keeps the newest row of each id
class-map-unused = {$n} of {$all} classes of --class-map are not in the input, {$first} is one of them
part-empty = the part {$part} of the split is empty: {$items ->
    [one] 1 item is
   *[other] {$items} items are
} too few for a share of {$percent} %
part-empty-field = the part {$part} of the split is empty: {$items ->
    [one] 1 item
   *[other] {$items} items
} with too few values of {$field} for a share of {$percent} %
items-share = {$n} items share a {$by} with another, so the dataset has the same file several times; `syn-filter --one-per {$field}` keeps one of each
shared-apart = {$apart} {$by}s are in several parts of the split, as that of item {$id}: in {$part} and in {$other}
parts-same-role = the parts {$same} all mean {$part}: programs that know the parts by their names read them as one
splits-unknown = readers of {$name} look for the splits {$known} only, and not for {$others}: name those with another --split, or select rows with `syn-filter`
twins-more = classes whose names differ by case only: {$more} more
twins = the classes {$all} differ by case only: if they are one, {$cures} makes them one
coco-zero = {$option}: Datumaro reads the class with number 0 as none, and drops its name; {$way_out} for programs that count from 1
leave-option-out = leave the option out
give-another = give it another
column-empty = the column {$column} is empty: no row has {$needed}
urls-without-query = presigned URLs: {$stripped}, written without their query, which is a secret and expires
excel-cells = longer than the {$most} characters that Excel takes in a cell: {$cells ->
    [one] 1 cell
   *[other] {$cells} cells
}; they are whole in the file, and Excel cuts them: leave out such columns with --columns, or open the file with another program
imagefolder-class-missing = the class {$class} has no image in {$split}{$others}: torchvision and timm number the folders of each split by themselves, so give them classes.txt (timm: --class-map), or choose another --split
imagefolder-more = , and {$n} more classes are missing from one
template-folders = {$files ->
    [one] 1 file of templates is in a folder whose name differs from another's by case only, and that has got a hash: {$first}
   *[other] {$files} files of templates are in a folder whose name differs from another's by case only, and that has got a hash: {$first}
}
ultralytics-relative = relative URLs of no known server: {$n}, because the begin frame is gone: Ultralytics cannot download them; put the images into images/{"{"}split{"}"}/ with --images omit
ultralytics-stripped = presigned URLs: {$n}, written without their query, which is a secret and expires: a reader can download those images only if they are public. Put them into images/{"{"}split{"}"}/ with --images omit, or write the whole URLs with --presigned keep
ultralytics-kept = presigned URLs in the file: {$n}; they expire, and whoever has the file can fetch the images until then
ultralytics-no-val = train has one image and val none: Ultralytics refuses such a dataset
voc-not-jpeg = {$images ->
    [one] 1 image
   *[other] {$images} images
} of another extension than .jpg: torchvision and MMDetection open JPEGImages/NAME.jpg and nothing else
voc-regions = regions of --segmentation semantic are in the class planes only: Datumaro takes them for background where an image has an object plane, too
voc-background = the class {$class} is written as {$written}: label maps have that name for what is nothing; --class-map {$name}=NAME gives it another
yolo-no-train = no image is in train: Ultralytics refuses such a dataset; choose another --split
yolo-no-class = there is no class: Ultralytics refuses such a dataset; --classes names those that are to come
note-of-folders = {$first}, and {$more} more folders: {$note}
passed-over = passed over: {$error}
gallery-stripped = {$n} presigned URLs were written without their query, which is a secret and expires: the page shows those originals only if they are public. Leave --link out to put them into the dataset
gallery-kept = {$n} presigned URLs are in the page: they expire, and whoever has the page can fetch the originals until then
