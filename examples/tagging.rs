//! Tags buckets and objects, for bills, lifecycle rules and policies.
//!
//! ```python
//! response = client.put_bucket_tagging(Bucket='bucket', Tagging={'TagSet': {'Tag': [{'Key': 'string', 'Value': 'string'}]}})
//! response = client.get_bucket_tagging(Bucket='bucket')
//! response = client.delete_bucket_tagging(Bucket='bucket')
//! response = client.put_object_tagging(Bucket='bucket', Key='test', Tagging={'TagSet': {'Tag': [{'Key': 'string', 'Value': 'string'}]}})
//! response = client.get_object_tagging(Bucket='bucket', Key='test')
//! response = client.delete_object_tagging(Bucket='bucket', Key='test')
//! ```

use std::error::Error;

use qcloud_cos::bucket::{Tag, TagSet, Tagging};
use qcloud_cos::{CosError, CosS3Client, json};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("tagging")?; // setting tags replaces all that there are
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    // Python's dict, pasted.
    let tagging = json!({"TagSet": {"Tag": [{"Key": "team", "Value": "storage"}]}});
    client.put_bucket_tagging(bucket, tagging).send()?;

    // What was read is what is put: one more tag.
    let mut tagging = client.get_bucket_tagging(bucket).send()?;
    tagging.tag_set.tag.push(Tag { key: "stage".into(), value: "test".into() });
    client.put_bucket_tagging(bucket, tagging).send()?;
    println!("{}", client.get_bucket_tagging(bucket).send()?);

    client.put_object(bucket, b"abcdefg", "test").tagging("kind=report&year=2026").send()?;
    for tag in &client.get_object_tagging(bucket, "test").send()?["TagSet"]["Tag"] {
        println!("{} = {}", tag["Key"], tag["Value"]);
    }
    let tag = vec![Tag { key: "kind".into(), value: "draft".into() }];
    client.put_object_tagging(bucket, "test", Tagging { tag_set: TagSet { tag } }).send()?;
    client.delete_object_tagging(bucket, "test").send()?;

    client.delete_bucket_tagging(bucket).send()?;
    match client.get_bucket_tagging(bucket).send() {
        Err(CosError::Service(e)) if e.get_status_code() == 404 => println!("{}", e.get_error_code()),
        other => println!("still there: {other:?}"),
    }
    Ok(())
}
