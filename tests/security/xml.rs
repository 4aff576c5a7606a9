//! S11: an answer in XML costs no more than it is worth.

use std::ops::Range;
use std::time::{Duration, Instant};

use cos_emulator::{Answer, Fault, Match};
use qcloud_cos::ClientErrorKind;

use crate::common::{BUCKET, client_with_retry, config, kind, refused, start};

/// A debug build of parser and emulator takes some twenty times as long, and shares the machine with other tests.
const LIMIT: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3000 } else { 50 });

fn joined(numbers: Range<u32>, text: impl Fn(u32) -> String) -> String {
    numbers.map(text).collect::<Vec<_>>().concat()
}

fn documents() -> Vec<(&'static str, String)> {
    let body = |inner: &str| format!("<ListBucketResult>{inner}</ListBucketResult>");
    let attributes = joined(0..80_000, |n| format!(" a{n}=\"{n}\""));
    let namespaces = joined(0..80_000, |n| format!(" xmlns:a{n}=\"{n}\""));
    let entities = joined(1..12, |n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)));
    vec![
        ("a document type", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><ListBucketResult/>".to_owned()),
        ("a document type within", body("<!DOCTYPE x><Name>n</Name>")),
        (
            "entities of entities",
            format!("<!DOCTYPE x [<!ENTITY e0 \"aaaa\">{entities}]>{}", body("<Name>&e11;</Name>")),
        ),
        ("an unknown entity", body("<Name>&e;</Name>")),
        ("nesting", "<ListBucketResult>".repeat(100_000)),
        ("nesting that ends", "<ListBucketResult>".repeat(100_000) + &"</ListBucketResult>".repeat(100_000)),
        ("nesting of unknown elements", body(&("<x>".repeat(65) + &"</x>".repeat(65)))),
        ("attributes", body(&format!("<Name{attributes}>n</Name>"))),
        ("namespaces", body(&format!("<Name{namespaces}>n</Name>"))),
        ("attributes of the root", format!("<ListBucketResult{attributes}/>")),
        ("elements", body(&"<Contents/>".repeat(150_000))),
        ("elements in turns", body(&"<Contents/><CommonPrefixes/>".repeat(60_000))),
    ]
}

#[test]
fn s11_documents_made_to_cost_are_refused_in_time() {
    let (cos, _owner) = start();
    let client = client_with_retry(config(&cos), 0);
    for (what, document) in documents() {
        cos.inject(Fault::Answer(Answer::new(200).body(document.clone())), Match::any(), 1);
        let start = Instant::now();
        assert_eq!(kind(client.list_objects(BUCKET).send()), ClientErrorKind::Xml, "{what}");
        assert!(start.elapsed() < LIMIT, "{what} took {:?}", start.elapsed());
    }
}

#[test]
fn s11_the_same_documents_as_errors_are_still_errors() {
    let (cos, _owner) = start();
    let client = client_with_retry(config(&cos), 0);
    for (what, document) in documents() {
        cos.inject(Fault::Answer(Answer::new(403).body(document.clone())), Match::any(), 1);
        let start = Instant::now();
        let error = refused(client.list_objects(BUCKET).send());
        assert_eq!((error.get_status_code(), error.get_error_code()), (403, "Unknown"), "{what}");
        assert!(error.get_origin_msg().len() <= 64 * 1024, "{what}");
        assert!(start.elapsed() < LIMIT, "{what} took {:?}", start.elapsed());
    }
}
