//! What a plugin must be told before it runs: its `run_schema`, a form of FormKit as the platform's plugins have it, or a JSON schema.

use serde_json::{Map, Value};

/// Something that a plugin must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What people call it; may be empty.
    pub label: String,
    /// The values that it may have; none: any text.
    pub choices: Vec<String>,
}

/// The names of what every run has, by options of its own.
const OWN: [&str; 9] =
    ["name", "description", "storage", "save_original_file", "path", "target", "filter", "extra_params", "agent"];

/// The fields of a form that must have a value and have none by default, each once.
pub fn required(schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk(schema, &mut fields, 0);
    fields
}

fn walk(schema: &Value, fields: &mut Vec<Field>, depth: usize) {
    /// A form is not deeper.
    const DEEPEST: usize = 12;
    if depth > DEEPEST {
        return;
    }
    match schema {
        Value::Array(list) => list.iter().for_each(|entry| walk(entry, fields, depth + 1)),
        Value::Object(form) => {
            json_schema(form, fields);
            if let Some(field) = formkit(form) {
                add(fields, field);
            }
            // Forms nest in groups, steps and actions; a list of options is none.
            let parts = form.iter().filter(|(key, _)| !matches!(key.as_str(), "options" | "properties" | "required"));
            parts.for_each(|(_, part)| walk(part, fields, depth + 1));
        }
        _ => {}
    }
}

fn add(fields: &mut Vec<Field>, field: Field) {
    if !OWN.contains(&&*field.name) && !fields.iter().any(|known| known.name == field.name) {
        fields.push(field);
    }
}

/// `{"$formkit": "select", "name": …, "validation": "required", "options": […]}`
fn formkit(form: &Map<String, Value>) -> Option<Field> {
    form.get("$formkit")?;
    let name = form.get("name")?.as_str()?.to_owned();
    let rules = match form.get("validation") {
        Some(Value::String(rules)) => rules.split('|').map(str::to_owned).collect(),
        Some(Value::Array(rules)) => {
            rules.iter().filter_map(|rule| rule.as_str().or(rule[0].as_str()).map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    let is_required = form.get("required").and_then(Value::as_bool).unwrap_or_default()
        || rules.iter().any(|rule| rule.trim_matches(['*', '+', '?', ' ']) == "required");
    let has_default = form.get("value").or(form.get("default")).is_some_and(|value| !value.is_null() && value != "");
    (is_required && !has_default).then(|| Field {
        name,
        label: form.get("label").and_then(Value::as_str).unwrap_or_default().to_owned(),
        choices: form.get("options").map(choices).unwrap_or_default(),
    })
}

/// `{"properties": {…}, "required": […]}`
fn json_schema(form: &Map<String, Value>, fields: &mut Vec<Field>) {
    let (Some(Value::Object(properties)), Some(Value::Array(required))) =
        (form.get("properties"), form.get("required"))
    else {
        return;
    };
    for name in required.iter().filter_map(Value::as_str) {
        let property = properties.get(name).unwrap_or(&Value::Null);
        if property["default"].is_null() {
            let label = property["title"].as_str().unwrap_or_default().to_owned();
            add(fields, Field { name: name.to_owned(), label, choices: choices(&property["enum"]) });
        }
    }
}

/// Texts, numbers, `{"value", "label"}`, or an object of values with their labels.
fn choices(options: &Value) -> Vec<String> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match options {
        Value::Array(list) => list.iter().filter_map(|entry| plain(entry).or_else(|| plain(&entry["value"]))).collect(),
        Value::Object(map) => map.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_plugin_must_be_told_is_found_in_its_form() {
        let mode = ["instance", "semantic", "exclude"];
        for (schema, expected) in [
            (json!(null), vec![]),
            (json!([]), vec![]),
            (
                json!([{"$formkit": "select", "name": "segmentation_mode", "validation": "required", "options": mode}]),
                vec![("segmentation_mode", 3)],
            ),
            (
                json!({"export": [{"$formkit": "group", "children": [{"$formkit": "radio", "name": "m", "required": true, "options": [{"value": "a", "label": "A"}]}]}]}),
                vec![("m", 1)],
            ),
            (json!([{"$formkit": "text", "name": "t", "validation": [["required"], ["length", 3]]}]), vec![("t", 0)]),
            (json!([{"$formkit": "text", "name": "t", "validation": "length:3|*required"}]), vec![("t", 0)]),
            (
                json!([{"$formkit": "text", "name": "t"}, {"$formkit": "text", "name": "u", "validation": "required", "value": "x"}]),
                vec![],
            ),
            (
                json!([{"$formkit": "text", "name": "name", "validation": "required"}, {"$formkit": "text", "name": "path", "validation": "required"}]),
                vec![],
            ),
            (
                json!({"type": "object", "required": ["a", "b", "name"], "properties": {"a": {"enum": [1, 2]}, "b": {"default": 3}}}),
                vec![("a", 2)],
            ),
            (json!([{"$formkit": 3, "name": 7}, 4, "x", {"required": "a", "properties": []}]), vec![]),
        ] {
            let found: Vec<_> = required(&schema).into_iter().map(|f| (f.name, f.choices.len())).collect();
            let expected: Vec<_> = expected.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
            assert_eq!(found, expected, "{schema}");
        }
    }

    #[test]
    fn a_hostile_form_ends() {
        let deep = (0..100).fold(json!({"$formkit": "text", "name": "x", "required": true}), |inner, _| json!([inner]));
        assert!(required(&deep).is_empty());
    }
}
