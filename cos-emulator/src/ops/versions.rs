//! Versioning of a bucket, and listing versions.

use std::ops::Bound;

use crate::acl::{OWNER, write_user};
use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::list::{Last, Paging, write_facts};
use crate::ops::receive::document;
use crate::store::Versioning;
use crate::time;
use crate::xml::{self, Xml};

pub(crate) fn put_status(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    call.check_bucket()?;
    let body = document(call, false)?;
    let status = match xml::parse(&body, "VersioningConfiguration")?.child_text("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => return Err(Code::MalformedXML.into()),
    };
    let mut buckets = call.buckets();
    buckets.find(call.bucket())?.update(|info| info.versioning = status)?;
    Ok(Response::new(200))
}

pub(crate) fn get_status(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let mut xml = Xml::root("VersioningConfiguration");
    match buckets.find(call.bucket())?.info.versioning {
        Versioning::Never => {}
        status => {
            xml.text("Status", format!("{status:?}"));
        }
    }
    Ok(Response::new(200).xml(xml.finish()))
}

pub(crate) fn list(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let paging = Paging::of(call, "max-keys")?;
    let marker = call.param("key-marker").unwrap_or_default();
    let version_marker = call.param("version-id-marker").unwrap_or_default();
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    // With both markers the page begins amid the versions of the marker's key.
    let start = match paging.start(marker) {
        Bound::Excluded(key) if !version_marker.is_empty() => Bound::Included(key),
        start => start,
    };
    let entries = bucket.objects.range::<str, _>((start, Bound::Unbounded)).flat_map(|(key, versions)| {
        let done = versions
            .iter()
            .position(|version| key == marker && version.info.is_version(version_marker))
            .map_or(0, |at| at + 1);
        let latest = |at| at == 0;
        versions.iter().enumerate().skip(done).map(move |(at, version)| (key.as_str(), (latest(at), version)))
    });
    let page = paging.page(marker, entries);
    let mut xml = Xml::root("ListVersionsResult");
    xml.text("Name", &bucket.info.name);
    paging.write(&mut xml);
    xml.text("KeyMarker", paging.show(marker))
        .text("VersionIdMarker", version_marker)
        .text("MaxKeys", paging.max)
        .text("IsTruncated", page.truncated);
    if page.truncated
        && let Some(next) = page.last_key()
    {
        xml.text("NextKeyMarker", paging.show(next));
        if page.last == Last::Item
            && let Some((_, (_, version))) = page.items.last()
        {
            let id = version.info.version_id.as_deref().unwrap_or("null");
            xml.text("NextVersionIdMarker", id);
        }
    }
    for (key, (latest, version)) in &page.items {
        let info = &version.info;
        xml.open(if info.delete_marker { "DeleteMarker" } else { "Version" })
            .text("Key", paging.show(key))
            .text("VersionId", info.version_id.as_deref().unwrap_or("null"))
            .text("IsLatest", latest);
        if info.delete_marker {
            xml.text("LastModified", time::iso_millis(info.modified));
            write_user(xml.open("Owner"), OWNER).close();
        } else {
            write_facts(&mut xml, info);
        }
        xml.close();
    }
    paging.write_prefixes(&mut xml, &page.prefixes);
    Ok(Response::new(200).xml(xml.finish()))
}
