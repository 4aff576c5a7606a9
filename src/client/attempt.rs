//! One attempt of a request: headers, signature, sending.

use std::io::Read;
use std::time::Duration;

use http::Method;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, LOCATION, TRANSFER_ENCODING, USER_AGENT};

use super::CosS3Client;
use crate::attempts::Sent;
use crate::client::response::refused;
use crate::client::sending::{Sending, with_reader};
use crate::credential::Credentials;
use crate::error::{ClientErrorKind, CosClientError};
use crate::transport::{Answer, Cause, Failure, Outgoing};
use crate::wire::headers;
use crate::wire::redirect::{Hop, follow};
use crate::wire::request::{REPEATED, Request, header};
use crate::wire::sign::ToSign;
use crate::wire::uri::{Location, encode_query};

/// How long the signature of a request is valid, in seconds; the official SDK's value.
const SIGNATURE_SECONDS: u64 = 10_000;
const MAX_HOPS: usize = 5;

/// A request that was answered, and the CRC-64 of its body, if it was computed.
pub(super) struct Exchange {
    pub(super) answer: Answer,
    /// Of what was sent.
    pub(super) crc: Option<u64>,
    /// Of the whole body, if all of it was sent.
    pub(super) body_crc: Option<u64>,
}

impl CosS3Client {
    /// Sends the request once, following redirects where that is allowed.
    pub(super) fn attempt(
        &self,
        request: &mut Request<'_>,
        location: &Location,
        credentials: Option<&Credentials>,
        number: u32,
        until: Option<Duration>,
    ) -> Result<Exchange, Failure> {
        let mut hop: Option<Hop> = None;
        let mut trusted = true;
        for _ in 0..=MAX_HOPS {
            let (place, query) = hop.as_ref().map_or((location, &request.query), |hop| (&hop.location, &hop.query));
            let mut headers = self.headers(request, credentials, number).map_err(Failure::finally)?;
            if !trusted {
                headers.retain_names(&headers::PUBLIC);
            }
            let signing = credentials.filter(|_| trusted);
            let outgoing = self.signed(request, place, query, headers, signing).map_err(Failure::finally)?;
            let exchange = self.send(request, outgoing, until)?;
            let answer = &exchange.answer;
            let redirected = matches!(answer.status, 301 | 302 | 303 | 307 | 308)
                && self.inner.config.fixed.allow_redirects
                && matches!(request.method, Method::GET | Method::HEAD);
            let target = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            let Some(next) = target.filter(|_| redirected).and_then(|target| follow(place, target)) else {
                if answer.status < 300 {
                    return Ok(exchange);
                }
                let Exchange { answer, body_crc, .. } = exchange;
                return Err(Failure { body_crc, ..refused(request, place, answer) });
            };
            trusted &= next.trusted;
            hop = Some(next);
        }
        let error = CosClientError::new(ClientErrorKind::Protocol, format!("more than {MAX_HOPS} redirects"));
        Err(Failure::answered(Cause::Final, error))
    }

    /// Returns the headers of an attempt, all but host and signature.
    fn headers(
        &self,
        request: &Request<'_>,
        credentials: Option<&Credentials>,
        number: u32,
    ) -> Result<HeaderMap, CosClientError> {
        let fixed = &self.inner.config.fixed;
        let mut headers = request.headers.clone();
        if !headers.contains_key(USER_AGENT) {
            let (name, value) = header(USER_AGENT.as_str(), &fixed.user_agent)?;
            headers.insert(name, value);
        }
        if !fixed.keep_alive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if number > 1 {
            headers.insert(REPEATED, HeaderValue::from_static("true"));
        }
        if let Some(token) = credentials.and_then(Credentials::token) {
            let (name, value) = header(request.target.token_header(), token)?;
            headers.insert(name, value);
        }
        let sends_body = !matches!(request.method, Method::GET | Method::HEAD);
        match request.content_length() {
            _ if request.body.is_none() && !sends_body => {}
            Some(len) => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
            }
            None => {
                headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
        }
        Ok(headers)
    }

    /// Makes the HTTP request of an attempt.
    pub(crate) fn signed(
        &self,
        request: &Request<'_>,
        location: &Location,
        query: &[(String, String)],
        mut headers: HeaderMap,
        credentials: Option<&Credentials>,
    ) -> Result<http::Request<()>, CosClientError> {
        let fixed = &self.inner.config.fixed;
        if let Some(host) = &location.host_header {
            let (_, value) = header(HOST.as_str(), host)?;
            headers.insert(HOST, value);
        }
        if let Some(credentials) = credentials {
            let host = location.signed_host();
            let what = ToSign {
                method: &request.method,
                path: &location.signed_path,
                query: if fixed.sign_params && !request.traits.unsigned_query { query } else { &[] },
                headers: &headers,
                host: fixed.sign_host.then_some(host.as_str()),
            };
            let value = self.signer(credentials, SIGNATURE_SECONDS).sign(&what).authorization();
            let (name, mut value) = header("authorization", &value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let url = match query {
            [] => location.url(),
            query => location.url() + "?" + &encode_query(query),
        };
        let mut outgoing = http::Request::builder().method(request.method.clone()).uri(url).body(()).map_err(|e| {
            CosClientError::new(ClientErrorKind::Protocol, format!("the request has no valid URL: {e}")).caused_by(e)
        })?;
        *outgoing.headers_mut() = headers;
        Ok(outgoing)
    }

    fn send(
        &self,
        request: &mut Request<'_>,
        outgoing: http::Request<()>,
        until: Option<Duration>,
    ) -> Result<Exchange, Failure> {
        let len = request.content_length();
        let traits = request.traits;
        let no_body = request.body.is_none();
        let left = self.left(until);
        with_reader(&mut request.body, |reader| {
            let mut sending = Sending::new(reader, len, traits.verify_crc || traits.compute_crc);
            let body: Option<&mut dyn Read> = if no_body { None } else { Some(&mut sending) };
            let answer = self.inner.transport.send(Outgoing {
                request: outgoing,
                body,
                response_timeout: traits.response_timeout,
                trickles: traits.trickles,
                left,
                control: self.control.as_ref(),
            });
            let body_crc = sending.whole_crc();
            match (answer, sending.take_error()) {
                (Ok(answer), _) => Ok(Exchange { answer, crc: sending.crc(), body_crc }),
                (Err(_), Some(own)) => Err(Failure {
                    sent: Sent::Maybe,
                    body_crc,
                    ..Failure::finally(CosClientError::unreadable_body(own))
                }),
                (Err(failure), None) => Err(Failure { body_crc, ..failure }),
            }
        })
    }
}

/// Keeps only the named headers.
trait RetainNames {
    fn retain_names(&mut self, names: &[&str]);
}

impl RetainNames for HeaderMap {
    fn retain_names(&mut self, names: &[&str]) {
        let kept = std::mem::take(self);
        self.extend(
            kept.into_iter().filter(|(name, _)| name.as_ref().is_some_and(|name| names.contains(&name.as_str()))),
        );
    }
}
