//! What a statement of a migration file does, as far as it was understood: a plain model for whoever judges files that no plan
//! stands behind.
//!
//! Must not know how a statement was read.

use super::clause_kind::ClauseKind;

/// One clause of a statement, on the table it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it does.
    pub kind: ClauseKind,
    /// The table, as the catalog writes it; empty where the statement does not name one.
    pub table: String,
    /// The column, the constraint or the index it is about; empty where there is none.
    pub part: String,
}

/// Something of a statement that matters beside its clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `CASCADE`: what depends on it goes too.
    Cascade,
    /// It changes or deletes every row.
    EveryRow,
    /// It begins or ends a transaction.
    ControlsTransaction,
    /// It says how long locks are waited for.
    LockTimeout,
    /// It says that locks are waited for without end.
    NoLockTimeout,
    /// It switches checks or triggers off.
    ChecksOff,
    /// It works on an index concurrently.
    Concurrently,
    /// It does nothing where something of the name is there.
    IfNotExists,
    /// It drops a database or a schema.
    DropsDatabase,
    /// It locks a table in so many words.
    LocksTable,
    /// A column comes without NULL and without a value for the rows that are there.
    NoValueFor(String),
    /// A check that says of a column that it holds no NULL, and the name of the check.
    ProvesNoNull(String, String),
    /// An enum type gets a value.
    AddsValue(String),
    /// An enum type's value gets another name.
    RenamesValue(String),
    /// Rows are written out in it.
    HoldsRows,
    /// It says by which algorithm the server does it, and that others go on meanwhile, or it is not done at all.
    Online,
    /// It says by which algorithm the server does it.
    NamesAlgorithm,
    /// How many columns an index has that is not unique.
    Columns(usize),
    /// A column has this type from here on.
    Column(ColumnRead),
    /// A column gets another type, and every value survives it.
    KeepsValues(String),
    /// An index, or a key that has one, on these columns of a table.
    Key {
        /// The table.
        table: String,
        /// The columns, in the order of the index.
        columns: Vec<String>,
    },
    /// A foreign key.
    Reference(Reference),
    /// Rows are inserted that are read from a table.
    Copies {
        /// The table they are read from.
        from: String,
        /// The columns they are put into; empty where the statement does not name them.
        columns: Vec<String>,
    },
    /// A column of a table gets another name: the table, the name it has, and the new one.
    RenamesColumn(String, String, String),
    /// A column gets values in rows that are there.
    Writes(String),
    /// A column gets values in every row, and they are not made of those it has.
    Overwrites(String),
    /// A table takes the rows of a partition of the table that is altered: the table, and the partition.
    TakesPartition(String, String),
    /// Rows or values go that it does not name: which.
    LosesUnnamed(&'static str),
    /// Something that is no table goes: its kind and its name.
    Drops(String, String),
    /// Something that is no table comes: its kind and its name.
    Creates(String, String),
    /// Rights on this are granted.
    Grants(String),
}

/// A column as a statement says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRead {
    /// The table.
    pub table: String,
    /// The column.
    pub name: String,
    /// Its type, in the words of the statement.
    pub data_type: String,
    /// What stands behind the type.
    pub rest: String,
    /// Whether its values are computed from those of other columns.
    pub computed: bool,
    /// Whether an expression says what its values become, and that is no mere cast.
    pub converted: bool,
    /// Whether an expression says what its values become, and that does not read them.
    pub replaced: bool,
}

/// A foreign key as a statement says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table it belongs to.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it refers to.
    pub references: String,
    /// The columns it refers to; empty where the statement leaves them to the primary key.
    pub referenced: Vec<String>,
}

/// What was understood of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its clauses, in their order.
    pub clauses: Vec<Clause>,
    /// What else matters.
    pub features: Vec<Feature>,
    /// The names it gives, to tables, columns, indexes and constraints.
    pub names: Vec<String>,
    /// The strings it holds.
    pub strings: Vec<String>,
    /// What was not understood of it, if something was not.
    pub unread: Option<String>,
}

impl Reading {
    /// Whether it has a feature.
    pub fn has(&self, feature: &Feature) -> bool {
        self.features.contains(feature)
    }

    /// The same with every name that says this schema as one without it.
    pub fn at_home(mut self, home: &str) -> Self {
        let local = |name: &mut String| {
            let bare = name.split_once('.').filter(|(schema, _)| *schema == home).map(|(_, bare)| bare.to_owned());
            if let Some(bare) = bare {
                *name = bare;
            }
        };
        for clause in &mut self.clauses {
            if clause.kind == ClauseKind::RenameTable {
                // Where only the name is given, the table stays in its schema.
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
                Feature::Key { table, .. } | Feature::RenamesColumn(table, ..) | Feature::TakesPartition(table, _) => {
                    local(table);
                }
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

    /// The columns that get other names: their tables, the names they have, and the new ones.
    pub fn renamed_columns(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::RenamesColumn(table, old, new) => Some((table.as_str(), old.as_str(), new.as_str())),
            _ => None,
        })
    }

    /// The columns that get values in rows that are there.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Writes(column) => Some(column.as_str()),
            _ => None,
        })
    }

    /// The columns that get values in every row which are not made of those they have.
    pub fn overwritten(&self) -> impl Iterator<Item = &str> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Overwrites(column) => Some(column.as_str()),
            _ => None,
        })
    }

    /// The tables that take the rows of a partition, each with the partition.
    pub fn taken_partitions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::TakesPartition(table, partition) => Some((table.as_str(), partition.as_str())),
            _ => None,
        })
    }

    /// Why nobody can tell from its text all that goes.
    pub fn unnamed(&self) -> Option<&str> {
        let unnamed = self.features.iter().find_map(|feature| match feature {
            Feature::LosesUnnamed(what) => Some(*what),
            _ => None,
        });
        self.unread.as_deref().or(unnamed)
    }

    /// The names of what goes of a kind.
    pub fn dropped<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = &'r str> {
        self.features.iter().filter_map(move |feature| match feature {
            Feature::Drops(of, name) if of == kind => Some(name.as_str()),
            _ => None,
        })
    }

    /// The columns it says something of.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnRead> {
        self.features.iter().filter_map(|feature| match feature {
            Feature::Column(column) => Some(column),
            _ => None,
        })
    }
}
