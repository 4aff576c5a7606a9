use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str, content: String) -> Result<(), CosError> {
    client.put_object(bucket, content, "test.txt").send()?;
    Ok(())
}

fn main() {}
