//! What becomes of a job whose answer got lost: it may have been started, and is paid for, so that it is not sent again.

use cos_emulator::{Fault, Match, Moment};
use qcloud_cos::ci::CiDetectType;
use qcloud_cos::{
    AIRecognitionClient, CosError, CosS3Client, CosVectorsClient, IntelligentSpeechClient, MetaInsightClient, Sent,
    json,
};

use crate::common::{BUCKET, client, keys, start};

type Post = fn(CosS3Client) -> Result<(), CosError>;

/// A POST of every shape that starts or changes something.
const STARTED: &[(&str, Post)] = &[
    ("ci_image_process", |c| c.ci_image_process(BUCKET, "k").send().map(drop)),
    ("ci_create_media_jobs", |c| c.ci_create_media_jobs(BUCKET, json!({"Tag": "Snapshot"})).send().map(drop)),
    ("ci_create_workflow", |c| c.ci_create_workflow(BUCKET, json!({})).send().map(drop)),
    ("ci_create_doc_job", |c| c.ci_create_doc_job(BUCKET, "k", BUCKET, "ap-a", "out").send().map(drop)),
    ("ci_auditing_video_submit", |c| {
        c.ci_auditing_video_submit(BUCKET, "k").detect_type(CiDetectType::PORN).send().map(drop)
    }),
    ("ci_auditing_image_batch", |c| c.ci_auditing_image_batch(BUCKET, json!([{"Object": "k"}])).send().map(drop)),
    ("ci_auditing_virus_submit", |c| c.ci_auditing_virus_submit(BUCKET).key("k").send().map(drop)),
    ("ci_create_asr_job", |c| c.ci_create_asr_job(BUCKET, BUCKET, "ap-a", "out").url("u").send().map(drop)),
    ("ci_create_file_hash_job", |c| c.ci_create_file_hash_job(BUCKET, "k", json!({"Type": "MD5"})).send().map(drop)),
    ("ci_create_asr_template", |c| c.ci_create_asr_template(BUCKET, "n", "16k_zh").send().map(drop)),
    ("ci_auditing_live_video_cancle", |c| c.ci_auditing_live_video_cancle(BUCKET, "j").send().map(drop)),
    ("ci_trigger_workflow", |c| c.ci_trigger_workflow(BUCKET, "w", "k").send().map(drop)),
    ("ci_open_pic_bucket", |c| c.ci_open_pic_bucket(BUCKET).send().map(drop)),
    ("cos_add_image_search", |c| {
        AIRecognitionClient::from(c).cos_add_image_search(BUCKET, "k", json!({"EntityId": "e"})).send().map(drop)
    }),
    ("ci_create_asr_hot_vocabulary_table", |c| {
        let client = IntelligentSpeechClient::from(c);
        client.ci_create_asr_hot_vocabulary_table(BUCKET, json!({})).send().map(drop)
    }),
    ("ci_create_dataset", |c| MetaInsightClient::from(c).ci_create_dataset(json!({})).send().map(drop)),
    ("put_vectors", |c| CosVectorsClient::from(c).put_vectors(BUCKET, "i", json!([])).send().map(drop)),
];

/// A POST of every shape that only asks.
const ASKED: &[(&str, Post)] = &[
    ("ci_dataset_simple_query", |c| MetaInsightClient::from(c).ci_dataset_simple_query(json!({})).send().map(drop)),
    ("query_vectors", |c| {
        CosVectorsClient::from(c).query_vectors(BUCKET, "i", json!({"float32": [1.0]}), 1).send().map(drop)
    }),
];

/// How often a POST was sent whose first answer got lost, and what came of it.
fn lost(send: Post) -> (usize, Result<(), CosError>) {
    let (cos, _) = start();
    let client = client(keys(&cos).appid("1250000000").ip("127.0.0.1").port(cos.port()));
    cos.clear_requests();
    cos.inject(Fault::Reset(Moment::BeforeAnswer), Match::any().method("POST"), 1);
    cos.inject(Fault::Answer(cos_emulator::Answer::new(200)), Match::any().method("POST"), usize::MAX);
    let result = send(client);
    (cos.requests().iter().filter(|request| request.method == "POST").count(), result)
}

#[test]
fn a_job_is_not_started_twice() {
    for (operation, send) in STARTED {
        let (sent, result) = lost(*send);
        let error = result.expect_err(operation);
        assert_eq!((sent, error.sent()), (1, Sent::Maybe), "{operation}: {error}");
    }
}

#[test]
fn what_only_asks_is_asked_again() {
    for (operation, send) in ASKED {
        let (sent, result) = lost(*send);
        assert!(sent == 2 && result.is_ok(), "{operation}: {sent}, {result:?}");
    }
}
