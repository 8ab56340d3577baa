//! All rules. Each constant is the code of its findings.

use super::finding::{Rule, Severity};

macro_rules! rules {
    ($($name:ident: $severity:ident, $reader:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: Rule = Rule {
                code: stringify!($name),
                severity: Severity::$severity,
                reader: $reader,
                meaning: $meaning,
            };
        )*
        /// Every rule, format by format.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    // Images, of any format
    IMAGE_MISSING: Rejected, "all", "the image is not in the dataset, others are";
    IMAGES_ABSENT: Advice, "all", "none of the images is here: only their annotations are checked";
    IMAGE_CUT: Rejected, "torchvision, Ultralytics", "a JPEG or PNG breaks off: Pillow fails on it, Ultralytics leaves it out, OpenCV fills it with grey";
    IMAGE_IN_TWO_PARTS: Advice, "all", "a picture is in two parts: what is measured on one of them says too much";
    IMAGE_HIDDEN: Dropped, "Ultralytics", "images whose names begin with a dot are passed over";
    IMAGE_UNREADABLE: Rejected, "all", "the file is no image";
    IMAGE_SIZE_DIFFERS: Misread, "all", "the image has another size than the annotations say: boxes and masks are off";
    IMAGE_TURNED: Advice, "torchvision", "an image that its EXIF turns or mirrors: OpenCV does so, Pillow and torchvision do not unless told to";

    // Classes, of any format
    CLASS_UNUSED: Advice, "all", "classes that no object has";

    // COCO
    COCO_NO_DOCUMENT: Rejected, "pycocotools", "there is no document";
    COCO_INVALID_JSON: Rejected, "pycocotools, Datumaro", "the document is not JSON, or not an object";
    COCO_NOT_FINITE: Rejected, "Datumaro", "NaN or Infinity, which JSON does not have: Python's own reader takes them, others do not";
    COCO_KEY_MISSING: Rejected, "pycocotools", "the document has no `images`, `annotations` or `categories`";
    COCO_INFO_MISSING: Advice, "pycocotools", "the document has no `info`: `loadRes` fails before version 2.0.11, `info()` in all";
    COCO_IMAGE_FIELD: Rejected, "pycocotools, supervision", "an image lacks a field or has one of the wrong type";
    COCO_ID_TEXT: Rejected, "Datumaro", "the id of an image is a text: pycocotools and supervision take it";
    COCO_IMAGE_ID_REPEATED: Dropped, "pycocotools", "of images with the same id only the last is kept";
    COCO_FILE_NAME_REPEATED: Rejected, "supervision", "two images name the same file";
    COCO_FILE_NAME_OUTSIDE: Rejected, "Datumaro", "a file name that leaves the image folder";
    COCO_CATEGORY_FIELD: Rejected, "pycocotools, supervision, Datumaro", "a category lacks a field or has one of the wrong type";
    COCO_CATEGORY_ID_REPEATED: Misread, "pycocotools", "of categories with the same id only the last is kept";
    COCO_CATEGORY_NAME_REPEATED: Rejected, "supervision, Datumaro", "two categories have the same name";
    COCO_CATEGORY_ZERO: Advice, "Datumaro", "category 0 is taken for none: its annotations have no class";
    COCO_SKELETON_INVALID: Misread, "pycocotools", "a skeleton names joints that do not exist; they count from 1";
    COCO_FIELD_MISSING: Rejected, "pycocotools", "an annotation lacks a field";
    COCO_ID_INVALID: Rejected, "pycocotools", "an annotation id is not an integer that a float can hold";
    COCO_ID_ZERO: Misread, "pycocotools", "annotation id 0 counts as no match: average precision is too low";
    COCO_ID_REPEATED: Dropped, "pycocotools", "of annotations with the same id only the last is kept";
    COCO_IMAGE_UNKNOWN: Dropped, "pycocotools", "an annotation of an image that is not listed";
    COCO_CATEGORY_UNKNOWN: Dropped, "pycocotools", "an annotation of a category that is not listed";
    COCO_BBOX_INVALID: Rejected, "pycocotools, supervision", "a bbox is not four finite numbers, or has a negative side";
    COCO_BBOX_CORNERS: Misread, "pycocotools", "boxes are written as [x1, y1, x2, y2] and read as [x, y, width, height]";
    COCO_BBOX_EMPTY: Rejected, "torchvision, Ultralytics", "a bbox without area: models of torchvision fail in training, Ultralytics leaves it out";
    COCO_BBOX_OUTSIDE: Advice, "all", "a bbox reaches over the edge of its image";
    COCO_AREA_INVALID: Dropped, "pycocotools", "an area that is no number or is negative falls out of every size class";
    COCO_AREA_DIFFERS: Advice, "pycocotools", "the area is not that of the mask or of the polygon: it may count in another size class";
    COCO_ISCROWD_INVALID: Misread, "pycocotools", "iscrowd is neither 0 nor 1";
    COCO_CROWD: Advice, "pycocotools", "annotations with iscrowd 1 are ignored by the evaluation and skipped in training";
    COCO_SEGMENTATION_INVALID: Rejected, "pycocotools", "a segmentation is neither rings of numbers nor run lengths";
    COCO_RING_SHORT: Rejected, "pycocotools", "a ring of fewer than three points; four numbers are read as a box";
    COCO_RING_FLAT: Dropped, "pycocotools", "a ring without area";
    COCO_RING_INSIDE: Misread, "pycocotools", "a ring inside another is not subtracted: holes need run lengths";
    COCO_MASK_SIZE: Misread, "pycocotools, supervision", "the size of a mask is not [height, width] of its image";
    COCO_MASK_COUNTS: Rejected, "pycocotools", "run lengths that cannot be decoded or do not add up to the size";
    COCO_MASK_EMPTY: Dropped, "pycocotools", "a mask without a pixel";
    COCO_BBOX_DIFFERS: Misread, "pycocotools", "the bbox is not that of the mask or of the polygon";
    COCO_KEYPOINTS_INVALID: Rejected, "pycocotools", "keypoints are not three numbers for each joint of the category";
    COCO_NUM_KEYPOINTS: Misread, "pycocotools", "num_keypoints is not the number of joints with v > 0";
    COCO_ATTRIBUTES_INVALID: Rejected, "Datumaro", "`attributes` is no object, or `score` no number";
    COCO_VISIBILITY: Misread, "pycocotools", "a visibility is not 0, 1 or 2";

    // YOLO
    YOLO_NO_DATA_YAML: Rejected, "Ultralytics", "there is neither a data.yaml nor a label file";
    YOLO_NOT_DESCRIBED: Advice, "Ultralytics", "label files without a data.yaml, as LabelImg and Label Studio write them: Ultralytics asks for one";
    YOLO_DATA_YAML_INVALID: Rejected, "Ultralytics", "data.yaml is not a mapping of YAML, or a key has the wrong type";
    YOLO_YAML_ENCODING: Misread, "Ultralytics", "data.yaml is not UTF-8: bytes that are not are left out of the names";
    YOLO_SPLIT_KEY_MISSING: Rejected, "Ultralytics", "`train` or `val` is not in data.yaml, or `train` has no value";
    YOLO_FOLDER_MISSING: Rejected, "Ultralytics", "a folder that data.yaml names is not there";
    YOLO_TRAIN_EMPTY: Rejected, "Ultralytics", "no image is in `train`";
    YOLO_VAL_EMPTY: Advice, "Ultralytics", "no image is in `val`: training fails unless it is told not to validate";
    YOLO_ROOT_MISSING: Rejected, "Ultralytics", "`path` is a folder that is not there";
    YOLO_TEST_MISSING: Advice, "Ultralytics", "the folder of `test` is not there: nothing asks for it in training";
    YOLO_NO_PARTS: Advice, "Ultralytics", "neither `train` nor `val` is in data.yaml: supervision, which is told the folders, reads it";
    YOLO_PART_EMPTY: Rejected, "Ultralytics", "a part has label files and none of its images, others have them";
    YOLO_NO_LABELS: Rejected, "Ultralytics", "no image of `train` has a label file";
    YOLO_LIST_RELATIVE: Advice, "Ultralytics", "paths of a list without ./ in front are looked for where the reader is started";
    YOLO_NPY_CACHE: Advice, "Ultralytics", "an array beside an image is read in its place";
    YOLO_PATH_KEY: Advice, "Ultralytics", "a relative `path` is looked for where the reader is started, then in its folder of datasets";
    YOLO_NAMES_INVALID: Rejected, "Ultralytics", "`names` is missing, empty, or does not count 0, 1, 2 …";
    YOLO_NC_DIFFERS: Rejected, "Ultralytics", "`nc` is not the number of names";
    YOLO_NAME_NOT_QUOTED: Misread, "Ultralytics, supervision", "a class name without quotes is read as another value (no: False)";
    YOLO_NAME_REPEATED: Advice, "all", "two classes have the same name";
    YOLO_CLASSES_TXT_DIFFERS: Misread, "LabelImg", "classes.txt does not list the names of data.yaml";
    YOLO_KPT_SHAPE_INVALID: Rejected, "Ultralytics", "`kpt_shape` is not [joints, 2 or 3]";
    YOLO_FLIP_IDX_INVALID: Rejected, "Ultralytics", "`flip_idx` does not list each joint's mirror image";
    YOLO_FLIP_IDX_MISSING: Advice, "Ultralytics", "without `flip_idx` training does not mirror images";
    YOLO_IMAGE_TYPE: Dropped, "Ultralytics", "a file that the reader does not take for an image";
    YOLO_IMAGE_SMALL: Dropped, "Ultralytics", "an image under 10 pixels";
    YOLO_STEM_SHARED: Misread, "Ultralytics", "two images share a label file";
    YOLO_LABEL_MISSING: Advice, "Ultralytics", "an image without a label file is taken for a background";
    YOLO_LABEL_ORPHAN: Dropped, "Ultralytics", "a label file without an image";
    YOLO_LABEL_ENCODING: Dropped, "Ultralytics", "a label file is not UTF-8: its image is dropped";

    // Rows of YOLO and of Ultralytics' NDJSON
    LABEL_NOT_A_NUMBER: Dropped, "Ultralytics", "a value is no number: the whole image is dropped";
    LABEL_COLUMNS: Dropped, "Ultralytics", "a row has the wrong number of values: the whole image is dropped";
    LABEL_MIXED: Dropped, "Ultralytics", "box and polygon rows in one file: the whole image is dropped";
    LABEL_OUT_OF_RANGE: Dropped, "Ultralytics", "a value above 1.01 or below -0.01: the whole image is dropped";
    LABEL_EDGE: Advice, "Ultralytics", "a value up to 1 % beyond the edge: older releases drop the whole image";
    LABEL_POINT_OUTSIDE: Misread, "Ultralytics", "a coordinate outside the image that the reader does not notice";
    LABEL_BOX_OVER_EDGE: Advice, "Ultralytics", "a box reaches over the edge of its image";
    LABEL_CLASS_INVALID: Dropped, "Ultralytics", "a class is no whole number from 0: the whole image is dropped";
    LABEL_CLASS_UNKNOWN: Dropped, "Ultralytics", "a class without a name: the whole image is dropped";
    LABEL_CORNERS: Misread, "Ultralytics", "boxes are written as x1 y1 x2 y2 and read as centre and size";
    LABEL_EMPTY: Dropped, "Ultralytics", "an object without area is left out in training";
    LABEL_DUPLICATE: Dropped, "Ultralytics", "of equal rows one is kept";
    LABEL_VISIBILITY: Misread, "Ultralytics", "a visibility is not 0, 1 or 2";
    LABEL_HIDDEN_JOINT: Advice, "Ultralytics", "a joint with visibility 0 has a place, which nobody reads";
    LABEL_BOXES_AMONG_POLYGONS: Dropped, "Ultralytics", "some images have boxes, others polygons: all polygons are removed";

    // Ultralytics' NDJSON
    NDJSON_NO_DATASET: Rejected, "Ultralytics", "there is no line, or the first has no header";
    NDJSON_INVALID_LINE: Rejected, "Ultralytics", "a line is no JSON object: the whole file fails";
    NDJSON_SPLIT_INVALID: Rejected, "Ultralytics", "a split other than train, val and test: the whole file fails";
    NDJSON_FILE_INVALID: Rejected, "Ultralytics", "a file name is missing, or has a folder: the whole file fails";
    NDJSON_NO_TRAIN: Rejected, "Ultralytics", "no image is in `train`";
    NDJSON_NO_VAL: Rejected, "Ultralytics", "no image is in `val` and there is one image only";
    NDJSON_VAL_MADE_UP: Advice, "Ultralytics", "no image is in `val`: the reader takes a tenth of `train` for it";
    NDJSON_NO_URL: Rejected, "Ultralytics", "an image has no URL and the header no `path`: the whole file fails";
    NDJSON_URL_INVALID: Rejected, "Ultralytics", "a URL that cannot be fetched over http: the whole file fails";
    NDJSON_URL_EXPIRES: Advice, "Ultralytics", "a presigned URL: it expires, and until then it is a secret";
    NDJSON_TASK_INVALID: Rejected, "Ultralytics", "a task that is none";
    NDJSON_CLASS_NAMES_INVALID: Rejected, "Ultralytics", "`class_names` is no object of numbers and names";
    NDJSON_NO_CLASS: Rejected, "Ultralytics", "there is neither a class name nor a row";
    NDJSON_CLASS_MADE_UP: Misread, "Ultralytics", "a class without a name is called classN";
    NDJSON_ROWS_IGNORED: Dropped, "Ultralytics", "only the first list of `annotations` is read";
    NDJSON_WRONG_LIST: Misread, "Ultralytics", "the list is not that of the task";
    NDJSON_KPT_SHAPE_MISSING: Advice, "Ultralytics", "without `kpt_shape` the reader guesses it";
    NDJSON_KPT_SHAPE_INVALID: Rejected, "Ultralytics", "`kpt_shape` is not [joints, 2 or 3]";

    // VOC
    VOC_NO_ANNOTATIONS: Rejected, "torchvision", "there is no Annotations folder with XML files";
    VOC_INVALID_XML: Rejected, "torchvision, Datumaro", "the file is no XML document, or not an annotation";
    VOC_FIELD_MISSING: Rejected, "supervision, Datumaro", "an object has no name, or no box or corner of it";
    VOC_FILE_NAME_DIFFERS: Misread, "torchvision, MMDetection", "readers open JPEGImages/{id}.jpg whatever `filename` says";
    VOC_NOT_JPG: Rejected, "torchvision, MMDetection", "the image is not JPEGImages/{id}.jpg, which readers open";
    VOC_ID_SPACE: Misread, "VOCdevkit", "an id with white space is cut at it";
    VOC_NAME_BLANK: Misread, "supervision", "blanks around the name of a class are part of it";
    VOC_NOT_A_NUMBER: Rejected, "supervision, Datumaro", "a coordinate is no number";
    VOC_NOT_AN_INTEGER: Rejected, "Datumaro", "the width or height of the image is no integer";
    VOC_FLAG: Rejected, "Datumaro", "`difficult`, `truncated` or `occluded` is not 0 or 1";
    VOC_BOX_EMPTY: Rejected, "torchvision", "a box without area: its models fail in training";
    VOC_BOX_REVERSED: Misread, "supervision", "the corners of a box are in the wrong order";
    VOC_BOX_OUTSIDE: Misread, "supervision, torchvision, Datumaro", "a box reaches over the edge of its image";
    VOC_ZERO_BASED: Advice, "py-faster-rcnn, supervision", "boxes begin at pixel 0: readers that count from 1 place them one pixel too far left and up";
    VOC_NOT_IN_A_SET: Dropped, "torchvision, Datumaro", "an annotation that no list of ImageSets/Main names";
    VOC_SET_UNKNOWN_ID: Rejected, "torchvision", "a list of ImageSets names what is not there";
    VOC_SET_EMPTY_LINE: Rejected, "torchvision", "an empty line of a list is taken for an id";
    VOC_SET_FLAG: Rejected, "Datumaro", "a line of the list of one class is not an id and -1, 0 or 1";
    VOC_SET_REPEATED_ID: Misread, "torchvision", "a list of ImageSets names an image twice";
    VOC_SET_OVERLAP: Misread, "torchvision, Datumaro", "an image is in two of train, val and test";
    VOC_LABELMAP_INVALID: Rejected, "Datumaro", "a line of labelmap.txt is not name:r,g,b:parts:actions, or a name is there twice";
    VOC_NO_LABELMAP: Rejected, "Datumaro", "there is no labelmap.txt, and classes are not those of VOC";
    VOC_CLASS_UNKNOWN: Rejected, "Datumaro", "a class that labelmap.txt (or dataset_meta.json) does not list";
    VOC_PLANE_COLOURS: Advice, "torchvision", "a plane in colours, as CVAT and Datumaro write it: Datumaro looks them up in labelmap.txt, torchvision does not";
    VOC_PLANE_TYPE: Misread, "torchvision", "a plane is neither an 8-bit palette PNG nor in colours";
    VOC_PLANE_UNREADABLE: Rejected, "torchvision, Datumaro", "a plane cannot be decoded";
    VOC_PLANE_SIZE: Rejected, "Datumaro", "a plane has another size than its image";
    VOC_PLANE_CLASS: Rejected, "Datumaro", "a pixel of a class plane has no class in labelmap.txt";
    VOC_PLANE_VOID: Rejected, "Datumaro", "a pixel is void (255), and labelmap.txt has no class of its colour";
    VOC_PLANES_DIFFER: Misread, "Datumaro", "class plane and object plane do not cover the same pixels";
}
