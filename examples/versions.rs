//! Keeps old versions of objects: turn versioning on, list versions, delete and undelete, restore an old version.
//!
//! ```python
//! response = client.list_objects_versions(Bucket='examplebucket-1250000000', Prefix='string')
//! response = client.get_object(Bucket='examplebucket-1250000000', Key='exampleobject', VersionId='string')
//! response = client.copy_object(Bucket='examplebucket-1250000000', Key='exampleobject',
//!                               CopySource={'Bucket': 'sourcebucket-1250000000', 'Key': 'exampleobject',
//!                                           'Region': 'ap-guangzhou', 'VersionId': 'string'})
//! response = client.delete_object(Bucket='examplebucket-1250000000', Key='exampleobject', VersionId='string')
//! ```

use std::error::Error;
use std::io;

use qcloud_cos::{CopySource, CosS3Client};

mod common;
use common::Place;

const KEY: &str = "exampleobject";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let client = &place.client;
    // Once on, versioning can only be suspended; so not in anybody's own bucket.
    let bucket = place.new_bucket("versions")?;
    let outcome = show(client, &bucket, &place.region);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str, region: &str) -> Result<(), Box<dyn Error>> {
    client.put_bucket_versioning(bucket, "Enabled").send()?;
    println!("versioning: {}", client.get_bucket_versioning(bucket).send()?.status);

    // From now on a put adds a version and leaves the older ones.
    let mut ids = Vec::new();
    for text in ["first", "second", "third"] {
        ids.extend(client.put_object(bucket, text.as_bytes(), KEY).send()?.into_inner().version_id);
    }
    println!("the newest: {}", read(client, bucket, None)?);
    println!("the oldest: {}", read(client, bucket, Some(&ids[0]))?);

    // A deletion without a version id deletes nothing: it hides the object behind a delete marker.
    let deleted = client.delete_object(bucket, KEY).send()?;
    println!("deleted: marker {}, exists {}", deleted.delete_marker, client.object_exists(bucket, KEY).send()?);

    let page = client.list_objects_versions(bucket).prefix(KEY).send()?;
    for version in &page.version {
        println!("version {} of {} bytes, latest: {}", version.version_id, version.size, version.is_latest);
    }
    for marker in &page.delete_marker {
        println!("marker {}, latest: {}", marker.version_id, marker.is_latest);
        // Deleting the marker brings the object back.
        client.delete_object(bucket, KEY).version_id(&marker.version_id).send()?;
    }
    println!("undeleted: {}", read(client, bucket, None)?);

    // An old version is made the newest by copying it onto its own key.
    let source = CopySource { version_id: ids[0].clone(), ..CopySource::new(bucket, KEY, region) };
    client.copy_object(bucket, KEY, source).send()?;
    println!("restored: {}", read(client, bucket, None)?);

    // A deletion with a version id is final.
    client.delete_object(bucket, KEY).version_id(&ids[1]).send()?;
    println!("{} versions are left", client.list_objects_versions(bucket).versions().count());
    Ok(())
}

fn read(client: &CosS3Client, bucket: &str, version_id: Option<&str>) -> Result<String, Box<dyn Error>> {
    let mut get = client.get_object(bucket, KEY);
    if let Some(id) = version_id {
        get = get.version_id(id);
    }
    Ok(io::read_to_string(get.send()?.body)?)
}
