//! Parses definitions into clauses: gives the catalog's layout and the canonical form.
//!
//! Unparsed text is left unchanged. Must not know the dependencies of a definition.

use crate::dialect::Product;
use crate::dialect::expression::canonical_expression;
use crate::schema::{DefaultValue, Definition, DefinitionKind, Expression, Type};

use super::super::{names, partitions, types, words};
use super::numbering::Numbering;

/// A definition's text in the catalog's layout, and its canonical form. The text has no comments.
pub(super) fn normal(definition: &Definition, text: &str) -> Option<(String, String)> {
    let kept = |canonical: String| (text.to_owned(), canonical);
    match definition.id.kind {
        DefinitionKind::Domain => domain(definition.id.name.name.as_str(), text),
        DefinitionKind::CompositeType => composite(text),
        DefinitionKind::Sequence => sequence(text),
        DefinitionKind::RangeType => range(definition.id.name.name.as_str(), text).map(kept),
        DefinitionKind::Policy => policy(text).map(kept),
        DefinitionKind::Exclusion => exclusion(text).map(kept),
        DefinitionKind::Statistics => statistics(text).map(kept),
        DefinitionKind::Partition => partitions::normal(text),
        DefinitionKind::Rule => Some(kept(words::plain(text))),
        DefinitionKind::ViewTrigger => Some(kept(view_trigger(text))),
        DefinitionKind::ViewIndex => index(text).map(kept),
        DefinitionKind::Schema | DefinitionKind::Extension => Some(kept(plain_object(text))),
        DefinitionKind::Collation
        | DefinitionKind::Aggregate
        | DefinitionKind::Operator
        | DefinitionKind::Server
        | DefinitionKind::PartitionPart
        | DefinitionKind::ForeignTable
        | DefinitionKind::Partitioning
        | DefinitionKind::Event
        | DefinitionKind::EventTrigger
        | DefinitionKind::Publication
        | DefinitionKind::Setting
        | DefinitionKind::Comment
        | DefinitionKind::Privilege => None,
    }
}

fn condition(text: &str) -> String {
    canonical_expression(Product::Postgres, words::without_parentheses(text))
}

/// `CREATE DOMAIN` in clauses, one a line: type, collation, default, `NOT NULL`, constraints by name.
fn domain(name: &str, text: &str) -> Option<(String, String)> {
    let mut clauses =
        words::clauses(text, &["COLLATE", "DEFAULT", "CONSTRAINT", "NOT", "NULL", "CHECK"]).into_iter().peekable();
    let (_, head) = clauses.next()?;
    let (written, base) = head_and_type(head, "DOMAIN")?;
    let base = types::catalog_spelling(base);
    let (mut collation, mut default, mut required) = (None, None, false);
    let mut checks: Vec<(String, String)> = Vec::new();
    let mut named: Option<&str> = None;
    while let Some((keyword, body)) = clauses.next() {
        match (keyword.as_str(), body) {
            ("COLLATE", body) => collation = Some(body),
            ("DEFAULT", "") => drop(clauses.next_if(|(next, _)| next == "NULL")?),
            ("DEFAULT", body) => default = Some(body),
            ("CONSTRAINT", body) => named = Some(body),
            ("NOT", "") => {
                clauses.next_if(|(next, _)| next == "NULL")?;
                required = true;
                named = None;
            }
            ("NOT", "VALID") => checks.last_mut()?.1.push_str(" NOT VALID"),
            ("NULL", "") => named = None,
            ("CHECK", body) => {
                let given = named.take().map(str::to_owned);
                let made = || made_up(name, &checks);
                let check = format!("CHECK ({})", words::without_parentheses(body));
                checks.push((given.unwrap_or_else(made), check));
            }
            _ => return None,
        }
    }
    checks.sort_by_key(|(name, _)| words::plain(name));
    let default = match default {
        None => None,
        Some(text) => {
            let value = DefaultValue::Expression(Expression::new(text));
            match super::normal_default(value, &Type::Native(base.clone())) {
                Some(DefaultValue::Expression(expression)) => Some(expression),
                Some(DefaultValue::Literal(_)) | None => None,
            }
        }
    };
    let mut layout = format!("CREATE DOMAIN {written} AS {base}");
    let mut canonical = format!("domain as {base}");
    if let Some(collation) = collation {
        layout.push_str(&format!("\n    COLLATE {collation}"));
        canonical.push_str(&format!("\ncollate {}", words::plain(collation)));
    }
    if let Some(default) = &default {
        layout.push_str(&format!("\n    DEFAULT {}", default.text()));
        canonical.push_str(&format!("\ndefault {}", default.canonical()));
    }
    if required {
        layout.push_str("\n    NOT NULL");
        canonical.push_str("\nnot null");
    }
    for (name, check) in &checks {
        let (inside, state) = check.strip_suffix(" NOT VALID").map_or((check.as_str(), ""), |it| (it, " not valid"));
        let inside = condition(inside.strip_prefix("CHECK ").unwrap_or(inside));
        layout.push_str(&format!("\n    CONSTRAINT {name} {check}"));
        canonical.push_str(&format!("\nconstraint {} {inside}{state}", words::plain(name)));
    }
    Some((layout, canonical))
}

/// The name that PostgreSQL generates for a domain's check.
fn made_up(domain: &str, taken: &[(String, String)]) -> String {
    let first = names::generated(domain, None, "check");
    let numbered = (1..).map(|number| names::generated(domain, None, &format!("check{number}")));
    let free = |name: &String| !taken.iter().any(|(other, _)| words::name_list(other) == [name.clone()]);
    let name = std::iter::once(first).chain(numbered).find(free).unwrap_or_default();
    sea_gen_runner::sql::quoted_where_needed(&name)
}

/// The created object as written, and the type after `AS`.
fn head_and_type<'a>(head: &'a str, noun: &str) -> Option<(&'a str, &'a str)> {
    let rest = words::after_word(head, noun)?.trim_start();
    let (name, rest) = words::cut_name(rest)?;
    let rest = rest.trim_start();
    let plain = rest.get(..3).filter(|word| word.trim_end().eq_ignore_ascii_case("as"));
    Some((name, plain.and_then(|word| rest.get(word.len()..)).unwrap_or(rest).trim()))
}

/// A composite type with one attribute a line. Like that of columns, their order is not a difference.
fn composite(text: &str) -> Option<(String, String)> {
    let open = text.find('(')?;
    let (name, _) = head_and_type(text.get(..open)?, "TYPE")?;
    let inside = text.get(open..)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let (mut lines, mut canonical) = (Vec::new(), Vec::new());
    for item in words::items(inside) {
        let (attribute, data_type) = words::cut_name(item.trim())?;
        let clauses = words::clauses(data_type, &["COLLATE"]);
        let (data_type, collation) = match clauses.as_slice() {
            [(_, data_type)] => (types::catalog_spelling(data_type), None),
            [(_, data_type), (_, collation)] => (types::catalog_spelling(data_type), Some(*collation)),
            _ => return None,
        };
        let collation = collation.map(|it| format!(" COLLATE {it}")).unwrap_or_default();
        lines.push(format!("\n    {attribute} {data_type}{collation}"));
        canonical.push(format!("{} {data_type}{}", words::plain(attribute), words::plain(&collation)));
    }
    canonical.sort();
    let after = if lines.is_empty() { ")" } else { "\n)" };
    Some((format!("CREATE TYPE {name} AS ({}{after}", lines.join(",")), format!("type {}", canonical.join(", "))))
}

/// A sequence without default settings.
fn sequence(text: &str) -> Option<(String, String)> {
    let (head, numbering) = Numbering::read(text, "bigint")?;
    let unlogged = words::names(head).iter().any(|word| word == "unlogged");
    let rest = words::after_word(head, "SEQUENCE")?.trim_start();
    let (name, rest) = words::cut_name(rest)?;
    if !rest.trim().is_empty() {
        return None;
    }
    let clauses = numbering.of_a_sequence();
    let kind = if unlogged { "UNLOGGED SEQUENCE" } else { "SEQUENCE" };
    Some((format!("CREATE {kind} {name}{clauses}"), format!("{kind}{clauses}").to_lowercase()))
}

/// A range type by its settings. PostgreSQL generates the name of its multirange type.
fn range(name: &str, text: &str) -> Option<String> {
    let open = text.find('(')?;
    let inside = text.get(open..)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let made_up = match name.contains("range") {
        true => name.replacen("range", "multirange", 1),
        false => format!("{name}_multirange"),
    };
    let mut settings = Vec::new();
    for item in words::items(inside) {
        let (key, value) = item.split_once('=')?;
        let (key, value) = (words::plain(key), value.trim());
        match key.as_str() {
            "multirange_type_name" if words::name_list(value) == [made_up.clone()] => {}
            "subtype" => settings.push(format!("{key} = {}", types::catalog_spelling(value))),
            _ => settings.push(format!("{key} = {}", words::plain(value))),
        }
    }
    settings.sort();
    Some(format!("type range {}", settings.join(", ")))
}

/// A policy without default clauses.
fn policy(text: &str) -> Option<String> {
    let mut canonical = "policy".to_owned();
    for (keyword, body) in words::clauses(text, &["AS", "FOR", "TO", "USING", "WITH"]).iter().skip(1) {
        let clause = match keyword.as_str() {
            "AS" if body.eq_ignore_ascii_case("permissive") => String::new(),
            "FOR" if body.eq_ignore_ascii_case("all") => String::new(),
            "AS" | "FOR" => format!(" {}", words::plain(body)),
            "TO" => {
                let mut roles: Vec<String> = words::items(body).into_iter().map(words::plain).collect();
                roles.sort();
                if roles == ["public"] { String::new() } else { format!(" to {}", roles.join(", ")) }
            }
            "USING" => format!(" using {}", condition(body)),
            "WITH" => format!(" check {}", condition(words::after_word(body, "CHECK")?)),
            _ => return None,
        };
        canonical.push_str(&clause);
    }
    Some(canonical)
}

/// A trigger of a view with its events in the catalog's order.
fn view_trigger(text: &str) -> String {
    let plain = words::plain(text);
    let sorted = || {
        let (head, rest) = plain.split_once(" instead of ")?;
        let (events, rest) = rest.split_once(" on ")?;
        let mut events: Vec<&str> = events.split(" or ").collect();
        events.sort_unstable();
        Some(format!("{head} instead of {} on {rest}", events.join(" or ")))
    };
    sorted().unwrap_or_else(|| plain.clone())
}

fn exclusion(text: &str) -> Option<String> {
    let rest = words::after_word(text, "EXCLUDE")?.trim();
    let rest = match words::after_word(rest, "USING") {
        Some(rest) if !rest.is_empty() => rest.trim().to_owned(),
        _ => format!("btree {rest}"),
    };
    let clauses = words::clauses(&rest, &["WHERE", "DEFERRABLE", "INITIALLY", "NOT"]);
    let clauses = clauses.iter().map(|(keyword, body)| match keyword.as_str() {
        "WHERE" => format!("where {}", condition(body)),
        _ => words::plain(&format!("{keyword} {body}")),
    });
    Some(format!("exclude {}", clauses.collect::<Vec<_>>().join(" ")))
}

/// An index by its table, method, columns and settings, without defaults.
fn index(text: &str) -> Option<String> {
    let keywords = ["ON", "USING", "INCLUDE", "NULLS", "WITH", "TABLESPACE", "WHERE"];
    let mut clauses = words::clauses(text, &keywords).into_iter();
    let (_, head) = clauses.next()?;
    let unique = if words::after_word(head, "UNIQUE").is_some() { "unique " } else { "" };
    let (mut columns, mut rest) = (None, Vec::new());
    for (keyword, body) in clauses {
        match keyword.as_str() {
            "ON" => {
                let body = words::after_word(body, "ONLY").unwrap_or(body);
                match body.find('(') {
                    Some(at) => columns = body.get(at..).map(|list| ("btree", list)),
                    None => columns = Some(("btree", "")),
                }
            }
            "USING" => {
                columns = body.split_once('(').and_then(|(method, _)| Some((method.trim(), body.get(method.len()..)?)))
            }
            "WHERE" => rest.push(format!("where {}", condition(body))),
            // The catalog prints every value of a setting as a string.
            "WITH" => rest.push(words::plain(&format!("with {}", body.replace('\'', "")))),
            _ => rest.push(words::plain(&format!("{keyword} {body}"))),
        }
    }
    let (method, list) = columns?;
    let items: Vec<String> =
        words::items(list.trim().strip_prefix('(')?.strip_suffix(')')?).into_iter().map(indexed).collect();
    let method = method.to_lowercase();
    Some([vec![format!("{unique}index using {method} ({})", items.join(", "))], rest].concat().join(" "))
}

/// A column or an expression in parentheses, then its operator class, `desc` and `nulls first` unless they are
/// defaults.
fn indexed(item: &str) -> String {
    let (value, behind) = item.split_at(words::end_of_value(item));
    let behind = words::plain(behind);
    let words: Vec<&str> = behind.split(' ').filter(|word| !word.is_empty()).collect();
    let (words, nulls) = match words.as_slice() {
        [rest @ .., "nulls", first] => (rest, Some(*first)),
        all => (all, None),
    };
    let (words, is_descending) = match words {
        [rest @ .., "desc"] => (rest, true),
        [rest @ .., "asc"] => (rest, false),
        all => (all, false),
    };
    let usual = if is_descending { "first" } else { "last" };
    let mut kept = vec![condition(value.trim())];
    kept.extend(words.iter().map(|word| (*word).to_owned()));
    kept.extend(is_descending.then(|| "desc".to_owned()));
    kept.extend(nulls.filter(|nulls| *nulls != usual).map(|nulls| format!("nulls {nulls}")));
    kept.join(" ")
}

/// Statistics by their kinds, unless those are all, and their columns, whose order is not a difference.
fn statistics(text: &str) -> Option<String> {
    let clauses = words::clauses(text, &["ON", "FROM"]);
    let [(_, head), (_, on), (_, from)] = clauses.as_slice() else { return None };
    let sorted = |list: &str| {
        let mut items: Vec<String> = words::items(list).into_iter().map(condition).collect();
        items.sort();
        items.join(", ")
    };
    let kinds = head.split_once('(').and_then(|(_, rest)| rest.trim().strip_suffix(')')).map(sorted);
    let kinds = kinds.filter(|kinds| kinds != "dependencies, mcv, ndistinct").unwrap_or_default();
    Some(format!("statistics ({kinds}) on {} from {}", sorted(on), words::plain(from)))
}

/// A schema or an extension, without its owner and version.
fn plain_object(text: &str) -> String {
    let plain = words::plain(text);
    let mut kept: Vec<&str> = Vec::new();
    let mut skipped = false;
    for word in plain.split(' ') {
        match word {
            _ if std::mem::take(&mut skipped) => {}
            "authorization" | "version" => skipped = true,
            "with" | "cascade" => {}
            word => kept.push(word),
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::schema::{DefinitionId, ObjectName};

    use super::*;

    fn forms(kind: DefinitionKind, name: &str, text: &str) -> (String, String) {
        let definition = Definition::new(DefinitionId::new(kind, ObjectName::local(name)), text);
        normal(&definition, text).expect("it is understood")
    }

    /// As written, and as PostgreSQL 15 prints it.
    #[test]
    fn what_is_written_is_what_the_catalog_prints() {
        use DefinitionKind::{
            CompositeType, Domain, Exclusion, Extension, Policy, RangeType, Rule, Sequence, Statistics, ViewIndex,
            ViewTrigger,
        };
        for (kind, written, printed) in [
            (
                Domain,
                "CREATE DOMAIN d int4 NOT NULL DEFAULT 5 CHECK (VALUE > 0) CONSTRAINT a CHECK (VALUE <> 9)",
                "CREATE DOMAIN d AS integer\n    DEFAULT 5\n    NOT NULL\n    CONSTRAINT a CHECK ((VALUE <> 9))\n    \
                 CONSTRAINT d_check CHECK ((VALUE > 0))",
            ),
            (Domain, "create domain d as varchar(9) default null null", "CREATE DOMAIN d AS character varying(9)"),
            (
                CompositeType,
                "CREATE TYPE d AS (b varchar(3) COLLATE \"C\", a int)",
                "CREATE TYPE d AS (\n    a integer,\n    b character varying(3) COLLATE \"C\"\n)",
            ),
            (
                Sequence,
                "CREATE SEQUENCE d START 10 NO MINVALUE MAXVALUE 9223372036854775807 CACHE 1 NO CYCLE INCREMENT 5",
                "CREATE SEQUENCE d INCREMENT BY 5 START WITH 10",
            ),
            (
                RangeType,
                "CREATE TYPE d AS RANGE (subtype = numeric)",
                "CREATE TYPE d AS RANGE (\n    SUBTYPE = numeric,\n    MULTIRANGE_TYPE_NAME = d_multirange\n)",
            ),
            (
                Policy,
                "CREATE POLICY d ON t AS PERMISSIVE FOR ALL TO public USING (a > 1)",
                "CREATE POLICY d ON t\n    USING ((a > 1))",
            ),
            (
                Exclusion,
                "ALTER TABLE ONLY t ADD CONSTRAINT d EXCLUDE USING gist (a WITH =, b WITH &&) WHERE (NOT c)",
                "ALTER TABLE t\n    ADD CONSTRAINT d EXCLUDE USING gist (a WITH =, b WITH &&) WHERE ((NOT c))",
            ),
            (
                Statistics,
                "CREATE STATISTICS d (mcv, ndistinct, dependencies) ON b, a FROM t",
                "CREATE STATISTICS d ON a, b FROM t",
            ),
            (
                Rule,
                "CREATE RULE d AS ON DELETE TO t DO INSTEAD NOTHING",
                "CREATE RULE d AS\n    ON DELETE TO t DO INSTEAD NOTHING",
            ),
            (
                ViewIndex,
                "create unique index if not exists d on v (a asc, (lower(b)) desc, (c + 1)) include (e) where (a > 1)",
                "CREATE UNIQUE INDEX d ON v USING btree (a, lower(b) DESC, (c + 1)) INCLUDE (e) WHERE a > 1",
            ),
            (
                ViewIndex,
                "create index d on v (a desc nulls first, b asc nulls last, c desc nulls last) with (fillfactor=70)",
                "CREATE INDEX d ON v USING btree (a DESC, b, c DESC NULLS LAST) WITH (fillfactor='70')",
            ),
            (
                ViewIndex,
                "create index d on v (lower(a) collate \"C\" text_pattern_ops desc, (b || 'x') text_pattern_ops)",
                "CREATE INDEX d ON v USING btree (lower(a) COLLATE \"C\" text_pattern_ops DESC, ((b || 'x')) text_pattern_ops)",
            ),
            (
                ViewTrigger,
                "CREATE TRIGGER d INSTEAD OF UPDATE OR DELETE OR INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()",
                "CREATE TRIGGER d INSTEAD OF INSERT OR DELETE OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION f()",
            ),
            (ViewIndex, "CREATE INDEX CONCURRENTLY d ON s.v USING GIN (a)", "CREATE INDEX d ON s.v USING gin (a)"),
            (Extension, "CREATE EXTENSION d SCHEMA s CASCADE", "CREATE EXTENSION d WITH SCHEMA s"),
        ] {
            assert_eq!(forms(kind, "d", written).1, forms(kind, "d", printed).1, "{written}");
        }
    }

    #[test]
    fn a_difference_stays_one() {
        use DefinitionKind::{CompositeType, Domain, Policy, RangeType, Sequence, Statistics, ViewIndex};
        for (kind, one, other) in [
            (Domain, "CREATE DOMAIN d AS text", "CREATE DOMAIN d AS text NOT NULL"),
            (Domain, "CREATE DOMAIN d AS text CHECK (VALUE > 'a')", "CREATE DOMAIN d AS text CHECK (VALUE > 'b')"),
            (CompositeType, "CREATE TYPE d AS (a int)", "CREATE TYPE d AS (a bigint)"),
            (Sequence, "CREATE SEQUENCE d", "CREATE SEQUENCE d CYCLE"),
            (RangeType, "CREATE TYPE d AS RANGE (subtype = int4)", "CREATE TYPE d AS RANGE (subtype = int8)"),
            (Policy, "CREATE POLICY d ON t TO a", "CREATE POLICY d ON t"),
            (ViewIndex, "CREATE INDEX d ON v (a)", "CREATE UNIQUE INDEX d ON v (a)"),
            (ViewIndex, "CREATE INDEX d ON v (a)", "CREATE INDEX d ON v (a DESC)"),
            (ViewIndex, "CREATE INDEX d ON v (a)", "CREATE INDEX d ON v (a NULLS FIRST)"),
            (ViewIndex, "CREATE INDEX d ON v (a DESC)", "CREATE INDEX d ON v (a DESC NULLS LAST)"),
            (ViewIndex, "CREATE INDEX d ON v (a) WITH (fillfactor=70)", "CREATE INDEX d ON v (a) WITH (fillfactor=80)"),
            (ViewIndex, "CREATE INDEX d ON v (a)", "CREATE INDEX d ON v (a) WHERE a > 1"),
            (ViewIndex, "CREATE INDEX d ON v (a)", "CREATE INDEX d ON v USING hash (a)"),
            (Policy, "CREATE POLICY d ON t USING (a)", "CREATE POLICY d ON t WITH CHECK (a)"),
            (Statistics, "CREATE STATISTICS d (mcv) ON a, b FROM t", "CREATE STATISTICS d ON a, b FROM t"),
        ] {
            assert_ne!(forms(kind, "d", one).1, forms(kind, "d", other).1, "{one}");
        }
    }

    #[test]
    fn the_layout_is_kept_once_it_is_the_catalogs() {
        let (layout, canonical) = forms(DefinitionKind::Domain, "d", "CREATE DOMAIN d int CHECK (VALUE > 0) NOT NULL");
        assert_eq!(layout, "CREATE DOMAIN d AS integer\n    NOT NULL\n    CONSTRAINT d_check CHECK (VALUE > 0)");
        assert_eq!(forms(DefinitionKind::Domain, "d", &layout), (layout, canonical));
    }
}
