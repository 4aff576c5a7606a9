//! Control.

use crate::context::Context;
use crate::http::{Body, Head, Response};

pub(crate) fn is_for(context: &Context, head: &Head) -> bool {
    context.settings.control && head.raw_path().starts_with("/_emulator/")
}

pub(crate) fn answer(_: &Context, _: &Head, _: &mut Body<'_>) -> Response {
    Response::new(404)
}
