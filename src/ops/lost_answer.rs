//! Decides from a HEAD of the object whether a request whose answer was lost was carried out.

use http::{HeaderMap, Method};

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::object::head::{HEAD_HEADERS, HeadObjectOutput};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// Sends a HEAD for an object that was written, or was to be written, with these headers.
pub(crate) fn head_written(
    client: &CosS3Client,
    target: &Target,
    headers: &HeaderMap,
) -> Result<Response<HeadObjectOutput>, CosError> {
    let mut request = Request::new("head_object", Method::HEAD, target.clone());
    request.headers = options::chosen(headers, &HEAD_HEADERS);
    let head = client.execute(request).map(|answer| HeadObjectOutput::of(answer.headers))?;
    if head.etag.is_empty() && client.get_conf().fixed.require_request_id {
        // Every object has one: something else answered.
        let why = "head_object: the answer has no ETag, so that it is not that of COS";
        return Err(CosClientError::answered(ClientErrorKind::Protocol, why).into());
    }
    Ok(head)
}
