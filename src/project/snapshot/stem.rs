//! The names of a snapshot's files: one for any identifier, on any file system.
//!
//! Must not know which other names there are.

use sea_gen_runner::checksum::sha256;

use crate::schema::ObjectName;

use super::Key;

/// The longest file name every file system takes, without `.json`.
pub(super) const LONGEST_STEM: usize = 200;

/// A file name for any object: `name`, `schema.name`, and `name@table` for an object of a table.
pub(super) fn stem_of((_, on, name): Key<'_>, encode_capitals: bool) -> String {
    match on {
        None => stem(name, encode_capitals),
        Some(owner) => clipped(format!("{}@{}", stem(name, encode_capitals), stem(owner, encode_capitals))),
    }
}

/// A file name for any identifier. A dot occurs only between schema and name.
fn stem(name: &ObjectName, encode_capitals: bool) -> String {
    let encode = |text: &str| -> String {
        let kept = |byte: &u8| match byte {
            b'A'..=b'Z' => !encode_capitals,
            _ => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        };
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            match kept(&byte) {
                true => encoded.push(char::from(byte)),
                false => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    };
    // SQLite accepts an empty name; a file needs one.
    let mut stem = if name.name.as_str().is_empty() { "~".to_owned() } else { encode(name.name.as_str()) };
    match &name.schema {
        Some(schema) => stem = format!("{}.{stem}", encode(schema.as_str())),
        None if is_reserved(&stem) => {
            stem = format!("%{:02X}{}", stem.as_bytes().first().unwrap_or(&b'_'), &stem.get(1..).unwrap_or_default())
        }
        None => {}
    }
    clipped(stem)
}

/// A name that is too long for a file system ends in its digest.
fn clipped(mut stem: String) -> String {
    if stem.len() > LONGEST_STEM {
        let digest = sha256(&stem);
        stem.truncate(LONGEST_STEM - 20);
        stem.push('~');
        stem.push_str(digest.get(..16).unwrap_or_default());
    }
    stem
}

/// Names that Windows keeps for devices.
fn is_reserved(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        stem.strip_prefix(device)
            .is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
    });
    numbered || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
}
