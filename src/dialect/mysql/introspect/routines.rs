//! Builds functions and procedures from catalog rows.
//!
//! Must not know what a body does.

use sea_gen_runner::session::Row;

use crate::dialect::catalog::Catalog;
use crate::schema::{Expression, Name, ObjectName, Routine, RoutineKind};

use super::super::Flavor;
use super::super::mode::literal;
use super::super::quote::quote;
use super::bodies::BodyKind;
use super::{Answers, unmanaged};

pub(super) fn read(flavor: Flavor, answers: &Answers, catalog: &mut Catalog) {
    for row in &answers.routines {
        let (kind, name) = (row.text(0), row.text(1));
        let what = format!("{} {name}", kind.to_lowercase());
        let known = match kind {
            "FUNCTION" => RoutineKind::Function,
            "PROCEDURE" => RoutineKind::Procedure,
            _ => {
                unmanaged(catalog, what, "only functions and procedures are managed");
                continue;
            }
        };
        let object = ObjectName::local(name);
        if catalog.schema.routines.contains_key(&object) {
            unmanaged(catalog, what, "a function has the same name");
            continue;
        }
        let parameters = answers.parameters.iter().filter(|it| it.text(0) == kind && it.text(1) == name);
        let shown = match known {
            RoutineKind::Function => BodyKind::Function,
            RoutineKind::Procedure => BodyKind::Procedure,
        };
        let Some(definition) = answers.bodies.definition(flavor, shown, name, |mode| head(row, parameters, mode))
        else {
            unmanaged(catalog, what, "its body is not shown to this user, or is not in SQL");
            continue;
        };
        let definition = Expression::new(definition);
        catalog.schema.routines.insert(object.clone(), Routine { name: object, kind: known, definition });
    }
}

fn head<'a>(row: Row<'_>, parameters: impl Iterator<Item = Row<'a>>, mode: &str) -> String {
    let is_function = row.text(0) == "FUNCTION";
    let parameters: Vec<String> = parameters
        .map(|parameter| {
            let mode = if is_function { String::new() } else { format!("{} ", parameter.text(2)) };
            let name = quote(&Name::new(parameter.text(3)));
            format!("{mode}{name} {}", with_charset(parameter.text(4), parameter.get(5), parameter.text(6)))
        })
        .collect();
    let mut sql = format!("CREATE {} {}({})", row.text(0), quote(&Name::new(row.text(1))), parameters.join(", "));
    if is_function {
        sql = format!("{sql} RETURNS {}", with_charset(row.text(2), row.get(9), row.text(10)));
    }
    if row.text(6) != "CONTAINS SQL" {
        sql = format!("{sql}\n    {}", row.text(6));
    }
    if row.is_true(5) {
        sql.push_str("\n    DETERMINISTIC");
    }
    if row.text(7) != "DEFINER" {
        sql = format!("{sql}\n    SQL SECURITY {}", row.text(7));
    }
    if !row.text(8).is_empty() {
        sql = format!("{sql}\n    COMMENT {}", literal(mode, row.text(8)));
    }
    sql.push('\n');
    sql
}

/// The type with its character set if that is not the database's. MariaDB's type already has it.
fn with_charset(native: &str, charset: Option<&str>, default: &str) -> String {
    match charset {
        Some(charset) if charset != default && !native.to_lowercase().contains("charset") => {
            format!("{native} CHARSET {charset}")
        }
        _ => native.to_owned(),
    }
}
