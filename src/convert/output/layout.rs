//! Places and lists that formats have in common.

/// Where an original lies beside documents: `images[/{split}]/{stem}{ext}`.
pub fn image_path(split: &str, stem: &str, ext: &str) -> String {
    if split.is_empty() { format!("images/{stem}{ext}") } else { format!("images/{split}/{stem}{ext}") }
}

/// `classes.txt`: one name a line, in order.
pub fn class_lines(names: &[String]) -> String {
    names.iter().map(|name| format!("{}\n", name.replace(['\n', '\r'], " "))).collect()
}
