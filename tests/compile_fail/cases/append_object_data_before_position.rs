use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
    client.append_object(bucket, "log.txt", b"a line", 0).send()?;
    Ok(())
}

fn main() {}
