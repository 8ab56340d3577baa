//! The annotation payload: what `data` of a row holds, in all dialects, read into one model. docs/payload.md describes it.
//!
//! * [`shape`]: coordinates as they are written (objects, pairs, nested lists) into flat arrays
//! * [`wire`], [`part`]: the payload's own structure, leniently: one wrong value costs one annotation
//! * [`payload`]: heads joined with their geometry → [`Annotation`]s, media by media
//! * [`heads`]: tools and classes only, for selecting rows without reading geometry
//! * [`annotation`], [`mask`]: the model the converters work on
//! * [`ring`], [`union`]: areas of outlines; [`extent`]: how large an annotation is
//! * [`reason`]: the codes that say what was lost and why

pub(crate) mod annotation;
pub(crate) mod extent;
pub(crate) mod heads;
pub(crate) mod mask;
pub(crate) mod part;
pub(crate) mod payload;
pub(crate) mod reason;
pub(crate) mod ring;
pub(crate) mod shape;
pub(crate) mod union;
pub(crate) mod wire;

pub use annotation::{Annotation, Geometry, Rect, Tool};
pub use payload::{Arena, Media, MediaKind, Payload, Seed, read};
pub use reason::Reason;
