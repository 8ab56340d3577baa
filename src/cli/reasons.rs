//! Each reason code of the export report in words: what happened, and what to do about it. For the last lines of a run, and for
//! docs/formats.md.

use crate::dm::Reason;
use crate::tr;
use crate::words::Message;

/// What happened to the annotations or items that a reason concerns, in a few words.
pub fn meaning(reason: Reason) -> Message {
    match reason {
        Reason::UnsupportedAnnotationType => tr!("reason-unsupported-tool"),
        Reason::UnsupportedOrientedBoundingBox => tr!("reason-rotated-skipped"),
        Reason::SegmentationExcluded => tr!("reason-masks-excluded"),
        Reason::SemanticSegmentationUnsupported => tr!("reason-no-regions"),
        Reason::MaskContourUnrepresentable => tr!("reason-no-contour"),
        Reason::KeypointGroupInvalid => tr!("reason-joints-invalid"),
        Reason::KeypointProfileUnsupported => tr!("reason-joints-unsupported"),
        Reason::ClassAmbiguous => tr!("reason-several-classes"),
        Reason::MaskCovered => tr!("reason-covered"),
        Reason::MaskHoleDropped => tr!("reason-holes-filled"),
        Reason::ObjectPartsSeparated => tr!("reason-parts-separated"),
        Reason::CustomAttributesDropped => tr!("reason-attributes-dropped"),
        Reason::ClippedToImage => tr!("reason-clipped"),
        Reason::RotationDropped => tr!("reason-rotation-dropped"),
        Reason::OutlineDropped => tr!("reason-outline-dropped"),
        Reason::KeypointBoxAssumed => tr!("reason-joint-box-assumed"),
        Reason::MaskEncodingAssumed => tr!("reason-encoding-assumed"),
        Reason::InvalidGeometry => tr!("reason-geometry-invalid"),
        Reason::InvalidBoundingBox => tr!("reason-box-invalid"),
        Reason::InvalidPolygon => tr!("reason-polygon-invalid"),
        Reason::InvalidMaskEncoding => tr!("reason-mask-invalid"),
        Reason::InvalidClassName => tr!("reason-no-class"),
        Reason::UnmappedClassIdentifier => tr!("reason-class-unmapped"),
        Reason::MalformedAnnotation => tr!("reason-malformed"),
        Reason::VocInstanceLimitExceeded => tr!("reason-too-many-instances"),
        Reason::VocClassLimitExceeded => tr!("reason-too-many-classes"),
        Reason::InvalidOutputFilename => tr!("reason-file-name-invalid"),
        Reason::SourceImageInvalid => tr!("reason-size-refused"),
        Reason::ImageSizeUnknown => tr!("reason-size-unknown"),
        Reason::ItemConversionFailed => tr!("reason-payload-unreadable"),
        Reason::OutputWriteFailed => tr!("reason-write-failed"),
        Reason::ClassSchemaUnavailable => tr!("reason-schema-unavailable"),
    }
}

/// What to do about annotations and items that a reason concerns.
pub fn advice(reason: Reason) -> Message {
    match reason {
        Reason::UnsupportedAnnotationType => tr!("cure-choose-format"),
        Reason::UnsupportedOrientedBoundingBox => tr!("cure-rotated"),
        Reason::SegmentationExcluded => tr!("cure-masks"),
        Reason::SemanticSegmentationUnsupported => {
            tr!("cure-regions")
        }
        Reason::MaskContourUnrepresentable => tr!("cure-contour"),
        Reason::KeypointGroupInvalid => {
            tr!("cure-joints-invalid")
        }
        Reason::KeypointProfileUnsupported => tr!("cure-joints-unsupported"),
        Reason::ClassAmbiguous => tr!("cure-several-classes"),
        Reason::MaskCovered => tr!("cure-covered"),
        Reason::MaskHoleDropped => tr!("cure-holes"),
        Reason::ObjectPartsSeparated => tr!("cure-parts"),
        Reason::CustomAttributesDropped => tr!("cure-attributes"),
        Reason::ClippedToImage => {
            tr!("cure-clipped")
        }
        Reason::RotationDropped => tr!("cure-rotation"),
        Reason::OutlineDropped => tr!("cure-outline"),
        Reason::KeypointBoxAssumed => {
            tr!("cure-joint-box")
        }
        Reason::MaskEncodingAssumed => tr!("cure-encoding"),
        Reason::InvalidGeometry => {
            tr!("cure-geometry")
        }
        Reason::InvalidBoundingBox
        | Reason::InvalidPolygon
        | Reason::InvalidMaskEncoding
        | Reason::InvalidClassName
        | Reason::MalformedAnnotation
        | Reason::ItemConversionFailed => tr!("reason-change-data"),
        Reason::UnmappedClassIdentifier => {
            tr!("cure-class-unmapped")
        }
        Reason::VocInstanceLimitExceeded => tr!("cure-too-many-instances"),
        Reason::VocClassLimitExceeded => tr!("cure-too-many-classes"),
        Reason::InvalidOutputFilename => tr!("cure-file-name"),
        Reason::SourceImageInvalid => {
            tr!("cure-size-refused")
        }
        Reason::ImageSizeUnknown => tr!("cure-size-unknown"),
        Reason::OutputWriteFailed => tr!("cure-write-failed"),
        Reason::ClassSchemaUnavailable => {
            tr!("cure-schema")
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
