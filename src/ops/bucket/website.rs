//! A bucket as a website.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, DictArgument, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Makes a bucket a website, at `{bucket}.cos-website.{region}.myqcloud.com`: sets its index document, its error
    /// document and its redirects, replacing those that were there.
    ///
    /// `RoutingRules` is a list, as in Python; the dict that COS's pages write around it,
    /// `{'RoutingRules': {'RoutingRule': [..]}}`, is understood, too.
    ///
    /// Python: `client.put_bucket_website(Bucket='examplebucket-1250000000', WebsiteConfiguration={'IndexDocument': {..}})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let website = json!({
    ///     "IndexDocument": {"Suffix": "index.html"},
    ///     "RoutingRules": [{
    ///         "Condition": {"KeyPrefixEquals": "old/"},
    ///         "Redirect": {"ReplaceKeyPrefixWith": "new/"}
    ///     }]
    /// });
    /// client.put_bucket_website(bucket, website).send()?;
    /// let response = client.get_bucket_website(bucket).send()?;
    /// assert_eq!(response["RoutingRules"][0]["Redirect"]["ReplaceKeyPrefixWith"], "new/");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/31930>
    pub fn put_bucket_website(
        &self,
        bucket: impl Into<String>,
        website_configuration: impl Arg<WebsiteConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_website", Method::PUT, bucket, "website")
            .argument("WebsiteConfiguration", "website_configuration", website_configuration)
            .with_md5()
    }

    /// Reads the website of a bucket; 404 `NoSuchWebsiteConfiguration` if it is none. Returns
    /// [`Response`]`<`[`WebsiteConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_website(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/31929>
    pub fn get_bucket_website(&self, bucket: impl Into<String>) -> Call<'_, Response<WebsiteConfiguration>> {
        self.bucket_call("get_bucket_website", Method::GET, bucket, "website")
            .xml("WebsiteConfiguration", &["RoutingRules.RoutingRule"])
            .lifting("RoutingRules", "RoutingRule")
    }

    /// Ends the website of a bucket. That it is none is no error.
    ///
    /// Python: `client.delete_bucket_website(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/31928>
    pub fn delete_bucket_website(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_website", Method::DELETE, bucket, "website")
    }
}

/// A bucket as a website.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct WebsiteConfiguration {
    /// The document of a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_document: Option<IndexDocument>,
    /// The document of errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_document: Option<ErrorDocument>,
    /// Where all requests are redirected to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_all_requests_to: Option<RedirectAllRequestsTo>,
    /// Whether the `.html` of an address may be left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_addressing: Option<AutoAddressing>,
    /// Redirects of some requests.
    #[serde(with = "routing_rules", skip_serializing_if = "Vec::is_empty")]
    pub routing_rules: Vec<RoutingRule>,
}

impl DictArgument for WebsiteConfiguration {}

dicts! {
    /// The document of a folder.
    pub struct IndexDocument {
        /// Its name: `index.html`.
        suffix: text,
    }

    /// The document of errors.
    pub struct ErrorDocument {
        /// Its key: `error.html`.
        key: text,
        /// Whether it comes with the status of the error: `Enabled` (the default) or `Disabled`, which is 200.
        original_http_status: text,
    }

    /// Where all requests are redirected to.
    pub struct RedirectAllRequestsTo {
        /// The host. COS's pages do not have it.
        host_name: text,
        /// The protocol: `http` or `https`.
        protocol: text,
    }

    /// Whether the `.html` of an address may be left out.
    pub struct AutoAddressing {
        /// `Enabled` or `Disabled`.
        status: text,
    }

    /// A redirect of some requests.
    pub struct RoutingRule {
        /// Which requests it is for.
        condition: one(RoutingCondition),
        /// Where they go.
        redirect: one(RoutingRedirect),
    }

    /// Which requests a redirect is for.
    pub struct RoutingCondition {
        /// Requests that fail with this status: `404`, or `4XX`.
        http_error_code_returned_equals: text,
        /// Requests for keys that start with this.
        key_prefix_equals: text,
    }

    /// Where requests go.
    pub struct RoutingRedirect {
        /// The host. COS's pages do not have it.
        host_name: text,
        /// The status of the redirect. COS's pages do not have it.
        http_redirect_code: text,
        /// The protocol: `http` or `https`.
        protocol: text,
        /// What stands in place of the start of the key that the condition names.
        replace_key_prefix_with: text,
        /// The whole new key.
        replace_key_with: text,
    }
}

/// A list to callers, and on the wire an element with the list in it.
mod routing_rules {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    use super::RoutingRule;
    use crate::wire::dict;

    #[derive(Serialize, Deserialize)]
    struct Wrapped {
        #[serde(rename = "RoutingRule", default)]
        rules: Vec<RoutingRule>,
    }

    pub(super) fn serialize<S: Serializer>(rules: &[RoutingRule], serializer: S) -> Result<S::Ok, S::Error> {
        Wrapped { rules: rules.to_vec() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RoutingRule>, D::Error> {
        if !deserializer.is_human_readable() {
            return Wrapped::deserialize(deserializer).map(|wrapped| wrapped.rules);
        }
        let mut given = Value::deserialize(deserializer)?;
        if let Some(rules) = given.get_mut("RoutingRule") {
            given = rules.take();
        }
        dict::list(given).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml;
    use serde_json::json;

    #[test]
    fn routing_rules_are_a_list_to_callers_and_wrapped_on_the_wire() {
        let rule = json!({"Redirect": {"Protocol": "https"}});
        for given in [json!([rule]), json!({"RoutingRule": [rule]}), json!({"RoutingRule": rule}), rule.clone()] {
            let website: WebsiteConfiguration = serde_json::from_value(json!({"RoutingRules": given})).unwrap();
            let xml = xml::write("WebsiteConfiguration", &website).unwrap();
            let expected = "<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><Protocol>https</Protocol>\
                </Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>";
            assert!(String::from_utf8(xml.clone()).unwrap().ends_with(expected));
            assert_eq!(xml::parse::<WebsiteConfiguration>("WebsiteConfiguration", &xml).unwrap(), website);
        }
        let unknown = json!({"RoutingRules": [{"Redirects": {}}]});
        let error = serde_json::from_value::<WebsiteConfiguration>(unknown).unwrap_err().to_string();
        assert!(error.contains("Redirects"), "{error}");
    }
}
