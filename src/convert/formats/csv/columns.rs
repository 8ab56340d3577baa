//! The columns of the tables: what there is, what `--columns` picks, and in which order.

use super::args::Rows;

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
    /// One attribute: `attr.NAME`.
    Attribute(String),
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

/// What the names of attribute columns begin with.
pub const ATTRIBUTE: &str = "attr.";

impl Column {
    /// The name in the header.
    pub fn name(&self) -> String {
        match self {
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
            C::Attribute(name) => return format!("{ATTRIBUTE}{name}"),
        }
        .to_owned()
    }

    /// The columns of a table: all of its kind, or the ones picked.
    ///
    /// # Errors
    /// One line for a column that the table does not have, with the nearest one, or that is picked twice.
    pub fn choose(rows: Rows, picked: &[String]) -> Result<Vec<Self>, String> {
        let all = match rows {
            Rows::Annotations => &OF_ANNOTATIONS[..],
            Rows::Items => &OF_ITEMS[..],
        };
        if picked.is_empty() {
            return Ok(all.to_vec());
        }
        let mut out: Vec<Self> = Vec::with_capacity(picked.len());
        for name in picked {
            let attribute = name.strip_prefix(ATTRIBUTE).filter(|n| rows == Rows::Annotations && !n.is_empty());
            let known = all.iter().find(|c| c.name() == *name).cloned();
            let column =
                known.or_else(|| attribute.map(|n| C::Attribute(n.to_owned()))).ok_or_else(|| unknown(name, all))?;
            if out.contains(&column) {
                return Err(format!("--columns has {name} twice"));
            }
            out.push(column);
        }
        Ok(out)
    }
}

fn unknown(name: &str, all: &[Column]) -> String {
    let names: Vec<String> = all.iter().map(Column::name).collect();
    let near = names.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let hint = near.filter(|n| strsim::jaro(n, name) > 0.7).map_or(String::new(), |n| format!("did you mean {n}? "));
    let attributes = if all.contains(&C::Attributes) { format!(", {ATTRIBUTE}NAME") } else { String::new() };
    format!("--columns: no column {name:?}: {hint}choose among {}{attributes}", names.join(", "))
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
        assert_eq!(pick(Rows::Annotations, &["class", "attr.색", "item_id"]).unwrap(), "class,attr.색,item_id");
        let error = pick(Rows::Annotations, &["clas"]).unwrap_err();
        assert!(error.contains("did you mean class?"), "{error}");
        for bad in [&["x", "x"][..], &[""], &["attr."]] {
            assert!(pick(Rows::Annotations, bad).is_err(), "{bad:?}");
        }
        assert!(pick(Rows::Items, &["attr.a"]).is_err());
        assert!(pick(Rows::Items, &[]).unwrap().starts_with("item_id,file_name"));
    }
}
