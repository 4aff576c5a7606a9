//! The samples of dicts and results in the porting guide, and those of the emulator, are code that compiles and runs.

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

#[rustfmt::skip] // as it stands in the emulator's README
fn test_in_process() -> Done {
    // sample
    use cos_emulator::{Answer, CosEmulator, Fault, Match};
    use qcloud_cos::{CosConfig, CosS3Client};

    let emulator = CosEmulator::start()?;                  // a free port of 127.0.0.1, in memory
    emulator.create_bucket("examplebucket-1250000000")?;
    let config = CosConfig::builder()
        .region(emulator.region()).secret_id(emulator.secret_id()).secret_key(emulator.secret_key())
        .scheme("http").connect_to(emulator.addr())        // every host is the emulator
        .proxies([] as [(&str, &str); 0])                  // none, whatever the environment says
        .build()?;
    let client = CosS3Client::new(config)?;

    let busy = Answer::error(503, "SlowDown").header("Retry-After", "0");
    emulator.inject(Fault::Answer(busy), Match::any().method("PUT"), 1);
    client.put_object("examplebucket-1250000000", b"abcdefg", "test.txt").send()?; // is retried
    let statuses: Vec<_> = emulator.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
    // Dropping the emulator stops it, whatever its clients are doing.
    // end
    Ok(())
}

#[rustfmt::skip] // as it stands in the emulator's README
fn scripted_answer(emulator: &CosEmulator, client: &CosS3Client) -> Done {
    // sample
    use cos_emulator::{Answer, Match};

    let jobs = "<Response><JobsDetail><JobId>j1</JobId><State>Success</State></JobsDetail></Response>";
    emulator.answer(Match::any().host(".ci.").path("/jobs/"), Answer::new(200).body(jobs));
    let response = client.ci_get_media_jobs("examplebucket-1250000000", "j1").send()?;
    assert_eq!(response["JobsDetail"][0]["State"], "Success");
    // end
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
    scripted_answer(&cos, &client).unwrap();
    test_in_process().unwrap();
}

fn rust_samples(page: &str) -> Vec<&str> {
    page.split("```rust\n").skip(1).map(|sample| sample.split("```").next().unwrap()).collect()
}

/// Every Rust sample of the READMEs and of the guide is one of the functions above, or of the module `guide`.
#[test]
fn the_samples_are_those_that_are_compiled() {
    let words = |text: &str| text.split_whitespace().collect::<String>();
    let own = ["samples", "guide"].map(|name| read(&root().join(format!("tests/parity/{name}.rs")))).concat();
    let compiled: Vec<String> =
        own.split("// sample\n").skip(1).map(|sample| words(sample.split("// end").next().unwrap())).collect();
    let pages = ["README.md", "PYTHON_PARITY.md", "cos-emulator/README.md"].map(|page| read(&root().join(page)));
    let shown: Vec<&str> = pages.iter().flat_map(|page| rust_samples(page)).collect();
    assert!(shown.len() > 15, "{shown:?}");
    for sample in shown {
        assert!(compiled.contains(&words(sample)), "is not compiled:\n{sample}");
    }
}
