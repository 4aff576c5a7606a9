//! The program: its options, what it prints, and that it does not grow.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

use common::{Answer, BUCKET, Client};

struct Program {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    addr: SocketAddr,
}

impl Program {
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cos-emulator"))
            .args(["--port", "0", "--bucket", BUCKET])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let addr = first.rsplit("http://").next().unwrap().parse().unwrap();
        Self { child, lines, addr }
    }

    fn client(&self) -> Client {
        Client {
            addr: self.addr,
            host: format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com"),
            id: cos_emulator::SECRET_ID.to_owned(),
            key: cos_emulator::SECRET_KEY.to_owned(),
        }
    }

    /// The next printed line that is about a request.
    fn next_request(&mut self) -> String {
        let methods = ["GET ", "PUT ", "HEAD ", "DELETE "];
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        lines.find(|line| methods.iter().any(|method| line.starts_with(method))).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_request_is_a_line_with_the_reason_of_a_refusal() {
    let mut program = Program::start(&["--verbose", "--domain", "files.example.com=examplebucket-1250000000"]);
    let client = program.client();
    let host = &client.host;
    assert_eq!(client.put("/a b", "x").status, 200);
    assert_eq!(program.next_request(), format!("PUT http://{host}/a%20b 200"));
    let answer = client.request("GET", "/none").query("response-content-type", "a/b").query("sign", "").send();
    assert_eq!(answer.status, 404);
    let reason = "404 NoSuchKey: The specified key does not exist.";
    assert_eq!(program.next_request(), format!("GET http://{host}/none?response-content-type=a%2Fb {reason}"));
    let domain = Client { host: "files.example.com".into(), ..client.clone() };
    assert_eq!(domain.get("/a b").text(), "x");
    assert_eq!(program.next_request(), "GET http://files.example.com/a%20b 200");
    // What was not asked for is not there.
    let own = Client { host: "localhost".into(), ..client };
    assert_eq!(own.get("/_emulator/").status, 404);
}

#[cfg(feature = "tls")]
#[test]
fn it_says_which_certificate_to_trust() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let mut program = Program::start(&["--control", "--tls-ca", file.to_str().unwrap()]);
    let said = program.lines.next().unwrap().unwrap();
    assert!(said.contains("HTTPS") && said.ends_with(file.to_str().unwrap()), "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let own = Client { host: "localhost".into(), ..program.client() };
    assert!(own.get("/_emulator/").text().contains("\"pending_faults\":0"));
}

/// The file of answers that the README shows.
fn answers_of_the_readme() -> &'static str {
    let readme = include_str!("../README.md");
    let shown = readme.split("```json\n").nth(1).and_then(|text| text.split("```").next());
    shown.expect("the README shows a file of answers")
}

#[test]
fn a_file_says_what_is_answered() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, answers_of_the_readme()).unwrap();
    let program = Program::start(&["--control", "--answers", file.path().to_str().unwrap()]);
    let client = program.client();
    let jobs = Client { host: format!("{BUCKET}.ci.ap-guangzhou.myqcloud.com"), ..client.clone() };
    let create = || jobs.request("POST", "/jobs").body("<Request/>").send();
    // A request without a signature is refused, and uses up no answer.
    assert_eq!(jobs.request("POST", "/jobs").body("<Request/>").anonymous().send().error(), (403, "AccessDenied"));
    let script = || {
        assert_eq!(create().error(), (503, "SlowDown"));
        for _ in 0..2 {
            let answer = create();
            assert_eq!((answer.status, answer.element("JobId")), (200, "j1"));
            assert_eq!(answer.header("content-type"), Some("application/xml"));
        }
    };
    script();
    // What the file is silent about is as ever.
    assert_eq!(jobs.request("GET", "/jobs").send().error(), (501, "NotImplemented"));
    assert_eq!(client.put("/jobs", "x").status, 200);
    let own = Client { host: "localhost".into(), ..client };
    own.request("POST", "/_emulator/faults").body(r#"{"fault": {"answer": {"status": 500}}}"#).send();
    assert_eq!(create().status, 500, "an injected fault comes first");
    own.request("DELETE", "/_emulator/faults").send();
    assert_eq!(create().status, 200, "the answers stay");
    assert_eq!(own.request("POST", "/_emulator/reset").send().status, 200);
    script();
}

#[test]
fn a_wrong_file_of_answers_is_refused_with_its_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    for (text, said) in [
        ("[\n  {\"answer\": {\"status\": 200}},\n  {\"answer\": {\"statu\": 200}}\n]", "unknown field `statu`"),
        ("[\n\n{\"answer\": {\"status\": 7}}]", "7 is no status"),
        ("[\n\n{\"answer\": {\"status\": \"200\"}}]", "invalid type: string \"200\""),
        ("[\n\n{\"match\": {}}]", "missing field `answer`"),
        ("[\n\n{\"answer\": {\"status\": 200}, \"when\": {}}]", "unknown field `when`"),
        ("{\n\n\"answer\": 1", "invalid type: map"),
        ("[\n\n", "EOF"),
    ] {
        std::fs::write(&file, text).unwrap();
        let options = ["--port", "0", "--answers", path];
        let output = Command::new(env!("CARGO_BIN_EXE_cos-emulator")).args(options).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{text}");
        assert!(error.contains(path) && error.contains(said) && error.contains("at line"), "{text}: {error}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_cos-emulator")).args(["--answers", "/none/a.json"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("/none/a.json: "));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for (options, said) in [
        (&["--nonsense"][..], "unknown option --nonsense"),
        (&["--port"], "--port needs a value"),
        (&["--port", "x"], "x is no port"),
        (&["--tls=yes"], "--tls takes no value"),
        (&["--domain", "x"], "--domain needs HOST=BUCKET"),
        (&["--secret-id", "x"], "--secret-id and --secret-key go together"),
        (&["--port", "0", "--bucket", "X"], "cannot create bucket X"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_cos-emulator")).args(options).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(said), "{options:?}: {error}");
    }
}

/// Nobody can ask the program for its log unless it is controlled, and then it keeps the last requests only.
#[cfg(target_os = "linux")]
#[test]
fn it_does_not_grow_with_the_requests() {
    const REQUESTS: usize = 20_000;
    const MOST_KIB: u64 = 5 * 1024;
    let program = Program::start(&["--control"]);
    let resident = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let client = program.client();
    let stream = client.connect();
    let mut reader = BufReader::new(&stream);
    // A long header makes each entry of a log large.
    let head = client.request("GET", "/none").header("x-cos-meta-a", &"b".repeat(500)).head();
    let mut send = |requests: usize| {
        for _ in 0..requests {
            (&stream).write_all(head.as_bytes()).unwrap();
            assert_eq!(Answer::read(&mut reader, false).unwrap().status, 404);
        }
    };
    send(2000);
    let before = resident();
    send(REQUESTS);
    let after = resident();
    assert!(after < before + MOST_KIB, "{before} KiB became {after} KiB");
}
