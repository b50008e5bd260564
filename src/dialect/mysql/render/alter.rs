//! Operations on one table as one `ALTER TABLE`.
//!
//! Must not know which operations go together; `lower` decides.

use crate::dialect::{Online, Statement, Unsupported};
use crate::plan::{Alter, Object, Op};
use crate::schema::{Change, Check, Index, Name, ObjectName, Options};

use super::super::{Flavor, partitions, periods, versioning};
use super::{
    CLAUSES, check_definition, column_definition, ddl, foreign, foreign_key_definition, index_definition,
    is_column_check, object, option, primary_key, quote, text_literal,
};

/// The order of clauses: drops make room for additions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ClauseOrder {
    DropVersioning,
    DropPeriod,
    DropForeignKey,
    DropCheck,
    DropIndex,
    DropPrimaryKey,
    DropColumn,
    Modify,
    AddColumn,
    AddPrimaryKey,
    AddIndex,
    AddCheck,
    AddForeignKey,
    AddPeriod,
    AddVersioning,
    Option,
}

pub(super) fn table(flavor: Flavor, table: &ObjectName, ops: &[Op]) -> Result<Vec<Statement>, Unsupported> {
    let mut clauses: Vec<(ClauseOrder, String)> = Vec::new();
    let (mut before, mut division) = (Vec::new(), None);
    for op in ops {
        if let Op::Alter(Alter::Options(_, change)) = op {
            let clause = |options: &'_ Options| options.get(crate::schema::PARTITION_BY).cloned();
            division = partitions::change(clause(&change.from).as_deref(), clause(&change.to).as_deref()).or(division);
        }
        if let Op::Alter(Alter::Options(_, change)) = op
            && loses_collation(change)
        {
            before = back_to_default_collation(table);
        }
        clauses.extend(clauses_of(flavor, table, op, ops)?);
    }
    let (dropped, added) = versioning::periods(ops);
    clauses.extend(dropped.map(|clause| (ClauseOrder::DropPeriod, clause)));
    clauses.extend(added.map(|clause| (ClauseOrder::AddPeriod, clause)));
    let (dropped, added) = periods::changes(ops);
    clauses.extend(dropped.map(|clause| (ClauseOrder::DropPeriod, clause)));
    clauses.extend(added.map(|clause| (ClauseOrder::AddPeriod, clause)));
    clauses.sort_by_key(|(turn, _)| *turn);
    let clauses: Vec<String> = clauses.into_iter().map(|(_, clause)| clause).collect();
    let anew = match &division {
        Some(partitions::Change::Anew(clause)) => Some(clause.as_str()),
        Some(partitions::Change::InPlace(_)) | None => None,
    };
    let altered = object(table);
    let keep = if versioning::is_marked(ops) { versioning::KEEP_HISTORY } else { "" };
    match (clauses.as_slice(), anew) {
        ([], None) => {}
        ([], Some(anew)) => before.push(ddl(format!("{keep}ALTER TABLE {altered} {anew}"))),
        ([clause], None) => before.push(ddl(format!("{keep}ALTER TABLE {altered} {clause}"))),
        (clauses, anew) => {
            let anew = anew.map(|clause| format!("\n  {clause}")).unwrap_or_default();
            before.push(ddl(format!("{keep}ALTER TABLE {altered}\n  {}{anew}", clauses.join(",\n  "))));
        }
    }
    if versioning::loses_history(table, ops)
        && let Some(statement) = before.pop()
    {
        before.push(statement.with_note(format!("the history of the rows of {} is deleted", table.name)));
    }
    if let Some(partitions::Change::InPlace(steps)) = division {
        before.extend(steps.into_iter().map(|step| {
            let statement = ddl(format!("{keep}ALTER TABLE {altered} {}", step.clause));
            match step.deletes.as_slice() {
                [] => statement,
                names => statement.with_note(format!("the rows in partition {} are deleted", names.join(", "))),
            }
        }));
    }
    Ok(before)
}

/// The same statements, each telling the server how to do it.
pub(super) fn online(statements: Vec<Statement>, online: &Online) -> Vec<Statement> {
    let lock = if online.lock.is_empty() { String::new() } else { format!(", LOCK={}", online.lock) };
    let said = |mut statement: Statement| {
        if statement.sql.starts_with("ALTER TABLE") {
            let separator = if statement.sql.contains('\n') { ",\n  " } else { ", " };
            statement.sql.push_str(&format!("{separator}ALGORITHM={}{lock}", online.algorithm));
            if online.copies {
                let note =
                    "copies the table row by row; who writes to it may have to wait until the last one is copied";
                let lines: Vec<String> = statement.note.take().into_iter().chain([note.to_owned()]).collect();
                statement.note = Some(lines.join("\n"));
            }
        }
        statement
    };
    statements.into_iter().map(said).collect()
}

fn clauses_of(
    flavor: Flavor,
    table: &ObjectName,
    op: &Op,
    ops: &[Op],
) -> Result<Vec<(ClauseOrder, String)>, Unsupported> {
    let one = |turn, clause: String| Ok(vec![(turn, clause)]);
    match op {
        Op::Drop(Object::ForeignKey(_, key)) => {
            one(ClauseOrder::DropForeignKey, format!("DROP FOREIGN KEY {}", quote(&key.name)))
        }
        Op::Drop(Object::Check(_, check)) => match carrier(flavor, table, check, ops) {
            // The column is written anew without it. By this name it may as well be the table's own check.
            Some(_) => one(ClauseOrder::DropCheck, format!("DROP CONSTRAINT IF EXISTS {}", quote(&check.name))),
            None => one(ClauseOrder::DropCheck, format!("{} {}", flavor.drop_check(), quote(&check.name))),
        },
        Op::Drop(Object::Index(_, index)) if shown_or_hidden(flavor, index, ops).is_some() => Ok(Vec::new()),
        Op::Create(Object::Index(_, index)) if shown_or_hidden(flavor, index, ops).is_some() => {
            let word = if index.options.contains_key("invisible") { "INVISIBLE" } else { "VISIBLE" };
            one(ClauseOrder::Modify, format!("ALTER INDEX {} {word}", quote(&index.name)))
        }
        Op::Drop(Object::Index(_, index)) => one(ClauseOrder::DropIndex, format!("DROP INDEX {}", quote(&index.name))),
        Op::Drop(Object::PrimaryKey(..)) => one(ClauseOrder::DropPrimaryKey, "DROP PRIMARY KEY".to_owned()),
        Op::Drop(Object::Column(_, column)) => {
            one(ClauseOrder::DropColumn, format!("DROP COLUMN {}", quote(&column.name)))
        }
        Op::Alter(Alter::Column(_, change)) => {
            let check = column_check_of(flavor, table, &change.to.name, ops);
            one(ClauseOrder::Modify, format!("MODIFY COLUMN {}", column_definition(flavor, &change.to, check)))
        }
        Op::Create(Object::Column(_, column)) => {
            let check = column_check_of(flavor, table, &column.name, ops);
            one(ClauseOrder::AddColumn, format!("ADD COLUMN {}", column_definition(flavor, column, check)))
        }
        Op::Create(Object::PrimaryKey(_, key)) => one(ClauseOrder::AddPrimaryKey, format!("ADD {}", primary_key(key))),
        Op::Alter(Alter::PrimaryKey(_, change)) => Ok(vec![
            (ClauseOrder::DropPrimaryKey, "DROP PRIMARY KEY".to_owned()),
            (ClauseOrder::AddPrimaryKey, format!("ADD {}", primary_key(&change.to))),
        ]),
        Op::Create(Object::Index(_, index)) => {
            one(ClauseOrder::AddIndex, format!("ADD {}", index_definition(flavor, index)))
        }
        Op::Create(Object::Check(_, check)) => match carrier(flavor, table, check, ops) {
            Some(_) => Ok(Vec::new()),
            None => one(ClauseOrder::AddCheck, format!("ADD {}", check_definition(check))),
        },
        Op::Create(Object::ForeignKey(_, key)) => {
            one(ClauseOrder::AddForeignKey, format!("ADD {}", foreign_key_definition(key)))
        }
        Op::Alter(Alter::Comment(_, change)) => {
            let comment = change.to.as_deref().unwrap_or_default();
            one(ClauseOrder::Option, format!("COMMENT={}", text_literal(comment)))
        }
        Op::Alter(Alter::Options(_, change)) => {
            let mut clauses: Vec<_> = options(change).into_iter().map(|clause| (ClauseOrder::Option, clause)).collect();
            let turn = if change.to.contains_key(versioning::OPTION) {
                ClauseOrder::AddVersioning
            } else {
                ClauseOrder::DropVersioning
            };
            clauses.extend(versioning::change(&change.from, &change.to).map(|clause| (turn, clause.to_owned())));
            Ok(clauses)
        }
        Op::Create(
            Object::Table(_)
            | Object::Unique(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Drop(
            Object::Table(_)
            | Object::Unique(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Alter(Alter::Enum(_) | Alter::Routine(_) | Alter::Definition(_) | Alter::Rows(_))
        | Op::Rename(_) => Err(foreign(flavor, op)),
    }
}

/// The other index of this name among these operations, if the two differ in nothing but being visible. MySQL takes an index
/// that is dropped and added in one statement for the same one, and leaves it as visible as it was.
fn shown_or_hidden<'a>(flavor: Flavor, index: &Index, ops: &'a [Op]) -> Option<&'a Index> {
    let bare = |index: &Index| {
        let mut bare = index.clone();
        bare.options.remove("invisible");
        bare
    };
    let twin = ops.iter().find_map(|op| match op {
        Op::Drop(Object::Index(_, other)) | Op::Create(Object::Index(_, other)) => {
            (other.name == index.name && other != index && bare(other) == bare(index)).then_some(other)
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    twin.filter(|_| flavor == Flavor::MySql)
}

/// The column among these operations that carries the check itself.
fn carrier<'a>(flavor: Flavor, table: &ObjectName, check: &Check, ops: &'a [Op]) -> Option<&'a Name> {
    ops.iter().find_map(|op| {
        let column = match op {
            Op::Create(Object::Column(_, column)) | Op::Drop(Object::Column(_, column)) => &column.name,
            Op::Alter(Alter::Column(_, change)) => &change.to.name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => return None,
        };
        is_column_check(flavor, table, column, &check.name).then_some(column)
    })
}

fn column_check_of<'a>(flavor: Flavor, table: &ObjectName, column: &Name, ops: &'a [Op]) -> Option<&'a Check> {
    ops.iter().find_map(|op| match op {
        Op::Create(Object::Check(_, check)) if is_column_check(flavor, table, column, &check.name) => Some(check),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    })
}

fn options(change: &Change<Options>) -> Vec<String> {
    let mut clauses = Vec::new();
    for (key, value) in change.to.iter().filter(|(key, _)| !CLAUSES.contains(&key.as_str())) {
        if change.from.get(key) != Some(value) {
            clauses.push(option(key, value));
        }
    }
    for key in change.from.keys().filter(|key| !change.to.contains_key(*key)) {
        match key.as_str() {
            // Done by statements of its own before.
            "collation" => {}
            key if CLAUSES.contains(&key) => {}
            "page_compressed" | "encrypted" | "transactional" => {
                clauses.push(format!("{}=DEFAULT", key.to_uppercase()))
            }
            "page_compression_level" | "encryption_key_id" => clauses.push(format!("{}=DEFAULT", key.to_uppercase())),
            // `NONE` would be remembered as one more way to compress.
            "compression" => clauses.push("COMPRESSION=''".to_owned()),
            "encryption" => clauses.push("ENCRYPTION='N'".to_owned()),
            "engine" => clauses.push("ENGINE=InnoDB".to_owned()),
            "row_format" | "stats_persistent" | "stats_auto_recalc" | "stats_sample_pages" | "pack_keys" => {
                clauses.push(format!("{}=DEFAULT", key.to_uppercase()));
            }
            _ => clauses.push(format!("{}=0", key.to_uppercase())),
        }
    }
    clauses
}

fn loses_collation(change: &Change<Options>) -> bool {
    change.from.contains_key("collation") && !change.to.contains_key("collation")
}

/// There is no word for "the database's collation" (MariaDB's `DEFAULT` is the character set's), so the statement is put together on the server.
fn back_to_default_collation(table: &ObjectName) -> Vec<Statement> {
    let head = text_literal(&format!("ALTER TABLE {} DEFAULT COLLATE=", object(table)));
    vec![
        ddl(format!("SET @statement = CONCAT({head}, @@collation_database)")),
        ddl("PREPARE back_to_default FROM @statement"),
        ddl("EXECUTE back_to_default"),
        ddl("DEALLOCATE PREPARE back_to_default"),
    ]
}
