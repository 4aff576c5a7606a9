// What the examples of the documentation start from: a local COS, a client of it, and an empty bucket.
//
// Included by hidden lines of doc examples, so that a reader sees only what a program would hold.

#[allow(dead_code)]
fn start() -> Result<
    (cos_emulator::CosEmulator, qcloud_cos::CosS3Client, &'static str),
    Box<dyn std::error::Error>,
> {
    let cos = cos_emulator::CosEmulator::start()?;
    let config = qcloud_cos::CosConfig::builder()
        .region("ap-guangzhou")
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .scheme("http")
        .connect_to(std::net::SocketAddr::from(([127, 0, 0, 1], cos.port())))
        .build()?;
    let client = qcloud_cos::CosS3Client::new(config)?;
    let bucket = "examplebucket-1250000000";
    client.create_bucket(bucket).send()?;
    Ok((cos, client, bucket))
}
