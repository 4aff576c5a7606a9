//! Copies objects, moves one, and changes an object's metadata and storage class by copying it onto itself.
//!
//! ```python
//! response = client.copy_object(Bucket=bucket, Key=destKey,
//!                               CopySource={'Bucket': bucket, 'Key': srcKey, 'Region': 'ap-guangzhou'})
//! client.delete_object(Bucket=bucket, Key=srcKey)
//! response = client.copy(Bucket='examplebucket-1250000000', Key='exampleobject',
//!                        CopySource={'Bucket': 'sourcebucket-1250000000', 'Key': 'exampleobject',
//!                                    'Region': 'ap-guangzhou'},
//!                        CopyStatus='Copy', PartSize=20, MAXThread=10)
//! ```

use std::error::Error;

use qcloud_cos::{CopySource, StorageClass};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let [src_key, dest_key, large] = ["src", "dest", "large"].map(|name| format!("examples/copy/{name}"));
    client.put_object(bucket, b"content", &src_key).metadata("x-cos-meta-colour", "red").send()?;

    // A copy in one request, for objects of up to 5 GB; the bytes never leave COS.
    let source = CopySource::new(bucket, &src_key, &place.region);
    let copied = client.copy_object(bucket, &dest_key, &source).send()?;
    println!("copied: {} of {}", copied.etag, copied.last_modified);

    // A move is a copy and a deletion. The condition makes sure that what is deleted is what was copied.
    client.copy_object(bucket, &dest_key, &source).copy_source_if_match(&copied.etag).send()?;
    client.delete_object(bucket, &src_key).send()?;
    println!("moved: the source exists: {}", client.object_exists(bucket, &src_key).send()?);

    // `copy` chooses by itself: one request, or parallel parts for large objects.
    client.put_object(bucket, vec![1; 3 << 20], &large).send()?;
    let copied = client
        .copy(bucket, &dest_key, CopySource::new(bucket, &large, &place.region))
        .copy_status("Copy")
        .part_size(20)
        .max_thread(10)
        .send()?;
    println!("copied by `copy`: {}", copied.etag);

    // Metadata cannot be edited in place: a copy onto itself replaces all of it.
    client
        .update_object_meta(bucket, &dest_key)
        .content_type("image/png")
        .metadata("x-cos-meta-colour", "blue")
        .send()?;
    let head = client.head_object(bucket, &dest_key).send()?;
    let colour = head.headers.get("x-cos-meta-colour").unwrap_or_default();
    println!("new metadata: {}, {colour}", head.content_type);

    // So does a new storage class: metadata that should stay is given again.
    client
        .change_object_storage_class(bucket, &dest_key, StorageClass::StandardIa)
        .content_type(&head.content_type)
        .metadata("x-cos-meta-colour", colour)
        .send()?;
    println!("new storage class: {}", client.head_object(bucket, &dest_key).send()?.storage_class);

    client.delete_objects(bucket, [dest_key, large]).send()?;
    Ok(())
}
