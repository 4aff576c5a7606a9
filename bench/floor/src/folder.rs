//! Folders of small files: a request a file, and nothing asked before or after.

use std::fs;
use std::path::Path;

use bench_common::{Args, HOST, sign};
use rayon::prelude::*;

use crate::{agent, list, pool, put};

pub(crate) fn upload(args: &Args) -> u64 {
    let agent = agent(args.threads);
    let files: Vec<_> = fs::read_dir(&args.file).unwrap().map(|entry| entry.unwrap().path()).collect();
    pool(args.threads).install(|| {
        files.par_iter().with_max_len(1).for_each(|file| {
            let path = format!("/d/{}", file.file_name().unwrap().to_str().unwrap());
            put(&agent, args, &path, &fs::read(file).unwrap());
        });
    });
    files.len() as u64
}

pub(crate) fn download(args: &Args) -> u64 {
    let agent = agent(args.threads);
    let mut keys = Vec::new();
    list::each_page(args, "d%2F", |objects| keys.extend(objects.into_iter().map(|object| object.key)));
    fs::create_dir(&args.file).unwrap();
    pool(args.threads).install(|| {
        keys.par_iter().with_max_len(1).for_each(|key| {
            let path = format!("/{key}");
            let request = agent.get(format!("{}{path}", args.endpoint)).header("Host", HOST);
            let mut answer = request.header("Authorization", sign("get", &path, &[])).call().unwrap();
            assert_eq!(answer.status(), 200);
            let name = Path::new(key).file_name().unwrap();
            fs::write(Path::new(&args.file).join(name), answer.body_mut().read_to_vec().unwrap()).unwrap();
        });
    });
    keys.len() as u64
}
