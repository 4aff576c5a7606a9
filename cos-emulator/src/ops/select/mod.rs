//! Selecting from the records of an object with SQL.
//!
//! A request (`request`) names a statement (`sql`, of `expression`s and `aggregate`s over `value`s)
//! and how records are read (`rows`); the result is an event stream (`event_stream`).

mod aggregate;
mod event_stream;
mod expression;
mod request;
mod rows;
mod sql;
mod value;

use std::cell::Cell;
use std::rc::Rc;

use aggregate::Accumulator;
use event_stream::EventStream;
use request::{CsvOutput, Output, Request, Totals};
use rows::Row;
use serde_json::Value as Json;
use sql::{Items, Statement};
use value::Value;

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::attributes::check_customer_key;
use crate::ops::get::is_frozen;
use crate::ops::receive::document;
use crate::xml;

pub(crate) fn select(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    if call.param("select-type") != Some("2") {
        return Err(Error::new(Code::InvalidArgument, "invalid select-type"));
    }
    let body = document(call, false)?;
    let request = Request::from_xml(&xml::parse(&body, "SelectRequest")?)?;
    let statement = Statement::parse(&request.expression)?;
    let bytes = object(call)?;
    let totals = Totals { scanned: bytes.len() as u64, processed: Rc::new(Cell::new(0)) };
    let rows = rows::read(bytes, request.gzip, &request.input, statement.each, Rc::clone(&totals.processed));
    let mut stream = EventStream::new(request.with_progress);
    let outcome = run(&statement, rows, |columns| {
        stream.record(request.output.write(columns).as_bytes(), &totals);
    });
    let stream = match outcome {
        Ok(()) => stream.finish(&totals),
        // After the first result, an error in the object comes too late for an error document.
        Err(Error::Refused(refusal)) if stream.has_records() => {
            stream.fail(&refusal.code.name(), &refusal.message, &totals)
        }
        Err(error) => return Err(error),
    };
    Ok(Response::new(200).header("Content-Type", "application/octet-stream").streamed(stream))
}

/// The bytes of the object a request is about.
fn object(call: &Call<'_, '_>) -> Result<Vec<u8>, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let version = bucket.version(call.key(), call.version())?;
    check_customer_key(call.head, version.info.customer_key_md5.as_deref())?;
    if is_frozen(&version.info, call.now) {
        return Err(Code::InvalidObjectState.into());
    }
    let data = version.data.clone();
    drop(buckets);
    let mut bytes = Vec::new();
    data.for_each_chunk(0, data.len(), |chunk| {
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    Ok(bytes)
}

/// Hands over the records of the result, one after the other.
fn run(
    statement: &Statement,
    rows: impl Iterator<Item = Result<Row, Error>>,
    mut write: impl FnMut(Vec<(String, Value)>),
) -> Result<(), Error> {
    let mut left = statement.limit.unwrap_or(u64::MAX);
    let mut accumulators = match &statement.items {
        Items::Aggregates(items) => items.iter().map(|(_, function, _)| Accumulator::new(*function)).collect(),
        Items::All | Items::Columns(_) => Vec::new(),
    };
    let aggregates = !accumulators.is_empty();
    for row in rows {
        if left == 0 {
            break;
        }
        let row = row?;
        if let Some(filter) = &statement.filter
            && filter.evaluate(&row)?.truth() != Some(true)
        {
            continue;
        }
        match &statement.items {
            Items::All => write(row.all()),
            Items::Columns(columns) => {
                let values = columns.iter().map(|(name, expr)| Ok((name.clone(), expr.evaluate(&row)?)));
                write(values.collect::<Result<_, Error>>()?);
            }
            Items::Aggregates(items) => {
                for ((_, _, of), accumulator) in items.iter().zip(&mut accumulators) {
                    accumulator.add(of.as_ref().map_or(Ok(Value::Bool(true)), |expr| expr.evaluate(&row))?)?;
                }
            }
        }
        // A limit is one of results, of which aggregates are a single one.
        if !aggregates {
            left -= 1;
        }
    }
    if let Items::Aggregates(items) = &statement.items
        && left > 0
    {
        let results = accumulators.into_iter().map(Accumulator::result);
        write(items.iter().map(|(name, ..)| name.clone()).zip(results).collect());
    }
    Ok(())
}

impl Output {
    fn write(&self, columns: Vec<(String, Value)>) -> String {
        match self {
            Self::Csv(format) => format.write(columns),
            Self::Json { record_delimiter } => {
                let present = columns.into_iter().filter(|(_, value)| *value != Value::Missing);
                let object = present.map(|(name, value)| (name, value.into_json())).collect();
                format!("{}{record_delimiter}", Json::Object(object))
            }
        }
    }
}

impl CsvOutput {
    fn write(&self, columns: Vec<(String, Value)>) -> String {
        let fields: Vec<String> = columns.into_iter().map(|(_, value)| self.field(value.into_text())).collect();
        fields.join(&self.field_delimiter) + &self.record_delimiter
    }

    fn field(&self, text: String) -> String {
        let special = [&self.field_delimiter, &self.record_delimiter, &self.quote];
        let needs_quotes = special.iter().any(|special| !special.is_empty() && text.contains(special.as_str()));
        if !self.always_quote && !needs_quotes {
            return text;
        }
        let Self { quote, escape, .. } = self;
        let escaped = if quote.is_empty() { text } else { text.replace(quote, &format!("{escape}{quote}")) };
        format!("{quote}{escaped}{quote}")
    }
}
