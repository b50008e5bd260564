//! Migration files: their text, reading it back, and reading a folder of them.
//!
//! Must not know how statements are found or run.

mod about;
mod client;
mod contract;
mod folder;
mod id;
mod mark;
mod merged;
mod parse;
mod portions;
mod restate;
mod statement;
mod text;
mod verify;

use crate::Product;
use crate::checksum::sha256;

pub use about::About;
pub use client::script;
pub use folder::{headings, ids, migrations};
pub use id::MigrationId;
pub use merged::{Former, Merged};
pub use parse::{explains_missing_down, lines, parse, statements};
pub use portions::Portions;
pub use restate::restate;
pub use statement::{LineNumber, Role, Statement};
pub use text::text;
pub use verify::verifications;

/// One migration for one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its id.
    pub id: MigrationId,
    /// The product it is written for.
    pub product: Product,
    /// The fingerprint of the schema it starts from; `None` in a file written by hand.
    pub from: Option<String>,
    /// The fingerprint of the schema it leads to; `None` in a file written by hand.
    pub to: Option<String>,
    /// What merging branches or squashing migrations has changed about it.
    pub merged: Merged,
    /// The migration whose old shape it removes, once no program uses that any more.
    pub contracts: Option<MigrationId>,
    /// The up statements.
    pub up: Vec<Statement>,
    /// The down statements.
    pub down: Vec<Statement>,
}

/// The header of a migration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its id.
    pub id: MigrationId,
    /// The fingerprint of the schema it starts from, if given.
    pub from: Option<String>,
    /// The fingerprint of the schema it leads to, if given.
    pub to: Option<String>,
}

impl Migration {
    /// Its header.
    pub fn heading(&self) -> Heading {
        Heading { id: self.id.clone(), from: self.from.clone(), to: self.to.clone() }
    }

    /// The text of its file with the header that it has now, and nothing else changed.
    pub fn restated(&self, text: &str) -> String {
        let mut text = restate(text, &self.heading());
        if let Some(expand) = &self.contracts {
            text = contract::restate(&text, expand);
        }
        self.merged.restate(&text)
    }

    /// SHA-256 of what the migration does: its statements and how each is run, and the migrations that it stands for. Comments,
    /// white space between words, line endings and the rest of the header do not count.
    pub fn checksum(&self) -> String {
        let section = |statements: &[Statement]| -> Vec<serde_json::Value> {
            statements.iter().map(|statement| statement.significant(self.product)).collect()
        };
        let (up, down) = (section(&self.up), section(&self.down));
        sha256(&match self.merged.replaces.is_empty() {
            true => serde_json::json!([up, down]).to_string(),
            false => serde_json::json!([up, down, self.merged.replaces]).to_string(),
        })
    }

    /// Whether it stands for several that were squashed into it.
    pub fn is_squashed(&self) -> bool {
        !self.merged.replaces.is_empty()
    }
}

/// SHA-256 of some statements, as [`Migration::checksum`] counts them.
pub fn checksum(product: Product, statements: &[Statement]) -> String {
    let counted: Vec<_> = statements.iter().map(|statement| statement.significant(product)).collect();
    sha256(&serde_json::Value::Array(counted).to_string())
}

/// The folder below that of the migrations in which those stay that were squashed into another one.
pub const REPLACED: &str = "replaced";

/// One of the two sections of a migration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Up,
    Down,
}

/// The comment that marks a statement which must not run inside a transaction.
const NO_TRANSACTION: &str = "no transaction";

/// The comment above a query that must return no row, with a description of the rows.
const CHECK: &str = "check";

/// The comment above a statement that may be sent twice.
const REPEATABLE: &str = "repeatable";

/// The comment above a statement that is sent again until it changes no row.
const BATCHES: &str = "batches";

/// The comment in the place of which a function of the program runs.
const RUST: &str = "rust";

/// The comment that begins a named step.
const STEP: &str = "STEP";

/// The comment above a statement that is taken verbatim, up to [`END`].
const BEGIN: &str = "statement";

/// The comment below such a statement.
const END: &str = "end";

/// The placeholder of an empty UP section.
const UNWRITTEN_UP: &str = "write the up statements here, each ending with a semicolon";

/// The placeholder of an empty DOWN section.
const UNWRITTEN_DOWN: &str = "write the down statements here, each ending with a semicolon";

#[cfg(test)]
mod tests;
