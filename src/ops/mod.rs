//! The operations, one file each: builder, result and parsing together.

pub(crate) mod acl;
pub(crate) mod argument;
pub(crate) mod bucket;
pub(crate) mod call;
pub(crate) mod date;
pub(crate) mod document;
pub(crate) mod lost_answer;
pub(crate) mod multipart;
pub(crate) mod object;
pub(crate) mod options;
pub(crate) mod paging;
pub(crate) mod presign;
pub(crate) mod response;
pub(crate) mod service;
pub(crate) mod values;
