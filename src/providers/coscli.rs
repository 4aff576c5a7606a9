//! The configuration file of coscli, Tencent Cloud's command line tool for COS: YAML, in which coscli hides values with
//! a public key.

use std::collections::BTreeMap;

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use yaml_rust2::parser::{Event, Parser};
use zeroize::Zeroizing;

/// The key with which coscli hides values; it is part of coscli's source.
const KEY: &[u8; 16] = b"coscli-secret\0\0\0";

/// The settings under `cos: base:`.
pub(super) struct Base(BTreeMap<String, Zeroizing<String>>);

impl Base {
    /// Reads the file's text. Errors name a line, never its content.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        // Editors on Windows write a byte order mark.
        let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        let mut base = BTreeMap::new();
        let mut open: Vec<Level> = Vec::new();
        loop {
            let (event, mark) = parser.next_token().map_err(|e| format!("line {} is not YAML", e.marker().line()))?;
            let refuse = |why: &str| format!("line {}: {why}", mark.line());
            match event {
                Event::Scalar(text, ..) => match open.last_mut() {
                    Some(Level::Mapping(key @ None)) => *key = Some(text.to_lowercase()),
                    Some(Level::Mapping(_)) => {
                        let value = Zeroizing::new(text);
                        let keys: Vec<&str> = open.iter().map(Level::key).collect();
                        if let ["cos", "base", name] = keys[..]
                            && base.insert(name.to_owned(), value).is_some()
                        {
                            return Err(refuse("the name is there twice"));
                        }
                        close(&mut open);
                    }
                    _ => {}
                },
                Event::Alias(_) => match open.last() {
                    Some(Level::Mapping(None)) => return Err(refuse("a name must be plain text")),
                    _ => close(&mut open),
                },
                Event::MappingStart(..) | Event::SequenceStart(..) => {
                    if let Some(Level::Mapping(None)) = open.last() {
                        return Err(refuse("a name must be plain text"));
                    }
                    let mapping = matches!(event, Event::MappingStart(..));
                    open.push(if mapping { Level::Mapping(None) } else { Level::Sequence });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                    close(&mut open);
                }
                Event::DocumentEnd | Event::StreamEnd => return Ok(Self(base)),
                _ => {}
            }
        }
    }

    /// Returns a setting that is never hidden; an empty one counts as not set.
    pub(super) fn plain(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns a setting that may be hidden. As in coscli, a value that does not decrypt is plain text.
    pub(super) fn secret(&self, name: &str) -> Option<Zeroizing<String>> {
        let value = self.plain(name)?;
        let hidden = if self.plain("disableencryption") == Some("true") { None } else { reveal(value) };
        Some(hidden.unwrap_or_else(|| Zeroizing::new(value.to_owned()))).filter(|value| !value.is_empty())
    }
}

/// A mapping or list that the parser has entered.
enum Level {
    /// With the name whose value comes next.
    Mapping(Option<String>),
    Sequence,
}

impl Level {
    fn key(&self) -> &str {
        match self {
            Self::Mapping(Some(key)) => key,
            _ => "",
        }
    }
}

/// Ends a value; in a mapping a name follows.
fn close(open: &mut [Level]) {
    if let Some(Level::Mapping(key)) = open.last_mut() {
        *key = None;
    }
}

/// Decrypts a hidden value: Base64 of AES-128 in ECB mode, padded with zeros.
fn reveal(value: &str) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(STANDARD.decode(value).ok()?);
    let (blocks, []) = bytes.as_chunks_mut::<16>() else { return None };
    let cipher = Aes128::new(KEY.into());
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = std::str::from_utf8(bytes.get(..length)?).ok()?;
    text.chars().all(|c| c.is_ascii_graphic()).then(|| Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str, name: &str) -> Option<String> {
        Base::read(text).unwrap().secret(name).map(|value| value.to_string())
    }

    #[test]
    fn hidden_values_are_revealed_as_coscli_hides_them() {
        for (hidden, value) in [
            (
                "z3Zh11ync9cue0cTqg39EsL96zG1gepOU0vsZBBRnpuQ6N9CHnkSFADwFEl3unO1",
                "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001",
            ),
            ("27bmExfV38WMoEhRIqvwPNu25hMX1d/FjKBIUSKr8DzeQ1lHjB+NSA6psd9+JBIz", "ExampleSecretKeyExampleSecretKey"),
            ("LSyX5KlB0e6rOM6cQ5cjMK4rzuxxdi7rAexngiB2ZK4=", "TokenExampleToken"),
            ("3kNZR4wfjUgOqbHffiQSMw==", ""),
        ] {
            assert_eq!(reveal(hidden).unwrap().as_str(), value);
        }
        for plain in ["AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001", "ExampleSecretKeyExampleSecretKey", "no base64!", "AAAA"]
        {
            assert!(reveal(plain).is_none(), "{plain}");
        }
    }

    #[test]
    fn only_the_base_settings_are_read() {
        let file = "cos:\n  base:\n    SecretID: id\n    secretkey: 'a: b'\n    mode: \"\"\n  buckets:\n  - name: b-1\n    \
                    secretid: other\n  more: {base: {secretid: third}}\nsecretid: fourth\n";
        assert_eq!(secret(file, "secretid").as_deref(), Some("id"));
        assert_eq!(secret(file, "secretkey").as_deref(), Some("a: b"));
        assert_eq!(secret(file, "sessiontoken"), None);
        assert_eq!(secret(&format!("\u{feff}{file}"), "secretid").as_deref(), Some("id"));
        assert_eq!(Base::read(file).unwrap().plain("mode"), None);
        assert_eq!(secret("", "secretid"), None);
        assert_eq!(secret("- cos\n- base", "secretid"), None);
        let aliased = "cos:\n  other: &a [x]\n  base:\n    mode: *a\n    secretid: id\n";
        assert_eq!(secret(aliased, "secretid").as_deref(), Some("id"));
    }

    #[test]
    fn values_are_taken_as_they_are_where_hiding_is_off() {
        let hidden = "3kNZR4wfjUgOqbHffiQSMw==";
        let file = |off: &str| format!("cos:\n  base:\n    secretid: {hidden}\n    disableencryption: {off}\n");
        assert_eq!(secret(&file("\"true\""), "secretid").as_deref(), Some(hidden));
        assert_eq!(secret(&file("\"\""), "secretid"), None);
    }

    #[test]
    fn what_is_no_configuration_is_refused_without_showing_it() {
        let deep = "[".repeat(60_000);
        let flow = "{a: ".repeat(10_000);
        for file in ["cos: [hush", "cos:\n  base:\n    [a]: hush", "cos: {*a : hush}", "a: b\n  c: hush", &deep, &flow]
        {
            let error = Base::read(file).err().unwrap();
            assert!(error.starts_with("line ") && !error.contains("hush"), "{error}");
        }
        assert!(Base::read(&"- ".repeat(30_000)).is_ok());
        let twice = Base::read("cos:\n  base:\n    secretid: a\n    secretid: b\n");
        assert_eq!(twice.err().as_deref(), Some("line 4: the name is there twice"));
    }
}
