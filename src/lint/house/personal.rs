//! Columns that look as if they had personal data, by their names and types.
//!
//! Must not know where somebody says whether they have, or whether a column is new.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;

use crate::schema::{Column, Name, PersonalData, PersonalKind, Place, Schema, Type};

use super::{Finding, Level, UNANSWERED_PERSONAL_DATA};

/// What is asked of new columns that look personal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonalDemand {
    /// Nothing.
    Off,
    /// A warning says that nobody has said anything of them.
    #[default]
    Warn,
    /// No migration is written until somebody has.
    Deny,
}

/// What a column of text holds that has this word, or these words one after the other, in its name.
const TEXTS: [(&str, PersonalKind); 42] = [
    ("email", PersonalKind::Email),
    ("e_mail", PersonalKind::Email),
    ("mail", PersonalKind::Email),
    ("phone", PersonalKind::Phone),
    ("telephone", PersonalKind::Phone),
    ("mobile", PersonalKind::Phone),
    ("fax", PersonalKind::Phone),
    ("first_name", PersonalKind::Name),
    ("last_name", PersonalKind::Name),
    ("middle_name", PersonalKind::Name),
    ("full_name", PersonalKind::Name),
    ("given_name", PersonalKind::Name),
    ("family_name", PersonalKind::Name),
    ("maiden_name", PersonalKind::Name),
    ("firstname", PersonalKind::Name),
    ("lastname", PersonalKind::Name),
    ("fullname", PersonalKind::Name),
    ("surname", PersonalKind::Name),
    ("forename", PersonalKind::Name),
    ("username", PersonalKind::Username),
    ("user_name", PersonalKind::Username),
    ("nickname", PersonalKind::Username),
    ("street", PersonalKind::Address),
    ("postal_address", PersonalKind::Address),
    ("home_address", PersonalKind::Address),
    ("billing_address", PersonalKind::Address),
    ("shipping_address", PersonalKind::Address),
    ("postcode", PersonalKind::Postcode),
    ("postal_code", PersonalKind::Postcode),
    ("zip_code", PersonalKind::Postcode),
    ("zip", PersonalKind::Postcode),
    ("iban", PersonalKind::Iban),
    ("account_number", PersonalKind::Iban),
    ("card_number", PersonalKind::Iban),
    ("ip", PersonalKind::Ip),
    ("ip_address", PersonalKind::Ip),
    ("ssn", PersonalKind::Identity),
    ("passport", PersonalKind::Identity),
    ("national_id", PersonalKind::Identity),
    ("tax_id", PersonalKind::Identity),
    ("password", PersonalKind::Secret),
    ("password_hash", PersonalKind::Secret),
];

/// The same of days.
const DAYS: [&str; 6] = ["birth", "birthday", "birthdate", "birth_date", "dob", "born"];

/// The same of numbers.
const NUMBERS: [&str; 2] = ["latitude", "longitude"];

/// The kind of personal data that a column looks like, by its name and type.
pub fn looks_personal(name: &Name, data_type: &Type) -> Option<PersonalKind> {
    let spelling = match data_type {
        Type::Inet => return Some(PersonalKind::Ip),
        Type::Native(spelling) | Type::Custom(spelling) => spelling.to_lowercase(),
        Type::Enum(_) | Type::Array(_) => return None,
        declared => format!("{declared:?}").to_lowercase(),
    };
    if spelling.starts_with("inet") {
        return Some(PersonalKind::Ip);
    }
    let words = format!("_{}_", name.as_str().to_snake_case());
    let has = |word: &str| {
        let is_apart = |at: usize| words.get(at..).is_some_and(|rest| rest.starts_with('_'));
        words.match_indices(word).any(|(at, _)| is_apart(at.saturating_sub(1)) && is_apart(at + word.len()))
    };
    let is = |types: &[&str]| types.iter().any(|word| spelling.contains(word));
    let is_text = is(&["char", "text", "string"]);
    if is_text && name.as_str().eq_ignore_ascii_case("address") {
        return Some(PersonalKind::Address);
    }
    if let Some((_, kind)) = TEXTS.iter().filter(|_| is_text).find(|(word, _)| has(word)) {
        return Some(*kind);
    }
    if (is_text || is(&["date", "time"])) && DAYS.iter().any(|word| has(word)) {
        return Some(PersonalKind::Birth);
    }
    let is_number = is(&["double", "float", "real", "numeric", "decimal", "precision"]);
    (is_number && NUMBERS.iter().any(|word| has(word))).then_some(PersonalKind::Location)
}

/// The columns that look personal and of which nothing is said.
pub fn unanswered(demand: PersonalDemand, schema: &Schema, said: &BTreeMap<Place, PersonalData>) -> Vec<Finding> {
    unanswered_since(demand, None, schema, said)
}

/// Those of them that are not in an earlier schema with the same type.
pub fn unanswered_since(
    demand: PersonalDemand,
    earlier: Option<&Schema>,
    schema: &Schema,
    said: &BTreeMap<Place, PersonalData>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if demand == PersonalDemand::Off {
        return findings;
    }
    for table in schema.tables.values() {
        let former = earlier.and_then(|earlier| earlier.tables.get(&table.name));
        let is_former = |column: &Column| {
            let before = former.and_then(|table| table.columns.get(&column.name));
            before.is_some_and(|before| before.data_type == column.data_type)
        };
        for column in table.columns.values().filter(|column| column.generated.is_none() && !is_former(column)) {
            let place = Place::column(&table.name, &column.name);
            if said.contains_key(&place) {
                continue;
            }
            let Some(kind) = looks_personal(&column.name, &column.data_type) else { continue };
            let name = format!("{}.{}", table.name, column.name);
            let message = format!(
                "column `{name}` looks personal: say so under `[personal]` in gen.toml: `\"{name}\" = \"{kind}\"`, or `= \"none\"`"
            );
            let finding = UNANSWERED_PERSONAL_DATA.finding(place, message);
            let level = if demand == PersonalDemand::Deny { Level::Danger } else { finding.level };
            findings.push(Finding { level, ..finding });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_looks_personal_by_whole_words_of_its_name_and_by_its_type() {
        let looks = |name: &str, spelling: &str| looks_personal(&Name::from(name), &Type::Native(spelling.to_owned()));
        for (name, spelling, kind) in [
            ("email", "varchar(255)", Some(PersonalKind::Email)),
            ("contactEmail", "text", Some(PersonalKind::Email)),
            ("email_verified", "boolean", None),
            ("email_id", "integer", None),
            ("mailing", "text", None),
            ("phone_number", "character varying(20)", Some(PersonalKind::Phone)),
            ("last_name", "text", Some(PersonalKind::Name)),
            ("name", "text", None),
            ("born", "date", Some(PersonalKind::Birth)),
            ("born", "integer", None),
            ("date_of_birth", "varchar(10)", Some(PersonalKind::Birth)),
            ("address", "text", Some(PersonalKind::Address)),
            ("ip_address", "varchar(45)", Some(PersonalKind::Ip)),
            ("mac_address", "text", None),
            ("seen_from", "inet", Some(PersonalKind::Ip)),
            ("zip", "char(5)", Some(PersonalKind::Postcode)),
            ("latitude", "double precision", Some(PersonalKind::Location)),
            ("recipient", "text", None),
            ("ship", "text", None),
        ] {
            assert_eq!(looks(name, spelling), kind, "{name} {spelling}");
        }
    }
}
