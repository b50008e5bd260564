//! What the statements of two branches do to rows, which no schema shows: where the order may decide what comes of it.
//!
//! Must not know how branches are merged.

use std::collections::BTreeSet;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{self as runner_reading, Feature, Reading, Word};
use sea_gen_runner::sql::{TokenKind, first_line};

use crate::dialect::{Role, Statement, reading};
use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{Index, IndexTarget, Name, ObjectName, Product, Schema};

/// Statements of two branches of which the order may matter, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// The statement of one branch, with its migration.
    pub one: Option<String>,
    /// The statement or change of the other.
    pub other: Option<String>,
    /// Why the order may matter.
    pub because: String,
}

impl Dependence {
    fn turned(self) -> Self {
        Self { one: self.other, other: self.one, because: self.because }
    }
}

/// What one branch does: its migrations, the changes of its schema, and the schema to which they lead.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) migrations: &'a [&'a Migration],
    pub(super) plan: &'a Plan,
    pub(super) schema: &'a Schema,
}

/// The pairs of statements of which the order may matter, although the schemas do not show it.
pub(super) fn dependences(one: Work<'_>, other: Work<'_>) -> Vec<Dependence> {
    let (rows, other_rows) = (row_changes(one), row_changes(other));
    let mut found = unread(one, other);
    found.extend(unread(other, one).into_iter().map(Dependence::turned));
    for change in &rows {
        for against in &other_rows {
            let Some(because) = change.meets(against) else { continue };
            found.push(Dependence { one: Some(change.text.clone()), other: Some(against.text.clone()), because });
        }
    }
    found.extend(on_changed(&rows, other.plan));
    found.extend(on_changed(&other_rows, one.plan).into_iter().map(Dependence::turned));
    found
}

/// The statements that cannot be read, and migrations whose result is not known.
fn unread(one: Work<'_>, other: Work<'_>) -> Vec<Dependence> {
    let mut found = Vec::new();
    if other.migrations.is_empty() {
        return found;
    }
    for migration in one.migrations {
        for statement in migration.up.iter().filter(|it| !matches!(it.role, Role::Check(_))) {
            if let Some(why) = unknown(migration.product, statement) {
                let one = Some(said(migration, statement));
                found.push(Dependence {
                    one,
                    other: None,
                    because: format!("what it does to rows is not known: {why}"),
                });
            }
        }
        if migration.to.is_none() {
            let one = Some(format!("{}: …", migration.id));
            found.push(Dependence {
                one,
                other: None,
                because: "where it leads is not known: `gen verify` on its branch finds out".to_owned(),
            });
        }
    }
    found
}

/// Why it is not known what a statement does.
fn unknown(product: Product, statement: &Statement) -> Option<String> {
    const CALLS: &[&str] = &["CALL", "EXECUTE", "DO"];
    const QUERIES: &[&str] = &["SELECT", "WITH", "VALUES"];
    let read = reading::read(product, &statement.sql);
    if read.unread.is_some() {
        return read.unread;
    }
    let words = runner_reading::words(product, &statement.sql).unwrap_or_default();
    let begins = |with: &[&str]| words.first().is_some_and(|word| with.contains(&word.text.as_str()));
    let is_own = statement.sql == runner_reading::GIVE_BACK || read.strings.iter().any(|text| text == "gen.kept");
    let calls = begins(CALLS) || begins(QUERIES) && read.clauses.is_empty() && calls_a_function(&words);
    (calls && !is_own).then(|| "it calls a function".to_owned())
}

/// Whether a name before a parenthesis may be that of a function.
fn calls_a_function(words: &[Word]) -> bool {
    const NONE: &[&str] =
        &["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "EXISTS", "AS", "ON", "USING", "VALUES", "ALL", "ANY"];
    let is_call = |pair: &[Word]| matches!(pair, [name, open] if open.text == "(" && is_name(name) && !NONE.contains(&name.text.as_str()));
    words.windows(2).any(is_call)
}

fn is_name(word: &Word) -> bool {
    matches!(word.kind, TokenKind::Word | TokenKind::Name)
}

/// A statement that changes rows. Its names are in lower case: that two of them are taken for one is only an order too many.
struct RowChange {
    text: String,
    /// The tables whose rows it changes.
    tables: BTreeSet<String>,
    /// The columns that it writes; empty if it writes or removes whole rows.
    columns: BTreeSet<String>,
    /// Every name that it contains, and `*`.
    names: BTreeSet<String>,
}

impl RowChange {
    /// Why the order of the two may matter: one changes rows that the other reads or changes, too.
    fn meets(&self, other: &Self) -> Option<String> {
        let (here, there) = (self.disturbs(other), other.disturbs(self));
        let table = here.first().or(there.first())?;
        let is_in_both = self.tables.contains(table) && other.tables.contains(table);
        Some(match is_in_both {
            true => format!("both change rows of {table}"),
            false => format!("one changes rows of {table}, and the other reads them"),
        })
    }

    /// The tables that the other one names and whose rows this one changes; none if it writes only columns that the other does not
    /// name.
    fn disturbs(&self, other: &Self) -> Vec<String> {
        if !self.columns.is_empty() && self.columns.is_disjoint(&other.names) && !other.names.contains("*") {
            return Vec::new();
        }
        self.tables.intersection(&other.names).cloned().collect()
    }

    fn names(&self, table: &ObjectName, column: Option<&Name>) -> bool {
        self.names.contains(&table.name.as_str().to_lowercase())
            && column.is_none_or(|it| self.names.contains(&it.as_str().to_lowercase()))
    }

    /// Whether it writes or removes whole rows of a table, or writes one of the columns; without columns, whether it writes any.
    fn writes(&self, table: &ObjectName, columns: &[&Name]) -> bool {
        let is_written = |column: &&Name| self.columns.contains(&column.as_str().to_lowercase());
        self.tables.contains(&table.name.as_str().to_lowercase())
            && (self.columns.is_empty() || columns.is_empty() || columns.iter().any(is_written))
    }
}

fn row_changes(work: Work<'_>) -> Vec<RowChange> {
    let mut found = Vec::new();
    for migration in work.migrations {
        let readings: Vec<Reading> =
            migration.up.iter().map(|statement| reading::read(migration.product, &statement.sql)).collect();
        for (statement, read) in migration.up.iter().zip(&readings) {
            if matches!(statement.role, Role::Check(_)) {
                continue;
            }
            let is_change = |kind: ClauseKind| {
                matches!(kind, ClauseKind::Insert | ClauseKind::Update | ClauseKind::Delete | ClauseKind::Truncate)
            };
            let clauses = || read.clauses.iter().filter(|clause| is_change(clause.kind));
            let is_counter = |table: &String| table.is_empty() || table == "sqlite_sequence";
            let own = |table: &String| table.rsplit('.').next().unwrap_or(table).to_lowercase();
            let tables = clauses().map(|clause| &clause.table).filter(|table| !is_counter(table));
            let mut tables: BTreeSet<String> = tables.map(own).collect();
            let words = runner_reading::words(migration.product, &statement.sql).unwrap_or_default();
            tables.extend(filled_by_query(&words));
            if tables.is_empty() || carries_over(read, &words, &readings) {
                continue;
            }
            let is_update = clauses().all(|clause| clause.kind == ClauseKind::Update);
            let columns = read.written().filter(|_| is_update).map(str::to_lowercase).collect();
            let names = words.iter().filter_map(|word| match word.text.as_str() {
                "*" => Some("*".to_owned()),
                _ => is_name(word).then(|| word.name.to_lowercase()),
            });
            let names = with_what_views_read(names.collect(), work.schema);
            found.push(RowChange { text: said(migration, statement), tables, columns, names });
        }
    }
    found
}

/// The table or materialised view whose rows are the result of a query: `CREATE TABLE … AS SELECT`, `REFRESH MATERIALIZED VIEW`.
fn filled_by_query(words: &[Word]) -> Option<String> {
    const BEFORE_NAME: &[&str] = &[
        "CREATE",
        "REFRESH",
        "OR",
        "REPLACE",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "MATERIALIZED",
        "TABLE",
        "VIEW",
        "IF",
        "NOT",
        "EXISTS",
        "CONCURRENTLY",
    ];
    let is = |word: &Word, text: &str| word.kind == TokenKind::Word && word.text == text;
    let start =
        words.iter().take_while(|word| word.kind == TokenKind::Word && BEFORE_NAME.contains(&word.text.as_str()));
    let (head, rest) = words.split_at_checked(start.count())?;
    let begins = |with: &str| head.first().is_some_and(|word| is(word, with));
    let has = |text: &str| head.iter().any(|word| is(word, text));
    let queries = ["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|query| rest.iter().any(|word| is(word, query)));
    let is_filled =
        begins("REFRESH") || begins("CREATE") && (has("MATERIALIZED") || has("TABLE") && !has("VIEW")) && queries;
    // A name may have its schema before it.
    let name = match rest {
        [_, dot, name, ..] if dot.text == "." => name,
        [name, ..] => name,
        [] => return None,
    };
    (is_filled && is_name(name)).then(|| name.name.to_lowercase())
}

/// The names, with those of the tables that views among them read.
fn with_what_views_read(mut names: BTreeSet<String>, schema: &Schema) -> BTreeSet<String> {
    let lower = |name: &ObjectName| name.name.as_str().to_lowercase();
    loop {
        let views = schema.views.values().filter(|view| names.contains(&lower(&view.name)));
        let read: BTreeSet<String> = views.flat_map(|view| view.reads.iter().map(lower)).collect();
        if read.is_subset(&names) {
            return names;
        }
        names.extend(read);
        // A view may read any of their columns.
        names.insert("*".to_owned());
    }
}

/// Whether a statement copies all rows of a table to the one that takes its name, as building a table anew does.
fn carries_over(read: &Reading, words: &[Word], all: &[Reading]) -> bool {
    const CHOOSE: &[&str] =
        &["WHERE", "JOIN", "GROUP", "DISTINCT", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "RETURNING"];
    let [insert] = read.clauses.as_slice() else { return false };
    let clauses = || all.iter().flat_map(|reading| &reading.clauses);
    let takes_name_of = |table: &String| {
        let is_renamed = clauses().any(|clause| {
            clause.kind == ClauseKind::RenameTable && clause.table == insert.table && clause.part == *table
        });
        is_renamed && clauses().any(|it| it.kind == ClauseKind::CreateTable && it.table == insert.table)
    };
    let is_copy = |feature: &Feature| matches!(feature, Feature::Copies { from, .. } if takes_name_of(from));
    insert.kind == ClauseKind::Insert
        && read.features.iter().any(is_copy)
        && !words.iter().any(|word| word.kind == TokenKind::Word && CHOOSE.contains(&word.text.as_str()))
}

/// The row changes for which it may matter whether the other branch has changed the schema already.
fn on_changed(rows: &[RowChange], plan: &Plan) -> Vec<Dependence> {
    const GONE: &str = "the statement names what the other branch drops or renames";
    const CHANGED: &str = "the statement names or writes a column that the other branch adds or changes";
    const BOUND: &str = "the statement writes rows that must satisfy what the other branch adds";
    const VALUES: &str = "the other branch changes the values of an enum type, and the statement may write them";
    let mut found = Vec::new();
    for op in plan.ops() {
        let because = |change: &RowChange| {
            let (meets, because) = match op {
                Op::Drop(Object::Table(table)) => (change.names(&table.name, None), GONE),
                Op::Drop(Object::Column(table, column)) => (change.names(table, Some(&column.name)), GONE),
                Op::Rename(Rename::Table(renamed)) => (change.names(&renamed.from, None), GONE),
                Op::Rename(Rename::Column(table, renamed)) => (change.names(table, Some(&renamed.from)), GONE),
                Op::Create(Object::Column(table, column)) => (touches(change, table, &column.name), CHANGED),
                Op::Alter(Alter::Column(table, altered)) => (touches(change, table, &altered.to.name), CHANGED),
                Op::Create(Object::PrimaryKey(table, key)) => (writes(change, table, &key.columns), BOUND),
                Op::Alter(Alter::PrimaryKey(table, key)) => (writes(change, table, &key.to.columns), BOUND),
                Op::Create(Object::Unique(table, unique)) => (writes(change, table, &unique.columns), BOUND),
                Op::Create(Object::ForeignKey(table, key)) => {
                    let refers = change.writes(&key.references, &key.referenced_columns.iter().collect::<Vec<_>>());
                    (writes(change, table, &key.columns) || refers, BOUND)
                }
                Op::Create(Object::Index(table, index)) if index.unique => {
                    (change.writes(table, &columns(index)), BOUND)
                }
                Op::Create(Object::Check(table, _) | Object::Trigger(table, _)) => (change.writes(table, &[]), BOUND),
                Op::Alter(Alter::Enum(_)) | Op::Rename(Rename::EnumValue(..)) => (true, VALUES),
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => (false, GONE),
            };
            meets.then_some(because)
        };
        found.extend(rows.iter().filter_map(|change| {
            let because = because(change)?.to_owned();
            Some(Dependence { one: Some(change.text.clone()), other: Some(op.to_string()), because })
        }));
    }
    found
}

/// Whether a statement names a column, or adds or removes rows of its table.
fn touches(change: &RowChange, table: &ObjectName, column: &Name) -> bool {
    change.names(table, Some(column)) || change.writes(table, &[column])
}

fn writes(change: &RowChange, table: &ObjectName, columns: &[Name]) -> bool {
    change.writes(table, &columns.iter().collect::<Vec<_>>())
}

/// The columns of an index; none if it has expressions.
fn columns(index: &Index) -> Vec<&Name> {
    let parts = index.parts.iter().map(|part| match &part.target {
        IndexTarget::Column(name) => Some(name),
        IndexTarget::Expression(_) => None,
    });
    parts.collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn said(migration: &Migration, statement: &Statement) -> String {
    format!("{}: {}", migration.id, first_line(&statement.sql))
}
