//! Looking at an object to learn what became of a request whose answer was lost.

use http::{HeaderMap, Method};

use super::head::{HeadObjectOutput, LOOK_HEADERS};
use crate::client::CosS3Client;
use crate::error::CosError;
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// Looks at an object that was written, or was to be, with these headers.
pub(crate) fn look(
    client: &CosS3Client,
    target: &Target,
    headers: &HeaderMap,
) -> Result<Response<HeadObjectOutput>, CosError> {
    let mut request = Request::new("head_object", Method::HEAD, target.clone());
    request.headers = options::chosen(headers, &LOOK_HEADERS);
    client.execute(request).map(|answer| HeadObjectOutput::of(answer.headers))
}
