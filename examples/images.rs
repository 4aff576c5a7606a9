//! Makes a thumbnail of a picture, and has pictures audited.
//!
//! ```python
//! response = client.ci_image_process(Bucket='bucket', Key='test.jpg',
//!     PicOperations='{"is_pic_info":1,"rules":[{"fileid":"small.jpg","rule":"imageMogr2/thumbnail/200x"}]}')
//! print(response['ProcessResults']['Object']['Key'])
//! response = client.ci_auditing_image_batch(Bucket='bucket', DetectType=CiDetectType.PORN,
//!     Input=[{'Object': 'test.jpg'}, {'Object': 'small.jpg'}])
//! for picture in response['JobsDetail']:
//!     print(picture['Object'], picture['Label'], picture['Score'])
//! ```

use std::error::Error;

use cos_emulator::{Answer, CosEmulator, Match};
use qcloud_cos::ci::CiDetectType;
use qcloud_cos::json;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    if let Some(emulator) = &place.emulator {
        play(emulator);
    }
    let (client, bucket) = (&place.client, &place.bucket);
    let rules = json!({"is_pic_info": 1, "rules": [{"fileid": "small.jpg", "rule": "imageMogr2/thumbnail/200x"}]});
    let response = client.ci_image_process(bucket, "test.jpg").pic_operations(rules.to_string()).send()?;
    println!("stored {}", response["ProcessResults"]["Object"]["Key"]);

    let pictures = json!([{"Object": "test.jpg"}, {"Object": "small.jpg"}]);
    let response = client.ci_auditing_image_batch(bucket, pictures).detect_type(CiDetectType::PORN).send()?;
    for picture in &response["JobsDetail"] {
        println!("{}: {}, score {}", picture["Object"], picture["Label"], picture["Score"]);
    }
    Ok(())
}

/// The emulator processes no pictures: it says what COS would.
fn play(emulator: &CosEmulator) {
    let answer = |body: &str| Answer::new(200).header("Content-Type", "application/xml").body(body);
    let stored = "<UploadResult><ProcessResults><Object><Key>small.jpg</Key></Object></ProcessResults></UploadResult>";
    emulator.answer(Match::any().method("POST").path("/test.jpg"), answer(stored));
    let audited = |key| {
        format!(
            "<JobsDetail><Object>{key}</Object><Label>Normal</Label><Score>0</Score><Result>0</Result></JobsDetail>"
        )
    };
    let audited = format!("<Response>{}{}</Response>", audited("test.jpg"), audited("small.jpg"));
    emulator.answer(Match::any().method("POST").path("/image/auditing"), answer(&audited));
}
