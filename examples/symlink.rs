//! Gives an object a second name.
//!
//! ```python
//! response = client.put_symlink(Bucket='bucket-1250000000', SymlinkName='testsym.txt', SymlinkTarget='test.txt')
//! response = client.get_symlink(Bucket='bucket-1250000000', SymlinkName='testsym.txt')
//! ```

use std::error::Error;
use std::io;

use qcloud_cos::CosS3Client;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("symlink")?;
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    client.put_object(bucket, b"release 1", "releases/1.txt").send()?;
    client.put_object(bucket, b"release 2", "releases/2.txt").send()?;

    // The link is moved from one release to the next; nothing is copied.
    for target in ["releases/1.txt", "releases/2.txt"] {
        client.put_symlink(bucket, "latest.txt", target).send()?;
        println!("{}", client.get_symlink(bucket, "latest.txt").send()?.symlink_target);
        println!("{}", io::read_to_string(client.get_object(bucket, "latest.txt").send()?.body)?);
    }
    client.delete_object(bucket, "latest.txt").send()?;
    println!("the target is still there: {}", client.object_exists(bucket, "releases/2.txt").send()?);
    Ok(())
}
