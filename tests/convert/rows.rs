//! Rows as the platform writes them, made by the tests.

use serde_json::{Value, json};

/// An item in dialect S with these heads and geometries under `image_1`.
pub fn item(id: u64, name: &str, heads: Value, data: Value) -> String {
    let row = json!({"id": id, "data": {"extra": {"image_1": {"width": 100, "height": 50}},
        "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}},
        "file": {"file_name_original": name, "url": format!("https://h/{id}")}});
    format!("{row}\n")
}

pub fn one_box(id: u64, name: &str, classification: Value) -> String {
    let heads = json!([{"id": "a", "tool": "bounding_box", "classification": classification}]);
    item(id, name, heads, json!([{"id": "a", "coordinate": {"x": 1.5, "y": 2, "width": 30, "height": 4}}]))
}

/// A row whose `data` is written as it stands.
pub fn verbatim(id: u64, name: &str, data: &str, more: &str) -> String {
    format!("{{\"id\":{id},\"data\":{data},\"file\":{{\"file_name_original\":\"{name}\"}}{more}}}\n")
}

pub const PAYLOAD: &str = r#"{ "annotations":{"video_1":[{"id":"a","tool":"classification","classification":{"class":"설명","n":1.10,"big":12345678901234567890123}},{"id":"b","tool":"classification","classification":{"class":"a/b"}},{"id":"c","tool":"classification","classification":{"class":"A_B"}}]} ,"z":1,"a":[ ]}"#;
