//! Shows the first page of a document as a picture, and the document as a web page.
//!
//! ```python
//! response = client.ci_doc_preview_process(Bucket='bucket', Key='report.docx', Page=1, DstType='png')
//! response['Body'].get_stream_to_file('result.png')
//! response = client.ci_doc_preview_html_process(Bucket='bucket', Key='report.docx')
//! response['Body'].get_stream_to_file('result.html')
//! ```

use std::error::Error;
use std::fs;

use cos_emulator::{Answer, CosEmulator, Match};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    if let Some(emulator) = &place.emulator {
        play(emulator);
    }
    let (client, bucket) = (&place.client, &place.bucket);
    let folder = tempfile::tempdir()?;
    let (picture, page) = (folder.path().join("result.png"), folder.path().join("result.html"));

    let response = client.ci_doc_preview_process(bucket, "report.docx").page(1).dst_type("png").send()?;
    println!("the document has {} pages", response["X-Total-Page"]);
    response.body.get_stream_to_file(&picture)?;
    println!("the picture has {} bytes", fs::metadata(&picture)?.len());

    let response = client.ci_doc_preview_html_process(bucket, "report.docx").send()?;
    response.body.get_stream_to_file(&page)?;
    println!("{}", fs::read_to_string(&page)?);
    Ok(())
}

/// The emulator converts no documents: it says what COS would.
fn play(emulator: &CosEmulator) {
    let picture = Answer::new(200).header("Content-Type", "image/png").header("X-Total-Page", "3").body("\u{89}PNG");
    emulator.answer(Match::any().path("/report.docx").query("dstType=png"), picture);
    let page = Answer::new(200).header("Content-Type", "text/html").body("<html>The report</html>");
    emulator.answer(Match::any().path("/report.docx").query("dstType=html"), page);
}
