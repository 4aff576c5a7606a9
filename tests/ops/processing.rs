//! Data processing: what is sent where, and what becomes of answers.

use std::io::Read as _;

use cos_emulator::{Answer, CosEmulator, Fault, Match};
use qcloud_cos::ci::{AuditingResult, CiDetectType, Job};
use qcloud_cos::{CosConfig, CosS3Client, CosVectorsClient, MetaInsightClient, json};

use crate::common::{BUCKET, client, code, failed, keys, start};

/// An emulator, and a client whose requests reach it whatever their host.
fn scene() -> (CosEmulator, CosS3Client) {
    let (cos, _) = start();
    let client = client(keys(&cos).appid("1250000000").ip("127.0.0.1").port(cos.port()));
    cos.clear_requests();
    (cos, client)
}

fn xml(body: &str) -> Answer {
    Answer::new(200).header("Content-Type", "application/xml").body(body)
}

#[test]
fn jobs_are_a_list_however_many_there_are() {
    let (cos, client) = scene();
    let job = "<JobsDetail><JobId>j1</JobId><State>Success</State></JobsDetail>";
    for (jobs, count) in [(job.to_owned(), 1), (job.repeat(2), 2), ("<JobsDetail/>".to_owned(), 0)] {
        cos.clear_faults();
        cos.answer(Match::any().host(".ci."), xml(&format!("<Response>{jobs}</Response>")));
        let response = client.ci_get_media_jobs(BUCKET, "j1,j2").send().unwrap();
        assert_eq!(response["JobsDetail"].len(), count, "{response}");
    }
    let path = &cos.requests()[0];
    assert_eq!(path.path, "/jobs/j1%2Cj2");
    assert!(
        failed(client.ci_get_media_jobs(BUCKET, "").send()).to_string().contains("id: "),
        "an empty id would list all"
    );
}

#[test]
fn jobs_and_audits_are_structs_for_those_who_want_them() {
    let (cos, client) = scene();
    let job = "<JobsDetail><JobId>j1</JobId><State>Running</State><Progress>40</Progress><QueueId/>\
               <Operation><Output><Object>o</Object></Output></Operation><New>1</New></JobsDetail>";
    cos.answer(Match::any().path("/jobs"), xml(&format!("<Response>{job}</Response>")));
    let response = client.ci_get_media_jobs(BUCKET, "j1").send().unwrap();
    let jobs: Vec<Job> = response["JobsDetail"].read().unwrap();
    assert_eq!((jobs.len(), jobs[0].job_id.as_str(), jobs[0].progress), (1, "j1", Some(40)));
    assert_eq!((jobs[0].operation["Output"]["Object"].as_str(), jobs[0].queue_id.as_str()), (Some("o"), ""));

    let audited =
        "<JobsDetail><Object>a.jpg</Object><Label>Porn</Label><Score>99</Score><Result>1</Result></JobsDetail>";
    cos.answer(Match::any().path("/image/auditing"), xml(&format!("<Response>{audited}</Response>")));
    let response = client.ci_auditing_image_batch(BUCKET, json!([{"Object": "a.jpg"}])).send().unwrap();
    let audited = &response["JobsDetail"].read::<Vec<AuditingResult>>().unwrap()[0];
    assert_eq!((audited.label.as_str(), audited.score, audited.result), ("Porn", Some(99), Some(1)));
    let wrong = response["JobsDetail"][0]["Label"].read::<u8>().unwrap_err().to_string();
    assert!(wrong.contains("string \"Porn\", expected u8"), "{wrong}");
}

#[test]
fn what_no_setter_fills_in_is_not_sent_and_what_one_sets_is() {
    let (cos, client) = scene();
    cos.answer(Match::any(), xml("<Response/>"));
    let job = client.ci_create_doc_job(BUCKET, "a.doc", BUCKET, "ap-a", "out/${Number}").end_page(0).queue_id("p1");
    job.send().unwrap();
    client
        .ci_auditing_video_submit(BUCKET, "a.mp4")
        .detect_type(CiDetectType::PORN | CiDetectType::ADS)
        .send()
        .unwrap();
    let wrong = client.ci_auditing_video_submit(BUCKET, "a.mp4").detect_type("porn").send();
    assert!(failed(wrong).to_string().contains("detect_type: "));
    assert_eq!(cos.request_count(), 2);
}

#[test]
fn a_request_must_be_signed_and_carry_the_token_of_its_service() {
    let (cos, _) = scene();
    cos.answer(Match::any(), xml("<Response/>"));
    cos.add_temporary_credential("id1", "key1", "token1");
    let config = |key: &str| -> CosConfig {
        let config = CosConfig::builder().region(cos.region()).secret_id("id1").secret_key(key).token("token1");
        config.scheme("http").appid("1250000000").ip("127.0.0.1").port(cos.port()).build().unwrap()
    };
    let good = CosS3Client::new(config("key1")).unwrap();
    good.ci_open_pic_bucket(BUCKET).send().unwrap();
    good.ci_image_process(BUCKET, "k").send().unwrap();
    good.ci_get_media_bucket().send().unwrap();
    MetaInsightClient::from(good.clone()).ci_describe_datasets().send().unwrap();
    CosVectorsClient::from(good).list_vector_buckets().send().unwrap();
    let bad = CosS3Client::new(config("key2")).unwrap();
    assert_eq!(code(bad.ci_open_pic_bucket(BUCKET).send()), (403, "SignatureDoesNotMatch".to_owned()));
}

#[test]
fn answers_are_read_as_what_they_are() {
    let (cos, client) = scene();
    let answer = |answer: Answer| {
        cos.clear_faults();
        cos.answer(Match::any(), answer);
        client.ci_image_assess_quality(BUCKET, "k").send().map(|response| response.to_string())
    };
    let json = Answer::new(200).header("Content-Type", "application/json; charset=utf-8").body(r#"{"a": [1]}"#);
    assert_eq!(answer(json).unwrap(), r#"{"a": [1]}"#);
    let charset = Answer::new(200).header("Content-Type", "text/xml; charset=utf-8").body("<R><A>1</A></R>");
    assert_eq!(answer(charset).unwrap(), r#"{"A": "1"}"#);
    assert_eq!(answer(Answer::new(200)).unwrap(), "{}");
    assert!(answer(Answer::new(200).body("<html><body>portal</body></html>")).is_err());
    assert!(answer(Answer::new(200).header("Content-Type", "application/json").body("{")).is_err());
}

#[test]
fn a_file_appears_when_it_is_whole() {
    let (cos, client) = scene();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.jpg");
    std::fs::write(&path, "old").unwrap();
    let picture = Answer::new(200).header("Content-Type", "image/jpeg").header("x-cos-hash-crc64ecma", "1").body("new");
    cos.inject(Fault::All(vec![Fault::Answer(picture.clone()), Fault::CutBody(1)]), Match::any(), 1);
    let rule = "imageMogr2/thumbnail/100x100";
    client.ci_get_object(BUCKET, "k", &path, rule).send().unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    // The checksum is that of the object, not of what was made of it.
    cos.answer(Match::any(), picture);
    let response = client.ci_get_object(BUCKET, "k", &path, rule).send().unwrap();
    assert_eq!(
        (std::fs::read_to_string(&path).unwrap(), &response["Content-Type"]),
        ("new".into(), &"image/jpeg".into())
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let mut output = client.get_snapshot(BUCKET, "k", 1).width(10).send().unwrap();
    let mut bytes = String::new();
    output.body.read_to_string(&mut bytes).unwrap();
    assert_eq!(bytes, "new");
}

#[test]
fn vectors_are_json() {
    let (cos, client) = scene();
    let vectors = CosVectorsClient::from(client);
    let found = json!({"vectors": [{"key": "v1", "distance": 0.5}]});
    let answer = Answer::new(200).header("Content-Type", "application/json").body(found.to_string());
    cos.answer(Match::any().host("vectors."), answer);
    let query = json!({"float32": [0.1, 0.2]});
    let response = vectors.query_vectors(BUCKET, "i", query, 3).return_distance(true).send().unwrap();
    assert_eq!(response["vectors"][0]["key"], "v1");
    assert_eq!(response["vectors"][0]["distance"].as_f64(), Some(0.5));
    let policy = vectors.put_vector_bucket_policy(BUCKET, 5).send();
    assert!(failed(policy).to_string().contains("policy: "));
}
