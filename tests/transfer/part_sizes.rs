//! The size of parts that nobody names: chosen by the size of the file, or that of the transfer that is resumed.

use std::fs;

use cos_emulator::{Answer, CosEmulator, Fault, Match, RecordedRequest};
use qcloud_cos::CosS3Client;

use crate::common::{BUCKET, MIB, get, noise, put, start};

/// An emulator, a client, and a file of 21.5 MiB, which is above the threshold of one request.
fn scene() -> (CosEmulator, CosS3Client, tempfile::TempDir, Vec<u8>) {
    let (cos, client) = start();
    let (folder, content) = (tempfile::tempdir().unwrap(), noise(1, 21 * MIB + MIB / 2));
    fs::write(folder.path().join("file"), &content).unwrap();
    cos.clear_requests();
    (cos, client, folder, content)
}

/// How many bytes each uploaded part had, in the order of their numbers.
fn uploaded(cos: &CosEmulator) -> Vec<(u32, u64)> {
    let requests = cos.requests();
    let number = |sent: &RecordedRequest| {
        let named = sent.query.iter().find(|(name, _)| name == "partNumber").filter(|_| sent.method == "PUT");
        named.map(|(_, number)| number.parse().unwrap())
    };
    let mut parts: Vec<(u32, u64)> =
        requests.iter().filter_map(|sent| Some((number(sent)?, sent.body_length))).collect();
    parts.sort_unstable();
    parts
}

#[test]
fn each_thread_has_a_part() {
    let (cos, client, folder, content) = scene();
    let (file, checkpoints) = (folder.path().join("file"), folder.path().join("checkpoints"));
    let mib = MIB as u64;
    for (threads, part, count) in [(5, 5 * mib, 5), (2, 8 * mib, 3)] {
        cos.clear_requests();
        client.upload_file(BUCKET, "k", &file).max_thread(threads).checkpoint_dir(&checkpoints).send().unwrap();
        let parts = uploaded(&cos);
        assert_eq!((parts.len(), parts[0]), (count, (1, part)), "{threads} threads");
        assert!(get(&client, "k") == content);
    }
    // What the caller names is kept to the letter.
    cos.clear_requests();
    client.upload_file(BUCKET, "k", &file).part_size(1).checkpoint_dir(&checkpoints).send().unwrap();
    assert_eq!(uploaded(&cos).len(), 22);

    cos.clear_requests();
    client.download_file(BUCKET, "k", folder.path().join("copy")).send().unwrap();
    let requests = cos.requests();
    let mut ranges: Vec<_> = requests.iter().filter_map(|sent| sent.header("range").map(str::to_owned)).collect();
    ranges.sort();
    assert_eq!(ranges, ["bytes=0-8388607", "bytes=16777216-22544383", "bytes=8388608-16777215"]);
    assert!(fs::read(folder.path().join("copy")).unwrap() == content);
}

#[test]
fn an_upload_that_python_started_is_resumed_in_its_own_parts() {
    let (cos, client, folder, content) = scene();
    let upload = client.create_multipart_upload(BUCKET, "k").send().unwrap();
    for number in [2, 1, 22] {
        let part = content.chunks(MIB).nth(number - 1).unwrap();
        client.upload_part(BUCKET, "k", part, number as u32, &upload.upload_id).send().unwrap();
    }
    cos.clear_requests();
    // The first call is interrupted, so that the next one finds its own checkpoint of parts cut as Python cuts them.
    cos.inject(Fault::Answer(Answer::error(403, "AccessDenied")), Match::any().query("partNumber=9"), 1);
    let send = || {
        let upload = client.upload_file(BUCKET, "k", folder.path().join("file"));
        upload.max_thread(1).checkpoint_dir(folder.path().join("checkpoints")).send()
    };
    send().unwrap_err();
    send().unwrap();
    let parts = uploaded(&cos);
    assert!(parts.iter().all(|(number, len)| *len == MIB as u64 && ![1, 2, 22].contains(number)), "{parts:?}");
    assert_eq!(parts.len(), 19 + 1, "each missing part once, and the refused one again");
    assert!(get(&client, "k") == content);
    assert_eq!(client.list_multipart_uploads(BUCKET).uploads().count(), 0);
}

#[test]
fn a_transfer_with_other_threads_resumes_in_the_parts_that_are_there() {
    let (cos, client, folder, content) = scene();
    let (file, copy, records) = (folder.path().join("file"), folder.path().join("copy"), folder.path().join("records"));
    cos.inject(Fault::Answer(Answer::error(403, "AccessDenied")), Match::any().query("partNumber=3"), 1);
    let upload = || client.upload_file(BUCKET, "k", &file).checkpoint_dir(&records);
    upload().max_thread(1).send().unwrap_err();
    upload().max_thread(5).send().unwrap();
    let (mib, parts) = (MIB as u64, uploaded(&cos));
    let largest = parts.iter().map(|(_, len)| *len).max();
    assert_eq!((parts.len(), largest), (4, Some(8 * mib)), "three parts, one of them twice: {parts:?}");
    assert!(get(&client, "k") == content);

    put(&client, "large", &noise(2, 60 * MIB));
    cos.clear_requests();
    let refused = Match::any().method("GET").header("range", "bytes=33554432-");
    cos.inject(Fault::Answer(Answer::error(403, "AccessDenied")), refused, 1);
    let download = || client.download_file(BUCKET, "large", &copy);
    download().max_thread(1).part_size(32).send().unwrap_err();
    download().max_thread(5).send().unwrap();
    let ranges = cos.requests().iter().filter(|sent| sent.header("range").is_some()).count();
    assert_eq!(ranges, 3, "two ranges of 32 MiB, and the refused one again");
    assert!(fs::read(copy).unwrap() == noise(2, 60 * MIB));
}
