//! What filters and the overview ask of an item, on its way from the worker that rendered it to the collector.

use crate::convert::engine::split::FieldPath;
use crate::convert::format::Unit;
use crate::convert::formats::csv::columns::Column;
use crate::convert::formats::csv::row_cells::{labelers, text};
use crate::convert::geometry::Size;
use crate::dm::payload::MediaKind;
use crate::dm::{Reason, Rect};
use crate::item::Pairs;
use crate::stream::json;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The limits of small and medium objects, square pixels, as COCO's evaluation has them.
const SMALL: f64 = 32.0 * 32.0;
const MEDIUM: f64 = 96.0 * 96.0;

/// Upper limits of how long the side of an object is, against that of its image; the last place is for all above.
pub const SIDES: [f64; 7] = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64];
/// Upper limits of width against height of an object.
pub const ASPECTS: [f64; 6] = [0.25, 0.5, 0.8, 1.25, 2.0, 4.0];
/// Rows and columns of the grid that says where in the image the centres of objects lie.
pub const GRID: usize = 12;

/// The facts of one item.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// What kind of file it is.
    pub kind: String,
    /// The people who worked on it.
    pub labelers: Vec<String>,
    /// Its state.
    pub status: String,
    /// The state of its review.
    pub review: String,
    /// Frames a second of a video, where the row says (`data_unit.meta.fps`).
    pub rate: Option<f64>,
    /// The day of the last work on it, `2026-01-31`; empty when no date is known.
    pub day: String,
    /// Objects by class.
    pub classes: IndexMap<String, u32>,
    /// Annotations by tool.
    pub tools: IndexMap<String, u32>,
    /// Annotations by what is wrong with them.
    pub reasons: BTreeMap<Cow<'static, str>, u32>,
    /// Small, medium and large objects.
    pub sizes: [u32; 3],
    /// For each object with a box of its own: the places in [`SIDES`] and [`ASPECTS`], and the cell of the grid.
    pub shapes: Vec<(u8, u8, u8)>,
}

/// Counts one more of a name.
fn count(names: &mut IndexMap<String, u32>, name: &str) {
    match names.get_mut(name) {
        Some(n) => *n += 1,
        None => drop(names.insert(name.to_owned(), 1)),
    }
}

/// The place of a number among limits.
fn place(n: f64, limits: &[f64]) -> u8 {
    limits.iter().take_while(|limit| n >= **limit).count() as u8
}

impl Facts {
    /// What the row around the payload says.
    pub fn of_row(unit: &Unit<'_, '_>) -> Self {
        let kind = unit.media.map_or("", |m| m.kind.name()).to_owned();
        let Ok(row) = json::parse::<Pairs<'_>>(unit.line) else { return Self { kind, ..Self::default() } };
        let of = |column: Column| text(&column, &row).into_owned();
        let date = Some(of(Column::Updated)).filter(|date| !date.is_empty()).unwrap_or_else(|| of(Column::Created));
        Self {
            labelers: labelers(&row),
            status: of(Column::Status),
            review: of(Column::Review),
            rate: if kind == MediaKind::Video.name() { rate(unit.line) } else { None },
            day: day(&date).to_owned(),
            kind,
            ..Self::default()
        }
    }

    /// One more annotation of a tool and a class; empty: it has none.
    pub fn annotation(&mut self, tool: &str, class: &str) {
        count(&mut self.tools, tool);
        if !class.is_empty() {
            count(&mut self.classes, class);
        }
    }

    /// Something that is wrong with an annotation.
    pub fn reason(&mut self, reason: Reason) {
        *self.reasons.entry(reason.code().into()).or_default() += 1;
    }

    /// The box of an object, in an image of a size.
    pub fn shape(&mut self, r: Rect, size: Size) {
        let area = r.w * r.h;
        let (w, h) = (size.w(), size.h());
        self.sizes[usize::from(area >= SMALL) + usize::from(area >= MEDIUM)] += 1;
        let cell = |at: f64, side: f64| ((at / side * GRID as f64).max(0.0) as usize).min(GRID - 1);
        let at = cell(r.y + r.h / 2.0, h) * GRID + cell(r.x + r.w / 2.0, w);
        self.shapes.push((place((area / (w * h)).sqrt(), &SIDES), place(r.w / r.h, &ASPECTS), at as u8));
    }
}

/// Frames a second of the video of a row.
fn rate(line: &[u8]) -> Option<f64> {
    let text = FieldPath::new("data_unit.meta.fps").ok()?.value(line)?;
    text.trim().parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0)
}

/// The day of a date as the platform writes it; empty for any other text.
fn day(date: &str) -> &str {
    let day = date.get(..10).unwrap_or_default();
    let fits = |(i, b): (usize, u8)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() };
    if day.bytes().enumerate().all(fits) { day } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_place_among_limits_and_dates_a_day() {
        for (n, at) in [(0.0, 0), (0.01, 1), (0.5, 6), (0.64, 7), (1.0, 7), (f64::INFINITY, 7)] {
            assert_eq!(place(n, &SIDES), at, "{n}");
        }
        for (date, expected) in [
            ("2026-01-31T10:00:00Z", "2026-01-31"),
            ("2026-01-31", "2026-01-31"),
            ("31.01.2026", ""),
            ("자동차자동차", ""),
            ("", ""),
        ] {
            assert_eq!(day(date), expected, "{date}");
        }
    }

    #[test]
    fn objects_are_small_medium_or_large_and_somewhere() {
        let size = Size { w: 1000, h: 500 };
        let mut facts = Facts::default();
        for (x, y, w, h) in [(0.0, 0.0, 31.0, 33.0), (990.0, 490.0, 96.0, 96.0), (-50.0, 100.0, 40.0, 40.0)] {
            facts.shape(Rect { x, y, w, h }, size);
        }
        assert_eq!(facts.sizes, [1, 1, 1]);
        assert_eq!(facts.shapes, [(3, 3, 0), (4, 3, 143), (3, 3, 24)]);
    }
}
