//! The annotation payload: what `data` of a row holds, in all dialects, read into one model. docs/payload.md describes it.
//!
//! * [`shape`]: coordinates as they are written (objects, pairs, nested lists) into flat arrays
//! * [`wire`], [`part`]: the payload's own structure, leniently: one wrong value costs one annotation
//! * [`payload`]: heads joined with their geometry → [`Annotation`]s, media by media
//! * [`heads`]: tools and classes only, for selecting rows without reading geometry
//! * [`annotation`], [`mask`]: the model the converters work on
//! * [`reason`]: the codes that say what was lost and why

pub mod annotation;
pub mod heads;
pub mod mask;
pub mod part;
pub mod payload;
pub mod reason;
pub mod shape;
pub mod wire;

pub use annotation::{Annotation, Geometry, Rect, Tool};
pub use payload::{Arena, Media, MediaKind, Payload};
pub use reason::Reason;
