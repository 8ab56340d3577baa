//! Filters that templates of this field need, besides those of Jinja.

use crate::convert::output::csv_cell::Style;
use crate::dm::annotation::yes_or_no;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize;

/// Adds all filters.
pub fn add(env: &mut Environment<'_>) {
    env.add_filter("tojson", tojson);
    env.add_filter("fixed", fixed);
    env.add_filter("csv", csv);
    env.add_filter("text", text);
    env.add_filter("flag", flag);
    env.add_filter("number", number);
    env.add_filter("xyxy", xyxy);
    env.add_filter("cxcywh", cxcywh);
    env.add_filter("normalize", normalize);
    env.add_filter("clip", clip);
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, what.to_owned())
}

/// A value as JSON, non-ASCII text as it is; `indent=2`.
fn tojson(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    options.assert_all_used()?;
    let mut out = Vec::new();
    let done = match indent {
        None => serde_json::to_writer(&mut out, value),
        Some(n) => {
            let spaces = " ".repeat(n.min(16));
            let style = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, style))
        }
    };
    done.map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?;
    Ok(Value::from_safe_string(String::from_utf8_lossy(&out).into_owned()))
}

/// A number with so many decimals.
fn fixed(n: f64, decimals: usize) -> Result<String, Error> {
    if !n.is_finite() || decimals > 17 {
        return Err(invalid("`fixed` needs a finite number and at most 17 decimals"));
    }
    let text = format!("{n:.decimals$}");
    // "-0.00" is no number that anybody measured.
    let zero = text.starts_with('-') && text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    Ok(if zero { text[1..].to_owned() } else { text })
}

/// A value as a cell of a table: its [`text`], quoted when it has to be, never a formula.
fn csv(value: &Value) -> Result<String, Error> {
    let mut out = Vec::new();
    Style::default().push_text(&mut out, &text(value)?);
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// A value as text: `true` and `false`, a list or an object as JSON, none as nothing.
fn text(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "text of an undefined value".to_owned()));
    }
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_none() => Ok(String::new()),
        None if value.is_number() => Ok(value.to_string()),
        None => serde_json::to_string(value).map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string())),
    }
}

/// Whether an attribute says yes or no, in one of its spellings; none when it says neither, or is not there.
fn flag(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some(text) => yes_or_no(text),
        None if value.is_undefined() => None,
        None => yes_or_no(&value.to_string()),
    }
}

/// The number that an attribute is, or has as its text; none when it is not one, or is not there.
fn number(value: &Value) -> Option<f64> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None if value.is_number() => f64::try_from(value.clone()).ok(),
        None => None,
    };
    number.filter(|n| n.is_finite())
}

type Box4 = Serde<[f64; 4]>;

fn numbers(list: [f64; 4]) -> Value {
    // Whole numbers without a point, as the payload writes them.
    let tidy = |n: f64| if n.fract() == 0.0 && n.abs() < 1e15 { Value::from(n as i64) } else { Value::from(n) };
    list.map(tidy).into_iter().collect()
}

/// `[x, y, w, h]` → `[x1, y1, x2, y2]`.
fn xyxy(Serde([x, y, w, h]): Box4) -> Value {
    numbers([x, y, x + w, y + h])
}

/// `[x, y, w, h]` → centre and size.
fn cxcywh(Serde([x, y, w, h]): Box4) -> Value {
    numbers([x + w / 2.0, y + h / 2.0, w, h])
}

/// Width and height of `image`.
fn size(image: &Value) -> Result<(f64, f64), Error> {
    let side = |key| -> Result<f64, Error> {
        let n = f64::try_from(image.get_attr(key)?).unwrap_or(0.0);
        if n > 0.0 { Ok(n) } else { Err(invalid("the image's size is not known")) }
    };
    Ok((side("width")?, side("height")?))
}

/// Four numbers, x and y in turn, as fractions of the image.
fn normalize(Serde([a, b, c, d]): Box4, image: &Value) -> Result<Value, Error> {
    let (w, h) = size(image)?;
    Ok([a / w, b / h, c / w, d / h].into_iter().map(Value::from).collect())
}

/// The part of `[x, y, w, h]` that lies in the image; without any, a box of no size at its edge.
fn clip(Serde([x, y, w, h]): Box4, image: &Value) -> Result<Value, Error> {
    let (width, height) = size(image)?;
    let (left, top) = (x.clamp(0.0, width), y.clamp(0.0, height));
    let (right, bottom) = ((x + w).clamp(left, width), (y + h).clamp(top, height));
    Ok(numbers([left, top, right - left, bottom - top]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_field() {
        let mut env = Environment::new();
        add(&mut env);
        let image = minijinja::context! { width => 100, height => 50 };
        let ctx = minijinja::context! { b => [10.0, 20.0, 30.0, 4.5], o => [-10, 40, 20, 20], image, s => "=1,\"가\"", n => () };
        for (template, want) in [
            ("{{ b|xyxy }}", "[10, 20, 40, 24.5]"),
            ("{{ b|cxcywh }}", "[25, 22.25, 30, 4.5]"),
            ("{{ b|normalize(image) }}", "[0.1, 0.4, 0.3, 0.09]"),
            ("{{ o|clip(image) }}", "[0, 40, 10, 10]"),
            ("{{ 1.005|fixed(1) }} {{ -0.001|fixed(2) }} {{ 3|fixed(2) }}", "1.0 0.00 3.00"),
            ("{{ s|csv }},{{ b|csv }},{{ n|csv }}", "\"'=1,\"\"가\"\"\",\"[10.0,20.0,30.0,4.5]\","),
            (
                "{{ s|text }},{{ true|text }},{{ n|text }},{{ [1,'<']|text }},{{ 1.5|text }}",
                "=1,\"가\",true,,[1,\"<\"],1.5",
            ),
            (
                "{{ 'Yes'|flag }},{{ 0|flag }},{{ true|flag }},{{ 2|flag }},{{ n|flag }},{{ {}.x|flag }}",
                "True,False,True,None,None,None",
            ),
            (
                "{{ ' 0.5 '|number }},{{ 2|number }},{{ 'x'|number }},{{ true|number }},{{ 'inf'|number }},{{ {}.x|number }}",
                "0.5,2.0,None,None,None,None",
            ),
            ("{{ s|tojson }}", "\"=1,\\\"가\\\"\""),
            ("{{ {'a': [1]}|tojson(indent=1) }}", "{\n \"a\": [\n  1\n ]\n}"),
        ] {
            assert_eq!(env.render_str(template, ctx.clone()).unwrap(), want, "{template}");
        }
        for bad in
            ["{{ b|clip({'width': none, 'height': 5}) }}", "{{ n|xyxy }}", "{{ [1,2]|xyxy }}", "{{ 1|fixed(99) }}"]
        {
            assert!(env.render_str(bad, ctx.clone()).is_err(), "{bad}");
        }
    }
}
