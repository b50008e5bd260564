//! Keys, foreign keys, checks, indexes, views and routines.
//!
//! Must not know columns.

use crate::dialect::Statement;
use crate::schema::{
    Action, Change, Check, ForeignKey, Index, IndexPart, IndexTarget, Name, ObjectName, Options, PrimaryKey, Routine,
    RoutineKind, Unique, View,
};

use super::super::words;
use super::spelling::written_collation;
use super::{comment, quote, quote_list, quote_object};

/// `ALTER TABLE … ADD CONSTRAINT …`.
pub(super) fn add(table: &ObjectName, constraint: &str) -> Statement {
    Statement::new(format!("ALTER TABLE {}\n    ADD {constraint}", quote_object(table)))
}

/// `ALTER TABLE … ADD …` for a key.
pub(super) fn add_key(table: &ObjectName, constraint: &str, options: &Options) -> Statement {
    Statement::new(format!("ALTER TABLE {}{}\n    ADD {constraint}", only(options), quote_object(table)))
}

/// `ONLY`, where the index of a partitioned table waits for those of its partitions to be attached.
fn only(options: &Options) -> &'static str {
    if options.contains_key("only") { "ONLY " } else { "" }
}

/// `ALTER TABLE … DROP CONSTRAINT …`.
pub(super) fn drop_constraint(table: &ObjectName, name: &Name) -> Statement {
    Statement::new(format!("ALTER TABLE {} DROP CONSTRAINT {}", quote_object(table), quote(name)))
}

fn named(name: Option<&Name>) -> String {
    name.map(|name| format!("CONSTRAINT {} ", quote(name))).unwrap_or_default()
}

/// The clauses after a key's columns: `INCLUDE`, storage parameters, deferral.
fn key_clauses(options: &Options) -> String {
    let mut sql = String::new();
    if let Some(include) = options.get("include") {
        sql.push_str(&format!(" INCLUDE ({include})"));
    }
    if let Some(with) = options.get("with") {
        sql.push_str(&format!(" WITH ({with})"));
    }
    if options.contains_key("deferrable") {
        sql.push_str(" DEFERRABLE");
    }
    if options.contains_key("initially_deferred") {
        sql.push_str(" INITIALLY DEFERRED");
    }
    sql
}

/// The columns of a key, of which the last may hold a period.
fn key_columns(columns: &[Name], options: &Options) -> String {
    let overlaps = if options.contains_key("without_overlaps") { " WITHOUT OVERLAPS" } else { "" };
    format!("{}{overlaps}", quote_list(columns))
}

/// The columns of either side of a foreign key, of which the last may hold a period.
fn referring_columns(columns: &[Name], options: &Options) -> String {
    match columns.split_last() {
        Some((period, others)) if options.contains_key("period") => {
            let written = others.iter().map(quote).chain([format!("PERIOD {}", quote(period))]);
            written.collect::<Vec<_>>().join(", ")
        }
        _ => quote_list(columns),
    }
}

/// A primary key as it is written inside `CREATE TABLE`.
pub(super) fn primary_key(key: &PrimaryKey) -> String {
    let clauses = key_clauses(&key.options);
    format!("{}PRIMARY KEY ({}){clauses}", named(key.name.as_ref()), key_columns(&key.columns, &key.options))
}

/// A unique constraint as it is written inside `CREATE TABLE`.
pub(super) fn unique(unique: &Unique) -> String {
    let nulls = if unique.options.contains_key("nulls_not_distinct") { " NULLS NOT DISTINCT" } else { "" };
    let (columns, clauses) = (key_columns(&unique.columns, &unique.options), key_clauses(&unique.options));
    format!("{}UNIQUE{nulls} ({columns}){clauses}", named(Some(&unique.name)))
}

/// A check as it is written inside `CREATE TABLE`.
pub(super) fn check(check: &Check) -> String {
    let expression = words::without_parentheses(check.expression.text());
    let mut sql = format!("{}CHECK ({expression})", named(Some(&check.name)));
    if check.options.contains_key("no_inherit") {
        sql.push_str(" NO INHERIT");
    }
    if check.options.contains_key("not_enforced") {
        sql.push_str(" NOT ENFORCED");
    }
    sql
}

/// The comment a constraint carries as an option.
pub(super) fn constraint_comment(table: &ObjectName, name: &Name, options: &Options) -> Option<Statement> {
    let text = options.get("comment")?;
    Some(comment(&format!("CONSTRAINT {} ON {}", quote(name), quote_object(table)), Some(text)))
}

/// Adds a unique constraint.
pub(super) fn create_unique(table: &ObjectName, new: &Unique) -> Vec<Statement> {
    let mut statements = vec![add_key(table, &unique(new), &new.options)];
    statements.extend(constraint_comment(table, &new.name, &new.options));
    statements
}

/// Builds the index of a unique constraint while rows change.
pub(super) fn build_unique(table: &ObjectName, new: &Unique) -> Statement {
    let nulls = if new.options.contains_key("nulls_not_distinct") { " NULLS NOT DISTINCT" } else { "" };
    let mut sql = format!(
        "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({})",
        quote(&new.name),
        quote_object(table),
        quote_list(&new.columns)
    );
    if let Some(include) = new.options.get("include") {
        sql.push_str(&format!(" INCLUDE ({include})"));
    }
    sql.push_str(nulls);
    if let Some(with) = new.options.get("with") {
        sql.push_str(&format!(" WITH ({with})"));
    }
    Statement::new(sql)
}

/// Makes a unique constraint of the index of its name.
pub(super) fn attach_unique(table: &ObjectName, new: &Unique) -> Vec<Statement> {
    let name = quote(&new.name);
    let mut sql = format!("CONSTRAINT {name} UNIQUE USING INDEX {name}");
    if new.options.contains_key("deferrable") {
        sql.push_str(" DEFERRABLE");
    }
    if new.options.contains_key("initially_deferred") {
        sql.push_str(" INITIALLY DEFERRED");
    }
    let mut statements = vec![add(table, &sql)];
    statements.extend(constraint_comment(table, &new.name, &new.options));
    statements
}

/// Checks the rows that are there against a constraint.
pub(super) fn validate_constraint(table: &ObjectName, name: &Name) -> Statement {
    Statement::new(format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", quote_object(table), quote(name)))
}

/// Adds a check.
pub(super) fn create_check(table: &ObjectName, new: &Check) -> Vec<Statement> {
    let unchecked = new.options.contains_key("not_valid") && !new.options.contains_key("not_enforced");
    let unchecked = if unchecked { " NOT VALID" } else { "" };
    let mut statements = vec![add(table, &format!("{}{unchecked}", check(new)))];
    statements.extend(constraint_comment(table, &new.name, &new.options));
    statements
}

/// Adds a foreign key.
pub(super) fn create_foreign_key(table: &ObjectName, key: &ForeignKey) -> Vec<Statement> {
    let mut sql = format!(
        "{}FOREIGN KEY ({})\n        REFERENCES {} ({})",
        named(Some(&key.name)),
        referring_columns(&key.columns, &key.options),
        quote_object(&key.references),
        referring_columns(&key.referenced_columns, &key.options)
    );
    if let Some(kind) = key.options.get("match") {
        sql.push_str(&format!(" MATCH {}", kind.to_uppercase()));
    }
    if let Some(action) = key.on_update {
        sql.push_str(&format!(" ON UPDATE {}", written_action(action)));
    }
    if let Some(action) = key.on_delete {
        sql.push_str(&format!(" ON DELETE {}", written_action(action)));
        if let Some(columns) = key.options.get("on_delete_columns") {
            sql.push_str(&format!(" ({columns})"));
        }
    }
    sql.push_str(&key_clauses(&key.options));
    if key.options.contains_key("not_enforced") {
        sql.push_str(" NOT ENFORCED");
    } else if key.options.contains_key("not_valid") {
        sql.push_str(" NOT VALID");
    }
    let mut statements = vec![add(table, &sql)];
    statements.extend(constraint_comment(table, &key.name, &key.options));
    statements
}

fn written_action(action: Action) -> &'static str {
    match action {
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
}

/// Another primary key in one statement; only another name is a rename.
pub(super) fn alter_primary_key(table: &ObjectName, change: &Change<PrimaryKey>) -> Statement {
    let (from, to) = (&change.from, &change.to);
    let owner = format!("{}{}", only(&to.options), quote_object(table));
    match (&from.name, &to.name) {
        (Some(old), Some(new)) if from.is_only_renamed(to) => {
            Statement::new(format!("ALTER TABLE {owner} RENAME CONSTRAINT {} TO {}", quote(old), quote(new)))
        }
        (old, _) => {
            let drop = old.as_ref().map(|old| format!("\n    DROP CONSTRAINT {},", quote(old))).unwrap_or_default();
            Statement::new(format!("ALTER TABLE {owner}{drop}\n    ADD {}", primary_key(to)))
        }
    }
}

/// Creates an index; `how` is empty or ` CONCURRENTLY`.
pub(super) fn create_index(table: &ObjectName, index: &Index, how: &str) -> Vec<Statement> {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = index.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut sql = format!(
        "CREATE {unique}INDEX{how} {} ON {}{}{method} ({})",
        quote(&index.name),
        only(&index.options),
        quote_object(table),
        parts.join(", ")
    );
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", quote_list(&index.include)));
    }
    if index.options.contains_key("nulls_not_distinct") {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(with) = index.options.get("with") {
        sql.push_str(&format!(" WITH ({with})"));
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!("\n    WHERE {}", words::without_parentheses(predicate.text())));
    }
    let mut statements = vec![Statement::new(sql)];
    if index.comment.is_some() {
        let name = ObjectName { schema: table.schema.clone(), name: index.name.clone() };
        statements.push(comment(&format!("INDEX {}", quote_object(&name)), index.comment.as_deref()));
    }
    statements
}

fn part(part: &IndexPart) -> String {
    let mut sql = match &part.target {
        IndexTarget::Column(name) => quote(name),
        IndexTarget::Expression(expression) => format!("({})", words::without_parentheses(expression.text())),
    };
    if let Some(collation) = part.options.get("collation") {
        sql.push_str(&format!(" COLLATE {}", written_collation(collation)));
    }
    if let Some(opclass) = part.options.get("opclass") {
        sql.push_str(&format!(" {opclass}"));
    }
    if part.descending {
        sql.push_str(" DESC");
    }
    if let Some(nulls) = part.options.get("nulls") {
        sql.push_str(&format!(" NULLS {}", nulls.to_uppercase()));
    }
    sql
}

/// Drops an index; `how` is empty or ` CONCURRENTLY`.
pub(super) fn drop_index(table: &ObjectName, name: &Name, how: &str) -> Statement {
    let name = ObjectName { schema: table.schema.clone(), name: name.clone() };
    Statement::new(format!("DROP INDEX{how} {}", quote_object(&name)))
}

/// Creates a view with its comments.
pub(super) fn create_view(view: &View) -> Vec<Statement> {
    let (kind, name) = (if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" }, quote_object(&view.name));
    let with = view.options.get("with").map(|with| format!(" WITH ({with})")).unwrap_or_default();
    let mut statements = vec![Statement::new(format!("CREATE {kind} {name}{with} AS\n{}", view.query.text()))];
    if view.comment.is_some() {
        statements.push(comment(&format!("{kind} {name}"), view.comment.as_deref()));
    }
    for (key, value) in &view.options {
        if let Some(("comment", column)) = key.split_once(':') {
            let column = quote(&Name::new(column));
            statements.push(comment(&format!("COLUMN {name}.{column}"), Some(value)));
        }
    }
    statements
}

/// Drops a routine by its name and the types of its arguments.
pub(super) fn drop_routine(routine: &Routine) -> Statement {
    let kind = match routine.kind {
        RoutineKind::Function => "FUNCTION",
        RoutineKind::Procedure => "PROCEDURE",
    };
    Statement::new(format!("DROP {kind} {}", routine_name(&routine.name)))
}

/// A routine's name, quoted, with the types of its arguments.
pub(super) fn routine_name(routine: &ObjectName) -> String {
    let bare = routine.name.as_str();
    let (name, arguments) = match bare.rsplit_once('(') {
        Some((name, arguments)) => (name, format!("({arguments}")),
        None => (bare, String::new()),
    };
    let name = ObjectName { schema: routine.schema.clone(), name: Name::new(name) };
    format!("{}{arguments}", quote_object(&name))
}

/// A `CREATE` statement that may find the routine there.
pub(super) fn or_replace(definition: &str) -> String {
    match definition.split_once(char::is_whitespace) {
        Some((create, rest)) if create.eq_ignore_ascii_case("create") => {
            format!("CREATE OR REPLACE {}", rest.trim_start())
        }
        _ => definition.to_owned(),
    }
}
