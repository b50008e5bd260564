//! Names that exceed the servers' limit. A conventional name is shortened; a chosen one is not, because other code may
//! use it.
//!
//! Must not know SQL.

use sha2::{Digest as _, Sha256};

use crate::schema::{Name, Table};

/// The maximum length of a name, in characters.
const LONGEST: usize = 64;

pub(super) fn is_too_long(name: &Name) -> bool {
    name.as_str().chars().count() > LONGEST
}

/// Shortens conventional names of indexes and foreign keys.
pub(super) fn shorten(table: &mut Table) {
    let own = table.name.name.clone();
    let short = |name: &Name| shortened(own.as_str(), name);
    for index in std::mem::take(&mut table.indexes).into_values() {
        let name = short(&index.name);
        table.indexes.insert(name.clone(), crate::schema::Index { name, ..index });
    }
    for key in std::mem::take(&mut table.foreign_keys).into_values() {
        let name = short(&key.name);
        table.foreign_keys.insert(name.clone(), crate::schema::ForeignKey { name, ..key });
    }
}

/// The start of the name and eight digits of a hash of all of it, so that names with the same start stay distinct.
fn shortened(table: &str, name: &Name) -> Name {
    let text = name.as_str();
    let by_convention = text.starts_with(&format!("idx-{table}-"))
        || text.starts_with(&format!("fk-{table}-"))
        || (text.starts_with(&format!("{table}_")) && text.ends_with("_key"));
    if !is_too_long(name) || !by_convention {
        return name.clone();
    }
    let digest = Sha256::digest(text);
    let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let beginning: String = text.chars().take(LONGEST - 1 - digits.len()).collect();
    Name::new(format!("{beginning}_{digits}"))
}
