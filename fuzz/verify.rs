// Reads a signature with the emulator's code, which shares nothing with the SDK's. For the target `sign`.

use cos_emulator::signature::{Request, Signature};

/// Checks that a request is sent to the path of its key, and that its signature covers what is sent.
pub(crate) fn verify(call: &http::Request<()>, path: &str, secret_key: &str) {
    let uri = call.uri();
    assert_eq!(decoded(uri.path()), path, "{uri}");
    let query: Vec<(String, String)> = uri.query().map_or_else(Vec::new, |query| {
        query
            .split('&')
            .map(|pair| pair.split_once('=').expect("names have values"))
            .map(|(n, v)| (decoded(n), decoded(v)))
            .collect()
    });
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let text = |value: &'_ http::HeaderValue| String::from_utf8(value.as_bytes().to_vec()).expect("texts were set");
    let sent: Vec<(&str, String)> = call.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let host = uri.host().expect("a URL has a host");
    let headers: Vec<(&str, &str)> =
        sent.iter().map(|(name, value)| (*name, value.as_str())).chain([("host", host)]).collect();

    let header = headers.iter().find(|(name, _)| *name == "authorization");
    let (signature, query) = if let Some((_, header)) = header {
        (Signature::parse(header), query)
    } else {
        let own = query.iter().filter(|(name, _)| !name.starts_with("q-")).copied().collect();
        (Signature::from_pairs(&query), own)
    };
    let signature = signature.expect("a signature has all its fields");
    let request = Request { method: call.method().as_str(), path, query: &query, headers: &headers };
    assert_eq!(signature.signature, signature.expected(&request, secret_key), "{uri}");

    for (name, _) in &query {
        assert!(signature.params.contains(&encoded(name)), "the parameter {name:?} is not signed: {uri}");
    }
    for (name, _) in headers.iter().filter(|(name, _)| name.starts_with("x-cos-") || *name == "host") {
        assert!(signature.headers.contains(&encoded(name)), "the header {name:?} is not signed");
    }
    let elsewhere = format!("{path}x");
    let other = Request { path: &elsewhere, ..request };
    assert_ne!(signature.signature, signature.expected(&other, secret_key), "{uri} is good for another key");
}

/// Undoes percent-encoding; what is not encoded must not need to be.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let pair = [rest.next(), rest.next()].map(|digit| digit.map(char::from).and_then(|c| c.to_digit(16)));
                let [Some(high), Some(low)] = pair else { panic!("{text:?} has a cut escape") };
                bytes.push((high * 16 + low) as u8);
            }
            b'/' | b'-' | b'_' | b'.' | b'~' => bytes.push(byte),
            byte if byte.is_ascii_alphanumeric() => bytes.push(byte),
            byte => panic!("{text:?} holds {:?} as it is", char::from(byte)),
        }
    }
    String::from_utf8(bytes).expect("keys and parameters are texts")
}

/// The form in which a signature lists a name.
fn encoded(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_lowercase()).to_string(),
        byte => format!("%{byte:02x}"),
    };
    name.bytes().map(escape).collect()
}
