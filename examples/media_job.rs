//! Starts a job that takes pictures out of a video, and waits for its end.
//!
//! ```python
//! response = client.ci_create_media_jobs(Bucket='bucket', Jobs={'Tag': 'Snapshot', 'Input': {'Object': 'test.mp4'}, ..})
//! while True:
//!     response = client.ci_get_media_jobs(Bucket='bucket', JobIDs=response['JobsDetail'][0]['JobId'])
//!     if response['JobsDetail'][0]['State'] not in ('Submitted', 'Running'):
//!         break
//!     time.sleep(1)
//! ```

use std::error::Error;
use std::thread;
use std::time::Duration;

use cos_emulator::{Answer, CosEmulator, Match};
use qcloud_cos::json;

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    if let Some(emulator) = &place.emulator {
        play(emulator);
    }
    let (client, bucket) = (&place.client, &place.bucket);
    let job = json!({
        "Tag": "Snapshot",
        "Input": {"Object": "test.mp4"},
        "Operation": {
            "Snapshot": {"Mode": "Interval", "Start": "0", "TimeInterval": "5", "Count": "3"},
            "Output": {"Bucket": bucket, "Region": place.region, "Object": "shot-${Number}.jpg"},
        },
    });
    let response = client.ci_create_media_jobs(bucket, job).send()?;
    let id = response["JobsDetail"][0]["JobId"].to_string();
    println!("started {id}");

    // A job takes as long as it takes; a program of its own would give up some day.
    for _ in 0..600 {
        let response = client.ci_get_media_jobs(bucket, &id).send()?;
        let job = &response["JobsDetail"][0];
        if job["State"] != "Submitted" && job["State"] != "Running" {
            println!("{}: {}", job["State"], job["Message"]);
            return Ok(());
        }
        thread::sleep(Duration::from_secs(1));
    }
    Err("the job is still running".into())
}

/// The emulator processes nothing: it says what a job would.
fn play(emulator: &CosEmulator) {
    let answer = |state: &str| {
        let job =
            format!("<JobsDetail><JobId>j1</JobId><State>{state}</State><Message>3 pictures</Message></JobsDetail>");
        Answer::new(200).header("Content-Type", "application/xml").body(format!("<Response>{job}</Response>"))
    };
    emulator.answer(Match::any().method("POST").path("/jobs"), answer("Submitted"));
    emulator.answer(Match::any().method("GET").path("/jobs"), answer("Success"));
}
