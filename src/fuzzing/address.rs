//! Addresses and signatures.

use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use http::{Method, Request as HttpRequest};

use super::{choice, texts};
use crate::client::CosS3Client;
use crate::config::CosConfig;
use crate::credential::Credentials;
use crate::wire::host::check_host;
use crate::wire::redirect::follow;
use crate::wire::request::Request;
use crate::wire::uri::{Location, Target, locate};

const METHODS: [Method; 5] = [Method::GET, Method::HEAD, Method::PUT, Method::POST, Method::DELETE];
const SECRET_KEY: &str = "FuzzSecretKey";

/// URLs and signatures: what is sent is what was signed, and no path leads elsewhere on its way. `verify` is
/// another reading of the signature; it gets the request, its key as it is, and the secret key.
pub fn sign(data: &[u8], verify: impl Fn(&HttpRequest<()>, &str, &str)) {
    let (method, rest) = choice(data);
    let method = METHODS[usize::from(method) % METHODS.len()].clone();
    let mut texts = texts(rest).into_iter();
    let key = texts.next().unwrap_or_default();
    let client = client();
    let bucket = "examplebucket-1250000000";
    let pairs = std::iter::from_fn(|| Some((texts.next()?, texts.next()?)));
    // A parameter of the signature's own name would be a second signature.
    let pairs = pairs.filter(|(name, _)| !name.starts_with("q-"));
    let (headers, query): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name.starts_with("x-"));

    let mut request = Request::new("fuzz", method.clone(), Target::object(bucket, &key));
    for (name, value) in &headers {
        request.set_header(name, value);
    }
    for (name, value) in &query {
        request.set_query(name, value);
    }
    let addressing = client.get_conf().addressing();
    let location = locate(&addressing, &request.target, &addressing.endpoint);
    let presigned = client.get_presigned_url(bucket, &key, &method).headers(headers).params(query).sign();
    let (Ok(()), Ok(location)) = (request.check(), location) else {
        // For the bucket itself there are signatures, but not as an object.
        assert!(
            presigned.is_err() || key == "/",
            "one of two ways to sign refused its input, the other did not: {key:?}"
        );
        return;
    };
    assert_path(&location, &key);
    let credentials = Credentials::new("AKIDFUZZ", SECRET_KEY);
    // A request line longer than 64 KiB is refused by the library for URLs.
    if let Ok(call) = client.signed(&request, &location, &request.query, request.headers.clone(), Some(&credentials)) {
        verify(&call, &location.signed_path, SECRET_KEY);
    }
    let Ok(Ok(mut call)) = presigned.map(|url| HttpRequest::builder().method(method).uri(url).body(())) else { return };
    *call.headers_mut() = request.headers;
    verify(&call, &location.signed_path, SECRET_KEY);
}

fn client() -> &'static CosS3Client {
    static CLIENT: OnceLock<CosS3Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDFUZZ").secret_key(SECRET_KEY);
        let config = config.proxies(Vec::<(&str, &str)>::new()).build().expect("the settings are right");
        let clock = || UNIX_EPOCH + Duration::from_secs(1_760_000_000);
        CosS3Client::builder(config).clock(clock).build().expect("the settings are right")
    })
}

fn assert_path(location: &Location, key: &str) {
    let path = &location.path;
    assert!(path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\".contains(&b)), "{path}");
    assert!(!path.split('/').any(|segment| segment == "." || segment == ".."), "{key:?} became {path}");
    assert_eq!(location.signed_path, format!("/{}", key.strip_prefix('/').unwrap_or(key)));
    assert_ne!(path, "/", "{key:?} became the bucket");
}

/// Redirects: only the same host is trusted, https stays https, and the new address is a proper one.
pub fn redirect(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    for scheme in ["https", "http"] {
        let from = Location {
            scheme: scheme.to_owned(),
            authority: "b-1.cos.r.myqcloud.com".to_owned(),
            host_header: None,
            path: "/k".to_owned(),
            signed_path: "/k".to_owned(),
        };
        let Some(hop) = follow(&from, header) else { continue };
        let to = &hop.location;
        assert!(to.scheme == "https" || (to.scheme == "http" && scheme == "http"), "{header:?}");
        assert!(check_host("location", &to.authority).is_ok(), "{header:?}");
        let same = to.scheme == from.scheme && to.authority.eq_ignore_ascii_case(&from.authority);
        assert_eq!(hop.trusted, same, "{header:?}");
        let url = HttpRequest::builder().uri(to.url()).body(());
        let sent = url.ok().and_then(|request| Some(request.uri().authority()?.to_string()));
        assert!(sent.is_none_or(|sent| sent == to.authority), "{header:?} was understood as another host");
    }
}
