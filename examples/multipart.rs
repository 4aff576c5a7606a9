//! An upload in parts by hand: create, send and copy parts, list parts and uploads, complete; and one given up.
//!
//! ```python
//! response = client.create_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject')
//! uploadid = response['UploadId']
//! response = client.upload_part(Bucket='examplebucket-1250000000', Key='exampleobject', Body=b'b'*1024*1024,
//!                               PartNumber=1, UploadId=uploadid)
//! response = client.list_parts(Bucket='examplebucket-1250000000', Key='exampleobject', UploadId=uploadid)
//! response = client.complete_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject',
//!                                             UploadId=uploadid, MultipartUpload={'Part': response['Part']})
//! response = client.abort_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject', UploadId=uploadid)
//! ```

use std::error::Error;

use qcloud_cos::CopySource;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let (key, source) = ("examples/multipart/exampleobject", "examples/multipart/source");

    let upload_id =
        client.create_multipart_upload(bucket, key).content_type("text/plain").send()?.into_inner().upload_id;
    println!("upload {upload_id}");

    // Parts may come in any order and from several threads; all but the last have 1 MiB or more.
    let response = client.upload_part(bucket, key, vec![b'b'; 1 << 20], 1, &upload_id).send()?;
    println!("part 1: {}", response.etag);
    let response = client.upload_part(bucket, key, b"the end", 3, &upload_id).enable_md5(true).send()?;
    println!("part 3: {}", response.etag);

    // A part can be a copy of another object, or of a range of it.
    client.put_object(bucket, vec![b'c'; 2 << 20], source).send()?;
    let response = client
        .upload_part_copy(bucket, key, 2, &upload_id, CopySource::new(bucket, source, &place.region))
        .copy_source_range("bytes=0-1048575")
        .send()?;
    println!("part 2: {}, copied", response.etag);

    // What is under way. An upload that nobody completes is paid for, so it is worth a look now and then.
    for upload in client.list_multipart_uploads(bucket).prefix("examples/multipart/").uploads() {
        let upload = upload?;
        println!("under way: {} since {}", upload.key, upload.initiated);
    }

    // Completing takes number and ETag of every part: those that were noted, or those that COS lists.
    let parts = client.list_parts(bucket, key, &upload_id).max_parts(2).parts().collect::<Result<Vec<_>, _>>()?;
    for part in &parts {
        println!("listed: part {}, {} bytes", part.part_number, part.size);
    }
    let response = client.complete_multipart_upload(bucket, key, &upload_id, parts).send()?;
    println!("complete: {} at {}", response.etag, response.location);
    println!("{} bytes", client.head_object(bucket, key).send()?.content_length);

    // Giving up deletes the parts.
    let upload_id = client.create_multipart_upload(bucket, key).send()?.into_inner().upload_id;
    client.upload_part(bucket, key, b"not needed", 1, &upload_id).send()?;
    client.abort_multipart_upload(bucket, key, &upload_id).send()?;
    let left = client.list_multipart_uploads(bucket).prefix("examples/multipart/").uploads().count();
    println!("aborted; {left} uploads are under way");

    client.delete_objects(bucket, [key, source]).send()?;
    Ok(())
}
