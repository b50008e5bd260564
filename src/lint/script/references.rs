//! Foreign keys that are slow or do not match, and objects that lose their attributes.
//!
//! Must not know the database, only the file.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Feature, Reference};

use crate::lint::{Level, Rule};
use crate::schema::Product;

use super::{Context, ScriptCheck, ScriptStatement, example};

/// A foreign key whose columns have no index.
pub(in crate::lint) const UNINDEXED_REFERENCE: Rule = Rule {
    id: "unindexed-reference",
    summary: "a foreign key is added on new columns without an index",
    why: "every delete of a referenced row, and every change of its key, scans the whole table; so do joins",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "create an index that begins with its columns",
        backwards: false,
        example: example(
            "CREATE TABLE visit (id int PRIMARY KEY, guest_id int REFERENCES guest (id));",
            "CREATE TABLE visit (id int PRIMARY KEY, guest_id int REFERENCES guest (id));\nCREATE INDEX visit_guest ON visit (guest_id);",
        ),
        check: |line, context| {
            // MySQL and MariaDB make the index themselves.
            if matches!(context.product, Product::MySql | Product::MariaDb) {
                return None;
            }
            references(line).find(|it| !is_indexed(it, context) && is_new(it, context)).map(|it| {
                format!("{}.{} references {} and has no index", it.table, it.columns.join(", "), it.references)
            })
        },
    }),
};

/// A foreign key between columns of different types.
pub(in crate::lint) const REFERENCE_TYPE: ScriptCheck = ScriptCheck {
    level: Level::Warning,
    suggestion: "give both columns the same type",
    backwards: false,
    example: example(
        "CREATE TABLE guest (id bigint PRIMARY KEY);\nCREATE TABLE visit (guest_id int REFERENCES guest (id));\n\
         CREATE INDEX visit_guest ON visit (guest_id);",
        "CREATE TABLE guest (id bigint PRIMARY KEY);\nCREATE TABLE visit (guest_id bigint REFERENCES guest (id));\n\
         CREATE INDEX visit_guest ON visit (guest_id);",
    ),
    check: |line, context| {
        references(line).find_map(|key| {
            key.columns.iter().zip(&key.referenced).find_map(|(column, other)| {
                let (one, two) = (typed(context, &key.table, column)?, typed(context, &key.references, other)?);
                (kind(&one) != kind(&two)).then(|| {
                    format!("{}.{column} is {one} and refers to {}.{other}, which is {two}", key.table, key.references)
                })
            })
        })
    },
};

/// An object is dropped and created again.
pub(in crate::lint) const MADE_ANEW: Rule = Rule {
    id: "made-anew",
    summary: "an object is dropped and created again without its privileges",
    why: "its owner, grants and comment are lost, which is noticed only when access is denied",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "`CREATE OR REPLACE` if possible; otherwise repeat the grants",
        backwards: true,
        example: example(
            "DROP VIEW guests;\nCREATE VIEW guests AS SELECT id FROM guest;",
            "CREATE OR REPLACE VIEW guests AS SELECT id FROM guest;",
        ),
        check: |line, context| {
            if context.product != Product::Postgres {
                return None;
            }
            let made = line.reading.features.iter().find_map(|feature| match feature {
                Feature::Creates(kind, name) => Some((kind, name)),
                _ => None,
            });
            let (kind, name) = made?;
            let gone = Feature::Drops(kind.clone(), name.clone());
            let before = context.all.iter().take_while(|it| !std::ptr::eq(*it, line));
            let granted =
                context.all.iter().any(|it| it.reading.has(&Feature::Grants(name.clone())) || keeps(it, name));
            let owned =
                ["VIEW", "FUNCTION", "PROCEDURE", "SEQUENCE", "TYPE", "DOMAIN", "AGGREGATE"].contains(&kind.as_str());
            (owned && !granted && before.into_iter().any(|it| it.reading.has(&gone)))
                .then(|| format!("{} {name} is dropped and created again without its grants", kind.to_lowercase()))
        },
    }),
};

/// Whether a statement saves an object's attributes, so that they are restored at the end.
fn keeps(line: &ScriptStatement, name: &str) -> bool {
    let strings = &line.reading.strings;
    let is_it = |text: &String| {
        let bare = text.replace('"', "");
        bare == name || bare.strip_prefix(name).is_some_and(|rest| rest.starts_with('('))
    };
    strings.iter().any(|text| text == "gen.kept") && strings.iter().any(is_it)
}

fn references(line: &ScriptStatement) -> impl Iterator<Item = &Reference> {
    line.reading.features.iter().filter_map(|feature| match feature {
        Feature::Reference(reference) => Some(reference),
        _ => None,
    })
}

/// Whether an index or a key of this section begins with the columns.
fn is_indexed(reference: &Reference, context: &Context<'_>) -> bool {
    let begins = |columns: &[String]| {
        let head = columns.get(..reference.columns.len());
        head.is_some_and(|head| reference.columns.iter().all(|column| head.contains(column)))
    };
    context.all.iter().flat_map(|line| &line.reading.features).any(|feature| match feature {
        Feature::Key { table, columns } => *table == reference.table && begins(columns),
        _ => false,
    })
}

/// Whether this section adds the columns, so that they cannot have had an index before.
fn is_new(reference: &Reference, context: &Context<'_>) -> bool {
    let comes = |it: &ScriptStatement, column: &String| {
        it.reading.clauses.iter().any(|clause| match clause.kind {
            ClauseKind::CreateTable => clause.table == reference.table,
            ClauseKind::AddColumn | ClauseKind::AddColumnFilled => {
                clause.table == reference.table && clause.part == *column
            }
            _ => false,
        })
    };
    let rebuilt = context
        .all
        .iter()
        .flat_map(|it| &it.reading.clauses)
        .any(|clause| clause.kind == ClauseKind::RenameTable && clause.table == reference.table);
    !rebuilt && reference.columns.iter().all(|column| context.all.iter().any(|it| comes(it, column)))
}

/// The type of a column according to this section.
fn typed(context: &Context<'_>, table: &str, column: &str) -> Option<String> {
    context.all.iter().flat_map(|line| &line.reading.features).find_map(|feature| match feature {
        Feature::Column(it) if it.table == table && it.name == column => Some(it.data_type.to_lowercase()),
        _ => None,
    })
}

/// A type without length and numbering: `varchar(9)` can reference `varchar(80)`, and `integer` `serial`.
fn kind(data_type: &str) -> String {
    let name = data_type.split('(').next().unwrap_or_default().trim();
    match name {
        "serial" | "int" | "int4" | "serial4" => "integer",
        "bigserial" | "int8" | "serial8" => "bigint",
        "smallserial" | "int2" | "serial2" => "smallint",
        "varchar" | "character varying" | "char" | "character" => "text",
        other if other.starts_with("int unsigned") => "integer unsigned",
        other => other,
    }
    .to_owned()
}
