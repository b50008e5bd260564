//! Names by the patterns of a project: `idx_{table}_{columns}`.
//!
//! Must not know where the patterns are written, or which objects are named by them.

use std::collections::BTreeMap;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::schema::{ForeignKey, Index, IndexTarget, Name, matches};

/// The size of the longest name, in bytes: what every product takes, so that a name is the same on each of them.
pub const LONGEST: usize = 63;

/// The number of digits of a hash in a name.
const DIGITS: usize = 8;

/// What is named by a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// An index that is not unique.
    Index,
    /// A unique constraint or a unique index.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A check.
    Check,
    /// A primary key, on products where it has a name.
    PrimaryKey,
}

impl NameKind {
    /// Everything that is named by a pattern.
    pub const ALL: [Self; 5] = [Self::Index, Self::Unique, Self::ForeignKey, Self::Check, Self::PrimaryKey];

    /// What an index is.
    pub fn of_index(index: &Index) -> Self {
        if index.unique { Self::Unique } else { Self::Index }
    }

    /// Its key in a configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Unique => "unique",
            Self::ForeignKey => "foreign-key",
            Self::Check => "check",
            Self::PrimaryKey => "primary-key",
        }
    }
}

/// A pattern, with placeholders for what an object belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Table,
    Columns,
    Target,
    TargetColumns,
}

/// The placeholders, with what they stand for.
const PLACEHOLDERS: [(&str, Piece); 4] = [
    ("{table}", Piece::Table),
    ("{columns}", Piece::Columns),
    ("{target}", Piece::Target),
    ("{target_columns}", Piece::TargetColumns),
];

impl FromStr for NamePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, found) = rest.split_at(at);
            let Some((word, piece)) = PLACEHOLDERS.iter().find(|(word, _)| found.starts_with(word)) else {
                let all: Vec<&str> = PLACEHOLDERS.iter().map(|(word, _)| *word).collect();
                return Err(format!("`{text}` has an unknown placeholder; there are {}", all.join(", ")));
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(piece.clone());
            rest = found.strip_prefix(word).unwrap_or_default();
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        if !pieces.contains(&Piece::Table) {
            return Err(format!("`{text}` has no {{table}}: names would be the same in every table"));
        }
        Ok(Self(pieces))
    }
}

impl NamePattern {
    /// Whether it has a placeholder for what only a foreign key has.
    pub fn needs_target(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Target | Piece::TargetColumns))
    }

    fn filled(&self, of: &NameParts<'_>) -> String {
        let filled = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Table => of.table.to_owned(),
            Piece::Columns => of.columns.join("_"),
            Piece::Target => of.target.to_owned(),
            Piece::TargetColumns => of.target_columns.join("_"),
        };
        self.0.iter().map(filled).collect()
    }
}

/// What a name is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameParts<'a> {
    /// The table, without its schema.
    pub table: &'a str,
    /// The columns, in their order.
    pub columns: Vec<&'a str>,
    /// The table that a foreign key refers to.
    pub target: &'a str,
    /// The columns that a foreign key refers to.
    pub target_columns: Vec<&'a str>,
}

impl<'a> NameParts<'a> {
    /// Of a table and columns.
    pub fn new(table: &'a str, columns: impl IntoIterator<Item = &'a Name>) -> Self {
        Self { table, columns: columns.into_iter().map(Name::as_str).collect(), ..Self::default() }
    }

    /// Of a foreign key.
    pub fn of_foreign_key(table: &'a str, key: &'a ForeignKey) -> Self {
        let target_columns = key.referenced_columns.iter().map(Name::as_str).collect();
        Self { target: key.references.name.as_str(), target_columns, ..Self::new(table, &key.columns) }
    }

    /// Of an index: an expression in it counts as `expr`, as PostgreSQL has it.
    pub fn of_index(table: &'a str, index: &'a Index) -> Self {
        let column = |target: &'a IndexTarget| match target {
            IndexTarget::Column(name) => name.as_str(),
            IndexTarget::Expression(_) => "expr",
        };
        Self { table, columns: index.parts.iter().map(|part| column(&part.target)).collect(), ..Self::default() }
    }
}

/// The patterns of a project; without one for a kind of object, its names are those of SeaORM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    patterns: BTreeMap<NameKind, NamePattern>,
}

impl Naming {
    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Sets the pattern of a kind of object.
    pub fn set(&mut self, named: NameKind, pattern: NamePattern) {
        self.patterns.insert(named, pattern);
    }

    /// The name by the pattern, if there is one for the kind of object: at most [`LONGEST`] bytes.
    pub fn name(&self, named: NameKind, of: &NameParts<'_>) -> Option<Name> {
        self.patterns.get(&named).map(|pattern| Name::from(shortened(&pattern.filled(of))))
    }

    /// The name of an object whose name by the pattern is another object's too. `identity` tells it from all others.
    pub fn distinct_name(&self, named: NameKind, of: &NameParts<'_>, identity: &str) -> Option<Name> {
        self.patterns.get(&named).map(|pattern| Name::from(with_hash(&pattern.filled(of), identity)))
    }

    /// Whether a name follows the pattern, also as one that was made distinct. Checks are described in words, so whatever
    /// stands for their columns fits. Without a pattern every name follows.
    pub fn follows(&self, named: NameKind, of: &NameParts<'_>, name: &str) -> bool {
        let Some(pattern) = self.patterns.get(&named) else { return true };
        let bare = name.get(..name.len().saturating_sub(DIGITS + 1)).filter(|bare| is_hash(name, bare)).unwrap_or(name);
        if named == NameKind::Check {
            let free = NameParts { columns: vec!["*"], ..of.clone() };
            let free = pattern.filled(&free);
            return matches(&free, name) || shortened(&free.replace('*', "")).len() == LONGEST;
        }
        let whole = pattern.filled(of);
        shortened(&whole) == name || bare != name && cut(&whole) == bare
    }

    /// The name that an object has after its table or columns were renamed, if it was named by the pattern before.
    pub fn followed(
        &self,
        named: NameKind,
        before: &NameParts<'_>,
        after: &NameParts<'_>,
        name: &Name,
    ) -> Option<Name> {
        (self.name(named, before)? == *name).then(|| self.name(named, after)).flatten()
    }
}

/// Whether a name is a shorter one with a hash.
fn is_hash(name: &str, bare: &str) -> bool {
    let digits = name.strip_prefix(bare).and_then(|rest| rest.strip_prefix('_'));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// A name that is too long: its start and a hash of all of it, so that names with the same start stay distinct.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST { name.to_owned() } else { with_hash(name, name) }
}

fn with_hash(name: &str, identity: &str) -> String {
    let digest = Sha256::digest(identity);
    let digits: String = digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    format!("{}_{digits}", cut(name))
}

/// As much of a name as fits in front of a hash.
fn cut(name: &str) -> &str {
    let most = LONGEST - DIGITS - 1;
    let ends = name.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let end = ends.take_while(|end| *end <= most).last().unwrap_or_default();
    name.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
