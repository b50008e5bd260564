//! Builds events from catalog rows.
//!
//! Must not know what a body does.

use sea_gen_runner::session::Row;

use crate::dialect::catalog::Catalog;
use crate::schema::{Definition, DefinitionId, DefinitionKind, Name};

use super::super::Flavor;
use super::super::mode::literal;
use super::super::quote::{quote, text_literal};
use super::bodies::{BodyKind, HIDDEN};
use super::{Answers, local, unmanaged};

pub(super) fn read(flavor: Flavor, answers: &Answers, catalog: &mut Catalog) {
    for row in &answers.events {
        let id = DefinitionId::new(DefinitionKind::Event, local(row.text(0)));
        match answers.bodies.definition(flavor, BodyKind::Event, row.text(0), |mode| head(row, mode)) {
            Some(create) => drop(catalog.schema.definitions.insert(id.clone(), Definition::new(id, create))),
            None => unmanaged(catalog, format!("event {}", row.text(0)), HIDDEN),
        }
    }
}

fn head(row: Row<'_>, mode: &str) -> String {
    let mut sql = format!("CREATE EVENT {}\n    ON SCHEDULE", quote(&Name::from(row.text(0))));
    if row.text(1) == "ONE TIME" {
        sql = format!("{sql} AT {}", text_literal(row.text(2)));
    } else {
        // A value of several units (`1:30`) is a string, one of a single unit is a number.
        let is_number = row.text(3).chars().all(|digit| digit.is_ascii_digit());
        let value = if is_number { row.text(3).to_owned() } else { text_literal(row.text(3).trim_matches('\'')) };
        sql = format!("{sql} EVERY {value} {}", row.text(4));
        for (word, time) in [("STARTS", row.get(5)), ("ENDS", row.get(6))] {
            if let Some(time) = time {
                sql = format!("{sql} {word} {}", text_literal(time));
            }
        }
    }
    if row.text(8) == "PRESERVE" {
        sql.push_str("\n    ON COMPLETION PRESERVE");
    }
    match row.text(7) {
        "ENABLED" => {}
        "DISABLED" => sql.push_str("\n    DISABLE"),
        _ => sql.push_str("\n    DISABLE ON SLAVE"),
    }
    if !row.text(9).is_empty() {
        sql = format!("{sql}\n    COMMENT {}", literal(mode, row.text(9)));
    }
    format!("{sql}\n    DO ")
}
