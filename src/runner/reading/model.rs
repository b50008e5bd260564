//! What a statement of a migration file does, as far as it was parsed: the input of lint rules on scripts.
//!
//! Must not know how a statement is parsed.

use super::clause_kind::ClauseKind;

/// One clause of a statement, on the table it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The kind of the clause.
    pub kind: ClauseKind,
    /// The table as the catalog spells it; empty if the statement names none.
    pub table: String,
    /// The column, constraint or index the clause is about; empty if there is none.
    pub part: String,
}

/// A property of a statement that matters besides its clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `CASCADE`: dependent objects are dropped too.
    Cascade,
    /// It changes or deletes every row.
    EveryRow,
    /// It begins or ends a transaction.
    ControlsTransaction,
    /// It sets a lock timeout.
    LockTimeout,
    /// It disables the lock timeout.
    NoLockTimeout,
    /// It disables constraint checks or triggers.
    ChecksOff,
    /// It builds or drops an index concurrently.
    Concurrently,
    /// `IF NOT EXISTS`: it does nothing if an object of this name exists.
    IfNotExists,
    /// It drops a database or a schema.
    DropsDatabase,
    /// It is an explicit `LOCK TABLE`.
    LocksTable,
    /// A NOT NULL column is added without a value for existing rows; the column's name.
    NoValueFor(String),
    /// A check that proves that a column holds no NULL: the column, and the check's name.
    ProvesNoNull(String, String),
    /// A value is added to an enum type.
    AddsValue(String),
    /// A value of an enum type is renamed.
    RenamesValue(String),
    /// It contains literal rows (`INSERT … VALUES`).
    HoldsRows,
    /// It names an algorithm and a lock level (`ALGORITHM=…, LOCK=…`), so that the server refuses rather than blocks other
    /// sessions.
    Online,
    /// It names an algorithm (`ALGORITHM=…`).
    NamesAlgorithm,
    /// The number of columns of a non-unique index.
    Columns(usize),
    /// A column has this type after the statement.
    Column(ColumnRead),
    /// A column's type changes, and every value survives the change.
    KeepsValues(String),
    /// A name for an index, key or constraint of a table, and the clause that creates such a one. The next feature has its columns,
    /// if it has any.
    Names {
        /// The clause.
        kind: ClauseKind,
        /// The table.
        table: String,
        /// The name.
        name: String,
    },
    /// An index, or a key backed by one, on these columns of a table.
    Key {
        /// The table.
        table: String,
        /// The columns, in the order of the index.
        columns: Vec<String>,
    },
    /// A foreign key.
    Reference(Reference),
    /// Rows are copied from a table (`INSERT … SELECT`).
    Copies {
        /// The table the rows are read from.
        from: String,
        /// The target columns; empty if the statement does not name them.
        columns: Vec<String>,
    },
    /// A column is renamed: the table, the old name, and the new name.
    RenamesColumn(String, String, String),
    /// Existing rows get values in this column.
    Writes(String),
    /// Every row gets a new value in this column that does not derive from its old value.
    Overwrites(String),
    /// A table takes over the rows of a partition of the altered table: the table, and the partition.
    TakesPartition(String, String),
    /// Rows or values are lost that the statement does not name: which.
    LosesUnnamed(&'static str),
    /// An object other than a table is dropped: its kind and its name.
    Drops(String, String),
    /// An object other than a table is created: its kind and its name.
    Creates(String, String),
    /// Privileges on this object are granted.
    Grants(String),
}

/// A column as a statement declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRead {
    /// The table.
    pub table: String,
    /// The column.
    pub name: String,
    /// Its type, as the statement spells it.
    pub data_type: String,
    /// The clauses after the type.
    pub rest: String,
    /// Whether it is a generated column.
    pub computed: bool,
    /// Whether a `USING` expression converts the values and is more than a cast.
    pub converted: bool,
    /// Whether a `USING` expression replaces the values without reading them.
    pub replaced: bool,
}

/// A foreign key as a statement declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table it belongs to.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it refers to.
    pub references: String,
    /// The referenced columns; empty if the statement leaves them to the primary key.
    pub referenced: Vec<String>,
}

/// The parsed content of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its clauses, in their order.
    pub clauses: Vec<Clause>,
    /// Its other properties.
    pub features: Vec<Feature>,
    /// The names it gives to tables, columns, indexes and constraints.
    pub names: Vec<String>,
    /// The string literals it contains.
    pub strings: Vec<String>,
    /// The part that could not be parsed, if any.
    pub unread: Option<String>,
}

impl Reading {
    /// Whether it has a feature.
    pub fn has(&self, feature: &Feature) -> bool {
        self.features.contains(feature)
    }

    /// The same statement, with this schema's qualifier removed from every name.
    pub fn at_home(mut self, home: &str) -> Self {
        let local = |name: &mut String| {
            let bare = name.split_once('.').filter(|(schema, _)| *schema == home).map(|(_, bare)| bare.to_owned());
            if let Some(bare) = bare {
                *name = bare;
            }
        };
        for clause in &mut self.clauses {
            if clause.kind == ClauseKind::RenameTable {
                // An unqualified new name leaves the table in its schema.
                if let (Some((schema, _)), false) = (clause.table.rsplit_once('.'), clause.part.contains('.')) {
                    clause.part = format!("{schema}.{}", clause.part);
                }
                local(&mut clause.part);
            }
            local(&mut clause.table);
        }
        for feature in &mut self.features {
            match feature {
                Feature::Column(column) => local(&mut column.table),
                Feature::Copies { from, .. } => local(from),
                Feature::Key { table, .. }
                | Feature::Names { table, .. }
                | Feature::RenamesColumn(table, ..)
                | Feature::TakesPartition(table, _) => local(table),
                Feature::Drops(_, name) => local(name),
                Feature::Reference(key) => {
                    local(&mut key.table);
                    local(&mut key.references);
                }
                _ => {}
            }
        }
        self.names.iter_mut().for_each(local);
        self
    }

    /// The renamed columns: table, old name and new name.
    pub fn renamed_columns(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::RenamesColumn(table, old, new) => Some((table.as_str(), old.as_str(), new.as_str())),
            _ => None,
        })
    }

    /// The columns that get values in existing rows.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Writes(column) => Some(column.as_str()),
            _ => None,
        })
    }

    /// The columns whose values are overwritten in every row without being read.
    pub fn overwritten(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Overwrites(column) => Some(column.as_str()),
            _ => None,
        })
    }

    /// The tables that take over a partition's rows, each with the partition.
    pub fn taken_partitions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::TakesPartition(table, partition) => Some((table.as_str(), partition.as_str())),
            _ => None,
        })
    }

    /// Why the lost rows cannot be determined from the statement's text, if they cannot.
    pub fn unnamed(&self) -> Option<&str> {
        let unnamed = self.features.iter().find_map(|feature| match feature {
            Feature::LosesUnnamed(what) => Some(*what),
            _ => None,
        });
        self.unread.as_deref().or(unnamed)
    }

    /// The names of the dropped objects of a kind.
    pub fn dropped<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = &'r str> {
        self.features.iter().filter_map(move |feature| match feature {
            Feature::Drops(of, name) if of == kind => Some(name.as_str()),
            _ => None,
        })
    }

    /// The columns it declares.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnRead> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Column(column) => Some(column),
            _ => None,
        })
    }
}
