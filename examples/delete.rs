//! Deletes one object, several at once, and all below a prefix.
//!
//! ```python
//! response = client.delete_object(Bucket='examplebucket-1250000000', Key='exampleobject')
//! response = client.delete_objects(Bucket='examplebucket-1250000000',
//!                                  Delete={'Object': [{'Key': 'exampleobject1'}, {'Key': 'exampleobject2'}]})
//! ```

use std::error::Error;

use qcloud_cos::json;

mod common;
use common::Place;

const FOLDER: &str = "examples/delete/";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let keys: Vec<String> = (0..12).map(|n| format!("{FOLDER}{n:02}")).collect();
    for key in &keys {
        client.put_object(bucket, b"x", key).send()?;
    }

    // One. That it is not there is no error, so this may be repeated.
    client.delete_object(bucket, &keys[0]).send()?;
    client.delete_object(bucket, &keys[0]).send()?;
    println!("one is deleted: {}", !client.object_exists(bucket, &keys[0]).send()?);

    // Several: any number of keys, sent 1000 at a time. Each key has its own outcome.
    let response = client.delete_objects(bucket, keys[1..4].to_vec()).send()?;
    for deleted in &response.deleted {
        println!("deleted {}", deleted.key);
    }
    for error in &response.error {
        println!("{} stays: {} {}", error.key, error.code, error.message);
    }

    // Python's dict does as well. A quiet deletion answers with errors only.
    let delete = json!({
        "Object": [{"Key": keys[4]}, {"Key": keys[5]}],
        "Quiet": "true"
    });
    println!("quietly: {} errors", client.delete_objects(bucket, delete).send()?.error.len());

    // All below a prefix: page by page, each in one request. Deleting does not disturb the list, which
    // goes on behind the last key of the page before. Without a prefix this would empty the bucket.
    let mut count = 0;
    for page in client.list_objects(bucket).prefix(FOLDER).pages() {
        let keys: Vec<String> = page?.into_inner().contents.into_iter().map(|object| object.key).collect();
        if keys.is_empty() {
            continue; // COS refuses to delete nothing
        }
        let response = client.delete_objects(bucket, keys).send()?;
        if let Some(error) = response.error.first() {
            return Err(format!("{}: {}", error.key, error.message).into());
        }
        count += response.deleted.len();
    }
    let left = client.list_objects(bucket).prefix(FOLDER).objects().count();
    println!("below {FOLDER}: {count} deleted, {left} left");
    Ok(())
}
