//! The security requirements of `SECURITY.md` that no other test shows, one file a theme.

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod injection;
mod isolation;
mod presigned;
mod redirects;
mod secrets;
mod xml;

/// A requirement without its row, or a row whose test was renamed, would go unnoticed.
#[test]
fn every_requirement_has_a_row_and_every_test_named_there_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    for number in 1..=28 {
        let row = text.lines().find(|line| line.starts_with(&format!("| S{number} |")));
        let row = row.unwrap_or_else(|| panic!("S{number} has no row"));
        assert!(row.contains("::") || row.contains("| Reason |"), "{row}");
    }
    let names: Vec<(&str, &str)> = text.split('`').filter_map(|name| name.split_once("::")).collect();
    assert!(names.len() > 40, "{names:?}");
    for (file, test) in names {
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(source.contains(&format!("fn {test}(")), "{file} has no {test}");
    }
    for target in ["redirect", "written_xml", "sign", "checkpoint", "list_xml", "event_stream", "envelope", "pem"] {
        assert!(root.join(format!("fuzz/fuzz_targets/{target}.rs")).exists() && text.contains(&format!("`{target}`")));
    }
}
