//! RSA keys in PEM or DER, brought into the two forms that the crypto library reads: SPKI and PKCS#8.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyInit, KeyIvInit};
use md5::{Digest, Md5};
use pkcs8::EncryptedPrivateKeyInfoRef;
use zeroize::Zeroizing;

use crate::error::CosClientError;

type Der = Zeroizing<Vec<u8>>;

/// `AlgorithmIdentifier` of RSA: its object id, and NULL.
const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;

/// A block of PEM.
struct Block {
    label: String,
    /// `DEK-Info` of OpenSSL's old encryption: algorithm and IV.
    encryption: Option<(String, String)>,
    content: Der,
}

/// Returns a public key as SPKI.
pub(crate) fn public_key(field: &'static str, text: &[u8]) -> Result<Der, CosClientError> {
    match block(field, text)? {
        Some(Block { label, content, .. }) if label == "PUBLIC KEY" => Ok(content),
        Some(Block { label, content, .. }) if label == "RSA PUBLIC KEY" => Ok(spki(&content)),
        Some(Block { label, .. }) => Err(CosClientError::invalid(field, format!("is a {label}, not a public key"))),
        // PKCS#1 starts with a number, SPKI with the algorithm.
        None if second_tag(text) == Some(0x02) => Ok(spki(text)),
        None => Ok(Zeroizing::new(text.to_vec())),
    }
}

/// Returns a private key as PKCS#8, decrypted if need be.
pub(crate) fn private_key(field: &'static str, text: &[u8], passphrase: Option<&str>) -> Result<Der, CosClientError> {
    let needed =
        || passphrase.ok_or_else(|| CosClientError::invalid(field, "is encrypted, and there is no passphrase"));
    match block(field, text)? {
        Some(Block { label, content, .. }) if label == "PRIVATE KEY" => Ok(content),
        Some(Block { label, content, .. }) if label == "ENCRYPTED PRIVATE KEY" => {
            let passphrase = needed()?;
            let wrong = |_| CosClientError::invalid(field, "cannot be decrypted by this passphrase");
            let info = EncryptedPrivateKeyInfoRef::try_from(content.as_slice());
            let info = info.map_err(|_| CosClientError::invalid(field, "is not PKCS#8"))?;
            Ok(Zeroizing::new(info.decrypt(passphrase).map_err(wrong)?.as_bytes().to_vec()))
        }
        Some(Block { label, encryption, content }) if label == "RSA PRIVATE KEY" => match encryption {
            None => Ok(pkcs8(&content)),
            Some((algorithm, iv)) => Ok(pkcs8(&decrypt_old(field, &content, &algorithm, &iv, needed()?)?)),
        },
        Some(Block { label, .. }) => Err(CosClientError::invalid(field, format!("is a {label}, not a private key"))),
        // Both start with a version; what follows is the modulus in PKCS#1, the algorithm in PKCS#8.
        None if text.windows(RSA.len()).take(32).any(|window| window == RSA) => Ok(Zeroizing::new(text.to_vec())),
        None => Ok(pkcs8(text)),
    }
}

/// Writes a block.
pub(crate) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(BASE64_STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(base64.len() * 2 + 128));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    for (at, letter) in base64.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// Reads the first block; none if the text is DER.
fn block(field: &'static str, text: &[u8]) -> Result<Option<Block>, CosClientError> {
    if text.first() == Some(&SEQUENCE) {
        return Ok(None);
    }
    let wrong = |why: &str| CosClientError::invalid(field, why);
    let text = str::from_utf8(text).map_err(|_| wrong("is neither PEM nor DER"))?;
    let (_, rest) = text.split_once("-----BEGIN ").ok_or_else(|| wrong("is neither PEM nor DER"))?;
    let (label, rest) = rest.split_once("-----").ok_or_else(|| wrong("is PEM without an end"))?;
    let (body, _) = rest.split_once("-----END ").ok_or_else(|| wrong("is PEM without an end"))?;
    let mut encryption = None;
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    for line in body.lines().map(str::trim) {
        match line.split_once(':') {
            Some(("DEK-Info", value)) => {
                let (algorithm, iv) = value.trim().split_once(',').ok_or_else(|| wrong("has a wrong DEK-Info"))?;
                encryption = Some((algorithm.to_owned(), iv.to_owned()));
            }
            Some(_) => {}
            None => base64.push_str(line),
        }
    }
    // The cause would show a byte of the key.
    let content =
        BASE64_STANDARD.decode(base64.as_bytes()).map_err(|_| wrong("is not PEM: the content is not Base64"))?;
    Ok(Some(Block { label: label.to_owned(), encryption, content: Zeroizing::new(content) }))
}

/// Decrypts what OpenSSL and Python encrypted in the old way, `Proc-Type: 4,ENCRYPTED`.
fn decrypt_old(
    field: &'static str,
    content: &[u8],
    algorithm: &str,
    iv: &str,
    passphrase: &str,
) -> Result<Der, CosClientError> {
    let wrong = || CosClientError::invalid(field, "cannot be decrypted by this passphrase");
    let pairs = iv.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let iv: Vec<u8> = pairs.collect::<Option<_>>().filter(|iv: &Vec<u8>| iv.len() >= 8).ok_or_else(wrong)?;
    let key = |len: usize| {
        let mut key = Zeroizing::new(Vec::with_capacity(64));
        let mut last = Zeroizing::new(Vec::with_capacity(16));
        while key.len() < len {
            let digest = Md5::new().chain_update(&*last).chain_update(passphrase).chain_update(&iv[..8]).finalize();
            last.clear();
            last.extend(digest);
            key.extend(digest);
        }
        key.truncate(len);
        key
    };
    match algorithm {
        "DES-EDE3-CBC" => decrypt_cbc::<des::TdesEde3>(content, &key(24), &iv),
        "AES-128-CBC" => decrypt_cbc::<aes::Aes128>(content, &key(16), &iv),
        "AES-192-CBC" => decrypt_cbc::<aes::Aes192>(content, &key(24), &iv),
        "AES-256-CBC" => decrypt_cbc::<aes::Aes256>(content, &key(32), &iv),
        other => {
            return Err(CosClientError::invalid(field, format!("is encrypted by {other}, which is not known here")));
        }
    }
    .ok_or_else(wrong)
}

fn decrypt_cbc<C>(content: &[u8], key: &[u8], iv: &[u8]) -> Option<Der>
where
    C: cbc::cipher::BlockCipherDecrypt + KeyInit,
    cbc::Decryptor<C>: KeyIvInit + BlockModeDecrypt,
{
    let decryptor = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    decryptor.decrypt_padded_vec::<Pkcs7>(content).ok().map(Zeroizing::new)
}

fn spki(pkcs1: &[u8]) -> Der {
    let bits = Zeroizing::new([&[0], pkcs1].concat());
    value(SEQUENCE, &[&RSA, &value(BIT_STRING, &[&bits])])
}

fn pkcs8(pkcs1: &[u8]) -> Der {
    value(SEQUENCE, &[&[0x02, 0x01, 0x00], &RSA, &value(OCTET_STRING, &[pkcs1])])
}

/// Writes a DER value.
fn value(tag: u8, parts: &[&[u8]]) -> Der {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(len + 10));
    out.push(tag);
    let bytes = len.to_be_bytes();
    let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    if len < 0x80 {
        out.extend(&bytes[bytes.len() - 1..]);
    } else {
        out.push(0x80 | digits.len() as u8);
        out.extend(digits);
    }
    for part in parts {
        out.extend(*part);
    }
    out
}

/// The tag of the first value within a sequence.
fn second_tag(der: &[u8]) -> Option<u8> {
    let long = usize::from(der.get(1)?.checked_sub(0x80).unwrap_or(0));
    der.get(2 + long).copied()
}
