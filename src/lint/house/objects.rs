//! The rules on what tables are like, judged on a schema.
//!
//! Must not know who declares a table, or whether it is there already.

use heck::ToSnakeCase as _;

use crate::plan::{NameKind, NameParts};
use crate::schema::{Column, Facet, Name, ObjectName, Part, Place, Schema, Table, Type, matches};

use super::{
    FORBIDDEN_TYPE, Finding, HouseRules, MISSING_COMMENT, MISSING_PRIMARY_KEY, NAME_PATTERN, NameStyle, RESERVED_WORD,
    Required,
};

/// The findings about a schema, table by table. `declared` has the types as the code says them.
pub fn objects(rules: &HouseRules, schema: &Schema, declared: &Schema) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in schema.tables.values() {
        let place = Place::table(&table.name);
        findings.extend(name(rules, (&rules.table_styles, "table"), &table.name.name, &place));
        if rules.required.contains(&Required::TableComment) && table.comment.is_none() {
            findings.push(MISSING_COMMENT.finding(place.clone(), format!("table `{}` has no comment", table.name)));
        }
        if rules.required.contains(&Required::PrimaryKey) && table.primary_key.is_none() {
            let message = format!("table `{}` has no primary key", table.name);
            findings.push(MISSING_PRIMARY_KEY.finding(place, message));
        }
        for column in table.columns.values() {
            let known = declared.tables.get(&table.name).and_then(|table| table.columns.get(&column.name));
            findings.extend(of_column(rules, &table.name, column, known));
        }
        findings.extend(parts(rules, table));
    }
    findings
}

fn of_column(rules: &HouseRules, table: &ObjectName, column: &Column, declared: Option<&Column>) -> Vec<Finding> {
    let place = Place::column(table, &column.name);
    let mut findings = name(rules, (&rules.column_styles, "column"), &column.name, &place);
    if rules.required.contains(&Required::ColumnComment) && column.comment.is_none() {
        let message = format!("column `{table}.{}` has no comment", column.name);
        findings.push(MISSING_COMMENT.finding(place.clone(), message));
    }
    let types = [Some(&column.data_type), declared.map(|it| &it.data_type)];
    let mut spelled = types.into_iter().flatten().flat_map(spellings);
    let is_forbidden = |spelling: &String| rules.forbidden_types.iter().any(|pattern| matches(pattern, spelling));
    if let Some(found) = spelled.rfind(is_forbidden) {
        let message = format!("column `{table}.{}` is of type `{found}`", column.name);
        findings.push(FORBIDDEN_TYPE.finding(place, message));
    }
    findings
}

/// The words for a type: as the database spells it, with its length and without, or SeaORM's name.
fn spellings(of: &Type) -> Vec<String> {
    match of {
        Type::Native(spelling) => {
            let spelling = spelling.to_lowercase();
            let bare = spelling.split('(').next().unwrap_or_default().trim().to_owned();
            vec![spelling, bare]
        }
        Type::Array(element) => spellings(element),
        Type::Enum(name) => vec!["enum".to_owned(), name.to_string().to_lowercase()],
        Type::Custom(spelling) => vec![spelling.to_lowercase()],
        other => {
            let variant = format!("{other:?}");
            vec![variant.split('(').next().unwrap_or_default().to_snake_case()]
        }
    }
}

fn name(rules: &HouseRules, (styles, noun): (&[NameStyle], &str), name: &Name, place: &Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(style_message(styles, noun, name.as_str()).map(|it| NAME_PATTERN.finding(place.clone(), it)));
    findings.extend(word_message(rules, noun, name.as_str()).map(|it| RESERVED_WORD.finding(place.clone(), it)));
    findings
}

/// The message about a name without the styles.
pub(super) fn style_message(styles: &[NameStyle], noun: &str, name: &str) -> Option<String> {
    let fitting = styles.iter().fold(name.to_owned(), |name, style| style.fitting(&name));
    (fitting != name).then(|| format!("{noun} `{name}`: by the pattern it would be `{fitting}`"))
}

/// The message about a name that is a word of SQL.
pub(super) fn word_message(rules: &HouseRules, noun: &str, name: &str) -> Option<String> {
    let is_reserved = rules.reserved.contains(&name.to_lowercase());
    is_reserved.then(|| format!("{noun} `{name}` is called by a reserved word"))
}

/// The names of indexes, constraints and keys.
fn parts(rules: &HouseRules, table: &Table) -> Vec<Finding> {
    let owner = table.name.name.as_str();
    let mut findings = Vec::new();
    let mut judge = |part: Part, kind: NameKind, of: NameParts<'_>, name: &Name| {
        let message = part_message(rules, kind, &of, name.as_str());
        findings.extend(message.map(|it| NAME_PATTERN.finding(Place::Table(table.name.clone(), part), it)));
    };
    if let Some((key, name)) = table.primary_key.as_ref().and_then(|key| Some((key, key.name.as_ref()?))) {
        judge(Part::PrimaryKey, NameKind::PrimaryKey, NameParts::new(owner, &key.columns), name);
    }
    for (name, unique) in &table.uniques {
        judge(Part::Unique(name.clone()), NameKind::Unique, NameParts::new(owner, &unique.columns), name);
    }
    for (name, key) in &table.foreign_keys {
        let part = Part::ForeignKey(name.clone(), Facet::Whole);
        judge(part, NameKind::ForeignKey, NameParts::of_foreign_key(owner, key), name);
    }
    for name in table.checks.keys() {
        judge(Part::Check(name.clone()), NameKind::Check, NameParts::new(owner, []), name);
    }
    // MySQL and MariaDB make an index for a foreign key, with its name.
    for (name, index) in table.indexes.iter().filter(|(name, _)| !table.foreign_keys.contains_key(*name)) {
        judge(Part::Index(name.clone()), NameKind::of_index(index), NameParts::of_index(owner, index), name);
    }
    findings
}

/// The message about a name that does not follow the pattern of its kind.
pub(super) fn part_message(rules: &HouseRules, kind: NameKind, of: &NameParts<'_>, name: &str) -> Option<String> {
    if rules.naming.follows(kind, of, name) {
        return None;
    }
    let mut of = of.clone();
    if kind == NameKind::Check {
        of.columns = vec!["…"];
    }
    let wanted = rules.naming.name(kind, &of)?;
    Some(format!("{} `{name}`: by the pattern it would be `{wanted}`", noun(kind)))
}

fn noun(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Index => "index",
        NameKind::Unique => "unique key",
        NameKind::ForeignKey => "foreign key",
        NameKind::Check => "check",
        NameKind::PrimaryKey => "primary key",
    }
}
