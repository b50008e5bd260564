//! Fingerprints: one short text for a whole schema, equal for equal schemas.
//!
//! Must not know where the schema came from or where the fingerprint is kept.

mod counted;

use sea_gen_runner::checksum::hexadecimal;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::schema::Schema;

use super::compact::CompactJson;

use counted::Counted;

/// The first 16 bytes of the SHA-256 of everything that counts in a normalised schema, as 32 hexadecimal digits. Equal
/// schemas have equal fingerprints: expressions count by their canonical form, columns without their order.
pub fn fingerprint(schema: &Schema) -> String {
    let mut lines = Lines::default();
    let Schema { tables, enums, views, routines, definitions, kept: _ } = schema;
    tables.values().for_each(|value| lines.add("table", &Counted(value)));
    enums.values().for_each(|value| lines.add("enum", value));
    views.values().for_each(|value| lines.add("view", &Counted(value)));
    routines.values().for_each(|value| lines.add("routine", &Counted(value)));
    definitions.values().for_each(|value| lines.add("definition", &Counted(value)));
    let mut digits = hexadecimal(&lines.digest.finalize());
    digits.truncate(32);
    digits
}

/// The digested text, one object a line.
#[derive(Default)]
struct Lines {
    digest: Sha256,
    line: CompactJson,
}

impl Lines {
    fn add(&mut self, kind: &str, object: &impl Serialize) {
        self.line.text.clear();
        self.line.text.extend([kind, " "]);
        if let Err(error) = self.line.write(object) {
            // A schema's own types always have a JSON form; were one not to, the error's text is as stable as any other.
            self.line.text = format!("{kind} {error}");
        }
        self.line.text.push('\n');
        self.digest.update(&self.line.text);
    }
}

#[cfg(test)]
mod tests;
