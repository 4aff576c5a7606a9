//! The sources of the project, for the tests that read them as text.

use std::fs;
use std::path::{Path, PathBuf};

/// All Rust files below a folder of the project, sorted.
#[allow(dead_code, reason = "not every program walks the sources")]
pub(crate) fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files.sort();
    assert!(files.len() > 5, "found only {} files in {folder}", files.len());
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[allow(dead_code, reason = "not every program reads files")]
pub(crate) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// `EnableMD5` is `enable_md5`: an underscore before a capital that starts a word.
#[allow(dead_code, reason = "not every program reads the parity file")]
pub(crate) fn snake_case(keyword: &str) -> String {
    // Two abbreviations in a row have no seam, and one page misprints a name.
    let keyword = match keyword {
        "MAZThread" => "MAXThread".to_owned(),
        _ => keyword.replace("SSEKMS", "SSE_KMS_"),
    };
    let characters: Vec<char> = keyword.chars().collect();
    let mut out = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = if at == 0 { '_' } else { characters[at - 1] };
        let small_next = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && before != '_' && (!before.is_uppercase() || small_next) {
            out.push('_');
        }
        out.extend(character.to_lowercase());
    }
    out
}
