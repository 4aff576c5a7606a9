//! Deleting one object, or many.

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::locks;
use crate::ops::receive::document;
use crate::xml::{self, Xml};

const MAX_KEYS: usize = 1000;

pub(crate) fn delete_object(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    locks::check_delete(bucket, call.key(), call.version(), call.now)?;
    let removed = bucket.remove(call.key(), call.version(), call.now)?;
    let mut response = Response::new(204);
    if removed.delete_marker {
        response.set("x-cos-delete-marker", "true");
    }
    if let Some(id) = removed.version_id {
        response.set("x-cos-version-id", id);
    }
    Ok(response)
}

pub(crate) fn delete_objects(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.check_bucket()?;
    let body = document(call, true)?;
    let tree = xml::parse(&body, "Delete")?;
    let quiet = tree.child_text("Quiet").is_some_and(|quiet| quiet.eq_ignore_ascii_case("true"));
    let objects: Vec<_> = tree.all("Object").collect();
    if objects.is_empty() {
        return Err(Code::MalformedXML.into());
    }
    if objects.len() > MAX_KEYS {
        return Err(Code::TooManyKeys.into());
    }
    let mut xml = Xml::root("DeleteResult");
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    for object in objects {
        // Blanks around a key belong to it.
        let key = object.child("Key").map(|key| key.text.as_str());
        let key = key.filter(|key| !key.is_empty()).ok_or(Code::MalformedXML)?;
        let id = object.child_text("VersionId").filter(|id| !id.is_empty());
        let removed = locks::check_delete(bucket, key, id, call.now).and_then(|()| bucket.remove(key, id, call.now));
        match removed {
            Ok(_) if quiet => {}
            Ok(removed) => {
                xml.open("Deleted").text("Key", key);
                if let Some(id) = id {
                    xml.text("VersionId", id);
                }
                if removed.delete_marker {
                    let marker = removed.version_id.unwrap_or_default();
                    xml.text("DeleteMarker", true).text("DeleteMarkerVersionId", marker);
                }
                xml.close();
            }
            Err(Error::Refused(refusal)) => {
                xml.open("Error").text("Key", key);
                if let Some(id) = id {
                    xml.text("VersionId", id);
                }
                xml.text("Code", refusal.code.name()).text("Message", &refusal.message).close();
            }
            Err(error @ Error::Disconnected) => return Err(error),
        }
    }
    Ok(Response::new(200).xml(xml.finish()))
}
