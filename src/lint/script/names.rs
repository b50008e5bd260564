//! Names that are too long or need quotes, and indexes that are too wide.
//!
//! Must not know the kinds of objects.

use sea_gen_runner::reading::Feature;

use crate::lint::{Level, Rule};
use crate::schema::Product;

use super::{ScriptCheck, example};

/// The maximum number of columns of an index without a finding.
const WIDEST: usize = 3;

/// A name the database cuts or refuses.
pub(in crate::lint) const LONG_NAME: Rule = Rule {
    id: "long-name",
    summary: "a name is longer than the database allows",
    why: "PostgreSQL truncates it silently, so that it is never found again by its name; MySQL and MariaDB reject it",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "use a shorter name: 63 bytes on PostgreSQL, 64 characters on MySQL and MariaDB",
        backwards: true,
        example: example(
            "CREATE INDEX visit_by_the_day_and_the_guest_and_everything_else_that_there_is_of_it ON visit (day);",
            "CREATE INDEX visit_day ON visit (day);",
        ),
        check: |line, context| {
            let is_long = |name: &&str| match context.product {
                Product::Postgres => name.len() > 63,
                Product::MySql | Product::MariaDb => name.chars().count() > 64,
                Product::Sqlite => false,
            };
            let mut names = line.reading.names.iter().flat_map(|name| name.split('.'));
            names.find(is_long).map(|name| format!("`{name}` is too long"))
        },
    }),
};

/// A name that needs quotes wherever it is used.
pub(in crate::lint) const NAME_STYLE: Rule = Rule {
    id: "name-style",
    summary: "a name needs quotes wherever it is used",
    why: "without quotes, upper case is folded, and spaces and symbols are syntax errors",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "use lower case, digits and underscores; SeaORM's `idx-table-column` and the like are accepted",
        backwards: false,
        example: example("CREATE TABLE \"Guest Visit\" (id int);", "CREATE TABLE guest_visit (id int);"),
        check: |line, _| {
            let plain =
                |name: &str| name.chars().all(|it| it.is_lowercase() || it.is_ascii_digit() || it == '_' || it == '$');
            let is_odd = |name: &&str| {
                let of_seaorm = ["idx-", "fk-", "pk-", "uk-"].iter().any(|start| name.starts_with(start));
                !name.is_empty() && !of_seaorm && !plain(name)
            };
            let mut names = line.reading.names.iter().flat_map(|name| name.split('.'));
            names.find(is_odd).map(|name| format!("`{name}` needs quotes wherever it is used"))
        },
    }),
};

/// An index on many columns.
pub(in crate::lint) const WIDE_INDEX: Rule = Rule {
    id: "wide-index",
    summary: "an index that is not unique has more than three columns",
    why: "every write updates it, and columns after the third rarely narrow a search",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "index only columns that narrow the search",
        backwards: false,
        example: example(
            "CREATE INDEX visit_all ON visit (guest_id, day, kind, paid);",
            "CREATE INDEX visit_day ON visit (guest_id, day);",
        ),
        check: |line, _| {
            line.reading.features.iter().find_map(|feature| match feature {
                Feature::Columns(count) if *count > WIDEST => Some(format!("an index on {count} columns")),
                _ => None,
            })
        },
    }),
};
