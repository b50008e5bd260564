//! What the statements of migrations did to each table, column, index, view and type, in their order.
//!
//! Must not know where the statements stand, or the schema.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, ColumnRead, Feature, Reading};

use super::read_statements::lines;

/// The kind of an object that migrations make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A table.
    Table,
    /// A column.
    Column,
    /// An index, a key or a constraint.
    Part,
    /// A view.
    View,
    /// A type, such as an enum.
    Type,
    /// A function or a procedure.
    Routine,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Part => "index or constraint",
            Self::View => "view",
            Self::Type => "type",
            Self::Routine => "routine",
        }
    }
}

/// An object: its kind, its table (itself for what is no part of one), and its name in the table, if it is a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The table or object, as the statements spell it.
    pub owner: String,
    /// The kind.
    pub kind: Kind,
    /// The name within the table; empty for the object itself.
    pub part: String,
}

impl Key {
    pub(super) fn table(name: &str) -> Self {
        Self { owner: name.to_owned(), kind: Kind::Table, part: String::new() }
    }

    fn part(table: &str, kind: Kind, name: &str) -> Self {
        Self { owner: table.to_owned(), kind, part: name.to_owned() }
    }
}

/// What one statement did to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// The migration.
    pub migration: MigrationId,
    /// The index of the statement among the up statements.
    pub statement: usize,
    /// What it did, in words: `created`, `renamed from book`.
    pub what: String,
}

impl Event {
    /// Whether it made the object.
    pub(super) fn is_creation(&self) -> bool {
        self.what == "created"
    }
}

/// The events of every object, under its last name.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The events by object, oldest first.
    pub events: BTreeMap<Key, Vec<Event>>,
    /// The last definition of each column, where a statement has all of it.
    definitions: BTreeMap<Key, String>,
    /// Constraints that stand in the statement of their table; a rebuild creates them again, or leaves them out.
    inside: BTreeSet<Key>,
    /// Indexes of a table that was rebuilt, until they are created again.
    awaited: BTreeSet<Key>,
}

/// One statement of a migration.
struct At<'a> {
    migration: &'a MigrationId,
    statement: usize,
}

impl History {
    /// The events of migrations, oldest first.
    pub(super) fn of(migrations: &[Migration]) -> Self {
        let mut history = Self::default();
        for migration in migrations {
            let up: Vec<_> = lines(migration).0.into_iter().map(|line| line.reading).collect();
            history.follow(&migration.id, &up);
        }
        history
    }

    /// Takes over the up statements of the next migration.
    pub(super) fn follow(&mut self, migration: &MigrationId, statements: &[Reading]) {
        for (statement, reading) in statements.iter().enumerate() {
            let at = At { migration, statement };
            let later = statements.get(statement..).unwrap_or_default();
            for (index, clause) in reading.clauses.iter().enumerate() {
                self.clause(&at, clause, reading, index, later);
            }
            for feature in &reading.features {
                self.feature(&at, feature);
            }
        }
        let at = At { migration, statement: statements.len().saturating_sub(1) };
        std::mem::take(&mut self.awaited).into_iter().for_each(|key| self.note(&at, key, "dropped"));
    }

    fn note(&mut self, at: &At<'_>, key: Key, what: impl Into<String>) {
        let events = self.events.entry(key).or_default();
        let what = what.into();
        // Whatever stands on a table that is rebuilt is dropped before, and created again.
        if what == "created" && events.last().is_some_and(|it| is_drop(it) && it.migration == *at.migration) {
            if let Some(last) = events.last_mut() {
                *last = Event { what: "created again".to_owned(), statement: at.statement, ..last.clone() };
            }
            return;
        }
        // What a migration creates it may go on to change: it is created in its last form.
        let is_of_it = |event: &Event| event.migration == *at.migration && event.what == "created";
        if !events.last().is_some_and(is_of_it) {
            events.push(Event { migration: at.migration.clone(), statement: at.statement, what });
        }
    }

    fn clause(&mut self, at: &At<'_>, clause: &Clause, reading: &Reading, index: usize, later: &[Reading]) {
        let Clause { kind, table, part } = clause;
        let column = || Key::part(table, Kind::Column, part);
        match kind {
            ClauseKind::CreateTable => self.create_table(at, table, reading),
            ClauseKind::DropTable if !is_rebuilt(table, later) => self.drop_table(at, table),
            ClauseKind::RenameTable => self.rename_table(at, table, part),
            ClauseKind::AddColumn
            | ClauseKind::AddColumnFilled
            | ClauseKind::AddColumnStored
            | ClauseKind::AddColumnVirtual
            | ClauseKind::AddColumnNumbered => {
                self.note(at, column(), "created");
                self.define(reading, table, part);
            }
            ClauseKind::DropColumn => self.note(at, column(), "dropped"),
            ClauseKind::RenameColumn => {
                let new = reading.renamed_columns().find(|(of, old, _)| of == table && old == part);
                if let Some((_, _, new)) = new {
                    self.rename(at, column(), Key::part(table, Kind::Column, new));
                }
            }
            ClauseKind::SetNotNull | ClauseKind::SetNotNullProven => self.note(at, column(), "NOT NULL set"),
            ClauseKind::DropNotNull => self.note(at, column(), "NOT NULL dropped"),
            ClauseKind::SetDefault => self.note(at, column(), "default changed"),
            ClauseKind::Widen | ClauseKind::Retype | ClauseKind::RetypeFromUnknown | ClauseKind::AppendValue => {
                self.note(at, column(), "altered");
                self.define(reading, table, part);
            }
            ClauseKind::Comment => self.note(at, Key::table(table), "comment changed"),
            ClauseKind::RenameIndex | ClauseKind::RenameConstraint => {
                if let (Some(key), Some(new)) = (self.part_named(table, part), new_name(reading, index)) {
                    let renamed = Key::part(&key.owner, Kind::Part, new);
                    self.rename(at, key, renamed);
                }
            }
            ClauseKind::DropIndex
            | ClauseKind::DropIndexConcurrently
            | ClauseKind::DropForeignKey
            | ClauseKind::DropConstraint => {
                if let Some(key) = self.part_named(table, part) {
                    self.note(at, key, "dropped");
                }
            }
            ClauseKind::Setting | ClauseKind::RowSecurity | ClauseKind::ConvertCharacters if !table.is_empty() => {
                self.note(at, Key::table(table), "altered");
            }
            _ => {}
        }
    }

    fn feature(&mut self, at: &At<'_>, feature: &Feature) {
        let of_kind = |kind: &str| match kind {
            "VIEW" => Some(Kind::View),
            "TYPE" | "DOMAIN" => Some(Kind::Type),
            "FUNCTION" | "PROCEDURE" => Some(Kind::Routine),
            _ => None,
        };
        let key = |kind: &str, name: &str| {
            of_kind(kind).map(|kind| Key { owner: name.to_owned(), kind, part: String::new() })
        };
        match feature {
            Feature::Names { table, name, .. } => {
                let key = Key::part(table, Kind::Part, name);
                // After a rebuild it is created again, as it was.
                if !self.awaited.remove(&key) {
                    self.note(at, key, "created");
                }
            }
            Feature::Creates(kind, name) => {
                if let Some(key) = key(kind, name) {
                    let what = if self.has(&key) { "replaced" } else { "created" };
                    self.note(at, key, what);
                }
            }
            Feature::Drops(kind, name) => {
                if let Some(key) = key(kind, name) {
                    self.note(at, key, "dropped");
                }
            }
            _ => {}
        }
    }

    fn create_table(&mut self, at: &At<'_>, table: &str, reading: &Reading) {
        self.note(at, Key::table(table), "created");
        for column in reading.columns().filter(|column| column.table == table) {
            self.note(at, Key::part(table, Kind::Column, &column.name), "created");
            self.define(reading, table, &column.name);
        }
        let named = reading.features.iter().filter_map(|feature| match feature {
            Feature::Names { table: of, name, .. } if of == table => Some(Key::part(table, Kind::Part, name)),
            _ => None,
        });
        self.inside.extend(named);
    }

    fn define(&mut self, reading: &Reading, table: &str, name: &str) {
        let read = reading.columns().find(|column| column.table == table && column.name == name);
        let key = Key::part(table, Kind::Column, name);
        match read {
            Some(ColumnRead { data_type, rest, .. }) => _ = self.definitions.insert(key, format!("{data_type} {rest}")),
            None => _ = self.definitions.remove(&key),
        }
    }

    fn drop_table(&mut self, at: &At<'_>, table: &str) {
        for key in self.of_table(table) {
            if self.has(&key) {
                self.note(at, key, "dropped");
            }
        }
    }

    fn rename_table(&mut self, at: &At<'_>, from: &str, to: &str) {
        let is_new = |event: &Event| event.what == "created" && event.migration == *at.migration;
        let is_copy = self.events.get(&Key::table(from)).and_then(|events| events.last()).is_some_and(is_new);
        if is_copy && self.has(&Key::table(to)) {
            return self.rebuild(at, from, to);
        }
        for key in self.of_table(from) {
            let renamed = Key { owner: to.to_owned(), ..key.clone() };
            self.definitions.remove(&key).map(|definition| self.definitions.insert(renamed.clone(), definition));
            match key.kind {
                Kind::Table => self.rename(at, key, renamed),
                _ => self.carry(&key, renamed),
            }
        }
    }

    /// A table takes the name of another whose rows it has: only what differs was changed.
    fn rebuild(&mut self, at: &At<'_>, copy: &str, table: &str) {
        let copied = self.of_table(copy);
        let names: BTreeSet<(Kind, String)> = copied.iter().map(|key| (key.kind, key.part.clone())).collect();
        for key in copied {
            let own = Key { owner: table.to_owned(), ..key.clone() };
            let (event, definition) = (self.events.remove(&key), self.definitions.remove(&key));
            if self.inside.remove(&key) {
                self.inside.insert(own.clone());
            }
            let is_there = self.has(&own);
            let before = definition.clone().and_then(|definition| self.definitions.insert(own.clone(), definition));
            if !is_there {
                self.events.entry(own).or_default().extend(event.into_iter().flatten());
            } else if before.is_some() && before != definition {
                self.note(at, own, "altered");
            }
        }
        let is_left_out = |key: &Key| !names.contains(&(key.kind, key.part.clone())) && self.has(key);
        let (gone, indexes): (Vec<Key>, Vec<Key>) = (self.of_table(table).into_iter().filter(is_left_out))
            .partition(|key| key.kind == Kind::Column || self.inside.contains(key));
        gone.into_iter().for_each(|key| self.note(at, key, "dropped"));
        self.awaited.extend(indexes);
    }

    fn rename(&mut self, at: &At<'_>, from: Key, to: Key) {
        let name = if from.part.is_empty() { from.owner.clone() } else { from.part.clone() };
        if let Some(definition) = self.definitions.remove(&from) {
            self.definitions.insert(to.clone(), definition);
        }
        self.carry(&from, to.clone());
        self.note(at, to, format!("renamed from {name}"));
    }

    fn carry(&mut self, from: &Key, to: Key) {
        let events = self.events.remove(from).unwrap_or_default();
        self.events.entry(to).or_default().extend(events);
    }

    /// Whether an object was made and not dropped.
    fn has(&self, key: &Key) -> bool {
        self.events.get(key).and_then(|events| events.last()).is_some_and(|event| !is_drop(event))
    }

    fn of_table(&self, table: &str) -> Vec<Key> {
        let is_of = |key: &&Key| key.owner == table && matches!(key.kind, Kind::Table | Kind::Column | Kind::Part);
        self.events.keys().filter(is_of).cloned().collect()
    }

    /// An index or constraint, of whichever table where the statement names none.
    fn part_named(&self, table: &str, name: &str) -> Option<Key> {
        let bare = name.rsplit_once('.').map_or(name, |(_, bare)| bare);
        let is_it = |key: &&Key| {
            key.kind == Kind::Part && (key.part == name || key.part == bare) && (table.is_empty() || key.owner == table)
        };
        self.events.keys().find(is_it).cloned()
    }
}

fn is_drop(event: &Event) -> bool {
    event.what == "dropped"
}

/// Whether a dropped table is replaced by one with its name later.
fn is_rebuilt(table: &str, later: &[Reading]) -> bool {
    let mut clauses = later.iter().flat_map(|reading| &reading.clauses);
    clauses.any(|clause| clause.kind == ClauseKind::RenameTable && clause.part == table)
}

/// The new name of an index or constraint: the names of a statement stand in the order of its clauses.
fn new_name(reading: &Reading, index: usize) -> Option<&str> {
    let is_paired = reading.names.len() == reading.clauses.len();
    reading.names.get(index).filter(|_| is_paired).map(String::as_str)
}
