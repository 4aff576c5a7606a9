//! Cross-origin access to a bucket.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

const CORS_LISTS: &[&str] = &[
    "CORSRule",
    "CORSRule.AllowedOrigin?",
    "CORSRule.AllowedMethod?",
    "CORSRule.AllowedHeader?",
    "CORSRule.ExposeHeader?",
];

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
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::bucket::{CorsConfiguration, CorsRule};
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
        cors_configuration: impl Arg<CorsConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_cors", Method::PUT, bucket, "cors")
            .argument("CORSConfiguration", "cors_configuration", cors_configuration)
            .with_md5()
    }

    /// Reads a bucket's rules for other origins; 404 `NoSuchCORSConfiguration` if it has none.
    ///
    /// Returns [`Response`](crate::Response)`<`[`CorsConfiguration`](crate::bucket::CorsConfiguration)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.get_bucket_cors(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8274>
    pub fn get_bucket_cors(&self, bucket: impl Into<String>) -> Call<'_, Response<CorsConfiguration>> {
        self.bucket_call("get_bucket_cors", Method::GET, bucket, "cors").xml("CORSConfiguration", CORS_LISTS)
    }

    /// Deletes a bucket's rules for other origins. That there are none is no error.
    ///
    /// Python:
    /// ```python
    /// client.delete_bucket_cors(Bucket='examplebucket-1250000000')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/8283>
    pub fn delete_bucket_cors(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_cors", Method::DELETE, bucket, "cors")
    }
}

dicts! {
    /// The rules of a bucket for other origins. Takes Python's dict through serde: `{"CORSRule": [..]}`.
    pub struct CorsConfiguration {
        /// The rules; the first that fits counts.
        cors_rule: list(CorsRule) as "CORSRule",
    }
}

impl From<Vec<CorsRule>> for CorsConfiguration {
    fn from(cors_rule: Vec<CorsRule>) -> Self {
        Self { cors_rule }
    }
}

impl Arg<CorsConfiguration> for Vec<CorsRule> {
    fn into_arg(self) -> Result<CorsConfiguration, serde_json::Error> {
        Ok(self.into())
    }
}

dicts! {
    /// A rule for other origins.
    pub struct CorsRule {
        /// A name for the rule.
        id: text as "ID",
        /// How long a browser may keep the answer to its preflight request, in seconds.
        max_age_seconds: number(u32),
        /// The origins that are let in: `http://www.example.com`, or `*` for all.
        allowed_origin: list(String),
        /// The methods that they may use: `GET`, `PUT`, `HEAD`, `POST`, `DELETE`.
        allowed_method: list(String),
        /// The request headers that they may send; `*` for all.
        allowed_header: list(String),
        /// The response headers that they may read.
        expose_header: list(String),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;
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
        assert_eq!(xml::parse::<CorsConfiguration>("CORSConfiguration", answer.as_bytes()).unwrap(), cors);
        let unknown = json!({"CORSRule": [{"AllowedOrigins": ["*"]}]});
        let error = serde_json::from_value::<CorsConfiguration>(unknown).unwrap_err().to_string();
        assert!(error.contains("AllowedOrigins"), "{error}");
    }
}
