# What a check finds in Ultralytics' NDJSON.

ndjson-empty = the file is empty
ndjson-no-header = the first line is no header
ndjson-task = task {$given} is not one of the reader's
ndjson-class-number = class {$key} is no number
ndjson-class-names = class_names is no object
ndjson-split = split {$given}: the whole file fails
ndjson-no-file = there is no file name: the whole file fails
ndjson-file-folder = {$name} has a folder: the whole file fails
ndjson-no-url = there is no url: the whole file fails
ndjson-url = the url is not one of http or https: the whole file fails
ndjson-annotations = annotations is no object
ndjson-ignored = {$ignored} is not read, only {$name} is
ndjson-wrong-list = the list is {$name}, the task reads {$wanted}
ndjson-no-train = no image is in `train`: the reader refuses the file
ndjson-no-val = one image and no `val`: the reader refuses the file
ndjson-val-made-up = no image is in `val`: the reader takes a tenth of `train` for it; --split 0.8/0.2 decides it
ndjson-no-class = there is neither a class name nor a row
ndjson-expires = {$urls} presigned URLs: they expire, and who has the file can fetch the images until then
ndjson-mixed = {$boxes} images have boxes, {$polygons} polygons: all polygons are removed
ndjson-no-shape = there is no kpt_shape: the reader guesses it
ndjson-flip = flip_idx does not list each joint once
ndjson-nothing = there is no .ndjson file with a header
ndjson-class = class {$class} has no name: the reader calls it class{$class}
ndjson-class-alone = class {$class} has no name, there is no class_names: the reader calls it class{$class}
ndjson-long-line = the line is too long
