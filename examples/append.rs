//! Lets an object grow: appends to it, and goes on where it ends.
//!
//! ```python
//! response = client.append_object(Bucket='examplebucket-1250000000', Key='exampleobject', Position=0,
//!                                 Data=b'b'*1024*1024)
//! ```

use std::error::Error;

use qcloud_cos::CosError;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let key = "examples/append/log.txt";

    // The first append creates the object; each answer says where the next one goes on.
    let mut position = 0;
    for line in ["one\n", "two\n", "three\n"] {
        let response =
            client.append_object(bucket, key, position, line.as_bytes()).content_type("text/plain").send()?;
        position = response.next_append_position;
        println!("{position} bytes");
    }

    // An append at another place is refused. An append is not repeated either once it may have been
    // carried out; after such a failure, as here, ask where the object ends.
    match client.append_object(bucket, key, 4, b"twice\n").send() {
        Err(CosError::Service(e)) if e.get_error_code() == "PositionNotEqualToLength" => {
            let end = client.head_object(bucket, key).send()?.content_length;
            println!("refused: it ends at {end}");
            client.append_object(bucket, key, end, b"four\n").send()?;
        }
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("an append in the middle was accepted".into()),
    }
    print!("{}", std::io::read_to_string(client.get_object(bucket, key).send()?.body)?);

    client.delete_object(bucket, key).send()?;
    Ok(())
}
