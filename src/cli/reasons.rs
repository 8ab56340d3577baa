//! Each reason code of the export report in words: what happened, and what to do about it. For the last lines of a run, and for
//! docs/formats.md.

use crate::dm::Reason;

/// Nothing on a command line helps.
const SYNAPSE: &str = "the data must be changed in Synapse";

/// What happened to the annotations or items that a reason concerns, in a few words.
pub fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::UnsupportedAnnotationType => "the format has no place for their tool",
        Reason::UnsupportedOrientedBoundingBox => "rotated boxes, which `--rotated skip` leaves out",
        Reason::SegmentationExcluded => "masks, which `--segmentation exclude` leaves out",
        Reason::SemanticSegmentationUnsupported => "the format has no regions of a class",
        Reason::MaskContourUnrepresentable => "masks without an outline of three points",
        Reason::KeypointGroupInvalid => "joints that are in no group, unknown or repeated, or have no box around them",
        Reason::KeypointProfileUnsupported => "groups that the profile of joints cannot express",
        Reason::ClassAmbiguous => "several classes where the format has one",
        Reason::MaskCovered => "later masks hide all of it",
        Reason::MaskHoleDropped => "holes of masks are filled",
        Reason::ObjectPartsSeparated => "parts of one object became objects of their own",
        Reason::CustomAttributesDropped => "the format has no place for attributes",
        Reason::ClippedToImage => "cut at the edge of the image",
        Reason::RotationDropped => "rotated boxes became upright ones around them",
        Reason::OutlineDropped => "polygons and masks became upright boxes around them",
        Reason::KeypointBoxAssumed => "no box in the group is that of the joints, so the one around them is written",
        Reason::MaskEncodingAssumed => "masks that do not say how they are encoded",
        Reason::InvalidGeometry => "geometry that is wrong or outside the image",
        Reason::InvalidBoundingBox => "boxes without four numbers, or without area",
        Reason::InvalidPolygon => "polygons without three points, or without area",
        Reason::InvalidMaskEncoding => "masks that contradict themselves or their image",
        Reason::InvalidClassName => "no class name",
        Reason::UnmappedClassIdentifier => "a class that is not in the closed list, or has no number",
        Reason::MalformedAnnotation => "parts are missing, or their id is missing or repeated",
        Reason::VocInstanceLimitExceeded => "more masks than an object plane has colours",
        Reason::VocClassLimitExceeded => "more classes than a class plane has colours",
        Reason::InvalidOutputFilename => "a file name that cannot be one here",
        Reason::SourceImageInvalid => "a size that readers refuse",
        Reason::ImageSizeUnknown => "the width and height of the image are not known",
        Reason::ItemConversionFailed => "the payload cannot be read",
        Reason::OutputWriteFailed => "the output could not be written",
        Reason::ClassSchemaUnavailable => "the order of the classes is not known",
    }
}

/// What to do about annotations and items that a reason concerns.
pub fn advice(reason: Reason) -> &'static str {
    match reason {
        Reason::UnsupportedAnnotationType => "choose a `--to`, `--task`, `--polygons` or `--boxes` that holds the tool",
        Reason::UnsupportedOrientedBoundingBox => "`--rotated best` or `--rotated hull` writes them",
        Reason::SegmentationExcluded => "leave out `--segmentation exclude` to have them",
        Reason::SemanticSegmentationUnsupported => {
            "`--segmentation instance` writes them, and `--to coco` or `--to voc` holds regions"
        }
        Reason::MaskContourUnrepresentable => "`--to coco` and `--to voc` hold masks by their pixels",
        Reason::KeypointGroupInvalid => {
            "`--keypoints FILE` if the joints have other names than the profile; else they must be grouped in Synapse"
        }
        Reason::KeypointProfileUnsupported => "give their joints with `--keypoints FILE`",
        Reason::ClassAmbiguous => "`--to csv` and `--to json` hold several classes of an image",
        Reason::MaskCovered => "`--polygons box` writes a box for each polygon, and `--to coco` hides no mask",
        Reason::MaskHoleDropped => "`--to coco` and `--to voc` keep holes",
        Reason::ObjectPartsSeparated => "`--parts join` keeps it one",
        Reason::CustomAttributesDropped => "`--to csv`, `--to json` and `--to coco` keep attributes",
        Reason::ClippedToImage => {
            "`--bounds keep` writes them as they are, where the format allows it, and `--bounds reject` leaves them out"
        }
        Reason::RotationDropped => "`--to coco` and `--to yolo --task obb` keep the rotation",
        Reason::OutlineDropped => "`--to coco` and `--to yolo --task segment` keep outlines",
        Reason::KeypointBoxAssumed => {
            "the one box of an object has the class of the profile: `--class-map OLD=NEW` renames it, `--keypoints FILE` has \
             another profile; else the group must be changed in Synapse"
        }
        Reason::MaskEncodingAssumed => "nothing, if the masks look right; else the data must be changed in Synapse",
        Reason::InvalidGeometry => {
            "leave out `--bounds reject` if it was given; else the data must be changed in Synapse"
        }
        Reason::InvalidBoundingBox
        | Reason::InvalidPolygon
        | Reason::InvalidMaskEncoding
        | Reason::InvalidClassName
        | Reason::MalformedAnnotation
        | Reason::ItemConversionFailed => SYNAPSE,
        Reason::UnmappedClassIdentifier => {
            "add the class to the file of `--classes` or `--category-ids`, rename it with `--class-map OLD=NEW`, or leave out `--closed-classes`"
        }
        Reason::VocInstanceLimitExceeded => "`--polygons box` paints no polygon, and `--to coco` has no limit",
        Reason::VocClassLimitExceeded => "`--to coco` has no limit",
        Reason::InvalidOutputFilename => "nothing: the id is in its place (`--naming id` names all files so)",
        Reason::SourceImageInvalid => {
            "the size must be changed in Synapse, if it is wrong; `--to csv` and `--to json` take images of any size"
        }
        Reason::ImageSizeUnknown => "`syn-fetch --dimensions` adds the size",
        Reason::OutputWriteFailed => "make room for the output, and run again",
        Reason::ClassSchemaUnavailable => {
            "`syn-fetch classes --project ID > FILE` and `--classes FILE` keep the project's order"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_the_advice_of_every_code() {
        let document = include_str!("../../docs/formats.md");
        for &reason in Reason::ALL {
            let row = document.lines().find(|line| line.starts_with(&format!("| `{}` |", reason.code())));
            let end = format!("| {} |", advice(reason));
            assert!(
                row.is_some_and(|row| row.ends_with(&end)),
                "docs/formats.md: the row of {reason} does not end with {end}"
            );
        }
    }
}
