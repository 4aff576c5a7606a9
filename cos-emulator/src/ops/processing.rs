//! Data processing, meta insight and vectors: the emulator checks their requests, and a test scripts the answers.

use crate::auth::authenticate;
use crate::context::{Context, Principal};
use crate::error::{Code, Error};
use crate::http::{Body, Head, Response};
use crate::target::{Target, is_processing};

/// Whether a request is for one of them.
pub(crate) fn is_for(head: &Head) -> bool {
    is_processing(head.host())
}

/// Refuses a request without a valid signature.
pub(crate) fn check(context: &Context, head: &Head) -> Result<(), Error> {
    let target = if is_for(head) { Target::default() } else { Target::of(head, &context.settings.domains)? };
    match authenticate(context, head, &target)?.principal {
        Principal::Anonymous => Err(Code::AccessDenied.into()),
        Principal::Owner => Ok(()),
    }
}

/// Answers a request that no script answers.
pub(crate) fn answer(context: &Context, head: &Head, _: &mut Body<'_>) -> Result<Response, Error> {
    check(context, head)?;
    let message = "The emulator answers this as a test says: CosEmulator::answer.";
    Err(Error::new(Code::NotImplemented, message))
}
