//! Has COS list the objects of a bucket every day: set, read, list and delete inventories.
//!
//! ```python
//! response = client.put_bucket_inventory(Bucket='bucket', Id='list1', InventoryConfiguration={
//!     'Destination': {'COSBucketDestination': {
//!         'AccountId': '100000000001', 'Bucket': 'qcs::cos:ap-guangzhou::examplebucket-1250000000',
//!         'Format': 'CSV', 'Prefix': 'list1'}},
//!     'IsEnabled': 'True', 'IncludedObjectVersions': 'All',
//!     'OptionalFields': {'Field': ['Size', 'LastModifiedDate', 'ETag']},
//!     'Schedule': {'Frequency': 'Daily'}})
//! continuation_token = ''
//! while True:
//!     resp = client.list_bucket_inventory_configurations(Bucket=bucket, ContinuationToken=continuation_token)
//!     for conf in resp['InventoryConfiguration']:
//!         print(conf)
//!     if resp['IsTruncated'] == 'true':
//!         continuation_token = resp['NextContinuationToken']
//!     else:
//!         break
//! ```

use std::error::Error;

use qcloud_cos::{CosS3Client, json};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let bucket = place.new_bucket("inventory")?;
    let outcome = show(&place.client, &bucket, &place.region);
    place.drop_bucket(&bucket)?;
    outcome
}

fn show(client: &CosS3Client, bucket: &str, region: &str) -> Result<(), Box<dyn Error>> {
    // Python's dict, pasted. The id is an argument.
    let inventory = json!({
        "Destination": {"COSBucketDestination": {
            "AccountId": "100000000001",
            "Bucket": format!("qcs::cos:{region}::{bucket}"),
            "Format": "CSV",
            "Prefix": "list1"
        }},
        "IsEnabled": "true",
        "IncludedObjectVersions": "All",
        "OptionalFields": {"Field": ["Size", "LastModifiedDate", "ETag"]},
        "Schedule": {"Frequency": "Daily"}
    });
    client.put_bucket_inventory(bucket, "list1", inventory).send()?;

    // The same once a week, under another id.
    let mut inventory = client.get_bucket_inventory(bucket, "list1").send()?;
    if let Some(schedule) = &mut inventory.schedule {
        schedule.frequency = Some("Weekly".into());
    }
    client.put_bucket_inventory(bucket, "list2", inventory).send()?;

    // Python's loop over tokens is an iterator.
    for inventory in client.list_bucket_inventory_configurations(bucket).configurations() {
        let inventory = inventory?;
        println!("{:?}: {:?}", inventory.id, inventory.schedule);
        client.delete_bucket_inventory(bucket, inventory.id.unwrap_or_default()).send()?;
    }
    Ok(())
}
