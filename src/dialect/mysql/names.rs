//! Names that are longer than the servers take. One that is made by convention is shortened, one that somebody chose is not:
//! a name may be said elsewhere too.
//!
//! Must not know SQL, or what the servers do with the names.

use sha2::{Digest as _, Sha256};

use crate::schema::{Name, Table};

/// The most characters a name may have.
const LONGEST: usize = 64;

pub(super) fn is_too_long(name: &Name) -> bool {
    name.as_str().chars().count() > LONGEST
}

/// Shortens the names of indexes and foreign keys that are made by convention of the table and its columns.
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

/// The beginning of the name and eight digits that stand for all of it, so that names of one beginning stay apart.
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
