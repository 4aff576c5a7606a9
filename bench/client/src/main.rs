//! The workloads with this project's SDK, all checks on as by default.

use std::hint::black_box;

use bench_common::{Args, BUCKET, REGION, SECRET_ID, SECRET_KEY, args, lacks, measure};
use qcloud_cos::{CosConfig, CosConfigBuilder, CosS3Client};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

const MIB: u64 = 1 << 20;

fn config(args: &Args) -> CosConfigBuilder {
    let config = CosConfig::builder().region(REGION).secret_id(SECRET_ID).secret_key(SECRET_KEY);
    if args.endpoint.is_empty() { config } else { config.scheme(args.scheme()).ip("127.0.0.1").port(args.port()) }
}

fn client(args: &Args) -> CosS3Client {
    CosS3Client::new(config(args).build().unwrap()).unwrap()
}

fn main() {
    let args = args();
    match args.workload.as_str() {
        "w1" | "w6" => measure(|| upload(&args)),
        "w2" => measure(|| download(&args)),
        "w3" => measure(|| put(&args)),
        "w4" => measure(|| list(&args)),
        "w5" => measure(|| presign(&args)),
        "w7" => measure(|| upload_files(&args)),
        "w8" => measure(|| upload_encrypted(&args)),
        "w9" => measure(|| upload_folder(&args)),
        "w10" => measure(|| download_folder(&args)),
        "w11" => measure(|| upload_by_default(&args)),
        "w12" => measure(|| download_by_default(&args)),
        "w13" => measure(|| list_all(&args)),
        other => lacks(other),
    }
}

fn upload(args: &Args) -> u64 {
    let client = client(args);
    let upload = client.upload_file(BUCKET, "k", &args.file).part_size(args.part / MIB).max_thread(args.threads);
    upload.send().unwrap();
    args.size
}

fn download(args: &Args) -> u64 {
    let client = client(args);
    let download = client.download_file(BUCKET, "k", &args.file).part_size(args.part / MIB).max_thread(args.threads);
    assert!(download.send().unwrap().verified);
    args.size
}

fn put(args: &Args) -> u64 {
    let client = client(args);
    let body = vec![b'x'; 4096];
    for number in 0..args.count {
        client.put_object(BUCKET, &body, format!("small/{number}")).send().unwrap();
    }
    args.count
}

fn list(args: &Args) -> u64 {
    let client = client(args);
    let mut keys = 0;
    for page in 0..args.count {
        let page = client.list_objects(BUCKET).marker(format!("page-{page}")).max_keys(1000).send().unwrap();
        keys += page.contents.len() as u64;
    }
    assert_eq!(keys, args.count * 1000);
    keys
}

fn presign(args: &Args) -> u64 {
    let client = client(args);
    for number in 0..args.count {
        let url = client.get_presigned_url(BUCKET, format!("dir/object-{number}.bin"), "GET").expired(300).sign();
        black_box(url.unwrap());
    }
    args.count
}

fn upload_files(args: &Args) -> u64 {
    let client = client(args);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build().unwrap();
    pool.install(|| {
        (0..args.count as usize).into_par_iter().with_max_len(1).for_each(|number| {
            let file = format!("{}/f{number}", args.file);
            client.upload_file(BUCKET, format!("small/{number}"), file).send().unwrap();
        });
    });
    args.count
}

fn upload_folder(args: &Args) -> u64 {
    let report = client(args).upload_directory(BUCKET, "d", &args.file).max_thread(args.threads).send().unwrap();
    assert!(report.is_complete(), "{report:?}");
    report.transferred
}

fn download_folder(args: &Args) -> u64 {
    let report = client(args).download_directory(BUCKET, "d", &args.file).max_thread(args.threads).send().unwrap();
    assert!(report.is_complete(), "{report:?}");
    report.transferred
}

fn upload_by_default(args: &Args) -> u64 {
    client(args).upload_file(BUCKET, "k", &args.file).send().unwrap();
    args.size
}

fn download_by_default(args: &Args) -> u64 {
    assert!(client(args).download_file(BUCKET, "k", &args.file).send().unwrap().verified);
    args.size
}

fn list_all(args: &Args) -> u64 {
    let client = client(args);
    let mut keys = 0;
    for object in client.list_objects(BUCKET).max_keys(1000).objects() {
        black_box(object.unwrap());
        keys += 1;
    }
    assert_eq!(keys, args.count * 1000);
    keys
}

#[cfg(feature = "encryption")]
fn upload_encrypted(args: &Args) -> u64 {
    use qcloud_cos::CosEncryptionClient;
    use qcloud_cos::encryption::AESProvider;

    let provider = AESProvider::aes_key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    let client = CosEncryptionClient::new(config(args).build().unwrap(), provider).unwrap();
    let upload = client.upload_file(BUCKET, "k", &args.file).part_size(args.part / MIB).max_thread(args.threads);
    upload.send().unwrap();
    args.size
}

#[cfg(not(feature = "encryption"))]
fn upload_encrypted(_: &Args) -> u64 {
    lacks("w8")
}
