//! Uploads from bytes, text, files, paths and streams, and a file in parallel parts with its progress.
//!
//! ```python
//! with open('test.txt', 'rb') as fp:
//!     response = client.put_object(Bucket='examplebucket-1250000000', Body=fp, Key=file_name,
//!                                  StorageClass='STANDARD', ContentType='text/html; charset=utf-8')
//!     print(response['ETag'])
//! response = client.put_object(Bucket='examplebucket-1250000000', Body=b'abcdefg', Key=file_name)
//! response = client.put_object_from_local_file(Bucket='examplebucket-1250000000', LocalFilePath='local.txt',
//!                                              Key=file_name)
//! response = client.put_object(..., Metadata={'x-cos-meta-key1': 'value1', 'x-cos-meta-key2': 'value2'})
//! response = client.upload_file(Bucket='examplebucket-1250000000', Key='exampleobject', LocalFilePath='local.txt',
//!                               PartSize=1, MAXThread=5, progress_callback=upload_percentage, EnableMD5=False)
//! ```

use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

use qcloud_cos::Body;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let folder = tempfile::tempdir()?;
    let local = folder.path().join("test.txt");
    fs::write(&local, "<p>Hello from Rust.</p>")?;
    let key = "examples/upload/test.txt";

    // An open file, with headers that downloads will carry.
    let response = client
        .put_object(bucket, File::open(&local)?, key)
        .storage_class("STANDARD")
        .content_type("text/html; charset=utf-8")
        .send()?;
    println!("from a file: {}", response.etag);

    // Bytes and text go in as they are.
    let response = client.put_object(bucket, b"abcdefg", key).send()?;
    println!("from bytes: {}", response.etag);

    // A path; the file is opened when the request is sent.
    let response = client.put_object_from_local_file(bucket, &local, key).send()?;
    println!("from a path: {}", response.etag);

    // Metadata of one's own, and an MD5 that COS checks.
    let response = client
        .put_object(bucket, b"test", key)
        .metadata("x-cos-meta-key1", "value1")
        .metadata("x-cos-meta-key2", "value2")
        .enable_md5(true)
        .send()?;
    println!("with metadata: {}", response.etag);

    // A stream whose length nobody knows. It cannot be read twice, so such an upload is never repeated.
    let stream = std::io::repeat(b'x').take(100_000);
    let response = client.put_object(bucket, Body::reader(stream), key).send()?;
    println!("from a stream: {}", response.etag);

    // A long stream: in parts, each of which can be repeated.
    let stream = std::io::repeat(b'y').take(3 << 20);
    let response = client.upload_file_from_buffer(bucket, key, stream).part_size(1).max_thread(2).send()?;
    println!("from a stream in parts: {}", response.etag);

    // A folder is an empty object whose name ends with a slash; folders above an object need none.
    client.put_object(bucket, b"", "examples/upload/folder/").send()?;
    println!("a folder: examples/upload/folder/");

    // Files of 20 MiB and less go in one request, unless the threshold says otherwise.
    let large = folder.path().join("large.bin");
    fs::write(&large, vec![7; 5 << 20])?;
    let shown = AtomicU64::new(0);
    let upload_percentage = |consumed: u64, total: u64| {
        let rate = 100 * consumed / total.max(1);
        // Threads report in any order, and often; each percentage is of interest once.
        if shown.fetch_max(rate, Ordering::Relaxed) < rate {
            println!("{rate}%");
        }
    };
    let upload = || client.upload_file(bucket, "examples/upload/large.bin", &large).part_size(1).max_thread(5);
    let response = upload().multipart_threshold(1 << 20).progress_callback(upload_percentage).send()?;
    println!("in parallel parts: {}", response.etag);

    // Should an upload break off, the same call continues it: parts that are there are not sent again.
    for _ in 0..10 {
        match upload().send() {
            Ok(_) => break,
            Err(e) => println!("{e}"),
        }
    }

    client.delete_objects(bucket, [key, "examples/upload/folder/", "examples/upload/large.bin"]).send()?;
    Ok(())
}
