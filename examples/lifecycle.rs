//! Has COS age and delete objects by itself: set, read and delete a bucket's lifecycle rules.
//!
//! ```python
//! from qcloud_cos import get_date
//! response = client.put_bucket_lifecycle(
//!     Bucket='test01-123456789',
//!     LifecycleConfiguration={'Rule': [{
//!         'ID': 'string', 'Filter': {'Prefix': 'string'}, 'Status': 'Enabled'|'Disabled',
//!         'Expiration': {'Days': 100, 'Date': get_date(2018, 4, 20)},
//!         'Transition': [{'Days': 100, 'Date': get_date(2018, 4, 20), 'StorageClass': 'Standard_IA'|'Archive'}],
//!         'NoncurrentVersionExpiration': {'NoncurrentDays': 100},
//!         'AbortIncompleteMultipartUpload': {'DaysAfterInitiation': 100}}]})
//! response = client.get_bucket_lifecycle(Bucket='test01-123456789')
//! response = client.delete_bucket_lifecycle(Bucket='test01-123456789')
//! ```

use std::error::Error;

use qcloud_cos::bucket::{AbortIncompleteMultipartUpload, LifecycleFilter, LifecycleRule};
use qcloud_cos::json;
use qcloud_cos::{CosError, CosS3Client, get_date};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("lifecycle")?; // setting the rules replaces all that there are
    let outcome = show(&place.client, &bucket);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    // Python's dict, pasted. A rule counts days or names a date, not both.
    let rules = json!({
        "Rule": [
            {
                "ID": "logs",
                "Filter": {"Prefix": "logs/"},
                "Status": "Enabled",
                "Transition": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
                "Expiration": {"Days": 100},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 100}
            },
            {
                "ID": "campaign",
                "Filter": {"Prefix": "campaign/"},
                "Status": "Disabled",
                "Expiration": {"Date": get_date(2038, 4, 20)?}
            }
        ]
    });
    client.put_bucket_lifecycle(bucket, rules).send()?;

    // A rule as a struct, added to those that are there. This one suits any bucket: parts of uploads
    // that nobody completes cost money until they are aborted.
    let mut rules = client.get_bucket_lifecycle(bucket).send()?.into_inner().rule;
    rules.push(LifecycleRule {
        id: Some("tidy".into()),
        filter: Some(LifecycleFilter { prefix: Some(String::new()), ..LifecycleFilter::default() }),
        status: Some("Enabled".into()),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload { days_after_initiation: Some(7) }),
        ..LifecycleRule::default()
    });
    client.put_bucket_lifecycle(bucket, rules).send()?;
    for rule in client.get_bucket_lifecycle(bucket).send()?.into_inner().rule {
        println!("{}", serde_json::to_string(&rule)?);
    }

    client.delete_bucket_lifecycle(bucket).send()?;
    // No rules at all is an error of COS, not an empty list.
    match client.get_bucket_lifecycle(bucket).send() {
        Err(CosError::Service(e)) => println!("deleted: {}", e.get_error_code()),
        Err(e) => return Err(e.into()),
        Ok(_) => return Err("the rules are still there".into()),
    }
    Ok(())
}
