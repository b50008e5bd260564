//! Introspection: a constant number of set-based catalog queries in one read-only transaction, and the schema built
//! from their rows.
//!
//! Must not know how SQL is rendered. The queries are in `queries/`; they read the catalog only, so any role can
//! execute them.

mod constraints;
mod definitions;
mod relations;

use std::collections::{BTreeMap, HashMap};

use sea_gen_runner::session::{DatabaseError, Row, Session};

use crate::dialect::catalog::{Catalog, LOCK_SECONDS, Scope, Unmanaged};
use crate::schema::{
    Definition, DefinitionId, DefinitionKind, DependencyLayer, EnumType, Expression, Literal, Name, ObjectName, Place,
    Routine, RoutineKind, Trigger,
};

use super::capabilities::Capabilities;
use super::render;

/// Reads the catalog: the connection's default schema, and the schemas the scope names.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    session.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    // To print a view, the server locks its tables, and would wait for another session without an end.
    session.execute(&format!("SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")).await?;
    let found = read(session, scope).await;
    session.execute("ROLLBACK").await?;
    found
}

async fn read(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    let current = session.query("SELECT current_schema()").await?;
    let default = current.first().and_then(|row| row.get(0)).map(str::to_owned);
    // The search path decides which printed names are qualified; another schema on the user's path must not make a
    // foreign name look like one of the default schema.
    session.query("SELECT set_config('search_path', coalesce(quote_ident(current_schema()), ''), true)").await?;
    let found = session.query(include_str!("../queries/schemas.sql")).await?;
    let schemas = found.iter().map(|row| row.text(0)).filter(|name| scope.reads_schema(name));
    let queries = Queries::new(session.version(), default.as_deref(), schemas);
    let mut reading = CatalogReader {
        default,
        scope,
        catalog: Catalog::default(),
        relations: BTreeMap::new(),
        places: BTreeMap::new(),
        columns: HashMap::new(),
        owned: Vec::new(),
    };

    // Each answer is freed before the next query.
    for row in &session.query(&queries.of(include_str!("../queries/enums.sql"))).await? {
        reading.enum_type(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/relations.sql"))).await? {
        reading.relation(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/columns.sql"))).await? {
        reading.column(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/constraints.sql"))).await? {
        reading.constraint(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/indexes.sql"))).await? {
        reading.index(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/triggers.sql"))).await? {
        reading.trigger(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/routines.sql"))).await? {
        reading.routine(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/definitions.sql"))).await? {
        reading.definition(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/attached.sql"))).await? {
        reading.definition(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/extensions.sql"))).await? {
        let kept = reading.catalog.schema.kept.objects_mut();
        kept.extensions.insert(Name::from(row.text(0)), Name::from(row.text(1)));
    }
    if scope.privileges {
        for row in &session.query(&queries.of(include_str!("../queries/privileges.sql"))).await? {
            reading.definition(row);
        }
    }
    for row in &session.query(&queries.of(include_str!("../queries/needs.sql"))).await? {
        reading.need(row);
    }
    for row in &session.query(&queries.of(include_str!("../queries/unmanaged.sql"))).await? {
        reading.unmanaged(row);
    }
    Ok(reading.catalog)
}

/// A definition in the session's temporary schema, as the catalog prints it.
///
/// # Errors
/// The database's refusal.
pub(super) async fn printed(session: &mut Session, id: &DefinitionId) -> Result<Option<String>, DatabaseError> {
    let temporary = session.query("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()").await?;
    let Some(temporary) = temporary.first().and_then(|row| row.get(0)) else { return Ok(None) };
    let queries = Queries::new(session.version(), Some(temporary), std::iter::empty());
    let query = match id.kind.layer() {
        DependencyLayer::BeforeTables | DependencyLayer::LikeTable => include_str!("../queries/definitions.sql"),
        DependencyLayer::AfterTables => include_str!("../queries/attached.sql"),
    };
    let rows = session.query(&queries.of(query)).await?;
    let found =
        rows.iter().find(|row| definitions::key(id.kind) == row.text(0) && id.name.name.as_str() == row.text(2));
    Ok(found.map(|row| row.text(5).to_owned()))
}

/// What is read of the constraint of a column that takes no NULL.
const NOT_NULL: &str = "nn.conname, coalesce(nn.convalidated, true), coalesce(nn.connoinherit, false)";

/// That constraint, where it is more than `SET NOT NULL` makes: one that is inherited follows the parent's.
const NOT_NULL_CONSTRAINT: &str =
    "LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum
    AND nn.conislocal AND nn.coninhcount = 0
    AND (nn.conname !~ '_not_null[0-9]*$' OR NOT nn.convalidated OR nn.connoinherit)";

/// The queries, adapted to the server and the scope.
struct Queries {
    has: Capabilities,
    default: String,
    schemas: String,
}

impl Queries {
    fn new<'a>(version: &str, default: Option<&'a str>, schemas: impl Iterator<Item = &'a str>) -> Self {
        let literal = |name: &str| render::literal(&Literal::Text(name.to_owned()));
        let names: Vec<String> = default.into_iter().chain(schemas).map(literal).collect();
        Self {
            has: Capabilities::of(version),
            default: default.map_or_else(|| "NULL::text".to_owned(), literal),
            schemas: format!("ARRAY[{}]::name[]", names.join(", ")),
        }
    }

    fn of(&self, template: &str) -> String {
        let has = self.has;
        let where_it_has = |has: bool, present: &'static str, absent: &'static str| if has { present } else { absent };
        let set_columns = "(SELECT json_agg(a.attname ORDER BY u.position) \
             FROM unnest(k.confdelsetcols) WITH ORDINALITY u (number, position) \
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number)";
        let multirange = "coalesce(E',\n    MULTIRANGE_TYPE_NAME = ' || nullif(r.rngmultitypid, 0)::regtype, '')";
        let own_locale = has.icu_locale.map_or_else(|| "NULL".to_owned(), |column| format!("o.{column}"));
        let rules = where_it_has(has.icu_rules, "coalesce(', rules = ' || quote_literal(o.collicurules), '')", "''");
        let icu = format!(
            "CASE WHEN o.collprovider = 'i' THEN format(', locale = %L', coalesce({own_locale}, o.collcollate)) \
             WHEN o.collcollate = o.collctype THEN format(', locale = %L', o.collcollate) \
             ELSE format(', lc_collate = %L, lc_ctype = %L', o.collcollate, o.collctype) END || {rules}"
        );
        let unnumbering = "NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND (d.deptype = 'i'
                           OR d.deptype = 'a' AND EXISTS (
                               SELECT 1 FROM pg_attrdef ad
                                 JOIN pg_depend dd ON dd.classid = 'pg_attrdef'::regclass AND dd.objid = ad.oid
                                                  AND dd.refclassid = 'pg_class'::regclass AND dd.refobjid = c.oid
                                 JOIN pg_attribute da ON da.attrelid = ad.adrelid AND da.attnum = ad.adnum
                                WHERE ad.adrelid = d.refobjid AND ad.adnum = d.refobjsubid
                                  AND da.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype))))";
        let own_trigger = "NOT c.relispartition AND {unextended}('pg_class'::regclass, c.oid)";
        let text = template
            .replace("{multirange}", where_it_has(has.multirange_types, multirange, "''"))
            .replace("{collation_locale}", &icu)
            .replace("{unnumbering}", unnumbering)
            .replace("{own_trigger}", own_trigger)
            .replace("{default}", &self.default)
            .replace("{compression}", where_it_has(has.column_compression, "nullif(a.attcompression, '')", "NULL"))
            .replace("{set_columns}", where_it_has(has.set_columns, set_columns, "NULL"))
            .replace("{nulls_not_distinct}", where_it_has(has.nulls_not_distinct, "x.indnullsnotdistinct", "false"))
            .replace("{not_null}", where_it_has(has.named_not_null, NOT_NULL, "NULL, true, false"))
            .replace("{not_null_constraint}", where_it_has(has.named_not_null, NOT_NULL_CONSTRAINT, ""))
            .replace("{period}", where_it_has(has.key_periods, "coalesce(k.conperiod, false)", "false"))
            .replace("{enforced}", where_it_has(has.unenforced, "k.conenforced", "true"))
            .replace("{schemas}", &self.schemas);
        unextended(&text)
    }
}

/// Expands `{unextended}(class, oid)`: the object belongs to no extension. Dependencies on extensions are few and found
/// by an index of `pg_depend`; a search by dependency type would scan all of it.
fn unextended(text: &str) -> String {
    let mut parts = text.split("{unextended}(");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (arguments, rest) = part.split_once(')').unwrap_or((part, ""));
        written.push_str(&format!(
            "NOT EXISTS (SELECT 1 FROM pg_depend xd WHERE xd.refclassid = 'pg_extension'::regclass AND xd.deptype = 'e' \
             AND (xd.classid, xd.objid) = ({arguments})){rest}"
        ));
    }
    written
}

/// The object that a row of `pg_class` describes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Relation {
    Table(ObjectName),
    View(ObjectName),
    /// A partition or a foreign table.
    Beside(ObjectName),
}

/// The objects read so far.
struct CatalogReader<'a> {
    default: Option<String>,
    scope: &'a Scope,
    catalog: Catalog,
    /// By oid, without excluded and unmanaged objects and their dependents.
    relations: BTreeMap<String, Relation>,
    /// The objects that a definition may depend on, by class and oid.
    places: BTreeMap<(String, String), Place>,
    /// Columns of tables by the table's oid and their number.
    columns: HashMap<(u32, u32), Name>,
    /// Sequences owned by a column that they do not number, by oid, with the definition of the ownership.
    owned: Vec<(String, DefinitionId)>,
}

impl CatalogReader<'_> {
    fn object_name(&self, schema: &str, name: &str) -> ObjectName {
        let schema = (self.default.as_deref() != Some(schema)).then(|| Name::new(schema));
        ObjectName { schema, name: Name::new(name) }
    }

    fn leave(&mut self, object: String, reason: &str) {
        self.catalog.unmanaged.push(Unmanaged { object, reason: reason.to_owned() });
    }

    fn enum_type(&mut self, row: Row<'_>) {
        let name = self.object_name(row.text(0), row.text(1));
        let values = list(row.get(2));
        let comment = row.get(3).map(str::to_owned);
        self.places.insert(("pg_type".to_owned(), row.text(4).to_owned()), Place::Enum(name.clone()));
        self.catalog.schema.enums.insert(name.clone(), EnumType { name, values, comment });
    }

    fn trigger(&mut self, row: Row<'_>) {
        let name = row.text(1);
        let definition = row.text(2);
        match self.relations.get(row.text(0)).cloned() {
            Some(Relation::Table(owner)) => {
                let trigger = Trigger { name: Name::new(name), definition: Expression::new(definition) };
                if let Some(table) = self.catalog.schema.tables.get_mut(&owner) {
                    table.triggers.insert(trigger.name.clone(), trigger);
                }
            }
            Some(Relation::View(owner)) => {
                let id = DefinitionId::on(DefinitionKind::ViewTrigger, owner, ObjectName::local(name));
                self.catalog.schema.definitions.insert(id.clone(), Definition::new(id, definition));
            }
            Some(Relation::Beside(_)) | None => {}
        }
    }

    fn routine(&mut self, row: Row<'_>) {
        let (schema, name) = (row.text(0), row.text(1));
        let kind = if row.text(3) == "p" { RoutineKind::Procedure } else { RoutineKind::Function };
        let object = self.object_name(schema, &format!("{name}({})", row.text(2)));
        let definition = row.text(4).trim_end();
        // The catalog always prints the schema, but in the default schema the routine must follow the connection.
        let definition = match object.schema {
            Some(_) => definition.to_owned(),
            None => without_schema(definition, schema),
        };
        let routine = Routine { name: object.clone(), kind, definition: Expression::new(definition) };
        self.places.insert(("pg_proc".to_owned(), row.text(5).to_owned()), Place::Routine(object.clone()));
        self.catalog.schema.routines.insert(object, routine);
    }

    fn unmanaged(&mut self, row: Row<'_>) {
        let (kind, name) = (row.text(0), row.text(2));
        // These are read together with privileges.
        if kind == "default privileges" && self.scope.privileges {
            return;
        }
        if row.get(3).is_some_and(|table| self.scope.excludes(table)) {
            return;
        }
        let name = match row.get(1) {
            Some(schema) => self.object_name(schema, row.get(3).unwrap_or(name)),
            None => ObjectName::local(name),
        };
        let object = match row.get(3) {
            Some(_) => format!("{kind} {name}.{}", row.text(2)),
            None => format!("{kind} {name}"),
        };
        let reason = match kind {
            "user mapping" => "it holds a password",
            "default privileges" => "they apply to objects that do not exist yet",
            "NOT NULL that is not validated" => "it is inherited",
            "tablespace of table" | "tablespace of index" => "storage locations belong to the server",
            "subscription" => "it holds a password",
            "event trigger" | "publication" => "it belongs to the database, not to its schemas",
            _ => "the model does not support it",
        };
        self.leave(object, reason);
    }
}

/// A definition with an unqualified routine name.
fn without_schema(definition: &str, schema: &str) -> String {
    let plain = format!("{schema}.");
    let quoted = format!("{}.", render::quote(&Name::new(schema)));
    for head in ["CREATE OR REPLACE FUNCTION ", "CREATE OR REPLACE PROCEDURE "] {
        if let Some(rest) = definition.strip_prefix(head) {
            let rest = rest.strip_prefix(&quoted).or_else(|| rest.strip_prefix(&plain)).unwrap_or(rest);
            return format!("{head}{rest}");
        }
    }
    definition.to_owned()
}

/// The key of a column: the oid of its table and its number in it.
fn column_key(oid: &str, number: &str) -> Option<(u32, u32)> {
    Some((oid.parse().ok()?, number.parse().ok()?))
}

/// A JSON array of strings; NULL is an empty one.
fn list(json: Option<&str>) -> Vec<String> {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Names as the value of an option.
fn name_list(names: &[String]) -> String {
    names.iter().map(|name| render::quote(&Name::new(name))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routine_of_the_default_schema_is_not_qualified() {
        let printed = "CREATE OR REPLACE FUNCTION \"Odd\".f()\n RETURNS integer";
        assert_eq!(without_schema(printed, "Odd"), "CREATE OR REPLACE FUNCTION f()\n RETURNS integer");
    }

    #[test]
    fn queries_fit_the_version() {
        let old = Queries::new("13.4", Some("public"), std::iter::empty());
        let new = Queries::new("18.1 (Debian)", Some("it's"), std::iter::empty());
        assert_eq!(old.of("{nulls_not_distinct} {schemas}"), "false ARRAY['public']::name[]");
        assert_eq!(new.of("{enforced} {schemas}"), "k.conenforced ARRAY['it''s']::name[]");
    }
}
