//! Python's `qcloud_cos.cos_comm`: what scripts take from there. Its `to_bytes` is `text.as_bytes()`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use md5::{Digest as _, Md5};

pub use crate::ops::date::get_date;

/// Computes the MD5 of bytes or text in Base64, as `content_md5` and `sse_customer_key_md5` want it.
///
/// Python: `get_md5(data)`
///
/// ```
/// assert_eq!(qcloud_cos::cos_comm::get_md5("abc"), "kAFQmDzST7DWlj99KOF/cg==");
/// ```
pub fn get_md5(data: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(Md5::digest(data))
}
