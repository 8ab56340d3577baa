//! A row of the dump in the shape of each list.

use std::io;

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::json::{Fields, Object, map_urls, quote};
use crate::options::Presigned;
use crate::query::{Query, Target};

/// What the request wants to see of each row.
#[derive(Debug)]
pub struct View {
    target: Target,
    data: bool,
    unit: bool,
    presigned: bool,
    refetch: bool,
    /// `http://host:port` as the client spelt it
    base: String,
}

impl View {
    /// From the query.
    pub fn new(target: Target, query: &Query, base: String) -> Self {
        let presigned = query.get("response_mode") == Some("presigned");
        View {
            target,
            // The platform's own task export asks for no `expand=data` and still reads `data`.
            data: query.has("expand", "data") || presigned,
            unit: query.has("expand", "data_unit"),
            presigned,
            refetch: query.get("id").is_some(),
            base,
        }
    }

    /// One row as JSON.
    pub fn render(&self, app: &App, row: usize) -> io::Result<String> {
        let line = app.dump.read(row)?;
        let fields: Fields = serde_json::from_str(line.trim())?;
        Ok(match self.target {
            Target::Assignment => self.assignment(app, row, &fields),
            Target::Task => self.task(app, row, &fields),
            Target::GroundTruth => self.truth(app, row, &fields),
            Target::DataUnit => self.unit(app, row, &fields),
        })
    }

    fn assignment(&self, app: &App, row: usize, fields: &Fields) -> String {
        let index = &app.dump.rows[row];
        let mut out = Object::new().raw("id", index.id.json()).raw("project", app.options.project);
        for (key, value) in &fields.0 {
            out = match key.as_str() {
                // `target` is what a fetch adds; the server never sends it.
                "id" | "project" | "target" | "data" => out,
                "task" if *value == "null" => out,
                "data_unit" if app.options.strict_rows => out,
                "file" | "files" | "files_manifest" if app.options.files_manifest => out,
                "file" | "files" | "files_manifest" | "data_unit" => out.raw(key, self.urls(app, row, value)),
                _ => out.raw(key, value),
            };
        }
        if app.options.files_manifest {
            out = out.raw("files_manifest", self.urls(app, row, &manifest(fields)));
        }
        self.with_data(app, row, fields, out).end()
    }

    fn task(&self, app: &App, row: usize, fields: &Fields) -> String {
        let index = &app.dump.rows[row];
        let task = Fields::of(fields.get("task").unwrap_or("null"));
        let mut out = Object::new().raw("id", index.task.json()).raw("project", app.options.project);
        if let Some(tags) = task.get("tags") {
            out = out.raw("tags", tags);
        }
        for key in ["status_label", "status_review", "created"] {
            if let Some(value) = fields.get(key) {
                out = out.raw(key, value);
            }
        }
        if self.unit {
            out = self.with_unit(app, row, fields, out);
        } else {
            out = out.raw("data_unit", index.unit.json());
        }
        self.with_data(app, row, fields, out).end()
    }

    fn truth(&self, app: &App, row: usize, fields: &Fields) -> String {
        let index = &app.dump.rows[row];
        let mut out = Object::new()
            .raw("id", index.truth.json())
            .raw("pgh_id", index.event.json())
            .raw("ground_truth_dataset_versions", format!("[{}]", app.options.gt_version))
            .raw("task", index.task.json())
            .text("category", app.dump.facet_text(index, "category").unwrap_or("train"));
        if let Some(created) = fields.get("created") {
            out = out.raw("created", created);
        }
        out = self.with_unit(app, row, fields, out);
        self.with_data(app, row, fields, out).end()
    }

    fn unit(&self, app: &App, row: usize, fields: &Fields) -> String {
        let unit = Fields::of(fields.get("data_unit").unwrap_or("null"));
        Object::new()
            .raw("id", app.dump.rows[row].unit.json())
            .raw("data_collection", 1)
            .raw("meta", unit.get("meta").unwrap_or("{}"))
            .raw("files", self.urls(app, row, &manifest(fields)))
            .end()
    }

    fn with_unit(&self, app: &App, row: usize, fields: &Fields, out: Object) -> Object {
        let unit = Fields::of(fields.get("data_unit").unwrap_or("null"));
        let files = self.urls(app, row, &manifest(fields));
        let mut inner = Object::new().raw("id", app.dump.rows[row].unit.json());
        inner = inner.raw("meta", unit.get("meta").unwrap_or("{}"));
        if app.options.files_manifest {
            return out.raw("data_unit", inner.end()).raw("files_manifest", files);
        }
        out.raw("data_unit", inner.raw("files", files).end())
    }

    fn with_data(&self, app: &App, row: usize, fields: &Fields, out: Object) -> Object {
        if !self.data {
            return out;
        }
        let Some(payload) = fields.get("data") else { return out.raw("data", "null") };
        if let Some(wrapper) = self.externalised(app, row, payload) {
            return out.raw("data", wrapper);
        }
        if app.options.data_string && !payload.starts_with('"') {
            return out.raw("data", quote(payload));
        }
        out.raw("data", payload)
    }

    fn externalised(&self, app: &App, row: usize, payload: &str) -> Option<String> {
        let mode = app.options.presigned.filter(|_| self.presigned)?;
        let whole = match mode {
            Presigned::All => true,
            Presigned::Large if payload.len() > app.options.presigned_over => true,
            Presigned::Mixed if row % 3 < 2 => row.is_multiple_of(3),
            Presigned::Lost => return Some(r#"{"mode":"inline","truncated":true}"#.into()),
            Presigned::Large | Presigned::Mixed => return None,
        };
        let path = format!("/objects/{row}.json");
        let url = format!("{}{path}?{}", self.object_base(app), app.signer.sign(&path, self.refetch));
        if !whole {
            let out = Object::new().text("mode", "inline").raw("truncated", true);
            return Some(out.text("presigned_url", &url).end());
        }
        let mut digest = Sha256::digest(payload.as_bytes());
        if app.options.bad_digest {
            digest[0] ^= 1;
        }
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let out = Object::new().text("mode", "presigned").text("presigned_url", &url);
        Some(out.raw("size", payload.len()).text("data_digest", &hex).end())
    }

    fn object_base(&self, app: &App) -> String {
        match &app.options.object_host {
            Some(host) => format!("http://{host}:{}", app.port),
            None => self.base.clone(),
        }
    }

    fn urls(&self, app: &App, row: usize, json: &str) -> String {
        map_urls(json, &mut |name| {
            let folder = if app.options.relative_urls { "media" } else { "files" };
            let path = format!("/{folder}/{row}/{}", escape(name));
            match (app.options.relative_urls, app.options.sign_files) {
                (true, _) => path,
                (_, false) => format!("{}{path}", self.base),
                (_, true) => {
                    format!("{}{path}?{}", self.object_base(app), app.signer.sign(&path, self.refetch))
                }
            }
        })
    }
}

/// Files by specification, from whichever of the three places the row keeps them in.
pub fn manifest(fields: &Fields) -> String {
    let unit = Fields::of(fields.get("data_unit").unwrap_or("null"));
    if let Some(files) = unit.get("files").or_else(|| fields.first(&["files_manifest", "files"])) {
        return files.to_owned();
    }
    match fields.get("file") {
        Some(file) => Object::new().raw("image_1", file).end(),
        None => "{}".into(),
    }
}

/// One path segment, percent-encoded.
fn escape(name: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.');
    name.bytes().map(|byte| if keep(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
