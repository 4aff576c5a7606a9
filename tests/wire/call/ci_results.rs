//! The results of data processing in the form of the recordings. All are called in the same way.

#![allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)]

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qcloud_cos::ci::StreamOutput;
use qcloud_cos::{Dict, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Args, Called, dict};
use crate::outcome::Stop;

pub(super) fn plain<T>(output: Response<T>, _: &Args) -> Called
where
    Response<T>: Serialize,
{
    dict(output)
}

/// Headers and document.
pub(super) fn pair(output: Response<Dict>, _: &Args) -> Called {
    Ok(json!([dict(&output.headers)?, dict(&output)?]))
}

pub(super) fn nothing((): (), _: &Args) -> Called {
    Ok(json!(""))
}

fn body(output: StreamOutput) -> Result<(Value, Vec<u8>), Stop> {
    let headers = dict(&output)?;
    let mut data = Vec::new();
    let mut body = output.body;
    body.read_to_end(&mut data)?;
    Ok((headers, data))
}

pub(super) fn stream(output: StreamOutput, _: &Args) -> Called {
    let (mut result, data) = body(output)?;
    result["Body"] = json!({"$stream_b64": STANDARD.encode(data)});
    Ok(result)
}

pub(super) fn bytes(output: StreamOutput, _: &Args) -> Called {
    let (headers, data) = body(output)?;
    Ok(json!([headers, {"$bytes_b64": STANDARD.encode(data)}]))
}

/// What Python makes of an answer by its type.
fn data(output: StreamOutput, stream: bool) -> Called {
    let kind = output.meta.headers.get("content-type");
    Ok(match kind.as_deref() {
        None => json!(""),
        Some(kind) if kind.contains("xml") || kind.starts_with("application/json") => {
            let mut dict = dict(output.into_dict()?)?;
            if let Some(one @ Value::Object(_)) = dict.get("Response").filter(|_| kind.contains("xml")) {
                dict["Response"] = json!([one]);
            }
            dict
        }
        Some(_) if stream => json!({"$stream_b64": STANDARD.encode(output.into_bytes()?)}),
        Some(_) => json!({"$bytes_b64": STANDARD.encode(output.into_bytes()?)}),
    })
}

/// Headers, and what Python makes of the answer by its type; a stream unless the caller does not want one.
pub(super) fn judged(output: StreamOutput, args: &Args) -> Called {
    let headers = dict(&output)?;
    let stream = args.get("Stream").is_none_or(|stream| stream == true);
    Ok(json!([headers, data(output, stream)?]))
}

/// `ci_process`: the headers only on demand.
pub(super) fn processed(output: StreamOutput, args: &Args) -> Called {
    let wanted = |name: &str| args.get(name).is_some_and(|value| value == true);
    let headers = dict(&output)?;
    let data = data(output, wanted("Stream"))?;
    Ok(if wanted("NeedHeader") { json!([headers, data]) } else { data })
}
