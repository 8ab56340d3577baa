//! The masks of one image on their way into the planes: what may be painted, in which order, within which limits.

use super::area::Area;
use super::fill::{Fill, Scratch};
use super::mosaic::{Mosaic, Tile};
use super::plane::MAX_INDEX;
use crate::convert::engine::classes::ClassRef;
use crate::convert::format::{RenderContext, Unit};
use crate::convert::geometry::Size;
use crate::dm::mask::MaskRef;
use crate::dm::{Annotation, Reason};

/// Images with more pixels, or a longer side, get no planes: such a size is a mistake in the row.
const MAX_PIXELS: u64 = 1 << 31;
const MAX_SIDE: u32 = 1 << 20;

/// Masks in order of annotation ids, if they are added so.
pub struct Layers {
    size: Size,
    semantic: Vec<(ClassRef, Area)>,
    instances: Vec<(ClassRef, Area)>,
    scratch: Scratch,
}

impl Layers {
    /// None yet.
    pub fn new(size: Size) -> Self {
        Self { size, semantic: Vec::new(), instances: Vec::new(), scratch: Scratch::default() }
    }

    /// Adds an object made of rings that fit the image; what lies outside the image is not painted. They are painted as they are,
    /// not as they were cut at the edge: cutting moves the pixels on either side of a slanted edge.
    ///
    /// # Errors
    /// [`Reason::InvalidGeometry`] when nothing of it lies inside; as [`Layers::mask`] for image and class.
    pub fn rings<'r>(
        &mut self,
        a: &Annotation<'_>,
        rings: impl Iterator<Item = &'r [[f64; 2]]>,
        cx: &mut RenderContext<'_>,
    ) -> Result<(), Reason> {
        self.check_size()?;
        let area = Area::Rings(rings.map(|ring| Fill::new(ring, self.size)).collect());
        self.add(false, a, area, cx)
    }

    /// Adds a pixel mask, as an object or as a region of its class.
    ///
    /// # Errors
    /// [`Reason::InvalidMaskEncoding`]; [`Reason::InvalidGeometry`] when it has no pixel; [`Reason::SourceImageInvalid`] when the
    /// image is too large for planes; [`Reason::VocClassLimitExceeded`] and [`Reason::UnmappedClassIdentifier`].
    pub fn mask(
        &mut self,
        semantic: bool,
        a: &Annotation<'_>,
        mask: &MaskRef,
        unit: &Unit<'_, '_>,
        cx: &mut RenderContext<'_>,
        losses: &mut Vec<Reason>,
    ) -> Result<(), Reason> {
        self.check_size()?;
        let mut runs = Vec::new();
        cx.fit(self.size).mask(mask, unit.arena, &mut runs, losses)?;
        self.add(semantic, a, Area::Runs(runs), cx)
    }

    fn add(
        &mut self,
        semantic: bool,
        a: &Annotation<'_>,
        mut area: Area,
        cx: &mut RenderContext<'_>,
    ) -> Result<(), Reason> {
        if !area.paints(self.size, &mut self.scratch) {
            return Err(Reason::InvalidGeometry);
        }
        let class = cx.list_class(a)?;
        if matches!(class, ClassRef::Listed(place) if place >= MAX_INDEX) {
            return Err(Reason::VocClassLimitExceeded);
        }
        let kind = if semantic { &mut self.semantic } else { &mut self.instances };
        kind.push((class, area));
        Ok(())
    }

    /// Paints all of them: regions lowest, then objects. `None` when there are none. Objects are numbered in their order; with more
    /// of them than an object plane can tell apart none has a number, and the item is reported; so are masks that others hide.
    pub fn paint(mut self, cx: &mut RenderContext<'_>) -> Option<Mosaic> {
        let too_many = self.instances.len() > MAX_INDEX as usize;
        if too_many {
            cx.tally.item_reason(Reason::VocInstanceLimitExceeded, cx.item);
        }
        let object = |place: usize| if too_many { 0 } else { place as u8 + 1 };
        let regions = self.semantic.into_iter().map(|(class, area)| (Tile { class, object: 0 }, area));
        let objects = self.instances.into_iter().enumerate();
        let objects = objects.map(|(i, (class, area))| (Tile { class, object: object(i) }, area));
        let layers: Vec<_> = regions.chain(objects).collect();
        if layers.is_empty() {
            return None;
        }
        let mosaic = Mosaic::paint(self.size, layers, &mut self.scratch);
        for _ in 0..mosaic.hidden() {
            cx.tally.item_reason(Reason::MaskCovered, cx.item);
        }
        Some(mosaic)
    }

    fn check_size(&self) -> Result<(), Reason> {
        let Size { w, h } = self.size;
        let large = u64::from(w) * u64::from(h) > MAX_PIXELS || w.max(h) > MAX_SIDE;
        if large { Err(Reason::SourceImageInvalid) } else { Ok(()) }
    }
}
