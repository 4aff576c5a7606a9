//! Python's `qcloud_cos.cos_comm`: what scripts take from there. Its `to_bytes` is `text.as_bytes()`.

pub use crate::ops::date::get_date;
use crate::wire::request::md5_in_base64;

/// Computes the MD5 of bytes or text in Base64, as `content_md5` and `sse_customer_key_md5` want it.
///
/// Python: `get_md5(data)`
///
/// ```
/// assert_eq!(qcloud_cos::cos_comm::get_md5("abc"), "kAFQmDzST7DWlj99KOF/cg==");
/// ```
pub fn get_md5(data: impl AsRef<[u8]>) -> String {
    md5_in_base64(data)
}
