//! Listing uploads under way, and the parts of one.

use crate::acl::{OWNER, write_user};
use crate::checksum::hex;
use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::list::{Last, Paging};
use crate::ops::text::{number, quoted};
use crate::time;
use crate::xml::Xml;

pub(crate) fn list_uploads(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let paging = Paging::of(call, "max-uploads")?;
    let marker = call.param("key-marker").unwrap_or_default();
    let id_marker = call.param("upload-id-marker").unwrap_or_default();
    // An upload id means nothing without its key.
    let id_marker = if marker.is_empty() { "" } else { id_marker };
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let entries = bucket
        .uploads
        .iter()
        .filter(|((key, id), _)| {
            key.as_str() > marker || (key == marker && !id_marker.is_empty() && id.as_str() > id_marker)
        })
        .map(|((key, _), upload)| (key.as_str(), upload))
        .skip_while(|(key, _)| *key < paging.prefix.as_str());
    let page = paging.page(marker, entries);
    let mut xml = Xml::root("ListMultipartUploadsResult");
    xml.text("Bucket", &bucket.info.name);
    paging.write(&mut xml);
    xml.text("KeyMarker", paging.show(marker))
        .text("UploadIdMarker", id_marker)
        .text("MaxUploads", paging.max)
        .text("IsTruncated", page.truncated);
    if page.truncated
        && let Some(next) = page.last_key()
    {
        xml.text("NextKeyMarker", paging.show(next));
        if page.last == Last::Item
            && let Some((_, upload)) = page.items.last()
        {
            xml.text("NextUploadIdMarker", &upload.info.id);
        }
    }
    for (key, upload) in &page.items {
        xml.open("Upload")
            .text("Key", paging.show(key))
            .text("UploadId", &upload.info.id)
            .text("StorageClass", &upload.info.object.storage_class);
        write_user(xml.open("Initiator"), OWNER).close();
        write_user(xml.open("Owner"), OWNER).close();
        xml.text("Initiated", time::iso_millis(upload.info.initiated)).close();
    }
    paging.write_prefixes(&mut xml, &page.prefixes);
    Ok(Response::new(200).xml(xml.finish()))
}

pub(crate) fn list_parts(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let paging = Paging::of(call, "max-parts")?;
    let marker = match call.param("part-number-marker").unwrap_or_default() {
        "" => 0,
        marker => number::<u32>("part-number-marker", marker)?,
    };
    if paging.max == 0 {
        return Err(Error::new(Code::InvalidArgument, "invalid max-parts"));
    }
    let id = call.param("uploadId").unwrap_or_default();
    let mut buckets = call.buckets();
    let upload = buckets.find(call.bucket())?.upload(call.key(), id)?;
    let mut left = upload.parts.range(marker.saturating_add(1)..).map(|(_, part)| part);
    let parts: Vec<_> = left.by_ref().take(paging.max).collect();
    let truncated = left.next().is_some();
    let mut xml = Xml::root("ListPartsResult");
    xml.text("Bucket", call.bucket());
    if paging.url_encoded {
        xml.text("Encoding-type", "url");
    }
    xml.text("Key", paging.show(call.key())).text("UploadId", id);
    write_user(xml.open("Initiator"), OWNER).close();
    write_user(xml.open("Owner"), OWNER).close();
    xml.text("StorageClass", &upload.info.object.storage_class)
        .text("PartNumberMarker", marker)
        .text("MaxParts", paging.max)
        .text("IsTruncated", truncated);
    if truncated && let Some(last) = parts.last() {
        xml.text("NextPartNumberMarker", last.info.number);
    }
    for part in parts {
        xml.open("Part")
            .text("PartNumber", part.info.number)
            .text("LastModified", time::iso_millis(part.info.modified))
            .text("ETag", quoted(hex(&part.info.md5)))
            .text("Size", part.info.size)
            .close();
    }
    Ok(Response::new(200).xml(xml.finish()))
}
