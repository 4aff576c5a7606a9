//! Playlists of live channels.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qcloud_cos::CosS3Client;
use serde_json::json;

use super::{Args, Called, bucket, dict, header, text};
use crate::inputs::{entries, number, required, rest, string};
use crate::outcome::Stop;

fn time(args: &Args, name: &str) -> Result<u64, Stop> {
    number(name, required(args, name)?)
}

pub(super) fn get_vod_playlist(client: &CosS3Client, args: &Args) -> Called {
    let (start, end) = (time(args, "StartTime")?, time(args, "EndTime")?);
    let mut call = client.get_vod_playlist(bucket(args)?, text(args, "ChannelName")?, start, end);
    setters!(call, rest(args, &["Bucket", "ChannelName", "StartTime", "EndTime"]), header, {});
    Ok(json!({"$bytes_b64": STANDARD.encode(call.send()?)}))
}

pub(super) fn post_vod_playlist(client: &CosS3Client, args: &Args) -> Called {
    let (channel, playlist) = (text(args, "ChannelName")?, text(args, "PlaylistName")?);
    let (start, end) = (time(args, "StartTime")?, time(args, "EndTime")?);
    let mut call = client.post_vod_playlist(bucket(args)?, channel, playlist, start, end);
    setters!(call, rest(args, &["Bucket", "ChannelName", "PlaylistName", "StartTime", "EndTime"]), header, {});
    dict(call.send()?)
}
