//! What an object says of itself besides its class and box: `pose`, `truncated`, `difficult` and `occluded`, from attributes of these names.
//! `occluded` is of VOC 2012, and of CVAT and Datumaro; the others are of every year.

use crate::convert::engine::split::scalar;
use crate::dm::Annotation;
use crate::dm::annotation::yes_or_no;
use crate::stream::json::Raw;

/// The words of the development kit for a pose; the first stands for none.
const POSES: [&str; 5] = ["Unspecified", "Frontal", "Rear", "Left", "Right"];

/// The flags of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// One of the words of the development kit.
    pub pose: &'static str,
    /// The object reaches beyond its box.
    pub truncated: bool,
    /// Evaluation passes it over.
    pub difficult: bool,
    /// Something hides a part of it; `None`: nothing says so, and the element is left out.
    pub occluded: Option<bool>,
}

impl Flags {
    /// Those of an annotation, and whether it has attributes that they have no place for: others, values that are no flag, a name
    /// in a second spelling. Names and values count without regard to case; an attribute without a value is as good as none.
    pub fn of(a: &Annotation<'_>) -> (Self, bool) {
        let [mut pose, mut truncated, mut difficult, mut occluded] = [None; 4];
        let mut lost = false;
        for (name, value) in &a.attributes {
            let is = |flag: &str| name.eq_ignore_ascii_case(flag);
            let slot = match () {
                () if is("pose") => &mut pose,
                () if is("truncated") => &mut truncated,
                () if is("difficult") => &mut difficult,
                () if is("occluded") => &mut occluded,
                () => {
                    lost = true;
                    continue;
                }
            };
            let read = if is("pose") { pose_of(value) } else { flag_of(value).map(usize::from) };
            match read {
                Some(read) if slot.is_none() => *slot = Some(read),
                Some(read) if *slot == Some(read) => {}
                None if is_nothing(value) => {}
                _ => lost = true,
            }
        }
        let is_set = |flag: Option<usize>| flag == Some(1);
        let flags = Self {
            pose: POSES[pose.unwrap_or_default()],
            truncated: is_set(truncated),
            difficult: is_set(difficult),
            occluded: occluded.map(|flag| flag == 1),
        };
        (flags, lost)
    }
}

/// The pose that a value names, by its number in [`POSES`].
fn pose_of(value: &Raw<'_>) -> Option<usize> {
    let text = scalar(value.clone())?;
    POSES.iter().position(|pose| pose.eq_ignore_ascii_case(text.trim()))
}

/// Yes or no.
fn flag_of(value: &Raw<'_>) -> Option<bool> {
    yes_or_no(&scalar(value.clone())?)
}

/// Whether a value is none: `null`, or text of blanks.
fn is_nothing(value: &Raw<'_>) -> bool {
    value.text() == "null" || value.read::<String>().is_some_and(|text| text.trim().is_empty())
}
