//! Cross-origin access to a bucket.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::wire::dict;
use crate::wire::request::Request;
use crate::wire::uri::Target;
use crate::wire::xml;

impl CosS3Client {
    /// Sets the rules by which web pages of other origins reach a bucket, replacing those that were there.
    ///
    /// Python:
    /// ```python
    /// client.put_bucket_cors(Bucket='examplebucket-1250000000', CORSConfiguration={
    ///     'CORSRule': [{'AllowedOrigin': ['http://a.example'], 'AllowedMethod': ['GET'], 'MaxAgeSeconds': 100}]})
    /// ```
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// # use qcloud_cos::{CosConfig, CosS3Client};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// # let client = CosS3Client::new(config)?;
    /// # let bucket = "examplebucket-1250000000";
    /// # client.create_bucket(bucket).send()?;
    /// use qcloud_cos::{CorsConfiguration, CorsRule};
    ///
    /// let rule = CorsRule {
    ///     allowed_origin: vec!["http://a.example".into()],
    ///     allowed_method: vec!["GET".into()],
    ///     max_age_seconds: Some(100),
    ///     ..CorsRule::default()
    /// };
    /// client.put_bucket_cors(bucket, CorsConfiguration { cors_rule: vec![rule] }).send()?;
    /// assert_eq!(client.get_bucket_cors(bucket).send()?.cors_rule[0].allowed_method, ["GET"]);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8279>
    pub fn put_bucket_cors(
        &self,
        bucket: impl Into<String>,
        cors_configuration: impl Into<CorsConfiguration>,
    ) -> PutBucketCors<'_> {
        let request = Request::new("put_bucket_cors", Method::PUT, Target::bucket(bucket))
            .param("cors", "")
            .with_document("CORSConfiguration", &cors_configuration.into());
        PutBucketCors { client: self, request }
    }

    /// Reads a bucket's rules for other origins; 404 `NoSuchCORSConfiguration` if it has none.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_cors(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8274>
    pub fn get_bucket_cors(&self, bucket: impl Into<String>) -> GetBucketCors<'_> {
        let request = Request::new("get_bucket_cors", Method::GET, Target::bucket(bucket)).param("cors", "");
        GetBucketCors { client: self, request }
    }

    /// Deletes a bucket's rules for other origins. That there are none is no error.
    ///
    /// Python:
    /// ```python
    /// client.delete_bucket_cors(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8283>
    pub fn delete_bucket_cors(&self, bucket: impl Into<String>) -> DeleteBucketCors<'_> {
        let request = Request::new("delete_bucket_cors", Method::DELETE, Target::bucket(bucket)).param("cors", "");
        DeleteBucketCors { client: self, request }
    }
}

/// The rules of a bucket for other origins. Takes Python's dict through serde: `{"CORSRule": [..]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorsConfiguration {
    /// The rules; the first that fits counts.
    #[serde(rename = "CORSRule", deserialize_with = "dict::list")]
    pub cors_rule: Vec<CorsRule>,
}

impl From<Vec<CorsRule>> for CorsConfiguration {
    fn from(cors_rule: Vec<CorsRule>) -> Self {
        Self { cors_rule }
    }
}

/// A rule for other origins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct CorsRule {
    /// A name for the rule.
    #[serde(rename = "ID", deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How long a browser may keep the answer to its preflight request, in seconds.
    #[serde(deserialize_with = "dict::number", skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// The origins that are let in: `http://www.example.com`, or `*` for all.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub allowed_origin: Vec<String>,
    /// The methods that they may use: `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub allowed_method: Vec<String>,
    /// The request headers that they may send; `*` for all.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub allowed_header: Vec<String>,
    /// The response headers that they may read.
    #[serde(deserialize_with = "dict::list", skip_serializing_if = "Vec::is_empty")]
    pub expose_header: Vec<String>,
}

/// Builds a [`put_bucket_cors`](CosS3Client::put_bucket_cors) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct PutBucketCors<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl PutBucketCors<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request.with_md5()).map(drop)
    }
}

/// Builds a [`get_bucket_cors`](CosS3Client::get_bucket_cors) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct GetBucketCors<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl GetBucketCors<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<GetBucketCorsOutput, CosError> {
        let answer = self.client.execute(self.request)?;
        let CorsConfiguration { cors_rule } = answer.read(|body| xml::parse_shared("CORSConfiguration", body))?;
        Ok(GetBucketCorsOutput { cors_rule, request_id: answer.headers.text("x-cos-request-id") })
    }
}

/// The rules of a bucket for other origins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GetBucketCorsOutput {
    /// The rules.
    #[serde(rename = "CORSRule")]
    pub cors_rule: Vec<CorsRule>,
    /// The id of the request.
    #[serde(skip)]
    pub request_id: String,
}

/// Builds a [`delete_bucket_cors`](CosS3Client::delete_bucket_cors) request.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct DeleteBucketCors<'a> {
    client: &'a CosS3Client,
    request: Request<'a>,
}

impl DeleteBucketCors<'_> {
    options::every!();

    /// Sends the request.
    pub fn send(self) -> Result<(), CosError> {
        self.client.execute(self.request).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_dict_becomes_the_document_and_an_answer_the_dict() {
        let dict = json!({"CORSRule": [{"AllowedOrigin": ["*"], "AllowedMethod": "GET", "MaxAgeSeconds": "5"}]});
        let cors: CorsConfiguration = serde_json::from_value(dict).unwrap();
        let xml = String::from_utf8(xml::write("CORSConfiguration", &cors).unwrap()).unwrap();
        let document = "<CORSConfiguration><CORSRule><MaxAgeSeconds>5</MaxAgeSeconds>\
            <AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
        assert!(xml.ends_with(document), "{xml}");
        let answer = document.replace("</CORSRule>", "<New>n</New></CORSRule><ResponseVary>true</ResponseVary>");
        assert_eq!(xml::parse_shared::<CorsConfiguration>("CORSConfiguration", answer.as_bytes()).unwrap(), cors);
        let unknown = json!({"CORSRule": [{"AllowedOrigins": ["*"]}]});
        let error = serde_json::from_value::<CorsConfiguration>(unknown).unwrap_err().to_string();
        assert!(error.contains("AllowedOrigins"), "{error}");
    }
}
