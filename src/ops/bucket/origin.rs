//! Where COS fetches objects that a bucket does not have.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets from where COS fetches objects that a bucket does not have, replacing the rules that were there.
    ///
    /// Python: `client.put_bucket_origin(Bucket='examplebucket-1250000000', OriginConfiguration={'OriginRule': [..]})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let origin = json!({"OriginRule": [{
    ///     "OriginType": "Mirror",
    ///     "OriginCondition": {"HTTPStatusCode": 404, "Prefix": ""},
    ///     "OriginParameter": {"Protocol": "HTTPS", "FollowQueryString": "true"},
    ///     "OriginInfo": {"HostInfo": {"HostName": "www.example.com"}}
    /// }]});
    /// client.put_bucket_origin(bucket, origin).send()?;
    /// assert_eq!(client.get_bucket_origin(bucket).send()?["OriginRule"][0]["OriginType"], "Mirror");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/13590>
    pub fn put_bucket_origin(
        &self,
        bucket: impl Into<String>,
        origin_configuration: impl Arg<OriginConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_origin", Method::PUT, bucket, "origin")
            .argument("OriginConfiguration", "origin_configuration", origin_configuration)
            .with_md5()
    }

    /// Reads from where COS fetches objects that a bucket does not have. Returns
    /// [`Response`]`<`[`OriginConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_origin(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/13591>
    pub fn get_bucket_origin(&self, bucket: impl Into<String>) -> Call<'_, Response<OriginConfiguration>> {
        self.bucket_call("get_bucket_origin", Method::GET, bucket, "origin").xml("OriginConfiguration", &["OriginRule"])
    }

    /// Deletes the rules by which COS fetches objects that a bucket does not have. That there are none is no error.
    ///
    /// Python: `client.delete_bucket_origin(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/13592>
    pub fn delete_bucket_origin(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_origin", Method::DELETE, bucket, "origin")
    }
}

dicts! {
    /// From where COS fetches objects that a bucket does not have.
    pub struct OriginConfiguration {
        /// The rules, up to 10.
        origin_rule: list(OriginRule),
    }

    /// From where COS fetches some objects.
    pub struct OriginRule {
        /// The rule's priority: 1 is the first.
        rule_priority: number(u32),
        /// `Mirror` (fetches at once), `Proxy` (fetches and does not store) or `Redirect` (sends the client there).
        origin_type: text,
        /// Which requests it is for.
        origin_condition: one(OriginCondition),
        /// How COS asks the origin.
        origin_parameter: one(OriginParameter),
        /// Where the origin is.
        origin_info: one(OriginInfo),
        /// When the standby hosts are asked.
        http_standby_code: one(HttpStandbyCode) as "HTTPStandbyCode",
    }

    /// Which requests an origin is asked for.
    pub struct OriginCondition {
        /// Requests that COS itself would answer with this status: `404`, or `4XX`.
        http_status_code: text as "HTTPStatusCode",
        /// Requests for keys that start with this.
        prefix: text,
        /// Requests for keys that end with this.
        suffix: text,
    }

    /// How COS asks an origin.
    pub struct OriginParameter {
        /// `HTTP`, `HTTPS` or `FOLLOW` (as the client asked).
        protocol: text,
        /// Whether the client sees the origin's errors as they are.
        transparent_error_code: switch,
        /// Whether the query of the request is passed on.
        follow_query_string: switch,
        /// Which headers are passed on.
        http_header: one(OriginHttpHeader),
        /// Whether COS follows redirects of the origin.
        follow_redirection: switch,
        /// The status of the redirect, for `Redirect`: `301` or `302`.
        http_redirect_code: text,
        /// Whether COS stores what it fetched.
        copy_origin_data: switch,
    }

    /// Which headers are passed on to an origin.
    pub struct OriginHttpHeader {
        /// Whether all of them are.
        follow_all_headers: switch,
        /// Headers that COS adds.
        new_http_headers: one(OriginHeaders),
        /// Headers that are passed on.
        follow_http_headers: one(OriginHeaders),
        /// Headers that are not passed on.
        forbid_follow_http_headers: one(OriginHeaders),
    }

    /// Headers.
    pub struct OriginHeaders {
        /// The headers.
        header: list(OriginHeader),
    }

    /// A header.
    pub struct OriginHeader {
        /// Its name.
        key: text,
        /// Its value.
        value: text,
    }

    /// Where an origin is.
    pub struct OriginInfo {
        /// Its hosts.
        host_info: list(OriginHost),
        /// What its files are called.
        file_info: one(OriginFile),
    }

    /// A host of an origin.
    pub struct OriginHost {
        /// The host: `www.example.com`, with a port if it is not the protocol's own.
        host_name: text,
        /// Its share of the requests among several hosts.
        weight: number(u32),
        /// The first standby host.
        standby_host_name_1: text as "StandbyHostName_1",
        /// The second standby host.
        standby_host_name_2: text as "StandbyHostName_2",
    }

    /// What the files of an origin are called.
    pub struct OriginFile {
        /// Whether `prefix` is put before the key.
        prefix_directive: switch,
        /// What is put before the key.
        prefix: text,
        /// What is put after the key.
        suffix: text,
        /// What the start of the key is replaced by.
        prefix_configuration: one(OriginPrefix),
        /// What the end of the key is replaced by.
        suffix_configuration: one(OriginSuffix),
        /// The one file that stands for all keys.
        fixed_file_configuration: one(OriginFixedFile),
    }

    /// What the start of a key is replaced by.
    pub struct OriginPrefix {
        /// The start.
        prefix: text,
        /// What stands there instead.
        replaced_with_prefix: text,
    }

    /// What the end of a key is replaced by.
    pub struct OriginSuffix {
        /// The end.
        suffix: text,
        /// What stands there instead.
        replaced_with_suffix: text,
    }

    /// A file that stands for all keys.
    pub struct OriginFixedFile {
        /// Its path.
        fixed_file_path: text,
    }

    /// When standby hosts are asked.
    pub struct HttpStandbyCode {
        /// The statuses of the host: `4XX`, `5XX`, `403`.
        status_code: list(String),
    }
}
