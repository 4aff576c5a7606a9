//! Downloads to a file, as a stream, of a range, on a condition, and in parallel ranges.
//!
//! ```python
//! response = client.get_object(Bucket='examplebucket-1250000000', Key='exampleobject')
//! response['Body'].get_stream_to_file('exampleobject')
//! response = client.get_object(Bucket='examplebucket-1250000000', Key='exampleobject', Range='bytes=0-10')
//! response = client.download_file(Bucket='examplebucket-1250000000', Key='exampleobject', DestFilePath='local.txt',
//!                                 PartSize=1, MAXThread=5, EnableCRC=True)
//! ```

use std::error::Error;
use std::{fs, io};

use qcloud_cos::CosError;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let folder = tempfile::tempdir()?;
    let local = folder.path().join("exampleobject");
    let key = "examples/download/exampleobject";
    let content: Vec<u8> = (0..3_u32 << 18).flat_map(u32::to_le_bytes).collect();
    let etag = client.put_object(bucket, &content, key).send()?.etag.clone();

    // To a file. It appears under its name only when it is complete and its checksum is right.
    client.get_object(bucket, key).send()?.body.get_stream_to_file(&local)?;
    println!("to a file: {} bytes", fs::metadata(&local)?.len());

    // The body is a reader, so whatever reads can have it ...
    let mut response = client.get_object(bucket, key).send()?;
    println!("{} of {} bytes follow", response.content_type, response.content_length);
    println!("as a reader: {} bytes", io::copy(&mut response.body, &mut io::sink())?);

    // ... and it comes in pieces, as from Python's `get_stream`.
    let pieces = client.get_object(bucket, key).send()?.body.get_stream(1 << 20);
    let sizes = pieces.map(|piece| piece.map(|piece| piece.len())).collect::<Result<Vec<_>, _>>()?;
    println!("in pieces: {sizes:?}");

    // A range has both its ends.
    let response = client.get_object(bucket, key).range("bytes=0-10").send()?;
    println!("a range: {}", response.headers.get("content-range").unwrap_or_default());

    // The answer's headers can be chosen, for browsers.
    let attachment = "attachment; filename=example.bin";
    let response = client.get_object(bucket, key).response_content_disposition(attachment).send()?;
    println!("with a header: {}", response.headers.get("content-disposition").unwrap_or_default());

    // A condition: "not modified" is an error of its own, as in Python.
    match client.get_object(bucket, key).if_none_match(&etag).send() {
        Err(CosError::Service(e)) if e.get_status_code() == 304 => println!("on a condition: not modified"),
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("the object has another ETag".into()),
    }

    // In parallel ranges. Without `enable_crc` the checksum is compared, too, where COS tells it.
    let response = client
        .download_file(bucket, key, &local)
        .part_size(1)
        .max_thread(5)
        .multipart_threshold(1 << 20)
        .progress_callback(|done, total| {
            if done == total {
                println!("all {total} bytes are here");
            }
        })
        .send()?;
    println!("in parallel: checksum compared: {}", response.verified);
    if fs::read(&local)? != content {
        return Err("the file is not the object".into());
    }

    client.delete_object(bucket, key).send()?;
    Ok(())
}
