use qcloud_cos::{CosError, CosS3Client};

fn script(client: &CosS3Client, bucket: &str) -> Result<(), CosError> {
    client.put_object(bucket, std::io::stdin(), "test.txt").send()?;
    Ok(())
}

fn main() {}
