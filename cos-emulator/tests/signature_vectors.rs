//! The signature module against signatures the official SDK made, recorded at a fixed time.

use cos_emulator::signature::{Request, Signature, authorization};
use serde_json::Value;

const RECORDED: &str = include_str!("official_signatures.json");
const SECRET_KEY: &str = "ExampleSecretKeyExampleSecretKey";

#[test]
fn signatures_equal_those_of_the_official_sdk() {
    let cases: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    assert!(cases.len() > 50);
    for case in &cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let query: Vec<(&str, &str)> =
            case["query"].as_array().unwrap().iter().map(|pair| (str(&pair[0]), str(&pair[1]))).collect();
        let headers: Vec<(&str, &str)> =
            case["headers"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), str(value))).collect();
        let request = Request { method: text("method"), path: text("path"), query: &query, headers: &headers };
        let recorded = Signature::parse(text("authorization")).unwrap();
        assert_eq!(recorded.to_string(), text("authorization"));
        assert_eq!(recorded.signature, recorded.expected(&request, SECRET_KEY), "{}", text("id"));

        let signed = |name: &str| recorded.headers.iter().any(|signed| signed == name);
        let headers: Vec<(&str, &str)> = headers.iter().copied().filter(|(name, _)| signed(name)).collect();
        if recorded.params.len() == query.len() {
            let request = Request { headers: &headers, ..request };
            let again = authorization(&request, &recorded.secret_id, SECRET_KEY, recorded.window);
            assert_eq!(again, text("authorization"), "{}", text("id"));
        }
    }
}

fn str(value: &Value) -> &str {
    value.as_str().unwrap()
}
