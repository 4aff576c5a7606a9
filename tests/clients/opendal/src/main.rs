//! Runs opendal's COS service against the emulator: `tests/clients/run EMULATOR opendal`.

use std::process::ExitCode;

use opendal::{EntryMode, ErrorKind, Operator, services::Cos};

const BUCKET: &str = "opendalcheck-1250000000";

fn operator() -> opendal::Result<Operator> {
    let builder = Cos::default()
        .root("/")
        .bucket(BUCKET)
        .endpoint("https://cos.ap-guangzhou.myqcloud.com")
        .secret_id("AKIDEMULATOREXAMPLE0000000000000001")
        .secret_key("EmulatorSecretKeyExample00000001");
    Ok(Operator::new(builder)?)
}

/// Runs one check and says how it went.
macro_rules! check {
    ($counts:expr, $name:literal, $run:expr) => {
        let result: Result<(), Box<dyn std::error::Error>> = async { $run }.await;
        $counts.0 += 1;
        match result {
            Ok(()) => println!("ok      {}", $name),
            Err(error) => {
                $counts.1 += 1;
                println!("FAILED  {}: {error}", $name);
            }
        }
    };
}

fn same<T: PartialEq + std::fmt::Debug>(have: T, expected: T) -> Result<(), String> {
    if have == expected { Ok(()) } else { Err(format!("{have:?} is not {expected:?}")) }
}

#[tokio::main]
async fn main() -> ExitCode {
    let op = match operator() {
        Ok(op) => op,
        Err(error) => {
            eprintln!("opendal: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut counts = (0, 0);
    check!(counts, "write and read", {
        op.write("a/b c.txt", "content").await?;
        same(op.read("a/b c.txt").await?.to_vec(), b"content".to_vec())?;
        same(op.read_with("a/b c.txt").range(1..4).await?.to_vec(), b"ont".to_vec())?;
        Ok(())
    });
    check!(counts, "stat", {
        let meta = op.stat("a/b c.txt").await?;
        same((meta.content_length(), meta.content_type()), (7, Some("text/plain")))?;
        same(meta.etag(), Some("\"9a0364b9e99bb480dd25e1f0284c8555\""))?;
        same(op.stat("none").await.unwrap_err().kind(), ErrorKind::NotFound)?;
        Ok(())
    });
    check!(counts, "a large object in parts", {
        let bytes: Vec<u8> = (0..9_000_000_u32).map(|number| (number / 7) as u8).collect();
        let mut writer = op.writer_with("large").chunk(2 * 1024 * 1024).concurrent(3).await?;
        writer.write(bytes.clone()).await?;
        writer.close().await?;
        same(op.read("large").await?.to_vec() == bytes, true)?;
        Ok(())
    });
    check!(counts, "copy", {
        op.copy("a/b c.txt", "copies/中文 copy").await?;
        same(op.read("copies/中文 copy").await?.to_vec(), b"content".to_vec())?;
        Ok(())
    });
    check!(counts, "list", {
        let names = |entries: Vec<opendal::Entry>| {
            let mut names: Vec<String> = entries.iter().map(|entry| entry.path().to_owned()).collect();
            names.sort();
            names
        };
        let top = op.list("/").await?;
        let folder = top.iter().find(|entry| entry.path() == "a/").map(|entry| entry.metadata().mode());
        same(folder, Some(EntryMode::DIR))?;
        same(names(top), ["a/", "copies/", "large"].map(str::to_owned).to_vec())?;
        let all = op.list_with("/").recursive(true).await?;
        same(names(all), ["a/b c.txt", "copies/中文 copy", "large"].map(str::to_owned).to_vec())?;
        Ok(())
    });
    check!(counts, "a presigned request", {
        let request = op.presign_read("large", std::time::Duration::from_secs(60)).await?;
        same(request.uri().to_string().contains("q-signature="), true)?;
        Ok(())
    });
    check!(counts, "delete", {
        op.delete("large").await?;
        op.delete("large").await?;
        same(op.exists("large").await?, false)?;
        op.delete_with("a/").recursive(true).await?;
        same(op.exists("a/b c.txt").await?, false)?;
        Ok(())
    });
    println!("opendal: {} of {} checks passed", counts.0 - counts.1, counts.0);
    if counts.1 == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
