//! Restores an archived object, so that it can be read for some days.
//!
//! ```python
//! response = client.restore_object(Bucket='examplebucket-1250000000', Key='exampleobject',
//!                                  RestoreRequest={'Days': 100, 'CASJobParameters': {'Tier': 'Standard'}})
//! ```

use std::error::Error;

use qcloud_cos::object::{CasJobParameters, RestoreRequest};
use qcloud_cos::{CosError, StorageClass};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let key = "examples/restore/exampleobject";
    client.put_object(bucket, b"from the archive", key).storage_class(StorageClass::Archive).send()?;
    println!("stored as {}", client.head_object(bucket, key).send()?.storage_class);

    // An archived object is there, but cannot be read.
    match client.get_object(bucket, key).send() {
        Err(CosError::Service(e)) => println!("not readable: {}", e.get_error_code()),
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("an archived object was readable".into()),
    }

    let restore = RestoreRequest {
        days: Some(100),
        cas_job_parameters: Some(CasJobParameters { tier: Some("Expedited".into()) }),
    };
    client.restore_object(bucket, key, restore).send()?;

    // COS takes minutes to hours, depending on the tier, and says in this header how far it is; the
    // emulator is done at once. A program would look again later.
    let head = client.head_object(bucket, key).send()?;
    println!("restoring: {}", head.headers.get("x-cos-restore").unwrap_or_default());
    match client.get_object(bucket, key).send() {
        Ok(response) => println!("readable: {}", std::io::read_to_string(response.body)?),
        Err(CosError::Service(e)) => println!("not readable yet: {}", e.get_error_code()),
        Err(e) => return Err(e.into()),
    }

    client.delete_object(bucket, key).send()?;
    Ok(())
}
