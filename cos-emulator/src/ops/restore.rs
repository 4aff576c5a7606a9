//! Restoring archived objects. It is done at once; COS takes minutes or hours.

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::document;
use crate::ops::text::number;
use crate::xml;

const DAY: u64 = 24 * 60 * 60 * 1000;

pub(crate) fn restore(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let body = document(call, false)?;
    let tree = xml::parse(&body, "RestoreRequest")?;
    let days: u64 = number("Days", tree.child_text("Days").unwrap_or_default())?;
    let tier = tree.child("CASJobParameters").and_then(|parameters| parameters.child_text("Tier"));
    if !(1..=365).contains(&days) || !matches!(tier, None | Some("Expedited" | "Standard" | "Bulk")) {
        return Err(Error::new(Code::InvalidArgument, "invalid Days or Tier"));
    }
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let info = &bucket.version(call.key(), call.version())?.info;
    if !info.storage_class.ends_with("ARCHIVE") {
        return Err(Code::InvalidObjectState.into());
    }
    let again = info.restored_until.is_some_and(|until| until >= call.now);
    bucket.change(call.key(), call.version(), |version| {
        version.info.restored_until = Some(call.now + days * DAY);
    })?;
    Ok(Response::new(if again { 200 } else { 202 }))
}
