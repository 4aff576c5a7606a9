//! One request of each verb to each kind of host, against the emulator; with `COS_TEST_TLS` set, over HTTPS.
//! The recordings are played by a server of plain HTTP: this shows that the same requests go through TLS, with the
//! certificate of the host that they name.

use std::io::Read as _;

use cos_emulator::{Answer, CosEmulator, Match};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client, CosVectorsClient, MetaInsightClient, json};

use crate::common::{BUCKET, client, config, keys, kind, start_with};

const DOMAIN: &str = "files.example.com";
const CI: &str = "<Response/>";

type Send<'a> = &'a dyn Fn() -> Result<(), CosError>;

/// The requests that calls send: the verb and host of each, in order, and whether all came as the emulator was told.
fn sent(cos: &CosEmulator, calls: &[(&str, &str, Send<'_>)]) {
    let secure = cos.ca_file().is_some();
    for (method, host, send) in calls {
        cos.clear_requests();
        send().unwrap_or_else(|error| panic!("{method} {host}: {error}"));
        let requests = cos.requests();
        let [request] = &requests[..] else { panic!("{method} {host}: {} requests", requests.len()) };
        assert_eq!((request.method.as_str(), request.header("host").unwrap()), (*method, *host), "{request:?}");
        assert_eq!(request.secure, secure, "{method} {host}");
        assert!(request.status.is_some_and(|status| status < 300), "{request:?}");
    }
}

/// The calls about a bucket and its objects: every verb.
fn objects(cos: &CosEmulator, client: &CosS3Client, host: &str) {
    let content = vec![b'x'; 300_000];
    sent(
        cos,
        &[
            ("HEAD", host, &|| client.head_bucket(BUCKET).send().map(drop)),
            ("PUT", host, &|| client.put_object(BUCKET, &content[..], "a b/é").send().map(drop)),
            ("HEAD", host, &|| client.head_object(BUCKET, "a b/é").send().map(drop)),
            ("GET", host, &|| {
                let mut read = Vec::new();
                client.get_object(BUCKET, "a b/é").send()?.body.get_raw_stream().read_to_end(&mut read).unwrap();
                assert!(read == content);
                Ok(())
            }),
            ("GET", host, &|| {
                assert_eq!(client.list_objects(BUCKET).prefix("a b/").send()?.contents.len(), 1);
                Ok(())
            }),
            ("POST", host, &|| client.create_multipart_upload(BUCKET, "parts").send().map(drop)),
            ("POST", host, &|| client.delete_objects(BUCKET, json!({"Object": [{"Key": "k"}]})).send().map(drop)),
            ("DELETE", host, &|| client.delete_object(BUCKET, "a b/é").send().map(drop)),
        ],
    );
}

#[test]
fn every_verb_reaches_every_kind_of_host() {
    let (cos, by_address) = start_with(CosEmulator::builder().custom_domain(DOMAIN, BUCKET));
    let region = cos.region();
    let of = |first: &str, rest: &str| format!("{first}.{region}.{rest}");
    let host = of(&format!("{BUCKET}.cos"), "myqcloud.com");

    // The address of the emulator, which the certificate names, with the bucket in the Host header.
    objects(&cos, &by_address, &host);
    // COS's own hosts, each of which has a certificate of its own.
    let direct = client(keys(&cos).appid("1250000000").connect_to(cos.addr()));
    objects(&cos, &direct, &host);
    // A custom domain.
    objects(&cos, &client(keys(&cos).domain(DOMAIN).connect_to(cos.addr())), DOMAIN);

    // Services beside COS; those that the emulator does not have are answered by a script, once they are signed well.
    let xml = Answer::new(200).header("Content-Type", "application/xml").body(CI);
    cos.answer(Match::any().host(".ci."), xml.clone());
    cos.answer(Match::any().host(".pic."), xml.clone());
    cos.answer(Match::any().host(of("ci", "")), xml);
    let (insight, vectors) = (MetaInsightClient::from(direct.clone()), CosVectorsClient::from(direct.clone()));
    let [ci, ci_region, account] =
        [&format!("{BUCKET}.ci"), "ci", "1250000000.ci"].map(|name| of(name, "myqcloud.com"));
    let (pic, vector) = (of(&format!("{BUCKET}.pic"), "myqcloud.com"), of("vectors", "coslake.com"));
    let migration = format!("{region}.migration.myqcloud.com");
    let task = json!({"Url": "http://example.com/a", "Key": "a"});
    sent(
        &cos,
        &[
            ("GET", "service.cos.myqcloud.com", &|| direct.list_buckets().send().map(drop)),
            ("GET", &ci, &|| direct.ci_get_media_jobs(BUCKET, "j1").send().map(drop)),
            ("POST", &ci, &|| direct.ci_create_doc_job(BUCKET, "a.doc", BUCKET, region, "out").send().map(drop)),
            ("DELETE", &ci, &|| direct.ci_delete_workflow(BUCKET, "w1").send().map(drop)),
            ("GET", &ci_region, &|| direct.ci_get_media_bucket().send().map(drop)),
            ("PUT", &pic, &|| direct.ci_put_image_style(BUCKET, json!({"StyleName": "s"})).send().map(drop)),
            ("GET", &account, &|| insight.ci_describe_datasets().send().map(drop)),
            ("POST", &vector, &|| vectors.list_vector_buckets().send().map(drop)),
            ("POST", &migration, &|| direct.put_async_fetch_task(BUCKET, task.clone()).send().map(drop)),
        ],
    );
}

/// What makes the test above mean something: a client that does not trust the emulator's authority sends nothing.
#[test]
fn nothing_is_sent_to_a_stranger() {
    let [(cos, _), (other, _)] = [0, 1].map(|_| start_with(CosEmulator::builder().tls()));
    let trusting = config(&cos).ca_bundle(other.ca_file().unwrap());
    assert_eq!(kind(client(trusting).put_object(BUCKET, b"x", "k").send()), ClientErrorKind::Tls);
    assert_eq!(cos.request_count(), 0);
}
