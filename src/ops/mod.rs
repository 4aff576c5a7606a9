//! The operations, one file each: builder, result and parsing together.

pub(crate) mod acl;
mod ahead;
pub(crate) mod argument;
pub(crate) mod call;
pub(crate) mod date;
pub(crate) mod document;
pub(crate) mod lost_answer;
pub(crate) mod options;
pub(crate) mod paging;
pub(crate) mod response;
pub(crate) mod values;

// These have the methods of the client, in the order of its page in the documentation: the common ones first; blank lines keep it.
pub(crate) mod object;

pub(crate) mod multipart;

pub(crate) mod presign;

pub(crate) mod post_form;

pub(crate) mod bucket;

pub(crate) mod service;

pub(crate) mod live;

pub(crate) mod fetch;
