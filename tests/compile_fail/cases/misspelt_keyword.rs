use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
    client.get_object(bucket, "test.txt").vesion_id("v1").send()?;
    Ok(())
}

fn main() {}
