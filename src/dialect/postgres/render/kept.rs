//! Owner, privileges and security labels of objects that are created again: read before the drop, restored after the
//! creation.
//!
//! They are kept in a setting of the session, as the statements that say them, so that nothing is created for it and no right
//! is needed. Must not know why something is made anew.

use sea_gen_runner::reading::GIVE_BACK;

use crate::dialect::Statement;
use crate::schema::{Change, DefinitionKind, Facet, Literal, ObjectName, Part, Place};

use super::objects::routine_name;
use super::{literal, quote_object};

/// The query that reads them, with a place for what is made anew.
const QUERY: &str = include_str!("../queries/kept.sql");

/// What one catalog says of objects: how a statement calls their kind, the type that finds one by its name, the catalog, the
/// columns of owner and privileges, and the letter by which `acldefault` knows the kind.
struct Class {
    kind: &'static str,
    by_name: &'static str,
    catalog: &'static str,
    owner: &'static str,
    acl: &'static str,
    letter: char,
}

const RELATION: Class =
    Class { kind: "TABLE", by_name: "regclass", catalog: "pg_class", owner: "relowner", acl: "relacl", letter: 'r' };
const SEQUENCE: Class = Class { kind: "SEQUENCE", letter: 's', ..RELATION };
const ROUTINE: Class = Class {
    kind: "ROUTINE",
    by_name: "regprocedure",
    catalog: "pg_proc",
    owner: "proowner",
    acl: "proacl",
    letter: 'f',
};
const TYPE: Class =
    Class { kind: "TYPE", by_name: "regtype", catalog: "pg_type", owner: "typowner", acl: "typacl", letter: 'T' };

/// Reads what has to be said again.
pub(super) fn keep(kept: &[Change<Place>]) -> Statement {
    let mut said = Vec::new();
    for class in [&RELATION, &SEQUENCE, &ROUTINE, &TYPE] {
        let names: Vec<String> = kept.iter().filter_map(|change| values(class, change)).collect();
        if names.is_empty() {
            continue;
        }
        let Class { kind, catalog, owner, acl, letter, .. } = class;
        let made = format!("(VALUES {}) AS made (id, name)", names.join(", "));
        said.push(format!(
            "SELECT '{kind}', made.name, o.{owner}, o.{acl}, '{letter}'::\"char\", NULL::text, '{catalog}'::regclass, o.oid\n      \
               FROM {made} JOIN {catalog} o ON o.oid = made.id"
        ));
        if class.catalog == RELATION.catalog && class.letter == RELATION.letter {
            said.push(format!(
                "SELECT '{kind}', made.name, o.{owner}, a.attacl, 'c'::\"char\", quote_ident(a.attname), NULL::regclass, NULL::oid\n      \
                   FROM {made} JOIN {catalog} o ON o.oid = made.id\n      \
                   JOIN pg_attribute a ON a.attrelid = o.oid AND a.attacl IS NOT NULL"
            ));
        }
    }
    let columns: Vec<String> = kept.iter().filter_map(column).collect();
    if !columns.is_empty() {
        said.push(format!(
            "SELECT 'TABLE', made.name, o.relowner, a.attacl, 'c'::\"char\", quote_ident(a.attname), NULL::regclass, NULL::oid\n      \
               FROM (VALUES {}) AS made (id, name, part) JOIN pg_class o ON o.oid = made.id\n      \
               JOIN pg_attribute a ON a.attrelid = o.oid AND a.attname = made.part AND a.attacl IS NOT NULL",
            columns.join(", ")
        ));
    }
    let objects = said.join("\n    UNION ALL\n    ");
    Statement::new(QUERY.trim_end().replace("{objects}", &objects))
        .with_note("who owns and may use what is made anew below, to be given back at the end")
}

/// Says it again.
pub(super) fn give_back() -> Statement {
    Statement::new(GIVE_BACK)
}

/// An object as it is found now, and as it is called later.
fn values(class: &Class, change: &Change<Place>) -> Option<String> {
    let name = |place: &Place| -> Option<String> {
        let (own, name) = match place {
            Place::View(name) | Place::Table(name, Part::Whole) => (&RELATION, quote_object(name)),
            Place::Routine(name) => (&ROUTINE, routine_name(name)),
            Place::Enum(name) => (&TYPE, quote_object(name)),
            Place::Definition(id) => match id.kind {
                DefinitionKind::Sequence => (&SEQUENCE, quote_object(&id.name)),
                DefinitionKind::Aggregate => (&ROUTINE, routine_name(&id.name)),
                DefinitionKind::Domain | DefinitionKind::CompositeType | DefinitionKind::RangeType => {
                    (&TYPE, quote_object(&id.name))
                }
                _ => (&RELATION, quote_object(&id.name)),
            },
            Place::Table(..) => return None,
        };
        ((own.catalog, own.letter) == (class.catalog, class.letter)).then_some(name)
    };
    let (from, to) = (text(&name(&change.from)?), text(&name(&change.to)?));
    Some(format!("({from}::{}, {to})", class.by_name))
}

/// A column as it is found now, and the table as it is called.
fn column(change: &Change<Place>) -> Option<String> {
    let Place::Table(table, Part::Column(name, Facet::Whole)) = &change.to else { return None };
    let table: &ObjectName = table;
    let owner = text(&quote_object(table));
    Some(format!("({owner}::regclass, {owner}, {})", text(name.as_str())))
}

fn text(content: &str) -> String {
    literal(&Literal::Text(content.to_owned()))
}
