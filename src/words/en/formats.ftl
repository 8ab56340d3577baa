# What the formats are, in the list of questions; help has the same in English.
format-is-json = Synapse JSON: the payload's own bytes, a file an item
format-is-jsonl = Synapse JSON: the payload's own bytes, a line an item
format-is-yolo = YOLO labels and data.yaml
format-is-coco = COCO: instances, person keypoints, stuff
format-is-ultralytics-ndjson = Ultralytics' own dataset in one file, a line an image, originals by URL
format-is-imagefolder = images in folders of their classes
format-is-gallery = a page that shows the dataset in any browser, without a server
format-is-csv = one table, a row an annotation (any tool) or an item; --excel for Excel
format-is-createml = Create ML: boxes, one document a split
format-is-voc = Pascal VOC: XML, class and object planes, image sets, label map
format-is-template = any text format, by Jinja templates
