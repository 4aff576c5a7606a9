//! The samples of dicts and results in `README.md` and in the porting guide are code that compiles and runs.

use cos_emulator::CosEmulator;
use qcloud_cos::{CosConfig, CosS3Client};

use crate::document::root;
use crate::sources::read;

type Done = Result<(), Box<dyn std::error::Error>>;

#[rustfmt::skip] // as it stands in the guide
fn dicts(client: &CosS3Client, bucket: &str) -> Done {
    // sample
    use qcloud_cos::bucket::CorsRule;
    use qcloud_cos::json;

    client.put_bucket_cors(bucket, json!({
        "CORSRule": [{"AllowedOrigin": ["http://a.example"], "AllowedMethod": ["GET"], "MaxAgeSeconds": 100}]
    })).send()?;

    let rule = CorsRule {
        allowed_origin: vec!["http://a.example".into()],
        allowed_method: vec!["GET".into()],
        max_age_seconds: Some(100),
        ..CorsRule::default()
    };
    client.put_bucket_cors(bucket, vec![rule]).send()?;

    let response = client.get_bucket_cors(bucket).send()?;
    client.put_bucket_cors(bucket, &response).send()?;
    // end
    assert_eq!(response["CORSRule"][0]["MaxAgeSeconds"], 100);
    Ok(())
}

#[rustfmt::skip] // as it stands in the guide
fn results(client: &CosS3Client, bucket: &str, key: &str) -> Done {
    // sample
    let response = client.list_objects(bucket).send()?;
    println!("{}", response["Contents"][0]["Key"]);
    println!("{}", response.contents[0].key);
    for object in &response["Contents"] {
        println!("{} {}", object["Key"], object["Size"]);
    }
    println!("{response}"); // print(response)

    let head = client.head_object(bucket, key).send()?;
    println!("{} {}", head["Content-Length"], head.etag);
    // end
    assert_eq!((&head["Content-Length"], response["Contents"][0]["Key"].as_str()), (&"7".into(), Some(key)));
    assert!(response["IsTruncated"] == "false" && response["MaxKeys"] == "1000" && response["MaxKeys"] == 1000);
    assert!(response.to_string().starts_with("{\"Name\": "), "{response}");
    Ok(())
}

#[test]
fn the_samples_of_dicts_and_results_run() {
    let cos = CosEmulator::start().unwrap();
    let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key());
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], cos.port()));
    let client = CosS3Client::new(config.scheme("http").connect_to(address).build().unwrap()).unwrap();
    let (bucket, key) = ("examplebucket-1250000000", "test.txt");
    client.create_bucket(bucket).send().unwrap();
    client.put_object(bucket, b"abcdefg", key).send().unwrap();
    dicts(&client, bucket).unwrap();
    results(&client, bucket, key).unwrap();
}

/// Every Rust sample of the guide that indexes a result, prints one or pastes a dict is one of the functions above.
#[test]
fn the_samples_of_dicts_and_results_are_those_that_run() {
    let words = |text: &str| text.split_whitespace().collect::<String>();
    let own = read(&root().join("tests/parity/samples.rs"));
    let run: Vec<String> =
        own.split("// sample\n").skip(1).map(|sample| words(sample.split("// end").next().unwrap())).collect();
    let guide = read(&root().join("PYTHON_PARITY.md"));
    let samples = guide.split("```rust\n").skip(1).map(|sample| sample.split("```").next().unwrap());
    let shown: Vec<&str> = samples.filter(|sample| sample.contains("response[") || sample.contains("json!")).collect();
    assert!(shown.len() >= 2, "{shown:?}");
    for sample in shown {
        assert!(run.contains(&words(sample)), "is not compiled:\n{sample}");
    }
}
