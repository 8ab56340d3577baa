//! What a data unit is called: its file's name without the extension.

use serde_json::Value;

/// The name of a data unit: `meta.filename` without `meta.origin_file_extension`, as the platform's export guide has it; without them the
/// name of its primary file. (`meta.origin_file_stem` is not reliable.) `None`: it has none.
pub fn of(unit: &Value) -> Option<String> {
    let meta = &unit["meta"];
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(name) = text(&meta["filename"]) {
        let extension = text(&meta["origin_file_extension"]).unwrap_or_default();
        return Some(without(&name, extension.trim_start_matches('.')).to_owned());
    }
    let files = &unit["files"];
    let all: Vec<&Value> = match files {
        Value::Object(by_specification) => by_specification.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    let file = all.iter().find(|file| file["is_primary"] == true).or(all.first())?;
    let name = ["file_name_original", "filename", "name"].iter().find_map(|key| text(&file[*key]))?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default();
    Some(without(&name, &extension).to_owned())
}

/// A name without this extension, in any case; the whole name when it has another one, or would be empty.
fn without<'a>(name: &'a str, extension: &str) -> &'a str {
    match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && !extension.is_empty() && end.eq_ignore_ascii_case(extension) => stem,
        // `.tar.gz`: an extension of several parts.
        _ if extension.contains('.') => {
            let at = name.len().saturating_sub(extension.len() + 1);
            let ends = name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(&format!(".{extension}"));
            if ends && at > 0 { &name[..at] } else { name }
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn units_are_called_as_the_export_guide_says() {
        for (unit, name) in [
            (json!({"meta": {"filename": "a.jpg", "origin_file_extension": ".jpg"}}), Some("a")),
            (
                json!({"meta": {"filename": "a.JPG", "origin_file_extension": "jpg", "origin_file_stem": "x"}}),
                Some("a"),
            ),
            (json!({"meta": {"filename": "a.b", "origin_file_extension": ".jpg"}}), Some("a.b")),
            (json!({"meta": {"filename": "도로.v2", "origin_file_extension": ""}}), Some("도로.v2")),
            (json!({"meta": {"filename": "a.nii.gz", "origin_file_extension": ".nii.gz"}}), Some("a")),
            (json!({"meta": {"filename": ".jpg", "origin_file_extension": ".jpg"}}), Some(".jpg")),
            (json!({"meta": {"filename": "jpg", "origin_file_extension": ".jpg"}}), Some("jpg")),
            (
                json!({"meta": null, "files": {"a": {"name": "x.json"}, "b": {"is_primary": true, "file_name_original": "y.png"}}}),
                Some("y"),
            ),
            (json!({"files": [{"filename": "z.tar"}]}), Some("z")),
            (json!({"meta": {"origin_file_stem": "x"}, "files": {}}), None),
            (json!({"meta": {"filename": 7}}), None),
        ] {
            assert_eq!(of(&unit).as_deref(), name, "{unit}");
        }
    }
}
