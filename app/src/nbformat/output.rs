//! Outputs between their JSON form and the model.
//! An output whose form is not understood is kept as it is, so that nothing is lost on the way through.

use super::is_json_mime;
use super::write::lines;
use crate::model::output::{JsonMap, MimeBundle, Output, StreamName};
use serde_json::{Map, Value, json};

/// Reads one output.
pub(super) fn output_from_json(value: Value) -> Output {
    let Value::Object(fields) = &value else {
        return Output::Unknown(value);
    };
    let read = match fields.get("output_type").and_then(Value::as_str) {
        Some("stream") => stream_from_json(fields),
        Some("display_data") => bundle_from_json(fields).map(|bundle| Output::DisplayData {
            bundle,
            display_id: None,
        }),
        Some("execute_result") => bundle_from_json(fields).map(|bundle| Output::ExecuteResult {
            bundle,
            execution_count: count_from_json(fields.get("execution_count")),
        }),
        Some("error") => error_from_json(fields),
        _ => None,
    };
    read.unwrap_or(Output::Unknown(value))
}

/// An execution count: a whole number, or none.
pub(super) fn count_from_json(value: Option<&Value>) -> Option<u32> {
    value
        .and_then(Value::as_u64)
        .and_then(|count| u32::try_from(count).ok())
}

/// Text that may be one string or a list of lines.
pub(super) fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().map(Value::as_str).collect::<Option<String>>(),
        _ => None,
    }
}

fn stream_from_json(fields: &JsonMap) -> Option<Output> {
    let name = StreamName::from_name(fields.get("name")?.as_str()?);
    Some(Output::Stream {
        name,
        text: joined(fields.get("text")?)?,
    })
}

fn error_from_json(fields: &JsonMap) -> Option<Output> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    let traceback = fields
        .get("traceback")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    Some(Output::Error {
        ename: text("ename")?,
        evalue: text("evalue")?,
        traceback: traceback.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

/// The data and metadata of a display, from a file or a message.
pub fn bundle_from_json(fields: &JsonMap) -> Option<MimeBundle> {
    let data = fields.get("data")?.as_object()?;
    let data = data
        .iter()
        .map(|(mime, value)| {
            let text = if is_json_mime(mime) { None } else { joined(value) };
            (mime.clone(), text.map_or_else(|| value.clone(), Value::String))
        })
        .collect();
    let metadata = fields
        .get("metadata")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    Some(MimeBundle { data, metadata })
}

/// The JSON form of one output, with the keys in Jupyter's order.
pub(super) fn output_to_json(output: &Output) -> Value {
    match output {
        Output::Stream { name, text } => {
            json!({"name": name.as_str(), "output_type": "stream", "text": lines(text)})
        }
        Output::DisplayData { bundle, .. } => {
            json!({"data": data_to_json(bundle), "metadata": bundle.metadata, "output_type": "display_data"})
        }
        Output::ExecuteResult {
            bundle,
            execution_count,
        } => json!({
            "data": data_to_json(bundle),
            "execution_count": execution_count,
            "metadata": bundle.metadata,
            "output_type": "execute_result",
        }),
        Output::Error {
            ename,
            evalue,
            traceback,
        } => {
            json!({"ename": ename, "evalue": evalue, "output_type": "error", "traceback": traceback})
        }
        Output::Unknown(value) => value.clone(),
    }
}

fn data_to_json(bundle: &MimeBundle) -> Value {
    let is_text = |mime: &str| mime.starts_with("text/") || mime == "application/javascript" || mime == "image/svg+xml";
    let data: Map<String, Value> = bundle
        .data
        .iter()
        .map(|(mime, value)| match value {
            Value::String(text) if is_text(mime) => (mime.clone(), lines(text)),
            other => (mime.clone(), other.clone()),
        })
        .collect();
    Value::Object(data)
}
