//! One request and its answer, with the faults injected into it.

use std::io::{BufReader, Read};
use std::time::Duration;

use crate::blob::CHUNK;
use crate::context::Context;
use crate::control;
use crate::cors;
use crate::error::{Code, Error};
use crate::error_document::{self, Ids};
use crate::fault::{Answer, Fault, Moment};
use crate::http::{Body, Connection, Head, Pace, Payload, Response, Shape};
use crate::log::RecordedRequest;
use crate::ops::processing;
use crate::router;
use crate::time;

/// How much of an unwanted body is read so that the connection can be used again.
const DRAIN_LIMIT: u64 = 32 * 1024 * 1024;

/// The state of the connection after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It serves another request.
    Request,
    /// It is closed in order.
    Close,
    /// It is reset.
    Reset,
    /// The client closed it.
    Gone,
    /// It goes on as if it had just begun.
    Tunnel,
}

/// Answers one request.
pub(crate) fn exchange(
    context: &Context,
    head: &mut Head,
    reader: &mut BufReader<&Connection>,
    connection: &Connection,
) -> Next {
    let is_control = control::is_for(context, head);
    let is_valid = || processing::check(context, head).is_ok();
    let faults = if is_control { Vec::new() } else { context.faults.take(head, &is_valid) };
    head.ignores_range = faults.contains(&Fault::IgnoreRange);
    let head = &*head;
    let ids = Ids::new();
    let mut writer = connection;
    let Ok(mut body) = Body::new(head, reader, &mut writer) else {
        let refusal = Error::new(Code::BadRequest, "The body's framing cannot be understood.");
        return end_with(context, Some(head), refusal, &ids, connection);
    };
    if is_control {
        let mut response = control::answer(context, head, &mut body);
        let keep = head.keep_alive && body.drain(DRAIN_LIMIT);
        response.set("Connection", if keep { "keep-alive" } else { "close" });
        let written = response.write(connection, head.is_head(), &Shape::default(), &context.stop);
        return if keep && written.is_ok() { Next::Request } else { Next::Close };
    }
    if let Some(bit) = faults.iter().find_map(corrupted_upload) {
        body.flip_at(bit);
    }
    let pace = router::traffic_limit(head).ok().flatten().map(|limit| Pace::new(limit, &context.stop));
    if let Some(pace) = pace {
        body.pace(pace);
    }
    let record = |body: &Body<'_>, status, refusal| {
        context.log.add(RecordedRequest::new(head, body.bytes_read(), status, refusal));
    };
    if let Some(end) = broken(&faults, Moment::BeforeBody) {
        record(&body, None, None);
        return end_by(end, context, connection);
    }
    let made_up = faults.iter().find_map(made_up_answer);
    let after_body = broken(&faults, Moment::AfterBody);
    let refused = made_up.filter(|answer| answer.checked).and_then(|_| processing::check(context, head).err());
    let made_up = made_up.filter(|_| refused.is_none());
    let outcome = if let Some(refused) = refused {
        read_out(&mut body).and(Err(refused))
    } else if after_body.is_some() || made_up.is_some_and(|answer| !answer.carried_out) {
        read_out(&mut body)
    } else {
        router::handle(context, head, &mut body)
    };
    let refusal = match &outcome {
        Err(Error::Refused(refusal)) if made_up.is_none() => {
            Some(format!("{}: {}", refusal.code.name(), refusal.message))
        }
        _ => None,
    };
    let Some(mut response) = answer_to(outcome, head, &ids) else {
        record(&body, None, None);
        return Next::Gone;
    };
    if let Some(end) = after_body.or(broken(&faults, Moment::BeforeAnswer)) {
        record(&body, None, None);
        return end_by(end, context, connection);
    }
    if let Some(answer) = made_up {
        response = made_up_response(answer, head, &ids);
    }
    cors::decorate(context, head, &mut response);
    finish(&mut response, context, &ids, made_up.is_none_or(|answer| !answer.anonymous));
    let keep = head.keep_alive && body.can_drain(DRAIN_LIMIT) && !context.stop.is_set();
    if !response.has("connection") {
        response.set("Connection", if keep { "keep-alive" } else { "close" });
    }
    // Before any delay: a client that gives up waiting must find its request, too.
    record(&body, Some(response.status), refusal);
    let mut shape = bend(&faults, &mut response, context);
    shape.pace = pace;
    match response.write(connection, head.is_head(), &shape, &context.stop) {
        Ok(true) if keep && body.drain(DRAIN_LIMIT) => Next::Request,
        Ok(_) => Next::Close,
        Err(_) => Next::Gone,
    }
}

/// Answers bytes that are not a request.
pub(crate) fn refuse(context: &Context, status: u16, connection: &Connection) -> Next {
    let (code, message) = match status {
        431 => (Code::RequestHeaderTooLarge, "The head of the request is too large."),
        _ => (Code::BadRequest, "The head of the request cannot be understood."),
    };
    end_with(context, None, Error::new(code, message), &Ids::new(), connection)
}

/// Refuses a request and closes the connection, because the start of the next request is unknown.
fn end_with(context: &Context, head: Option<&Head>, error: Error, ids: &Ids, connection: &Connection) -> Next {
    let Error::Refused(refusal) = error else { return Next::Gone };
    let reason = format!("{}: {}", refusal.code.name(), refusal.message);
    let mut response = error_document::answer(*refusal, &head.map(error_document::resource).unwrap_or_default(), ids);
    finish(&mut response, context, ids, true);
    response.set("Connection", "close");
    if let Some(head) = head {
        context.log.add(RecordedRequest::new(head, 0, Some(response.status), Some(reason)));
    }
    let headless = head.is_some_and(Head::is_head);
    let _ = response.write(connection, headless, &Shape::default(), &context.stop);
    Next::Close
}

/// The answer to an outcome; `None` if the client is gone.
fn answer_to(outcome: Result<Response, Error>, head: &Head, ids: &Ids) -> Option<Response> {
    match outcome {
        Ok(response) => Some(response),
        Err(Error::Disconnected) => None,
        Err(Error::Refused(refusal)) => {
            let mut response = error_document::answer(*refusal, &error_document::resource(head), ids);
            if head.is_head() {
                let status = response.status;
                response.payload = Response::new(status).payload;
                response.unset("content-type");
            }
            Some(response)
        }
    }
}

/// Adds the headers every answer has.
fn finish(response: &mut Response, context: &Context, ids: &Ids, with_id: bool) {
    response.set("Date", time::http(time::millis(context.now())));
    response.set("Server", "tencent-cos");
    if with_id {
        response.set("x-cos-request-id", &ids.request);
    }
}

fn made_up_response(answer: &Answer, head: &Head, ids: &Ids) -> Response {
    let mut response = Response::new(answer.status);
    if let Some((code, message)) = &answer.code {
        let resource = error_document::resource(head);
        response = response.xml(error_document::document(code, message, &[], &resource, ids));
        if !answer.anonymous {
            response.set("x-cos-trace-id", &ids.trace);
        }
    }
    if !answer.body.is_empty() {
        response.payload = Payload::Bytes(answer.body.clone());
    }
    for (name, value) in &answer.headers {
        response.set(name, value);
    }
    response
}

#[derive(Clone, Copy)]
enum End {
    Reset,
    Close,
    Hang,
}

fn broken(faults: &[Fault], at: Moment) -> Option<End> {
    faults.iter().find_map(|fault| match fault {
        Fault::Reset(moment) if *moment == at => Some(End::Reset),
        Fault::Close(moment) if *moment == at => Some(End::Close),
        Fault::Hang(moment) if *moment == at => Some(End::Hang),
        _ => None,
    })
}

fn end_by(end: End, context: &Context, connection: &Connection) -> Next {
    match end {
        End::Reset => Next::Reset,
        End::Close => Next::Close,
        End::Hang => {
            hang(context, connection);
            Next::Reset
        }
    }
}

/// Sends nothing until the server stops or the client closes the connection. It peeks at the socket, and takes none of
/// the client's bytes.
fn hang(context: &Context, connection: &Connection) {
    let stream = connection.tcp();
    let pause = Duration::from_millis(20);
    let _ = stream.set_nonblocking(true);
    while !context.stop.is_set() {
        match stream.peek(&mut [0]) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            _ => context.stop.wait(pause),
        }
    }
}

/// Applies faults to a finished answer; returns the ones that the writing applies.
fn bend<'a>(faults: &[Fault], response: &mut Response, context: &Context) -> Shape<'a> {
    let mut shape = Shape { chunked: response.streamed, ..Shape::default() };
    for fault in faults {
        match fault {
            Fault::Delay(time) => context.stop.wait(*time),
            Fault::CutBody(after) => shape.cut_after = Some(*after),
            Fault::CutChunked(after) => {
                shape.chunked = true;
                shape.cut_after = Some(*after);
            }
            Fault::Trickle(size, pause) => shape.trickle = Some((*size, *pause)),
            Fault::Chunked => shape.chunked = true,
            Fault::DeclareLength(length) => {
                shape.chunked = false;
                shape.declared = Some(*length);
            }
            Fault::CorruptAnswer(offset) => shape.flip_at = Some(offset.saturating_mul(8)),
            Fault::FlipAnswer(bit) => shape.flip_at = Some(*bit),
            Fault::DropHeader(name) => response.unset(name),
            Fault::SetHeader(name, value) => response.set(name, value),
            _ => {}
        }
    }
    shape
}

/// Returns the bit of the request's body that arrives flipped.
fn corrupted_upload(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::CorruptUpload(offset) => Some(offset.saturating_mul(8)),
        Fault::FlipUpload(bit) => Some(*bit),
        _ => None,
    }
}

fn made_up_answer(fault: &Fault) -> Option<&Answer> {
    match fault {
        Fault::Answer(answer) => Some(answer),
        _ => None,
    }
}

/// Takes in a body and does nothing with it.
fn read_out(body: &mut Body<'_>) -> Result<Response, Error> {
    let mut buffer = vec![0; CHUNK];
    while body.read(&mut buffer).map_err(|_| Error::Disconnected)? > 0 {}
    Ok(Response::new(200))
}
