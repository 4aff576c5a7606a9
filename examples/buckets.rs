//! Creates a bucket, asks whether and where it is, lists the account's buckets, and deletes it.
//!
//! ```python
//! response = client.create_bucket(Bucket='test01-123456789', ACL='private'|'public-read'|'public-read-write')
//! response = client.head_bucket(Bucket='test01-123456789')
//! response = client.get_bucket_location(Bucket='test01-123456789')
//! response = client.list_buckets()
//! response = client.delete_bucket(Bucket='test01-123456789')
//! ```

use std::error::Error;

use qcloud_cos::CosError;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let client = &place.client;

    let bucket = place.new_bucket("buckets")?; // `client.create_bucket(...).send()?` with a free name
    println!("created {bucket}");

    // A bucket's name is taken once; again, even by its owner, is an error.
    match client.create_bucket(&bucket).acl("private").send() {
        Err(CosError::Service(e)) => println!("again: {} {}", e.get_status_code(), e.get_error_code()),
        Err(e) => return Err(e.into()),
        Ok(()) => return Err("the bucket was created twice".into()),
    }

    // `head_bucket` is an error for a bucket that is not there, `bucket_exists` an answer.
    println!("head: in {}", client.head_bucket(&bucket).send()?.region);
    println!("exists: {}", client.bucket_exists(&bucket).send()?);
    println!("location: {}", client.get_bucket_location(&bucket).send()?.location_constraint);

    for found in &client.list_buckets().send()?.buckets.bucket {
        println!("listed: {} in {} since {}", found.name, found.location, found.creation_date);
    }

    // Only an empty bucket can be deleted.
    client.put_object(&bucket, b"x", "test.txt").send()?;
    match client.delete_bucket(&bucket).send() {
        Err(CosError::Service(e)) => println!("not empty: {}", e.get_error_code()),
        Err(e) => return Err(e.into()),
        Ok(()) => return Err("a bucket with an object was deleted".into()),
    }
    client.delete_object(&bucket, "test.txt").send()?;
    client.delete_bucket(&bucket).send()?;
    println!("deleted: exists {}", client.bucket_exists(&bucket).send()?);
    Ok(())
}
