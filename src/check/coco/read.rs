//! Reads annotations into [`super::fields`].

use super::fields::{Annotation, Form, Numbers, Rings, Runs, Scalar};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

impl Numbers {
    /// Takes the place of what was here.
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.values.clear();
        let count = map.next_value_seed(ReadNumbers(&mut self.values))?;
        (self.list, self.count) = (count.is_some(), count.unwrap_or_default());
        Ok(())
    }
}

/// What a visitor gives for values of other kinds.
macro_rules! otherwise {
    (scalars $value:ty: $given:expr) => {
        fn visit_i64<E: Error>(self, _: i64) -> Result<$value, E> {
            Ok($given)
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<$value, E> {
            Ok($given)
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<$value, E> {
            Ok($given)
        }
    };
    (words $value:ty: $given:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<$value, E> {
            Ok($given)
        }
        fn visit_unit<E: Error>(self) -> Result<$value, E> {
            Ok($given)
        }
        fn visit_str<E: Error>(self, _: &str) -> Result<$value, E> {
            Ok($given)
        }
    };
    (list $value:ty: $given:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<$value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($given)
        }
    };
    (object $value:ty: $given:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($given)
        }
    };
}

/// A seed that asks for any value and visits it itself.
macro_rules! seed {
    ($seed:ty, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $seed {
            type Value = $value;
            #[inline(always)]
            fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<$value, D::Error> {
                d.deserialize_any(self)
            }
        }
    };
}

fn any(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("a value")
}

/// Reads a single value.
#[derive(Clone, Copy)]
pub struct ReadScalar;

seed!(ReadScalar, Scalar);

impl<'de> Visitor<'de> for ReadScalar {
    type Value = Scalar;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    #[inline(always)]
    fn visit_i64<E: Error>(self, n: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(n))
    }
    #[inline(always)]
    fn visit_u64<E: Error>(self, n: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(n).map_or(Scalar::Float(n as f64), Scalar::Int))
    }
    #[inline(always)]
    fn visit_f64<E: Error>(self, n: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(n))
    }
    fn visit_bool<E: Error>(self, b: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(b))
    }
    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }
    otherwise!(list Scalar: Scalar::List);
    otherwise!(object Scalar: Scalar::Object);
}

/// A number, or `None` for anything else.
struct ReadNumber;

seed!(ReadNumber, Option<f64>);

impl<'de> Visitor<'de> for ReadNumber {
    type Value = Option<f64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    #[inline(always)]
    fn visit_i64<E: Error>(self, n: i64) -> Result<Option<f64>, E> {
        Ok(Some(n as f64))
    }
    #[inline(always)]
    fn visit_u64<E: Error>(self, n: u64) -> Result<Option<f64>, E> {
        Ok(Some(n as f64))
    }
    #[inline(always)]
    fn visit_f64<E: Error>(self, n: f64) -> Result<Option<f64>, E> {
        Ok(Some(n))
    }
    otherwise!(words Option<f64>: None);
    otherwise!(list Option<f64>: None);
    otherwise!(object Option<f64>: None);
}

/// Appends the numbers of a list; gives how many elements it has, `None` for what is no list.
struct ReadNumbers<'r>(&'r mut Vec<f64>);

seed!(ReadNumbers<'_>, Option<usize>);

impl<'de> Visitor<'de> for ReadNumbers<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    #[inline(always)]
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<usize>, A::Error> {
        let mut count = 0;
        while let Some(number) = list.next_element_seed(ReadNumber)? {
            count += 1;
            self.0.extend(number);
        }
        Ok(Some(count))
    }
    otherwise!(scalars Option<usize>: None);
    otherwise!(words Option<usize>: None);
    otherwise!(object Option<usize>: None);
}

/// The counts of run lengths: a string, or a list.
struct ReadCounts<'r>(&'r mut Runs);

seed!(ReadCounts<'_>, ());

impl<'de> Visitor<'de> for ReadCounts<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.is_text = true;
        self.0.text.clear();
        self.0.text.push_str(text);
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let count = ReadNumbers(&mut self.0.counts.values).visit_seq(list)?;
        (self.0.counts.list, self.0.counts.count) = (true, count.unwrap_or_default());
        Ok(())
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
    otherwise!(scalars (): ());
    otherwise!(object (): ());
}

/// What stands under `segmentation`.
struct ReadSegmentation<'r>(&'r mut Rings, &'r mut Runs);

seed!(ReadSegmentation<'_>, Form);

impl<'de> Visitor<'de> for ReadSegmentation<'_> {
    type Value = Form;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    #[inline(always)]
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Form, A::Error> {
        let rings = self.0;
        rings.clear();
        let mut start = 0;
        while let Some(count) = list.next_element_seed(ReadNumbers(&mut rings.values))? {
            let end = rings.values.len();
            rings.ends.push((end, count == Some(end - start)));
            start = end;
        }
        Ok(Form::Rings)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form, A::Error> {
        let runs = self.1;
        while let Some(key) = map.next_key_seed(Key)? {
            match key {
                Name::Size => runs.size.read(&mut map)?,
                Name::Counts => {
                    runs.is_text = false;
                    runs.counts.values.clear();
                    map.next_value_seed(ReadCounts(runs))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Form::Runs)
    }
    otherwise!(scalars Form: Form::Other);
    otherwise!(words Form: Form::Other);
}

/// The segments of a panoptic annotation: their categories.
struct ReadSegments;

seed!(ReadSegments, Option<Vec<Scalar>>);

impl<'de> Visitor<'de> for ReadSegments {
    type Value = Option<Vec<Scalar>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Vec<Scalar>>, A::Error> {
        let mut segments = Vec::new();
        let mut one = Annotation::default();
        while list.next_element_seed(ReadAnnotation(&mut one))?.is_some() {
            segments.push(std::mem::take(&mut one.category_id));
        }
        Ok(Some(segments))
    }
    otherwise!(scalars Option<Vec<Scalar>>: None);
    otherwise!(words Option<Vec<Scalar>>: None);
    otherwise!(object Option<Vec<Scalar>>: None);
}

/// The keys of COCO that are read.
#[derive(Clone, Copy)]
enum Name {
    Id,
    ImageId,
    CategoryId,
    Area,
    IsCrowd,
    NumKeypoints,
    Caption,
    File,
    Width,
    Height,
    Score,
    Attributes,
    Bbox,
    Keypoints,
    Segmentation,
    SegmentsInfo,
    Size,
    Counts,
    Other,
}

/// A key.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Name;
    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Name, D::Error> {
        d.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Name;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    #[inline(always)]
    fn visit_str<E: Error>(self, key: &str) -> Result<Name, E> {
        Ok(match key {
            "id" => Name::Id,
            "image_id" => Name::ImageId,
            "category_id" => Name::CategoryId,
            "area" => Name::Area,
            "iscrowd" => Name::IsCrowd,
            "num_keypoints" => Name::NumKeypoints,
            "caption" => Name::Caption,
            "file_name" => Name::File,
            "width" => Name::Width,
            "height" => Name::Height,
            "score" => Name::Score,
            "attributes" => Name::Attributes,
            "bbox" => Name::Bbox,
            "keypoints" => Name::Keypoints,
            "segmentation" => Name::Segmentation,
            "segments_info" => Name::SegmentsInfo,
            "size" => Name::Size,
            "counts" => Name::Counts,
            _ => Name::Other,
        })
    }
}

/// Reads an annotation in the place of the one before.
pub struct ReadAnnotation<'r>(pub &'r mut Annotation);

impl<'de> DeserializeSeed<'de> for ReadAnnotation<'_> {
    type Value = ();
    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        self.0.clear();
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ReadAnnotation<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(f)
    }
    #[inline(always)]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let a = self.0;
        a.is_object = true;
        while let Some(key) = map.next_key_seed(Key)? {
            let scalar = match key {
                Name::Id => &mut a.id,
                Name::ImageId => &mut a.image_id,
                Name::CategoryId => &mut a.category_id,
                Name::Area => &mut a.area,
                Name::IsCrowd => &mut a.iscrowd,
                Name::NumKeypoints => &mut a.num_keypoints,
                Name::Caption => &mut a.caption,
                Name::File => &mut a.file_name,
                Name::Width => &mut a.width,
                Name::Height => &mut a.height,
                Name::Score => &mut a.score,
                Name::Attributes => &mut a.attributes,
                Name::Bbox => {
                    a.has_bbox = true;
                    a.bbox.read(&mut map)?;
                    continue;
                }
                Name::Keypoints => {
                    a.has_keypoints = true;
                    a.keypoints.read(&mut map)?;
                    continue;
                }
                Name::Segmentation => {
                    a.form = map.next_value_seed(ReadSegmentation(&mut a.rings, &mut a.runs))?;
                    continue;
                }
                Name::SegmentsInfo => {
                    a.segments = map.next_value_seed(ReadSegments)?;
                    continue;
                }
                Name::Size | Name::Counts | Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *scalar = map.next_value_seed(ReadScalar)?;
        }
        Ok(())
    }
    otherwise!(scalars (): ());
    otherwise!(words (): ());
    otherwise!(list (): ());
}
