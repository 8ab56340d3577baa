//! Why an annotation or an item is missing from an output, or changed in it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How much a reason costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Written, but not everything of it.
    Lossy,
    /// The format or the options have no place for it.
    Skipped,
    /// It is wrong.
    Failed,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $outcome:ident;)*) => {
        /// A reason code of the export report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }
        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];
            /// The code written into reports.
            pub fn code(self) -> &'static str {
                match self { $(Reason::$name => $code,)* }
            }
            /// What it means for the annotation.
            pub fn outcome(self) -> Outcome {
                match self { $(Reason::$name => Outcome::$outcome,)* }
            }
        }
    };
}

reasons! {
    /// The format has no place for this tool.
    UnsupportedAnnotationType = "UNSUPPORTED_ANNOTATION_TYPE", Skipped;
    /// The format has no rotated boxes, and `--rotated skip` was chosen.
    UnsupportedOrientedBoundingBox = "UNSUPPORTED_ORIENTED_BOUNDING_BOX", Skipped;
    /// `--segmentation exclude`.
    SegmentationExcluded = "SEGMENTATION_EXCLUDED", Skipped;
    /// The format has instances only, and `--segmentation semantic` was chosen.
    SemanticSegmentationUnsupported = "SEMANTIC_SEGMENTATION_UNSUPPORTED", Skipped;
    /// No contour of the mask has three points.
    MaskContourUnrepresentable = "MASK_CONTOUR_UNREPRESENTABLE", Skipped;
    /// Keypoints without a group, or a group with unknown or repeated joints, or whose joints have no box around them with an area.
    KeypointGroupInvalid = "KEYPOINT_GROUP_INVALID", Skipped;
    /// A group of keypoints that the profile cannot express.
    KeypointProfileUnsupported = "KEYPOINT_PROFILE_UNSUPPORTED", Skipped;
    /// Several different classes where the format has one.
    ClassAmbiguous = "CLASS_AMBIGUOUS", Skipped;
    /// Masks that are painted later hide all of it: it is in no plane.
    MaskCovered = "MASK_COVERED", Lossy;
    /// The holes of a mask are filled in the output.
    MaskHoleDropped = "MASK_HOLE_DROPPED", Lossy;
    /// The parts of one object became objects of their own.
    ObjectPartsSeparated = "OBJECT_PARTS_SEPARATED", Lossy;
    /// The format has no place for attributes.
    CustomAttributesDropped = "CUSTOM_ATTRIBUTES_DROPPED", Lossy;
    /// The part outside the image was cut off.
    ClippedToImage = "CLIPPED_TO_IMAGE", Lossy;
    /// A rotated box became its axis-aligned hull.
    RotationDropped = "ROTATION_DROPPED", Lossy;
    /// A polygon or a mask became the upright box around it.
    OutlineDropped = "OUTLINE_DROPPED", Lossy;
    /// Joints with boxes in their group, none of which is theirs or can be used: the box of the object is the one around them.
    KeypointBoxAssumed = "KEYPOINT_BOX_ASSUMED", Lossy;
    /// The mask did not say how it is encoded; its shape decided.
    MaskEncodingAssumed = "MASK_ENCODING_ASSUMED", Lossy;
    /// Geometry that is wrong in a way the codes below do not name, or outside the image with `--bounds reject`.
    InvalidGeometry = "INVALID_GEOMETRY", Failed;
    /// A box without four finite numbers, or without area.
    InvalidBoundingBox = "INVALID_BOUNDING_BOX", Failed;
    /// A polygon with fewer than three distinct finite points, or without area.
    InvalidPolygon = "INVALID_POLYGON", Failed;
    /// A mask whose runs or indices are contradictory, overlapping or outside the image.
    InvalidMaskEncoding = "INVALID_MASK_ENCODING", Failed;
    /// An empty or missing class name.
    InvalidClassName = "INVALID_CLASS_NAME", Failed;
    /// A class that is not in the list that `--classes` closed, or has no number in `--category-ids`.
    UnmappedClassIdentifier = "UNMAPPED_CLASS_IDENTIFIER", Failed;
    /// Missing or repeated annotation id, head without geometry, geometry without head, or not an object at all.
    MalformedAnnotation = "MALFORMED_ANNOTATION", Failed;
    /// More instances than an object plane has colours.
    VocInstanceLimitExceeded = "VOC_INSTANCE_LIMIT_EXCEEDED", Failed;
    /// More classes than a class plane has colours.
    VocClassLimitExceeded = "VOC_CLASS_LIMIT_EXCEEDED", Failed;
    /// The original file name cannot be a file name here.
    InvalidOutputFilename = "INVALID_OUTPUT_FILENAME", Failed;
    /// The original image cannot be read.
    SourceImageInvalid = "SOURCE_IMAGE_INVALID", Failed;
    /// The format needs the image's width and height, and nothing gives them.
    ImageSizeUnknown = "IMAGE_SIZE_UNKNOWN", Failed;
    /// The item's payload cannot be read at all.
    ItemConversionFailed = "ITEM_CONVERSION_FAILED", Failed;
    /// The output could not be written.
    OutputWriteFailed = "OUTPUT_WRITE_FAILED", Failed;
    /// Neither `--classes` nor a begin frame gave the class order.
    ClassSchemaUnavailable = "CLASS_SCHEMA_UNAVAILABLE", Lossy;
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        let known = Reason::ALL.iter().copied().find(|r| r.code() == code);
        known.ok_or_else(|| serde::de::Error::custom("not a reason code"))
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_documentation_has_every_code_with_its_outcome() {
        let document = include_str!("../../docs/formats.md");
        for &reason in Reason::ALL {
            let outcome = format!("{:?}", reason.outcome()).to_lowercase();
            let row = format!("| `{}` | {outcome} |", reason.code());
            assert!(document.contains(&row), "docs/formats.md, reason codes: no row begins with {row}");
        }
        let rows = document
            .lines()
            .filter(|line| line.starts_with("| `") && line.contains("` | "))
            .map(|line| line.split('`').nth(1));
        for code in rows.flatten().filter(|word| word.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
            assert!(
                Reason::ALL.iter().any(|reason| reason.code() == code),
                "docs/formats.md: {code} is no reason code"
            );
        }
    }
}
