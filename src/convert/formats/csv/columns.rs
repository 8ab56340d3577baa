//! The columns of the tables: what there is, what `--columns` picks, and in which order.

use super::args::Rows;
use crate::convert::engine::split::FieldPath;
use crate::selection::words::nearest;
use crate::tr;
use crate::words::Message;
use std::fmt;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Their names say it, and `Column::name` is what users see.
pub enum Column {
    ItemId,
    FileName,
    Width,
    Height,
    Split,
    Media,
    AnnotationId,
    Tool,
    Class,
    X,
    Y,
    W,
    H,
    Rotation,
    Points,
    Geometry,
    Attributes,
    Problem,
    Annotations,
    Tools,
    Classes,
    Labeler,
    Status,
    Review,
    Created,
    Updated,
    Tags,
    TaskTags,
    TaskId,
    AssignmentId,
    DataUnitId,
    /// One attribute: `attr.NAME`.
    Attribute(String),
    /// A field of the row, by its path.
    Field(FieldPath),
}

use Column as C;

/// Columns of a table of annotations.
const OF_ANNOTATIONS: [C; 18] = [
    C::ItemId,
    C::FileName,
    C::Width,
    C::Height,
    C::Split,
    C::Media,
    C::AnnotationId,
    C::Tool,
    C::Class,
    C::X,
    C::Y,
    C::W,
    C::H,
    C::Rotation,
    C::Points,
    C::Geometry,
    C::Attributes,
    C::Problem,
];

/// Columns of a table of items.
const OF_ITEMS: [C; 9] =
    [C::ItemId, C::FileName, C::Width, C::Height, C::Split, C::Media, C::Annotations, C::Tools, C::Classes];

/// Columns that both tables have when they are picked: what the row around the payload says.
pub const OF_ROWS: [C; 10] = [
    C::Labeler,
    C::Status,
    C::Review,
    C::Created,
    C::Updated,
    C::Tags,
    C::TaskTags,
    C::TaskId,
    C::AssignmentId,
    C::DataUnitId,
];

/// What the names of attribute columns begin with.
pub const ATTRIBUTE: &str = "attr.";

impl Column {
    /// The name in the header.
    pub fn name(&self) -> String {
        self.to_string()
    }

    /// Whether the row around the payload fills it: with the same cell for all annotations of an item.
    pub fn is_of_row(&self) -> bool {
        OF_ROWS.contains(self) || matches!(self, C::Field(_))
    }

    /// The columns of a table: all of its kind, or the ones picked.
    ///
    /// # Errors
    /// One line for a column that the table does not have, with the nearest one, or that is picked twice.
    pub fn choose(rows: Rows, picked: &[String]) -> Result<Vec<Self>, Message> {
        let all = match rows {
            Rows::Annotations => &OF_ANNOTATIONS[..],
            Rows::Items => &OF_ITEMS[..],
        };
        if picked.is_empty() {
            return Ok(all.to_vec());
        }
        let mut out: Vec<Self> = Vec::with_capacity(picked.len());
        for name in picked {
            let column = Self::find(rows, all, name)?;
            if out.contains(&column) {
                return Err(tr!("columns-twice", name));
            }
            out.push(column);
        }
        Ok(out)
    }

    fn find(rows: Rows, all: &[Self], name: &str) -> Result<Self, Message> {
        let known = || all.iter().chain(&OF_ROWS);
        if let Some(column) = known().find(|column| column.to_string() == name) {
            return Ok(column.clone());
        }
        if let Some(attribute) = name.strip_prefix(ATTRIBUTE) {
            return match (rows, attribute) {
                (Rows::Annotations, "") => Err(tr!("columns-attribute-name", prefix = ATTRIBUTE)),
                (Rows::Annotations, _) => Ok(C::Attribute(attribute.to_owned())),
                (Rows::Items, _) => Err(tr!("columns-of-items", name)),
            };
        }
        if let Some(other) = OF_ANNOTATIONS.iter().chain(&OF_ITEMS).find(|column| column.to_string() == name) {
            let (other, known) = (other.to_string(), names(known()));
            return Err(match rows {
                Rows::Items => tr!("columns-of-annotations", other, known),
                Rows::Annotations => tr!("columns-of-rows-items", other, known),
            });
        }
        // A slip of one letter is more likely than a field of such a name, unless the name is hardly longer than that.
        let slip = |column: &&Self| {
            let column = column.to_string();
            column.eq_ignore_ascii_case(name) || (name.len() > 2 && strsim::damerau_levenshtein(&column, name) == 1)
        };
        if let Some(near) = known().find(slip) {
            return Err(tr!("columns-near", ?name, near));
        }
        FieldPath::new(name).map(C::Field).map_err(|_| {
            let known = names(known());
            match rows {
                Rows::Items => tr!("columns-unknown-items", ?name, known),
                Rows::Annotations => tr!("columns-unknown", ?name, known, prefix = ATTRIBUTE),
            }
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            C::ItemId => "item_id",
            C::FileName => "file_name",
            C::Width => "width",
            C::Height => "height",
            C::Split => "split",
            C::Media => "media",
            C::AnnotationId => "annotation_id",
            C::Tool => "tool",
            C::Class => "class",
            C::X => "x",
            C::Y => "y",
            C::W => "w",
            C::H => "h",
            C::Rotation => "rotation",
            C::Points => "points",
            C::Geometry => "geometry",
            C::Attributes => "attributes",
            C::Problem => "problem",
            C::Annotations => "annotations",
            C::Tools => "tools",
            C::Classes => "classes",
            C::Labeler => "labeler",
            C::Status => "status",
            C::Review => "review",
            C::Created => "created",
            C::Updated => "updated",
            C::Tags => "tags",
            C::TaskTags => "task_tags",
            C::TaskId => "task_id",
            C::AssignmentId => "assignment_id",
            C::DataUnitId => "data_unit_id",
            C::Attribute(name) => return write!(f, "{ATTRIBUTE}{name}"),
            C::Field(path) => return path.fmt(f),
        };
        f.write_str(name)
    }
}

/// What may have been meant by the name of a field that no row has.
pub fn instead(rows: Rows, name: &str) -> Message {
    let all = match rows {
        Rows::Annotations => &OF_ANNOTATIONS[..],
        Rows::Items => &OF_ITEMS[..],
    };
    let columns: Vec<String> = all.iter().chain(&OF_ROWS).map(Column::to_string).collect();
    let near = nearest(name, columns.iter().map(String::as_str)).map(|near| tr!("column-near", near));
    let attribute = (rows == Rows::Annotations).then(|| tr!("column-attribute", prefix = ATTRIBUTE));
    match (near, attribute) {
        (Some(near), Some(attribute)) => tr!("column-hints", near, attribute),
        (near, attribute) => near.or(attribute).unwrap_or_default(),
    }
}

/// The names of columns, as in a sentence.
pub fn names<'c>(columns: impl IntoIterator<Item = &'c Column>) -> String {
    columns.into_iter().map(Column::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_in_order_and_names_the_nearest() {
        let pick = |rows, names: &[&str]| {
            Column::choose(rows, &names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>())
                .map(|c| c.iter().map(Column::name).collect::<Vec<_>>().join(","))
        };
        for (rows, names) in [
            (Rows::Annotations, "class,attr.색,item_id"),
            (Rows::Annotations, "status,labeler,class,data_unit.meta.video,status_label,score"),
            (Rows::Items, "classes,tags,task_id,data_unit.meta.video"),
        ] {
            let picked: Vec<&str> = names.split(',').collect();
            assert_eq!(pick(rows, &picked).unwrap(), names);
        }
        for (rows, bad, told) in [
            (Rows::Annotations, &["clas"][..], "did you mean class?"),
            (Rows::Annotations, &["STATUS"], "did you mean status?"),
            (Rows::Annotations, &["labler"], "did you mean labeler?"),
            (Rows::Annotations, &["annotations"], "add --rows items"),
            (Rows::Items, &["class"], "rows of items have no column class"),
            (Rows::Annotations, &["x", "x"], "x twice"),
            (Rows::Annotations, &["a.b", "a.b"], "a.b twice"),
            (Rows::Annotations, &[""], "choose among item_id"),
            (Rows::Annotations, &["a..b"], "or a field of the row such as"),
            (Rows::Annotations, &["attr."], "the name of an attribute"),
            (Rows::Items, &["attr.a"], "--rows items has no attributes"),
        ] {
            let error = pick(rows, bad).unwrap_err();
            assert!(error.english().contains(told), "{bad:?}: {error}");
        }
        for (rows, name, told) in [
            (Rows::Annotations, "updated_at", "there is a column updated, and the column of an attribute is attr.NAME"),
            (Rows::Annotations, "colour", "the column of an attribute is attr.NAME"),
            (Rows::Items, "lables", "there is a column labeler"),
        ] {
            assert_eq!(instead(rows, name).english(), told, "{name}");
        }
        assert!(pick(Rows::Items, &[]).unwrap().starts_with("item_id,file_name"));
    }
}
