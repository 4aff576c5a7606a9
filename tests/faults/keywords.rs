//! Every keyword that sets a condition or has something checked takes effect, at every size: below the threshold, where
//! one request does all, and above it, where many do.

use std::fs;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cos_emulator::CosEmulator;
use md5::{Digest as _, Md5};
use qcloud_cos::{ClientErrorKind, CopySource, CosError, CosS3Client};
use tempfile::TempDir;

use crate::common::{BUCKET, MIB, config, get, noise, put, requests};

const PAST: &str = "Wed, 01 Jan 2020 00:00:00 GMT";
/// A part of 1 MiB and a bit.
const SIZE: usize = MIB + 5;

struct Scene {
    cos: CosEmulator,
    client: CosS3Client,
    content: Vec<u8>,
    etag: String,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let cos = CosEmulator::start().unwrap();
        cos.create_bucket(BUCKET).unwrap();
        // A condition that fails is no accident: one attempt shows it.
        let client = CosS3Client::builder(config(&cos).build().unwrap()).retry(0).build().unwrap();
        let content = noise(5, SIZE);
        put(&client, "k", &content);
        let etag = client.head_object(BUCKET, "k").send().unwrap().etag.clone();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("source"), &content).unwrap();
        Self { cos, client, content, etag, folder }
    }

    /// The conditions, each with what fails and how, and with what holds.
    fn conditions(&self) -> Vec<(&'static str, String, u16, String)> {
        let future = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
        let (etag, other) = (self.etag.clone(), "\"0\"".to_owned());
        vec![
            ("if_match", other.clone(), 412, etag.clone()),
            ("if_none_match", etag, 304, other),
            ("if_modified_since", future.clone(), 304, PAST.to_owned()),
            ("if_unmodified_since", PAST.to_owned(), 412, future),
        ]
    }
}

/// Calls the setter of a name.
macro_rules! with {
    ($call:expr, $name:expr, $value:expr, [$($setter:ident),*]) => {
        match $name {
            $(stringify!($setter) => $call.$setter($value),)*
            other => panic!("{other}"),
        }
    };
}

fn status<T>(result: Result<T, CosError>) -> (u16, String) {
    match result.map(drop) {
        Ok(()) => (200, String::new()),
        Err(CosError::Service(error)) => (error.get_status_code(), error.get_error_code().to_owned()),
        Err(error) => panic!("{error}"),
    }
}

fn failed(status: u16) -> (u16, String) {
    (status, if status == 304 { "NotModified" } else { "PreconditionFailed" }.to_owned())
}

#[test]
fn conditions_of_a_download_mean_the_same_at_every_size() {
    let scene = Scene::new();
    let (client, path) = (&scene.client, scene.folder.path().join("file"));
    for (name, fails, how, holds) in scene.conditions() {
        for (value, expected) in [(&fails, failed(how)), (&holds, (200, String::new()))] {
            let got = with!(
                client.get_object(BUCKET, "k"),
                name,
                value,
                [if_match, if_none_match, if_modified_since, if_unmodified_since]
            );
            assert_eq!(status(got.send()), expected, "get_object, {name} {value}");
            for threshold in [0, SIZE as u64] {
                fs::write(&path, "old").unwrap();
                let download = client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(threshold);
                let download =
                    with!(download, name, value, [if_match, if_none_match, if_modified_since, if_unmodified_since]);
                assert_eq!(status(download.send()), expected, "download_file above {threshold}, {name} {value}");
                let there = fs::read(&path).unwrap();
                assert!(there == if expected.0 == 200 { &scene.content[..] } else { b"old" }, "{name} {value}");
            }
        }
    }
}

#[test]
fn ranges_of_a_download_ask_for_the_object_that_was_looked_up_and_for_nothing_else() {
    let scene = Scene::new();
    let path = scene.folder.path().join("file");
    for (name, _, _, holds) in scene.conditions() {
        // Of several tags that are allowed, one is the object's.
        let value = if name == "if_match" { format!("\"0\", {holds}") } else { holds };
        scene.cos.clear_requests();
        let download = scene.client.download_file(BUCKET, "k", &path).part_size(1).multipart_threshold(0);
        let download = with!(download, name, &value, [if_match, if_none_match, if_modified_since, if_unmodified_since]);
        download.send().unwrap();
        let ranges = requests(&scene.cos, "GET", "");
        assert_eq!(ranges.len(), 2);
        for range in ranges {
            let conditions = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];
            let asked = conditions.map(|condition| range.header(condition));
            assert_eq!(asked, [Some(scene.etag.as_str()), None, None, None], "{name} {value}");
        }
    }
}

#[test]
fn conditions_of_a_copy_mean_the_same_at_every_size() {
    let scene = Scene::new();
    let client = &scene.client;
    for (name, fails, _, holds) in scene.conditions() {
        for (value, expected) in [(&fails, failed(412)), (&holds, (200, String::new()))] {
            for threshold in [1, u64::MAX] {
                client.get_conf().set_copy_part_threshold_size(threshold);
                let source = CopySource::new(BUCKET, "k", "ap-guangzhou");
                let copy = client.copy(BUCKET, "copy", source).part_size(1).storage_class("STANDARD_IA").resume(false);
                let copy = with!(
                    copy,
                    format!("copy_source_{name}").as_str(),
                    value,
                    [
                        copy_source_if_match,
                        copy_source_if_none_match,
                        copy_source_if_modified_since,
                        copy_source_if_unmodified_since
                    ]
                );
                assert_eq!(status(copy.send()), expected, "copy above {threshold}, {name} {value}");
                let there = client.object_exists(BUCKET, "copy").send().unwrap();
                assert_eq!(there, expected.0 == 200, "{name} {value}");
                client.delete_object(BUCKET, "copy").send().unwrap();
            }
        }
    }
}

#[test]
fn metadata_of_a_copy_is_kept_at_every_size() {
    let scene = Scene::new();
    let client = &scene.client;
    let names = [
        ("Content-Type", "text/x-own"),
        ("Cache-Control", "max-age=7"),
        ("Content-Disposition", "attachment"),
        ("Content-Encoding", "own"),
        ("Content-Language", "zh"),
        ("Expires", "Wed, 01 Jan 2031 00:00:00 GMT"),
        ("x-cos-meta-own", "value"),
    ];
    let mut upload = client.put_object(BUCKET, &scene.content, "k");
    for (name, value) in names {
        upload = upload.header(name, value);
    }
    upload.tagging("team=a%26b&%E5%B9%BF=").send().unwrap();
    for threshold in [1, u64::MAX] {
        client.get_conf().set_copy_part_threshold_size(threshold);
        let copy = |replaced: bool| {
            let source = CopySource::new(BUCKET, "k", "ap-guangzhou");
            let copy = client.copy(BUCKET, "copy", source).part_size(1).storage_class("STANDARD_IA").resume(false);
            let copy = if replaced { copy.copy_status("Replaced").metadata("x-cos-meta-new", "n") } else { copy };
            copy.send().unwrap();
            client.head_object(BUCKET, "copy").send().unwrap()
        };
        let kept = copy(false);
        for (name, value) in names {
            assert_eq!(kept.headers.get(name).as_deref(), Some(value), "{name} above {threshold}");
        }
        assert_eq!(kept.storage_class.as_str(), "STANDARD_IA");
        let tags = client.get_object_tagging(BUCKET, "copy").send().unwrap().into_inner().tag_set.tag;
        let tags: Vec<_> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        assert_eq!(tags, [("team".into(), "a&b".into()), ("广".into(), String::new())], "above {threshold}");
        let replaced = copy(true);
        assert_eq!(replaced.headers.get("x-cos-meta-own"), None, "above {threshold}");
        assert_eq!(replaced.headers.get("x-cos-meta-new").as_deref(), Some("n"), "above {threshold}");
        assert!(get(client, "copy") == scene.content);
    }
}

#[test]
fn the_md5_of_an_upload_is_checked_at_every_size() {
    let scene = Scene::new();
    let client = &scene.client;
    let source = scene.folder.path().join("source");
    let right = BASE64_STANDARD.encode(Md5::digest(&scene.content));
    let wrong = BASE64_STANDARD.encode(Md5::digest(b"other"));
    for (md5, is_right) in [(&right, true), (&wrong, false)] {
        client.delete_object(BUCKET, "up").send().unwrap();
        assert_eq!(client.put_object(BUCKET, &scene.content, "up").content_md5(md5).send().is_ok(), is_right);
        assert_eq!(client.object_exists(BUCKET, "up").send().unwrap(), is_right);
        for threshold in [0, SIZE as u64] {
            client.delete_object(BUCKET, "up").send().unwrap();
            let upload = client.upload_file(BUCKET, "up", &source).part_size(1).multipart_threshold(threshold);
            let done = upload.resume(false).content_md5(md5).send();
            assert_eq!(done.is_ok(), is_right, "above {threshold}: {done:?}");
            assert_eq!(client.object_exists(BUCKET, "up").send().unwrap(), is_right, "above {threshold}");
            if threshold == 0 && !is_right {
                let error = crate::common::failed(done);
                assert_eq!(*error.kind(), ClientErrorKind::Integrity);
                assert!(error.to_string().contains("content_md5"), "{error}");
            }
        }
        for threshold in [0, SIZE as u64] {
            let upload = client.upload_file(BUCKET, "up", &source).part_size(1).multipart_threshold(threshold);
            upload.resume(false).enable_md5(true).send().unwrap();
            assert!(get(client, "up") == scene.content);
        }
    }
}

#[test]
fn conditions_of_an_upload_mean_the_same_at_every_size() {
    let scene = Scene::new();
    let client = &scene.client;
    let source = scene.folder.path().join("source");
    let put = || client.put_object(BUCKET, b"new", "k");
    assert_eq!(status(put().if_match("\"0\"").send()).0, 412);
    assert_eq!(status(put().if_none_match("*").send()).0, 412);
    assert_eq!(status(put().header("x-cos-forbid-overwrite", "true").send()).0, 409);
    for threshold in [0, SIZE as u64] {
        let upload = || {
            let upload = client.upload_file(BUCKET, "k", &source).part_size(1);
            upload.multipart_threshold(threshold).resume(false)
        };
        assert_eq!(status(upload().if_match("\"0\"").send()).0, 412, "above {threshold}");
        assert_eq!(status(upload().if_none_match("*").send()).0, 412, "above {threshold}");
        assert_eq!(status(upload().header("x-cos-forbid-overwrite", "true").send()).0, 409, "above {threshold}");
    }
    assert!(get(client, "k") == scene.content);
}
