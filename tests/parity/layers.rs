//! The layering of the crate, read off its `use` lines: a file uses what stands above it, never what
//! stands below.

use std::path::{Path, PathBuf};

use crate::sources::{read, rust_files};

/// From the top down. A name stands for a file or a folder of `src/`.
const LAYERS: &[&str] = &[
    "attempts",
    "error",
    "dict",
    "param",
    "control",
    "wire/crc64",
    "wire/headers",
    "wire/limits",
    "wire/host",
    "wire/proxy",
    "wire/address",
    "wire/uri",
    "wire/copy_source",
    "wire/event_stream",
    "wire/body",
    "wire/request",
    "wire/dict",
    "wire/xml",
    "wire/respond",
    "wire/retry",
    "wire/body_retry",
    "wire/clock",
    "wire/sign",
    "wire/rtmp",
    "sign",
    "wire/tc3",
    "wire/redirect",
    "wire/range",
    "credential",
    "config",
    "transport",
    "providers",
    "cipher",
    "local",
    "client",
    "ops/response",
    "ops/argument",
    "ops/values",
    "ops/options",
    "ops/call",
    "ops/ahead",
    "ops/paging",
    "ops",
    "cos_comm",
    "transfer",
    "ci",
    "ai_recognition",
    "meta_insight",
    "vectors",
    "intelligent_speech",
    "encryption",
    "thread_pool",
    "fuzzing",
];

/// What the pure core must not name: sockets, files, clocks, pauses, randomness, the environment.
const IMPURE: [&str; 9] = [
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "SystemTime::now",
    "Instant",
    "fastrand",
    "ureq",
];

/// Every source file with its module path (`wire/uri`) and its text before the tests.
fn modules() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let module = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
        let text = read(&path);
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        (name.trim_end_matches("/mod").to_owned(), code)
    };
    rust_files("src").into_iter().map(module).collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|name| module == *name || module.starts_with(&format!("{name}/")))
}

/// The modules that a file's `use` lines name, as paths from the root.
fn used(module: &str, code: &str) -> Vec<String> {
    let folder = module.rsplit_once('/').map_or("", |(folder, _)| folder);
    let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    let lines = code.lines().map(str::trim_start);
    lines
        .filter_map(|line| line.strip_prefix("use ").or_else(|| line.strip_prefix("pub use ")))
        .filter_map(|path| {
            let path = path.split(['{', ';']).next()?.trim_end_matches("::").replace("::", "/");
            match path.split_once('/') {
                Some(("crate", rest)) => Some(rest.to_owned()),
                Some(("super", rest)) if rest.starts_with("super/") => Some(format!("{parent}/{}", &rest[6..])),
                Some(("super", rest)) => Some(format!("{folder}/{rest}")),
                _ => None,
            }
        })
        .collect()
}

#[test]
fn every_file_uses_only_what_stands_above_it() {
    let mut wrong = Vec::new();
    for (module, code) in modules() {
        if module == "lib" || module == "wire" {
            continue;
        }
        let Some(own) = layer(&module) else {
            wrong.push(format!("{module} is in no layer"));
            continue;
        };
        for other in used(&module, &code) {
            match layer(&other) {
                Some(theirs) if theirs <= own => {}
                Some(theirs) => wrong.push(format!("{module} uses {other}, which is below it ({})", LAYERS[theirs])),
                None => wrong.push(format!("{module} uses {other}, which is in no layer")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_is_pure() {
    for (module, code) in modules().iter().filter(|(module, _)| module.starts_with("wire")) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let found = IMPURE.iter().find(|name| line.contains(**name));
            assert!(found.is_none(), "{module} names {found:?}: {line}");
        }
    }
}

#[test]
fn only_the_transport_names_the_http_library() {
    for (module, code) in modules() {
        let transport = module == "transport" || module.starts_with("transport/");
        assert!(transport || !code.contains("ureq::"), "{module} names ureq");
    }
}

#[test]
fn the_reading_of_use_lines_sees_what_it_should() {
    let code = "use crate::wire::uri::{Target, decode};\n    use super::plan::Plan;\nuse super::super::client;\nuse std::fs;\n";
    assert_eq!(used("transfer/deep/upload", code), ["wire/uri", "transfer/deep/plan/Plan", "transfer/client"]);
    assert!(layer("client") > layer("wire/uri/Target"));
    assert!(layer("ops/bucket/list") > layer("ops/paging"));
    assert_eq!(layer("nowhere"), None);
}
