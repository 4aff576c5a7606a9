//! Queries of an object's content: CSV and JSON in, CSV and JSON out, as a stream of events.

use std::io::Read;

use flate2::Crc;
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::{Payload, Response};
use crate::ops::attributes::check_customer_key;
use crate::ops::get::is_frozen;
use crate::ops::receive::document;
use crate::ops::select_sql::{Plan, Record, text};
use crate::xml::{self, Element, Xml};

/// How many bytes of records go into one event.
const EVENT: usize = 64 * 1024;

pub(crate) fn select(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let body = document(call, false)?;
    let tree = xml::parse(&body, "SelectRequest")?;
    let malformed = || Error::from(Code::MalformedXML);
    if tree.child_text("ExpressionType") != Some("SQL") {
        return Err(Error::new(Code::InvalidArgument, "invalid ExpressionType"));
    }
    let plan = Plan::parse(tree.child_text("Expression").ok_or_else(malformed)?)?;
    let input = tree.child("InputSerialization").ok_or_else(malformed)?;
    let output = tree.child("OutputSerialization").ok_or_else(malformed)?;
    let stored = content(call)?;
    let data = match input.child_text("CompressionType") {
        None | Some("" | "NONE") => stored.clone(),
        Some("GZIP") => {
            let mut data = Vec::new();
            let read = MultiGzDecoder::new(&stored[..]).read_to_end(&mut data);
            read.map_err(|_| Error::new(Code::InvalidArgument, "The object is not GZIP."))?;
            data
        }
        Some(_) => return Err(Code::NotImplemented.into()),
    };
    let found = match (input.child("CSV"), input.child("JSON")) {
        (Some(csv), None) => plan.run(csv_records(csv, &data)?.into_iter().map(Ok))?,
        (None, Some(_)) => plan.run(json_records(&data))?,
        _ => return Err(Code::NotImplemented.into()),
    };
    let records = written(output, &found)?;
    let mut stream = Vec::new();
    for piece in records.chunks(EVENT) {
        stream.extend(event("Records", "application/octet-stream", piece));
    }
    let mut stats = |name| {
        let mut xml = Xml::root(name);
        xml.text("BytesScanned", stored.len()).text("BytesProcessed", data.len()).text("BytesReturned", records.len());
        stream.extend(event(name, "text/xml", xml.finish().as_bytes()));
    };
    let progress = tree.child("RequestProgress").and_then(|progress| progress.child_text("Enabled"));
    if progress.is_some_and(|enabled| enabled.eq_ignore_ascii_case("true")) {
        stats("Progress");
    }
    stats("Stats");
    stream.extend(event("End", "", b""));
    let mut response = Response::new(200);
    response.payload = Payload::Bytes(stream);
    Ok(response)
}

fn content(call: &Call<'_, '_>) -> Result<Vec<u8>, Error> {
    let mut buckets = call.buckets();
    let version = buckets.find(call.bucket())?.version(call.key(), call.version())?;
    check_customer_key(call.head, version.info.customer_key_md5.as_deref())?;
    if is_frozen(&version.info, call.now) {
        return Err(Code::InvalidObjectState.into());
    }
    let mut content = Vec::new();
    version.data.for_each_chunk(0, version.info.size, |chunk| {
        content.extend_from_slice(chunk);
        Ok(())
    })?;
    Ok(content)
}

/// A setting whose blanks count.
fn setting<'t>(tree: &'t Element, name: &str, default: &'t str) -> &'t str {
    tree.child(name).map_or(default, |child| &child.text)
}

fn csv_records(csv: &Element, data: &[u8]) -> Result<Vec<Record>, Error> {
    let content = String::from_utf8_lossy(data);
    let comments = setting(csv, "Comments", "#");
    let mut lines = csv_lines(csv, &content);
    if !comments.is_empty() {
        lines.retain(|line| line.first().is_none_or(|field| !field.starts_with(comments)));
    }
    let mut lines = lines.into_iter();
    let names = match setting(csv, "FileHeaderInfo", "NONE") {
        "NONE" => None,
        "IGNORE" => lines.next().map(|_| Vec::new()),
        "USE" => lines.next(),
        _ => return Err(Error::new(Code::InvalidArgument, "invalid FileHeaderInfo")),
    };
    let name = |at: usize| names.as_ref().and_then(|names| names.get(at).cloned()).unwrap_or(format!("_{}", at + 1));
    let record = |line: Vec<String>| line.into_iter().enumerate().map(|(at, field)| (name(at), field.into())).collect();
    Ok(lines.map(record).collect())
}

/// Cuts CSV into lines and fields. A quoted field may hold any delimiter.
fn csv_lines(csv: &Element, content: &str) -> Vec<Vec<String>> {
    let record_end = setting(csv, "RecordDelimiter", "\n");
    let field_end = setting(csv, "FieldDelimiter", ",");
    let quote = setting(csv, "QuoteCharacter", "\"");
    let escape = setting(csv, "QuoteEscapeCharacter", "\"");
    let (mut lines, mut line, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = content;
    let skip = |rest: &mut &str, text: &str| {
        let found = (!text.is_empty()).then(|| rest.strip_prefix(text)).flatten();
        found.inspect(|left| *rest = left).is_some()
    };
    while let Some(next) = rest.chars().next() {
        if quoted && skip(&mut rest, &format!("{escape}{quote}")) {
            field.push_str(quote);
        } else if skip(&mut rest, quote) {
            quoted = !quoted;
        } else if !quoted && skip(&mut rest, record_end) {
            line.push(std::mem::take(&mut field));
            lines.push(std::mem::take(&mut line));
        } else if !quoted && skip(&mut rest, field_end) {
            line.push(std::mem::take(&mut field));
        } else {
            field.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    if !field.is_empty() || !line.is_empty() {
        line.push(field);
        lines.push(line);
    }
    lines
}

/// The values of a JSON object, one after the other.
fn json_records(data: &[u8]) -> impl Iterator<Item = Result<Record, Error>> {
    serde_json::Deserializer::from_slice(data).into_iter::<Value>().map(|value| match value {
        Ok(Value::Object(map)) => Ok(map.into_iter().collect()),
        Ok(other) => Ok(vec![("_1".to_owned(), other)]),
        Err(_) => Err(Error::new(Code::InvalidArgument, "The object is not JSON.")),
    })
}

fn written(output: &Element, records: &[Record]) -> Result<Vec<u8>, Error> {
    let mut out = String::new();
    match (output.child("CSV"), output.child("JSON")) {
        (Some(csv), None) => {
            let (field_end, record_end) = (setting(csv, "FieldDelimiter", ","), setting(csv, "RecordDelimiter", "\n"));
            let (quote, escape) = (setting(csv, "QuoteCharacter", "\""), setting(csv, "QuoteEscapeCharacter", "\""));
            let always = setting(csv, "QuoteFields", "ASNEEDED") == "ALWAYS";
            let field = |(_, value): &(String, Value)| {
                let text = text(value);
                let needed = [field_end, record_end, quote].iter().any(|mark| !mark.is_empty() && text.contains(mark));
                if !always && !needed {
                    return text;
                }
                format!("{quote}{}{quote}", text.replace(quote, &format!("{escape}{quote}")))
            };
            for record in records {
                out.push_str(&record.iter().map(field).collect::<Vec<_>>().join(field_end));
                out.push_str(record_end);
            }
        }
        (None, Some(json)) => {
            for record in records {
                let field = |(name, value): &(String, Value)| format!("{}:{value}", Value::from(name.as_str()));
                let fields: Vec<_> = record.iter().map(field).collect();
                out.extend(["{", &fields.join(","), "}"]);
                out.push_str(setting(json, "RecordDelimiter", "\n"));
            }
        }
        _ => return Err(Code::MalformedXML.into()),
    }
    Ok(out.into_bytes())
}

/// One message of the stream, with its two checksums.
fn event(kind: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [(":message-type", "event"), (":event-type", kind), (":content-type", content_type)] {
        if !value.is_empty() {
            headers.push(name.len() as u8);
            headers.extend(name.as_bytes());
            headers.push(7);
            headers.extend((value.len() as u16).to_be_bytes());
            headers.extend(value.as_bytes());
        }
    }
    let sum = |bytes: &[u8]| {
        let mut crc = Crc::new();
        crc.update(bytes);
        crc.sum().to_be_bytes()
    };
    let total = (16 + headers.len() + payload.len()) as u32;
    let mut message = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    message.extend(sum(&message));
    message.extend(headers);
    message.extend(payload);
    message.extend(sum(&message));
    message
}
