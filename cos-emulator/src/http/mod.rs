//! HTTP/1.1 over a byte stream: request heads, request bodies, answers.

mod body;
mod head;
mod response;

pub(crate) use body::Body;
pub(crate) use head::{Head, HeadError, parse_query, read_head};
pub(crate) use response::{Payload, Response, Shape};

/// Size of the buffers bodies are moved with: large enough that system calls do not dominate.
pub(crate) const CHUNK: usize = 256 * 1024;
