use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
    client.copy_object(bucket, "copy.txt", "examplebucket-1250000000/test.txt").send()?;
    Ok(())
}

fn main() {}
