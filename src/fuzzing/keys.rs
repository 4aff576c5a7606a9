//! What encryption reads: metadata of objects, and key files.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{choice, texts};
use crate::encryption::keys::{DataKey, Wrapped};
use crate::encryption::ledger::{Batch, Ledger};
use crate::encryption::native;
use crate::encryption::sealed::{BatchCipher as _, FRAME};
use crate::encryption::tag::{self, ObjectName, TAG};
use crate::encryption::{AESProvider, Provider, RSAProvider, pem as file};
use crate::wire::respond::Headers;

const NAMES: [&str; 3] = ["x-cos-meta-client-side-encryption-key", "x-cos-meta-client-side-encryption-iv", TAG];

/// The metadata of encrypted objects: what was written reads back, nothing else passes for it.
pub fn envelope(data: &[u8]) {
    let provider: Provider =
        AESProvider::aes_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("the key is right").into();
    let given = texts(data);
    let place = |at: usize| ObjectName { bucket: "b-1".to_owned(), key: given.get(at).cloned().unwrap_or_default() };
    native_envelope(&provider, &given, place, choice(data).0);
    let mut headers = HeaderMap::new();
    for (name, text) in NAMES.iter().zip(&given) {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Ok(wrapped) = Wrapped::read(&Headers::of(headers.clone()))
        && let Ok(key) = provider.unwrap(&wrapped)
    {
        let fits = |tag: Vec<u8>| tag::check(provider.secret(&key), &place(3), &wrapped, &tag).is_ok();
        assert!(!tag::read(&Headers::of(headers)).is_some_and(fits), "a tag was made up");
    }

    let mut both = [0; 48];
    both.iter_mut().zip(data).for_each(|(byte, given)| *byte = *given);
    let key = DataKey::from_parts(&both[..32], &both[32..]).expect("the lengths are right");
    let wrapped = provider.wrap(&key).expect("AES takes any bytes");
    let mut written = HeaderMap::new();
    for (name, value) in wrapped.headers() {
        written.insert(name, HeaderValue::from_str(&value).expect("Base64 is a header's value"));
    }
    let made = tag::make(provider.secret(&key), &place(0), &wrapped).expect("HMAC takes any bytes");
    written.insert(TAG, HeaderValue::from_str(&made).expect("Base64 is a header's value"));
    let (choice, _) = choice(data);
    let check = |headers: &HeaderMap, place: &ObjectName| {
        let headers = Headers::of(headers.clone());
        let wrapped = Wrapped::read(&headers).ok()?;
        let found = provider.unwrap(&wrapped).ok()?;
        tag::check(provider.secret(&found), place, &wrapped, &tag::read(&headers)?).ok()?;
        Some((found.key.to_vec(), found.iv.to_vec()))
    };
    let expected = Some((both[..32].to_vec(), both[32..].to_vec()));
    assert_eq!(check(&written, &place(0)), expected);
    if place(1).key != place(0).key {
        assert_eq!(check(&written, &place(1)), None, "an object was moved unseen");
    }
    let name = NAMES[usize::from(choice) % NAMES.len()];
    let mut text = written[name].as_bytes().to_vec();
    let at = usize::from(choice) % (text.len() - 4);
    text[at] = if text[at] == b'A' { b'B' } else { b'A' };
    written.insert(name, HeaderValue::from_bytes(&text).expect("Base64 is a header's value"));
    assert_eq!(check(&written, &place(0)), None, "{name} was changed unseen");
}

/// Key files: whatever they hold, they are read or refused; what was written reads back.
pub fn pem(data: &[u8]) {
    // The cost of a passphrase is the file's choice, so that a search for slow ones would find them.
    let passphrase = data.windows(8).any(|window| window == b"DEK-Info").then_some("passphrase");
    let public = file::public_key("public_key", data);
    let private = file::private_key("private_key", data, passphrase);
    for error in [public.err(), private.err()].into_iter().flatten() {
        assert!(error.to_string().contains("_key: "), "{error}");
    }
    let written = file::write("PUBLIC KEY", data);
    assert_eq!(file::public_key("public_key", written.as_bytes()).ok().as_deref().map(Vec::as_slice), Some(data));
    let written = file::write("PRIVATE KEY", data);
    assert_eq!(
        file::private_key("private_key", written.as_bytes(), None).ok().as_deref().map(Vec::as_slice),
        Some(data)
    );
    if let Ok(text) = std::str::from_utf8(data) {
        let provider = RSAProvider::new(RSAProvider::get_rsa_key_pair(text, text));
        assert!(provider.is_err() || text.contains("PRIVATE"), "one text was both keys: {text}");
    }
}

const NATIVE: [&str; 3] =
    [native::MODE, "x-cos-meta-client-side-encryption-wrapped-key", "x-cos-meta-client-side-encryption-commitment"];

/// The same in native mode, with a frame of content.
fn native_envelope(provider: &Provider, given: &[String], place: impl Fn(usize) -> ObjectName, choice: u8) {
    let mut headers = HeaderMap::new();
    for (name, text) in NATIVE.iter().zip(given) {
        // The name of the format is let through, so that more than it is reached.
        let text = if *name == native::MODE && text.is_empty() { native::FORMAT } else { text };
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    assert!(native::open(provider, &place(3), &Headers::of(headers)).is_err(), "metadata were made up");

    let random = move |bytes: &mut [u8]| {
        bytes.fill(choice);
        Ok(())
    };
    let (key, made) = native::create(provider, &place(0), &random).expect("the keys are right");
    let key = key.frame_key(Ledger::default());
    let mut written = HeaderMap::new();
    for (name, value) in made {
        written.insert(name, HeaderValue::from_str(&value).expect("Base64 is a header's value"));
    }
    let open = |headers: &HeaderMap, place: &ObjectName| {
        let keys = native::open(provider, place, &Headers::of(headers.clone())).ok()?;
        Some(keys.frame_key(Ledger::default()))
    };
    let mut content = place(0).key.into_bytes();
    content.truncate(FRAME as usize);
    let mut frame = [&content[..], &[0; 16]].concat();
    let batch = Batch { body: FRAME, at: FRAME, len: content.len() as u64, last: true };
    key.seal_batch(batch, &mut frame).expect("nothing was encrypted before");
    let opened = open(&written, &place(0)).expect("what was written is read");
    assert_eq!(opened.open_frame(1, true, &mut frame.clone()).ok(), Some(&content[..]));
    for (index, last) in [(0, true), (2, true), (1, false)] {
        assert!(opened.open_frame(index, last, &mut frame.clone()).is_err(), "a frame was moved unseen");
    }
    let at = usize::from(choice) % frame.len();
    frame[at] ^= 1 << (choice % 8);
    assert!(opened.open_frame(1, true, &mut frame).is_err(), "a frame was changed unseen");
    if place(1).key != place(0).key {
        assert!(open(&written, &place(1)).is_none(), "an object was moved unseen");
    }
    let name = NATIVE[usize::from(choice) % NATIVE.len()];
    let mut text = written[name].as_bytes().to_vec();
    let at = usize::from(choice) % (text.len() - 4);
    text[at] = if text[at] == b'A' { b'B' } else { b'A' };
    written.insert(name, HeaderValue::from_bytes(&text).expect("letters are a header's value"));
    assert!(open(&written, &place(0)).is_none(), "{name} was changed unseen");
}
