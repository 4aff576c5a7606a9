//! What errors say: a printed chain tells each thing once, and an `io::Error` leads back to the error it carries.

use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::net::TcpListener;

use crate::common::{BUCKET, keys, recording_client, refused};
use crate::scene::Scene;
use cos_emulator::{Answer, Fault as Hook, Match, Moment};
use qcloud_cos::{Body, ClientErrorKind, CosError};

/// Returns the texts of an error and its causes, as a program prints them below each other.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts
}

#[test]
fn a_printed_chain_says_each_thing_once() {
    let scene = Scene::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (nowhere, _) = recording_client(keys(&scene.cos).connect_to(closed), 1);
    let mut errors: Vec<CosError> = vec![
        nowhere.put_object(BUCKET, b"x", "k").send().unwrap_err(),
        scene.client.put_object_from_local_file(BUCKET, "/no/such/file", "k").send().unwrap_err(),
        scene.client.upload_file(BUCKET, "k", "/no/such/file").send().unwrap_err(),
        scene.client.put_object(BUCKET, Body::reader(Failing), "k").send().unwrap_err(),
        scene.client.put_object(BUCKET, b"x", "k").header("a b", "c").send().unwrap_err(),
        scene.client.get_object(BUCKET, "missing").send().unwrap_err(),
    ];
    let always = |hook, matching| scene.cos.inject(hook, matching, usize::MAX);
    always(Hook::Reset(Moment::AfterBody), Match::any().method("PUT"));
    errors.push(scene.client.put_object(BUCKET, b"x", "k").send().unwrap_err());
    always(Hook::CutBody(0), Match::any().method("GET").path("/k"));
    errors.push(scene.client.get_object(BUCKET, "k").send().and_then(|k| k.body.read_all()).unwrap_err());
    always(Hook::Answer(Answer::new(200).body("<ListBucketResult><Name>")), Match::any().method("GET"));
    errors.push(scene.client.list_objects(BUCKET).send().unwrap_err());
    for error in errors {
        let texts = chain(&error);
        for (index, text) in texts.iter().enumerate() {
            let earlier = texts[..index].iter().find(|earlier| earlier.contains(text.as_str()));
            assert_eq!(earlier, None, "{texts:#?}");
        }
    }
}

/// A body that cannot be read.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the tape is torn"))
    }
}

#[test]
fn an_io_error_leads_back_to_what_it_carries() {
    /// Reads an object and a file as a script does, with one `?` for both.
    fn read_both(scene: &Scene, key: &str, path: &str) -> Result<String, CosError> {
        let mut text = String::new();
        scene.client.get_object(BUCKET, key).send()?.body.read_to_string(&mut text)?;
        text += &fs::read_to_string(path)?;
        Ok(text)
    }
    let scene = Scene::new();
    scene.client.put_object(BUCKET, b"abcdefg", "text").send().unwrap();
    let own = read_both(&scene, "text", "/no/such/file").unwrap_err();
    assert!(matches!(own.kind(), Some(ClientErrorKind::Local { path }) if path.as_os_str().is_empty()), "{own}");
    assert!(own.client().unwrap().get_ref().unwrap().is::<io::Error>(), "{own:?}");
    scene.cos.inject(Hook::CutBody(0), Match::any().method("GET"), usize::MAX);
    let read = read_both(&scene, "text", "/no/such/file").unwrap_err();
    assert_eq!((read.kind(), read.attempts()), (Some(&ClientErrorKind::Integrity), 4), "{read}");
    scene.cos.clear_faults();
    let served = refused(scene.client.get_object(BUCKET, "missing").send());
    let carried = CosError::from(io::Error::from(CosError::from(served)));
    assert_eq!(carried.code(), Some("NoSuchKey"));
}
