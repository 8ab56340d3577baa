//! How a row of numbers is written: as a line of a label file, or as a list of JSON.

use crate::convert::engine::classes::ClassRef;
use crate::convert::geometry::{Size, hull};
use crate::convert::output::hole::Hole;
use crate::convert::output::text::{Text, lit};
use crate::dm::{Arena, Rect};

/// The form of a row. Coordinates have six decimals in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `0 0.500000 …` and a line end.
    Text,
    /// `[0,0.500000,…],`.
    Json,
}

impl Style {
    /// Begins a row with its class.
    pub fn open(self, out: &mut Text, class: ClassRef) {
        if self == Self::Json {
            out.byte::<b'['>();
        }
        match class {
            ClassRef::Listed(i) => out.int(i),
            ClassRef::Unlisted(i) => out.hole(Hole::Class(i)),
        }
    }

    /// Appends a coordinate.
    pub fn number(self, out: &mut Text, n: f64) {
        self.separator(out);
        out.six(n);
    }

    /// Appends a visibility.
    pub fn digit(self, out: &mut Text, n: u8) {
        self.separator(out);
        out.int(n);
    }

    /// Ends the row.
    pub fn close(self, out: &mut Text) {
        out.lit(if self == Self::Json { lit!("],") } else { lit!("\n") });
    }

    fn separator(self, out: &mut Text) {
        match self {
            Self::Json => out.byte::<b','>(),
            Self::Text => out.byte::<b' '>(),
        }
    }
}

/// Where the rows of a unit lie and how they are written.
#[derive(Clone, Copy)]
pub struct Frame<'f> {
    /// Where the geometry's coordinates are.
    pub arena: &'f Arena,
    /// Size of the image.
    pub size: Size,
    /// Form of the rows.
    pub style: Style,
}

impl Frame<'_> {
    /// Width and height, pixels.
    pub fn scale(&self) -> [f64; 2] {
        [f64::from(self.size.w), f64::from(self.size.h)]
    }

    /// `xc yc w h`, normalised. The order of operations is that of the platform, so that the last digit agrees.
    pub fn centred(&self, r: Rect) -> [f64; 4] {
        let [w, h] = self.scale();
        [(r.x + r.w / 2.0) / w, (r.y + r.h / 2.0) / h, r.w / w, r.h / h]
    }

    /// Whether Ultralytics takes a row with this upright box around it; one row that it does not take costs the whole image.
    /// Newer releases allow 1 % beyond the edges, older ones nothing.
    pub fn takes(&self, around: Rect) -> bool {
        self.centred(around).iter().all(|n| (0.0..=1.0).contains(n))
    }

    /// Whether a box has a width and a height in the six decimals of a row.
    pub fn shows(&self, r: Rect) -> bool {
        let [w, h] = self.scale();
        let smallest = 0.5e-6;
        r.w / w > smallest && r.h / h > smallest
    }

    /// Appends a whole row of points in pixels.
    pub fn points(&self, out: &mut Text, class: ClassRef, points: &[[f64; 2]]) {
        let [w, h] = self.scale();
        self.style.open(out, class);
        for [x, y] in points {
            self.style.number(out, x / w);
            self.style.number(out, y / h);
        }
        self.style.close(out);
    }

    /// As [`Frame::takes`], for points.
    pub fn takes_points(&self, points: &[[f64; 2]]) -> bool {
        self.takes(hull(points))
    }
}
