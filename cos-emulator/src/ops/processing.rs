//! Data processing, meta insight and vectors: their requests are checked, and answered as a test says.

use crate::auth::authenticate;
use crate::context::{Context, Principal};
use crate::error::{Code, Error};
use crate::http::{Body, Head, Response};
use crate::target::{Target, is_processing};

/// Whether a request is for one of them.
pub(crate) fn is_for(head: &Head) -> bool {
    is_processing(head.host())
}

/// Refuses a request that is not signed well.
pub(crate) fn check(context: &Context, head: &Head) -> Result<(), Error> {
    let target = if is_for(head) { Target::default() } else { Target::of(head, &context.settings.domains)? };
    match authenticate(context, head, &target)?.principal {
        Principal::Anonymous => Err(Code::AccessDenied.into()),
        Principal::Owner => Ok(()),
    }
}

/// Answers a request that no test has an answer for.
pub(crate) fn answer(context: &Context, head: &Head, _: &mut Body<'_>) -> Result<Response, Error> {
    check(context, head)?;
    let message = "The emulator answers this as a test says: CosEmulator::answer.";
    Err(Error::new(Code::NotImplemented, message))
}
