"""What users have today, as small programs that the benchmark runs in its venvs: `baselines.py NAME INPUT [OUTPUT]`.

platform-coco, platform-yolo    the platform's own converters over a dump: parse, to the second schema, to the format; writes nothing
globox-yolo, datumaro-yolo      a COCO file (globox) or folder (Datumaro) to YOLO files
"""
import json
import sys


def rows(path):
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        if "@stream" not in row:
            yield row


def platform(to, path):
    from synapse_sdk.utils.converters.dm import convert_v1_to_v2
    from synapse_sdk.utils.converters.dm.types import build_export_contract
    from synapse_sdk.utils.converters.coco import FromDMToCOCOConverter
    from synapse_sdk.utils.converters.yolo import FromDMToYOLOConverter

    contract = build_export_contract("instance")
    coco, yolo = FromDMToCOCOConverter(contract), FromDMToYOLOConverter(is_single_conversion=True, export_contract=contract)
    for row in rows(path):
        w, h = (row["data"]["extra"]["image_1"][k] for k in ("width", "height"))
        v2 = convert_v1_to_v2(row["data"])
        if to == "coco":
            coco.convert_item(v2["annotation_data"], annotation_meta=v2["annotation_meta"], item_id=str(row["id"]),
                              file_name="images/x.jpg", width=w, height=h)
        else:
            yolo.convert_single_file(v2["annotation_data"], None, item_id=str(row["id"]), dimensions=(w, h))


def globox(path, out):
    from globox import AnnotationSet

    with open(path, encoding="utf-8") as file:
        names = [category["name"] for category in json.load(file)["categories"]]
    # Without numbers it refuses names with spaces.
    AnnotationSet.from_coco(path).save_yolo_v5(out, label_to_id={name: i for i, name in enumerate(names)})


def datumaro(path, out):
    from datumaro import Dataset

    Dataset.import_from(path, "coco_instances").export(out, "yolo", save_media=False)


def main():
    name, *paths = sys.argv[1:]
    {"platform-coco": lambda p: platform("coco", p), "platform-yolo": lambda p: platform("yolo", p),
     "globox-yolo": globox, "datumaro-yolo": datumaro}[name](*paths)


if __name__ == "__main__":
    main()
