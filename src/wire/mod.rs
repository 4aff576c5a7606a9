//! The pure core: values in, values out. No sockets, files, clock, sleep, randomness or environment,
//! so that every byte on the wire can be tested without a server.

// What a server sends is read here.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

pub(crate) mod address;
pub(crate) mod body;
pub(crate) mod body_retry;
pub(crate) mod clock;
pub(crate) mod copy_source;
pub(crate) mod crc64;
pub(crate) mod dict;
pub(crate) mod event_stream;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod limits;
pub(crate) mod proxy;
pub(crate) mod range;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod respond;
pub(crate) mod retry;
pub(crate) mod rtmp;
pub(crate) mod sign;
pub(crate) mod tc3;
pub(crate) mod uri;
pub(crate) mod xml;
