//! Auditing jobs of any type.

use http::Method;
use serde_json::json;

use crate::ci::call::given;
use crate::ci::detect_type::{JOB_KINDS, names};
use crate::client::CosS3Client;
use crate::dict::Dict;
use crate::ops::call::call;
use crate::ops::response::Response;
use crate::param::Param;
use crate::wire::request::{Request, UNSET};

impl CosS3Client {
    /// Starts an auditing job of any type: `image`, `video`, `audio`, `text`, `document` or `webpage`.
    ///
    /// Python:
    /// ```python
    /// client.ci_auditing_submit_common(Bucket='examplebucket-1250000000', Key='test.mp4', DetectType=1, Type='video')
    /// ```
    ///
    /// API: <https://cloud.tencent.com/document/product/436/47316>
    pub fn ci_auditing_submit_common(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        detect_type: impl Param,
        r#type: impl Into<String>,
    ) -> CiAuditingSubmitCommon<'_> {
        let path = format!("/{}/auditing", r#type.into());
        let mut call = self.ci_call("ci_auditing_submit_common", Method::POST, bucket, &path);
        let kinds = names(&mut call.request, detect_type, &JOB_KINDS).unwrap_or_else(|| UNSET.to_owned());
        let draft = json!({
            "Input": { "Object": given(key.into()), "Url": UNSET, "UserInfo": UNSET, "DataId": UNSET, "Encryption": UNSET },
            "Conf": { "DetectType": kinds, "BizType": UNSET }, "Type": UNSET, "StorageConf": UNSET,
        });
        call.draft("Request", draft).content_type("application/xml").answer(&[]).into()
    }
}

call! {
    /// Builds a [`ci_auditing_submit_common`](CosS3Client::ci_auditing_submit_common) request.
    pub struct CiAuditingSubmitCommon -> Response {
        /// Processes the file at this URL instead of an object. Python: `Url`. Default: none.
        url: body("Input.Url"),
        /// Uses the auditing policy with this name. Python: `BizType`. Default: none.
        biz_type: body("Conf.BizType"),
        /// Sets the parts of a live stream that are stored, a dict. Python: `StorageConf`. Default: none.
        storage_conf: body("StorageConf"),
        /// Sets how the file at the URL is encrypted, a dict. Python: `Encryption`. Default: none.
        encryption: body("Input.Encryption"),
        /// Sets the type of the job where it is not that of the path: `live_video`. Python: `RequestType`.
        /// Default: none.
        request_type: body("Type"),
    }
    from ci: audited;
}

impl CiAuditingSubmitCommon<'_> {
    /// Sets the configuration of the job, a dict. Python: `Conf`. Default: none.
    pub fn conf(mut self, conf: impl Into<Dict>) -> Self {
        merge(&mut self.request, "Conf", conf.into());
        self
    }

    /// Sets the content to audit, a dict, instead of the key. Python: `Input`. Default: none.
    pub fn input(mut self, input: impl Into<Dict>) -> Self {
        self.request.set_field("Input.Object", UNSET.into());
        self.request.set_field("Input.Url", UNSET.into());
        merge(&mut self.request, "Input", input.into());
        self
    }
}

/// Puts the caller's members before the existing ones.
fn merge(request: &mut Request<'_>, name: &str, mut given: Dict) {
    if let Some((_, draft)) = &request.draft {
        for (name, value) in draft[name].items().filter(|(_, value)| **value != UNSET) {
            given.set(name, value.clone());
        }
        for (name, value) in draft[name].items().filter(|(_, value)| **value == UNSET) {
            if given.get(name).is_none() {
                given.set(name, value.clone());
            }
        }
    }
    request.set_field(name, given);
}
