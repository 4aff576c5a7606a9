//! HTTP/1.1 over a byte stream: request heads, request bodies, answers.

mod body;
mod connection;
mod form;
mod head;
mod pace;
mod response;

pub(crate) use body::Body;
pub(crate) use connection::Connection;
pub(crate) use form::{Form, boundary as form_boundary};
pub(crate) use head::{Head, HeadError, Headers, parse_query, read_head};
pub(crate) use pace::Pace;
pub(crate) use response::{Payload, Response, Shape};
