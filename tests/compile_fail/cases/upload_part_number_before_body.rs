use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str, part: &[u8], upload_id: &str) -> Result<(), CosError> {
    client.upload_part(bucket, "big.bin", 1, part, upload_id).send()?;
    Ok(())
}

fn main() {}
