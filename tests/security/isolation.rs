//! S20: what one client has been given shows up in no other's requests.

use std::thread;

use qcloud_cos::CosS3Client;

use crate::common::{BUCKET, client, config, put, start};

const OWNERS: [[&str; 3]; 2] =
    [["AKIDFIRST", "FirstSecretKey", "FirstToken"], ["AKIDSECOND", "SecondSecretKey", "SecondToken"]];

#[test]
fn s20_two_clients_never_use_each_others_credentials() {
    let (cos, owner) = start();
    put(&owner, "k", b"x");
    for [id, key, token] in OWNERS {
        cos.add_temporary_credential(id, key, token);
    }
    let clients = OWNERS.map(|[id, key, token]| client(config(&cos).secret_id(id).secret_key(key).token(token)));
    cos.clear_requests();
    thread::scope(|scope| {
        for (client, [id, ..]) in clients.iter().zip(OWNERS) {
            for thread in 0..4 {
                scope.spawn(move || work(client, &format!("{id}-{thread}")));
            }
        }
    });
    let sent = cos.requests();
    assert_eq!(sent.len(), 2 * 4 * 10 * 2);
    for request in sent {
        let [id, _, token] = OWNERS.into_iter().find(|[id, ..]| request.target.contains(id)).unwrap();
        assert!(request.header("authorization").unwrap().contains(&format!("q-ak={id}&")));
        assert_eq!(request.header("x-cos-security-token"), Some(token));
    }
    for (client, [id, _, token]) in clients.iter().zip(OWNERS) {
        let url = client.get_presigned_url(BUCKET, "k", "PUT").sign().unwrap();
        assert!(url.contains(&format!("q-ak={id}&")) && url.ends_with(&format!("x-cos-security-token={token}")));
    }
    // A client without a token, made after those that have one.
    let url = owner.get_presigned_url(BUCKET, "k", "PUT").sign().unwrap();
    assert!(!url.contains("x-cos-security-token"), "{url}");
}

fn work(client: &CosS3Client, name: &str) {
    for number in 0..10 {
        let key = format!("{name}-{number}");
        put(client, &key, b"x");
        client.head_object(BUCKET, key).send().unwrap();
    }
}
