//! Keeps new objects of a bucket from being changed or deleted for a time.
//!
//! ```python
//! object_lock_conf = {'ObjectLockEnabled': 'Enabled'}
//! client.put_bucket_object_lock(Bucket="bucket", ObjectLockConfiguration=object_lock_conf)
//! client.get_bucket_object_lock(Bucket="bucket")
//! ```

use std::error::Error;

use qcloud_cos::{CosError, CosS3Client, json};

mod common;
use common::Place;

const BUCKET: &str = "locked-1250000000";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    if place.emulator.is_none() {
        // Nobody could delete the bucket for a day, and its lock never again.
        println!("this example runs on the emulator alone");
        return Ok(());
    }
    place.client.create_bucket(BUCKET).send()?;
    show(&place.client, BUCKET)
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let lock = json!({
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    });
    client.put_bucket_object_lock(bucket, lock).send()?;
    println!("{}", client.get_bucket_object_lock(bucket).send()?);

    client.put_object(bucket, b"signed", "contract.pdf").send()?;
    match client.delete_object(bucket, "contract.pdf").send() {
        Err(CosError::Service(e)) => println!("{} {}", e.get_status_code(), e.get_error_code()),
        other => println!("not locked: {other:?}"),
    }
    Ok(())
}
