//! Live channels, as records: nothing is ever streamed to one, so its history and playlists are empty.

use crate::checksum::{Hasher, hex};
use crate::context::Call;
use crate::encode;
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::attributes;
use crate::ops::list::Paging;
use crate::ops::receive::document;
use crate::ops::text::number;
use crate::store::{LiveChannel, Version};
use crate::time;
use crate::xml::{self, Element, Xml};

const PLAYLIST: &str = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-ENDLIST\n";

fn no_channel() -> Error {
    Code::NoSuchLiveChannel.into()
}

fn invalid(what: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("invalid {what}"))
}

/// Creates a channel, or turns one on or off.
pub(crate) fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    if let Some(switch) = call.param("switch") {
        let enabled = is_enabled(switch)?;
        let mut buckets = call.buckets();
        let bucket = buckets.find(call.bucket())?;
        if !bucket.info.live_channels.contains_key(call.key()) {
            return Err(no_channel());
        }
        bucket.update(|info| {
            if let Some(channel) = info.live_channels.get_mut(call.key()) {
                channel.enabled = enabled;
            }
        })?;
        return Ok(Response::new(200));
    }
    let body = document(call, true)?;
    let channel = channel_of(&xml::parse(&body, "LiveChannelConfiguration")?, call.now)?;
    let mut xml = Xml::root("CreateLiveChannelResult");
    write_urls(&mut xml, call, call.key(), &channel);
    let key = call.key().to_owned();
    call.buckets().find(call.bucket())?.update(|info| drop(info.live_channels.insert(key, channel)))?;
    Ok(Response::new(200).xml(xml.finish()))
}

fn is_enabled(switch: &str) -> Result<bool, Error> {
    match switch.to_ascii_lowercase().as_str() {
        "enabled" => Ok(true),
        "disabled" => Ok(false),
        _ => Err(invalid("Switch")),
    }
}

fn channel_of(tree: &Element, now: u64) -> Result<LiveChannel, Error> {
    let none = Element::default();
    let target = tree.child("Target").unwrap_or(&none);
    let text = |name: &str, default: &str| {
        target.child_text(name).filter(|text| !text.is_empty()).unwrap_or(default).to_owned()
    };
    if text("Type", "HLS") != "HLS" {
        return Err(invalid("Type"));
    }
    Ok(LiveChannel {
        description: tree.child_text("Description").unwrap_or_default().to_owned(),
        enabled: is_enabled(tree.child_text("Switch").filter(|text| !text.is_empty()).unwrap_or("Enabled"))?,
        frag_duration: number("FragDuration", &text("FragDuration", "5"))?,
        frag_count: number("FragCount", &text("FragCount", "3"))?,
        playlist_name: text("PlaylistName", "playlist.m3u8"),
        modified: now,
    })
}

fn write_urls(xml: &mut Xml, call: &Call<'_, '_>, name: &str, channel: &LiveChannel) {
    let (host, name) = (call.head.host(), encode::path(name));
    let scheme = if call.head.secure { "https" } else { "http" };
    xml.open("PublishUrls").text("Url", format!("rtmp://{host}/live/{name}")).close();
    xml.open("PlayUrls").text("Url", format!("{scheme}://{host}/{name}/{}", channel.playlist_name)).close();
}

/// The channel's configuration, status or history.
pub(crate) fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let info = &buckets.find(call.bucket())?.info;
    let channel = info.live_channels.get(call.key()).ok_or_else(no_channel)?;
    let xml = match call.param("comp") {
        None => {
            let mut xml = Xml::root("LiveChannelConfiguration");
            xml.text("Description", &channel.description).text("Switch", switch(channel));
            xml.open("Target")
                .text("Type", "HLS")
                .text("FragDuration", channel.frag_duration)
                .text("FragCount", channel.frag_count)
                .text("PlaylistName", &channel.playlist_name);
            xml.finish()
        }
        Some("status") => {
            let mut xml = Xml::root("LiveChannelStatus");
            xml.text("Status", if channel.enabled { "Idle" } else { "Disabled" });
            xml.finish()
        }
        Some("history") => Xml::leaf("LiveChannelHistory", ""),
        Some(_) => return Err(invalid("comp")),
    };
    Ok(Response::new(200).xml(xml))
}

fn switch(channel: &LiveChannel) -> &'static str {
    if channel.enabled { "Enabled" } else { "Disabled" }
}

pub(crate) fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    if !bucket.info.live_channels.contains_key(call.key()) {
        return Err(no_channel());
    }
    bucket.update(|info| drop(info.live_channels.remove(call.key())))?;
    Ok(Response::new(204))
}

pub(crate) fn list(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let paging = Paging::of(call, "max-keys")?;
    let marker = call.param("marker").unwrap_or_default();
    let mut buckets = call.buckets();
    let channels = &buckets.find(call.bucket())?.info.live_channels;
    let after = channels.iter().filter(|(name, _)| name.as_str() > marker && name.starts_with(&paging.prefix));
    let page = paging.page(marker, after.map(|(name, channel)| (name.as_str(), channel)));
    let mut xml = Xml::root("ListLiveChannelResult");
    paging.write(&mut xml);
    xml.text("Marker", paging.show(marker)).text("MaxKeys", paging.max).text("IsTruncated", page.truncated);
    if let Some(next) = page.last_key().filter(|_| page.truncated) {
        xml.text("NextMarker", paging.show(next));
    }
    for (name, channel) in &page.items {
        xml.open("LiveChannel")
            .text("Name", paging.show(name))
            .text("Description", &channel.description)
            .text("Status", switch(channel))
            .text("LastModified", time::iso_millis(channel.modified));
        write_urls(&mut xml, call, name, channel);
        xml.close();
    }
    Ok(Response::new(200).xml(xml.finish()))
}

/// Fails unless the request names a span of time.
fn check_span(call: &Call<'_, '_>) -> Result<(), Error> {
    let at = |name: &'static str| number::<u64>(name, call.param(name).unwrap_or_default());
    if at("starttime")? > at("endtime")? { Err(invalid("starttime")) } else { Ok(()) }
}

/// The playlist of a span of time.
pub(crate) fn get_playlist(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    check_span(call)?;
    if !call.buckets().find(call.bucket())?.info.live_channels.contains_key(call.key()) {
        return Err(no_channel());
    }
    let mut response = Response::new(200).text(PLAYLIST.to_owned());
    response.set("Content-Type", "application/vnd.apple.mpegurl");
    Ok(response)
}

/// Stores the playlist of a span of time as an object below the channel's name.
pub(crate) fn post_playlist(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    check_span(call)?;
    let (channel, _) = call.key().rsplit_once('/').ok_or_else(|| invalid("playlist"))?;
    let mut info = attributes::from_headers(call.head, call.key())?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    if !bucket.info.live_channels.contains_key(channel) {
        return Err(no_channel());
    }
    let mut hasher = Hasher::new();
    hasher.update(PLAYLIST.as_bytes());
    let (md5, crc64) = hasher.finish();
    let mut writer = bucket.place().writer(Some(PLAYLIST.len() as u64))?;
    writer.write(PLAYLIST.as_bytes())?;
    info.modified = call.now;
    info.etag = hex(&md5);
    info.size = PLAYLIST.len() as u64;
    info.crc64 = crc64;
    bucket.add(call.key(), Version { info, data: writer.finish() })?;
    Ok(Response::new(200))
}
