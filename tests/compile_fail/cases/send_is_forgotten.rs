#![deny(unused_must_use)]

use qcloud_cos::CosS3Client;

fn script(client: &CosS3Client, bucket: &str) {
    client.delete_object(bucket, "test.txt");
}

fn main() {}
