//! Keypoints: groups of named joints → objects of a profile.

use crate::dm::payload::{Arena, Media};
use crate::dm::{Annotation, Geometry, Reason, Tool};
use crate::tr;
use crate::words::Message;
use crate::words::Worded;
use serde::Deserialize;
use std::path::Path;

/// The joints of one kind of object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The class that an object of this kind is written as.
    pub category: String,
    /// Names of the joints, in order.
    pub keypoints: Vec<String>,
    /// Pairs of joints that are connected, by place from 1.
    #[serde(default)]
    pub skeleton: Vec<[u32; 2]>,
    /// For each joint the place, from 0, of its mirror image.
    #[serde(default)]
    pub flip_idx: Option<Vec<u32>>,
}

/// The attribute of a keypoint that says whether it is seen.
pub const VISIBILITY: &str = "visibility";

/// The 17 joints of a person, as COCO numbers them.
const PERSON: [&str; 17] = [
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
];
const PERSON_SKELETON: [[u32; 2]; 19] = [
    [16, 14],
    [14, 12],
    [17, 15],
    [15, 13],
    [12, 13],
    [6, 12],
    [7, 13],
    [6, 7],
    [6, 8],
    [7, 9],
    [8, 10],
    [9, 11],
    [2, 3],
    [1, 2],
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 6],
    [5, 7],
];
const PERSON_FLIP: [u32; 17] = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15];

impl Default for Profile {
    fn default() -> Self {
        Self::person17()
    }
}

impl Profile {
    /// COCO's person.
    pub fn person17() -> Self {
        Self {
            category: "person".into(),
            keypoints: PERSON.map(str::to_owned).into(),
            skeleton: PERSON_SKELETON.into(),
            flip_idx: Some(PERSON_FLIP.into()),
        }
    }

    /// Reads `{category, keypoints, skeleton, flip_idx}` from a JSON or YAML file.
    ///
    /// # Errors
    /// One line naming the file: not readable, not such a document, or numbers out of range.
    pub fn load(path: &Path) -> Result<Self, Message> {
        let bad = |reason: Message| tr!("keypoints-file", path = path.display(), reason);
        let text = std::fs::read_to_string(path).map_err(|e| bad(e.words()))?;
        // JSON is YAML, but its own parser gives the better messages.
        let profile: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(&text).map_err(|e| bad(e.to_string().into()))?
        } else {
            serde_saphyr::from_str(&text).map_err(|e| bad(e.to_string().lines().next().unwrap_or_default().into()))?
        };
        profile.check().map_err(bad)?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), Message> {
        let n = self.keypoints.len();
        if n == 0 || self.category.trim().is_empty() {
            return Err(tr!("keypoints-needs"));
        }
        let mut names = self.keypoints.clone();
        names.sort();
        names.dedup();
        if names.len() != n {
            return Err(tr!("keypoints-twice"));
        }
        if self.skeleton.iter().flatten().any(|&i| i < 1 || i as usize > n) {
            return Err(tr!("keypoints-skeleton", n));
        }
        if let Some(flip) = &self.flip_idx {
            let mut sorted = flip.clone();
            sorted.sort_unstable();
            if sorted.iter().copied().ne(0..n as u32) {
                return Err(tr!("keypoints-flip", most = n - 1));
            }
        }
        Ok(())
    }

    fn place(&self, joint: &str) -> Option<usize> {
        self.keypoints.iter().position(|k| k == joint)
    }
}

/// One joint: position in pixels and visibility (0 not labelled, 1 labelled but hidden, 2 visible).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Joint {
    /// Pixels from the left; 0 when not labelled.
    pub x: f64,
    /// Pixels from the top; 0 when not labelled.
    pub y: f64,
    /// Visibility.
    pub v: u8,
}

/// One object made of keypoints, or keypoints that make none.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Places in [`Media::annotations`] of the keypoints it is made of.
    pub members: Vec<usize>,
    /// Place in [`Media::annotations`] of its box: the one box of the profile's class that is in the group. `None` without such a
    /// box, and with several, of which nobody can tell whose they are.
    pub own_box: Option<usize>,
    /// Whether its group has boxes. When none of them can be used, the box around the joints is but assumed.
    pub has_boxes: bool,
    /// Its joints in the order of the profile, or why there are none.
    pub joints: Result<Vec<Joint>, Reason>,
}

/// All keypoints of a media as objects: by group, and each keypoint without a group on its own with its reason. Every annotation
/// of tool `keypoint` is a member of exactly one object, and no box is that of two. Keypoints that are malformed themselves keep their
/// own reason. `is_category`: whether a class is written as the category of the profile.
pub fn group_objects(
    media: &Media<'_>,
    arena: &Arena,
    profile: &Profile,
    is_category: impl Fn(&str) -> bool,
) -> Vec<Object> {
    let mut out = Vec::new();
    for group in &media.groups {
        let members: Vec<usize> =
            group.members.iter().copied().filter(|&i| is_keypoint(&media.annotations[i])).collect();
        if members.is_empty() {
            continue;
        }
        let joints = match &media.annotations[members[0]] {
            _ if !group.sound => Err(Reason::KeypointGroupInvalid),
            Annotation { problem: None, geometry: Geometry::Points(range), .. } if members.len() == 1 => {
                of_list(arena.coordinates.pairs.get(range.clone()).unwrap_or_default(), profile)
            }
            _ => of_group(media, &members, profile),
        };
        let boxes = || group.members.iter().copied().filter(|&i| media.annotations[i].tool == Tool::BoundingBox);
        let mut own = boxes().filter(|&i| is_category(&media.annotations[i].class));
        let own_box = own.next().filter(|_| own.next().is_none());
        out.push(Object { members, own_box, has_boxes: boxes().next().is_some(), joints });
    }
    for (i, a) in media.annotations.iter().enumerate().filter(|(_, a)| is_keypoint(a) && a.group.is_none()) {
        let joints = match (&a.geometry, a.problem) {
            (_, Some(problem)) => Err(problem),
            (Geometry::Points(range), _) => {
                of_list(arena.coordinates.pairs.get(range.clone()).unwrap_or_default(), profile)
            }
            _ => Err(Reason::KeypointGroupInvalid),
        };
        out.push(Object { members: vec![i], own_box: None, has_boxes: false, joints });
    }
    out
}

fn is_keypoint(a: &Annotation<'_>) -> bool {
    a.tool == Tool::Keypoint
}

fn of_group(media: &Media<'_>, members: &[usize], profile: &Profile) -> Result<Vec<Joint>, Reason> {
    let mut joints = vec![None; profile.keypoints.len()];
    for a in members.iter().map(|&i| &media.annotations[i]) {
        let place = profile.place(&a.class).filter(|&p| joints[p].is_none()).ok_or(Reason::KeypointGroupInvalid)?;
        let v = visibility(a).ok_or(Reason::KeypointGroupInvalid)?;
        joints[place] = Some(match (v, &a.geometry) {
            (0, _) => Joint::default(),
            (_, Geometry::Point([x, y])) => Joint { x: *x, y: *y, v },
            _ => return Err(Reason::KeypointGroupInvalid),
        });
    }
    Ok(joints.into_iter().map(Option::unwrap_or_default).collect())
}

/// All points of one object in the profile's order (dialect F, which has no visibility: what is given is visible).
fn of_list(points: &[[f64; 2]], profile: &Profile) -> Result<Vec<Joint>, Reason> {
    if points.len() != profile.keypoints.len() {
        return Err(Reason::KeypointProfileUnsupported);
    }
    let joint = |p: &[f64; 2]| (p[0].is_finite() && p[1].is_finite()).then_some(Joint { x: p[0], y: p[1], v: 2 });
    points.iter().map(joint).collect::<Option<_>>().ok_or(Reason::InvalidGeometry)
}

/// `visibility` of a keypoint, which the platform requires.
fn visibility(a: &Annotation<'_>) -> Option<u8> {
    match a.attribute(VISIBILITY)?.text() {
        "0" | "\"missing\"" => Some(0),
        "1" | "\"occluded\"" => Some(1),
        "2" | "\"visible\"" => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dm::payload::read;

    fn objects(json: &str) -> Vec<Object> {
        let mut arena = Arena::default();
        let payload = read(json.as_bytes(), &mut arena).unwrap();
        let profile = Profile { keypoints: vec!["a".into(), "b".into()], ..Profile::person17() };
        group_objects(&payload.media[0], &arena, &profile, |class| class == "person")
    }

    fn head(id: &str, class: &str, visibility: &str) -> String {
        format!(r#"{{"id":"{id}","tool":"keypoint","classification":{{"class":"{class}","visibility":{visibility}}}}}"#)
    }

    fn payload(heads: &[String], groups: &str) -> String {
        let data: Vec<String> =
            (0..heads.len()).map(|i| format!(r#"{{"id":"k{i}","coordinate":{{"x":{i},"y":5}}}}"#)).collect();
        format!(
            r#"{{"annotations":{{"image_1":[{}]}},"annotationsData":{{"image_1":[{}]}},"annotationGroups":{{"image_1":{groups}}}}}"#,
            heads.join(","),
            data.join(",")
        )
    }

    #[test]
    fn groups_in_both_shapes_become_objects_in_profile_order() {
        let heads = [head("k0", "b", "\"visible\""), head("k1", "a", "1")];
        for groups in [
            r#"[{"id":"g","annotationIds":["k0","k1"]}]"#,
            r#"[{"id":"g","annotationList":[{"annotationId":"k0","children":[{"annotationId":"k1","children":[]}]}]}]"#,
        ] {
            let got = objects(&payload(&heads, groups));
            assert_eq!(got.len(), 1);
            assert_eq!(got[0].joints, Ok(vec![Joint { x: 1.0, y: 5.0, v: 1 }, Joint { x: 0.0, y: 5.0, v: 2 }]));
        }
    }

    #[test]
    fn what_makes_no_object_has_a_reason_and_is_a_member_once() {
        let cases = [
            (vec![head("k0", "a", "2"), head("k1", "a", "2")], r#"[{"id":"g","annotationIds":["k0","k1"]}]"#, 1),
            (vec![head("k0", "zz", "2")], r#"[{"id":"g","annotationIds":["k0"]}]"#, 1),
            (vec![head("k0", "a", "null")], r#"[{"id":"g","annotationIds":["k0"]}]"#, 1),
            (vec![head("k0", "a", "2")], r#"[{"id":"g","annotationIds":["k0","gone"]}]"#, 1),
            (vec![head("k0", "a", "2"), head("k1", "b", "2")], "[]", 2),
        ];
        for (heads, groups, want) in cases {
            let got = objects(&payload(&heads, groups));
            assert!(got.len() == want && got.iter().all(|o| o.joints == Err(Reason::KeypointGroupInvalid)), "{got:?}");
            assert_eq!(got.iter().map(|o| o.members.len()).sum::<usize>(), heads.len());
        }
    }

    #[test]
    fn profiles_are_checked() {
        assert_eq!(Profile::person17().check(), Ok(()));
        let p = Profile { skeleton: vec![[0, 1]], ..Profile::person17() };
        assert!(p.check().is_err());
        let p = Profile {
            flip_idx: Some(vec![0, 0]),
            keypoints: vec!["a".into(), "b".into()],
            skeleton: vec![],
            category: "x".into(),
        };
        assert!(p.check().is_err());
    }
}
