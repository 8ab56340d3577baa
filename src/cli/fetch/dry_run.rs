//! `--dry-run`: what an export would bring, what it would cost, and what each format would lose of it. All but the counts of the server are
//! estimates from a sample of rows.

use super::args::Fetch;
use crate::cli::losses;
use crate::exit::Failure;
use crate::table::Table;
use crate::text::{duration, number};
use crate::tr;
use crate::words::{Many, Message, Size, Time, Worded};
use serde_json::{Map, Value, json};

/// Writes a plan: as tables on a terminal, else as one JSON object. `at_once`: requests that run at the same time, where that is known.
///
/// # Errors
/// The output cannot be written.
pub fn write(mut plan: Value, at_once: Option<usize>, args: &Fetch) -> Result<(), Failure> {
    plan["estimate"] = estimate(&plan, at_once);
    plan["formats"] = losses::all(&plan["sample"]["tools"]);
    let mut writer = args.common.writer()?;
    if args.at_terminal() {
        writer.put(in_words(&plan).as_bytes())?;
    } else {
        writer.line(plan.to_string().as_bytes())?;
    }
    Ok(writer.finish()?)
}

/// Bytes and time by what the sample has shown; `null` where it has shown nothing.
fn estimate(plan: &Value, at_once: Option<usize>) -> Value {
    let sample = &plan["sample"];
    let (Some(rows), Some(seen)) = (plan["count"].as_f64(), sample["rows"].as_f64().filter(|seen| *seen > 0.0)) else {
        return Value::Null;
    };
    let size = sample["bytes_per_row"].as_f64().map(|each| (each * rows).round() as u64);
    let time = || {
        let (each, lanes) = (sample["seconds"].as_f64()?, at_once?.max(1) as f64);
        let requests = plan["requests"].as_f64()?;
        // Between a server whose answers take as long however many rows they have, and one that needs so long for each row.
        let (least, most) = (each * requests / lanes, each * rows / seen / lanes);
        let tenths = |seconds: f64| (seconds * 10.0).round() / 10.0;
        Some(json!([tenths(least.min(most)), tenths(least.max(most))]))
    };
    json!({"bytes": size, "seconds": time(), "concurrency": at_once, "basis": {"rows": seen as u64, "seconds": sample["seconds"]}})
}

/// A plan as a person reads it.
fn in_words(plan: &Value) -> String {
    let plain = |value: &Value| match value {
        Value::Number(n) => n.as_u64().map_or_else(|| n.to_string(), number),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let list = |map: &Value, between: &str| {
        let parts = map.as_object().into_iter().flatten().map(|(key, value)| format!("{key}{between}{}", plain(value)));
        parts.collect::<Vec<_>>().join(", ")
    };
    let (sample, estimate) = (&plan["sample"], &plan["estimate"]);
    let mut table = Table::new(&["plan", ""]);
    let mut row = |name: Message, text: Message| {
        if !text.is_empty() {
            table.row(vec![name.spoken().to_owned(), text.spoken().to_owned()]);
        }
    };
    let given = |value: &Value| if value.is_null() { String::new() } else { plain(value) };
    row(tr!("plan-host"), given(&plan["host"]).into());
    row(tr!("plan-database"), given(&plan["postgres"]).into());
    row(tr!("plan-target"), plain(&plan["target"]).into());
    // Ids as the server is asked, not as numbers of something.
    let query: Map<String, Value> = plan["query"].as_object().cloned().unwrap_or_default();
    let filters: Vec<String> = query
        .iter()
        .map(|(key, v)| format!("{key} = {}", v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
        .collect();
    row(tr!("plan-filters"), filters.join(", ").into());
    if !plan["project"].is_null() {
        let (id, title) = (&plan["project"]["id"], &plan["project"]["title"]);
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        row(tr!("plan-project"), format!("{id} {}", plain(title)).into());
    }
    let classes: Vec<String> = plan["classes"].as_array().into_iter().flatten().map(plain).collect();
    row(tr!("plan-classes"), classes.join(", ").into());
    row(tr!("plan-rows"), if plan["count"].is_null() { tr!("plan-unknown") } else { plain(&plan["count"]).into() });
    if !plan["requests"].is_null() {
        let (n, rows) = (plain(&plan["requests"]), plain(&plan["page_size"]));
        row(tr!("plan-requests"), tr!("plan-about-requests", n, rows));
    }
    row(tr!("plan-size"), estimate["bytes"].as_u64().map(|n| tr!("plan-about", size = Size(n))).unwrap_or_default());
    if let (Some(least), Some(most)) = (estimate["seconds"][0].as_f64(), estimate["seconds"][1].as_f64()) {
        let time = if duration(least) == duration(most) {
            Time(most).words()
        } else {
            tr!("plan-time-range", least = Time(least), most = Time(most))
        };
        let n = estimate["concurrency"].as_u64().unwrap_or(1);
        row(tr!("plan-time"), tr!("plan-about-time", time, n));
    }
    let rows = sample["rows"].as_u64().unwrap_or(0);
    let by = match sample["bytes_per_row"].as_u64() {
        Some(n) => tr!("plan-sample-each", rows = Many(rows), size = Size(n)),
        None => tr!("plan-sample", rows = Many(rows)),
    };
    row(tr!("plan-estimated"), by);
    row(tr!("plan-sample-tools"), list(&sample["tools"], ": ").into());
    row(tr!("plan-sample-classes"), list(&sample["classes"], ": ").into());
    format!("{}\n{}", table.render(), losses::table(&plan["formats"], &tr!("losses-of-sample")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_a_range_with_its_basis() {
        let plan =
            json!({"count": 1000, "requests": 13, "sample": {"rows": 10, "bytes_per_row": 2000, "seconds": 0.2}});
        let told = estimate(&plan, Some(4));
        assert_eq!((&told["bytes"], &told["seconds"]), (&json!(2_000_000), &json!([0.7, 5.0])));
        assert_eq!(told["basis"], json!({"rows": 10, "seconds": 0.2}));
        assert!(estimate(&plan, None)["seconds"].is_null());
        let empty = json!({"count": 0, "sample": {"rows": 0, "bytes_per_row": null}});
        assert!(estimate(&empty, Some(4)).is_null());
    }

    #[test]
    fn what_a_format_loses_is_told_with_what_keeps_it() {
        let tools = json!({"bounding_box": 5, "polygon": 2, "3d_bounding_box": 1});
        let all = losses::all(&tools);
        let of = |name: &str| all.as_array().unwrap().iter().find(|f| f["to"] == name).unwrap().clone();
        assert_eq!(of("json"), json!({"to": "json", "kept": 8, "lost": [], "if_any": []}));
        let yolo = of("yolo");
        assert_eq!(yolo["kept"], 5);
        let lost: Vec<&Value> = yolo["lost"].as_array().unwrap().iter().collect();
        assert!(lost[0]["tool"] == "polygon" && lost[0]["keep"][0] == "yolo --task segment", "{yolo}");
        // What no way of the format keeps, another format does.
        assert!(lost[1]["keep"].as_array().unwrap().iter().any(|way| way == "json"), "{yolo}");
        let words = in_words(
            &json!({"target": "task", "query": {"project": "1234567"}, "count": 1_234_567, "sample": {"rows": 1},
            "estimate": {"bytes": 1u64 << 30, "seconds": [1.0, 90.0], "concurrency": 8}, "formats": [yolo]}),
        );
        for part in [
            "project = 1234567",
            "1,234,567",
            "about 1.0 GiB",
            "about 1.0 s to 1 min 30 s, 8 requests at once",
            "yolo --task segment",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
}
