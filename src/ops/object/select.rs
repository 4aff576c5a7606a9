//! Querying the content of an object (SELECT).

use http::Method;
use serde::{Deserialize, Deserializer, Serialize};

use super::event_stream::{EventStream, Origin};
use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::argument::{Arg, DictArgument, take};
use crate::ops::options;
use crate::ops::response::{Response, shown_as};
use crate::wire::request::{Request, Traits};
use crate::wire::uri::{Target, encode_query, locate};
use crate::wire::xml;

/// # Queries
impl CosS3Client {
    /// Queries a CSV or JSON object at COS and returns the matching records as a stream of events.
    ///
    /// Returns [`SelectObjectContentOutput`](crate::object::SelectObjectContentOutput).
    ///
    /// Python:
    /// ```python
    /// response = client.select_object_content(
    ///     Bucket='examplebucket-1250000000', Key='people.csv',
    ///     Expression="Select * from COSObject s where s._2 > 30", ExpressionType='SQL',
    ///     InputSerialization={'CSV': {'FileHeaderInfo': 'NONE'}}, OutputSerialization={'CSV': {}})
    /// data = response['Payload'].get_select_result()
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// # client.put_object(bucket, b"ann,9\nbob,41\n", "people.csv").send()?;
    /// use qcloud_cos::object::{CsvInput, CsvOutput, InputSerialization, OutputSerialization, SelectEvent};
    ///
    /// let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    /// let output = OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    /// let sql = "Select * from COSObject s where s._2 > 30";
    /// let response =
    ///     client.select_object_content(bucket, "people.csv", sql, "SQL", input, output).send()?;
    /// for event in response.payload {
    ///     match event? {
    ///         SelectEvent::Records(records) => print!("{}", String::from_utf8_lossy(&records)),
    ///         SelectEvent::Stats(stats) => println!("{} bytes read", stats.bytes_scanned),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/37641>
    pub fn select_object_content(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        expression: impl Into<String>,
        expression_type: impl Into<String>,
        input_serialization: impl Arg<InputSerialization>,
        output_serialization: impl Arg<OutputSerialization>,
    ) -> SelectObjectContent<'_> {
        let mut request = Request::new("select_object_content", Method::POST, Target::object(bucket, key))
            .param("select", "")
            .param("select-type", 2)
            // A query changes nothing.
            .with_traits(Traits { idempotent: true, trickles: true, ..Traits::default() });
        let select = SelectRequest {
            expression: expression.into(),
            expression_type: expression_type.into(),
            input_serialization: request.keep(take("input_serialization", input_serialization)),
            output_serialization: request.keep(take("output_serialization", output_serialization)),
            request_progress: None,
        };
        SelectObjectContent { client: self, request, select }
    }
}

/// Builds a [`select_object_content`](CosS3Client::select_object_content) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct SelectObjectContent<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
    select: SelectRequest,
}

impl SelectObjectContent<'_> {
    /// Asks for progress events. Python: `RequestProgress`. Default: none.
    pub fn request_progress(mut self, progress: impl Arg<RequestProgress>) -> Self {
        self.select.request_progress = Some(self.request.keep(take("request_progress", progress)));
        self
    }

    /// Sends the request; returns when the headers are there.
    pub fn send(mut self) -> Result<SelectObjectContentOutput, CosError> {
        self.request.check()?;
        self.request.body = xml::write("SelectRequest", &self.select)?.into();
        let addressing = self.client.get_conf().addressing();
        let url = locate(&addressing, &self.request.target, &addressing.endpoint)?.url();
        let url = format!("{url}?{}", encode_query(&self.request.query));
        let answer = self.client.execute_streaming(self.request)?;
        let origin = Origin {
            status: answer.status,
            url,
            request_id: answer.headers.text("x-cos-request-id"),
            trace_id: answer.headers.text("x-cos-trace-id"),
            attempts: answer.attempts,
        };
        let meta = Response::of_headers((), answer.headers);
        Ok(SelectObjectContentOutput { meta, payload: EventStream::new(answer.body, origin) })
    }
}

impl SelectObjectContent<'_> {
    options::customer_key!();
    options::every!();
}

/// The result of a query, still to be read. The values of the headers are its fields, too: `response.request_id`.
#[derive(Debug)]
#[non_exhaustive]
pub struct SelectObjectContentOutput {
    /// The values of the answer's headers.
    pub meta: Response<()>,
    /// The events. Python: `response['Payload']`.
    pub payload: EventStream,
}

shown_as!(SelectObjectContentOutput, meta: Response<()>);

impl DictArgument for InputSerialization {}
impl DictArgument for OutputSerialization {}
impl DictArgument for RequestProgress {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SelectRequest {
    expression: String,
    expression_type: String,
    input_serialization: InputSerialization,
    output_serialization: OutputSerialization,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_progress: Option<RequestProgress>,
}

/// Makes a struct of texts that Python writes as a dict; absent ones are not sent, and COS's defaults hold.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = "word", skip_serializing_if = "Option::is_none")]
                pub $field: Option<String>,
            )+
        }
    };
}

/// How the object is to be read: one of CSV, JSON and Parquet. Takes Python's dict through serde:
/// `{"CompressionType": "GZIP", "JSON": {"Type": "LINES"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct InputSerialization {
    /// `NONE`, `GZIP` or `BZIP2`. Default: `NONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression_type: Option<String>,
    /// A CSV object.
    #[serde(rename = "CSV", skip_serializing_if = "Option::is_none")]
    pub csv: Option<CsvInput>,
    /// A JSON object.
    #[serde(rename = "JSON", skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonInput>,
    /// A Parquet object; it has no settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parquet: Option<ParquetInput>,
}

words! {
    /// How a CSV object is written.
    CsvInput {
        /// Whether the first line names the columns: `NONE`, `USE` or `IGNORE`. Default: `NONE`.
        file_header_info,
        /// The end of a record, up to two characters. Default: a line break.
        record_delimiter,
        /// The separator of fields. Default: a comma.
        field_delimiter,
        /// The quote around a field that holds a delimiter. Default: `"`.
        quote_character,
        /// The escape before a quote within quotes. Default: `"`.
        quote_escape_character,
        /// Whether quoted fields may hold the record delimiter: `TRUE` or `FALSE`. Default: `FALSE`.
        allow_quoted_record_delimiter,
        /// The start of a comment line. Default: `#`.
        comments,
    }
}

words! {
    /// How a JSON object is written.
    JsonInput {
        /// `DOCUMENT`: one value; `LINES`: one value a line.
        r#type,
    }
}

/// The settings of a Parquet object: there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParquetInput {}

/// How records are to be returned: one of CSV and JSON. Takes Python's dict through serde:
/// `{"CSV": {"RecordDelimiter": "\n"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputSerialization {
    /// As CSV.
    #[serde(rename = "CSV", skip_serializing_if = "Option::is_none")]
    pub csv: Option<CsvOutput>,
    /// As JSON.
    #[serde(rename = "JSON", skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonOutput>,
}

words! {
    /// How CSV records are written.
    CsvOutput {
        /// Which fields are quoted: `ASNEEDED` or `ALWAYS`. Default: `ASNEEDED`.
        quote_fields,
        /// The end of a record, up to two characters. Default: a line break.
        record_delimiter,
        /// The separator of fields. Default: a comma.
        field_delimiter,
        /// The quote around a field. Default: `"`.
        quote_character,
        /// The escape before a quote within quotes. Default: `"`.
        quote_escape_character,
    }
}

words! {
    /// How JSON records are written.
    JsonOutput {
        /// The end of a record. Default: a line break.
        record_delimiter,
    }
}

words! {
    /// Whether progress events are sent.
    RequestProgress {
        /// `TRUE` or `FALSE`. Default: `FALSE`.
        enabled,
    }
}

/// Reads text, or a switch as text: Python's users write `'TRUE'` as well as `True`.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Text(String),
        Switch(bool),
    }
    Ok(Option::<Word>::deserialize(deserializer)?.map(|word| match word {
        Word::Text(text) => text,
        Word::Switch(on) => on.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn writes_the_document_as_the_official_sdk_does() {
        let select = SelectRequest {
            expression: "Select * from COSObject s where s.\"a\" < 5 & '中'".into(),
            expression_type: "SQL".into(),
            input_serialization: serde_json::from_value(json!({
                "CompressionType": "NONE",
                "CSV": {"FileHeaderInfo": "USE", "RecordDelimiter": "\n", "AllowQuotedRecordDelimiter": true},
            }))
            .unwrap(),
            output_serialization: serde_json::from_value(json!({"CSV": {}, "JSON": {"RecordDelimiter": ";"}})).unwrap(),
            request_progress: Some(serde_json::from_value(json!({"Enabled": "FALSE"})).unwrap()),
        };
        let xml = String::from_utf8(xml::write("SelectRequest", &select).unwrap()).unwrap();
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<SelectRequest>\
             <Expression>Select * from COSObject s where s.\"a\" &lt; 5 &amp; '中'</Expression>\
             <ExpressionType>SQL</ExpressionType>\
             <InputSerialization><CompressionType>NONE</CompressionType><CSV><FileHeaderInfo>USE</FileHeaderInfo>\
             <RecordDelimiter>\n</RecordDelimiter><AllowQuotedRecordDelimiter>true</AllowQuotedRecordDelimiter></CSV>\
             </InputSerialization>\
             <OutputSerialization><CSV></CSV><JSON><RecordDelimiter>;</RecordDelimiter></JSON></OutputSerialization>\
             <RequestProgress><Enabled>FALSE</Enabled></RequestProgress></SelectRequest>"
        );
    }

    #[test]
    fn a_misspelt_setting_is_named() {
        let error = serde_json::from_value::<InputSerialization>(json!({"CSV": {"Header": "USE"}})).unwrap_err();
        assert!(error.to_string().contains("Header"), "{error}");
    }
}
