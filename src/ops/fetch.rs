//! Fetch tasks: COS fetches an object from a URL.

use http::Method;
use serde_json::Value;

use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::error::{ClientErrorKind, CosClientError};
use crate::ops::argument::{Arg, dicts, take};
use crate::ops::call::Call;
use crate::ops::response::Response;
use crate::wire::uri::{ServiceHost, Target};

impl CosS3Client {
    /// Starts a task by which COS fetches an object from a URL. Returns Python's dict: `response["data"]["taskid"]`.
    ///
    /// After a lost answer the request is not repeated, because a second task would fetch the object twice: `sent` of
    /// the error is [`Sent::Maybe`](crate::Sent::Maybe).
    ///
    /// The request goes to `{region}.migration.myqcloud.com`.
    ///
    /// Python: `response = client.put_async_fetch_task(Bucket='examplebucket-1250000000', FetchTaskConfiguration={'Url': .., 'Key': ..})`
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use qcloud_cos::json;
    ///
    /// let task = json!({"Url": "https://example.com/a.png", "Key": "a.png"});
    /// let response = client.put_async_fetch_task(bucket, task).send()?;
    /// let task_id = response["data"]["taskid"].to_string();
    /// let state = client.get_async_fetch_task(bucket, task_id).send()?;
    /// println!("{}", state["data"]["state"]);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn put_async_fetch_task(
        &self,
        bucket: impl AsRef<str>,
        fetch_task_configuration: impl Arg<FetchTaskConfiguration>,
    ) -> Call<'_, Response> {
        let target = Target::other(ServiceHost::Migration, [bucket.as_ref(), "/"].concat());
        let mut call = self.call("put_async_fetch_task", Method::POST, target);
        let configuration = call.request.keep(take("fetch_task_configuration", fetch_task_configuration));
        call.json(Dict::of(&configuration).to_json()).json_answer()
    }

    /// Reads the state of a fetch task. Returns Python's dict: `response["data"]["state"]`.
    ///
    /// The request goes to `{region}.migration.myqcloud.com`.
    ///
    /// Python: `response = client.get_async_fetch_task(Bucket='examplebucket-1250000000', TaskId='NDE0NjY=')`
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/10111> (the list of all operations)
    pub fn get_async_fetch_task(&self, bucket: impl AsRef<str>, task_id: impl AsRef<str>) -> Call<'_, Response> {
        let (bucket, task_id) = (bucket.as_ref(), task_id.as_ref());
        let target = Target::other(ServiceHost::Migration, [bucket, "/", task_id].concat());
        self.call("get_async_fetch_task", Method::GET, target)
            .refuse_if(task_id.is_empty(), "task_id", || "is empty".to_owned())
            .content_type("application/json")
            .json_answer()
    }
}

impl<'a> Call<'a, ()> {
    /// Returns the JSON of the answer as a dict.
    fn json_answer(self) -> Call<'a, Response> {
        self.reads(|answer, _| {
            let answer = answer?;
            let dict = answer.read(|body| {
                serde_json::from_slice::<Value>(body).map(Dict::from).map_err(|e| {
                    let why = "the answer is no JSON".to_owned();
                    CosClientError::answered(ClientErrorKind::Protocol, why).caused_by(e)
                })
            })?;
            Ok(Response::of_dict(dict, answer.headers))
        })
    }
}

dicts! {
    /// The source of a fetch task and the object that it makes.
    pub struct FetchTaskConfiguration {
        /// The URL.
        url: text,
        /// The key of the object.
        key: text,
        /// The MD5 of the object, in hex; COS checks it. Default: not checked.
        md5: text as "MD5",
        /// The URL that COS calls after a success. Default: none.
        success_callback_url: text,
        /// The URL that COS calls after a failure. Default: none.
        failure_callback_url: text,
        /// Whether an object of that key is replaced. Default: COS's.
        on_key_exist: switch,
        /// Whether an object of that key stays. Default: COS's.
        ignore_same_key: switch,
    }
}
