//! Queries the content of an object with SQL: of CSV and of JSON lines, as a whole and event by event.
//!
//! ```python
//! response = client.select_object_content(
//!     Bucket='examplebucket-1250000000', Key='exampleobject',
//!     Expression='Select * from COSObject', ExpressionType='SQL',
//!     InputSerialization={'CompressionType': 'NONE', 'JSON': {'Type': 'LINES'}},
//!     OutputSerialization={'CSV': {'RecordDelimiter': '\n'}},
//!     RequestProgress={'Enabled': 'FALSE'})
//! ```

use std::error::Error;

use qcloud_cos::json;
use qcloud_cos::object::{CsvInput, InputSerialization, JsonOutput, OutputSerialization, SelectEvent};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let (lines, table) = ("examples/select/people.json", "examples/select/people.csv");
    client.put_object(bucket, b"{\"name\":\"Ann\",\"age\":9}\n{\"name\":\"Bob\",\"age\":30}\n", lines).send()?;
    client.put_object(bucket, b"name,age\nAnn,9\nBob,30\nCid,41\n", table).send()?;

    // Python's dicts can be pasted; a misspelt name in one is an error.
    let input = json!({
        "CompressionType": "NONE",
        "JSON": {"Type": "LINES"}
    });
    let output = json!({"CSV": {"RecordDelimiter": "\n"}});
    let response =
        client.select_object_content(bucket, lines, "Select * from COSObject", "SQL", input, output).send()?;
    println!("JSON lines as CSV:\n{}", String::from_utf8(response.payload.get_select_result()?)?);

    // The same as structs, and as a stream of events: a result of any size needs little memory.
    let csv = CsvInput { file_header_info: Some("USE".into()), ..CsvInput::default() };
    let input = InputSerialization { csv: Some(csv), ..InputSerialization::default() };
    let json = JsonOutput { record_delimiter: Some("\n".into()) };
    let output = OutputSerialization { json: Some(json), ..OutputSerialization::default() };
    let expression = "select s.name, s.age from COSObject s where s.age > 9";
    let response = client.select_object_content(bucket, table, expression, "SQL", input, output).send()?;
    println!("CSV as JSON:");
    for event in response.payload {
        match event? {
            // A row may begin in one event and end in the next one.
            SelectEvent::Records(data) => print!("{}", String::from_utf8_lossy(&data)),
            SelectEvent::Stats(stats) => println!("{} bytes scanned", stats.bytes_scanned),
            _ => {}
        }
    }

    // Straight to a file, which appears under its name only when the result is whole.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("result.csv");
    let [input, output] = [json!({"CSV": {"FileHeaderInfo": "IGNORE"}}), json!({"CSV": {}})];
    client
        .select_object_content(bucket, table, "select count(*) from COSObject", "SQL", input, output)
        .send()?
        .payload
        .get_select_result_to_file(&file)?;
    println!("rows: {}", std::fs::read_to_string(&file)?.trim_end());

    client.delete_objects(bucket, [lines, table]).send()?;
    Ok(())
}
