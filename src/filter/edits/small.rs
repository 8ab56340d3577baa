//! `--min-size`, `--min-area`: annotations that are too small to be of use.

use super::done::Why;
use crate::dm::extent::extents;
use crate::dm::{Annotation, Arena};
use crate::exit::UsageError;
use crate::tr;
use std::str::FromStr;

/// The least sides of the box of an annotation, pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sides([f64; 2]);

impl FromStr for Sides {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let told = || UsageError::new(tr!("min-size-form"));
        let (w, h) = text.split_once(['x', 'X', '×']).unwrap_or((text, text));
        Ok(Self([pixels(w).ok_or_else(told)?, pixels(h).ok_or_else(told)?]))
    }
}

/// The least area of an annotation, square pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area(f64);

impl FromStr for Area {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        pixels(text).map(Self).ok_or_else(|| UsageError::new(tr!("min-area-form")))
    }
}

fn pixels(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0)
}

/// How large an annotation has to be.
#[derive(Debug)]
pub struct Small {
    /// `--min-size`.
    pub sides: Option<Sides>,
    /// `--min-area`.
    pub area: Option<Area>,
}

/// What becomes of an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is large enough, or nothing can be said of its size.
    Stays,
    /// It is too small.
    Goes(Why),
    /// It stays, since the width of the image is not known, without which a mask has no sides.
    Unmeasured,
}

impl Small {
    /// Judges an annotation. Of a box by frames, one frame that is large enough will do. `size`: that of the image, pixels, if known.
    pub fn judge(&self, annotation: &Annotation<'_>, arena: &Arena, size: Option<(u32, u32)>) -> Verdict {
        let extents = extents(annotation, arena, size);
        if extents.is_empty() {
            return Verdict::Stays;
        }
        let mut verdict = Verdict::Stays;
        if let Some(Sides([w, h])) = self.sides {
            let small = |sides: [f64; 2]| sides[0] < w || sides[1] < h;
            if extents.iter().any(|extent| extent.sides.is_none()) {
                verdict = Verdict::Unmeasured;
            } else if extents.iter().filter_map(|extent| extent.sides).all(small) {
                return Verdict::Goes(Why::Size);
            }
        }
        match self.area {
            Some(Area(least)) if extents.iter().all(|extent| extent.area < least) => Verdict::Goes(Why::Area),
            _ => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_or_refused() {
        for (text, expected) in [
            ("8", [8.0, 8.0]),
            ("8x4", [8.0, 4.0]),
            ("8X4.5", [8.0, 4.5]),
            ("8×4", [8.0, 4.0]),
            (" 8 x 4 ", [8.0, 4.0]),
        ] {
            assert_eq!(text.parse(), Ok(Sides(expected)), "{text}");
        }
        for text in ["", "0", "x", "8x", "x8", "8x4x2", "-1", "nan", "inf", "8px", "8x0"] {
            assert!(text.parse::<Sides>().is_err(), "{text}");
        }
        assert_eq!("12.5".parse(), Ok(Area(12.5)));
        for text in ["", "0", "1%", "-4", "4x4"] {
            assert!(text.parse::<Area>().is_err(), "{text}");
        }
    }
}
