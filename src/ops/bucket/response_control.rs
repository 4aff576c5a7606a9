//! Which headers of an answer a download may set.

use http::Method;

use crate::client::CosS3Client;
use crate::ops::argument::{Arg, dicts};
use crate::ops::call::Call;
use crate::ops::response::Response;

impl CosS3Client {
    /// Sets which of the `response-*` parameters downloads from a bucket may use, replacing what was there.
    ///
    /// Python: `client.put_bucket_response_control(Bucket='examplebucket-1250000000', ResponseControlConfiguration={..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let control = json!({"ControlParamList": {"Param": ["response-content-type", "response-expires"]}});
    /// client.put_bucket_response_control(bucket, control).send()?;
    /// let response = client.get_bucket_response_control(bucket).send()?;
    /// assert_eq!(response["ControlParamList"]["Param"][1], "response-expires");
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn put_bucket_response_control(
        &self,
        bucket: impl Into<String>,
        response_control_configuration: impl Arg<ResponseControlConfiguration>,
    ) -> Call<'_, ()> {
        self.bucket_call("put_bucket_response_control", Method::PUT, bucket, "response-control")
            .argument("ResponseControlConfiguration", "response_control_configuration", response_control_configuration)
            .with_md5()
    }

    /// Reads which of the `response-*` parameters downloads from a bucket may use. Returns
    /// [`Response`]`<`[`ResponseControlConfiguration`]`>`.
    ///
    /// Python: `response = client.get_bucket_response_control(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_bucket_response_control(
        &self,
        bucket: impl Into<String>,
    ) -> Call<'_, Response<ResponseControlConfiguration>> {
        self.bucket_call("get_bucket_response_control", Method::GET, bucket, "response-control")
            .xml("ResponseControlConfiguration", &["ControlParamList.Param"])
    }

    /// Lets downloads from a bucket use COS's default `response-*` parameters again. That nothing was set is no error.
    ///
    /// Python: `client.delete_bucket_response_control(Bucket='examplebucket-1250000000')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn delete_bucket_response_control(&self, bucket: impl Into<String>) -> Call<'_, ()> {
        self.bucket_call("delete_bucket_response_control", Method::DELETE, bucket, "response-control")
    }
}

dicts! {
    /// Which headers of an answer a download may set.
    pub struct ResponseControlConfiguration {
        /// The list.
        control_param_list: one(ControlParamList),
    }

    /// Parameters of downloads.
    pub struct ControlParamList {
        /// Their names: `response-content-type`, `response-content-language`, `response-expires`,
        /// `response-cache-control`, `response-content-disposition`, `response-content-encoding`.
        param: list(String),
    }
}
