use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str, kind: Option<&str>) -> Result<(), CosError> {
    client.put_object(bucket, b"abc", "test.txt").content_type(kind).send()?;
    Ok(())
}

fn main() {}
