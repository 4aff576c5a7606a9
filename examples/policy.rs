//! Lets everybody read a part of a bucket, by a policy.
//!
//! ```python
//! response = client.put_bucket_policy(Bucket='bucket', Policy=policy)  # text or dict
//! response = client.get_bucket_policy(Bucket='bucket')
//! response = client.delete_bucket_policy(Bucket='bucket')
//! ```

use std::error::Error;

use qcloud_cos::{CosS3Client, json};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("policy")?; // a policy replaces the one that is there
    let outcome = show(&place.client, &bucket, &place.region);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str, region: &str) -> Result<(), Box<dyn Error>> {
    let (_, appid) = bucket.rsplit_once('-').ok_or("the bucket has no appid")?;
    let policy = json!({
        "Statement": [{
            "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
            "Effect": "allow",
            "Action": ["name/cos:GetObject"],
            "Resource": [format!("qcs::cos:{region}:uid/{appid}:{bucket}/public/*")]
        }],
        "version": "2.0"
    });
    client.put_bucket_policy(bucket, &policy).send()?;

    let response = client.get_bucket_policy(bucket).send()?;
    println!("{}", response["Policy"]); // text, as in Python
    println!("{}", response.to_dict()?["Statement"][0]["Effect"]);

    // Text is sent as it is, and so is what was read.
    client.put_bucket_policy(bucket, policy.to_string()).send()?;
    client.put_bucket_policy(bucket, &response).send()?;
    client.delete_bucket_policy(bucket).send()?;
    Ok(())
}
